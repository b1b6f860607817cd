"""A filter written in another dialect is read as that filter, or not at all."""

from __future__ import annotations

from typing import TypeAlias

import pytest
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, check, equivalent, parse
from imsquery import compile as compile_query
from imsquery.fixes import mend
from imsquery.language.lexer import END, Tokens
from imsquery.language.recovery.dialects.read import read
from imsquery.language.syntax import (
    And,
    Comparison,
    Expr,
    Literal,
    Match,
    Membership,
    Not,
    Or,
)
from imsquery.language.unparse import unparse
from imsquery.testing import filter_trees, request_trees, requests
from tests import faulty
from tests.language.dialects import writers
from tests.language.dialects.writers import Pick, UnsayableError, Writer, conjuncts
from tests.strategies import mutated, soup
from tests.test_laws_of_fixes import bag

HOSTILE = (
    "", " ", "a b", "it's", '"', '"a"', "a,b", "a&b", "a=b", "=", "\n", "a\nb", "\\", "\\\\", "a\\",
    "\\n", "\\*", "*", "a*", "?", "公共", "\U0001f600", "and", "not", "null", "true", "5", "--x",
    "#", "a # b", "${x}", "$x", "`x`", "%20", "%", "+", "a+b", "{}", "[a]", "(", "|", ";", "lt:5",
    "a: b", "- a", "~x", "\t", "\x00", "\u202e", "'; drop", "Name=a,Values=b", "tag:x", "&amp;",
)  # fmt: skip
Predicate: TypeAlias = Comparison | Membership | Match
NAMES = ("description", "os_version", "os_feature_list", "file", "tag")

values = st.sampled_from(HOSTILE) | st.text(st.sampled_from("ab'\"\\,=&\n $*`#;:{}[]%"), max_size=5)
literals = (values | st.text(max_size=5)).map(Literal)
names = st.sampled_from(NAMES)
equalities: st.SearchStrategy[Predicate] = st.builds(Comparison, names, st.just("="), literals)
inequalities: st.SearchStrategy[Predicate] = st.builds(Comparison, names, st.just("!="), literals)
lists = st.lists(literals, min_size=1, max_size=3).map(tuple)
members = st.builds(Membership, names, lists)
operators = st.sampled_from(["contains", "startswith", "endswith", "glob"])
matches = st.builds(Match, st.sampled_from(NAMES[:-1]), operators, literals)
trees = filter_trees() | st.recursive(
    st.one_of(equalities, inequalities, members, matches),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(And),
        st.lists(inner, min_size=2, max_size=3).map(Or),
        inner.map(Not),
    ),
    max_leaves=5,
)


@st.composite
def conjunctions(
    draw: st.DrawFn, leaves: st.SearchStrategy[Predicate] = equalities, *, with_times: bool = False
) -> Expr:
    """Draw conditions on different attributes that all have to hold: hostile and plain ones."""
    found = {part.name: part for part in draw(st.lists(leaves, min_size=1, max_size=3))}
    for part in conjuncts(draw(request_trees(max_predicates=3))):
        if isinstance(part, Comparison) and (with_times or part.operator == "="):
            found.setdefault(part.name, part)
    assume(len(found) > 1)
    return And(found.values())


LEXEMES = (
    "images", "[?", "[", "]", "(", ")", "{", "}", "==", "=", "!", "&&", "||", "|", "&", "'a'",
    '"a"', "`a`", "`", "'", '"', "\\", "0", "5", ":", ",", "sort_by", "reverse", "contains", "name",
    "tags", "$or", "$in", "$regex", "$options", "null", "true", "Name=", "Values=", "--", "--name",
    "tag:", "filter", "properties", "data", "most_recent", "sort_key", "?", "https://", "%20", "%",
    "&amp;", "\n", "- ", "  ", " ", "#", "---", "//", "/*", "*/", "$", "${", "lt:", "created_at",
)  # fmt: skip
soups = st.lists(st.sampled_from(LEXEMES), max_size=16).map("".join)

