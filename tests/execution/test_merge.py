"""Results of several requests combined: in either direction, from any place, in little memory."""

from __future__ import annotations

import asyncio
import copy
import pickle
from itertools import islice
from typing import Any

import pytest

from imsquery.execution.run import AsyncExecution, Execution, ExecutionError
from imsquery.execution.sorting import Sorted
from imsquery.planning.planner import plan
from tests.server_model import ModelServer


def image(number: int, second: int, **attributes: Any) -> dict[str, Any]:
    return {
        "id": f"i{number:04}",
        "created_at": f"2020-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "protected": True,
        **attributes,
    }


def ids(run: Any) -> list[str]:
    return [each["id"] for each in run]


CENTOS = {"__platform": "CentOS"}
UBUNTU = {"__platform": "Ubuntu"}
EITHER = "platform in (CentOS, Ubuntu)"
# Each platform has an image at the first and the last second, and one in between.
BOTH = [
    image(4, 1, **CENTOS), image(1, 1, **UBUNTU), image(3, 2, **UBUNTU), image(0, 3, **CENTOS),
    image(5, 4, **UBUNTU), image(2, 4, **CENTOS),
]  # fmt: skip
OLDEST_FIRST = ["i0001", "i0004", "i0003", "i0000", "i0002", "i0005"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("created_at asc", OLDEST_FIRST),
        ("created_at desc", OLDEST_FIRST[::-1]),
        ("id asc", sorted(OLDEST_FIRST)),
        ("id desc", sorted(OLDEST_FIRST)[::-1]),
    ],
)
@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_requests_are_merged_in_either_direction(
    order: str, expected: list[str], page_size: int
) -> None:
    made = plan(f"{EITHER} order by {order}")

    assert len(made.requests) == 2
    assert ids(made.execute(ModelServer(BOTH), page_size=page_size)) == expected
    for count in range(1, len(expected)):
        first = made.execute(ModelServer(BOTH), page_size=page_size)
        found = ids(islice(first, count))
        rest = made.execute(ModelServer(BOTH), page_size=page_size, cursor=first.cursor)
        assert rest.cursor == first.cursor
        assert found + ids(rest) == expected


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_keys_that_differ_in_letter_case_only_are_kept_apart(page_size: int) -> None:
    # This server puts an image that is not wanted between two that are, with equal keys.
    images = [image(1, 1, name="a", min_ram=0), image(2, 1, name="A", min_ram=9),
              image(3, 1, name="a", min_ram=0)]  # fmt: skip
    server = ModelServer(images, folds_case=True)
    made = plan("min_ram <= 0 order by name asc")

    run = made.execute(server, page_size=page_size)
    assert ids(run) == ["i0001", "i0003"]
    assert ids(made.execute(server, page_size=page_size, cursor=run.cursor)) == []
    first = made.execute(server, page_size=page_size)
    assert next(first)["id"] == "i0001"
    assert ids(made.execute(server, page_size=page_size, cursor=first.cursor)) == ["i0003"]


def test_an_id_that_cannot_be_encoded_is_an_error() -> None:
    strange = image(1, 1) | {"id": "\ud800"}

    with pytest.raises(ExecutionError, match="an id that UTF-8 cannot encode"):
        list(plan("all").execute(lambda _query: [strange]))


def test_unsorted_pages_are_an_error_in_either_direction() -> None:
    newest_first = [image(2, 2), image(1, 1)]
    made = plan(f"{EITHER} order by created_at asc")

    with pytest.raises(ExecutionError) as caught:
        ids(made.execute(lambda _query: newest_first))
    error = caught.value

    query = "__platform=CentOS&limit=500&sort_dir=asc&sort_key=created_at"
    assert error.query == query
    assert error.message == "images are not sorted by created_at asc"
    assert str(error) == f"{error.message} (asked for {query!r})"
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 -- pickled right here
        assert (again.message, again.query) == again.args == (error.message, error.query)


def test_a_cursor_resumes_after_a_page_without_matches() -> None:
    images = [
        image(6, 6, owner="o", name="x0"), image(5, 5, **CENTOS), image(4, 4, owner="o", name="u"),
        image(3, 3, **CENTOS), image(1, 1, owner="o", name="x1"),
    ]  # fmt: skip
    made = plan("platform = CentOS or (owner = o and name glob 'x*')")
    first = made.execute(ModelServer(images), page_size=1)
    found = ids(islice(first, 2))

    rest = ids(made.execute(ModelServer(images), page_size=1, cursor=first.cursor))

    assert (found, rest) == (["i0006", "i0005"], ["i0003", "i0001"])


def test_a_cursor_resumes_after_an_image_that_is_gone() -> None:
    images = [image(1, 1, name="a"), image(2, 1, name="B"), image(3, 1, name="c")]
    made = plan("all order by name asc")
    first = made.execute(ModelServer(images, folds_case=True), page_size=2)
    assert next(first)["id"] == "i0002"

    gone = [images[0], images[2]]
    rest = made.execute(ModelServer(gone, folds_case=True), cursor=first.cursor)

    assert ids(rest) == ["i0001", "i0003"]


