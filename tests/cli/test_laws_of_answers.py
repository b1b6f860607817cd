"""Counts and groups are those of the matcher; asking again keeps to the times that help states."""

from __future__ import annotations

import json
import weakref
from argparse import ArgumentTypeError
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

pytest.importorskip("httpx")

from imsquery import CLOUDIMAGES, Parameter, QueryError, testing
from imsquery.cli.answers import Answer, Count, Groups, Images, differences
from imsquery.cli.images import read_field
from imsquery.cli.waiting import Clock, attempts, read_duration
from imsquery.evaluation.matching import matcher
from tests.strategies import quoted

Record = dict[str, Any]

ROWS = [row for row in CLOUDIMAGES.parameters.values() if row.observed is not None]
SINGLE = [row for row in ROWS if not row.multiple]
catalogues = st.lists(testing.records() | testing.near_miss_records(), max_size=6)


def groups(records: list[Record], name: str, *, counted: bool = True) -> list[Record]:
    found = Groups(read_field(name, CLOUDIMAGES), CLOUDIMAGES, is_counted=counted)
    for record in records:
        found.keep("", record)
    assert found.count == len(records)
    return [json.loads(line) for line in found.lines("jsonl")]


def matched(text: str, records: list[Record]) -> int | None:
    """Return how many records match; ``None`` if the filter has a value that no filter can."""
    try:
        is_wanted = matcher(text, allow_unlisted=True)
    except QueryError:
        return None
    return sum(map(is_wanted, records))


@given(st.sampled_from(SINGLE).flatmap(lambda row: st.tuples(st.just(row), catalogues_of(row))))
@example((CLOUDIMAGES.names["architecture"], [{}, {"__support_arm": "True"}]))
@example((CLOUDIMAGES.names["protected"], [{"protected": True}, {"protected": "true"}, {}]))
@example((CLOUDIMAGES.names["max_ram"], [{"max_ram": "04"}, {"max_ram": 4}, {"max_ram": None}]))
def test_each_group_is_what_a_comparison_with_its_value_matches(
    drawn: tuple[Parameter, list[Record]],
) -> None:
    row, records = drawn
    found = groups(records, row.name)

    assert sum(each["count"] for each in found) == len(records)
    values = [json.dumps(each[row.name]) for each in found]
    assert len(set(values)) == len(values)
    for each in found:
        value = each[row.name]
        if value is None:
            text = f"{row.name} is absent"
        else:
            written = value if isinstance(value, str) else json.dumps(value)
            text = f"{row.name} = {quoted(written)}"
        # What the type cannot read is a group by itself, and equals nothing.
        assert matched(text, records) in {each["count"], 0, None}
    assert sum(each["count"] for each in found if each[row.name] is None) == matched(
        f"{row.name} is absent", records
    )


def catalogues_of(row: Parameter) -> st.SearchStrategy[list[Record]]:
    names = [row.name]
    return st.lists(
        testing.records(names=names) | testing.near_miss_records(names=names), max_size=6
    )


@given(st.sampled_from(SINGLE).flatmap(lambda row: st.tuples(st.just(row), valid(row))))
def test_values_of_the_type_are_counted_exactly(drawn: tuple[Parameter, list[Record]]) -> None:
    """Those of records that the service could send, which a filter can ask for by ``=``."""
    row, records = drawn
    for each in groups(records, row.name):
        value = each[row.name]
        if value is not None:
            written = value if isinstance(value, str) else json.dumps(value)
            count = matched(f"{row.name} = {quoted(written)}", records)
            assume(count is not None)  # such as false of a flag
            assert count == each["count"]


def valid(row: Parameter) -> st.SearchStrategy[list[Record]]:
    return st.lists(testing.records(names=[row.name]), max_size=6)


@given(st.lists(testing.records(names=["tag"]), max_size=6))
def test_an_image_counts_for_each_of_its_tags(records: list[Record]) -> None:
    wanted = Counter(tag for record in records for tag in {*record.get("tags", ())})
    found = {each["tag"]: each["count"] for each in groups(records, "tag")}

    assert found.pop(None, 0) == sum(not record.get("tags") for record in records)
    assert found == wanted


