"""A value of a placeholder means what its literal means, and is never syntax.

So it is with plans and matchers, and what is wrong with a value is found at its placeholder.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import (
    CLOUDIMAGES,
    Limits,
    QueryError,
    compile,  # noqa: A004
    decompile,
    field,
    matcher,
    plan,
    prepare,
)
from imsquery.language.lexer import has_surrogate, quote, spell
from imsquery.schema.parameters import Parameter
from imsquery.testing import near_misses
from tests.plan_strategies import clauses

NOW = datetime(2024, 1, 1, tzinfo=UTC)
ROWS = [row for row in CLOUDIMAGES.parameters.values() if row.clause is None]
FREE = [row.name for row in ROWS if row.kind.name == "identifier" and row.observed]

plain = st.one_of(
    st.text(),
    st.sampled_from(["' or all #", "a b", "none", "$x", ") or (all", "*", "CentOS", "now-7d"]),
    st.integers(-5, 5_000),
    st.booleans(),
    st.dates(min_value=date(1, 1, 2)),
    st.datetimes(min_value=datetime(1, 1, 2)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC)),  # noqa: DTZ001
)
forms = st.sampled_from([
    "{} = {}", "{} != {}", "{} < {}", "not {} in ({})", "{} glob {}", "{} = {} ignoring case",
    "{} not in ({}) ignoring case", "{} contains {} ignoring case", "tagged({1})",
])  # fmt: skip
calls = pytest.mark.parametrize("call", [plan, matcher])


def literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    return quote(value.isoformat() if isinstance(value, date) else str(value))


def outcome(call: Callable[..., Any], text: str, **options: Any) -> object:
    """Return a plan or matcher, or the codes with which it is refused."""
    try:
        return call(text, now=NOW, **options)
    except QueryError as error:
        # A set: several findings may have one placeholder in common.
        return {(each.code, each.severity) for each in error.diagnostics}


@calls
@given(st.sampled_from(ROWS), forms, plain)
@example(ROWS[0], "{} = {}", "true' or all")
def test_a_value_means_its_literal(
    call: Callable[..., Any], row: Parameter, form: str, value: Any
) -> None:
    if isinstance(value, str) and has_surrogate(value):
        return
    bound = outcome(call, form.format(row.name, "$v"), values={"v": value})

    assert bound == outcome(call, form.format(row.name, literal(value)))


_close = st.datetimes(datetime(2018, 10, 28), datetime(2018, 10, 28, 0, 0, 3)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@given(st.sampled_from([*_ORDERS]), _close, _close)
def test_times_compare_with_any_part_of_a_second(
    relation: str, shown: datetime, given: datetime
) -> None:
    shown = shown.replace(microsecond=0)
    record = {"created_at": f"{shown:%Y-%m-%dT%H:%M:%SZ}"}
    wanted = _ORDERS[relation](shown, given)
    text, values = f"created_at {relation} $t", {"t": given}

    assert matcher(text, values=values)(record) is wanted
    assert matcher(_ORDERS[relation](field("created_at"), given))(record) is wanted
    bound = str(prepare(text).bind(t=given))
    assert bound == str(prepare(f"all and {text}").bind(t=given))
    assert matcher(decompile(bound))(record) is wanted


@given(_close, _close, _close)
def test_a_range_ends_at_any_part_of_a_second(
    low: datetime, shown: datetime, high: datetime
) -> None:
    shown = shown.replace(microsecond=0)
    record = {"created_at": f"{shown:%Y-%m-%dT%H:%M:%SZ}"}
    wanted = low <= shown <= high
    values = {"low": low, "high": high}

    assert matcher("created_at between $low and $high", values=values)(record) is wanted
    assert matcher("created_at not between $low and $high", values=values)(record) is not wanted
    assert matcher(field("created_at").between(low, high))(record) is wanted


def test_no_image_is_of_a_fraction_of_a_second() -> None:
    half = datetime(2018, 10, 28, microsecond=500_000, tzinfo=UTC)
    for text, value in (("created_at = $t", half), ("not created_at in $t", [half])):
        with pytest.raises(QueryError, match=r"bad-value\].*has a fraction of a second"):
            matcher(text, values={"t": value})
    with pytest.raises(QueryError, match="has a fraction of a second"):
        prepare("created_at != $t").bind(t=half)
    with pytest.raises(ValueError, match="has a fraction of a second"):
        field("created_at").in_([half])


@calls
@given(st.sampled_from(ROWS), st.lists(plain, min_size=1, max_size=4))
def test_a_list_means_its_literals(
    call: Callable[..., Any], row: Parameter, values: list[Any]
) -> None:
    if any(isinstance(value, str) and has_surrogate(value) for value in values):
        return
    listed = ", ".join(map(literal, values))
    bound = outcome(call, f"{row.name} in $v", values={"v": iter(values)})

    assert bound == outcome(call, f"{row.name} in ({listed})")


@given(st.sampled_from(FREE), st.text())
def test_a_value_is_never_syntax(name: str, value: str) -> None:
    if has_surrogate(value):
        return
    found = plan(f"{name} != $v", values={"v": value})

    assert found == plan(f"{name} != {quote(value)}")
    assert found.filter == f"{name} != {spell(value)}"


@given(near_misses())
def test_a_prepared_query_is_planned_and_matched_like_its_text(miss: Any) -> None:
    text = f"owner = $o and ({miss.text}\n)"
    try:
        prepared = prepare(text, now=NOW)
    except QueryError:
        return

    def bound(call: Callable[..., Any]) -> object:
        return outcome(lambda _text, **_options: call(o="x"), text)

    assert bound(prepared.plan) == outcome(plan, text, values={"o": "x"})
    assert bound(prepared.matcher) == outcome(matcher, text, values={"o": "x"})


@calls
def test_all_that_is_wrong_with_values_is_found_at_the_placeholders(
    call: Callable[..., Any],
) -> None:
    text = "visibility = $a and min_disk = $b and owner = $c limit $n"
    with pytest.raises(QueryError) as caught:
        call(text, values={"a": "publik", "b": 5, "n": 0})

    found = [
        (each.code, text[each.span.start : each.span.end]) for each in caught.value.diagnostics
    ]
    assert found == [
        ("bad-value", "$a"),
        ("out-of-range", "$b"),
        ("unbound-placeholder", "$c"),
        ("out-of-range", "$n"),
    ]
    assert ".plan(c=…)" in caught.value.diagnostics[2].message


@calls
@pytest.mark.parametrize(
    "values", [{"x": "a", "y": "b"}, {"x": 1.5}, {"x": ["a"]}, {"x": None}, {"x": b"a"}]
)
def test_a_value_of_another_type_or_name_is_a_type_error(
    call: Callable[..., Any], values: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        call("owner = $x", values=values)


@calls
def test_an_endless_list_is_too_many(call: Callable[..., Any]) -> None:
    with pytest.raises(QueryError, match="too-many"):
        call("owner in $x", values={"x": iter(lambda: "a", None)}, limits=Limits(count=100))


def test_clauses_take_values() -> None:
    found = plan("owner = $o limit $n after $m", values={"o": "x", "n": 5, "m": "i1"})

    assert (found.limit, found.after) == (5, "i1")
    assert found.requests[0].query_string == "limit=5&marker=i1&owner=x"


@given(clauses)
def test_a_value_in_a_clause_means_its_number(written: str) -> None:
    numbers = re.findall("[0-9]+", written)
    names = [f"n{place}" for place in range(len(numbers))]
    rest = iter(names)
    text = re.sub("[0-9]+", lambda _: f"${next(rest)}", written)
    values = {name: int(number) for name, number in zip(names, numbers, strict=True)}

    assert outcome(plan, text, values=values) == outcome(plan, written)
    assert outcome(lambda text, now: prepare(text, now=now).bind(**values), text) == outcome(
        compile, written
    )


def test_an_empty_list_matches_nothing() -> None:
    assert plan("id in $ids", values={"ids": []}).requests == ()
    assert not matcher("id in $ids", values={"ids": []})({"id": "a"})
    assert matcher("id not in $ids", values={"ids": []})({"id": "a"})


def test_each_member_status_is_a_request_of_its_own() -> None:
    text = "visibility = shared and member_status in $which"
    found = plan(text, values={"which": ["accepted", "pending", "rejected"]})

    assert [each.query_string for each in found.requests] == [
        f"member_status={status}&visibility=shared"
        for status in ("accepted", "pending", "rejected")
    ]
    assert all(each.exact for each in found.requests)
