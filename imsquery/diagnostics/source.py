"""Positions in a text: spans, lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from functools import total_ordering

from imsquery.frozen import Frozen


@total_ordering
class Span(Frozen):
    """A half-open range of code points, counted from 0."""

    start: int
    end: int

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Span):
            return NotImplemented
        return (self.start, self.end) < (other.start, other.end)


class LineIndex:
    """Maps offsets in a text to lines and columns, both counted from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self._starts = [0]
        for line in self.lines[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset; the end of the text is a position, too."""
        row = bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1


def in_repository(name: str) -> str:
    """Return the name of a file as a repository has it, without ``./`` before it."""
    while name.startswith(("./", ".\\")):
        name = name[2:].lstrip("/")
    return name
