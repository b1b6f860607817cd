from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import pickle
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from itertools import islice
from string import ascii_letters
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.execution.run import ExecutionError
from imsquery.planning.plan import Plan
from imsquery.planning.planner import plan
from tests.server_model import BadRequestError, ModelServer


def image(number: int, **attributes: Any) -> dict[str, Any]:
    """Return an image; higher numbers are newer."""
    return {
        "id": f"i{number:03}",
        "created_at": f"2020-01-01T00:{number // 60:02}:{number % 60:02}Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "protected": True,
        **attributes,
    }


def ids(run: Any) -> list[str]:
    return [each["id"] for each in run]


CENTOS = {"__platform": "CentOS"}
UBUNTU = {"__platform": "Ubuntu"}
IMAGES = [image(n, **(CENTOS if n % 2 else UBUNTU), min_ram=n) for n in range(20)]


def server() -> ModelServer:
    return ModelServer(IMAGES)


def test_pages_are_fetched_until_one_is_empty() -> None:
    model = server()

    assert len(ids(plan("all").execute(model, page_size=8))) == 20
    assert model.asked == [
        "limit=8",
        "limit=8&marker=i012",
        "limit=8&marker=i004",
        "limit=8&marker=i000",
    ]


def test_a_pushed_limit_takes_one_page() -> None:
    model = server()

    assert ids(plan("platform = CentOS limit 2").execute(model)) == ["i019", "i017"]
    assert model.asked == ["__platform=CentOS&limit=2"]


def test_the_last_page_of_a_limit_is_no_larger_than_needed() -> None:
    model = server()

    assert len(ids(plan("all limit 7").execute(model, page_size=3))) == 7
    assert [parse_qs(query)["limit"] for query in model.asked] == [["3"], ["3"], ["1"]]


def test_fetching_ends_at_a_limit_that_the_client_applies() -> None:
    model = server()

    assert ids(plan("min_ram < 15 limit 2").execute(model, page_size=5)) == ["i014", "i013"]
    assert len(model.asked) == 2


def test_pages_are_fetched_lazily() -> None:
    model = server()
    run = plan("all").execute(model, page_size=5)

    assert model.asked == []
    assert ids(islice(run, 4)) == ["i019", "i018", "i017", "i016"]
    assert len(model.asked) == 1


def test_ties_are_sorted_by_id_however_the_service_sorts_them() -> None:
    times = (3, 1, 4, 0, 5, 2)
    tied = [
        {**image(time, **(CENTOS if n % 2 else UBUNTU), name="same"), "id": f"i{n}"}
        for n, time in enumerate(times)
    ]
    for query in ("platform in (CentOS, Ubuntu)", "all", "name = same limit 6"):
        for direction, expected in (("asc", "012345"), ("desc", "543210")):
            made = plan(f"{query} order by name {direction}")
            run = made.execute(ModelServer(tied, glance_ties=True), page_size=1)

            assert ids(run) == [f"i{digit}" for digit in expected]


def test_nothing_is_fetched_while_ties_are_returned() -> None:
    tied = [{**image(1, name="same"), "id": f"i{n}"} for n in range(6)]
    model = ModelServer([*tied, *IMAGES])
    run = plan("all order by name").execute(model, page_size=6)

    assert ids(islice(run, 1)) == ["i5"]
    asked = len(model.asked)
    assert ids(islice(run, 5)) == ["i4", "i3", "i2", "i1", "i0"]
    assert len(model.asked) == asked


def test_no_page_is_fetched_for_a_request_that_is_far_ahead() -> None:
    model = server()
    run = plan("platform = CentOS or (platform = Ubuntu and min_ram >= 100)").execute(
        model, page_size=4
    )

    assert ids(islice(run, 3)) == ["i019", "i017", "i015"]
    assert len(model.asked) == 2


def test_an_image_found_by_two_requests_is_returned_once() -> None:
    both = [image(1, **CENTOS, status="active"), image(2, **CENTOS), image(3, status="active")]
    run = plan("platform = CentOS or status = active").execute(ModelServer(both), page_size=1)

    assert ids(run) == ["i003", "i002", "i001"]


