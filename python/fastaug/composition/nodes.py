"""Containers: policies inside policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from fastaug.composition.fixed import Children, Fixed
from fastaug.errors import PolicyError, shown
from fastaug.transforms import Transform, kinds
from fastaug.transforms.declare import transform_from_node

SOME_OF_REPLACED = 64
"""The most draws that :class:`SomeOf` makes where a child may be drawn again; a saved policy could ask for any number."""


def check_children(owner: str, transforms: Any) -> Children:
    """A list of transforms and containers."""
    children = _listed(owner, transforms)
    for number, child in enumerate(children):
        if isinstance(child, type) and issubclass(child, (Transform, Container)):
            raise PolicyError(f"{owner}.transforms[{number}]: {child.__name__} is a class; write {child.__name__}(…)")
        if not isinstance(child, (Transform, Container)):
            raise PolicyError(f"{owner}.transforms[{number}]: must be a transform, got {shown(child)}")
    return Children(children)


def _listed(owner: str, transforms: Any) -> list[Any]:
    if isinstance(transforms, (Transform, Container)):
        raise PolicyError(f"{owner}.transforms: must be a list of transforms, got a single {type(transforms).__name__}")
    try:
        return list(transforms)
    except TypeError:
        raise PolicyError(f"{owner}.transforms: must be a list of transforms, got {shown(transforms)}") from None


class Container(Fixed):
    """A node of a policy that holds other nodes."""

    _arguments: ClassVar[tuple[str, ...]] = ()
    _default_p: ClassVar[float] = 1.0

    def __init__(self, transforms: Sequence[Transform | Container], p: float = 1.0) -> None:
        owner = type(self).__name__
        self.transforms = check_children(owner, transforms)
        self.p = kinds.probability(owner, "p", p)

    @classmethod
    def _is_argument(cls, name: str) -> bool:
        return name in ("transforms", "p") or name in cls._arguments

    def node(self) -> dict[str, Any]:
        """This node as the policy's JSON has it."""
        params: dict[str, Any] = {"transforms": [child.node() for child in self.transforms]}
        params |= self._settings()
        return {"transform": type(self).__name__, "p": self.p, "params": params}

    def _settings(self) -> dict[str, Any]:
        """The arguments beside ``transforms`` and ``p``."""
        return {name: getattr(self, name) for name in self._arguments}

    @classmethod
    def from_node(cls, path: str, node: Mapping[str, Any]) -> Container:
        """The container that a policy's JSON describes; ``path`` is where it stands there."""
        params = dict(node.get("params", {}))
        if "transforms" not in params:
            raise PolicyError(f"{path}.transforms: is required (the list of a container's children)")
        children = nodes_from_list(f"{path}.transforms", params.pop("transforms"))
        unknown = [str(name) for name in params if name not in cls._arguments]
        if unknown:
            accepted = ", ".join(["transforms", *cls._arguments])
            raise PolicyError(f"{path}.{unknown[0]}: there is no such argument (arguments: {accepted})")
        return cls(transforms=children, p=node.get("p", cls._default_p), **params)

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self) -> Iterator[Transform | Container]:
        return iter(self.transforms)

    def __getitem__(self, index: int) -> Transform | Container:
        return self.transforms[index]

    def __call__(self, *args: Any, **data: Any) -> dict[str, Any]:
        """Runs this container alone, as if it were the only node of a policy."""
        policy = self.__dict__.get("_alone")
        if policy is None:
            # A policy is made of nodes, so its module imports this one.
            from fastaug.composition.compose import Compose

            policy = self.__dict__["_alone"] = Compose([self])
        result: dict[str, Any] = policy(*args, **data)
        return result

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is type(self)
            and isinstance(other, Container)
            and (other.p, other._settings(), other.transforms) == (self.p, self._settings(), self.transforms)
        )

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.p, *self._settings().values(), self.transforms))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_alone"}

    def __repr__(self) -> str:
        arguments = [f"{name}={value!r}" for name, value in self._settings().items()]
        if self.p != self._default_p:
            arguments.append(f"p={self.p!r}")
        return code(type(self).__name__, self.transforms, arguments)


