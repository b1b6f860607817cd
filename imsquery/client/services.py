"""Running plans: against services, several at once, or against a local catalogue."""

from __future__ import annotations

import json
from contextlib import contextmanager

from imsquery.client.errors import FetchError
from imsquery.execution.run import ExecutionError
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from imsquery.client.credentials import Credentials
    from imsquery.client.fetching import Patience
    from imsquery.planning.plan import Plan
    from imsquery.schema.spec import Spec

    Record = dict[str, Any]
    Fetch = Callable[[str], list[Record]]
    Keep = Callable[[str, Record], object]

CONCURRENCY = 8  # requests at a time, over all services
MAX_IMAGES = 1_000_000  # from one service: many times what any is known to have


class Tally:
    """Requests sent, and pages and images fetched.

    Attributes:
        watch: called with the number of images after each page.
        counts: (place, request without its page) -> (pages, images).
        first: the same -> the request for the first page, as it was sent.
    """

    def __init__(self, watch: Callable[[int], object] = lambda _count: None) -> None:
        self.watch = watch
        self.counts: dict[tuple[str, str], tuple[int, int]] = {}
        self.first: dict[tuple[str, str], str] = {}

    def add(self, place: str, query: str, images: int, spec: Spec) -> None:
        """Count a page."""
        request = _without_page(query, spec)
        pages, before = self.counts.get((place, request), (0, 0))
        self.counts[place, request] = pages + 1, before + images
        self.first.setdefault((place, request), query)
        self.watch(self.fetched)

    @property
    def fetched(self) -> int:
        """Images fetched so far."""
        return sum(images for _, images in self.counts.values())

    def describe(self, kept: int) -> str:
        """Return the counts as lines of text; ``kept`` is the number of images that match."""
        told = []
        for (place, request), (pages, images) in sorted(self.counts.items()):
            where = f"{place}: " if place else ""
            told.append(f"sent     {where}{self.first[place, request] or '(no condition)'}")
            paged = ", each after the last image of the one before" if pages > 1 else ""
            told.append(f"fetched  {_count(images, 'image')} in {_count(pages, 'page')}{paged}")
        left = self.fetched - kept
        told.append(f"matched  {_count(kept, 'image')}; {left:,} fetched and left out")
        return "".join(f"{line}\n" for line in told)


def _without_page(query: str, spec: Spec) -> str:
    """Return a request without ``limit`` and ``marker``."""
    page = tuple(f"{spec.clauses[clause].wire}=" for clause in ("limit", "after"))
    return "&".join([pair for pair in query.split("&") if not pair.startswith(page)])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@contextmanager
def open_catalogue(path: Path, tally: Tally, *, spec: Spec = CLOUDIMAGES) -> Iterator[Fetch]:
    """Open a file of image records, and yield the function that fetches a page of it.

    The function raises :class:`FetchError` where the service would refuse a request.

    Raises:
        ValueError: the file has no usable image records.
        OSError: it cannot be read.
        ModuleNotFoundError: the extra ``server`` is not installed.
    """
    from imsquery.server.catalogue import Catalogue
    from imsquery.server.requests import Refusal

    with Catalogue.from_file(path, spec=spec) as catalogue:

        def fetch(query: str) -> list[Record]:
            try:
                found = catalogue.find(query)
            except Refusal as refusal:
                raise FetchError(refusal.message, query, refusal.status, refusal.code) from None
            tally.add("", query, len(found), spec)
            return [json.loads(record) for record in found]

        yield fetch


def run_catalogue(
    plan: Plan, path: Path, keep: Keep, tally: Tally, *, spec: Spec = CLOUDIMAGES
) -> None:
    """Run a plan over a file of image records, without a service.

    Args:
        plan: what to run.
        path: the file.
        keep: called with an empty text and each image, in order.
        tally: counts the pages.
        spec: the parameters.

    Raises:
        FetchError: the service would refuse a request.
        ExecutionError: pages are inconsistent.
        ValueError, OSError, ModuleNotFoundError: as :func:`open_catalogue`.
    """
    with open_catalogue(path, tally, spec=spec) as fetch:
        for record in plan.execute(fetch):
            keep("", dict(record))


async def run_services(
    plan: Plan,
    endpoints: Mapping[str, str],
    keep: Keep,
    tally: Tally,
    *,
    credentials: Credentials,
    patience: Patience,
    spec: Spec = CLOUDIMAGES,
) -> None:
    """Run a plan against several services at once.

    Args:
        plan: what to run.
        endpoints: name of the place -> scheme and host.
        keep: called with the place and each image of it, in the order of the plan; images of
            different places come in any order.
        tally: counts the pages.
        credentials: sent or signed with.
        patience: how long to keep trying.
        spec: the parameters.

    Raises:
        FetchError: a service failed, or sent too many images; what was kept is not all.
        ExecutionError: the pages of a service are inconsistent.
    """
    import asyncio

    slots = asyncio.Semaphore(CONCURRENCY)

    async def run(place: str, endpoint: str) -> None:
        from imsquery.client.fetching import AsyncFetcher

        came = 0

        async with AsyncFetcher(endpoint, credentials, patience=patience, spec=spec) as pages:

            async def fetch(query: str) -> list[Record]:
                nonlocal came
                async with slots:
                    found = await pages(query)
                came += len(found)
                if came > MAX_IMAGES:
                    raise FetchError(f"it sent more than {MAX_IMAGES:,} images", query)
                tally.add(place, query, len(found), spec)
                return found

            try:
                async for record in plan.aexecute(fetch):
                    keep(place, dict(record))
            except (FetchError, ExecutionError) as error:
                error.message = f"{place}: {error.message}" if place else error.message
                raise

    await asyncio.gather(*(run(*each) for each in endpoints.items()))
