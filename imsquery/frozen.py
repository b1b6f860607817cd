"""Plain immutable classes: the base of values that every compile makes.

Not attrs, which would be most of the cost of a cold start.
"""

from __future__ import annotations

from types import MappingProxyType

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Self, dataclass_transform

    @dataclass_transform(frozen_default=True, kw_only_default=True)
    class _ReadOnly:
        """Makes type checkers refuse assignment, too."""

else:
    _ReadOnly = object


class Frozen(_ReadOnly):
    """A value that refuses assignment, compares by its arguments, and pickles by them.

    ``_fields`` names the arguments of the class; each is kept in an attribute of that name.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()
    _setters: ClassVar[tuple[Callable[[object, object], None], ...]] = ()

    def __init_subclass__(cls) -> None:
        own = vars(cls).get("__slots__", ())
        cls._setters += tuple(getattr(cls, slot).__set__ for slot in own)

    def _set(self, *values: object) -> None:
        """Set the slots in their order; only for ``__init__``."""
        for assign, value in zip(self._setters, values, strict=True):
            assign(self, value)

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"{type(self).__name__} is immutable"
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def _arguments(self) -> dict[str, Any]:
        values = [(name, getattr(self, name)) for name in self._fields]
        # Mapping proxies can be neither pickled nor read at a glance.
        return {name: {**v} if isinstance(v, MappingProxyType) else v for name, v in values}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frozen) or type(self) is not type(other):
            return NotImplemented
        return self is other or self._arguments() == other._arguments()

    def __hash__(self) -> int:
        return hash((type(self), *self._arguments().values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self._arguments().items())
        return f"{type(self).__name__}({shown})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (type(self), self._arguments())


def _make(kind: type[Frozen], arguments: dict[str, Any]) -> Frozen:
    return kind(**arguments)
