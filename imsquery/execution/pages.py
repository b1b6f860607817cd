"""One request of a plan, page by page; without any input or output.

Pages are followed by the id of their last image until an empty one comes: the service says neither
that there is more nor that there is not.  What could make an endless walk, or a gap, is an error.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from imsquery.compiler.query_string import join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.execution.job import Job, Request
    from imsquery.execution.ordering import Key


_surrogate = re.compile("[\ud800-\udfff]").search  # of such a text there is no UTF-8


class ExecutionError(Exception):
    """Pages do not fit together, so that results would be wrong or without end.

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


@frozen
class Entry:
    """An image that is wanted.

    Attributes:
        key: what it is sorted by.
        identity: its id.
        record: as it came.
        before: the id behind which the images of the same key begin, in what the request finds;
            ``None`` for its beginning.
    """

    key: Key
    identity: str
    record: Mapping[str, Any]
    before: str | None


class Branch:
    """What one request has found so far.

    Args:
        job: whose request it is.
        request: the request.
        marker: the id of the image to begin behind.
        page_size: images to ask for at a time.
        limit: how many images are wanted, at most.
        is_new: tells what was not given before; only that is wanted.

    Attributes:
        buffer: images that are wanted and that nobody has taken yet.
        marker: the id of the last image that came, wanted or not.
        key: what that is sorted by; ``None`` before it came.
        before: the id behind which the images of that key begin; ``None`` for the beginning.
        is_done: there is nothing more to come.
        fetched: images that came, wanted or not.
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
        self.is_done = False
        self.fetched = 0
        self._order = job.order
        self._request = request
        self._clauses = job.spec.clauses
        self._page_size = page_size
        self._is_new = is_new
        self._limit = limit if request.limited else None
        # Who merges relies on the order; who has but one request takes it as it is.
        self._is_merged = job.order.by_server and len(job.requests) > 1
        self._wanted = 0
        self.before = marker
        self._markers = {marker}
        self._page: frozenset[str] = frozenset(() if marker is None else (marker,))

    def query_string(self) -> str:
        """Give the request for the next page."""
        pairs = dict(self._request.query.params)
        pairs[self._clauses["limit"].wire] = str(self._size())
        if self.marker is not None:
            pairs[self._clauses["after"].wire] = self.marker
        return join(sorted(pairs.items()))

    def _size(self) -> int:
        if self._limit is None:
            return self._page_size
        left = self._limit - self._wanted
        # Behind as many as are wanted come those that tie with the last: few, or a great many.
        return min(self._page_size, left if left > 0 else max(self._limit, self.fetched))

    def feed(self, page: object) -> list[Entry]:
        """Take the next page in.

        Returns:
            What is new in the buffer.

        Raises:
            ExecutionError: it is no list of images, or does not follow the one before.
        """
        records = self._check(page)
        entries = [entry for record in records if (entry := self._take(record)) is not None]
        self.buffer.extend(entries)
        self.fetched += len(records)
        self._wanted += len(entries)
        if not records:
            self.is_done = True
        elif self._limit is not None and self._order.is_settled:
            self.is_done = self._wanted >= self._limit
        return entries

    def _check(self, page: object) -> Sequence[Mapping[str, Any]]:
        if not isinstance(page, list | tuple):
            raise self._error(f"a page is no list of records, but of type {type(page).__name__}")
        identities: list[str] = []
        for record in page:
            identity = record.get(self._order.identity) if isinstance(record, Mapping) else None
            if not isinstance(identity, str):
                raise self._error("a page has a record without an id that is a text")
            if not identity.isascii() and _surrogate(identity):
                raise self._error("a page has a record with an id that cannot be asked for")
            identities.append(identity)
        unique = frozenset(identities)
        if len(unique) < len(identities):
            raise self._error("a page has the same image twice")
        if not unique.isdisjoint(self._page):
            raise self._error("a page repeats what was on the page before")
        if identities:
            if identities[-1] in self._markers:
                raise self._error("pages go round in a circle")
            self._markers.add(identities[-1])
            self._page = unique
        return page

    def _take(self, record: Mapping[str, Any]) -> Entry | None:
        key, identity = self._order.key(record), record[self._order.identity]
        if key != self.key:
            if self._is_merged and self.key is not None and self._precedes(key, self.key):
                raise self._error(f"images do not come in the order of {self._order}")
            self.key = key
            self.before = self.marker
        self.marker = identity
        if not self._request.matches(record):
            return None
        entry = Entry(key, identity, record, self.before)
        return entry if self._is_new(entry) else None

    def _precedes(self, key: Key, other: Key) -> bool:
        return key > other if self._order.descending else key < other

    def _error(self, message: str) -> ExecutionError:
        return ExecutionError(message, self.query_string())
