"""The machinery of declarations: a class with fields becomes a transform with a typed signature, aliases and a ``repr``.

A declaration owns names, defaults, what a scalar means, and documentation. Types and bounds are the core's, which is asked
as soon as a transform is constructed.
"""

from __future__ import annotations

import difflib
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fastaug import _core
from fastaug.errors import PolicyError
from fastaug.transforms.kinds import Convert, Range, probability

if TYPE_CHECKING:
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
    doc: str

    @property
    def is_required(self) -> bool:
        """Whether the argument has no default."""
        return self.default is REQUIRED


def field(kind: Convert, *, default: Any = REQUIRED, alias: str | tuple[str, ...] = (), doc: str) -> Any:
    """Declares one argument: its kind, default, other names and meaning."""
    return Field("", kind, default, (alias,) if isinstance(alias, str) else alias, doc)


def apply_probability(default: float) -> Any:
    """Declares ``p``."""
    return field(probability, default=default, doc="Probability of being applied; the weight inside ``OneOf``.")


REGISTRY: dict[str, type[Transform]] = {}
"""Every transform by its name, and by its older names."""


@dataclass_transform(field_specifiers=(field,))
class Transform:
    """One step of a policy. Instances never change; two with the same arguments are equal."""

    fields: ClassVar[dict[str, Field]] = {}
    targets: ClassVar[tuple[str, ...]] = ALL_TARGETS
    _names: ClassVar[dict[str, str]] = {}

    if TYPE_CHECKING:

        @property
        def p(self) -> float:
            """Probability of being applied."""

    def __init_subclass__(cls, targets: tuple[str, ...] = ALL_TARGETS, also: tuple[str, ...] = ()) -> None:
        declared = [(name, value) for name, value in vars(cls).items() if isinstance(value, Field)]
        if not declared:
            return
        cls.fields = {name: Field(name, f.kind, f.default, f.aliases, f.doc) for name, f in declared}
        for name, _ in declared:
            delattr(cls, name)
        cls.targets = targets
        cls._names = {name: name for name in cls.fields}
        for entry in cls.fields.values():
            cls._names |= dict.fromkeys(entry.aliases, entry.name)
        parameters = [
            inspect.Parameter(
                entry.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if entry.is_required else entry.default,
            )
            for entry in cls.fields.values()
        ]
        cls.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        cls.__doc__ = _documentation(cls)
        for name in (cls.__name__, *also):
            REGISTRY[name] = cls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
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
        if len(args) > len(self.fields):
            raise PolicyError(f"{owner}: takes at most {len(self.fields)} arguments, got {len(args)}")
        given = dict(zip(self.fields, args, strict=False))
        written = {name: f"positional argument {number}" for number, name in enumerate(given, 1)}
        for name, value in kwargs.items():
            canonical = self._names.get(name)
            if canonical is None:
                raise PolicyError(_unknown(owner, name, self._names, self.fields))
            if canonical in given:
                raise PolicyError(
                    f"{owner}.{canonical}: given twice, as {written[canonical]} and as {name}; they are one argument"
                )
            given[canonical] = value
            written[canonical] = name
        return given

    def check(self) -> None:
        """What concerns several arguments at once; transforms with such rules say them here."""

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

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Transform) and other.node() == self.node()

    def __hash__(self) -> int:
        return hash((type(self).__name__, json.dumps(self.node(), sort_keys=True)))

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


def _unknown(owner: str, name: str, names: Mapping[str, str], fields: Mapping[str, Field]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{owner}.{name}: there is no such argument{hint} (arguments: {', '.join(fields)})"


def _documentation(cls: type[Transform]) -> str:
    """The class's own words, then one entry per argument, the targets and the other names."""
    own = inspect.cleandoc(cls.__doc__ or "")
    head, _, example = own.partition("\nExamples:")
    lines = [head.rstrip(), "", "Args:"]
    for entry in cls.fields.values():
        default = "" if entry.is_required else f" Default: ``{entry.default!r}``."
        also = f" Also accepted as {', '.join(f'``{alias}``' for alias in entry.aliases)}." if entry.aliases else ""
        lines.append(f"    {entry.name}: {entry.doc}{default}{also}")
    lines += ["", "Targets:", f"    {', '.join(cls.targets)}"]
    if example:
        lines += ["", "Examples:" + example.rstrip()]
    return "\n".join(lines) + "\n"


def transform_from_node(node: Mapping[str, Any]) -> Transform:
    """The transform that a node of a policy's JSON describes."""
    name = node["transform"]
    found = REGISTRY.get(name)
    if found is None:
        close = difflib.get_close_matches(str(name), REGISTRY, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise PolicyError(f"{name}: there is no transform of this name{hint}")
    transform = found(**node.get("params", {}), p=node.get("p", 1.0))
    if node.get("replay") is not None:
        transform.__dict__["_replay"] = dict(node["replay"])
    return transform


def pinned_transform(name: str, params: Mapping[str, Any]) -> Transform:
    """The transform that does again what ``applied_transforms`` tells of one: drawn values stand for their ranges."""
    found = REGISTRY.get(name)
    if found is None:
        raise PolicyError(f"{name}: there is no transform of this name")
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
