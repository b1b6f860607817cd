"""Clauses compile where one request can say them; ``plan`` takes all that ``check`` finds right."""

from __future__ import annotations

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, QueryError, check, plan, prepare
from imsquery import compile as compile_query

ROWS = [row for row in CLOUDIMAGES.parameters.values() if row.clause is None]
SORTABLE = {row.name for row in ROWS if row.sortable}
GROUPS = {row.name for row in ROWS if row.observed is not None and not row.multiple}
names = st.sampled_from([row.name for row in ROWS] + ["nmae", "size", "name", "created_at"])
numbers = st.sampled_from(["0", "1", "5", "007", "-1", "x", "$n"])


@frozen
class Case:
    """Clauses, right or wrong, each at most once.

    Attributes:
        keys: names to sort by.
        counts: the keyword of each other clause, its number, and what groups are by, if anything.
    """

    text: str
    keys: list[str]
    counts: list[tuple[str, str, str]]

    @property
    def is_one_request(self) -> bool:
        """Whether the server can do it all."""
        sorts = len({*self.keys}) < 2 and {*self.keys} <= SORTABLE
        return sorts and all(map(_is_sent, self.counts))


def _is_sent(clause: tuple[str, str, str]) -> bool:
    keyword, number, per = clause
    if not number.isdigit() or per not in {"", *GROUPS}:
        return False
    return int(number) == 0 if keyword == "skip" else int(number) > 0 and not per


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return clauses in any order."""
    keys = draw(st.lists(st.tuples(names, st.sampled_from(["", " asc"])), max_size=3))
    kinds = draw(
        st.lists(st.tuples(st.sampled_from(["limit", "skip"]), st.booleans()), unique=True)
    )
    counts = [
        (keyword, draw(numbers), draw(names) if is_grouped else "") for keyword, is_grouped in kinds
    ]
    parts = ["order by " + ", ".join(map("".join, keys))] if keys else []
    parts += [f"{word} {number}{per and f' per {per}'}" for word, number, per in counts]
    return Case(" ".join(draw(st.permutations(parts))), [key for key, _ in keys], counts)


def errors(text: str, target: str) -> set[str]:
    found = check(text, target=target)  # type: ignore[arg-type]  # one of the two
    return {each.code for each in found if each.severity == "error"}


@given(cases())
def test_what_is_wrong_for_a_plan_is_wrong_for_a_request(case: Case) -> None:
    assert set(check(case.text)) <= set(check(case.text, target="compile"))


@given(cases().filter(lambda case: "$" not in case.text))  # a placeholder is no error
def test_plan_takes_what_has_no_error(case: Case) -> None:
    text = case.text
    try:
        plan(text)
    except QueryError as error:
        assert {each.code for each in error.diagnostics if each.severity == "error"} == errors(
            text, "plan"
        )
    else:
        assert errors(text, "plan") == set()


@given(cases())
def test_clauses_compile_if_they_are_those_of_a_request(case: Case) -> None:
    assert (errors(case.text, "compile") == set()) is case.is_one_request


def test_a_repeated_key_is_dropped_with_a_warning() -> None:
    query = compile_query("all order by name asc, name desc")

    assert query.query_string == "sort_dir=asc&sort_key=name"
    assert [each.code for each in query.warnings] == ["repeated-key"]
    assert plan("all order by name asc, id asc, name").order == plan("all order by name asc").order


def test_a_number_to_skip_can_be_bound_but_only_none_compiles() -> None:
    prepared = prepare("protected skip $n limit $m")

    assert prepared.bind(n=0, m=3).query_string == "limit=3&protected=true"
    with pytest.raises(QueryError) as caught:
        prepared.bind(n=1, m=3)
    (found,) = caught.value.diagnostics
    assert (found.code, prepared.text[found.span.start : found.span.end]) == (
        "not-expressible", "skip $n",
    )  # fmt: skip
    with pytest.raises(QueryError) as caught:
        prepare("all limit $n per name").bind(n=3)
    assert [each.code for each in caught.value.diagnostics] == ["not-expressible"]


def test_what_no_request_can_say_is_pointed_at() -> None:
    text = "protected order by name, size desc skip 3 per name limit 2 per platform skip 4 limit 5"
    found = check(text, target="compile")

    assert [(each.code, text[each.span.start : each.span.end]) for each in found] == [
        ("not-expressible", "size"),
        ("not-expressible", "skip 3 per name"),
        ("not-expressible", "limit 2 per platform"),
        ("not-expressible", "skip 4"),
    ]
    assert all("`plan`" in each.message for each in found)
