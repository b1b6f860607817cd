"""What a run prints is what the matcher matches: from a service, a catalogue, through faults.

Or it is an error: never a part of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery import QueryError, testing
from imsquery.client.errors import FetchError
from imsquery.client.fetching import Credentials, Patience
from imsquery.client.running import Tally, run_catalogue, run_services
from imsquery.execution import ExecutionError
from imsquery.matching import matcher
from imsquery.planner import plan
from imsquery.server.catalogue import Catalogue
from imsquery.server.serving import running, sample
from tests.faulty_server import FAULTS, FaultyServer, faulty_server

Record = dict[str, Any]

IMAGES = Path(__file__).parents[2] / "imsquery" / "data" / "images.jsonl"
QUICK = Patience(attempts=4, timeout=2, pause=0.001, longest=0.1)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with sample() as catalogue:
        yield catalogue


@pytest.fixture(scope="module")
def endpoint(catalogue: Catalogue) -> Iterator[str]:
    with running(catalogue) as url:
        yield url


@pytest.fixture(scope="module")
def faulty(catalogue: Catalogue) -> Iterator[FaultyServer]:
    def answer(target: str) -> bytes:
        return f'{{"images": [{",".join(catalogue.find(target.partition("?")[2]))}]}}'.encode()

    with faulty_server(answer) as server:
        yield server


@cache
def records() -> list[Record]:
    with sample() as catalogue:
        return [json.loads(each) for each in catalogue.find("limit=1000")]


def fetch(text: str, endpoint: str) -> list[Record]:
    """Run a filter at a service."""
    planned = plan(text)
    found = run_services(
        planned, {"": endpoint}, Tally(), credentials=Credentials(), patience=QUICK
    )
    return asyncio.run(found)[0]


def expected(text: str) -> list[str] | None:
    """Give the ids of what a filter matches, newest first; nothing if records cannot tell."""
    try:
        matches = matcher(text)
    except QueryError:
        return None
    found = [record for record in records() if matches(record)]
    found.sort(key=lambda record: (record["created_at"], record["id"]), reverse=True)
    return [record["id"] for record in found]


@settings(max_examples=40)
@given(testing.filters())
def test_service_and_catalogue_give_what_the_matcher_matches(endpoint: str, text: str) -> None:
    wanted = expected(text)
    if wanted is None:
        return
    from_catalogue = run_catalogue(plan(text), IMAGES, Tally())

    assert [record["id"] for record in from_catalogue] == wanted
    assert fetch(text, endpoint) == from_catalogue


@settings(max_examples=30)
@given(testing.filters(), st.lists(st.sampled_from(["", "again", *FAULTS]), max_size=6))
def test_through_faults_it_is_all_or_an_error(
    faulty: FaultyServer, text: str, script: list[str]
) -> None:
    wanted = expected(text)
    if wanted is None:
        return
    faulty.script = script
    try:
        found = fetch(text, faulty.endpoint)
    except (FetchError, ExecutionError):
        assert any(script)
    else:
        assert [record["id"] for record in found] == wanted


@pytest.mark.parametrize("fault", ["again", "gone"])
def test_a_page_that_repeats_or_a_marker_that_vanishes_is_an_error(
    faulty: FaultyServer, fault: str
) -> None:
    gone = b'{"error": {"message": "no such image", "code": "IMG.0027"}}'
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(gone)}\r\n\r\n"
    faulty.script = ["", fault if fault == "again" else head + gone.decode()]

    with pytest.raises((FetchError, ExecutionError), match=r"IMG\.0027|repeats|circle"):
        fetch("imagetype = gold", faulty.endpoint)
