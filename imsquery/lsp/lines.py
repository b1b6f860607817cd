"""Offsets in a text, and the lines and columns by which an editor counts."""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import field, frozen

# What the protocol takes for the end of a line.  `splitlines` would take others, too.
_end_of_line = re.compile(r"\r\n|\r|\n").finditer
_WIDER = {"utf-8": (0x80, 0x800, 0x10000), "utf-16": (0x10000,), "utf-32": ()}
"""Encoding -> the characters from which on one more unit is needed."""


@frozen
class Lines:
    """The lines of a text.

    Attributes:
        text: the text.
        encoding: whose code units columns count: ``utf-8``, ``utf-16`` or ``utf-32``.
    """

    text: str
    encoding: str = "utf-16"
    _starts: list[int] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        starts = [0, *(end.end() for end in _end_of_line(self.text))]
        object.__setattr__(self, "_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both from 0."""
        line = bisect_right(self._starts, offset) - 1
        return line, self._units(self.text[self._starts[line] : offset])

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column.

        A column within a character is at its start, and one past the end of a line at its end.
        """
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        content = self.text[start:end].rstrip("\r\n")
        if content.isascii():
            return start + min(column, len(content))
        for index, character in enumerate(content):
            column -= self._units(character)
            if column < 0:
                return start + index
        return start + len(content)

    def _units(self, part: str) -> int:
        if part.isascii():
            return len(part)
        return len(part) + sum(
            character >= chr(first) for first in _WIDER[self.encoding] for character in part
        )
