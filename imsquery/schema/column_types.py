"""The types of what rows say, checked where a spec is extended: static tools do so elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from imsquery.schema.kinds import Kind
from imsquery.schema.parameters import ForeignName, Function, Parameter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Check = tuple[str, Callable[[object], bool]]


def check_types(row_type: type, rows: Iterable[object]) -> None:
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
        for column, (shown, holds) in _COLUMNS[row_type].items():
            value = getattr(row, column)
            if not holds(value):
                msg = f"{row_type.__name__}: `{column}` must be {shown}, not {value!r:.200}"
                raise TypeError(msg)


_TWO = 2  # strings of a pair


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and _are_texts(value) and len(value) == _TWO


def _are_pairs(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_pair, value))


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_pair, value.items()))


def _is_map_to_pairs(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(map(_is_text, value)) and all(map(_is_pair, value.values()))


def _or_none(check: Check) -> Check:
    shown, holds = check
    return f"{shown} or None", lambda value: value is None or holds(value)


_TEXT: Check = "a string", _is_text
_TEXTS: Check = "strings", _are_texts
_PAIR: Check = "a pair of strings", _is_pair
_MAP: Check = "a mapping of strings to strings", _is_map
_FLAG: Check = "True or False", lambda value: isinstance(value, bool)

_COLUMNS: Mapping[type, Mapping[str, Check]] = {
    Parameter: {
        "wire": _TEXT,
        "kind": ("a type of values", lambda value: isinstance(value, Kind)),
        "operators": _MAP,
        **dict.fromkeys(("repeats", "sortable", "multiple", "total"), _FLAG),
        **dict.fromkeys(("observed", "unit", "clause", "default"), _or_none(_TEXT)),
        **dict.fromkeys(("json", "source"), _TEXT),
        **dict.fromkeys(("aliases", "scopes", "excludes"), _TEXTS),
        "reading": _or_none(_MAP),
        **dict.fromkeys(("requires", "goes_with"), _or_none(_PAIR)),
        "unseen": _or_none(("a mapping of strings to pairs of strings", _is_map_to_pairs)),
    },
    Function: {
        **dict.fromkeys(("name", "relation", "summary", "source"), _TEXT),
        "parameters": _TEXTS,
        "conditions": ("pairs of strings", _are_pairs),
        "variadic": _FLAG,
    },
    ForeignName: {
        **dict.fromkeys(("names", "means", "guesses"), _TEXTS),
        **dict.fromkeys(("note", "source"), _TEXT),
    },
}
