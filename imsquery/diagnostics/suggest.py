"""What may have been meant: the names nearest to what was written."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 64  # longer than any name; difflib's cost grows with the square
_SEPARATORS = frozenset(",;|/")


def nearest(written: str, names: Iterable[str]) -> list[str]:
    """Give up to three names that are spelled like what was written, the nearest first.

    Letter case counts for nothing.  What lists several is like none: all but one would be lost.
    """
    if len(written) > _LONGEST or not _SEPARATORS.isdisjoint(written):
        return []
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.casefold(), name)
    return [spelled[match] for match in get_close_matches(written.casefold(), spelled, 3, 0.6)]
