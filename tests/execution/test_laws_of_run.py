"""Running a plan returns every image once, or raises, whatever pages arrive and whenever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any

from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

import imsquery
from imsquery import CLOUDIMAGES, Parameter, testing
from imsquery.execution.run import AsyncExecution, Execution, ExecutionError
from imsquery.planning.planner import plan
from tests.meaning import row_of, shown
from tests.plan_strategies import World, orders, server_orders, worlds
from tests.server_model import BadRequestError, ModelServer

QUERIES = (
    "all", "protected", "name is present", "platform in (CentOS, Ubuntu)",
    "status = active or min_ram > 0", "architecture = arm or tag is present",
    "status = active or protected or created_at < 2019",
)  # fmt: skip
ORDERS = ("", " order by id asc", " order by name", " order by min_ram asc")
TOTAL = {"id", *(row.wire for row in CLOUDIMAGES.parameters.values() if row.total)}
queries = st.tuples(st.sampled_from(QUERIES), st.sampled_from(ORDERS)).map("".join)
page_sizes = st.integers(1, 4)


def ids(run: Any) -> list[str]:
    return [image["id"] for image in run]


class UnreachableError(Exception):
    """A page did not arrive."""


@given(queries, worlds(), page_sizes, st.lists(st.booleans(), max_size=20))
def test_a_failed_fetch_can_be_tried_again(
    query: str, world: World, page_size: int, failures: list[bool]
) -> None:
    server = world.server()
    left = list(failures)

    def fetch(asked: str) -> list[Any]:
        if left and left.pop():
            raise UnreachableError
        return server(asked)

    run = plan(query).execute(fetch, page_size=page_size)
    found: list[str] = []
    for _ in range(len(failures) + 1):
        try:
            for image in run:
                found.append(image["id"])  # noqa: PERF401 -- kept where the next page fails
        except UnreachableError:
            continue

    assert found == ids(plan(query).execute(world.server()))


@given(queries, worlds(), page_sizes, st.lists(st.booleans(), max_size=20), st.integers(1, 4))
def test_a_failed_concurrent_fetch_can_be_tried_again(
    query: str, world: World, page_size: int, failures: list[bool], concurrency: int
) -> None:
    server = world.server()
    left = list(failures)

    async def fetch(asked: str) -> list[Any]:
        fails = bool(left) and left.pop()
        await asyncio.sleep(0)
        if fails:
            raise UnreachableError
        return server(asked)

    async def run() -> list[str]:
        execution: AsyncExecution = plan(query).aexecute(
            fetch, page_size=page_size, concurrency=concurrency
        )
        found: list[str] = []
        for _ in range(len(failures) + 1):
            try:
                async for image in execution:
                    found.append(image["id"])  # noqa: PERF401 -- kept where the next page fails
            except UnreachableError:
                continue
        return found

    assert asyncio.run(run()) == ids(plan(query).execute(world.server()))


CHANGES = ("", "", " order by status", " order by size asc", " order by name, min_ram")


@given(
    queries | st.tuples(st.sampled_from(QUERIES), st.sampled_from(CHANGES)).map("".join),
    worlds(), worlds(), page_sizes, st.data(),
)  # fmt: skip
def test_a_changing_catalogue_returns_once_all_that_match_throughout(
    query: str, world: World, more: World, page_size: int, data: st.DataObject
) -> None:
    everything = [*world.images, *({**each, "id": f"new-{each['id']}"} for each in more.images)]
    server = ModelServer(world.images)
    stable = {each["id"]: [each] for each in world.images}  # all versions of each

    def fetch(asked: str) -> list[Any]:
        page = server(asked)
        if data.draw(st.booleans()) and everything:
            changed = data.draw(st.sampled_from(everything))
            if changed in server.images and data.draw(st.booleans()):
                new = {
                    "name": data.draw(st.sampled_from("ab")),
                    "status": data.draw(st.sampled_from(["active", "saving"])),
                    "size": data.draw(st.integers(0, 2)),
                    "min_ram": 4,
                }
                other = {**changed, **new}
                server.images[server.images.index(changed)] = other
                everything[everything.index(changed)] = other
                if changed["id"] in stable:
                    stable[changed["id"]].append(other)
            elif changed in server.images:
                server.images = [each for each in server.images if each is not changed]
                stable.pop(changed["id"], None)
            else:
                server.images = [*server.images, changed]
        return page

    try:
        found = ids(plan(query).execute(fetch, page_size=page_size))
    except BadRequestError:  # the marker is gone
        reject()

    matches = imsquery.matcher(query)
    assert len(set(found)) == len(found)
    assert {each for each, versions in stable.items() if all(map(matches, versions))} <= set(found)
    # Those that never changed are in order.
    unchanged = [versions[0] for versions in stable.values() if len(versions) == 1]
    wanted = ids(plan(query).execute(ModelServer(unchanged)))
    assert [each for each in found if each in set(ids(unchanged))] == wanted


H = {"id": "h", "created_at": "2018-10-28T10:00:00Z"}
pages: st.SearchStrategy[list[Any]] = st.lists(
    st.sampled_from(
        [{"id": n} for n in "abcdef"]
        + [{"id": "g", "created_at": time, "__platform": "CentOS"} for time in (None, 1, "2018")]
        + [H, {"id": 1}, {}, None, "abc", ["id"]]
    ),
    max_size=3,
)
answers: st.SearchStrategy[list[Any]] = st.lists(
    pages | st.sampled_from([None, {}, "ab", 1, ({"id": "a"},)]), max_size=12
)


@given(st.sampled_from(QUERIES), st.sampled_from(ORDERS), st.none() | st.integers(1, 3), answers)
@example("all", "", None, [[{"id": "a"}], [{"id": "b"}], [{"id": "a"}]])
@example("all", "", None, [[{"id": "a"}], [{"id": "b"}], [{"id": "c"}, {"id": "a"}, {"id": "d"}]])
@example(
    "all", "", None, [[H, {"id": "a"}], [{"id": "b"}], [{**H, "created_at": "2018"}, {"id": "c"}]]
)
def test_pages_of_any_kind_end_in_images_or_an_error(
    query: str, order: str, limit: int | None, answers: list[Any]
) -> None:
    left = list(answers)
    clause = "" if limit is None else f" limit {limit}"
    run: Execution = plan(query + order + clause).execute(lambda _: left.pop(0) if left else [])

    try:
        found = ids(run)
    except ExecutionError as error:
        assert str(error)
    else:
        assert len(set(found)) == len(found)
        assert set(found) <= set("abcdefgh")


@given(worlds(max_size=30), st.sampled_from(QUERIES), page_sizes, st.sampled_from(["asc", "desc"]))
def test_no_more_than_a_page_of_each_request_is_kept_in_memory(
    world: World, query: str, page_size: int, direction: str
) -> None:
    server = world.server()
    made = plan(f"{query} order by id {direction}")
    arrived: list[str] = []

    def fetch(asked: str) -> list[Any]:
        page = server(asked)
        arrived.extend(each["id"] for each in page)
        return page

    for image in made.execute(fetch, page_size=page_size):
        greater = [each for each in arrived if each > image["id"]]
        less = [each for each in arrived if each < image["id"]]

        assert len(greater if direction == "asc" else less) <= page_size * len(made.requests)


@st.composite
def alike(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return images whose names differ mostly in letter case, and that lack some attributes."""
    names = st.sampled_from(["a", "A", "b", "B", "aB", "Ab", "_"])
    sizes = st.sampled_from([{}, {}, {"size": 1}, {"size": 2}])
    return [
        {**image, **draw(sizes), "name": draw(names)} for image in draw(worlds(max_size=8)).images
    ]


