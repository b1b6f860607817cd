"""Suggestions for misspelled names."""

from __future__ import annotations

from functools import lru_cache

from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 64  # longer than any name; the cost of difflib is quadratic
_SEPARATORS = frozenset(",;|/")
_negation = Late(r"(?<![a-z])(?:not?|non)(?![a-z])|n['’]t(?![a-z])").search
_SHORT = 3
_LEAST = 0.6  # of the letters are the same, and in the same order


def is_one_slip(written: str, name: str) -> bool:
    """Return whether a name is one slip of typing away, or differs in letter case alone.

    A slip is one character too many, too few, wrong, or in the place of its neighbour.
    """
    one, two = written.casefold(), name.casefold()
    if one == two:
        return True
    if len(one) > len(two):
        one, two = two, one
    if len(two) - len(one) > 1:
        return False
    same = next((at for at, each in enumerate(one) if each != two[at]), len(one))
    rest, other = one[same:], two[same:]
    if len(one) < len(two):
        return rest == other[1:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])


def the_one_slip(written: str, names: Iterable[str]) -> str:
    """Return the one name that is one slip away; an empty text if no name or several are.

    Short words are too near to others for that: ``uid`` is not ``id``.
    """
    found = [name for name in names if is_one_slip(written, name)]
    is_one = len(found) == 1 and len(found[0]) > _SHORT
    return found[0] if is_one else ""


def nearest(written: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that are spelled like what was written, the nearest first.

    Letter case is ignored.  A list of several names is like no name: all but one would be lost.
    Nor is what negates a name: that would be lost.
    """
    folded = written.casefold()
    if len(written) > _LONGEST or not _SEPARATORS.isdisjoint(written) or _negation(folded):
        return []
    return [*_nearest(folded, tuple(names))]


@lru_cache(maxsize=1_024)  # the same fault is often made again and again
def _nearest(folded: str, names: tuple[str, ...]) -> tuple[str, ...]:
    from difflib import get_close_matches

    letters = _letters(folded)
    spelled = {
        spelling: name
        for spelling, (name, others) in _spelled(names).items()
        if 2 * (letters & others).bit_count() >= _LEAST * (len(folded) + len(spelling))
    }
    return tuple(spelled[match] for match in get_close_matches(folded, spelled, 3, _LEAST))


@lru_cache(maxsize=64)
def _spelled(names: tuple[str, ...]) -> dict[str, tuple[str, int]]:
    """Return names in lower case, each with the first name of that spelling, and its letters."""
    spelled: dict[str, tuple[str, int]] = {}
    for name in names:
        folded = name.casefold()
        spelled.setdefault(folded, (name, _letters(folded)))
    return spelled


def _letters(word: str) -> int:
    """Return a set of bits, of which two words share one at least for each letter that they share.

    It tells in no time that two words are not alike, which difflib takes long for.
    """
    counts: dict[int, int] = {}
    bits = 0
    for letter in word:
        place = ord(letter) % _PLACES
        count = counts[place] = counts.get(place, -1) + 1
        bits |= 1 << (place + _PLACES * count)
    return bits


_PLACES = 32
