"""Text to tokens, and literals to values and back."""

from __future__ import annotations

import pytest

from imsquery.language.lexer import END, Tokens, has_surrogate, quote, spell, unquote


def lexed(text: str) -> list[tuple[str, str]]:
    tokens = Tokens(text)
    end = tokens.kinds.index(END)
    return list(zip(tokens.kinds[:end], tokens.lexemes[:end], strict=True))


@pytest.mark.parametrize(
    "word",
    [
        "CentOS", "2018-10-28T10:00:00Z", "s6.large.2", "now-7d", "CentOS*", "a/b", "a@b.c",
        "+08:00", "a?b", "_x", "公共", "bc6bed6e-ba3a-4447-afcc-449174a3eb52", "-", "...",
        "and.then", "not-all", "orders", "inn", "ｉｎ", "NONE-", "andé",
    ],
)  # fmt: skip
def test_a_word_needs_no_quotes(word: str) -> None:
    assert lexed(word) == [("WORD", word)]


@pytest.mark.parametrize(
    ("lexeme", "kind"),
    [
        ("and", "AND"), ("AND", "AND"), ("Or", "OR"), ("nOt", "NOT"), ("All", "ALL"),
        ("none", "NONE"), ("IN", "IN"), ("between", "BETWEEN"), ("contains", "MATCH"),
        ("StartsWith", "MATCH"), ("endswith", "MATCH"), ("GLOB", "MATCH"), ("matches", "MATCH"),
        ("is", "IS"), ("present", "PRESENCE"), ("ABSENT", "PRESENCE"), ("order", "ORDER"),
        ("by", "BY"), ("asc", "DIRECTION"), ("DESC", "DIRECTION"), ("limit", "LIMIT"),
        ("after", "AFTER"), ("=", "OPERATOR"), ("==", "OPERATOR"), ("!=", "OPERATOR"),
        ("<>", "OPERATOR"), ("<", "OPERATOR"), ("<=", "OPERATOR"), (">", "OPERATOR"),
        (">=", "OPERATOR"), ("(", "LPAR"), (")", "RPAR"), (",", "COMMA"), ("$x", "PLACEHOLDER"),
        ("$_x1", "PLACEHOLDER"), ("'a'", "STRING"), ('"a"', "STRING"), ("''", "STRING"),
        (r"'\''", "STRING"), (r"'\\'", "STRING"), ("'#'", "STRING"), ("'\"'", "STRING"),
        ("'a", "ERROR"), (r"'a\'", "ERROR"), (r"'\\\'", "ERROR"), ("'", "ERROR"), ("$", "ERROR"),
        ("&", "ERROR"), ("!", "ERROR"), ("~", "ERROR"), ("\x00", "ERROR"), ("\u00a0", "ERROR"),
        ("\uff1d", "ERROR"), ("\u201c", "ERROR"), ("\u202e", "ERROR"), ("\ud800", "ERROR"),
        ("\u3000", "ERROR"), ("\x0b", "ERROR"), ("\x0c", "ERROR"), ("\u2028", "ERROR"),
    ],
)  # fmt: skip
def test_every_lexeme_has_its_terminal(lexeme: str, kind: str) -> None:
    assert lexed(lexeme) == [(kind, lexeme)]
    assert lexed(f" {lexeme}\n") == [(kind, lexeme)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a=b", "WORD OPERATOR WORD"),
        ("a<=b", "WORD OPERATOR WORD"),
        ("a=<b", "WORD OPERATOR OPERATOR WORD"),
        ("a!==b", "WORD OPERATOR OPERATOR WORD"),
        ("a # b\n= c", "WORD OPERATOR WORD"),
        ("a#b\nc", "WORD WORD"),
        ("'a'b", "STRING WORD"),
        ("$a.b", "PLACEHOLDER WORD"),
        ("supports(kvm,xen)", "WORD LPAR WORD COMMA WORD RPAR"),
        ("a\t\r\n =b", "WORD OPERATOR WORD"),
        ("", ""),
        (" # only\n\n", ""),
    ],
)
def test_lexemes_need_no_space_between_them(text: str, kinds: str) -> None:
    assert [kind for kind, _ in lexed(text)] == kinds.split()


