"""The images of several requests in order, compared with a merge of pages written by hand.

Pages come from memory: what is timed is what is done with them.  By hand, pages are generators
joined by :func:`heapq.merge`, and an image found twice is left out.  A run also checks every page,
reads times in both formats, and can be resumed from any image.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl

import harness
import images

import imsquery

Record = Mapping[str, Any]
Fetch = Callable[[str], list[Record]]

SHAPES = ((1, 100_000), (8, 100_000), (64, 100_000), (1_000, 100_000))  # requests, images
PAGE = 500


def service(requests: int, count: int) -> Fetch:
    """Return a service that has as many owners, and about as many images of each."""
    found: dict[str, list[Record]] = {f"o{n}": [] for n in range(requests)}
    for number, image in enumerate(islice(images.images(count), count)):
        owner = f"o{number % requests}"
        found[owner].append({**image, "id": f"i{number:06}", "owner": owner})
    for share in found.values():
        share.sort(key=itemgetter("created_at", "id"), reverse=True)
    places = {each["id"]: n for share in found.values() for n, each in enumerate(share, 1)}

    def fetch(query: str) -> list[Record]:
        asked = dict(parse_qsl(query))
        start = places[asked["marker"]] if "marker" in asked else 0
        return found[asked["owner"]][start : start + PAGE]

    return fetch


def pages(fetch: Fetch, owner: str) -> Iterator[Record]:
    marker = ""
    while page := fetch(f"limit={PAGE}{marker}&owner={owner}"):
        yield from page
        marker = f"&marker={page[-1]['id']}"


def by_hand(fetch: Fetch, requests: int) -> list[Record]:
    several = (pages(fetch, f"o{n}") for n in range(requests))
    found: dict[str, Record] = {}
    for image in heapq.merge(*several, key=itemgetter("created_at", "id"), reverse=True):
        found.setdefault(image["id"], image)
    return [*found.values()]


def main(rounds: int) -> str:
    rows = []
    for requests, count in SHAPES if rounds > 1 else SHAPES[1:2]:
        fetch = service(requests, count if rounds > 1 else 1_000)
        owners = ", ".join(f"o{n}" for n in range(requests))
        plan = imsquery.plan(f"owner in ({owners})", max_requests=requests)

        def hand(fetch: Fetch = fetch, requests: int = requests) -> list[Record]:
            return by_hand(fetch, requests)

        def ours(fetch: Fetch = fetch, plan: imsquery.Plan = plan) -> list[Record]:
            return [*plan.execute(fetch, page_size=PAGE)]

        found = ours()
        assert found == hand()  # noqa: S101 -- nothing to compare otherwise
        times = harness.measure({"hand": hand, "ours": ours}, rounds)
        each = {name: harness.microseconds(times[name] / len(found)) for name in times}
        ratio = f"{times.ratio('ours', 'hand'):.2f}x"
        rows.append([f"{requests:,}", f"{len(found):,}", each["hand"], each["ours"], ratio])
    header = ("requests", "images", "handwritten, an image", "imsquery, an image", "ratio")
    return harness.table("Running plans", header, rows)


if __name__ == "__main__":
    print(main(harness.rounds()))
