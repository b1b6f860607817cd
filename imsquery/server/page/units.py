"""Offsets by which a browser counts: UTF-16 code units, where Python counts code points."""

from __future__ import annotations

from bisect import bisect_left

from attrs import field, frozen

_LAST_OF_ONE_UNIT = "\uffff"


@frozen
class Units:
    """The offsets of a text."""

    text: str
    _wide: list[int] = field(init=False, repr=False)  # where the characters of two units are

    def __attrs_post_init__(self) -> None:
        text = self.text
        wide = [at for at, each in enumerate(text) if each > _LAST_OF_ONE_UNIT]
        object.__setattr__(self, "_wide", wide)

    def units(self, offset: int) -> int:
        """Return an offset in code points as one in code units."""
        return offset + bisect_left(self._wide, offset)

    def offset(self, units: int) -> int:
        """Return an offset in code units as one in code points.

        One within a character is at its start, and one past the end of the text at its end.
        """
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.units(middle) <= units else (low, middle - 1)
        return low
