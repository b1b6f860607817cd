"""Formatting is idempotent, keeps the tree and the comments, and adds no finding."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import QueryError, check, parse
from imsquery.formatting.formatter import format as format_query
from imsquery.language.lexer import Tokens
from imsquery.language.syntax import And, Or
from imsquery.limits import Limits
from tests.strategies import is_control, quoted, unicode_text

VALUES = ["CentOS", "'CentOS'", '"a b"', '"and"', "2018-10-28", "64", '"\\u0041"', "$value", "true"]
NAMES = ["__platform", "Platform", "image_type", "created_at", "min_ram", "limit", "nonsense"]


def one_of(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(words).map(lambda word: [word])


def sequence(*parts: st.SearchStrategy[list[str]] | str) -> st.SearchStrategy[list[str]]:
    """Concatenate the lexemes of all parts; a string is one lexeme."""
    strategies = [st.just([part]) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map(lambda lists: [word for words in lists for word in words])


names = one_of(NAMES)
values = one_of(VALUES)
negation = st.sampled_from([[], ["NOT"]])
lists = st.lists(st.sampled_from(VALUES), min_size=1, max_size=12).map(
    lambda items: [word for item in items for word in (item, ",")][:-1]
)
predicates = st.one_of(
    sequence(names, one_of(["=", "==", "!=", "<>", "<", ">="]), values),
    sequence(names, negation, "in", "(", lists, ")"),
    sequence(names, negation, "Between", values, "and", values),
    sequence(names, negation, one_of(["contains", "GLOB"]), values),
    sequence(names, "is", one_of(["present", "Absent"])),
    sequence(one_of(["protected", "__support_kvm", "__support_S4L"])),
    sequence(one_of(["supports", "Tagged", "__platform"]), "(", lists, ")"),
    one_of(["ALL", "none"]),
)
filters = st.recursive(
    predicates,
    lambda inner: st.one_of(
        sequence(inner, one_of(["and", "AND", "or"]), inner),
        sequence("(", inner, ")"),
        sequence("not", inner),
        sequence("not", "(", inner, ")"),
    ),
    max_leaves=8,
)
clauses = st.permutations(
    [["ORDER", "by", "__Created_At", "desc"], ["limit", "05"], ["after", "'x'"]]
).flatmap(
    lambda order: st.integers(0, 3).map(
        lambda count: [word for clause in order[:count] for word in clause]
    )
)
lexemes = st.one_of(sequence(filters, clauses), clauses)
gaps = st.sampled_from(
    [" "] * 8
    + ["\n", "  \n\n", "\t", " # one\n", "\n# two\n", " #three \r\n\n # four\n\n", "# and (\n"]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw texts that parse, with comments anywhere."""
    parts = []
    for word in draw(lexemes):
        parts += [draw(gaps), word]
    parts.append(draw(gaps))
    return "".join(parts)


def comments(text: str) -> Counter[str]:
    """Return the comments of a text, found without the formatter: between its lexemes."""
    tokens = Tokens(text)
    before = 0
    found: Counter[str] = Counter()
    for index in range(len(tokens.kinds)):
        start, end = tokens.span(index)
        found.update(each.rstrip() for each in re.findall("#[^\n]*", text[before:start]))
        before = end
    return found


def findings(text: str) -> Counter[tuple[str, str]]:
    return Counter((found.code, found.severity) for found in check(text))


@given(texts())
def test_the_tree_is_the_same(text: str) -> None:
    assert parse(format_query(text)) == parse(text)


@given(texts())
def test_formatting_twice_is_the_same_as_once(text: str) -> None:
    once = format_query(text)
    assert format_query(once) == once


@given(texts())
def test_comments_are_the_same(text: str) -> None:
    assert comments(format_query(text)) == comments(text)


@given(texts())
def test_a_tree_formats_like_its_text_without_comments(text: str) -> None:
    tree = parse(text)
    assert format_query(tree) == format_query(re.sub(r"#[^\n]*", "", text))


@given(texts())
def test_no_finding_is_added(text: str) -> None:
    assert findings(format_query(text)) <= findings(text)


@given(texts())
def test_only_a_single_predicate_exceeds_the_width(text: str) -> None:
    for line in format_query(text).split("\n"):
        if len(line) > 88:
            code = re.sub(r"^ *(and |or )?(not )*", "", line.partition("#")[0]).rstrip()
            joined = isinstance(parse(code).filter, And | Or) if "(" not in code[:1] else False
            assert not joined or len(code) <= 88


@given(st.text() | st.text(alphabet="a=() \"'\\#\n$,<nodtr\ud800\u202e\x00"))
@example("#")
@example("a = '\ud800'")
@example('a = "\\ud800"')
def test_any_text_is_formatted_or_refused(text: str) -> None:
    try:
        once = format_query(text)
    except QueryError:
        with pytest.raises(QueryError):
            parse(text)
    else:
        assert format_query(once) == once


@given(texts(), st.integers(1, 120), st.integers(0, 6))
def test_what_is_within_the_limits_stays_within(text: str, length: int, depth: int) -> None:
    limits = Limits(length=length, depth=depth)
    try:
        once = format_query(text, limits=limits)
    except QueryError:
        return
    assert format_query(once, limits=limits) == once
    assert parse(once) == parse(text)


def test_depth_is_bounded_by_the_limits_alone() -> None:
    deep = Limits(length=1_000_000, depth=100_000)
    text = "not (" * 20_000 + "a = 1 or b = 2" + ")" * 20_000
    assert format_query(text, limits=deep) == "\n".join(
        ["not " * 20_000 + "(", "    a = 1", "    or b = 2", ")"]
    )


@given(unicode_text, st.text(st.characters(exclude_characters="\n")))
@example("\x9b31m", "\x1b[31m \u202e \ud800 \t a tab")
def test_a_formatted_text_has_no_raw_control(value: str, comment: str) -> None:
    formatted = format_query(f"# {comment}\nowner = {quoted(value)} # {comment}\n# {comment}")

    assert not any(is_control(each) for each in formatted if each not in "\n\t")
    assert format_query(formatted) == formatted
