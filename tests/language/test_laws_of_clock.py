"""Times relative to now follow the calendar: golden tables from one, and laws against one."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import equivalent
from imsquery.language.times import format_time, read_time

moments = st.datetimes(datetime(400, 1, 1), datetime(9500, 12, 31)).map(  # noqa: DTZ001 -- UTC
    lambda moment: moment.replace(microsecond=0)
)

# Read from calendars: the leap day comes every 4 years, but in 3 of 4 full centuries.
TABLE = [
    ("2024-03-31", "today-1mo", "2024-02-29"),
    ("2023-03-31", "today-1mo", "2023-02-28"),
    ("2023-03-29", "today-1mo", "2023-02-28"),
    ("2023-03-28", "today-1mo", "2023-02-28"),
    ("2024-05-31", "today-1mo", "2024-04-30"),
    ("2024-01-31", "today+1mo", "2024-02-29"),
    ("2024-01-31", "today+3mo", "2024-04-30"),
    ("2024-01-15", "today-1mo", "2023-12-15"),
    ("2024-12-31", "today+2mo", "2025-02-28"),
    ("2024-02-29", "today-1y", "2023-02-28"),
    ("2024-02-29", "today-4y", "2020-02-29"),
    ("2024-02-29", "today+12mo", "2025-02-28"),
    ("2000-02-29", "today-100y", "1900-02-28"),
    ("2000-02-29", "today+400y", "2400-02-29"),
    ("2024-01-01", "yesterday", "2023-12-31"),
    ("2024-03-01", "yesterday", "2024-02-29"),
    ("2023-03-01", "Yesterday", "2023-02-28"),
    ("2026-03-15", "this_week", "2026-03-09"),  # a Sunday
    ("2026-03-16", "this_week", "2026-03-16"),  # a Monday
    ("2026-03-16", "last_week", "2026-03-09"),
    ("2024-01-01", "last_week", "2023-12-25"),  # a Monday
    ("2023-01-01", "this_week", "2022-12-26"),  # a Sunday
    ("2024-02-29", "this_month", "2024-02-01"),
    ("2024-03-31", "last_month", "2024-02-01"),
    ("2024-01-31", "last_month", "2023-12-01"),
    ("2024-12-31", "THIS_YEAR", "2024-01-01"),
    ("2024-01-01", "last_year", "2023-01-01"),
    ("2024-03-06", "today-1w", "2024-02-28"),
    ("2024-02-28", "today+2d", "2024-03-01"),
]


@pytest.mark.parametrize(("today", "literal", "start"), TABLE)
def test_a_day_is_found_as_in_a_calendar(today: str, literal: str, start: str) -> None:
    now = datetime.fromisoformat(f"{today}T13:14:15Z")

    assert read_time(literal, now).start == f"{start}T00:00:00Z"


@given(moments, st.integers(0, 400), st.sampled_from(["mo", "y"]), st.sampled_from("+-"))
def test_months_and_years_keep_the_day_or_stop_at_the_last(
    now: datetime, count: int, unit: str, sign: str
) -> None:
    months = count * (12 if unit == "y" else 1) * (1 if sign == "+" else -1)
    found = datetime.fromisoformat(read_time(f"now{sign}{count}{unit}", now).start[:-1])

    assert found.time() == now.time()
    assert (found.year * 12 + found.month) - (now.year * 12 + now.month) == months
    assert found.day == min(now.day, calendar.monthrange(found.year, found.month)[1])


@given(moments, st.sampled_from(["week", "month", "year"]))
def test_an_interval_begins_where_the_last_one_ends(now: datetime, unit: str) -> None:
    this, last = read_time(f"this_{unit}", now), read_time(f"last_{unit}", now)

    assert last.end == this.start
    assert this.start <= format_time(now) < str(this.end)


@given(moments)
def test_a_word_means_its_days(now: datetime) -> None:
    today = now.date()
    monday = today - timedelta(days=calendar.weekday(today.year, today.month, today.day))
    expected = {
        "yesterday": (today - timedelta(1), today),
        "this_week": (monday, monday + timedelta(7)),
        "last_week": (monday - timedelta(7), monday),
        "this_year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
        "this_month": (
            today.replace(day=1),
            today.replace(day=1) + timedelta(calendar.monthrange(today.year, today.month)[1]),
        ),
    }
    for word, ends in expected.items():
        interval = read_time(word, now)
        assert (interval.start, interval.end) == tuple(f"{end}T00:00:00Z" for end in ends)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 -- UTC
    st.sampled_from(
        ["yesterday", "last_week", "This_Week", "last_month", "this_year", "today-1mo", "now-1y"]
    ),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
)
def test_an_operator_compares_with_an_interval_of_the_clock(
    moment: datetime, word: str, operator: str
) -> None:
    now = moment.replace(tzinfo=UTC)
    interval = read_time(word, now)
    start = interval.start
    end = interval.end or format_time(datetime.fromisoformat(start[:-1]) + timedelta(seconds=1))
    meaning = {
        "=": f"created_at >= {start} and created_at < {end}",
        "!=": f"created_at < {start} or created_at >= {end}",
        "<": f"created_at < {start}",
        "<=": f"created_at < {end}",
        ">": f"created_at >= {end}",
        ">=": f"created_at >= {start}",
    }[operator]

    assert equivalent(f"created_at {operator} {word}", meaning, now=now).holds
