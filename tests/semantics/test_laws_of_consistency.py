"""Bounds on a number or time contradict each other if and only if no value satisfies them all.

A branch of an ``or`` that nothing can match is a warning, whatever makes it dead.
"""

from __future__ import annotations

import operator

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check, plan

COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
Bound = tuple[str, int]

bounds = st.lists(st.tuples(st.sampled_from([*COMPARE]), st.integers(2, 6)), min_size=1, max_size=4)


def contradicts(text: str) -> bool:
    found = {(each.code, each.severity) for each in check(text)}
    assert found <= {("contradiction", "error")}
    return bool(found)


def satisfies_all(value: float, found: list[Bound]) -> bool:
    return all(COMPARE[relation](value, limit) for relation, limit in found)


@given(bounds)
@example([(">", 5), (">", 3), ("<", 5)])
@example([(">=", 5), (">", 5), ("<=", 5)])
@example([("<", 3), ("<", 5), (">", 3)])
@example([("<=", 3), ("<", 3), (">=", 3)])
@example([("<", 5), ("<=", 5), (">=", 4)])
@example([(">", 4), ("<", 5)])
@example([("=", 4), ("<=", 4), (">", 3)])
@example([("=", 4), ("=", 5)])
def test_bounds_on_a_number_contradict_if_no_number_satisfies_them(found: list[Bound]) -> None:
    text = " and ".join(f"min_ram {relation} {limit}" for relation, limit in found)

    assert contradicts(text) is not any(satisfies_all(value, found) for value in range(9))


@given(bounds)
@example([(">", 5), (">", 3), ("<", 5)])
@example([(">=", 5), (">", 5), ("<=", 5)])
@example([("<=", 3), ("<", 3), (">=", 3)])
@example([(">=", 4), ("<=", 4), ("=", 4)])
@example([(">", 4), ("<", 4)])
def test_bounds_on_a_time_contradict_if_no_time_satisfies_them(found: list[Bound]) -> None:
    text = " and ".join(
        f"created_at {relation} 2018-10-28T10:00:0{limit}Z" for relation, limit in found
    )
    # A time may be between two seconds.
    halves = [half / 2 for half in range(18)]

    assert contradicts(text) is not any(satisfies_all(value, found) for value in halves)


@given(bounds, bounds)
@example([(">", 5)], [("<", 5)])
def test_an_alternative_is_checked_with_the_conditions_around_it(
    outer: list[Bound], inner: list[Bound]
) -> None:
    around, within = (
        " and ".join(f"min_ram {relation} {limit}" for relation, limit in found)
        for found in (outer, inner)
    )
    found = check(f"{around} and (protected or ({within}))")

    possible = any(satisfies_all(value, outer) for value in range(9))
    both = any(satisfies_all(value, [*outer, *inner]) for value in range(9))
    expected = set() if both else {"warning" if possible else "error"}
    assert {each.severity for each in found if each.code == "contradiction"} == expected


def asked(wire: str) -> str:
    """Return a condition that an image needs an attribute for."""
    row = CLOUDIMAGES.parameters[wire]
    return row.name if row.kind.standalone else f"{row.name} = {row.kind.choices[0]}"


EXCLUSIVE = [
    (asked(wire), asked(other))
    for wire, others in CLOUDIMAGES.exclusive.items()
    for other in others
    if wire in CLOUDIMAGES.parameters
]
CONTRARY = [
    ("platform = CentOS", "platform = Ubuntu"),
    ("created_at < 2018", "created_at > 2019"),
    ("protected", "not protected"),
    ("tag = a", "not tag = a"),
    ("name is absent", "name = a"),
]
dead_pairs = st.sampled_from(EXCLUSIVE + CONTRARY)
LIVE = "status = active"


@given(dead_pairs, st.booleans())
def test_what_nothing_can_match_is_an_error(pair: tuple[str, str], is_first: bool) -> None:  # noqa: FBT001
    one, other = pair if is_first else pair[::-1]

    assert {each.severity for each in check(f"{one} and {other}")} == {"error"}


@given(dead_pairs, dead_pairs, st.booleans())
def test_a_dead_branch_is_a_warning_whatever_makes_it_dead(
    pair: tuple[str, str],
    next_pair: tuple[str, str],
    is_around: bool,  # noqa: FBT001
) -> None:
    one, other = pair
    dead = f"{one} and ({other} or {LIVE})" if is_around else f"({one} and {other}) or {LIVE}"
    text = f"({dead}) or ({' and '.join(next_pair)})"

    assert {each.severity for each in check(text)} == {"warning"}
    assert plan(text) == plan(f"{one} and {LIVE}" if is_around else LIVE)


@given(dead_pairs, dead_pairs)
def test_branches_that_are_all_dead_are_errors(
    pair: tuple[str, str], next_pair: tuple[str, str]
) -> None:
    text = f"({' and '.join(pair)}) or ({' and '.join(next_pair)})"

    assert {each.severity for each in check(text)} == {"error"}
