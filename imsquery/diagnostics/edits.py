"""Edits that keep tokens apart, and wording that messages share."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    Edit = tuple[int, int, str]

_OPERATORS = "=<>!~&|"
_APART = frozenset({"", *" \t\r\n(),;"})
_LONGEST_SHOWN = 60


class Safe(tuple[str, "list[Edit]"]):
    """A fix, ``(title, edits)``, whose meaning is certain: it respells what is written."""

    __slots__ = ()

    def __new__(cls, title: str, edits: list[Edit]) -> Self:
        """Pair a title with edits."""
        return super().__new__(cls, (title, edits))


def spaced(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """Return the edit that writes a token in a place, apart from the tokens around it.

    Words may touch operators, unless they are inserted or one takes the place of the other.
    """
    if new[0] in "(),":
        return start, end, new
    old, is_operator = text[start:end], new[0] in _OPERATORS
    apart = not old or (is_operator and old[0] not in _OPERATORS)
    before, after = text[start - 1 : start], text[end : end + 1]
    left = before == ")" or (before not in _APART and (apart or _touch(before, new[0])))
    right = after == "(" or (after not in _APART and (apart or _touch(new[-1], after)))
    return start, end, f"{' ' * left}{new}{' ' * right}"


def without(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Return the edit that removes tokens and keeps those on either side apart."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == " " and before in {"", " ", "("}:
        end += 1
    elif after in {"", ")"} and before == " ":
        start -= 1
    joins = before not in _APART and after not in _APART and _touch(before, after)
    return start, end, " " if joins else ""


def _touch(one: str, other: str) -> bool:
    """Return whether two characters side by side could be read as one token."""
    return (one in _OPERATORS) == (other in _OPERATORS)


def clip(text: str) -> str:
    """Shorten what was written, for a message."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def clip_part(text: str, start: int, end: int) -> str:
    """Shorten a part of a text, for a message; the rest of it is not read."""
    return clip(text[start : min(end, start + _LONGEST_SHOWN + 1)])


def did_you_mean(names: Sequence[str]) -> str:
    """Return the question that ends a message; empty without names."""
    if not names:
        return ""
    return "; did you mean " + " or ".join(f"`{name}`" for name in names) + "?"
