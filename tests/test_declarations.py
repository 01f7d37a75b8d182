"""Guards what Python owns of a transform: names of both dialects, defaults, what a scalar means, errors, documentation.

Bounds are the core's and are not asked here, so a declaration can be tested before its transform runs; that the two
agree is test_registry's business.
"""

from __future__ import annotations

import copy
import doctest
import importlib.util
import inspect
import json
import pickle
import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastaug as A
from api_tables import DECLARED, NEWER, OLDER, TABLES, arguments, canonical_default
from fastaug import _core, constants
from fastaug.transforms.choices import BORDERS, INTERPOLATIONS, Border, Interpolation
from fastaug.transforms.declare import REGISTRY, Field, Transform, transform_from_node

REQUIRED = {
    "height": 24,
    "width": 20,
    "size": (24, 20),
    "max_size": 40,
    "min_max_height": (10, 20),
    "percent": (-0.2, 0.2),
    "mask_indices": (1, 2),
}
"""Values for arguments without a default, and for those of which one has to be given."""

FIELDS = [(REGISTRY[name], entry) for name in DECLARED for entry in REGISTRY[name].fields.values()]
"""Every argument of every transform."""


@pytest.fixture(autouse=True)
def only_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the core's bounds out."""
    monkeypatch.setattr(_core, "check_transform", lambda *_: None)


def made(name: str, **given: Any) -> Transform:
    """A transform with what it requires."""
    kind = REGISTRY[name]
    taken = {kind._names.get(key) or kind._parts.get(key) for key in given}
    return kind(**{k: v for k, v in REQUIRED.items() if k in kind.fields and k not in taken}, **given)


def field_id(case: tuple[type[Transform], Field]) -> str:
    return f"{case[0].__name__}.{case[1].name}"


# -- both dialects ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECLARED)
def test_every_argument_of_both_dialects_is_known(name: str) -> None:
    kind = REGISTRY[name]
    for dialect in (OLDER, NEWER):
        unknown = set(arguments(name, dialect)) - set(kind._names)
        assert not unknown, dialect
    assert set(arguments(name, NEWER)) <= set(kind.fields), "canonical names are the newer ones"


@pytest.mark.parametrize("name", DECLARED)
def test_defaults_are_those_of_the_newer_dialect(name: str) -> None:
    kind = REGISTRY[name]
    for argument, default in arguments(name, NEWER).items():
        assert kind.fields[argument].default == canonical_default(kind, argument, default), argument


@pytest.mark.parametrize("name", DECLARED)
def test_positions_mean_what_they_meant(name: str) -> None:
    kind = REGISTRY[name]
    older = [kind._names[argument] for argument in arguments(name, OLDER)]
    positional = [entry.name for entry in kind.fields.values() if not entry.kw_only]
    if older:
        assert positional == older


@pytest.mark.parametrize("name", DECLARED)
def test_targets(name: str) -> None:
    assert set(TABLES.get(name, {}).get("targets", ())) <= set(REGISTRY[name].targets)
    assert made(name).available_keys == set(REGISTRY[name].targets)


def test_names_of_one_argument_belong_to_one_argument() -> None:
    for name in DECLARED:
        kind = REGISTRY[name]
        written = [alias for entry in kind.fields.values() for alias in (entry.name, *entry.aliases, *entry.parts)]
        assert len(written) == len(set(written)), name


@pytest.mark.parametrize("name", sorted(set(TABLES) - set(DECLARED)))
def test_containers_and_params_know_every_argument(name: str) -> None:
    known = inspect.signature(getattr(A, name)).parameters
    for dialect in (OLDER, NEWER):
        assert set(arguments(name, dialect)) <= set(known), dialect


def test_older_class_names() -> None:
    assert A.RandomErasing is A.Erasing
    assert transform_from_node({"transform": "RandomErasing", "p": 1.0, "params": {}}) == A.Erasing(p=1)


