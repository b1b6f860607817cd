"""A ported expression finds what RE2 finds by the original."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
import re2
from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery.engines.regexes import JAVA, POSTGRES, RE2, RUST, Flavor, NotPortableError, port
from tests.engines.expressions import classes, expressions, finds, is_valid, texts

LETTERS = [
    chr(code)
    for code in (*range(0x250), 0x2028, 0x2029, 0x212A, 0x1E9E, 0x516C, 0xD7FF, 0xE000, 0xFFFF,
                 0x1F600, 0x10000, 0x10FFFF)
]  # fmt: skip


def ported(expression: str, flavor: Flavor) -> str:
    try:
        return port(expression, flavor)
    except NotPortableError:
        reject()


@given(expressions, st.lists(texts, min_size=5, max_size=20))
def test_spelled_out_an_expression_finds_the_same(expression: str, some: Sequence[str]) -> None:
    plain = ported(expression, RE2)

    assert [finds(plain, text) for text in some] == [finds(expression, text) for text in some]


@given(expressions, st.lists(texts, min_size=5, max_size=20))
def test_polars_finds_the_same(expression: str, some: Sequence[str]) -> None:
    found = pl.Series(list(some), dtype=pl.String).str.contains(ported(expression, RUST))

    assert found.to_list() == [finds(expression, text) for text in some]


@given(st.sampled_from(["", "(?i)"]), classes)
def test_a_class_has_the_same_characters(flag: str, inner: str) -> None:
    expression = flag + inner
    if not is_valid(expression):
        reject()

    assert found(ported(expression, RE2)) == found(expression)


def found(expression: str) -> set[str]:
    search = re2.compile(expression).search
    return {letter for letter in LETTERS if search(letter)}


@pytest.mark.parametrize(
    ("expression", "flavor"),
    [
        (r"a\Bb", JAVA), (r"\C", RUST), (r"\pL", JAVA), (r"[\p{Greek}]", RUST), (r"\PN", POSTGRES),
        ("(?i)é", JAVA), ("(?i)[à-ÿ]", RUST), ("a{256}", POSTGRES), ("a{2,300}", POSTGRES),
    ],
)  # fmt: skip
def test_what_an_engine_cannot_express_is_refused(expression: str, flavor: Flavor) -> None:
    with pytest.raises(NotPortableError, match=r"cannot be written"):
        port(expression, flavor)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.b$", r"a[^\x{a}]b(?:\z)"),
        ("(?i)ak", r"[Aa][Kk\x{212a}]"),
        ("(?i)公", "\\x{516c}"),
        (r"[a&&b]+?", r"(?:[\x{26}a-b])+"),
        (r"(?P<n>x)\Q.*\E", r"(?:x)\x{2e}\x{2a}"),
    ],
)
def test_everything_is_spelled_out(expression: str, expected: str) -> None:
    assert port(expression, JAVA) == expected
