"""United ranges of a time hold at the same seconds, with gaps between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import parse
from imsquery.covering.intervals import unite_ranges
from imsquery.planning.phrasing import phrase
from imsquery.semantics.analysis import analyze
from imsquery.semantics.formula import And, Formula, Or
from tests.meaning import holds

NOON = datetime(2018, 12, 31, 23, 59, 50, tzinfo=UTC)
SECONDS = [NOON + timedelta(seconds=second) for second in range(24)]
# The seconds, by number, that satisfy each relation.
SATISFIES = {
    "<": lambda second, bound: second < bound,
    "<=": lambda second, bound: second <= bound,
    ">": lambda second, bound: second > bound,
    ">=": lambda second, bound: second >= bound,
    "=": lambda second, bound: second == bound,
}

# Bounds in the first half of the seconds, so that what comes after them is covered too.
conditions = st.tuples(st.sampled_from([*SATISFIES]), st.integers(1, 12))
alternatives = st.lists(st.lists(conditions, min_size=1, max_size=2), min_size=1, max_size=5)
Alternatives = list[list[tuple[str, int]]]


def written(found: Alternatives) -> str:
    return " or ".join(
        "(" + " and ".join(f"created_at {sign} {moment(bound)}" for sign, bound in each) + ")"
        for each in found
    )


def moment(second: int) -> str:
    return f"{SECONDS[second]:%Y-%m-%dT%H:%M:%SZ}"


def taken_in(found: Alternatives) -> set[int]:
    return {
        second
        for second in range(len(SECONDS))
        if any(all(SATISFIES[sign](second, bound) for sign, bound in each) for each in found)
    }


def read(formula: Formula) -> set[int]:
    """Return the seconds at which the text of a filter holds."""
    tree = parse(phrase(formula)).filter
    assert tree is not None
    return {n for n in range(len(SECONDS)) if holds(tree, {"created_at": moment(n)})}


@given(alternatives)
@example([[("<", 3)], [(">=", 3)]])
@example([[("<", 3)], [(">", 3)]])
@example([[("=", 3)], [(">", 3)]])
@example([[(">=", 3), ("<=", 3)], [("=", 3)]])
@example([[(">=", 1), ("<", 3)], [(">=", 4), ("<", 6)], [("=", 3)]])
def test_united_ranges_hold_at_the_same_seconds(found: Alternatives) -> None:
    united = unite_ranges(analyze(written(found)).pruned)

    assert read(united) == taken_in(found)


@given(alternatives)
@example([[("=", 3)], [("=", 4)]])
@example([[("=", 3)], [(">=", 5), ("<=", 2)], [("=", 4)]])
def test_there_are_gaps_between_united_ranges(found: Alternatives) -> None:
    united = unite_ranges(analyze(written(found)).pruned)

    parts = united.operands if isinstance(united, Or) else [united]
    taken = sorted(sorted(seconds) for part in parts if (seconds := read(part)))
    assert all(before[-1] + 1 < after[0] for before, after in pairwise(taken))


@given(alternatives, st.randoms(use_true_random=False))
def test_the_order_of_ranges_changes_nothing(found: Alternatives, random: Random) -> None:
    shuffled = [*found]
    random.shuffle(shuffled)

    one, other = (unite_ranges(analyze(written(each)).pruned) for each in (found, shuffled))

    assert one.key == other.key


def test_only_alternatives_of_one_time_are_united() -> None:
    for text in (
        "min_ram < 5 or min_ram > 3",
        "created_at < 2019 or updated_at >= 2018",
        "(created_at < 2019 and protected) or created_at >= 2020",
    ):
        formula = analyze(text).pruned
        assert unite_ranges(formula).key == formula.key
    both = unite_ranges(analyze("created_at < 2019 and created_at >= 2018").pruned)
    assert isinstance(both, And)
    assert len(both.operands) == 2