@pytest.mark.parametrize("name", DECLARED)
def test_aliases_are_the_same_argument(name: str) -> None:
    kind = REGISTRY[name]
    plain = made(name)
    for entry in kind.fields.values():
        value = getattr(plain, entry.name)
        for alias in entry.aliases:
            assert getattr(plain, alias) == value
            assert made(name, **{alias: value}) == plain
            with pytest.raises(A.PolicyError, match=rf"^{name}\.{entry.name}: given twice, as .* and as "):
                made(name, **{alias: value, entry.name: value})


# -- what a scalar means ---------------------------------------------------------------------------------------------

SCALARS = [
    ("Affine", "scale", 0.8, (0.8, 0.8)),
    ("Affine", "rotate", 15, (15, 15)),
    ("Affine", "shear", 7, (7, 7)),
    ("Affine", "shear", {"x": 5}, {"x": (5, 5), "y": (0, 0)}),
    ("Affine", "scale", {"x": 0.5, "y": (0.9, 1.1)}, {"x": (0.5, 0.5), "y": (0.9, 1.1)}),
    ("Affine", "translate_percent", 0.1, (0.1, 0.1)),
    ("Affine", "translate_px", {"y": (-3, 3)}, {"x": (0, 0), "y": (-3, 3)}),
    ("Blur", "blur_limit", 7, (3, 7)),
    ("Blur", "blur_limit", 4, (3, 5)),
    ("Blur", "blur_limit", (4, 6), (5, 7)),
    ("CLAHE", "clip_limit", 4.0, (1, 4)),
    ("ChromaticAberration", "primary_distortion_limit", 0.5, (-0.5, 0.5)),
    ("ColorJitter", "brightness", 0.2, (0.8, 1.2)),
    ("ColorJitter", "contrast", 1.5, (0, 2.5)),
    ("ColorJitter", "hue", 0.1, (-0.1, 0.1)),
    ("GaussNoise", "std_range", 0.1, (0.1, 0.1)),
    ("GaussianBlur", "blur_limit", 0, (0, 0)),
    ("GaussianBlur", "blur_limit", 5, (0, 5)),
    ("GaussianBlur", "sigma_limit", 2, (0, 2)),
    ("HueSaturationValue", "hue_shift_limit", 10, (-10, 10)),
    ("ImageCompression", "quality_range", 80, (80, 80)),
    ("MotionBlur", "blur_limit", 5, (3, 5)),
    ("Perspective", "scale", 0.1, (0, 0.1)),
    ("Posterize", "num_bits", 4, (4, 4)),
    ("Posterize", "num_bits", [[1, 2], 3, (4, 5)], ((1, 2), (3, 3), (4, 5))),
    ("RGBShift", "r_shift_limit", 30, (-30, 30)),
    ("RandomBrightnessContrast", "brightness_limit", 0.2, (-0.2, 0.2)),
    ("RandomGamma", "gamma_limit", 120, (1, 120)),
    ("RandomScale", "scale_limit", 0.1, (-0.1, 0.1)),
    ("Rotate", "limit", 10, (-10, 10)),
    ("ShiftScaleRotate", "shift_limit_x", 0.1, (-0.1, 0.1)),
    ("Solarize", "threshold_range", 0.3, (0.3, 0.3)),
    ("XYMasking", "num_masks_x", 3, (0, 3)),
    ("XYMasking", "mask_y_length", 20, (0, 20)),
    ("RandomResizedCrop", "size", 224, (224, 224)),
    ("Normalize", "mean", [0.5, 0.4, 0.3], (0.5, 0.4, 0.3)),
]


@pytest.mark.parametrize(("name", "argument", "value", "meant"), SCALARS, ids=lambda value: str(value))
def test_scalars(name: str, argument: str, value: Any, meant: Any) -> None:
    transform = made(name, **{argument: value})
    assert getattr(transform, argument) == meant
    assert made(name, **{argument: meant}) == transform