def test_the_client_sorts_by_what_the_server_cannot_sort_by() -> None:
    run = plan("all order by min_ram asc limit 3").execute(server(), page_size=7)

    assert ids(run) == ["i000", "i001", "i002"]


def test_sorting_keeps_the_limit() -> None:
    many = ModelServer([image(n, min_ram=(n * 7919) % 3600) for n in range(3600)])
    run = plan("all order by min_ram desc limit 2").execute(many)

    assert [each["min_ram"] for each in run] == [3599, 3598]
    assert run.fetched == 3600


def test_results_start_after_an_image_if_the_client_sorts() -> None:
    run = plan("min_ram != 6 order by min_ram asc limit 2 after i005").execute(server())

    assert ids(run) == ["i007", "i008"]


def test_a_missing_image_to_start_after_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="there is no image 'nope' to start after"):
        ids(plan("all order by min_ram after nope").execute(server()))


@pytest.mark.parametrize("order", ["name", "min_ram"])
def test_results_start_after_an_image_that_does_not_match(order: str) -> None:
    named = [image(n, **(CENTOS if n % 2 else UBUNTU), name=f"n{n}", min_ram=n) for n in range(9)]
    model = ModelServer([*named, {**image(9, name="n4b", min_ram=4), "id": "other"}])
    query = plan(f"platform in (CentOS, Ubuntu) order by {order} asc limit 3 after other")

    run = query.execute(model)
    assert ids(islice(run, 1)) == ["i005"]
    assert model.asked[-1] == "id=other&limit=1"
    assert ids(query.execute(model, cursor=run.cursor)) == ["i006", "i007"]
    assert model.asked.count("id=other&limit=1") == 1


def test_an_image_to_start_after_is_not_looked_up_if_it_is_found() -> None:
    model = server()
    ids(plan("all order by min_ram after i005").execute(model))

    assert not any("id=" in query for query in model.asked)


@pytest.mark.parametrize(("wanted", "most"), [(1, 13), (10, 10), (999, 4)])
def test_ties_with_the_last_image_take_few_pages(wanted: int, most: int) -> None:
    model = ModelServer([image(n, status="active") for n in range(1_000)])
    run = plan(f"all order by status limit {wanted}").execute(model)

    assert ids(run)[:2] == ["i999", "i998"][:wanted]
    assert run.pages <= most


def test_without_ties_no_more_is_fetched_than_needed() -> None:
    model = ModelServer([image(n, size=n) for n in range(1_000)])
    run = plan("all order by size limit 3").execute(model)

    assert (len(ids(run)), run.pages, run.fetched) == (3, 1, 4)


@pytest.mark.parametrize("page_size", [1, 2, 4, 500])
@pytest.mark.parametrize("clause", ["", " limit 3", " limit 8", " limit 2 skip 1"])
def test_an_image_that_moves_between_two_pages_is_neither_lost_nor_repeated(
    page_size: int, clause: str
) -> None:
    images = [image(n, name=f"n{n}") for n in range(9)]
    model = ModelServer(images)

    def fetch(query: str) -> list[Any]:
        page = model(query)
        # The first one becomes the last by name, and the last one the first.
        names = {"i000": "z", "i008": "a"}
        model.images = [
            {**each, "name": names.get(each["id"], each["name"])} for each in model.images
        ]
        return page

    found = ids(plan(f"all order by name asc{clause}").execute(fetch, page_size=page_size))

    assert len(set(found)) == len(found) == {"": 9, " limit 8": 8, " limit 3": 3}.get(clause, 2)
    assert not clause or found[0] in {"i000", "i001", "i002", "i008"}


def test_an_image_listed_again_on_the_next_page_is_returned_once() -> None:
    answers = [[image(5), image(4)], [image(4), image(3)], [image(3)], []]

    with pytest.raises(ExecutionError, match="loop"):
        ids(plan("all").execute(pages(*answers)))
    answers[2] = [image(3), image(2)]
    assert ids(plan("all").execute(pages(*answers))) == ["i005", "i004", "i003", "i002"]


def test_a_page_may_be_a_tuple() -> None:
    assert ids(plan("all").execute(lambda query: tuple(server()(query)))) == ids(server()(""))


