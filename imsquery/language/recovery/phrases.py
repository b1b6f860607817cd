"""Words in a row that say together what this language has a sign or keyword for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from imsquery.frozen import Frozen
from imsquery.language.clock import respell_clock
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.vocabulary import (
    AMBIGUOUS,
    CLAUSES,
    CONDITIONS,
    JOINTS,
    WORD_OPERATORS,
)

Peek = Callable[[int], Piece]

_minutes_or_months = re.compile("[0-9]+M").fullmatch


class Phrase(Frozen):
    """A phrase that was found.

    Attributes:
        count: the number of its tokens.
        written: its row in the table.
        meant: what this language has for it.
    """

    count: int
    written: str
    meant: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether other languages differ about it."""
        return not AMBIGUOUS.isdisjoint(self.written.split())

    @property
    def takes_value(self) -> bool:
        """Whether a value follows, rather than the end of the condition."""
        return self.meant[:3] != "is " and "SPAN" not in self.written


class Phrases:
    """A table of phrases: the longest that fits is found first.

    Args:
        rows: a phrase and its meaning.  ``N`` is a number, ``SPAN`` a duration such as ``7 days``;
            they go to where the meaning has the same word.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows: dict[str, list[tuple[list[str], str]]] = {}
        for written in sorted(rows, key=len, reverse=True):
            words = written.split()
            self._rows.setdefault(words[0], []).append((words, rows[written]))

    @property
    def beginnings(self) -> Collection[str]:
        """The words that a phrase may begin with."""
        return self._rows.keys()

    def find(self, peek: Peek, ahead: int = 0) -> Phrase | None:
        """Return the phrase that begins with a token to come."""
        for words, meant in self._rows.get(peek(ahead).lexeme.lower(), ()):
            found = _match(words, peek, ahead)
            if found is not None:
                count, filled = found
                return Phrase(count, " ".join(words), _fill(meant, filled))
        return None


def _match(words: Iterable[str], peek: Peek, ahead: int) -> tuple[int, dict[str, str]] | None:
    """Return the number of tokens that words take up, and what is in place of the holes."""
    filled: dict[str, str] = {}
    count = 0
    for word in words:
        lexeme = peek(ahead + count).lexeme
        size = 1
        if word == "N":
            filled[word] = lexeme
            size = lexeme.isascii() and lexeme.isdecimal()
        elif word == "SPAN":
            size, filled[word] = _span(peek, ahead + count)
        elif lexeme.lower() != word:
            return None
        if not size:
            return None
        count += size
    return count, filled


def _fill(meant: str, filled: Mapping[str, str]) -> str:
    for hole, text in filled.items():
        meant = meant.replace(hole, text)
    return meant


def _span(peek: Peek, ahead: int) -> tuple[int, str]:
    """Return the number of tokens of a duration, and the duration as a time literal has it."""
    for size in (1, 2):
        text = "".join(peek(ahead + each).lexeme for each in range(size))
        for clock in respell_clock(f"-{text}"):
            if not _minutes_or_months(text):
                return size, clock.removeprefix("now-")
    return 0, ""


OPERATORS_IN_WORDS = Phrases(WORD_OPERATORS)
CONDITIONS_IN_WORDS = Phrases(CONDITIONS)
CLAUSES_IN_WORDS = Phrases(CLAUSES)
JOINTS_IN_WORDS = Phrases(JOINTS)
