"""The outcome of a filter, and of each part of it, is what the matcher says of that text.

``matching`` has laws of its own, against the meaning of the language.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, Outcome, QueryError, parse, testing, why
from imsquery.diagnostics.terminal import measured
from imsquery.evaluation.matching import matcher
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from tests.meaning import holds
from tests.plan_strategies import World, dense_filters, dense_worlds

(SCOPE,) = {scope for row in CLOUDIMAGES.parameters.values() for scope in row.scopes}
NOW = datetime(2026, 3, 15, tzinfo=UTC)
records = testing.records() | testing.near_miss_records()
trees = testing.filter_trees(consistent=False, max_predicates=6)
spelled = trees.flatmap(testing.spellings)
texts = trees.map(unparse) | spelled | dense_filters


def outcome(text: str, record: dict[str, Any]) -> Outcome:
    """Return the outcome of a filter; reject examples that are rightly refused."""
    try:
        return why(text, record, now=NOW)
    except QueryError:
        with pytest.raises(QueryError):
            matcher(text)
        reject()


def nodes(root: Outcome) -> Iterator[Outcome]:
    yield root
    for part in root.parts:
        yield from nodes(part)


def standing_alone(root: Outcome) -> Iterator[Outcome]:
    """Yield the filter, and its parts that are filters by themselves.

    What widens the search has its place in a whole filter only.
    """
    yield root
    yield from (node for node in [*nodes(root)][1:] if SCOPE not in node.text)


@given(texts, records)
@example("not (platform = CentOS or not (tagged(a) and public()))", {"tags": ["a"]})
@example("name not in (a, b) and not min_ram not between 1 and 2", {"name": "a", "min_ram": 1})
@example("(((created_at = 2018)))  # a comment", {"created_at": "2018-03-01T00:00:00Z"})
@example("limit 3", {})
def test_each_outcome_is_what_the_matcher_says(text: str, record: dict[str, Any]) -> None:
    root = outcome(text, record)

    assert root.holds is matcher(text, now=NOW)(record)
    for node in standing_alone(root):
        assert bool(node) is node.holds is matcher(node.text, now=NOW)(record)


@given(dense_filters, dense_worlds())
def test_each_outcome_is_the_meaning_of_its_text(text: str, world: World) -> None:
    for image in world.images:
        for node in nodes(outcome(text, image)):
            assert node.holds is holds(parse(node.text).filter, image)


@given(texts, records)
def test_a_part_is_the_outcome_of_its_own_text(text: str, record: dict[str, Any]) -> None:
    for node in standing_alone(outcome(text, record)):
        again = outcome(node.text, record)

        assert again == node
        assert hash(again) == hash(node)


@given(texts, records)
def test_the_tree_has_the_conditions_of_the_filter_in_their_order(
    text: str, record: dict[str, Any]
) -> None:
    conditions = [node for node in nodes(outcome(text, record)) if not node.parts]

    assert [stripped(parse(node.text).filter) for node in conditions] == [
        *leaves(parse(text).filter)
    ]


def leaves(expr: syntax.Expr) -> Iterator[syntax.Expr]:
    match expr:
        case syntax.And(operands) | syntax.Or(operands):
            for each in operands:
                yield from leaves(each)
        case syntax.Not(operand):
            yield from leaves(operand)
        case condition:
            yield condition


def stripped(expr: syntax.Expr) -> syntax.Expr:
    return stripped(expr.operand) if isinstance(expr, syntax.Not) else expr


@given(texts, records)
def test_what_is_shown_is_what_the_record_has(text: str, record: dict[str, Any]) -> None:
    by_name = {name.lstrip("_"): value for name, value in record.items()}
    for node in nodes(outcome(text, record)):
        assert not (node.shown and node.parts)
        for name, value in node.shown:
            assert (value is None) is (name not in by_name)
            if value is not None and by_name[name] == by_name[name]:  # not NaN
                assert json.loads(value) == by_name[name] or value.startswith('"<')


hostile = st.dictionaries(
    st.sampled_from(["name", "tags", "__platform", "min_ram"]),
    st.text("\x1b\n\r\u202e\ud800\u3000公e\u0301 \t", max_size=30) | st.lists(st.text()),
)


@given(texts, hostile, st.none() | st.integers(1, 120))
@example("name = a", {"name": "x" * 500}, 60)
@example("not (" * 60 + "protected or owner = a" + ")" * 60, {}, 40)
def test_a_drawing_has_a_line_for_each_part_and_is_safe_to_print(
    text: str, record: dict[str, Any], width: int | None
) -> None:
    root = outcome(text, record)
    lines = root.draw(width).split("\n")

    assert len(lines) == len([*nodes(root)])
    for line, node in zip(lines, nodes(root), strict=True):
        assert line.isprintable() or "\u3000" in line
        assert width is None or measured(line)[1] <= width
        if width is None:
            assert f"{'yes' if node.holds else 'no ':3}  " in line
    assert str(root) == root.draw()


@given(texts, records)
def test_plain_values_say_the_same(text: str, record: dict[str, Any]) -> None:
    root = outcome(text, record)
    pending = [(root, root.to_dict())]
    while pending:
        node, said = pending.pop()
        assert (said["filter"], said["holds"]) == (node.text, node.holds)
        assert [*said.get("shown", {})] == [name for name, _ in node.shown]
        pending += zip(node.parts, said.get("parts", []), strict=True)


@given(texts, records)
def test_an_outcome_pickles(text: str, record: dict[str, Any]) -> None:
    root = outcome(text, record)

    assert pickle.loads(pickle.dumps(root)) == root  # noqa: S301 -- our own
