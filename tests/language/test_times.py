"""Time literals: half-open UTC intervals at the precision they are written in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from imsquery.language.clock import reads_clock
from imsquery.language.times import (
    read_time,
    respell_time,
    spell_date,
    time_condition,
)

NOW = datetime(2026, 3, 15, 10, 20, 30, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2018", "2018-01-01T00:00:00Z", "2019-01-01T00:00:00Z"),
        ("2018-10", "2018-10-01T00:00:00Z", "2018-11-01T00:00:00Z"),
        ("2018-12", "2018-12-01T00:00:00Z", "2019-01-01T00:00:00Z"),
        ("2018-01", "2018-01-01T00:00:00Z", "2018-02-01T00:00:00Z"),
        ("2020-02", "2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z"),
        ("2018-10-28", "2018-10-28T00:00:00Z", "2018-10-29T00:00:00Z"),
        ("2020-02-29", "2020-02-29T00:00:00Z", "2020-03-01T00:00:00Z"),
        ("2018-12-31", "2018-12-31T00:00:00Z", "2019-01-01T00:00:00Z"),
        ("2018-10-28T10:00", "2018-10-28T10:00:00Z", "2018-10-28T10:01:00Z"),
        ("2018-10-28 23:59", "2018-10-28T23:59:00Z", "2018-10-29T00:00:00Z"),
        ("2018-10-28T10:00Z", "2018-10-28T10:00:00Z", "2018-10-28T10:01:00Z"),
        ("2018-10-28T10:00+08:00", "2018-10-28T02:00:00Z", "2018-10-28T02:01:00Z"),
        ("2018-10-28T10:00:00Z", "2018-10-28T10:00:00Z", None),
        ("2018-10-28T10:00:00", "2018-10-28T10:00:00Z", None),
        ("2018-10-28 10:00:00", "2018-10-28T10:00:00Z", None),
        ("2018-10-28T10:00:00+08:00", "2018-10-28T02:00:00Z", None),
        ("2018-10-28T00:30:00+08:00", "2018-10-27T16:30:00Z", None),
        ("2018-12-31T23:00:00-05:30", "2019-01-01T04:30:00Z", None),
        ("2018-10-28T10:00:00-00:00", "2018-10-28T10:00:00Z", None),
        ("0001", "0001-01-01T00:00:00Z", "0002-01-01T00:00:00Z"),
        ("9998", "9998-01-01T00:00:00Z", "9999-01-01T00:00:00Z"),
        ("now", "2026-03-15T10:20:30Z", None),
        ("NOW", "2026-03-15T10:20:30Z", None),
        ("now-7d", "2026-03-08T10:20:30Z", None),
        ("now+1h", "2026-03-15T11:20:30Z", None),
        ("now-30s", "2026-03-15T10:20:00Z", None),
        ("now-20m", "2026-03-15T10:00:30Z", None),
        ("now-2w", "2026-03-01T10:20:30Z", None),
        ("today", "2026-03-15T00:00:00Z", "2026-03-16T00:00:00Z"),
        ("today-1d", "2026-03-14T00:00:00Z", "2026-03-15T00:00:00Z"),
        ("TODAY+1mo", "2026-04-15T00:00:00Z", "2026-04-16T00:00:00Z"),
        ("Now-1y", "2025-03-15T10:20:30Z", None),
        ("Yesterday", "2026-03-14T00:00:00Z", "2026-03-15T00:00:00Z"),
        ("this_week", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"),
        ("LAST_WEEK", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"),
        ("this_month", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        ("last_month", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("this_year", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("last_year", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_literal_is_an_interval_at_its_own_precision(
    text: str, start: str, end: str | None
) -> None:
    interval = read_time(text, NOW)

    assert (interval.start, interval.end) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "", "18", "20181028", "2018-1", "2018-10-8", "2018-13", "2018-00", "2018-02-29",
        "2018-10-32", "2018-10-28T", "2018-10-28T10", "2018-10-28T10:0", "2018-10-28T24:00",
        "2018-10-28T10:60", "2018-10-28T10:00:60", "2018-10-28T10:00:00.5Z",
        "2018-10-28T10:00:00,5", "2018-W43", "2018-W43-7", "2018-301", "2018-10-28Z",
        "2018-10-28+08:00", "2018-10-28T10:00:00+08", "2018-10-28T10:00:00+0800",
        "2018-10-28T10:00:00+24:00", "2018-10-28T10:00:00+08:60", "2018-10-28t10:00:00z",
        "2018-10-28  10:00", " 2018", "2018 ", "2018/10/28", "28.10.2018",
        "\u0662\u0660\u0661\u0668", "now-", "now-7", "now 7d", "now-7q", "now--7d",
        "now-1234567890d", "today-", "nowadays", "tomorrow", "now-1M", "now-7D", "now-1Mo",
        "today-1h", "today+5m", "today-30s", "yesterday-1d", "last_month+1d", "next_week",
        "last week", "this_quarter", "now-1.5d", "now-\u0661d",
    ],
)  # fmt: skip
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_time(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "0000",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-00:01",
        "now-999999999w",
        "now+99999999d",
        "now-2026y",
        "now+8000y",
        "today-99999mo",
        "now+999999999mo",
    ],
)
def test_a_time_outside_the_years_overflows(text: str) -> None:
    with pytest.raises(OverflowError):
        read_time(text, NOW)


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59"])
def test_an_interval_may_begin_but_not_end_in_the_last_year(text: str) -> None:
    interval = read_time(text)

    with pytest.raises(OverflowError):
        str(interval.end)
    assert time_condition("<", interval)[1] == interval.start


def test_clock_literals_need_a_clock() -> None:
    with pytest.raises(ValueError, match="not a time"):
        read_time("now")
    assert read_time("now", NOW.replace(tzinfo=None)).start == "2026-03-15T10:20:30Z"
    east = datetime(2026, 3, 16, 1, tzinfo=timezone(timedelta(hours=8)))
    assert read_time("today", east).start == "2026-03-15T00:00:00Z"


SECOND, DAY = "2018-10-28T10:00:00Z", "2018-10-28"


# What each operator means, by the end of the interval that it compares with.
@pytest.mark.parametrize(
    ("relation", "of_a_second", "of_a_day"),
    [
        ("<", ("<", "2018-10-28T10:00:00Z"), ("<", "2018-10-28T00:00:00Z")),
        ("<=", ("<=", "2018-10-28T10:00:00Z"), ("<", "2018-10-29T00:00:00Z")),
        (">", (">", "2018-10-28T10:00:00Z"), (">=", "2018-10-29T00:00:00Z")),
        (">=", (">=", "2018-10-28T10:00:00Z"), (">=", "2018-10-28T00:00:00Z")),
        ("=", ("=", "2018-10-28T10:00:00Z"), None),
        ("!=", ("!=", "2018-10-28T10:00:00Z"), None),
    ],
)
def test_an_operator_compares_with_one_end(
    relation: str, of_a_second: tuple[str, str], of_a_day: tuple[str, str] | None
) -> None:
    assert time_condition(relation, read_time(SECOND)) == of_a_second
    if of_a_day is None:
        with pytest.raises(ValueError, match="two conditions"):
            time_condition(relation, read_time(DAY))
    else:
        assert time_condition(relation, read_time(DAY)) == of_a_day


@pytest.mark.parametrize("text", ["now", "Today", "now-7d", "today+1mo", "This_Week", "LAST_YEAR"])
def test_a_literal_may_depend_on_the_clock(text: str) -> None:
    assert reads_clock(text)


@pytest.mark.parametrize("text", ["2018", "nowhere", "now-7", "", "tod", "now-1M", "today+1h"])
def test_other_words_do_not_depend_on_the_clock(text: str) -> None:
    assert not reads_clock(text)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (date(2018, 10, 28), "2018-10-28"),
        (datetime(2018, 10, 28, 10, tzinfo=UTC), "2018-10-28T10:00:00Z"),
        (datetime(2018, 10, 28, 10), "2018-10-28T10:00:00Z"),  # noqa: DTZ001 -- UTC by default
        (
            datetime(2018, 10, 28, 10, tzinfo=timezone(timedelta(hours=8))),
            "2018-10-28T02:00:00Z",
        ),
    ],
)
def test_a_date_is_a_day_and_a_datetime_a_second(value: date, literal: str) -> None:
    assert spell_date(value) == literal


@pytest.mark.parametrize(
    ("relation", "literal"),
    [
        ("<", "2018-10-28T10:00:01Z"),
        ("<=", "2018-10-28T10:00:00Z"),
        (">", "2018-10-28T10:00:00Z"),
        (">=", "2018-10-28T10:00:01Z"),
    ],
)
def test_part_of_a_second_is_left_on_the_side_where_there_are_no_times(
    relation: str, literal: str
) -> None:
    value = datetime(2018, 10, 28, 10, 0, 0, 500_000, tzinfo=UTC)

    assert spell_date(value, relation) == literal
    with pytest.raises(ValueError, match="has a fraction of a second"):
        spell_date(value)
    last = datetime(9999, 12, 31, 23, 59, 59, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        spell_date(last, "<")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2018-1-2", ["2018-01-02"]),
        ("2018/10/28", ["2018-10-28"]),
        ("20181028", ["2018-10-28"]),
        ("2018-10-28T10:00:00.5Z", ["2018-10-28T10:00:00Z"]),
        ("2018-10-28T10:00:00+0800", ["2018-10-28T10:00:00+08:00"]),
        ("2018-10-28T10", ["2018-10-28T10:00"]),
        ("2018-02-30", []),
        ("28/10/2018", []),
        ("soon", []),
        ("9" * 100_000, []),
    ],
)
def test_other_common_spellings_are_guessed(text: str, meant: list[str]) -> None:
    assert respell_time(text) == meant
