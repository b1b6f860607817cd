"""Commands, split into words as a shell splits them."""

from __future__ import annotations

import re

from imsquery.language.recovery.dialects.reading import UnreadableError, Written
from imsquery.late import Late

_chunk = Late(
    r"""(?P<space>(?:\s|\\\r?\n)+)
    | '(?P<single>[^']*)'
    | "(?P<double>(?:[^"\\$`]|\\.|\$(?![\w{(]))*)"
    | \\(?P<escaped>.)
    | (?P<plain>(?!\#)[^\s'"\\$`|&;<>(){}]+|\$(?![\w{('"]))
    | "(?P<quoted>\$[A-Za-z_][A-Za-z0-9_]*)"
    | (?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)""",
    re.VERBOSE | re.DOTALL,
).match
_character = Late(r'\\(?=["\\$`])(?P<escaped>.)|\\\n|(?P<plain>.)', re.DOTALL).finditer
_variable = Late(r"\$[A-Za-z_][A-Za-z0-9_]*").fullmatch


class Word:
    """A word of a command, without quotes and escapes.

    Attributes:
        places: where each character is written, and where the word ends.
        unknown: the characters, by index, that the shell puts something else in the place of.
    """

    def __init__(self, text: str, places: list[int], unknown: set[int]) -> None:
        self.text = text
        self.places = places
        self.unknown = unknown

    def part(self, start: int = 0, end: int | None = None) -> Written:
        """Return a part of the word: either no variable is in it, or it is one."""
        text = self.text[start:end]
        end = start + len(text)
        place = self.places[start], self.places[end - 1] + 1 if text else self.places[start]
        unknown = self.unknown.intersection(range(start, end))
        if unknown and (len(unknown) < len(text) or not _variable(text)):
            raise UnreadableError
        return Written(text, *place, "variable" if unknown else "string")

    def after(self, start: int) -> Word:
        """Return what follows an offset in the word."""
        unknown = {index - start for index in self.unknown}
        return Word(self.text[start:], self.places[start:], unknown)


def words(text: str, start: int = 0) -> list[Word]:
    """Return the words of one command, or of its part from an offset on.

    Raises:
        UnreadableError: a quote is left open, or this is more than one command.
    """
    found: list[Word] = []
    parts: list[str] = []
    position = start
    is_between = True
    while position < len(text):
        chunk = _chunk(text, position)
        if chunk is None:
            raise UnreadableError
        position = chunk.end()
        if chunk.lastgroup == "space":
            is_between = True
            continue
        if is_between:
            _end(found, parts)
            found.append(Word("", [], set()))
        _extend(found[-1], parts, chunk, str(chunk.lastgroup))
        is_between = False
    _end(found, parts)
    return found


def _end(found: list[Word], parts: list[str]) -> None:
    """Set the text of the last word."""
    if found:
        found[-1].text = "".join(parts)
        parts.clear()


def _extend(word: Word, parts: list[str], chunk: re.Match[str], kind: str) -> None:
    start, end = chunk.span(kind)
    del word.places[-1:]  # the end of what came before
    before = len(word.places)
    if kind == "double":
        for match in _character(chunk.string, start, end):
            character = match["escaped"] or match["plain"] or ""
            parts.append(character)
            word.places += [match.end() - 1] * len(character)
    else:
        parts.append(chunk[kind])
        word.places += range(start, end)
    if kind in {"quoted", "variable"}:
        word.unknown.update(range(before, len(word.places)))
    word.places.append(end)
