"""Clauses that count images: applied as images arrive, in little memory, across resumptions."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakSet

import pytest

from imsquery.planning.planner import plan
from tests.server_model import ModelServer

PLATFORMS = ("CentOS", "Ubuntu", "Debian", "Windows")


def image(number: int, **attributes: Any) -> dict[str, Any]:
    """Return an image; higher numbers are newer."""
    minute, hour = number // 60 % 60, number // 3600
    return {
        "id": f"i{number:05}",
        "created_at": f"2020-01-01T{hour:02}:{minute:02}:{number % 60:02}Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "protected": True,
        "__platform": PLATFORMS[number % 4],
        "min_ram": number * 7919 % 10_007,
        **attributes,
    }


IMAGES = [image(n) for n in range(12)]
MANY = [image(n) for n in range(3_000)]


def numbers(run: Any) -> list[int]:
    return [int(each["id"][1:]) for each in run]


def found(query: str, images: list[dict[str, Any]] | None = None) -> list[int]:
    return numbers(plan(query).execute(ModelServer(images or IMAGES)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("all limit 1 per platform", [11, 10, 9, 8]),
        ("all limit 2 per platform limit 5", [11, 10, 9, 8, 7]),
        ("all skip 2 per platform", [3, 2, 1, 0]),
        ("all skip 1 per platform limit 1 per platform", [7, 6, 5, 4]),
        ("all skip 1 per platform limit 1 per platform skip 1 limit 2", [6, 5]),
        ("all limit 2 skip 1 limit 1 per platform skip 1 per platform", [6, 5]),
        ("all skip 10", [1, 0]),
        ("all skip 99", []),
        ("all skip 0 limit 2", [11, 10]),
        ("all skip 0 per platform limit 2", [11, 10]),
        ("all skip 2 limit 3", [9, 8, 7]),
        ("all limit 1 per platform after i00008", [7, 6, 5, 4]),
        ("all order by created_at asc limit 1 per platform", [0, 1, 2, 3]),
        ("all order by platform asc, created_at limit 4", [8, 4, 0, 10]),
        ("all order by platform, id asc limit 4", [3, 7, 11, 1]),
        ("all order by protected, platform asc, id asc limit 2", [0, 4]),
        ("platform in (CentOS, Ubuntu) limit 1 per platform skip 1", [8]),
    ],
)
def test_clauses_apply_in_their_own_order(query: str, expected: list[int]) -> None:
    assert found(query) == expected


def test_groups_are_by_typed_value_and_an_absent_one_is_a_group() -> None:
    values = ["true", "True", None, "TRUE", "false", "", None]
    images = [image(n, __lazyloading=value) for n, value in enumerate(values)]
    images[6].pop("__lazyloading")

    assert found("all limit 1 per lazyloading", images) == [6, 4, 3]
    assert found("all skip 1 per lazyloading", images) == [5, 2, 1, 0]


def test_numbers_written_as_text_are_in_one_group() -> None:
    images = [image(n, max_ram=value) for n, value in enumerate(["8", 8, "08", None])]

    assert found("all limit 1 per max_ram", images) == [3, 2]


def test_a_limit_after_what_is_skipped_is_part_of_the_request() -> None:
    model = ModelServer(IMAGES)
    made = plan("platform = CentOS skip 1 limit 1")

    assert numbers(made.execute(model)) == [4]
    assert model.asked == ["__platform=CentOS&limit=2"]
    assert made.requests[0].query_string == "__platform=CentOS&limit=2"


def test_results_come_as_images_arrive() -> None:
    for query in ("all limit 2 per platform", "all skip 1", "all order by created_at, name"):
        model = ModelServer(MANY[:100])
        run = plan(query).execute(model, page_size=10)

        assert len(numbers(islice(run, 5))) == 5
        assert run.fetched <= 20


def test_nothing_is_fetched_once_the_limit_is_reached() -> None:
    model = ModelServer(MANY[:100])
    run = plan("all limit 2 per platform limit 8").execute(model, page_size=10)

    assert len(numbers(run)) == 8
    assert run.fetched == 10


# -- memory


class Record(dict[str, Any]):
    """A record that can be counted for as long as it is kept."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # by identity