def code(name: str, children: Sequence[object], arguments: Sequence[str]) -> str:
    """A container as code, one child per line."""
    lines = "".join(f"    {line}\n" for child in children for line in f"{child!r},".splitlines())
    inside = f"[\n{lines}]" if children else "[]"
    return f"{name}({', '.join([inside, *arguments])})"


def walk(path: str, nodes: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Every node with its path, as the core names it."""
    for number, node in enumerate(nodes):
        here = f"{path}.transforms[{number}].{type(node).__name__}".lstrip(".")
        yield here, node
        if isinstance(node, Container):
            yield from walk(here, node.transforms)


class Sequential(Container):
    """All children, one after the other; or none of them.

    Args:
        transforms: The children; each has its own probability.
        p: Probability that the children run at all.

    Examples:
        >>> import fastaug as A
        >>> A.OneOf([A.Sequential([A.Blur(p=1), A.GaussNoise(p=1)], p=1), A.Sharpen(p=1)])
    """

    _default_p = 0.5

    def __init__(self, transforms: Sequence[Transform | Container], p: float = 0.5) -> None:
        super().__init__(transforms, p)


class OneOf(Container):
    """One of the children, drawn with their ``p`` as weights.

    Args:
        transforms: The children. Whichever is drawn runs for certain: its ``p`` is its weight.
        p: Probability that any of them runs.

    Examples:
        >>> import fastaug as A
        >>> A.OneOf([A.Blur(p=2 / 3), A.Sharpen(p=1 / 3)], p=0.5)
    """

    _default_p = 0.5

    def __init__(self, transforms: Sequence[Transform | Container], p: float = 0.5) -> None:
        super().__init__(transforms, p)
        if not self.transforms:
            raise PolicyError("OneOf.transforms: there is nothing to choose from")
        if self.p > 0 and not any(child.p > 0 for child in self.transforms):
            raise PolicyError("OneOf.transforms: at least one child needs p above 0, since p is its weight")


class SomeOf(Container):
    """Some of the children, drawn with equal chances and run in the order they are written.

    Args:
        transforms: The children. One that is drawn still runs with its own ``p`` only.
        n: How many are drawn; at most as many as there are or, with ``replace``, at most 64.
        replace: Whether a child may be drawn again.
        p: Probability that any of them runs.

    Examples:
        >>> import fastaug as A
        >>> A.SomeOf([A.Blur(p=1), A.ToGray(p=1), A.HorizontalFlip(p=1)], n=2)
    """

    _arguments = ("n", "replace")

    def __init__(
        self, transforms: Sequence[Transform | Container], n: int = 1, replace: bool = False, p: float = 1.0
    ) -> None:
        super().__init__(transforms, p)
        owner = type(self).__name__
        n = kinds.whole(owner, "n", n)
        self.replace = kinds.flag(owner, "replace", replace)
        if n < 0:
            raise PolicyError(f"{owner}.n: must be a whole number of at least 0, got {shown(n)}")
        if n and not self.transforms:
            raise PolicyError(f"{owner}.transforms: there is nothing to choose from")
        if self.replace and n > SOME_OF_REPLACED:
            raise PolicyError(f"{owner}.n: must be at most {SOME_OF_REPLACED} with replace=True, got {shown(n)}")
        self.n = n if self.replace else min(n, len(self.transforms))


class RandomOrder(SomeOf):
    """Some of the children, drawn with equal chances and run in the order they were drawn.

    Args:
        transforms: The children. One that is drawn still runs with its own ``p`` only.
        n: How many are drawn; at most as many as there are or, with ``replace``, at most 64.
        replace: Whether a child may be drawn again.
        p: Probability that any of them runs.

    Examples:
        >>> import fastaug as A
        >>> A.RandomOrder([A.Blur(p=1), A.Sharpen(p=1)], n=2)
    """


class OneOrOther(Container):
    """The first child with probability ``p``, else the second.

    Args:
        first: The first child.
        second: The second child.
        transforms: Both as a list, instead of ``first`` and ``second``.
        p: Probability of the first.

    Examples:
        >>> import fastaug as A
        >>> A.OneOrOther(A.Blur(p=1), A.Sharpen(p=1), p=0.7)
    """

    _default_p = 0.5

    def __init__(
        self,
        first: Transform | Container | None = None,
        second: Transform | Container | None = None,
        transforms: Sequence[Transform | Container] | None = None,
        p: float = 0.5,
    ) -> None:
        if transforms is None:
            if first is None or second is None:
                raise PolicyError("OneOrOther: give first and second, or transforms with both")
            transforms = [first, second]
        elif first is not None or second is not None:
            raise PolicyError("OneOrOther: give first and second, or transforms, not both")
        super().__init__(transforms, p)
        if len(self.transforms) != 2:
            raise PolicyError(f"OneOrOther.transforms: takes two transforms, got {len(self.transforms)}")

    def __repr__(self) -> str:
        arguments = [f"p={self.p!r}"] if self.p != self._default_p else []
        lines = "".join(f"    {line}\n" for child in self.transforms for line in f"{child!r},".splitlines())
        return f"OneOrOther(\n{lines}{''.join(f'    {argument},' + chr(10) for argument in arguments)})"


class SelectiveChannelTransform(Container):
    """Children that see some channels of the image only.

    Args:
        transforms: The children; they must keep size, channel count and type. Masks, boxes and keypoints stay.
        channels: Which channels.
        p: Probability that the children run at all.

    Examples:
        >>> import fastaug as A
        >>> A.SelectiveChannelTransform([A.GaussianBlur(p=1)], channels=(0,))
    """

    _arguments = ("channels",)

    def __init__(
        self,
        transforms: Sequence[Transform | Container],
        channels: Sequence[int] = (0, 1, 2),
        p: float = 1.0,
    ) -> None:
        super().__init__(transforms, p)
        self.channels = _channels(channels)


def _channels(given: Any) -> tuple[int, ...]:
    channels: tuple[int, ...] = kinds.several(kinds.whole)("SelectiveChannelTransform", "channels", given)
    if len(set(channels)) != len(channels) or min(channels) < 0:
        raise PolicyError(
            f"SelectiveChannelTransform.channels: must name at least one channel, each once and none below 0, got {shown(given)}"
        )
    return channels


CONTAINERS: dict[str, type[Container]] = {
    container.__name__: container
    for container in (Sequential, OneOf, SomeOf, RandomOrder, OneOrOther, SelectiveChannelTransform)
}
"""The containers by name."""


# -- from plain data -------------------------------------------------------------------------------------------------


def nodes_from_list(path: str, nodes: Any) -> list[Transform | Container]:
    """The transforms and containers that a list of a policy's JSON describes; ``path`` is where it stands there."""
    if not isinstance(nodes, (list, tuple)):
        raise PolicyError(f"{path}: must be a list of nodes, got {shown(nodes)}")
    return [node_from_dict(f"{path}[{number}]", node) for number, node in enumerate(nodes)]


def node_from_dict(path: str, node: Any) -> Transform | Container:
    """The transform or container that a node of a policy's JSON describes."""
    name = _checked_name(path, node)
    container = CONTAINERS.get(name)
    path = f"{path}.{name}"
    try:
        return transform_from_node(node) if container is None else container.from_node(path, node)
    except PolicyError as error:
        words = str(error)
        # Mistakes of children have the whole path already, others begin with the name of the class.
        raise error if words.startswith(path) else PolicyError(path.removesuffix(name) + words) from None


def _checked_name(path: str, node: Any) -> str:
    """The name in a node, which has the form that nodes have."""
    if not isinstance(node, Mapping) or "transform" not in node:
        raise PolicyError(f"{path}: a node of a policy is a mapping with transform, p and params, got {shown(node)}")
    unknown = [str(name) for name in node if name not in ("transform", "p", "params", "replay")]
    if unknown:
        raise PolicyError(f"{path}.{unknown[0]}: a node of a policy has no such entry, only transform, p and params")
    name = node["transform"]
    if not isinstance(name, str):
        raise PolicyError(f"{path}.transform: must be the name of a transform, got {shown(name)}")
    for entry in ("params", "replay"):
        value = node.get(entry, {})
        is_missing_replay = entry == "replay" and value is None
        if not is_missing_replay and not (isinstance(value, Mapping) and all(isinstance(key, str) for key in value)):
            raise PolicyError(f"{path}.{name}.{entry}: must be a mapping from names to values, got {shown(value)}")
    if "p" in node.get("params", {}):
        raise PolicyError(f"{path}.{name}.params: p stands beside params, not among them")
    return name