def test_no_more_than_the_limit_is_fetched_though_images_tie() -> None:
    images = [image(n, 1, **CENTOS) for n in range(3)] + [image(9, 0, **UBUNTU)]
    model = ModelServer(images)

    assert ids(plan(f"{EITHER} limit 2").execute(model)) == ["i0002", "i0001"]
    assert len(model.asked) == 2


def test_a_limit_applies_to_ties_sorted_by_id_and_not_as_the_server_has_them() -> None:
    times = (3, 1, 4, 0, 5, 2)
    tied = [image(n, time, name="same") for n, time in enumerate(times)]
    run = plan("all order by name limit 2").execute(ModelServer(tied, glance_ties=True))

    assert ids(run) == ["i0005", "i0004"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("platform = CentOS order by name asc", ["i0001", "i0003"]),
        (f"{EITHER} order by name asc", ["i0002", "i0001", "i0003"]),
        # A single page of the server's, however that sorts texts.
        ("all order by name asc limit 2", ["i0001", "i0002"]),
        # There is no image after the last one of the page, so there might have been another page.
        ("all order by name asc limit 3", ["i0002", "i0001", "i0003"]),
    ],
)
def test_texts_are_sorted_by_the_client_unless_one_page_is_enough(
    query: str, expected: list[str]
) -> None:
    images = [image(1, 1, **CENTOS, name="a"), image(2, 1, **UBUNTU, name="B")]
    images.append(image(3, 1, **CENTOS, name="c"))

    assert ids(plan(query).execute(ModelServer(images, folds_case=True), page_size=3)) == expected


# -- sorted by the client

MANY = [image(n, n, min_ram=(n * 7919) % 3600) for n in range(3600)]
BY_RAM = {each["min_ram"]: each["id"] for each in MANY}


def held(run: Execution) -> int:
    """Return the number of images kept in memory for sorting."""
    assert isinstance(run._results, Sorted)
    return len(run._results._found)


def test_little_more_than_the_limit_is_kept_in_memory_while_sorting() -> None:
    model = ModelServer(MANY)
    most = 0

    def fetch(query: str) -> list[Any]:
        nonlocal most
        most = max(most, held(run))
        return list(model(query))

    run = plan("all order by min_ram desc limit 2").execute(fetch, page_size=100)

    assert ids(run) == [BY_RAM[3599], BY_RAM[3598]]
    assert most <= 2 * 2 + 1_000


def test_sorting_drops_nothing_that_an_after_clause_may_need() -> None:
    query = f"all order by min_ram desc limit 2 after {BY_RAM[1800]}"

    assert ids(plan(query).execute(ModelServer(MANY))) == [BY_RAM[1799], BY_RAM[1798]]


def test_a_missing_image_to_start_after_stays_an_error() -> None:
    run = plan("all order by min_ram after nope").execute(ModelServer(BOTH))

    for _ in range(2):
        with pytest.raises(ExecutionError, match="'nope'"):
            next(run)


def test_an_error_names_the_query_of_the_page() -> None:
    assert str(ExecutionError("no", "limit=5")) == "no (asked for 'limit=5')"
    assert str(ExecutionError("no", "")) == "no (asked for 'all images')"


# -- concurrently


def test_up_to_four_pages_are_fetched_concurrently_by_default() -> None:
    images = [image(n, n) for n in range(8)]
    model = ModelServer(images)
    running: list[str] = []
    most = 0

    async def fetch(query: str) -> list[Any]:
        nonlocal most
        running.append(query)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.remove(query)
        return list(model(query))

    async def run() -> list[str]:
        query = plan(f"id in ({', '.join(each['id'] for each in images)})")
        return [each["id"] async for each in query.aexecute(fetch)]

    assert asyncio.run(run()) == [f"i000{n}" for n in reversed(range(8))]
    assert most == 4


def test_a_cursor_resumes_concurrently_too() -> None:
    made = plan(EITHER)
    first = made.execute(ModelServer(BOTH))
    found = ids(islice(first, 2))

    async def run() -> list[str]:
        execution = made.aexecute(ModelServer(BOTH).afetch, cursor=first.cursor)
        return [each["id"] async for each in execution]

    assert found + asyncio.run(run()) == OLDEST_FIRST[::-1]


def test_the_other_fetches_have_ended_before_an_error_is_raised() -> None:
    ended: list[str] = []

    async def fetch(query: str) -> list[Any]:
        if "Debian" in query:
            await asyncio.sleep(0)
            raise ConnectionError(query)
        try:
            await asyncio.sleep(60)
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            ended.append(query)
        return []

    async def run() -> None:
        execution: AsyncExecution = plan("platform in (CentOS, Debian, Ubuntu)").aexecute(fetch)
        with pytest.raises(ConnectionError):
            await anext(execution)
        assert sorted(ended) == ["__platform=CentOS&limit=500", "__platform=Ubuntu&limit=500"]

    asyncio.run(run())