def test_an_unclosed_quote_takes_its_line_and_no_more() -> None:
    assert lexed("a = 'b and c\nor d") == [
        ("WORD", "a"), ("OPERATOR", "="), ("ERROR", "'b and c"), ("OR", "or"), ("WORD", "d")
    ]  # fmt: skip


def test_spans_are_counted_in_code_points() -> None:
    tokens = Tokens("🐧 = # 🐧\n 'ab'")

    assert [tokens.span(index) for index in range(4)] == [(0, 1), (2, 3), (9, 13), (13, 13)]
    assert tokens.span(0, 2) == (0, 13)


@pytest.mark.parametrize(
    ("lexeme", "value"),
    [
        ("''", ""),
        ("'a b'", "a b"),
        ('"it\'s"', "it's"),
        (r"'it\'s'", "it's"),
        (r'"\""', '"'),
        (r"'\\'", "\\"),
        (r"'\n\t'", "\n\t"),
        (r"'\u0041\u516c'", "A公"),
        (r"'\\n'", r"\n"),
        (r"'\u0000'", "\x00"),
        (r"'\ud83d\udc27'", "🐧"),
        ("'é🐧'", "é🐧"),
    ],
)
def test_a_string_spells_its_value(lexeme: str, value: str) -> None:
    assert unquote(lexeme) == (value, [])


@pytest.mark.parametrize(
    ("lexeme", "place", "message"),
    [
        (r"'a\qb'", (2, 4), r"unknown escape `\q`"),
        (r"'\u12'", (1, 3), r"unknown escape `\u`"),
        (r"'\x41'", (1, 3), r"unknown escape `\x`"),
        ("'a\x00'", (2, 3), "unescaped U+0000 in a value"),
        ("'\t'", (1, 2), "unescaped U+0009 in a value"),
        ("'a\u202eb'", (2, 3), "unescaped U+202E in a value"),
        ("'\ud800'", (1, 2), "unescaped U+D800 in a value"),
        (r"'\ud800'", (0, 8), "unpaired surrogate"),
        (
            "'" + "\x01" * 9 + "'",
            (1, 10),
            "unescaped U+0001 U+0001 U+0001 U+0001 … in a value",
        ),
    ],
)
def test_a_fault_of_a_string_is_located(lexeme: str, place: tuple[int, int], message: str) -> None:
    _, faults = unquote(lexeme)

    assert faults == [(*place, message)]


def test_every_fault_of_a_string_is_found() -> None:
    _, faults = unquote("'\\q\x00\\z'")

    assert [(start, end) for start, end, _ in faults] == [(1, 3), (3, 4), (4, 6)]


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("CentOS", "CentOS"),
        ("a b", '"a b"'),
        ("", '""'),
        ("and", '"and"'),
        ("OR", '"OR"'),
        ("limit", '"limit"'),
        ("a=b", '"a=b"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("a\nb\tc", r'"a\nb\tc"'),
        ("\x00\u202e", r'"\u0000\u202e"'),
        ("公共", "公共"),
        ("$x", '"$x"'),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value: str, spelled: str) -> None:
    assert spell(value) == spelled


def test_a_quoted_value_reads_back() -> None:
    value = "".join(map(chr, range(0x250))) + "\u061c\u200e\u2066\u2028🐧"

    assert unquote(quote(value)) == (value, [])


@pytest.mark.parametrize(
    ("value", "half"), [("a", False), ("🐧", False), ("\ud800", True), ("a\udfff", True)]
)
def test_half_a_surrogate_pair_is_noticed(value: str, *, half: bool) -> None:
    assert has_surrogate(value) is half
