"""The laws of Boolean algebra do not change the result of a compile."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given

from imsquery import QueryError
from imsquery import compile as compile_query
from tests.strategies import filters

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def outcome(text: str) -> object:
    """Return the query string, or the codes of the errors, wherever they are."""
    try:
        return str(compile_query(text, now=NOW))
    except QueryError as error:
        return {found.code for found in error.diagnostics if found.severity == "error"}


@given(filters)
def test_double_negation_changes_nothing(text: str) -> None:
    assert outcome(f"not not ({text})") == outcome(f"({text})")


@given(filters, filters)
def test_not_of_and_is_or_of_nots(left: str, right: str) -> None:
    assert outcome(f"not (({left}) and ({right}))") == outcome(f"(not ({left})) or (not ({right}))")


@given(filters, filters)
def test_not_of_or_is_and_of_nots(left: str, right: str) -> None:
    assert outcome(f"not (({left}) or ({right}))") == outcome(f"(not ({left})) and (not ({right}))")


@given(filters, filters)
def test_and_commutes_and_so_does_or(left: str, right: str) -> None:
    assert outcome(f"({left}) and ({right})") == outcome(f"({right}) and ({left})")
    assert outcome(f"({left}) or ({right})") == outcome(f"({right}) or ({left})")


@given(filters, filters, filters)
def test_and_associates(one: str, two: str, three: str) -> None:
    left = f"(({one}) and ({two})) and ({three})"
    right = f"({one}) and (({two}) and ({three}))"

    assert outcome(left) == outcome(right)


@given(filters)
def test_all_and_none_are_neutral(text: str) -> None:
    assert outcome(f"({text}) and all") == outcome(f"({text}) or none") == outcome(f"({text})")
    assert outcome(f"({text}) or all") == ""


@given(filters, filters)
def test_and_absorbs_or(left: str, right: str) -> None:
    assert outcome(f"({left}) and (({left}) or ({right}))") == outcome(f"({left})")
    assert outcome(f"({left}) or (({left}) and ({right}))") == outcome(f"({left})")