def test_stop_iteration_in_a_fetch_does_not_end_the_results() -> None:
    pages = iter([[image(2)], [image(1)]])
    run = plan("all").execute(lambda _query: next(pages))

    with pytest.raises(RuntimeError, match="fetch raised StopIteration"):
        list(run)


@pytest.mark.parametrize("error", [StopIteration, StopAsyncIteration])
def test_stop_iteration_in_an_async_fetch_does_not_end_the_results(error: type[Exception]) -> None:
    class Page:
        def __await__(self) -> Any:
            raise error

    async def run() -> list[Any]:
        return [each async for each in plan("all").aexecute(lambda _query: Page())]

    with pytest.raises(RuntimeError, match=f"fetch raised {error.__name__}"):
        asyncio.run(run())


def test_pages_that_arrived_with_a_failed_one_are_kept() -> None:
    model = server()
    failing = ["__platform=CentOS"]
    asked: list[str] = []

    async def fetch(query: str) -> list[Any]:
        asked.append(query)
        if failing and failing[0] in query:
            await asyncio.sleep(0.01)
            raise ConnectionError(failing.pop())
        return list(model(query))

    async def run() -> list[str]:
        execution = plan("platform in (CentOS, Ubuntu) limit 4").aexecute(fetch)
        with pytest.raises(ConnectionError):
            await anext(execution)
        return [each["id"] async for each in execution]

    assert asyncio.run(run()) == ["i019", "i018", "i017", "i016"]
    assert asked == ["__platform=CentOS&limit=4", "__platform=Ubuntu&limit=4",
                     "__platform=CentOS&limit=4"]  # fmt: skip


def test_a_cancelled_fetch_cancels_the_run() -> None:
    async def fetch(_query: str) -> list[Any]:
        raise asyncio.CancelledError

    async def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            await anext(plan("platform in (CentOS, Ubuntu)").aexecute(fetch))

    asyncio.run(run())


def test_a_run_counts_pages_and_images() -> None:
    run = plan("min_ram < 3").execute(server(), page_size=10)

    assert (len(ids(run)), run.pages, run.fetched) == (3, 3, 20)


def test_nothing_is_fetched_for_a_contradiction() -> None:
    model = server()

    assert ids(plan("platform = CentOS and platform = Ubuntu").execute(model)) == []
    assert model.asked == []


# -- pages that contradict each other


def pages(*answers: Any) -> Callable[[str], Any]:
    """Return one page after the other, and the last one forever."""
    left = list(answers)
    return lambda _query: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([None], "to be a list of records, not NoneType"),
        ([{"images": []}], "to be a list of records, not dict"),
        (["abc"], "to be a list of records, not str"),
        ([[1]], "without an id"),
        ([[{}]], "without an id"),
        ([[{"id": 1}]], "without an id"),
        ([[{"id": None}]], "without an id"),
        ([[image(1), image(1)]], "twice"),
        ([[image(2), image(1)]], "loop"),
        ([[image(2)], [image(2), image(1)]], "loop"),
        ([[image(3)], [image(2)], [image(3)], [image(2)]], "loop"),
    ],
)
def test_pages_that_contradict_each_other_are_an_error(answers: list[Any], message: str) -> None:
    run = plan("all").execute(pages(*answers))

    with pytest.raises(ExecutionError, match=message):
        ids(run)
    with pytest.raises(ExecutionError, match=message):  # for good
        ids(run)


def test_a_page_may_repeat_the_image_to_start_after() -> None:
    images = [image(5), image(4)]

    assert ids(plan("all after i005").execute(pages(images, []))) == ["i004"]


def test_unsorted_pages_are_an_error_only_when_merging() -> None:
    images = [image(1), image(2)]
    merged = plan("platform = CentOS or platform = Ubuntu")

    with pytest.raises(ExecutionError, match="not sorted by created_at desc"):
        ids(merged.execute(pages(images, [])))
    assert ids(plan("all").execute(pages(images, []))) == ["i001", "i002"]


