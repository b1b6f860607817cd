"""Texts that mean harm get a finding, soon, and with memory in proportion to the text."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from imsquery import Limits, QueryError, check, parse
from imsquery import compile as compile_query
from imsquery.limits import DEFAULT_LIMITS

MEBI = 1_048_576
WIDE = Limits(length=100_000_000, depth=100_000_000, count=100_000_000)


def codes(text: str, limits: Limits = DEFAULT_LIMITS) -> set[str]:
    return {each.code for each in check(text, limits=limits) if each.severity == "error"}


REFUSED = {
    "a mebibyte of parentheses": ("(" * MEBI, "too-long"),
    "as many as the text may hold": ("(" * 65_536, "too-deep"),
    "ten thousand negations": ("not " * 10_000 + "protected", "too-deep"),
    "a hundred thousand items": ("id in (" + "a, " * 100_000 + "a)", "too-long"),
    "too many items": ("id in (" + "a," * 20_000 + "a)", "too-many"),
    "a lone surrogate": ("name = \ud800", "syntax"),
    "a lone surrogate in quotes": ("name = '\udfff'", "syntax"),
    "half an escaped pair": (r"name = '\ud83d'", "syntax"),
    "NUL": ("name = a\x00b", "syntax"),
    "NUL in quotes": ("name = 'a\x00b'", "syntax"),
    "a control character": ("name = '\x1b[2J'", "syntax"),
    "a bidi override": ("name = 'a\u202eb'", "syntax"),
    "a full-width sign": ("platform ＝ CentOS", "syntax"),
    "smart quotes": ("name = “CentOS”", "syntax"),
    "a no-break space": ("name\u00a0= a", "syntax"),
    "a Cyrillic letter": ("рlatform = CentOS", "syntax"),
    "single quotes": ("'" * 65_535, "syntax"),
    "double quotes": ('"' * 65_535, "syntax"),
    "backslashes": ("\\" * 65_536, "syntax"),
    "escaped quotes": ("'" + "\\'" * 32_767, "syntax"),
    "ampersands": ("&" * 8_192, "syntax"),
    "equals signs": ("=" * 65_536, "syntax"),
    "commas": ("," * 9_000, "syntax"),
    "dollars": ("$" * 65_536, "syntax"),
    "placeholders": ("$a" * 32_768, "syntax"),
    "opening and closing": ("()" * 4_096, "syntax"),
    "penguins": ("🐧" * 65_536, "syntax"),
    "an endless number": ("min_ram = " + "9" * 65_000, "out-of-range"),
    "an endless time": ("created_at < now-" + "9" * 65_000 + "d", "bad-value"),
    "an endless name": ("x" * 65_000 + " = a", "unknown-name"),
    "an endless value": ("platform = " + "x" * 65_000, "unlisted-value"),
    "an endless function": ("f" * 65_000 + "(a)", "unknown-function"),
    "ten thousand clauses": ("limit 1 " * 8_000, "syntax"),
}


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_text_is_a_finding(text: str, code: str) -> None:
    assert code in codes(text)
    with pytest.raises(QueryError) as caught:
        compile_query(text)
    assert str(caught.value)


def test_a_string_of_backslashes_is_a_string() -> None:
    text = "name = '" + "\\" * 65_526 + "'"

    # Each pair is one backslash, which no image name can contain.
    assert {each.code for each in check(text)} == {"impossible-name"}


@pytest.mark.parametrize("text", [each[:8_192] for each, _ in REFUSED.values()], ids=REFUSED)
def test_memory_stays_in_proportion_to_the_text(text: str) -> None:
    tracemalloc.start()
    try:
        check(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # At worst, each character is a lexeme with a finding and a fix of its own.
    assert peak < MEBI + 4_000 * len(text)


@pytest.mark.parametrize("text", ["(" * MEBI, "id in (" + "a, " * 1_000_000 + "a)"])
def test_a_text_that_is_too_long_is_not_read(text: str) -> None:
    tracemalloc.start()
    try:
        assert codes(text) == {"too-long"}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 100_000


DEEP = {
    "parentheses": lambda n: "(" * n + "protected" + ")" * n,
    "negations": lambda n: "not " * (2 * n) + "protected",
    "negated parentheses": lambda n: "not (" * (2 * n) + "protected" + ")" * (2 * n),
    "nested alternatives": lambda n: "(protected and (" * n + "protected" + "))" * n,
    "absorbed alternatives": lambda n: "protected and (protected or (" * n + "id = a" + "))" * n,
}


@pytest.mark.parametrize("make", DEEP.values(), ids=DEEP)
def test_with_limits_raised_any_depth_is_read(make: Callable[[int], str]) -> None:
    text = make(10_000)

    assert str(compile_query(text, limits=WIDE)) == "protected=true"
    assert codes(text, WIDE) == set()
    assert parse(text, limits=WIDE) is not None


@pytest.mark.parametrize("opening", ["(", "not ", "not (", "supports(", "id in ("])
def test_with_limits_raised_an_unclosed_parenthesis_is_still_a_finding(opening: str) -> None:
    assert "syntax" in codes(opening * 20_000, WIDE)


def test_with_limits_raised_a_long_list_is_read_in_full() -> None:
    text = "id in (" + "a, " * 100_000 + "a)"

    assert str(compile_query(text, limits=WIDE)) == "id=a"