class CountingServer:
    """Counts the records that are kept whenever a page is fetched.

    Attributes:
        most: the greatest number so far.
    """

    def __init__(self, images: list[dict[str, Any]]) -> None:
        self._model = ModelServer(images)
        self._alive: WeakSet[Record] = WeakSet()
        self._found: dict[str, list[Any]] = {}
        self.most = 0

    def __call__(self, query: str) -> list[Record]:
        self.most = max(self.most, len(self._alive))
        asked = dict(parse_qsl(query))
        size, marker = int(asked.pop("limit")), asked.pop("marker", None)
        conditions = urlencode({**asked, "limit": len(MANY)})
        if conditions not in self._found:  # sorting all of them for each page would take long
            self._found[conditions] = self._model(conditions)
        found = self._found[conditions]
        ids = [each["id"] for each in found]
        start = 0 if marker is None else ids.index(marker) + 1
        page = [Record(each) for each in found[start : start + size]]
        self._alive.update(page)
        return page


PAGE = 100


def most_kept(query: str, images: list[dict[str, Any]]) -> int:
    """Return the greatest number of records kept while a query runs."""
    server = CountingServer(images)
    for _ in plan(query).execute(server, page_size=PAGE):
        pass
    return server.most


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("all order by min_ram limit 3 per platform", 12),
        ("all order by min_ram limit 3 per platform limit 5", 5),
        ("all order by min_ram skip 2 per platform limit 3 per platform", 20),
        ("all order by min_ram skip 2 per platform limit 3", 11),
        ("all order by min_ram skip 20 limit 3", 23),
        ("all order by min_ram, platform limit 3", 3),
        ("all order by min_ram limit 1 per id limit 3", 3),
    ],
)
def test_while_sorting_little_more_is_kept_than_may_be_a_result(query: str, needed: int) -> None:
    assert most_kept(query, MANY) <= 2 * needed + 1_000 + PAGE


@pytest.mark.parametrize(
    "query",
    [
        "all limit 3 per platform", "all skip 3 per platform", "all skip 3", "all limit 1 per id",
        "all skip 1 per id", "all order by created_at, min_ram limit 3 per platform",
        "platform in (CentOS, Ubuntu) skip 3 per platform",
    ],
)  # fmt: skip
def test_no_more_than_a_page_of_each_request_is_kept_of_what_arrives_in_order(query: str) -> None:
    assert most_kept(query, MANY) <= 2 * PAGE * len(plan(query).requests)


# -- across resumptions


def test_counts_of_groups_go_on_when_results_are_resumed() -> None:
    for query in ("all limit 2 per platform", "all order by min_ram limit 2 per platform"):
        made = plan(query)
        whole = numbers(made.execute(ModelServer(IMAGES)))
        for stop in range(1, len(whole)):
            first = made.execute(ModelServer(IMAGES), page_size=2)
            begun = numbers(islice(first, stop))
            rest = made.execute(ModelServer(IMAGES), page_size=2, cursor=first.cursor)

            assert begun + numbers(rest) == whole


def test_a_cursor_is_that_of_the_last_result_while_the_next_one_is_looked_for() -> None:
    model = ModelServer(IMAGES)
    fails = False

    def fetch(query: str) -> list[Any]:
        if fails:
            raise ConnectionError
        return list(model(query))

    made = plan("all limit 1 per platform")
    run = made.execute(fetch, page_size=3)
    begun = numbers(islice(run, 4))
    cursor = run.cursor
    fails = True
    with pytest.raises(ConnectionError):
        next(run)

    assert begun == [11, 10, 9, 8]
    assert run.cursor == cursor
    assert numbers(made.execute(model, cursor=run.cursor)) == []


def test_a_plan_with_other_clauses_has_another_cursor() -> None:
    run = plan("all limit 2 per platform").execute(ModelServer(IMAGES))
    next(run)

    for query in (
        "all", "all limit 3 per platform", "all limit 2 per protected", "all skip 2 per platform",
        "all limit 2 per platform skip 1", "all order by created_at, name limit 2 per platform",
    ):  # fmt: skip
        with pytest.raises(ValueError, match="cursor"):
            plan(query).execute(ModelServer(IMAGES), cursor=run.cursor)