EVEN_IS_LEFT_TO_FAIL = {"GaussianBlur": ("blur_limit",), "Sharpen": ("kernel_size",)}
"""Arguments whose even sizes 2.0.8 takes, and lets fail or round when it runs."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in DECLARED if arguments(name, OLDER) and name != "Lambda"])
def test_scalars_as_in_albumentations(name: str) -> None:
    """Every argument of 2.0.8 that accepts a scalar or a pair reads back the same here."""
    reference = pytest.importorskip("albumentations")
    cls = getattr(reference, name, None)
    if cls is None:
        pytest.skip("needs torch there")
    kind = REGISTRY[name]
    older = arguments(name, OLDER)
    base = {k: v for k, v in REQUIRED.items() if k in older}
    for argument, default in older.items():
        if isinstance(default, (bool, str)) or "interpolation" in argument or argument in ("border_mode", "p"):
            continue
        ways = {"mask_indices", "percent"} if argument in ("bbox_labels", "px") else set()
        for value in (0.2, 0.7, 3, 7, 20, (0.1, 0.2), (3, 5), (-0.2, 0.4)):
            given = {k: v for k, v in base.items() if k != argument and k not in ways} | {argument: value}
            try:
                theirs = getattr(cls(**given), argument)
            except (ValueError, AttributeError):  # not accepted, or not kept under this name
                continue
            if argument in EVEN_IS_LEFT_TO_FAIL.get(name, ()) and np.any(np.asarray(value) % 2 == 0):
                continue
            theirs = _plain(theirs)
            if isinstance(theirs, dict) and theirs.keys() == {"x", "y"} and theirs["x"] == theirs["y"]:
                theirs = theirs["x"]
            if (name, argument) == ("ShiftScaleRotate", "scale_limit"):  # kept as a factor there
                theirs = tuple(round(end - 1, 9) for end in theirs)
            if (name, argument) == ("Affine", "translate_px") and not all(float(end).is_integer() for end in theirs):
                continue
            assert getattr(kind(**given), argument) == theirs, (argument, value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def test_lists_and_numpy_are_accepted() -> None:
    expected = A.RandomBrightnessContrast((-0.25, 0.5), p=0.5)
    for pair in ([-0.25, 0.5], np.array([-0.25, 0.5]), (np.float32(-0.25), np.float64(0.5)), [np.float16(-0.25), 0.5]):
        assert A.RandomBrightnessContrast(brightness_limit=pair, p=np.float32(0.5)) == expected
    assert A.RandomCrop(np.int64(5), np.array(6)) == A.RandomCrop(5.0, 6) == A.RandomCrop(5, 6)
    assert A.RandomCrop(5, 6, pad_if_needed=np.True_).pad_if_needed is True
    assert A.Normalize(mean=np.full(3, 0.5, np.float32)) == A.Normalize(mean=[0.5] * 3)
    json.dumps(A.Normalize(mean=np.full(3, 0.5, np.float32)).node())


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "choices", "words", "prefix"),
    [("interpolation", INTERPOLATIONS, Interpolation, "INTER_"), ("border_mode", BORDERS, Border, "BORDER_")],
)
def test_names_and_numbers_of_opencv(argument: str, choices: Any, words: Any, prefix: str) -> None:
    assert set(get_args(words)) == set(choices.names) | set(choices.synonyms)
    for word in get_args(words):
        expected = choices.synonyms.get(word, word)
        for written in (word, word.upper(), f"{prefix}{word.upper()}", f"cv2.{prefix}{word.upper()}"):
            assert getattr(A.Rotate(**{argument: written}), argument) == expected
    for number, word in choices.numbers.items():
        assert getattr(A.Rotate(**{argument: number}), argument) == word
        assert getattr(A.Rotate(**{argument: np.int32(number)}), argument) == word


def test_constants_are_those_of_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    for name in constants.__all__:
        assert getattr(constants, name) == getattr(cv2, name)


# -- errors ----------------------------------------------------------------------------------------------------------

ERRORS = [
    (
        lambda: A.RandomCrop(hieght=3, width=2),
        r"RandomCrop\.hieght: there is no such argument; did you mean 'height'\?",
    ),
    (lambda: A.RandomResizedCrop(heigth=3), r"RandomResizedCrop\.heigth: .*did you mean 'height'\?"),
    (lambda: A.Rotate(angel_range=3), r"did you mean 'angle_range'\? \(arguments: angle_range, interpolation, "),
    (lambda: A.RandomCrop(3), r"RandomCrop\.width: is required"),
    (lambda: A.RandomCrop(3, 3, height=3), r"RandomCrop\.height: given twice, as positional argument 1 and as height"),
    (lambda: A.HorizontalFlip(1, 2), r"HorizontalFlip: takes at most 1 arguments without names \(p\), got 2"),
    (lambda: A.HorizontalFlip(p=1.5), r"HorizontalFlip\.p: must be between 0 and 1, got 1\.5"),
    (lambda: A.HorizontalFlip(p=True), r"HorizontalFlip\.p: must be between 0 and 1, got True"),
    (lambda: A.HorizontalFlip(always_apply=True), r"HorizontalFlip\.always_apply: .*p=1\.0"),
    (lambda: A.GaussNoise(var_limit=(10, 50)), r"GaussNoise\.var_limit: .*std_range"),
    (lambda: A.Solarize(threshold=128), r"Solarize\.threshold: .*threshold_range"),
    (lambda: A.Rotate(limit="far"), r"Rotate\.angle_range: must be a pair \(low, high\), got 'far'"),
    (lambda: A.Rotate(limit=float("nan")), r"Rotate\.angle_range: must be a finite number, got nan"),
    (lambda: A.Rotate(limit=(3, 1)), r"Rotate\.angle_range: the first number must not be above the second"),
    (lambda: A.RandomResizedCrop(8, scale=0.5), r"RandomResizedCrop\.scale: must be a pair \(low, high\), got 0\.5"),
    (
        lambda: A.RandomResizedCrop(height=8),
        r"RandomResizedCrop\.size: height and width belong together, got height only",
    ),
    (
        lambda: A.RandomResizedCrop(8, height=8, width=8),
        r"size: given twice, as positional argument 1 and as height and",
    ),
    (lambda: A.CoarseDropout(min_holes=2), r"CoarseDropout\.num_holes_range: min_holes and max_holes belong together"),
    (lambda: A.Resize(2.5, 3), r"Resize\.height: must be a whole number, got 2\.5"),
    (
        lambda: A.Resize(3, 3, interpolation="bilinaer"),
        r"Resize\.interpolation: must be one of nearest, .*'bilinear'\?",
    ),
    (lambda: A.Rotate(border_mode=9), r"Rotate\.border_mode: must be one of constant, .*\[0, 1, 2, 3, 4\]\), got 9"),
    (lambda: A.CoarseDropout(fill="red"), r"CoarseDropout\.fill: must be a number .*, or one of random, .*, got 'red'"),
    (lambda: A.Affine(scale={"z": 1}), r"Affine\.scale: must be a mapping with x and y"),
    (lambda: A.Affine(scale={"x": (2, 1)}), r"Affine\.scale\['x'\]: the first number must not be above"),
    (
        lambda: A.Affine(translate_px=1, translate_percent=0.1),
        r"Affine: give translate_percent or translate_px, not both",
    ),
    (
        lambda: A.RandomRotate90(group_elements=["r90", "v"]),
        r"RandomRotate90\.group_elements\[1\]: must be one of e, r90",
    ),
    (lambda: A.ConstrainedCoarseDropout(), r"ConstrainedCoarseDropout: give either mask_indices or bbox_labels"),
    (lambda: A.ConstrainedCoarseDropout(bbox_labels=[object()]), r"ConstrainedCoarseDropout\.bbox_labels\[0\]: "),
    (lambda: A.CropAndPad(), r"CropAndPad: give exactly one of px, percent, px_choices, percent_choices, got none"),
    (lambda: A.SmallestMaxSize(), r"SmallestMaxSize: give either max_size or max_size_hw"),
    (lambda: A.PadIfNeeded(pad_height_divisor=8), r"PadIfNeeded: give either min_height or pad_height_divisor"),
    (lambda: A.Equalize(mask_params=5), r"Equalize\.mask_params: must be empty"),
    (lambda: A.Sharpen(kernel_size=4), r"Sharpen\.kernel_size: must be odd, got 4"),
    (
        lambda: transform_from_node({"transform": "HorizontalFlap"}),
        r"HorizontalFlap: .*did you mean 'HorizontalFlip'\?",
    ),
]


@pytest.mark.parametrize(("mistake", "message"), ERRORS, ids=[message[:40] for _, message in ERRORS])
def test_mistakes_are_explained(mistake: Any, message: str) -> None:
    with pytest.raises(A.PolicyError) as caught:
        mistake()
    assert isinstance(caught.value, ValueError)
    assert re.search(message, str(caught.value)), str(caught.value)


# -- arguments of 1.x ------------------------------------------------------------------------------------------------


def test_two_arguments_that_are_one_now() -> None:
    assert A.RandomResizedCrop(height=3, width=4) == A.RandomResizedCrop(size=(3, 4))
    assert A.RandomSizedCrop((2, 3), height=3, width=4) == A.RandomSizedCrop((2, 3), (3, 4))
    older = A.CoarseDropout(max_holes=8, max_height=32, max_width=16, min_width=4, fill_value=7, mask_fill_value=None)
    assert older == A.CoarseDropout((8, 8), (32, 32), (4, 16), fill=7)
    assert A.CoarseDropout(max_holes=8, min_holes=None) == A.CoarseDropout((8, 8))
    older = A.GridDropout(unit_size_min=5, unit_size_max=9, shift_x=1, shift_y=2)
    assert older == A.GridDropout(unit_size_range=(5, 9), shift_xy=(1, 2))
    assert A.Affine(mode=2, cval=3, cval_mask=4) == A.Affine(border_mode="reflect", fill=3, fill_mask=4)


# -- instances -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in DECLARED if name != "Lambda"])
def test_round_trips(name: str) -> None:
    transform = made(name, p=0.25)
    node = json.loads(json.dumps(transform.node()))
    assert node["transform"] == name
    assert node["p"] == 0.25
    assert set(node["params"]) == set(REGISTRY[name].fields) - {"p"}, "everything is written down"
    for again in (
        eval(repr(transform), vars(A)),
        pickle.loads(pickle.dumps(transform)),
        copy.copy(transform),
        copy.deepcopy(transform),
        transform_from_node(node),
    ):
        assert again == transform
        assert hash(again) == hash(transform)
        assert again.node() == transform.node()
        assert repr(again) == repr(transform)


NUMBERS = st.one_of(
    st.integers(-1000, 1000), st.floats(-2, 2, allow_nan=False), st.sampled_from([np.float32(0.5), np.int64(3)])
)
VALUES = st.recursive(
    st.one_of(
        NUMBERS, st.none(), st.booleans(), st.floats(), st.text(max_size=5), st.sampled_from(["random", "linear", "e"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3),
    ),
    max_leaves=6,
) | st.tuples(NUMBERS, NUMBERS)


@pytest.mark.parametrize(("kind", "entry"), FIELDS, ids=map(field_id, FIELDS))
@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_any_value_becomes_canonical_or_is_refused(kind: type[Transform], entry: Field, value: Any) -> None:
    try:
        canonical = entry.kind(kind.__name__, entry.name, value)
    except A.PolicyError as error:
        assert str(error).startswith(f"{kind.__name__}.{entry.name}")
        return
    assert entry.kind(kind.__name__, entry.name, canonical) == canonical
    json.dumps(canonical, allow_nan=False)
    assert eval(repr(canonical)) == canonical
    listed = json.loads(json.dumps(canonical))
    assert entry.kind(kind.__name__, entry.name, listed) == canonical


def test_the_same_number_is_the_same_transform() -> None:
    whole, real = A.Rotate(limit=30), A.Rotate(limit=30.0)
    assert whole == real
    assert hash(whole) == hash(real)
    assert hash(A.RandomCrop(3, 3, fill=0)) == hash(A.RandomCrop(3, 3, fill=0.0))
    assert len({A.Affine(scale={"x": 1}), A.Affine(scale={"x": 1.0, "y": (1, 1)})}) == 1
    assert A.Rotate(limit=30) != A.SafeRotate(limit=30)
    assert A.Rotate(limit=30) != A.Rotate(limit=30, p=0.1)


def test_equal_policies_have_equal_fingerprints() -> None:
    whole, real = A.Compose([A.Rotate(limit=30)], seed=1), A.Compose([A.Rotate(limit=30.0)], seed=1)
    assert whole == real
    assert whole.fingerprint == real.fingerprint
    assert whole.fingerprint != A.Compose([A.Rotate(limit=31)], seed=1).fingerprint


def test_instances_never_change() -> None:
    transform = A.Rotate(limit=30)
    with pytest.raises(AttributeError, match=r"construct a new Rotate with p=1"):
        transform.p = 1
    with pytest.raises(AttributeError, match=r"construct a new Rotate without limit"):
        del transform.limit
    with pytest.raises(AttributeError, match="Rotate has no attribute 'angle'"):
        _ = transform.angle


def test_repr_shows_what_differs() -> None:
    assert repr(A.RandomCrop(224, 256, fill=0.0)) == "RandomCrop(height=224, width=256)"
    assert repr(A.Blur(blur_limit=5, p=1)) == "Blur(blur_range=(3, 5), p=1.0)"


# -- for editors and readers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECLARED)
def test_signature(name: str) -> None:
    kind = REGISTRY[name]
    parameters = inspect.signature(kind).parameters
    assert set(parameters) == set(kind.fields)
    for entry in kind.fields.values():
        parameter = parameters[entry.name]
        assert (parameter.default is inspect.Parameter.empty) == entry.is_required
        assert entry.is_required or parameter.default == entry.default
        assert (parameter.kind is inspect.Parameter.KEYWORD_ONLY) == entry.kw_only


@pytest.mark.parametrize("name", DECLARED)
def test_documentation(name: str) -> None:
    kind = REGISTRY[name]
    text = inspect.getdoc(kind)
    assert text is not None
    head, args, rest = re.fullmatch(r"(.*)\n\nArgs:\n(.*)\n\nTargets:\n(.*)", text, re.DOTALL).groups()
    assert re.match(r"[A-Z].*[.:)]$", head.splitlines()[0])
    for entry in kind.fields.values():
        assert f"    {entry.name} (" in args
        assert entry.doc.endswith(".")
        for alias in (*entry.aliases, *entry.parts):
            assert f"``{alias}``" in args
    assert "Examples:\n    >>> " in rest
    assert all(len(line) <= 120 for line in text.splitlines())


@pytest.mark.parametrize("name", sorted({*_core.transform_names(), "Lambda"}))
def test_examples(name: str) -> None:
    example = doctest.DocTestParser().get_doctest(REGISTRY[name].__doc__ or "", {}, name, None, 0)
    assert example.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=report.append)
    assert not report, "".join(report)


TYPED = """
import fastaug as A