def test_an_error_of_a_fetch_passes_through_and_iteration_can_continue() -> None:
    model = server()
    failing = [False, True, False, True]

    def fetch(query: str) -> list[Any]:
        if failing and failing.pop(0):
            raise ConnectionError(query)
        return list(model(query))

    run = plan("all").execute(fetch, page_size=10)
    found = ids(islice(run, 10))
    for _ in range(2):
        with pytest.raises(ConnectionError):
            next(run)
        found += ids(islice(run, 10))

    assert found == [f"i{n:03}" for n in reversed(range(20))]


def test_a_vanished_marker_is_an_error() -> None:
    model = server()
    run = plan("all").execute(model, page_size=5)
    ids(islice(run, 5))
    model.images = [each for each in model.images if each["id"] != "i015"]

    with pytest.raises(BadRequestError, match="no image i015"):
        next(run)


@pytest.mark.parametrize("size", [0, -1, 501, 2.0, True])
def test_a_page_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="page_size"):
        plan("all").execute(server(), page_size=size)


# -- cursors


def test_a_cursor_resumes_without_starting_over() -> None:
    first = plan("platform = CentOS or platform = Ubuntu").execute(server(), page_size=5)
    ids(islice(first, 9))
    model = server()
    rest = plan("platform = Ubuntu or platform = CentOS").execute(
        model, page_size=5, cursor=first.cursor
    )

    assert ids(rest) == [f"i{n:03}" for n in reversed(range(11))]
    assert all("marker=" in query for query in model.asked)


def test_a_cursor_counts_towards_the_limit() -> None:
    query = plan("all limit 5")
    first = query.execute(server(), page_size=2)
    ids(islice(first, 3))

    assert ids(query.execute(server(), cursor=first.cursor)) == ["i016", "i015"]


def test_there_is_no_cursor_before_the_first_image() -> None:
    assert plan("all").execute(server()).cursor is None


def token(images: int = 1) -> str:
    run = plan("all").execute(server())
    ids(islice(run, images))
    assert run.cursor is not None
    return run.cursor


@pytest.mark.parametrize(
    "query", ["all limit 5", "platform = CentOS", "all order by name", "all after i001"]
)
def test_a_cursor_of_another_plan_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        plan(query).execute(server(), cursor=token())


@pytest.mark.parametrize("bad", ["", "a", "=", "!", "é", "x" * 100_000, "AAAA" * 20])
def test_an_invalid_cursor_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        plan("all").execute(server(), cursor=bad)


@given(st.data())
def test_a_damaged_cursor_is_refused(data: st.DataObject) -> None:
    good = token()
    place = data.draw(st.integers(0, len(good) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda each: each != good[place]))

    with pytest.raises(ValueError, match="cursor"):
        plan("all").execute(server(), cursor=good[:place] + letter + good[place + 1 :])


@pytest.mark.parametrize(
    "body",
    [
        "[]", "1", "{}", "[1,2,3,4,5,6]", '[1,[["a"]],"a",[]]', '[1,[["a"]],"a",[],[]]',
        '[0,[[]],"a",[],[],[]]', '["1",[[]],"a",[],[],[]]', '[true,[[]],"a",[],[],[]]',
        '[1,[],"a",[],[],[]]', '[1,["a"],"a",[],[],[]]', '[1,[[1]],"a",[],[],[]]',
        '[1,[["a"],["b"]],"a",[],[],[]]', '[1,[["a","b"]],"a",[],[],[]]',
        '[1,[["a"]],1,[],[],[]]', '[1,[["a"]],"a",[[1,null]],[],[]]',
        '[1,[["a"]],"a",[[-1,null]],[],[]]', '[1,[["a"]],"a",[[0,1]],[],[]]',
        '[1,[["a"]],"a",[[0]],[],[]]', '[1,[["a"]],"a",[["0",null]],[],[]]',
        '[1,[["a"]],"a",[],[[["a"],1]],[]]', '[1,[["a"]],"a",[],[],[[[],1]]]',
        '[1,[["a"]],"a",[],[],[1]]', "[" * 3_000,
    ],
)  # fmt: skip
def test_a_forged_cursor_is_refused(body: str) -> None:
    """Anybody who knows the plan can compute the digest, so the content is checked too."""
    raw = body.encode()
    digest = hashlib.sha256(plan("all").fingerprint.encode() + b":" + raw).digest()[:12]
    forged = urlsafe_b64encode(digest + raw).decode().rstrip("=")

    with pytest.raises(ValueError, match="cursor"):
        plan("all").execute(server(), cursor=forged)


