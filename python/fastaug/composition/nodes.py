"""Containers: policies inside policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from fastaug.errors import PolicyError
from fastaug.transforms import Transform

Node = "Transform | Container"


def check_probability(owner: str, p: Any) -> float:
    """``p`` as a number between 0 and 1."""
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
        raise PolicyError(f"{owner}.p: must be between 0 and 1, got {p!r}")
    return float(p)


def check_children(owner: str, transforms: Any) -> list[Transform | Container]:
    """A list of transforms and containers."""
    if isinstance(transforms, (Transform, Container)):
        raise PolicyError(f"{owner}.transforms: must be a list of transforms, got a single {type(transforms).__name__}")
    children = list(transforms)
    for number, child in enumerate(children):
        if isinstance(child, type) and issubclass(child, (Transform, Container)):
            raise PolicyError(f"{owner}.transforms[{number}]: {child.__name__} is a class; write {child.__name__}(…)")
        if not isinstance(child, (Transform, Container)):
            raise PolicyError(f"{owner}.transforms[{number}]: must be a transform, got {child!r}")
    return children


class Container:
    """A node of a policy that holds other nodes."""

    _arguments: ClassVar[tuple[str, ...]] = ()
    _default_p: ClassVar[float] = 1.0

    def __init__(self, transforms: Sequence[Transform | Container], p: float = 1.0) -> None:
        owner = type(self).__name__
        self.transforms = check_children(owner, transforms)
        self.p = check_probability(owner, p)

    def node(self) -> dict[str, Any]:
        """This node as the policy's JSON has it."""
        params = {"transforms": [child.node() for child in self.transforms]}
        params |= {name: getattr(self, name) for name in self._arguments}
        return {"transform": type(self).__name__, "p": self.p, "params": params}

    @classmethod
    def from_node(cls, node: dict[str, Any]) -> Container:
        """The container that a policy's JSON describes."""
        from fastaug.composition.load import node_from_dict

        params = dict(node["params"])
        children = [node_from_dict(child) for child in params.pop("transforms")]
        return cls(transforms=children, p=node["p"], **params)

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self) -> Iterator[Transform | Container]:
        return iter(self.transforms)

    def __getitem__(self, index: int) -> Transform | Container:
        return self.transforms[index]

    def __call__(self, *args: Any, **data: Any) -> dict[str, Any]:
        """Runs this container alone, as if it were the only node of a policy."""
        from fastaug.composition.compose import Compose

        policy: Compose | None = self.__dict__.get("_alone")
        if policy is None:
            policy = self.__dict__["_alone"] = Compose([self])
        return policy(*args, **data)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Container) and other.node() == self.node()

    def __hash__(self) -> int:
        return hash(repr(self))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_alone"}

    def __repr__(self) -> str:
        arguments = [f"{name}={getattr(self, name)!r}" for name in self._arguments]
        if self.p != self._default_p:
            arguments.append(f"p={self.p!r}")
        return code(type(self).__name__, self.transforms, arguments)


def code(name: str, children: Sequence[object], arguments: Sequence[str]) -> str:
    """A container as code, one child per line."""
    lines = "".join(f"    {line}\n" for child in children for line in f"{child!r},".splitlines())
    inside = f"[\n{lines}]" if children else "[]"
    return f"{name}({', '.join([inside, *arguments])})"


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
        if p > 0 and not any(child.p > 0 for child in self.transforms):
            raise PolicyError("OneOf.transforms: at least one child needs p above 0, since p is its weight")


class SomeOf(Container):
    """Some of the children, drawn with equal chances and run in the order they are written.

    Args:
        transforms: The children. One that is drawn still runs with its own ``p`` only.
        n: How many are drawn; at most as many as there are, unless ``replace``.
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
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise PolicyError(f"{type(self).__name__}.n: must be a whole number of at least 0, got {n!r}")
        if n and not self.transforms:
            raise PolicyError(f"{type(self).__name__}.transforms: there is nothing to choose from")
        self.n = n if replace else min(n, len(self.transforms))
        self.replace = bool(replace)


class RandomOrder(SomeOf):
    """Some of the children, drawn with equal chances and run in the order they were drawn.

    Args:
        transforms: The children. One that is drawn still runs with its own ``p`` only.
        n: How many are drawn; at most as many as there are, unless ``replace``.
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
        self.channels = tuple(int(channel) for channel in channels)
        if not self.channels or len(set(self.channels)) != len(self.channels) or min(self.channels) < 0:
            raise PolicyError(
                "SelectiveChannelTransform.channels: must name at least one channel, each once and none below 0, got"
                f" {channels!r}"
            )


CONTAINERS: dict[str, type[Container]] = {
    container.__name__: container
    for container in (Sequential, OneOf, SomeOf, RandomOrder, OneOrOther, SelectiveChannelTransform)
}
"""The containers by name."""
