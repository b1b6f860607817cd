"""Suggestions for misspelled names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 64  # longer than any name; the cost of difflib is quadratic
_SEPARATORS = frozenset(",;|/")


def is_one_slip(written: str, name: str) -> bool:
    """Return whether a name is one slip of typing away, or differs in letter case alone.

    A slip is one character too many, too few, wrong, or in the place of its neighbour.
    """
    one, two = written.casefold(), name.casefold()
    if one == two:
        return True
    if len(one) > len(two):
        one, two = two, one
    same = next((at for at, each in enumerate(one) if each != two[at]), len(one))
    rest, other = one[same:], two[same:]
    if len(one) < len(two):
        return rest == other[1:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])


def the_one_slip(written: str, names: Iterable[str]) -> str:
    """Return the one name that is one slip away; empty if there is none, or more than one."""
    found = [name for name in names if is_one_slip(written, name)]
    return found[0] if len(found) == 1 else ""


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
