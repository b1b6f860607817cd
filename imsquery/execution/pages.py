"""One request of a plan, page by page; without any input or output.

Each page is asked for by the id of the last image of the page before, until one is empty, or says
that it is the last: not every service says whether there is more.  Anything that could loop forever
or leave a gap is an error; an image that was on the page before is left out.
"""

from __future__ import annotations

import operator
import re
from collections import deque
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from imsquery.compiler.query_string import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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


class Page(list[Any]):
    """The records of a page that says whether there is another one.

    Attributes:
        next: the link to the next page; ``None`` on the last one.
    """

    __slots__ = ("next",)

    def __init__(self, records: Iterable[Mapping[str, Any]], next: str | None) -> None:  # noqa: A002 -- the service's own word
        super().__init__(records)
        self.next = next


@frozen
class Entry:
    """An image that satisfies the filter.

    Attributes:
        place: its place in the order: its sort keys, and its id.
        record: the record, as it arrived.
        group_marker: the id after which the request finds the images with its first key; ``None``
            for the beginning.
    """

    place: Place
    record: Mapping[str, Any]
    group_marker: str | None

    @property
    def key(self) -> Key:
        """Its first sort key."""
        key: Key = self.place[0]
        return key

    @property
    def identity(self) -> str:
        """Its id."""
        identity: str = self.place[-1]
        return identity


class Branch:
    """The results of one request so far.

    Args:
        job: the job that the request belongs to.
        request: the request.
        marker: the id of the image to start after.
        page_size: maximum number of images on a page.
        limit: maximum number of images in total.
        is_new: returns whether an image was not returned before; others are dropped.

    Attributes:
        buffer: images that satisfy the filter and were not taken yet.
        marker: the id of the last image that arrived, whether it satisfies the filter or not.
        key: its first sort key; ``None`` before the first image.
        group_marker: the id after which the images with that key start; ``None`` for the beginning.
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
        is_new: Callable[[Entry], bool],
    ) -> None:
        self.buffer: deque[Entry] = deque()
        self.marker = marker
        self.key: Key | None = None
        self.group_marker = marker
        self.is_done = False
        self.fetched = 0
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
        records = self._check(page)
        entries = []
        for record in records:
            if record[self._order.identity] in before:
                self.marker = record[self._order.identity]
            elif (entry := self._take(record)) is not None:
                entries.append(entry)
        self.buffer.extend(entries)
        self.fetched += len(records)
        self._kept += len(entries)
        # A full page without a link may come from a server that has none.
        is_last = isinstance(page, Page) and page.next is None and len(records) < asked
        if is_last or not records:
            self.is_done = True
        elif self._limit is not None and self._order.is_settled:
            self.is_done = self._kept >= self._limit
        return entries

    def _check(self, page: object) -> Sequence[Mapping[str, Any]]:
        if not isinstance(page, list | tuple):
            raise self._error(f"expected a page to be a list of records, not {type(page).__name__}")
        identities = [self._check_identity(record) for record in page]
        unique = frozenset(identities)
        if len(unique) < len(identities):
            raise self._error("a page has the same image twice")
        if identities:
            if identities[-1] in self._markers:
                raise self._error("pages repeat in a loop")
            self._markers.add(identities[-1])
            self._page = unique
        return page

    def _check_identity(self, record: object) -> str:
        identity = record.get(self._order.identity) if isinstance(record, Mapping) else None
        if not isinstance(identity, str):
            raise self._error("a page has a record without an id, or with one that is not a string")
        if not identity.isascii() and _surrogate(identity):
            raise self._error("a page has a record with an id that UTF-8 cannot encode")
        return identity

    def _take(self, record: Mapping[str, Any]) -> Entry | None:
        key, identity = self._order.key(record), record[self._order.identity]
        if key != self.key:
            if self._is_merged and self.key is not None and self._order.precedes(key, self.key):
                raise self._error(f"images are not sorted by {self._order}")
            self.key = key
            self.group_marker = self.marker
        self.marker = identity
        if self._is_past(record):
            self.is_done = True
        if not self._request.matches(record):
            return None
        entry = Entry(self._order.place(record), record, self.group_marker)
        return entry if self._is_new(entry) else None

    def _is_past(self, record: Mapping[str, Any]) -> bool:
        """Return whether no image that arrives after one can satisfy the filter."""
        if self._request.until is None:
            return False
        relation, bound = self._request.until
        key = self._order.arrival.of(record)
        return bool(key and _RELATIONS[relation](key[0], bound))

    def _error(self, message: str) -> ExecutionError:
        return ExecutionError(message, self.query_string())
