"""Bounds on a text: what is within them, and raising and lowering them."""

from __future__ import annotations

import pytest

from imsquery import Limits, QueryError, check, field, parse, prepare
from imsquery import compile as compile_query

WIDE = Limits(length=10_000_000, depth=1_000_000, count=10_000_000)


def code_of(text: str, limits: Limits) -> list[str]:
    return [each.code for each in check(text, limits=limits) if each.severity == "error"]


def nested(depth: int) -> str:
    return "(" * depth + "protected" + ")" * depth


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("x" * 65_537, Limits(), "too-long"),
        (nested(201), Limits(), "too-deep"),
        ("not " * 201 + "protected", Limits(), "too-deep"),
        ("not (" * 101 + "protected" + ")" * 101, Limits(), "too-deep"),
        ("id in (" + "a," * 10_000 + "a)", Limits(), "too-many"),
        ("all and " * 10_000 + "all", Limits(length=100_000), "too-many"),
        ("id = a", Limits(length=5), "too-long"),
        ("((protected))", Limits(depth=1), "too-deep"),
        ("not not protected", Limits(depth=1), "too-deep"),
        ("id = a or id = b", Limits(count=1), "too-many"),
        ("id in (a, b)", Limits(count=1), "too-many"),
    ],
)
def test_exceeding_a_limit_is_one_finding(text: str, limits: Limits, code: str) -> None:
    assert code_of(text, limits) == [code]
    for call in (compile_query, parse, prepare):
        with pytest.raises(QueryError, match=code):
            call(text, limits=limits)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("owner = '" + "x" * 65_526 + "'", Limits()),
        (nested(200), Limits()),
        ("not " * 200 + "protected", Limits()),
        ("id in (" + "a," * 9_999 + "a)", Limits()),
        ("all and " * 9_999 + "all", Limits(length=100_000)),
        # The parentheses of a list or call and `not in` are not levels, and the `and` of `between`
        # does not separate predicates.
        ("(id not in (a))", Limits(depth=1)),
        ("(supports(kvm))", Limits(depth=1)),
        ("created_at between 2018 and 2019", Limits(count=1)),
        ("created_at not between 2018 and 2019 and protected", Limits(count=2, depth=0)),
        # One negation ends where its predicate does.
        ("not protected and not owner = a and not id = b", Limits(depth=1)),
        ("(protected) and (owner = a) and (id = b)", Limits(depth=1)),
        ("not (not protected) and not (not owner = a)", Limits(depth=3)),
        (nested(5_000), WIDE),
        ("not " * 5_000 + "protected", WIDE),
    ],
)
def test_a_text_at_a_limit_is_accepted(text: str, limits: Limits) -> None:
    assert code_of(text, limits) == []


@pytest.mark.parametrize(
    ("text", "limits", "place"),
    [
        ("id = a", Limits(length=5), "a"),
        ("((protected))", Limits(depth=1), "("),
        ("id = a or id = b", Limits(count=1), "or id = b"),
    ],
)
def test_the_finding_points_at_the_excess(text: str, limits: Limits, place: str) -> None:
    (found,) = check(text, limits=limits)

    assert text[found.span.start : found.span.end] == place


def test_limits_show_their_values() -> None:
    assert repr(Limits()) == "Limits(length=65536, depth=200, count=10000)"


def test_values_of_a_bound_list_count() -> None:
    prepared = prepare("id in $ids", limits=Limits(count=3))

    assert str(prepared.bind(ids=["a", "a", "a"])) == "id=a"
    with pytest.raises(QueryError, match="too-many"):
        prepared.bind(ids=["a"] * 4)


@pytest.mark.parametrize("number", [10**600, -(10**600), 10**5000], ids=["just", "below", "huge"])
def test_an_integer_of_more_than_600_digits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="600 digits"):
        field("name") == number  # noqa: B015 -- builds a condition
    with pytest.raises(QueryError, match="600 digits") as caught:
        prepare("name = $x").bind(x=number)

    assert [each.code for each in caught.value.diagnostics] == ["out-of-range"]
