"""A run finds what the matcher matches, from a service or a catalogue, whatever faults occur.

Or it is an error: it never finds only a part.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery import QueryError, parse, testing
from imsquery.client.credentials import Credentials
from imsquery.client.errors import FetchError
from imsquery.client.fetching import Patience
from imsquery.client.services import Tally, run_catalogue, run_services
from imsquery.evaluation.matching import matcher
from imsquery.execution.run import ExecutionError
from imsquery.planning.planner import plan
from imsquery.server.catalogue import Catalogue
from tests.clause_meaning import results
from tests.faulty_server import FAULTS, Answer, faulty_server
from tests.plan_strategies import clauses
from tests.sample_queries import combinations, conjunctions, in_order, orders

Record = dict[str, Any]

IMAGES = Path(__file__).parents[2] / "imsquery" / "server" / "data" / "images.jsonl"
QUICK = Patience(attempts=4, timeout=2, pause=0.001, longest=0.1)


PAGE = 100
"""Maximum number of images on a page of the faulty service."""


@pytest.fixture(scope="module")
def answer(shipped: Catalogue) -> Answer:
    """Return how a service over the sample responds, if it has no faults."""

    def paged(target: str) -> bytes:
        query = re.sub("limit=([0-9]+)", lambda asked: f"limit={min(int(asked[1]), PAGE)}", target)
        return f'{{"images": [{",".join(shipped.find(query.partition("?")[2]))}]}}'.encode()

    return paged


@cache
def records() -> list[Record]:
    """Return the images as the service shows them."""
    hidden = {"flavor_id", "member_status", "__whole_image"}
    read = [json.loads(line) for line in IMAGES.read_text(encoding="utf-8").splitlines()]
    return [{k: v for k, v in record.items() if k not in hidden} for record in read]


def fetch(text: str, endpoint: str) -> list[Record]:
    """Run a filter against a service."""
    found: list[Record] = []
    running = run_services(
        plan(text),
        {"": endpoint},
        lambda _, record: found.append(record),
        Tally(),
        credentials=Credentials(),
        patience=QUICK,
    )
    asyncio.run(running)
    return found


@frozen
class Case:
    """A query, and the ids that it finds, in order."""

    text: str
    wanted: list[str]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw queries that records can answer, with what they find according to the matcher."""
    text = draw(st.one_of(testing.filters(), combinations(records()), conjunctions(records())))
    try:
        matches = matcher(text)
    except QueryError as error:
        # Conditions of several records may exclude each other.
        codes = {each.code for each in error.diagnostics}
        assert codes <= {"not-observable", "mutually-exclusive"}
        reject()
    limit = draw(st.none() | st.integers(1, 400))
    written = draw(orders) + ("" if limit is None else f" limit {limit}")
    written = draw(st.just(written) | clauses)
    found = [record for record in records() if matches(record)]
    return Case(text + written, results(parse(f"all{written}"), records(), found))


def test_service_and_catalogue_find_what_the_matcher_matches(endpoint: str) -> None:
    sizes: list[int] = []

    @settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(cases())
    def run(case: Case) -> None:
        from_catalogue: list[Record] = []
        run_catalogue(
            plan(case.text), IMAGES, lambda _, record: from_catalogue.append(record), Tally()
        )

        assert [record["id"] for record in from_catalogue] == case.wanted
        assert fetch(case.text, endpoint) == from_catalogue
        sizes.append(len(case.wanted))

    run()
    # Many of them found something, but not everything.
    assert sum(0 < size < len(records()) for size in sizes) * 4 > len(sizes) > 10


def test_records_are_fetched_whole(endpoint: str) -> None:
    found = fetch("all", endpoint)

    assert found == sorted(
        records(), key=lambda record: (record["created_at"], record["id"]), reverse=True
    )


def test_faults_lead_to_all_images_or_an_error(answer: Answer) -> None:
    ends = Counter[str]()

    # Each example may wait for several timeouts.
    @settings(
        max_examples=60,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(cases(), st.lists(st.sampled_from(["", "", "again", *FAULTS]), max_size=6))
    @example(Case("all", in_order(records(), {})), ["", "again"])
    @example(Case("all", in_order(records(), {})), ["", "", "truncated", "short", "429"])
    @example(Case("all", in_order(records(), {})), ["500", "500", "500", "500"])
    def run(case: Case, script: list[str]) -> None:
        # A new one for each example: repeating a page of an earlier example would not be a fault,
        # since an empty first page is an empty list.
        with faulty_server(answer) as faulty:
            faulty.script = list(script)
            try:
                found = fetch(case.text, faulty.endpoint)
            except (FetchError, ExecutionError):
                assert any(script)
                ends["error"] += 1
            else:
                assert [record["id"] for record in found] == case.wanted
                # There were faults, and more than one page.
                ends["all"] += any(script[: len(faulty.requests)]) and len(case.wanted) > PAGE

    run()
    assert ends["all"] > 2
    assert ends["error"] > 2


@pytest.mark.parametrize("fault", ["again", "gone"])
def test_a_page_that_repeats_or_a_marker_that_vanishes_is_an_error(
    answer: Answer, fault: str
) -> None:
    gone = b'{"error": {"message": "no such image", "code": "IMG.0027"}}'
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(gone)}\r\n\r\n"
    with faulty_server(answer) as faulty:
        faulty.script = ["", fault if fault == "again" else head + gone.decode()]

        with pytest.raises((FetchError, ExecutionError), match=r"IMG\.0027|repeat"):
            fetch("imagetype = gold", faulty.endpoint)
