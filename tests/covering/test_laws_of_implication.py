"""Implication between two conditions agrees with trying every value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery.covering.implication import follows, is_contrary
from imsquery.semantics.analysis import analyze
from imsquery.semantics.formula import Atom
from imsquery.semantics.simplify import complement

COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
NOON = datetime(2018, 12, 31, 23, 59, 58, tzinfo=UTC)
SECONDS = [NOON + timedelta(seconds=second) for second in range(-2, 8)]
MINUTES = [NOON + timedelta(minutes=minute) for minute in (-61, -60, 59, 60, 61, 24 * 60)]
NAMES = ("a", "ab", "b", "abc", "xab")
MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "contains": lambda text, wanted: wanted in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def atom(text: str) -> Atom:
    formula = analyze(text).pruned
    assert isinstance(formula, Atom)
    return formula


moments = st.sampled_from(SECONDS[2:-2] + MINUTES)
time_conditions = st.tuples(st.sampled_from([*COMPARE]), moments)


def spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def written(condition: tuple[str, datetime]) -> Atom:
    relation, moment = condition
    return atom(f"created_at {relation} {spelled(moment)}")


@given(time_conditions, time_conditions)
@example(("<=", SECONDS[3]), ("<", SECONDS[4]))
@example((">", SECONDS[3]), (">=", SECONDS[4]))
@example(("!=", SECONDS[3]), (">", SECONDS[3]))
@example(("=", SECONDS[3]), ("!=", SECONDS[3]))
@example(("<", MINUTES[5]), ("=", SECONDS[2]))
def test_a_time_implies_what_holds_at_every_second(
    asked: tuple[str, datetime], known: tuple[str, datetime]
) -> None:
    around = [
        each + timedelta(seconds=step) for each in (asked[1], known[1]) for step in (-1, 0, 1)
    ]
    far = [NOON - timedelta(days=900), NOON + timedelta(days=900)]
    held = {
        COMPARE[asked[0]](second, asked[1])
        for second in (*around, *far)
        if COMPARE[known[0]](second, known[1])
    }

    found = follows(written(asked), written(known))

    assert found is (held == {True} if len(held) == 1 else None)
    assert is_contrary(written(asked), written(known)) is (held == {False})


@given(st.sampled_from(SECONDS), time_conditions)
def test_the_complement_of_a_time_holds_at_every_other_second(
    second: datetime, condition: tuple[str, datetime]
) -> None:
    other = complement(written(condition))

    assert other is not None
    assert other.value == spelled(condition[1])
    assert COMPARE[other.relation](second, condition[1]) is not COMPARE[condition[0]](
        second, condition[1]
    )


@given(st.sampled_from([*COMPARE][:5]), st.integers(0, 5), st.integers(0, 5))
def test_a_number_implies_what_holds_for_it(relation: str, asked: int, known: int) -> None:
    found = follows(atom(f"min_ram {relation} {asked}"), atom(f"min_ram = {known}"))

    assert found is COMPARE[relation](known, asked)


@given(st.sampled_from([*MATCHES]), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_text_implies_what_holds_for_it(relation: str, asked: str, known: str) -> None:
    found = follows(atom(f"name {relation} {asked}"), atom(f"name = {known}"))

    assert found is MATCHES[relation](known, asked)


@given(st.sampled_from([*MATCHES]), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_one_tag_never_implies_that_another_is_missing(
    relation: str, asked: str, known: str
) -> None:
    found = follows(atom(f"tag {relation} {asked}"), atom(f"tag = {known}"))

    assert found is (True if MATCHES[relation](known, asked) else None)


def test_a_scope_implies_nothing_but_itself() -> None:
    scope, project = atom("enterprise_project_id = all_granted_eps"), "enterprise_project_id = x"

    assert follows(atom(project), scope) is None
    assert follows(atom("enterprise_project_id glob '*'"), scope) is None
    assert follows(scope, atom(project)) is True


def test_a_known_project_is_not_another_one() -> None:
    known = atom("enterprise_project_id = x")

    assert follows(atom("enterprise_project_id = y"), known) is False
    assert follows(atom("enterprise_project_id startswith x"), known) is True
    assert follows(atom("enterprise_project_id startswith y"), known) is False


def test_being_contrary_is_symmetric() -> None:
    one, other = atom("name = CentOS"), atom("name glob 'U*'")

    assert is_contrary(one, other)
    assert is_contrary(other, one)
    assert not is_contrary(one, atom("name glob 'C*'"))


def test_a_known_value_implies_presence() -> None:
    assert follows(atom("platform is present"), atom("platform = CentOS")) is True
    assert follows(atom("tag is present"), atom("tag = a")) is True


def test_presence_and_partial_parameters_have_no_complement() -> None:
    assert complement(atom("created_at is present")) is None
    assert complement(atom("protected is present")) is None
    assert complement(atom("min_ram = 4")) is None


@pytest.mark.parametrize("name", ["protected", "whole_image"])
def test_each_of_two_truth_values_is_the_complement_of_the_other(name: str) -> None:
    yes, no = atom(name), atom(f"{name} = false")

    for one, other in ((yes, no), (no, yes)):
        found = complement(one)
        assert found is not None
        assert found.key == other.key


def test_regular_expressions_are_never_decided() -> None:
    assert follows(atom("name matches '^a'"), atom("name = a")) is None
    assert follows(atom("tag matches '^a'"), atom("tag = a")) is None
