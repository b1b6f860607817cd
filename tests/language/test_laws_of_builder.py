"""A tree built in Python equals the tree of the same filter in text."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import imsquery
from imsquery import Query, field, parse, placeholder
from imsquery import query as build_query
from imsquery.language.syntax import Everything, Expr, Nothing
from tests.strategies import FILTERS, names, quoted, unicode_text

Written = tuple[Expr, str]
"""A tree, and the text that must parse to it."""

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# A Python value, and its literal.
VALUES = st.one_of(
    unicode_text.map(lambda text: (text, quoted(text))),
    st.integers(1 - 10**600, 10**600 - 1).map(lambda number: (number, quoted(str(number)))),
    st.booleans().map(lambda flag: (flag, "true" if flag else "false")),
    st.dates().map(lambda day: (day, f"{day.year:04}-{day.month:02}-{day.day:02}")),
    st.sampled_from(["x", "_y", "Z1"]).map(lambda name: (placeholder(name), f"${name}")),
)


# Name -> maximum number of arguments.
FUNCTIONS = {
    "supports": 3, "owned_by": 1, "shared": 1, "bare_metal": 1, "tagged": 2, "public": 0
}  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> Written:
    name = draw(names(draw(st.sampled_from(FILTERS))))
    subject = field(name)
    value, text = draw(VALUES)
    form = draw(st.sampled_from(["compare", "in", "between", "match", "present", "alone"]))
    nocase = ""
    if form in {"compare", "in", "match"} and draw(st.booleans()):
        subject, nocase = subject.ignoring_case, " ignoring case"
    if form == "compare":
        spelled = draw(st.sampled_from(sorted(COMPARISONS)))
        return COMPARISONS[spelled](subject, value), f"{name} {spelled} {text}{nocase}"
    if form == "in":
        more = draw(st.lists(VALUES, max_size=2))
        items = [value, *(each for each, _ in more)]
        listed = ", ".join([text, *(each for _, each in more)])
        if draw(st.booleans()):
            return subject.not_in(items), f"{name} not in ({listed}){nocase}"
        return subject.in_(items), f"{name} in ({listed}){nocase}"
    if form == "between":
        high, high_text = draw(VALUES)
        return subject.between(value, high), f"{name} between {text} and {high_text}"
    if form == "match":
        word = draw(st.sampled_from(["contains", "startswith", "endswith", "glob", "matches"]))
        return getattr(subject, word)(value), f"{name} {word.upper()} {text}{nocase}"
    if form == "present":
        if draw(st.booleans()):
            return subject.is_absent(), f"{name} is absent"
        return subject.is_present(), f"{name} is present"
    return subject.is_true(), name


@st.composite
def calls(draw: st.DrawFn) -> Written:
    name, most = draw(st.sampled_from(sorted(FUNCTIONS.items())))
    given_values = draw(st.lists(VALUES, min_size=min(most, 1), max_size=most))
    tree = getattr(imsquery, name)(*(value for value, _ in given_values))
    return tree, f"{name}({', '.join(text for _, text in given_values)})"


constants: st.SearchStrategy[Written] = st.sampled_from(
    [(Everything(), "all"), (Nothing(), "none"), (field("id").in_([]), "none")]
)


def combined(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda both: (both[0][0] & both[1][0], f"({both[0][1]}) and ({both[1][1]})")),
        pairs.map(lambda both: (both[0][0] | both[1][0], f"({both[0][1]}) or ({both[1][1]})")),
        inner.map(lambda one: (~one[0], f"not ({one[1]})")),
    )


filters = st.recursive(st.one_of(conditions(), calls(), constants), combined, max_leaves=6)


@given(filters)
def test_a_built_filter_equals_the_parsed_one(written: Written) -> None:
    tree, text = written

    assert parse(text) == Query(tree)


groups = st.none() | st.tuples(st.integers(0, 9), st.sampled_from(["name", "platform"]))


@given(
    filters,
    st.none() | st.sampled_from(["name", "created_at"]),
    st.sampled_from([None, "asc", "desc"]),
    st.none() | st.integers(0, 10**6),
    st.none() | unicode_text,
    st.none() | st.integers(0, 10**6),
    groups,
    groups,
)
def test_a_built_query_equals_the_parsed_one(
    written: Written,
    key: str | None,
    direction: str | None,
    limit: int | None,
    after: str | None,
    skip: int | None,
    limit_per: tuple[int, str] | None,
    skip_per: tuple[int, str] | None,
) -> None:
    tree, text = written
    if limit_per is not None:
        text += f" limit {limit_per[0]} per {limit_per[1]}"
    if skip is not None:
        text += f" skip {skip}"
    if after is not None:
        text += f" after {quoted(after)}"
    if limit is not None:
        text += f" limit {limit}"
    if key is not None:
        text += f" order by {key} {direction or ''}"

    if skip_per is not None:
        text += f" skip {skip_per[0]} per {skip_per[1]}"

    assert parse(text) == build_query(
        tree,
        order_by=key,
        direction=direction,
        limit=limit,
        after=after,
        skip=skip,
        limit_per=limit_per,
        skip_per=skip_per,
    )


def test_several_keys_share_a_direction_unless_they_have_one() -> None:
    built = build_query(order_by=["platform", ("name", "asc")], direction="desc")

    assert built == parse("order by platform desc, name asc")


@given(st.dates())
def test_a_date_means_the_day(day: date) -> None:
    assert (field("created_at") < day) == parse(f"created_at < {day.isoformat()}").filter


def test_what_compares_no_texts_cannot_ignore_letter_case() -> None:
    subject = field("name").ignoring_case

    for make in (
        lambda: subject.between(1, 2),
        subject.is_present,
        subject.is_absent,
        subject.is_true,
    ):
        with pytest.raises(TypeError, match="letter case"):
            make()
    assert repr(subject) == "field('name').ignoring_case"
    assert repr(copy.copy(subject)) == repr(subject)
