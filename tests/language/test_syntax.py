"""Syntax trees built by hand: equality, operators, and what a node refuses."""

from __future__ import annotations

import copy
import pickle

import pytest

from imsquery import Query, Span, field, parse
from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Everything,
    Literal,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Order,
    Placeholder,
    Presence,
    Standalone,
)

a, b, c = map(Standalone, "abc")


def test_equality_ignores_where_a_node_was_written() -> None:
    assert parse("  a   and b") == parse("a and b")
    assert Standalone("a", span=Span(3, 4)) == a
    assert hash(Standalone("a", span=Span(3, 4))) == hash(a)
    assert parse(" a").filter.span == Span(1, 2)


def test_a_name_is_one_name_in_any_letter_case_and_with_underscores_or_not() -> None:
    assert Standalone("__Platform") == Standalone("platform")
    assert hash(Standalone("__Platform")) == hash(Standalone("platform"))
    assert Comparison("A", "=", Literal("x")) == Comparison("a", "=", Literal("x"))
    assert Order("__Name") == Order("name")
    assert Standalone("image_type") != Standalone("imagetype")


def test_values_are_compared_as_written() -> None:
    assert Literal("x") != Literal("X")
    assert Literal("x") != Placeholder("x")  # type: ignore[comparison-overlap]


def test_nodes_are_immutable() -> None:
    with pytest.raises(AttributeError):
        a.name = "b"  # type: ignore[misc]


def test_operators_build_connectives() -> None:
    assert a & b == And((a, b))
    assert a | b == Or((a, b))
    assert ~a == Not(a)
    assert (a & b) & c == a & (b & c) == And((a, b, c))
    assert (a | b) | c == a | (b | c) == Or((a, b, c))
    assert a & (b | c) == And((a, Or((b, c))))


@pytest.mark.parametrize("node", [a, Not(a), And((a, b)), Everything(), Nothing(), Presence("a")])
def test_a_filter_is_neither_true_nor_false(node: Standalone) -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(node)


@pytest.mark.parametrize("other", [True, "a = b", None, Query(), Literal("x")])
def test_only_filters_combine(other: object) -> None:
    with pytest.raises(TypeError):
        a & other
    with pytest.raises(TypeError):
        a | other


@pytest.mark.parametrize(
    "name", ["", "a b", "a=b", "and", "NOT", "'a'", "a\nb", "a)", "$a", "\ud800"]
)
def test_a_name_that_would_not_read_back_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        Standalone(name)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "é", "$a"])
def test_a_placeholder_has_the_name_of_a_keyword_argument(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a placeholder"):
        Placeholder(name)


def test_operators_and_directions_are_those_of_the_language() -> None:
    with pytest.raises(ValueError, match="'=='"):
        Comparison("a", "==", Literal("x"))
    with pytest.raises(ValueError, match="'like'"):
        Match("a", "like", Literal("x"))
    with pytest.raises(ValueError, match="'up'"):
        Order("a", "up")


def test_connectives_join_two_or_more() -> None:
    for operands in ((), (a,)):
        with pytest.raises(ValueError, match="two operands"):
            And(operands)
        with pytest.raises(ValueError, match="two operands"):
            Or(operands)
    with pytest.raises(ValueError, match="expected a value"):
        Membership("a", ())


def test_an_empty_query_asks_for_everything() -> None:
    assert Query() == parse("") == parse("all")
    assert Between("a", Literal("1"), Literal("2")) != Between("a", Literal("2"), Literal("1"))
    assert Call("f") == Call("f", ())


def test_what_conditions_are_built_on_can_be_copied_and_sent() -> None:
    name = field("platform")
    sent = pickle.loads(pickle.dumps(name))  # noqa: S301 -- it is our own

    for other in (copy.copy(name), copy.deepcopy(name), sent):
        assert (other == "CentOS") == Comparison("platform", "=", Literal("CentOS"))
