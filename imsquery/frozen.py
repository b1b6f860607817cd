"""Plain immutable classes: the base of the package's values.

Not attrs, which would be most of the cost of a cold start.
"""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType

_NOTHING = ("__class__",)  # an attribute to compare where there are no others


class _Named:
    """Stands in a class for an argument that is given by name."""

    def __init__(self, default: object) -> None:
        self.default = default


def field(*, default: Any, kw_only: bool) -> Any:
    """Declare an argument with a default that is given by name, if it is ``kw_only``."""
    return _Named(default) if kw_only else default


TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Self, dataclass_transform

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    class _ReadOnly:
        """Makes type checkers refuse assignment, too."""

else:
    _ReadOnly = object


class Frozen(_ReadOnly):
    """A value that refuses assignment, compares by its arguments, and pickles by them.

    What a class annotates are its arguments, after those of its base, and what it assigns to one is
    the default; ``__post_init__`` checks them.  A class of which that is not all has ``__slots__``
    and an ``__init__``, and ``_fields`` names its arguments; each is kept in an attribute of that
    name.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()
    _named: ClassVar[tuple[str, ...]] = ()  # arguments that are given by name
    _unprinted: ClassVar[tuple[str, ...]] = ()  # arguments that ``repr`` leaves out
    _uncompared: ClassVar[tuple[str, ...]] = ()  # arguments that are not compared
    _key: ClassVar[attrgetter[Any]]
    _setters: ClassVar[tuple[Callable[[object, object], None], ...]] = ()

    def __init_subclass__(cls) -> None:
        own = vars(cls)
        if "__slots__" in own:
            cls._setters += tuple(getattr(cls, slot).__set__ for slot in own["__slots__"])
        elif cls.__annotations__:  # its own
            cls._declare(cls.__annotations__)
        cls._key = attrgetter(
            *[name for name in cls._fields if name not in cls._uncompared] or _NOTHING
        )

    @classmethod
    def _declare(cls, annotations: dict[str, str]) -> None:
        """Make the arguments of a class, and its ``__init__``, of what it annotates."""
        own = {name: each for name, each in annotations.items() if not each.startswith("ClassVar")}
        for name in own:
            if isinstance(default := vars(cls).get(name), _Named):
                cls._named += (name,)
                setattr(cls, name, default.default)
        cls._fields += tuple(own)
        positional = tuple(name for name in cls._fields if name not in cls._named)
        cls.__match_args__ = positional  # type: ignore[misc, assignment]  # of its own
        if "__init__" not in vars(cls):
            cls._write_init(positional, own)

    @classmethod
    def _write_init(cls, positional: tuple[str, ...], annotations: dict[str, str]) -> None:
        """Write the ``__init__`` of a class.

        By its source, as by hand: one that reads its arguments by a table would take twice as long.
        """
        namespace: dict[str, Any] = {"_set": object.__setattr__}
        namespace |= {name: getattr(cls, name) for name in cls._fields if hasattr(cls, name)}
        written = [f"{name}={name}" if name in namespace else name for name in positional]
        if cls._named:
            written += ["*", *(f"{name}={name}" for name in cls._named)]
        body = [f"_set(self, {name!r}, {name})" for name in cls._fields]
        if hasattr(cls, "__post_init__"):
            body.append("self.__post_init__()")
        lines = [f"def __init__({', '.join(['self', *written])}):", *body]
        exec("\n ".join(lines), namespace)  # noqa: S102 -- of names in a class
        init = namespace["__init__"]
        init.__qualname__ = f"{cls.__qualname__}.__init__"
        init.__annotations__ = {**getattr(cls.__init__, "__annotations__", {}), **annotations}
        cls.__init__ = init  # type: ignore[method-assign]  # of its own

    def _set(self, *values: object) -> None:
        """Set the slots in their order; only for ``__init__``."""
        for assign, value in zip(self._setters, values, strict=True):
            assign(self, value)

    def _assign(self, **values: object) -> None:
        """Set arguments; only for ``__init__``."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"{type(self).__name__} is immutable"
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def evolve(self, **changes: Any) -> Self:
        """Return the same value with other arguments."""
        return type(self)(**{**self._arguments(), **changes})

    def _compared(self) -> object:
        """Return what makes values equal."""
        return self._key(self)

    def _arguments(self) -> dict[str, Any]:
        values = [(name, getattr(self, name)) for name in self._fields]
        # Mapping proxies can be neither pickled nor read at a glance.
        return {name: {**v} if isinstance(v, MappingProxyType) else v for name, v in values}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frozen) or type(self) is not type(other):
            return NotImplemented
        return self is other or self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((type(self), self._compared()))

    def __repr__(self) -> str:
        shown = [
            f"{name}={value!r}"
            for name, value in self._arguments().items()
            if name not in self._unprinted
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _make, (type(self), self._arguments())


def _make(kind: type[Frozen], arguments: dict[str, Any]) -> Frozen:
    return kind(**arguments)
