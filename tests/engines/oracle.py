"""What the matcher finds, to compare engines with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from imsquery import QueryError, matcher
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from tests.engines.records import Record

HARMLESS = {"not-observable", "mutually-exclusive", "requires", "bare-metal-flavor"}


def readable(trees: Iterable[syntax.Expr]) -> list[str]:
    """Return the texts of the filters that the matcher takes."""
    return [text for text in map(unparse, trees) if is_taken(text)]


def is_taken(text: str) -> bool:
    """Return whether the matcher takes a filter; it refuses few, for reasons of the language."""
    try:
        matcher(text, allow_unlisted=True)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes & HARMLESS, f"{text}: {error}"
        return False
    return True


def check(texts: Iterable[str], records: Sequence[Record], find: Callable[[str], set[int]]) -> None:
    """Assert that an engine finds the numbers of the records that the matcher takes."""
    for text in texts:
        is_wanted = matcher(text, allow_unlisted=True)
        wanted = {number for number, record in enumerate(records) if is_wanted(record)}
        found = find(text)
        wrong = {number: records[number] for number in sorted(wanted ^ found)[:2]}
        assert found == wanted, f"{text}\nfound, or not: {wrong}"
