"""One request of a plan, page by page; without any input or output.

Each page is asked for by the id of the last image of the page before, until one is empty, or says
that it is the last: not every service says whether there is more.  Anything that could loop forever
or leave a gap is an error; an image that was on the page before is left out.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import compress, repeat
from operator import itemgetter

from imsquery.compiler.query_string import join
from imsquery.execution.ordering import NOTHING

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TypeAlias

    from imsquery.execution.job import Job, Request
    from imsquery.execution.ordering import Key, Place


_surrogate = re.compile("[\ud800-\udfff]").search  # UTF-8 cannot encode these
_RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class ExecutionError(Exception):
    """Pages contradict each other, so that results would be wrong or endless.

    Attributes:
        message: what is wrong.
        query: the query string of the page that shows it.
    """

    def __init__(self, message: str, query: str) -> None:
        super().__init__(message, query)
        self.message = message
        self.query = query

    def __str__(self) -> str:
        return f"{self.message} (asked for {self.query or 'all images'!r})"


class Page(list["Any"]):
    """The records of a page that says whether there is another one.

    Attributes:
        next: the link to the next page; ``None`` on the last one.
    """

    __slots__ = ("next",)

    def __init__(self, records: Iterable[Mapping[str, Any]], next: str | None) -> None:  # noqa: A002 -- the service's own word
        super().__init__(records)
        self.next = next


Entry: TypeAlias = "tuple[Any, ...]"
"""An image that satisfies the filter: its sort keys and id, its record, and its arrival if the
server sorts."""

key_of: Callable[[Entry], Key] = itemgetter(0)
identity_of: Callable[[Entry], str] = itemgetter(-3)
record_of: Callable[[Entry], Mapping[str, Any]] = itemgetter(-2)


def place_of(entry: Entry) -> Place:
    """Return the place of an image in the order."""
    return entry[:-2]


def group_marker_of(entry: Entry) -> str | None:
    """Return the id after which the request finds the images with the first key of one.

    ``None`` for the beginning.
    """
    arrival: Arrival = entry[-1]
    return arrival.group_markers[identity_of(entry)]


class Arrival:
    """New images that arrived together.

    Where those with the same first key start in the results of the request is found only when it is
    asked for, which is for few images.

    Args:
        keys: the first sort key of each.
        identities: the id of each.
        before: the id of the image before them.
        key: the first sort key of that one; ``None`` before the first image.
        group_marker: the id after which the images with that key start.

    Attributes:
        key, group_marker: those of the last image.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        identities: Sequence[str],
        before: str | None,
        key: Key | None,
        group_marker: str | None,
    ) -> None:
        self._keys = keys
        self._identities = identities
        self._start = before, key, group_marker
        self.key, self.group_marker = key, group_marker
        if keys:
            self.key = keys[-1]
            place = len(keys) - 1
            while place and keys[place - 1] == self.key:
                place -= 1
            if place:
                self.group_marker = identities[place - 1]
            elif self.key != key:
                self.group_marker = before

    @cached_property
    def group_markers(self) -> Mapping[str, str | None]:
        """The id of each image -> the id after which those with its first key start."""
        found: dict[str, str | None] = {}
        last, key, marker = self._start
        for each, identity in zip(self._keys, self._identities, strict=True):
            if each != key:
                key, marker = each, last
            found[identity] = marker
            last = identity
        return found