@given(catalogues, st.sampled_from(ROWS))
def test_distinct_values_are_those_of_the_groups(records: list[Record], row: Parameter) -> None:
    counted = groups(records, row.name)
    distinct = groups(records, row.name, counted=False)

    assert [each["count"] for each in counted] == sorted(
        (each["count"] for each in counted), reverse=True
    )
    assert sorted(map(json.dumps, distinct)) == sorted(
        json.dumps({row.name: each[row.name]}) for each in counted
    )


@given(catalogues)
def test_the_count_is_the_number_of_images(records: list[Record]) -> None:
    count = Count()
    for record in records:
        count.keep("", record)

    assert [*count.lines("table")] == [str(len(records))]
    assert [json.loads(line) for line in count.lines("json")] == [{"count": len(records)}]
    assert [*count.lines("csv")] == ["count", str(len(records))]


class Seen(dict[str, Any]):
    """A record that can be seen to be gone."""


def test_no_image_is_kept_to_be_counted() -> None:
    name = read_field("name", CLOUDIMAGES)
    kept: list[Answer] = [
        Count(),
        Groups(name, CLOUDIMAGES, is_counted=True),
        Groups(name, CLOUDIMAGES, is_counted=False),
    ]
    seen = []
    for number in range(20):
        record = Seen(name=f"n{number % 2}", id=str(number), tags=["x"])
        seen.append(weakref.ref(record))
        for each in kept:
            each.keep("", record)
        del record

    assert [reference() for reference in seen] == [None] * 20
    assert [each.count for each in kept] == [20] * 3


@given(st.lists(testing.records(), min_size=2, max_size=4))
def test_images_differ_in_what_is_named_and_in_nothing_else(records: list[Record]) -> None:
    named = {name for name, _ in differences(records, CLOUDIMAGES)}
    for row in SINGLE:
        # An attribute is named once, for the first of the parameters that read it.
        first = next(each for each in ROWS if each.observed == row.observed)
        sizes = {each["count"] for each in groups(records, row.name)}
        shown = [str(record.get(str(row.observed))) for record in records]
        repeats = all(record["id"] in each for record, each in zip(records, shown, strict=True))
        if row is first and (not repeats or row.name == "id"):
            assert (row.name in named) is (sizes != {len(records)})


def test_images_of_several_places_keep_their_order() -> None:
    images = Images(("north", "south"), None, CLOUDIMAGES)
    for place, identity in [("south", "a"), ("north", "b"), ("south", "c")]:
        images.keep(place, {"id": identity})

    assert [(each["region"], each["id"]) for each in images.records] == [
        ("north", "b"), ("south", "a"), ("south", "c")
    ]  # fmt: skip


# -- waiting


def asked(longest: float, *, costs: float = 0.0) -> tuple[list[float], list[float]]:
    """Return the times of all attempts, each of which takes some seconds, and the pauses."""
    moment = [0.0]
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        moment[0] += seconds

    found = []
    for number in attempts(longest, Clock(lambda: moment[0], sleep)):
        found.append(moment[0])
        assert number == len(found) == len(pauses) + 1
        moment[0] += costs
    return found, pauses


@given(st.integers(0, 100_000), st.integers(0, 100))
def test_attempts_are_5_to_60_seconds_apart_until_time_is_up(longest: int, costs: int) -> None:
    found, pauses = asked(longest, costs=costs)

    assert found[0] == 0
    assert all(5 <= each <= 60 for each in pauses[:-1])
    assert all(0 < each <= 60 for each in pauses[-1:])
    assert found[-1] <= longest + 0.001  # sums of fractions
    assert found[-1] + costs >= longest  # there is no time for another


def test_the_longer_the_wait_the_longer_the_pauses() -> None:
    assert asked(0) == ([0], [])
    assert asked(12) == ([0, 5, 10, 12], [5, 5, 2])
    assert asked(86_400)[1][200:300] == [60] * 100


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("0s", 0)]
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "10M", "-1s", "1.5h", "10 m", "9999999s", "1mo"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="expected a duration such as"):
        read_duration(text)