def test_a_cursor_with_other_spare_bits_is_refused() -> None:
    good = next(each for each in map(token, range(1, 20)) if len(each) % 4)
    others = {good[:-1] + letter for letter in ascii_letters} - {good}

    assert len(good) % 4
    for other in others:
        with pytest.raises(ValueError, match="cursor"):
            plan("all").execute(server(), cursor=other)


def test_a_cursor_may_be_long() -> None:
    query = plan("all order by description")
    images = [image(n, __description="x" * 100_000) for n in range(3)]
    first = query.execute(ModelServer(images))
    next(first)

    assert ids(query.execute(ModelServer(images), cursor=first.cursor)) == ["i001", "i000"]


def test_a_cursor_is_url_safe_json() -> None:
    text = token()
    body = urlsafe_b64decode(text + "=" * (-len(text) % 4))[12:]

    assert text.replace("-", "").replace("_", "").isalnum()
    assert json.loads(body) == [1, [["2020-01-01T00:00:19Z"]], "i019", [[0, None]], [], []]


# -- concurrently


def test_no_more_pages_are_fetched_concurrently_than_allowed() -> None:
    model = server()
    running = 0
    most = 0

    async def fetch(query: str) -> list[Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return list(model(query))

    async def run() -> list[str]:
        query = plan("id in (i001, i002, i003, i004, i005, i006)")
        return [each["id"] async for each in query.aexecute(fetch, concurrency=2)]

    assert asyncio.run(run()) == [f"i00{n}" for n in (6, 5, 4, 3, 2, 1)]
    assert most == 2


def test_a_failed_fetch_cancels_the_others() -> None:
    cancelled = []

    async def fetch(query: str) -> list[Any]:
        if "CentOS" in query:
            raise ConnectionError(query)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(query)
            raise
        return []

    async def run() -> None:
        async for _ in plan("platform = CentOS or platform = Ubuntu").aexecute(fetch):
            pass

    with pytest.raises(ConnectionError):
        asyncio.run(run())
    assert cancelled == ["__platform=Ubuntu&limit=500"]


def test_only_one_task_may_wait_for_the_next_image() -> None:
    async def run() -> list[str]:
        execution = plan("all").aexecute(server().afetch)
        first = asyncio.ensure_future(anext(execution))
        with pytest.raises(RuntimeError, match="already"):
            await asyncio.gather(first, anext(execution))
        return [(await first)["id"]] + [each["id"] async for each in execution]

    assert asyncio.run(run()) == [f"i{n:03}" for n in reversed(range(20))]


def test_a_cancelled_run_can_continue() -> None:
    model = server()
    slow = [True]

    async def fetch(query: str) -> list[Any]:
        if slow and slow.pop():
            await asyncio.sleep(60)
        return list(model(query))

    async def run() -> list[str]:
        execution = plan("all").aexecute(fetch, page_size=7)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(execution), 0.01)
        return [each["id"] async for each in execution]

    assert asyncio.run(run()) == [f"i{n:03}" for n in reversed(range(20))]


def test_a_concurrency_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="concurrency"):
        plan("all").aexecute(server().afetch, concurrency=0)


def pickled(made: Plan) -> Plan:
    received: Plan = pickle.loads(pickle.dumps(made))  # noqa: S301 -- pickled right here
    return received


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
def test_a_plan_can_be_copied_and_pickled(duplicate: Callable[[Plan], Plan]) -> None:
    made = plan("platform in (CentOS, Ubuntu) and not (min_ram < 4 or name is present) limit 3")
    first = made.execute(server())
    begun = ids(islice(first, 1))
    other = duplicate(made)

    assert other == made
    assert other.fingerprint == made.fingerprint
    assert begun + ids(other.execute(server(), cursor=first.cursor)) == ids(made.execute(server()))