DIALECTS: dict[Writer, st.SearchStrategy[Expr]] = {
    writers.jmespath: trees,
    writers.mongo: trees,
    writers.plain_map: conjunctions(),
    writers.aws: conjunctions(equalities | members | matches),
    writers.options: conjunctions(with_times=True),
    writers.filter_and_options: conjunctions(with_times=True),
    writers.query_string: conjunctions(with_times=True),
    writers.settings: conjunctions(),
    writers.yaml: conjunctions(equalities | members),
    writers.hcl: conjunctions(equalities | members | matches),
}


def written(writer: Writer, tree: Expr, data: st.DataObject) -> str:
    """Write a filter; what the dialect cannot say, or this language can read, is no case."""
    # No dialect folds letter case as this language does.
    assume("IGNORING" not in Tokens(unparse(tree)).kinds)
    try:
        text = writer(tree, Pick(lambda choices: data.draw(st.sampled_from(choices))))
    except UnsayableError:
        reject()
    assume(not parses(text))
    return text


def parses(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


@pytest.mark.parametrize("writer", DIALECTS, ids=lambda writer: writer.__name__)
@given(st.data())
def test_reading_undoes_writing(writer: Writer, data: st.DataObject) -> None:
    tree = data.draw(DIALECTS[writer])
    text = written(writer, tree, data)

    reading = read(text)

    assert reading is not None, text
    verdict = equivalent(tree, reading.write(), allow_unlisted=True)
    assert verdict.holds is True, (text, reading.write())


def test_a_value_may_look_like_what_joins_two() -> None:
    tree = And([
        Comparison("description", "=", Literal("")), Comparison("os_version", "=", Literal(", ")),
    ])  # fmt: skip
    for pick in (Pick(lambda choices: choices[0]), Pick(lambda choices: choices[1])):
        reading = read(writers.plain_map(tree, pick))

        assert reading is not None
        assert reading.write() == 'description = "" and os_version = ", "'


@given(requests())
@example("name = '=x' and os_bit = 64")
@example("order by name asc limit 5 after x")
def test_a_query_string_compiles_to_itself(text: str) -> None:
    compiled = str(compile_query(text))
    reading = read(compiled)
    assume(reading is not None)
    assert reading is not None

    mended, _ = mend(reading.write(), check)

    assert str(compile_query(mended)) == compiled


@pytest.mark.parametrize("writer", DIALECTS, ids=lambda writer: writer.__name__)
@given(st.data())
def test_the_fix_removes_its_finding_and_leaves_the_rest(
    writer: Writer, data: st.DataObject
) -> None:
    text = written(writer, data.draw(DIALECTS[writer]), data)
    findings = check(text)
    (found,) = (each for each in findings if each.fixes)

    mended = found.fixes[0].apply(text)

    assert found.message.endswith(", not a query")
    assert bag(check(mended)) == bag(findings) - bag((found,))


@given(st.data())
def test_what_is_read_is_the_text_that_is_written(data: st.DataObject) -> None:
    writer = data.draw(st.sampled_from(list(DIALECTS)))
    text = data.draw(mutated(st.just(written(writer, data.draw(DIALECTS[writer]), data))))

    reading = read(text)

    if reading is not None:
        tokens = Tokens(reading.write())
        assert tokens.kinds == [each.kind for each in reading.pieces]
        assert tokens.lexemes == [each.lexeme for each in reading.pieces]
        assert all(0 <= each.start <= each.end <= len(text) for each in reading.pieces)


@given(soups | soup)
@example("[:5]")
@example("properties {" * 2_000 + "}" * 2_000)
@example('{"$not":' * 5_000 + "{}" + "}" * 5_000)
@example("[?" + "(" * 5_000 + ")" * 5_000 + "]")
def test_any_text_is_read_or_not(text: str) -> None:
    reading = read(text)

    assert reading is None or reading.pieces[-1].kind == END


@given(faulty.queries(faults=4))
def test_a_query_with_faults_is_of_no_other_dialect(text: str) -> None:
    assert parses(text) or read(text) is None
