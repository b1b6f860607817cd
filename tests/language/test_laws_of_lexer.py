"""Lexemes taken a condition at a time are those taken one by one, whatever the text."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery.language import _tables
from imsquery.language.lexer import END, Tokens, scan
from tests.strategies import any_text

_one = re.compile(_tables.TOKEN)
_PIECES = st.sampled_from(
    ["a", "and", "or", "And", "=", "<=", "(", ")", "'b c'", "'d", "\\", " ", "\n", "#", ",", "é"]
)
texts = any_text | st.lists(_PIECES, max_size=15).map("".join)


@given(texts)
@example("a = b and")
@example("a = band c = d")
@example("a = b # c\nand d = e #")
@example("f(a and b) or g('x') and(c=d)")
@example("limit = 5 and in = (a, b)")
@example("a ='b'and'c'")
def test_a_condition_has_the_lexemes_that_it_has_one_by_one(text: str) -> None:
    one_by_one = [word or other for word, other in _one.findall(text)]

    assert [each for found in scan(text) for each in found if each] == [
        each for each in one_by_one if each
    ]


@given(texts)
def test_tokens_have_kinds_and_places(text: str) -> None:
    tokens = Tokens(text)

    assert tokens.kinds[-1] == END
    assert tokens.kinds.count(END) == 1
    for index, (kind, lexeme) in enumerate(zip(tokens.kinds, tokens.lexemes, strict=True)):
        start, end = tokens.span(index)
        assert text[start:end] == lexeme
        if kind != END:
            # A lexeme by itself has the same terminal, but for what a comment begins.
            assert Tokens(lexeme).kinds == [kind, END]
