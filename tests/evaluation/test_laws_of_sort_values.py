"""The times of records read at once are those of each record by itself."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from imsquery.evaluation.attributes import sort_values
from tests.meaning import moment

plain = st.datetimes().map(lambda time: f"{time.replace(microsecond=0).isoformat()}Z")


@st.composite
def nearly_plain(draw: st.DrawFn) -> str:
    """Return a time in which one character is another one."""
    time = draw(plain)
    place = draw(st.integers(0, len(time) - 1))
    return time[:place] + draw(st.sampled_from("0123456789-+:. TWZ\n٣")) + time[place + 1 :]


ODD = ("2019-02-29T10:00:00Z", "2020-02-29T10:00:00Z", "2018-10-28 10:00:00.5", "2018-10-28")
times = st.lists(st.just("2018-10-31T23:59:59Z") | plain, min_size=1, max_size=4)
others = st.lists(nearly_plain() | st.sampled_from(ODD) | st.none() | st.just(7), max_size=1)


@given(times, others)
@example(["2018-10-28T10:00:00Z"], ["2018-10-28T24:00:00Z"])
@example(["2018-10-28T10:00:00Z"], ["2018-W43-7T10:00:00Z"])
@example(["2018-10-28"], ["2018-10-28T10:00:00Z\n10:00:00Z"])
def test_times_are_read_at_once_as_one_by_one(
    written: list[str], more: list[str | int | None]
) -> None:
    values = [*written, *more]
    read = [moment(value) if isinstance(value, str) else None for value in values]
    row = CLOUDIMAGES.parameters["created_at"]

    found = sort_values(row, [{"created_at": value} for value in values], "none")

    assert found == ["none" if time is None else f"{time.isoformat()}Z" for time in read]
