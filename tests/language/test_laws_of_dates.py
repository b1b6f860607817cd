"""Times as people write them elsewhere mean one thing, or are not mended unasked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import check
from imsquery.fixes import mend
from imsquery.language.dates import impossible_part, respell
from imsquery.language.syntax import Comparison, Literal
from imsquery.language.times import read_time
from imsquery.language.unparse import unparse

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC
dates = st.dates(date(1000, 1, 1))
separators = st.sampled_from("./-")
seconds = st.integers(10**9, 10**10 - 1)


def condition(written: str, operator: str = ">") -> str:
    return unparse(Comparison("created_at", operator, Literal(written)))


def meant(text: str, *, unsafe: bool = False) -> tuple[str, bool]:
    """Return the mended text, and whether it is without findings."""
    mended, left = mend(text, lambda each: check(each, now=NOW), unsafe=unsafe)
    return mended, left == ()


@given(dates, separators, st.sampled_from(["day", "month"]), st.integers(1, 2))
@example(date(2018, 10, 28), ".", "day", 1)
@example(date(2018, 6, 5), "/", "day", 1)
@example(date(2018, 5, 5), "/", "month", 2)
def test_a_day_in_numbers_is_read_if_its_parts_tell_which_is_which(
    day: date, separator: str, first: str, width: int
) -> None:
    parts = [f"{day.day:0{width}}", f"{day.month:0{width}}"]
    written = separator.join([*(parts if first == "day" else reversed(parts)), f"{day.year}"])

    mended, is_done = meant(condition(written))

    if day.day > 12 or day.day == day.month:
        assert (mended, is_done) == (condition(day.isoformat()), True)
    else:
        swapped = day.replace(month=day.day, day=day.month).isoformat()
        assert (mended, is_done) == (condition(written), False)
        assert {*respell(written).literals} == {day.isoformat(), swapped}


@pytest.mark.parametrize(
    ("written", "literals"),
    [
        ("28.10.2018 9:05", ["2018-10-28T09:05"]),
        ("28.10.2018T19:05:07", ["2018-10-28T19:05:07"]),
        ("05/06/2018 10:00", ["2018-06-05T10:00", "2018-05-06T10:00"]),
        ("28.10.2018 25:00", []),
    ],
)
def test_a_day_in_numbers_can_have_a_time(written: str, literals: list[str]) -> None:
    assert respell(written).literals == literals


@given(seconds, st.sampled_from(["", "000"]))
@example(1540720800, "")
def test_seconds_since_1970_are_their_moment(second: int, milliseconds: str) -> None:
    assume(not (is_hour(second) and milliseconds == ""))
    moment = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert meant(condition(f"{second}{milliseconds}")) == (condition(moment), True)


def is_hour(second: int) -> bool:
    """Return whether ten digits may also be those of a year, month, day and hour."""
    try:
        return datetime.strptime(f"{second}"[:8], "%Y%m%d").year in range(1900, 2100)  # noqa: DTZ007
    except ValueError:
        return False


@pytest.mark.parametrize(
    "written", ["2018102810", "2018-10-28T10", "2018-10-28 10", "2018-10-28T10Z"]
)
def test_an_hour_in_digits_is_not_read_unasked_as_a_minute_or_a_second(written: str) -> None:
    assert meant(condition(written)) == (condition(written), False)
    assert len(respell(written).literals) == 1


@given(seconds, st.integers(1, 999), st.sampled_from(["<", "<=", ">", ">=", "="]))
def test_a_part_of_a_second_is_never_dropped_unasked(second: int, part: int, operator: str) -> None:
    text = condition(f"{second}{part:03}", operator)

    assert meant(text) == (text, False)
    assert meant(condition("2018-10-28T10:00:00.5Z", operator))[1] is False


@pytest.mark.parametrize(("written", "literal"), [("7d", "now-7d"), ("24h", "now-24h")])
def test_a_duration_may_be_one_before_now(written: str, literal: str) -> None:
    assert meant(condition(written)) == (condition(written), False)
    assert meant(condition(written), unsafe=True) == (condition(literal), True)


@given(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 99), separators)
def test_a_part_is_impossible_exactly_if_there_is_no_such_day(
    year: int, month: int, day: int, separator: str
) -> None:
    written = f"{year:04}-{month:02}-{day:02}"
    try:
        read_time(written)
    except ValueError:
        is_day = False
    else:
        is_day = True

    assert bool(impossible_part(written.replace("-", separator))) is not is_day


@pytest.mark.parametrize(
    ("written", "impossible"),
    [
        ("2018-13-01", "month 13"),
        ("2018-00", "month 0"),
        ("2018-02-30", "day 30 in February 2018"),
        ("2100-02-29", "day 29 in February 2100"),
        ("31.02.2018", "day 31 in February 2018"),
        ("02/30/2018", "day 30 in February 2018"),
        ("13/13/2018", "month 13"),
        ("2018-10-28T24:00", "hour 24"),
        ("2018-10-28T10:60", "minute 60"),
        ("2018-10-28 10:00:60", "second 60"),
    ],
)
def test_a_finding_names_the_part_that_is_impossible(written: str, impossible: str) -> None:
    (found,) = check(condition(written), now=NOW)

    assert found.message.endswith(f"; there is no {impossible}")
    assert found.fixes == ()


@given(st.text("0123456789-/.:TZ dhx", max_size=45))
def test_no_text_fails(written: str) -> None:
    assert isinstance(impossible_part(written), str)
    assert len(respell(written).literals) <= 2
