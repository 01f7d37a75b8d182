"""What never changes once it is constructed: policies, containers, parameters of boxes and keypoints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

if TYPE_CHECKING:
    from fastaug.composition.nodes import Container
    from fastaug.transforms import Transform


class Fixed:
    """Something whose arguments are set once, by its constructor: what is compiled from them stays true."""

    @classmethod
    def _is_argument(cls, name: str) -> bool:
        raise NotImplementedError

    def __setattr__(self, name: str, value: Any) -> None:
        if self._is_argument(name) and hasattr(self, name):
            owner = type(self).__name__
            raise AttributeError(f"{owner}.{name} never changes; build a new {owner} with {name}={value!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if self._is_argument(name):
            owner = type(self).__name__
            raise AttributeError(f"{owner}.{name} never changes; build a new {owner} without {name}")
        object.__delattr__(self, name)


_CHANGES = frozenset(("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"))


class Children(tuple["Transform | Container", ...]):
    """The transforms of a policy or container: a tuple that can be added to lists and compared with them."""

    __slots__ = ()

    def __add__(self, other: Iterable[Any]) -> Children:
        return Children((*self, *other)) if isinstance(other, (list, tuple)) else NotImplemented

    def __radd__(self, other: Iterable[Any]) -> Children:
        return Children((*other, *self)) if isinstance(other, (list, tuple)) else NotImplemented

    @overload
    def __getitem__(self, index: SupportsIndex) -> Transform | Container: ...
    @overload
    def __getitem__(self, index: slice) -> Children: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Transform | Container | Children:
        return Children(super().__getitem__(index)) if isinstance(index, slice) else super().__getitem__(index)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (list, tuple)) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return tuple(self) != tuple(other) if isinstance(other, (list, tuple)) else NotImplemented

    def __hash__(self) -> int:
        return super().__hash__()

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"

    def __getattr__(self, name: str) -> Any:
        if name in _CHANGES:
            raise AttributeError(
                f"the transforms of a policy never change, so there is no {name}; build a new policy from them, for"
                " example Compose([*policy.transforms, …]) or policy + …"
            )
        raise AttributeError(f"the transforms of a policy have no attribute {name!r}")

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "the transforms of a policy never change; build a new policy from them, for example"
            " Compose([*policy.transforms, …]) or policy + …"
        )
