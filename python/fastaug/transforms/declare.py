"""The machinery of declarations: a class with fields becomes a transform with typed arguments, aliases and a ``repr``.

A declaration owns names, defaults, what a scalar means, and documentation. Types and bounds are the core's, which is
asked as soon as a transform is constructed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from fastaug import _core
from fastaug.errors import PolicyError
from fastaug.transforms.choices import did_you_mean
from fastaug.transforms.kinds import Convert, Range, probability

if TYPE_CHECKING:
    import inspect

    from typing_extensions import dataclass_transform
elif sys.version_info >= (3, 11):
    from typing import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        """Only type checkers need it."""
        return lambda decorated: decorated


class _Required:
    def __repr__(self) -> str:
        return "<required>"


REQUIRED = _Required()

IMAGE_TARGETS = ("image", "images")
ALL_TARGETS = ("image", "images", "mask", "masks", "bboxes", "keypoints")


@dataclass(frozen=True)
class Field:
    """One argument of a transform."""

    name: str
    kind: Convert
    default: Any
    aliases: tuple[str, ...]
    parts: tuple[str, ...]
    kw_only: bool
    doc: str

    @property
    def is_required(self) -> bool:
        """Whether the argument has no default."""
        return self.default is REQUIRED


def field(
    kind: Convert,
    *,
    default: Any = REQUIRED,
    also: str | tuple[str, ...] = (),
    parts: tuple[str, str] | tuple[()] = (),
    kw_only: bool = False,
    doc: str,
) -> Any:
    """Declares one argument.

    ``also`` are its other names, ``parts`` the two arguments that it once was (``height`` and ``width`` for a size).
    ``kw_only`` marks those that 2.0.8 does not have, so that positions mean what they meant there. The names
    ``default`` and ``kw_only`` are those that type checkers know from ``dataclass_transform``; ``alias`` would be one
    of them, and would *replace* the argument's name.
    """
    return Field("", kind, default, (also,) if isinstance(also, str) else also, parts, kw_only, doc)


def apply_probability(default: float) -> Any:
    """Declares ``p``."""
    return field(probability, default=default, doc="Probability of being applied; the weight inside ``OneOf``.")


REGISTRY: dict[str, type[Transform]] = {}
"""Every transform by its name, and by its older names."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Transform:
    """One step of a policy. Instances never change; two with the same arguments are equal."""

    fields: ClassVar[dict[str, Field]] = {}
    targets: ClassVar[tuple[str, ...]] = ALL_TARGETS
    is_saved: ClassVar[bool] = True
    """Whether plain data can hold it."""
    _names: ClassVar[dict[str, str]] = {}
    _parts: ClassVar[dict[str, str]] = {}
    _gone: ClassVar[Mapping[str, str]] = {}

    if TYPE_CHECKING:

        @property
        def p(self) -> float:
            """Probability of being applied."""

    def __init_subclass__(
        cls,
        targets: tuple[str, ...] = ALL_TARGETS,
        also: tuple[str, ...] = (),
        gone: Mapping[str, str] | None = None,
    ) -> None:
        """Reads the fields. ``also`` are older names of the class, ``gone`` says what to write for arguments of old."""
        declared = [(name, value) for name, value in vars(cls).items() if isinstance(value, Field)]
        if not declared:
            return
        cls.fields = {name: _canonical(cls.__name__, replace(entry, name=name)) for name, entry in declared}
        for name, _ in declared:
            delattr(cls, name)
        cls.targets = targets
        cls._names = {name: name for name in cls.fields}
        cls._parts = {}
        for entry in cls.fields.values():
            cls._names |= dict.fromkeys(entry.aliases, entry.name)
            cls._parts |= dict.fromkeys(entry.parts, entry.name)
        cls._gone = {**_GONE, **(gone or {})}
        cls.__signature__ = _Late(_signature)  # type: ignore[attr-defined]
        own = cls.__doc__ or ""
        cls.__doc__ = _Late(lambda kind: _documentation(kind, own))  # type: ignore[assignment]
        for name in (cls.__name__, *also):
            REGISTRY[name] = cls

    def __init__(self, /, *args: Any, **kwargs: Any) -> None:
        owner = type(self).__name__
        given = self._bind(owner, args, kwargs)
        values = self.__dict__
        for entry in self.fields.values():
            if entry.name in given:
                values[entry.name] = entry.kind(owner, entry.name, given[entry.name])
            elif entry.is_required:
                raise PolicyError(f"{owner}.{entry.name}: is required ({entry.doc.rstrip('.')})")
            else:
                values[entry.name] = entry.default
        self.check()
        _core.check_transform(owner, json.dumps(self.params()))

    def _bind(self, owner: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Canonical names for whatever was given."""
        positional = [entry.name for entry in self.fields.values() if not entry.kw_only]
        if len(args) > len(positional):
            raise PolicyError(
                f"{owner}: takes at most {len(positional)} arguments without names"
                f" ({', '.join(positional)}), got {len(args)}"
            )
        given = dict(zip(positional, args, strict=False))
        written = {name: f"positional argument {number}" for number, name in enumerate(given, 1)}
        parts: dict[str, dict[str, Any]] = {}
        for name, value in kwargs.items():
            canonical = self._names.get(name)
            if canonical is None:
                whole = self._parts.get(name)
                if whole is None:
                    raise PolicyError(_unknown(type(self), name))
                parts.setdefault(whole, {})[name] = value
                continue
            if canonical in given:
                raise PolicyError(
                    f"{owner}.{canonical}: given twice, as {written[canonical]} and as {name}; they are one argument"
                )
            given[canonical] = value
            written[canonical] = name
        for canonical, values in parts.items():
            names = " and ".join(values)
            if canonical in given:
                raise PolicyError(
                    f"{owner}.{canonical}: given twice, as {written[canonical]} and as {names}; they are one argument"
                )
            given[canonical] = _whole(owner, self.fields[canonical], values)
        return given

    def check(self) -> None:
        """What concerns several arguments at once; transforms with such rules say them here."""

    @property
    def needs_labels(self) -> bool:
        """Whether the core has to know what each box is."""
        return False

    def params(self) -> dict[str, Any]:
        """All arguments but ``p`` under their canonical names."""
        return {name: self.__dict__[name] for name in self.fields if name != "p"}

    def node(self) -> dict[str, Any]:
        """This transform as a policy's JSON has it."""
        node = {"transform": type(self).__name__, "p": self.p, "params": self.params()}
        replay = self.__dict__.get("_replay")
        return node if replay is None else node | {"replay": replay}

    def __call__(self, *args: Any, **data: Any) -> dict[str, Any]:
        """Runs this transform alone, as if it were the only one of a policy."""
        policy = self.__dict__.get("_alone")
        if policy is None:
            from fastaug.composition import Compose

            policy = self.__dict__["_alone"] = Compose([self])
        result: dict[str, Any] = policy(*args, **data)
        return result

    def __getattr__(self, name: str) -> Any:
        canonical = type(self)._names.get(name)
        if canonical is None or canonical == name:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self, canonical)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a transform never changes; construct a new {type(self).__name__} with {name}={value!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a transform never changes; construct a new {type(self).__name__} without {name}")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Transform) and other.node() == self.node()

    def __hash__(self) -> int:
        return hash(_frozen(self.node()))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_alone"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        shown = [
            f"{entry.name}={self.__dict__[entry.name]!r}"
            for entry in self.fields.values()
            if entry.is_required or self.__dict__[entry.name] != entry.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def available_keys(self) -> set[str]:
        """The targets that this transform changes."""
        return set(self.targets)


def _canonical(owner: str, entry: Field) -> Field:
    """The field with its default in the form that a given value would get, so that the two compare equal."""
    return entry if entry.is_required else replace(entry, default=entry.kind(owner, entry.name, entry.default))


def _whole(owner: str, entry: Field, values: Mapping[str, Any]) -> tuple[Any, Any]:
    """One argument from the two that it once was; the low end of a range could be left out there."""
    low, high = entry.parts
    if high not in values or (low not in values and not isinstance(entry.kind, Range)):
        raise PolicyError(f"{owner}.{entry.name}: {low} and {high} belong together, got {' and '.join(values)} only")
    least = values.get(low)
    return (values[high] if least is None else least, values[high])


def _frozen(value: Any) -> Any:
    """Something hashable that is equal where ``value`` is."""
    if isinstance(value, Mapping):
        return frozenset((name, _frozen(entry)) for name, entry in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, (tuple, list)) else value


_GONE = {"always_apply": "write p=1.0 instead of always_apply=True, and nothing instead of always_apply=False"}
"""Arguments that every transform once had."""


def _unknown(owner: type[Transform], name: str) -> str:
    if name in owner._gone:
        return f"{owner.__name__}.{name}: is an argument of old; {owner._gone[name]}"
    hint = did_you_mean(name, [*owner._names, *owner._parts])
    return f"{owner.__name__}.{name}: there is no such argument{hint} (arguments: {', '.join(owner.fields)})"


class _Late:
    """An attribute of a class that is made when somebody asks; most programs never do, and imports have to be quick."""

    def __init__(self, make: Callable[[type[Transform]], Any]) -> None:
        self.make = make

    def __get__(self, _: object, owner: type[Transform]) -> Any:
        return self.make(owner)


def _signature(cls: type[Transform]) -> inspect.Signature:
    """The arguments with their defaults, for editors and notebooks."""
    from inspect import Parameter, Signature

    return Signature(
        [
            Parameter(
                entry.name,
                Parameter.KEYWORD_ONLY if entry.kw_only else Parameter.POSITIONAL_OR_KEYWORD,
                default=Parameter.empty if entry.is_required else entry.default,
                annotation=cls.__annotations__[entry.name],
            )
            for entry in sorted(cls.fields.values(), key=lambda entry: entry.kw_only)
        ]
    )


def _documentation(cls: type[Transform], own: str) -> str:
    """The class's own words, then one entry per argument, the targets and the examples."""
    import inspect
    import textwrap

    head, _, example = inspect.cleandoc(own).partition("\nExamples:")
    lines = [head.rstrip(), "", "Args:"]
    for entry in cls.fields.values():
        default = "" if entry.is_required else f" Default: ``{entry.default!r}``."
        also = [f"``{alias}``" for alias in entry.aliases]
        also += [" with ".join(f"``{part}``" for part in entry.parts)] if entry.parts else []
        others = f" Also accepted: {', '.join(also)}." if also else ""
        accepted = _accepted(cls, cls.__annotations__[entry.name])
        lines += textwrap.wrap(
            f"{entry.name} ({accepted}): {entry.doc}{default}{others}",
            width=120,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
        )
    lines += ["", "Targets:", f"    {', '.join(cls.targets)}"]
    if example:
        lines += ["", "Examples:" + example.rstrip()]
    return "\n".join(lines) + "\n"


_SPOKEN = {
    "Border": "str",
    "Fill": "number | one per channel",
    "Interpolation": "str",
    "Number": "number",
    "Pair": "(low, high)",
    "PerAxis": "float | (low, high) | {'x': …, 'y': …}",
    "PerSide": "number | (low, high) | four of either",
}


def _accepted(cls: type[Transform], annotation: str) -> str:
    """An annotation for readers: words by themselves, and no lists, since they go wherever tuples do."""
    spoken = []
    for part in annotation.split(" | "):
        words = get_args(vars(sys.modules[cls.__module__]).get(part)) if part not in _SPOKEN else ()
        if all(isinstance(word, str) for word in words) and words:
            spoken += [repr(word) for word in words]
        elif not part.startswith("list["):
            spoken.append(_SPOKEN.get(part, part))
    return " | ".join(spoken)


def transform_from_node(node: Mapping[str, Any]) -> Transform:
    """The transform that a node of a policy's JSON describes."""
    name = node["transform"]
    found = _found(name)
    if not found.is_saved:
        raise PolicyError(f"{name}: holds Python functions, which plain data cannot; use pickle")
    transform = found(**node.get("params", {}), p=node.get("p", 1.0))
    if node.get("replay") is not None:
        transform.__dict__["_replay"] = dict(node["replay"])
    return transform


def _found(name: str) -> type[Transform]:
    found = REGISTRY.get(name)
    if found is None:
        raise PolicyError(f"{name}: there is no transform of this name{did_you_mean(name, REGISTRY)}")
    return found


def pinned_transform(name: str, params: Mapping[str, Any]) -> Transform:
    """The transform that does again what ``applied_transforms`` tells of one: drawn values stand for their ranges."""
    found = _found(name)
    arguments: dict[str, Any] = {}
    for key, value in params.items():
        entry = found.fields.get(found._names.get(key, ""))
        if entry is None or entry.name == "p":
            continue
        is_single = isinstance(value, (int, float)) and not isinstance(value, bool)
        arguments[entry.name] = (value, value) if is_single and _means_range(entry) else value
    transform = found(**arguments, p=1.0)
    transform.__dict__["_replay"] = {found._names.get(key, key): value for key, value in params.items()}
    return transform


def _means_range(entry: Field) -> bool:
    """Whether a single value of this argument was drawn from a range."""
    default = entry.default
    return isinstance(entry.kind, Range) or (isinstance(default, tuple) and len(default) == 2)
