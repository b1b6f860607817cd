"""The predicate of a filter agrees with the meaning of the filter, and obeys set algebra."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from imsquery import Limits, QueryError, parse, testing
from imsquery import compile as compile_query
from imsquery.evaluation import matching
from imsquery.evaluation.matching import Matcher, matcher
from imsquery.language import syntax
from imsquery.language.patterns import compile_glob
from imsquery.language.unparse import unparse
from tests.meaning import globs, holds
from tests.plan_strategies import World, dense_filters, dense_worlds, worlds
from tests.server_model import ModelServer

trees = testing.filter_trees(consistent=False, max_predicates=6)
records = testing.records() | testing.near_miss_records()


def made(tree: syntax.Expr) -> Matcher:
    """Return the predicate of a filter; reject examples that are rightly refused."""
    try:
        return matcher(tree)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= {"not-observable", "mutually-exclusive", "requires", "contradiction"}
        reject()


@given(trees, records)
def test_a_predicate_agrees_with_the_meaning(tree: syntax.Expr, record: dict[str, Any]) -> None:
    assert made(tree)(record) is holds(tree, record)


@given(dense_filters, dense_worlds())
@example("name = b or platform = CentOS", World([{"id": "i0", "__platform": "CentOS"}], {}))
@example("name = a and name = b", World([{"id": "i0", "name": "a"}], {}))
def test_a_predicate_of_few_conditions_agrees_with_the_meaning(text: str, world: World) -> None:
    tree = parse(text).filter
    is_wanted = made(tree)

    for image in world.images:
        assert is_wanted(image) is holds(tree, image)


@given(trees, st.lists(records, max_size=4))
def test_selecting_records_keeps_those_that_match(
    tree: syntax.Expr, images: list[dict[str, Any]]
) -> None:
    is_wanted = made(tree)

    assert [*is_wanted.select(images)] == [each for each in images if holds(tree, each)]


@given(trees, records, st.integers(1, 4), st.integers(4, 6))
def test_a_predicate_made_in_parts_agrees_with_the_meaning(
    tree: syntax.Expr, record: dict[str, Any], largest: int, deepest: int
) -> None:
    with patch.multiple(matching, _LARGEST=largest, _DEEPEST=deepest):
        is_wanted = made(tree)

        assert is_wanted(record) is holds(tree, record)
        assert [*is_wanted.select([record])] == [record] * holds(tree, record)


LARGE = {
    "or": " or ".join(f"name contains n{n}" for n in range(5_000)),
    "and": " and ".join(f"not name contains n{n}" for n in range(5_000)),
    "times": " or ".join(f"created_at > now-{n}d" for n in range(5_000)),
    "deep": "".join(f"(name contains a{n} or (name startswith b{n} and " for n in range(2_500))
    + "protected"
    + "))" * 2_500,
}


@pytest.mark.parametrize("name", LARGE)
def test_no_function_made_of_a_filter_has_more_than_so_many_conditions(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []

    def run(source: str, names: dict[str, Any]) -> None:
        sources.append(source)
        exec(source, names)  # noqa: S102 -- what is under test

    monkeypatch.setattr(matching, "exec", run, raising=False)
    matcher(LARGE[name], limits=Limits(length=10**6, depth=10**4))

    counts = [source.count("record") for source in sources]
    assert max(counts) <= 2_100
    assert 1_000 <= sum(counts) <= 5_100


@given(trees, records)
def test_not_is_the_complement(tree: syntax.Expr, record: dict[str, Any]) -> None:
    assert made(syntax.Not(tree))(record) is not made(tree)(record)


@given(trees, trees, records)
def test_and_is_the_intersection(
    left: syntax.Expr, right: syntax.Expr, record: dict[str, Any]
) -> None:
    both = made(left)(record) and made(right)(record)

    assert made(syntax.And((left, right)))(record) is both


@given(trees, trees, records)
def test_or_is_the_union(left: syntax.Expr, right: syntax.Expr, record: dict[str, Any]) -> None:
    either = made(left)(record) or made(right)(record)

    assert made(syntax.Or((left, right)))(record) is either


@given(testing.request_trees(), worlds())
def test_a_compiled_request_finds_what_the_predicate_matches(tree: syntax.Expr, world: Any) -> None:
    predicate = made(tree)
    server: ModelServer = world.server()

    found = server(compile_query(unparse(tree)).query_string)

    assert {image["id"] for image in found} == {
        image["id"] for image in world.searched(tree) if predicate(image)
    }


pieces = st.sampled_from(["a", "b", "?", "*", "ab" * 40, "a" * 70, "a?" * 35, "?" * 70])


@given(st.lists(pieces, min_size=1, max_size=6).map("".join), st.data())
def test_long_globs_match_by_their_definition(pattern: str, data: st.DataObject) -> None:
    meant = {"*": st.text("ab", max_size=90), "?": st.sampled_from("ab")}
    text = "".join(data.draw(meant[each]) if each in meant else each for each in pattern)
    if data.draw(st.booleans()):  # nearly the same
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + data.draw(st.sampled_from(["", "a", "b"])) + text[place + 1 :]

    assert bool(compile_glob(pattern)(text)) is globs(pattern, text)


@pytest.mark.parametrize("relation", ["contains", "startswith", "endswith", "glob"])
@given(st.text("ab*?\\", max_size=8), st.text("ab*?\\", max_size=10))
@example("*a*b", "aab")
@example("a*", "a\nb")
def test_patterns_match_by_their_definition(relation: str, pattern: str, text: str) -> None:
    tree = syntax.Match("description", relation, syntax.Literal(pattern))
    record = {"__description": text}

    assert matcher(tree)(record) is holds(tree, record)
