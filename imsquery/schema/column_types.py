"""The types of what rows and types of values say, where no static tool has checked them.

They are known by the annotations of the arguments, which are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from imsquery.frozen import Frozen

    Check = tuple[str, Callable[[object], bool]]


def check_types(row_type: type[Frozen], rows: Iterable[object]) -> None:
    """Raise for rows of another type, or with a column of another type.

    Args:
        row_type: :class:`Parameter`, :class:`Function` or :class:`ForeignName`.
        rows: what should be such rows.

    Raises:
        TypeError: its message says what is wrong with the first of them.
    """
    for row in rows:
        if not isinstance(row, row_type):
            msg = f"expected a {row_type.__name__}, not {row!r:.200}"
            raise TypeError(msg)
        _check_columns(row_type, row)
        kind = getattr(row, "kind", None)
        if kind is not None:
            _check_columns(type(kind), kind)


def _check_columns(row_type: type[Frozen], row: Frozen) -> None:
    """Raise for a column of another type than the argument that it was made from."""
    taken = signature(row_type).parameters
    for column, value in row._arguments().items():  # noqa: SLF001 -- its class is the base's
        if column in taken:
            _check(row_type.__name__, taken[column], value)


def check_arguments(
    made: Callable[..., None], arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> None:
    """Raise for an argument of another type than the annotation says.

    Args:
        made: the ``__init__`` of a row or a type of values.
        arguments: what it was called with, itself first.
        keywords: the others, by name.

    Raises:
        TypeError: its message says what is wrong with the first of them.
    """
    taken = signature(made)
    try:
        bound = taken.bind(*arguments, **keywords)
    except TypeError:  # which the call itself has told
        return
    for name, value in bound.arguments.items():
        _check(type(arguments[0]).__name__, taken.parameters[name], value)


def _check(owner: str, argument: Any, value: object) -> None:
    is_listed = argument.kind is argument.VAR_POSITIONAL
    annotation = f"tuple[{argument.annotation}, ...]" if is_listed else argument.annotation
    shown, holds = _CHECKS.get(annotation, _ANYTHING)
    if not holds(value):
        msg = f"{owner}: `{argument.name}` must be {shown}, not {value!r:.200}"
        raise TypeError(msg)


_TWO = 2  # strings of a pair


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return type(value) is int


def _is_kind(value: object) -> bool:
    return any(each.__name__ == "Kind" for each in type(value).__mro__)


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == _TWO and all(map(_is_text, value))


def _are(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, (tuple, list)) and all(map(check, value))


def _are_mapped(check: Callable[[object], bool]) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        if not isinstance(value, Mapping):
            return False
        return all(map(_is_text, value)) and all(map(check, value.values()))

    return holds


_ANYTHING: Check = "anything", lambda _value: True
_CHECKS: dict[Any, Check] = {
    "str": ("a string", _is_text),
    "bool": ("True or False", lambda value: isinstance(value, bool)),
    "int": ("a whole number", _is_number),
    "Kind": ("a type of values", _is_kind),
    "tuple[str, ...]": ("strings", _are(_is_text)),
    "tuple[int, ...]": ("whole numbers", _are(_is_number)),
    "tuple[str, str]": ("a pair of strings", _is_pair),
    "tuple[tuple[str, str], ...]": ("pairs of strings", _are(_is_pair)),
    "Mapping[str, str]": ("a mapping of strings to strings", _are_mapped(_is_text)),
    "Mapping[str, tuple[str, str]]": (
        "a mapping of strings to pairs of strings", _are_mapped(_is_pair)
    ),
}  # fmt: skip
"""Annotation of an argument -> what to call its type, and whether a value is of it."""


def _or_none(check: Check) -> Check:
    shown, holds = check
    return f"{shown} or None", lambda value: value is None or holds(value)


_CHECKS |= {f"{annotation} | None": _or_none(check) for annotation, check in _CHECKS.items()}