@given(
    alike(), st.sampled_from(QUERIES), server_orders.filter(bool), st.none() | st.integers(1, 5),
    st.integers(1, 6), st.integers(0, 8), st.booleans(),
)  # fmt: skip
@example([{"id": str(n), "name": name, "created_at": "2018-01-01T00:00:00Z"}
          for n, name in enumerate(["a", "B", "c"])],
         "all", " order by name asc", 2, 3, 1, False)  # fmt: skip # noqa: FBT003 -- positional, as in @given
def test_only_a_single_page_follows_the_collation_of_the_database(
    images: list[dict[str, Any]],
    query: str,
    order: str,
    limit: int | None,
    page_size: int,
    stop: int,
    absent_last: bool,  # noqa: FBT001 -- drawn
) -> None:
    clause = "" if limit is None else f" limit {limit}"
    made = plan(f"{query}{order}{clause}")
    service = ModelServer(images, folds_case=True, absent_last=absent_last)
    words = order.split()
    row, is_reversed = row_of(words[2]), words[3:] != ["asc"]
    wanted = [each for each in images if imsquery.matcher(query)(each)]
    by_server = sorted(wanted, key=lambda each: service.place(each, words[2]), reverse=is_reversed)
    is_page = False
    is_exact = [each.residual for each in made.requests] == ["all"]
    if is_exact and limit is not None and limit < min(page_size, len(wanted)):
        last, following = (shown(row, each, {}) for each in by_server[limit - 1 : limit + 1])
        is_page = last != following
    by_client = sorted(wanted, key=lambda each: place_of(each, row), reverse=is_reversed)
    expected = ids(by_server if is_page else by_client)[:limit]

    assert ids(made.execute(service, page_size=page_size)) == expected

    run = made.execute(service, page_size=page_size)
    begun = ids(islice(run, stop))
    rest = made.execute(service, page_size=page_size, cursor=run.cursor)
    assert [*begun, *ids(rest)] == expected


def place_of(image: Mapping[str, Any], row: Parameter) -> tuple[Any, ...]:
    """Return the place of an image in the client's order."""
    values = shown(row, image, {})
    return (len(values), *values, image["id"])


def lying(world: World, lies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replace optional attributes by values of any type."""
    return [
        {**image, **{name: value for name, value in lie.items() if name not in TOTAL}}
        for image, lie in zip(world.images, lies, strict=False)
    ]


@given(
    worlds(max_size=5),
    st.lists(testing.near_miss_records(), min_size=5, max_size=5),
    orders.filter(bool),
    st.none() | st.integers(1, 12),
    page_sizes,
)
def test_results_can_be_sorted_by_any_attribute_whatever_it_holds(
    world: World, lies: list[dict[str, Any]], order: str, limit: int | None, page_size: int
) -> None:
    images = lying(world, lies)
    words = order.split()
    row = row_of(words[2])
    assume(not row.sortable)  # the server does not sort by values that it cannot compare
    clause = "" if limit is None else f" limit {limit}"
    expected = sorted(images, key=lambda each: place_of(each, row), reverse=words[3:] != ["asc"])
    run = plan(f"all{order}{clause}").execute(ModelServer(images), page_size=page_size)

    assert ids(run) == ids(expected)[:limit]