A.RandomBrightnessContrast(brightness_range=0.2, contrast_range=(-0.1, 0.3), p=1)
A.RandomCrop(height=3, width=3, fill=(1, 2, 3), border_mode=2)
A.Affine(scale={"x": (0.5, 1.5), "y": 1.0}, interpolation="cubic", fill_mask=None)
A.RandomRotate90(0.5, group_elements=("r90",))
A.CoarseDropout(fill="random", num_holes_range=(0.02, 0.1))
A.RandomCrop(3)  # error
A.RandomCrop("3", 3)  # error
A.Resize(3, 3, interpolation="bilinaer")  # error
A.Rotate(angel_range=3)  # error
A.HorizontalFlip().p = 1  # error
"""


def test_type_checkers_see_names_and_types(tmp_path: Path) -> None:
    """Canonical names are accepted, mistakes are found: PEP 681 works as declared."""
    api = pytest.importorskip("mypy.api")
    (tmp_path / "typed.py").write_text(TYPED)
    source = Path(A.__file__).parents[1]
    out, problems, _ = api.run([str(tmp_path / "typed.py"), "--config-file=", f"--cache-dir={source / '.mypy_cache'}"])
    assert not problems
    found = {int(line.split(":")[1]) for line in out.splitlines() if ": error: " in line and "typed.py" in line}
    expected = {number for number, line in enumerate(TYPED.splitlines(), 1) if line.endswith("# error")}
    assert found == expected, out


def test_the_page_on_migrating_is_up_to_date() -> None:
    path = Path(__file__).parent / "tools" / "update_migrating.py"
    spec = importlib.util.spec_from_file_location("update_migrating", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run python tests/tools/update_migrating.py"