class Branch:
    """The results of one request so far.

    Args:
        job: the job that the request belongs to.
        request: the request.
        marker: the id of the image to start after.
        page_size: maximum number of images on a page.
        limit: maximum number of images in total.
        is_new: returns whether an image was not returned before; others are dropped.  ``None`` if
            none was returned.

    Attributes:
        buffer: images that satisfy the filter and were not taken yet.
        marker: the id of the last image that arrived, whether it satisfies the filter or not.
        key: its first sort key, if the server sorts; ``None`` before the first image.
        is_sorted: whether images arrived in the order of the first key.
        is_done: whether there is nothing more to come.
        fetched: images that arrived, whether they satisfy the filter or not.
    """

    def __init__(
        self,
        job: Job,
        request: Request,
        marker: str | None,
        page_size: int,
        limit: int | None,
        is_new: Callable[[Entry], bool] | None,
    ) -> None:
        self.buffer: list[Entry] = []
        self.marker = marker
        self.key: Key | None = None
        self.is_sorted = True
        self.is_done = False
        self.fetched = 0
        self._group_marker = marker  # that of the last image that arrived
        self._order = job.order
        self._request = request
        self._clauses = job.spec.clauses
        self._page_size = page_size
        self._is_new = is_new
        self._limit = limit if request.limited and job.order.by_server else None
        # Merging relies on the order; the results of a single request are taken as they come.
        self._is_merged = job.order.by_server and len(job.requests) > 1
        self._kept = 0
        self._markers = {marker}
        self._page: frozenset[str] = frozenset(() if marker is None else (marker,))

    def query_string(self) -> str:
        """Return the request for the next page."""
        dropped = {"limit"}
        if self.marker is not None:
            dropped.add("after")
        if not self._order.by_server:
            dropped |= {"order by", "direction", "after"}
        wires = {self._clauses[each].wire for each in dropped & self._clauses.keys()}
        pairs = [pair for pair in self._request.query.pairs if pair[0] not in wires]
        pairs.append((self._clauses["limit"].wire, str(self._size())))
        if self.marker is not None:
            pairs.append((self._clauses["after"].wire, self.marker))
        return join(sorted(pairs, key=itemgetter(0)))

    def _size(self) -> int:
        if self._limit is None:
            return self._page_size
        left = self._limit - self._kept
        # Beyond the limit are images that tie with the last one: few, or a great many.
        return min(self._page_size, left if left > 0 else max(self._limit, self.fetched))

    def feed(self, page: object) -> list[Entry]:
        """Add the next page.

        Returns:
            What was added to the buffer.

        Raises:
            ExecutionError: it is not a list of images, or cannot follow the page before.
        """
        before, asked = self._page, self._size()
        records, identities = self._check(page)
        count = len(records)
        if before.isdisjoint(identities):
            entries = self._entries(records, identities)
        else:
            fresh = [each for each in identities if each not in before]
            records = [each for each in records if each[self._order.identity] not in before]
            entries = self._entries(records, fresh)
        if identities:
            self.marker = identities[-1]
        self.buffer += entries
        self.fetched += count
        self._kept += len(entries)
        # A full page without a link may come from a server that has none.
        is_last = isinstance(page, Page) and page.next is None and count < asked
        if is_last or not count or self._has_past(records):
            self.is_done = True
        elif self._limit is not None and self._order.is_settled:
            self.is_done = self._kept >= self._limit
        return entries

    def take(self, count: int) -> list[Entry]:
        """Take images from the beginning of the buffer."""
        taken = self.buffer[:count]
        del self.buffer[:count]
        return taken

    def _check(self, page: object) -> tuple[Sequence[Mapping[str, Any]], list[str]]:
        """Return the records of a page, and their ids."""
        if not isinstance(page, list | tuple):
            raise self._error(f"expected a page to be a list of records, not {type(page).__name__}")
        identities = self._identities(page)
        unique = frozenset(identities)
        if len(unique) < len(identities):
            raise self._error("a page has the same image twice")
        if identities:
            if identities[-1] in self._markers:
                raise self._error("pages repeat in a loop")
            self._markers.add(identities[-1])
            self._page = unique
        return page, identities

    def _identities(self, page: Sequence[Any]) -> list[str]:
        are_records = _are_all(Mapping, page)
        found = [each.get(self._order.identity) for each in page] if are_records else []
        if not (are_records and _are_all(str, found)):
            raise self._error("a page has a record without an id, or with one that is not a string")
        whole = "".join(found)
        if not whole.isascii() and _surrogate(whole):
            raise self._error("a page has a record with an id that UTF-8 cannot encode")
        return found

    def _entries(self, records: Sequence[Mapping[str, Any]], identities: list[str]) -> list[Entry]:
        """Return the images among new records that satisfy the filter."""
        columns = self._order.columns(records)
        arrival = None
        if self._order.by_server:  # else nothing is resumed within a request
            self._check_order(columns[0])
            arrival = Arrival(columns[0], identities, self.marker, self.key, self._group_marker)
            self.key, self._group_marker = arrival.key, arrival.group_marker
        entries: Iterable[Entry] = zip(*columns, identities, records, repeat(arrival), strict=False)
        if not self._request.exact:
            entries = compress(entries, map(self._request.matches, records))
        return [*(entries if self._is_new is None else filter(self._is_new, entries))]

    def _check_order(self, keys: list[Key]) -> None:
        if self.key is not None:
            keys = [self.key, *keys]
        if keys != sorted(keys, reverse=self._order.descending):
            if self._is_merged:
                raise self._error(f"images are not sorted by {self._order}")
            self.is_sorted = False

    def _has_past(self, records: Sequence[Mapping[str, Any]]) -> bool:
        """Return whether no image that arrives after one of these can satisfy the filter."""
        if self._request.until is None:
            return False
        relation, bound = self._request.until
        is_past = _RELATIONS[relation]
        keys = self._order.arrival.column(records)
        return any(is_past(key, bound) for key in keys if key is not NOTHING)

    def _error(self, message: str) -> ExecutionError:
        return ExecutionError(message, self.query_string())


def _are_all(kind: type, items: Iterable[object]) -> bool:
    return all(issubclass(each, kind) for each in {*map(type, items)})
