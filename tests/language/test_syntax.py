"""Syntax trees built by hand: equality, operators, and invalid nodes."""

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


def test_equality_ignores_spans() -> None:
    assert parse("  a   and b") == parse("a and b")
    assert Standalone("a", span=Span(3, 4)) == a
    assert hash(Standalone("a", span=Span(3, 4))) == hash(a)
    assert parse(" a").filter.span == Span(1, 2)


def test_equality_ignores_letter_case_and_underscores_of_names() -> None:
    assert Standalone("__Platform") == Standalone("platform")
    assert hash(Standalone("__Platform")) == hash(Standalone("platform"))
    assert Comparison("A", "=", Literal("x")) == Comparison("a", "=", Literal("x"))
    assert Order("__Name") == Order("name")
    assert Standalone("image_type") != Standalone("imagetype")


def test_values_are_compared_as_written() -> None:
    assert Literal("x") != Literal("X")
    assert Literal("x") != Placeholder("x")


def test_a_node_is_immutable() -> None:
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
def test_a_filter_has_no_truth_value(node: Standalone) -> None:
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
def test_a_name_that_would_not_parse_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        Standalone(name)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "é", "$a"])
def test_a_placeholder_is_named_like_a_keyword_argument(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a placeholder"):
        Placeholder(name)


def test_other_operators_and_directions_are_refused() -> None:
    with pytest.raises(ValueError, match="'=='"):
        Comparison("a", "==", Literal("x"))
    with pytest.raises(ValueError, match="'like'"):
        Match("a", "like", Literal("x"))
    with pytest.raises(ValueError, match="'up'"):
        Order("a", "up")


def test_connectives_and_lists_need_operands() -> None:
    for operands in ((), (a,)):
        with pytest.raises(ValueError, match="two operands"):
            And(operands)
        with pytest.raises(ValueError, match="two operands"):
            Or(operands)
    with pytest.raises(ValueError, match="expected a value"):
        Membership("a", ())


def test_an_empty_query_is_all() -> None:
    assert Query() == parse("") == parse("all")
    assert Between("a", Literal("1"), Literal("2")) != Between("a", Literal("2"), Literal("1"))
    assert Call("f") == Call("f", ())


def test_a_field_is_immutable_and_can_be_copied_and_pickled() -> None:
    name = field("platform")
    sent = pickle.loads(pickle.dumps(name))  # noqa: S301 -- our own

    with pytest.raises(AttributeError):
        name._name = "owner"  # type: ignore[misc]
    for other in (copy.copy(name), copy.deepcopy(name), sent):
        assert (other == "CentOS") == Comparison("platform", "=", Literal("CentOS"))
