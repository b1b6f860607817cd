"""Plans run against several services at once, or over a file; and the tally."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
from attrs import frozen

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery.client import fetching
from imsquery.client import services as running_module
from imsquery.client.credentials import Credentials
from imsquery.client.errors import FetchError
from imsquery.client.fetching import Patience
from imsquery.client.services import CONCURRENCY, Tally, run_catalogue, run_services
from imsquery.server.catalogue import Catalogue
from imsquery.server.runner import running
from tests.faulty_server import faulty_server, page

Record = dict[str, Any]
QUICK = Patience(attempts=2, timeout=2, pause=0.01)


@frozen
class Walk:
    """A plan of one request with two images a page, without an unwanted image."""

    request: str
    unwanted: str = ""

    def _query(self, marker: str | None) -> str:
        after = "" if marker is None else f"&marker={marker}"
        return f"{self.request}&limit=2{after}".lstrip("&")

    def execute(self, fetch: Callable[[str], list[Record]]) -> Iterator[Record]:
        marker = None
        while images := fetch(self._query(marker)):
            yield from (each for each in images if each["id"] != self.unwanted)
            marker = images[-1]["id"]

    async def aexecute(
        self, fetch: Callable[[str], Awaitable[list[Record]]]
    ) -> AsyncIterator[Record]:
        marker = None
        while images := await fetch(self._query(marker)):
            for each in images:
                if each["id"] != self.unwanted:
                    yield each
            marker = images[-1]["id"]


def images(*ids: str) -> list[Record]:
    return [{"id": each, "created_at": "2020-01-01T00:00:00Z"} for each in ids]


def run(plan: Walk, tally: Tally, **endpoints: str) -> list[list[Record]]:
    found: dict[str, list[Record]] = {place: [] for place in endpoints}
    running = run_services(
        plan,  # type: ignore[arg-type]
        endpoints,
        lambda place, record: found[place].append(record),
        tally,
        credentials=Credentials(),
        patience=QUICK,
    )
    asyncio.run(running)
    return [*found.values()]


def test_several_services_are_asked_and_kept_apart() -> None:
    with ExitStack() as stack:
        endpoints = {}
        for place, ids in {"north": "abc", "south": "de"}.items():
            catalogue = stack.enter_context(Catalogue.from_records(images(*ids)))
            endpoints[place] = stack.enter_context(running(catalogue))
        tally = Tally()
        found = run(Walk("sort_dir=asc", unwanted="b"), tally, **endpoints)

    assert [[each["id"] for each in records] for records in found] == [["a", "c"], ["d", "e"]]
    assert tally.counts == {
        ("north", "sort_dir=asc"): (3, 3),
        ("south", "sort_dir=asc"): (2, 2),
    }
    assert tally.describe(kept=4) == (
        "sent     north: sort_dir=asc&limit=2\n"
        "fetched  3 images in 3 pages, each after the last image of the one before\n"
        "sent     south: sort_dir=asc&limit=2\n"
        "fetched  2 images in 2 pages, each after the last image of the one before\n"
        "matched  4 images; 1 fetched and left out\n"
    )


def test_the_number_of_concurrent_requests_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way: list[int] = [0]

    class Slow:
        def __init__(self, *_: object, **__: object) -> None: ...

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None: ...

        async def __call__(self, query: str) -> list[Record]:
            under_way.append(under_way[-1] + 1)
            await asyncio.sleep(0.01)
            under_way.append(under_way[-1] - 1)
            return [] if "marker" in query else images("a")

    monkeypatch.setattr(fetching, "AsyncFetcher", Slow)
    found = run(Walk(""), Tally(), **{f"place{number}": "http://host" for number in range(30)})

    assert found == [images("a")] * 30
    assert max(under_way) == CONCURRENCY
    assert under_way[-1] == 0


def test_one_service_that_fails_fails_all() -> None:
    with (
        Catalogue.from_records(images("a")) as catalogue,
        running(catalogue) as north,
        faulty_server(lambda _target: page([])) as south,
    ):
        south.script = ["500"] * 9
        with pytest.raises(FetchError, match=r"^south: the service responded with 500"):
            run(Walk(""), Tally(), north=north, south=south.endpoint)


def test_an_endless_service_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count()
    monkeypatch.setattr(running_module, "MAX_IMAGES", 100)
    with (
        faulty_server(lambda _target: page(images(*(f"i{next(numbers)}" for _ in "ab")))) as south,
        pytest.raises(FetchError, match=r"^south: it sent more than 100 images"),
    ):
        run(Walk(""), Tally(), south=south.endpoint)

    assert len(south.requests) == 51


def test_a_file_needs_no_service(tmp_path: Path) -> None:
    path = tmp_path / "images.json"
    path.write_text(json.dumps({"images": images("a", "b", "c")}))
    seen: list[int] = []
    tally = Tally(seen.append)
    found: list[str] = []
    walk: Any = Walk("", unwanted="c")
    run_catalogue(walk, path, lambda _, record: found.append(record["id"]), tally)

    assert found == ["b", "a"]
    assert seen == [2, 3, 3]
    assert tally.fetched == 3


def test_a_catalogue_refuses_what_a_service_would(tmp_path: Path) -> None:
    path = tmp_path / "images.jsonl"
    path.write_text("")
    walk: Any = Walk("__imagetype=x")
    with pytest.raises(FetchError, match="imagetype is invalid") as raised:
        run_catalogue(walk, path, print, Tally())

    assert (raised.value.status, raised.value.code) == (400, "IMG.0024")
