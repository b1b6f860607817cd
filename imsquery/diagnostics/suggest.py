"""Suggestions for misspelled names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 64  # longer than any name; the cost of difflib is quadratic
_SEPARATORS = frozenset(",;|/")


def nearest(written: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that are spelled like what was written, the nearest first.

    Letter case is ignored.  A list of several names is like no name: all but one would be lost.
    """
    if len(written) > _LONGEST or not _SEPARATORS.isdisjoint(written):
        return []
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.casefold(), name)
    return [spelled[match] for match in get_close_matches(written.casefold(), spelled, 3, 0.6)]
