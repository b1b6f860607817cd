"""Edits that keep tokens apart, and the wording that messages share."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence


def spaced(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """Give the edit that puts a token in a place, apart from the tokens round it."""
    before = " " if _touch(text[start - 1 : start], new[0]) else ""
    after = " " if _touch(new[-1], text[end : end + 1]) else ""
    return start, end, before + new + after


def without(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Give the edit that takes tokens out; what stood on either side stays apart."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == " " and before in {"", " ", "("}:
        end += 1
    elif after in {"", ")"} and before == " ":
        start -= 1
    joins = before not in _APART and after not in _APART
    return start, end, " " if joins else ""


def _touch(one: str, other: str) -> bool:
    """Tell whether two characters side by side might be read as one token."""
    if not one or not other or one in _SEPARATORS or other in _SEPARATORS:
        return False
    return (one in _OPERATOR_CHARACTERS) == (other in _OPERATOR_CHARACTERS)


_SEPARATORS = " \t\r\n(),"


_APART = frozenset({"", *_SEPARATORS})


_OPERATOR_CHARACTERS = "=<>!~&|"


_LONGEST_SHOWN = 60


def clip(text: str) -> str:
    """Shorten what was written, for a message."""
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def did_you_mean(names: Sequence[str]) -> str:
    """Name what may have been meant, for the end of a message."""
    if not names:
        return ""
    return "; did you mean " + " or ".join(f"`{name}`" for name in names) + "?"
