"""The questions of the page over the sample of images, where there is no service."""

from __future__ import annotations

import json
from functools import cache, partial
from importlib.resources import files
from typing import Any

from imsquery import decompile, matcher
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.server.page.answers import Answers
from imsquery.server.page.questions import answer
from imsquery.server.requests import read_request, unknown_marker


def ask(name: str, asked: str) -> str:
    """Answer a question, both in JSON."""
    return json.dumps(answer(Answers(fetch), name, json.loads(asked)))


def fetch(query: str) -> list[dict[str, Any]]:
    """Return the page of images that a query string asks for.

    Raises:
        QueryError: a condition is not in image records.
        Refusal: the service would refuse the request.
    """
    request = read_request(query.encode(), CLOUDIMAGES)
    is_wanted = matcher(decompile(query))
    ordered = [*_images()]
    for key, descending in reversed([*request.order, ("id", request.order[-1][1])]):
        ordered.sort(key=partial(_place, key), reverse=descending)
    start = 0
    if request.marker is not None:
        ids = [image["id"] for image in ordered]
        if request.marker not in ids:
            raise unknown_marker()
        start = ids.index(request.marker) + 1
    return [image for image in ordered[start:] if is_wanted(image)][: request.limit]


def _place(key: str, image: dict[str, Any]) -> tuple[bool, Any]:
    """Return the place of an image by a sort key; without the attribute, it is least."""
    value = image.get(key)
    return value is not None, 0 if value is None else value


@cache
def _images() -> list[dict[str, Any]]:
    """Return the sample, as responses show it."""
    content = (files("imsquery.server") / "data" / "images.jsonl").read_text(encoding="utf-8")
    rows = CLOUDIMAGES.parameters.values()
    hidden = {row.wire for row in rows if row.pushable and not row.observed}
    images = [json.loads(line) for line in content.splitlines()]
    return [{key: each[key] for key in each.keys() - hidden} for each in images]
