"""Walks from page to page: each must lead on, and to something new."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from imsquery.spec import Spec


def without_marker(query: str, spec: Spec) -> tuple[str, str | None]:
    """Give what all pages of a walk ask for, and the marker of this one, still encoded."""
    prefix = spec.clauses["after"].wire + "="
    pieces = query.split("&")
    markers = [piece.removeprefix(prefix) for piece in pieces if piece.startswith(prefix)]
    rest = "&".join([piece for piece in pieces if not piece.startswith(prefix)])
    return rest, markers[-1] if markers else None


class Walks:
    """Remembers which page led to which, for every walk through the pages of a request.

    A service that repeats a page would otherwise be asked for ever.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._identity = spec.names["id"].wire
        # What was asked for -> the last image of a page -> the last image of the page before it.
        self._before: dict[str, dict[str, str | None]] = {}

    def find_fault(self, query: str, images: Sequence[Mapping[str, Any]]) -> str | None:
        """Look at a page; say what is wrong with it, if anything."""
        ids = [image.get(self._identity) for image in images]
        if not all(isinstance(each, str) and each for each in ids):
            return "the answer has an image without an id"
        if len(set(ids)) < len(ids):
            return "the answer has an image twice"
        if not ids:
            return None
        request, encoded = without_marker(query, self._spec)
        marker = None if encoded is None else unquote(encoded)
        before = self._before.setdefault(request, {})
        last = str(ids[-1])
        if last in _way_to(marker, before):
            return "the service repeats a page"
        before[last] = marker
        return None


def _way_to(marker: str | None, before: Mapping[str, str | None]) -> Iterator[str]:
    """Give the markers of a walk, the latest first."""
    seen = 0
    while marker is not None and seen <= len(before):
        yield marker
        marker = before.get(marker)
        seen += 1
