"""The results of several requests as one, in order; without any input or output.

Both ways to do it, merging and sorting, say which requests need a page before there can be a next
image.  So the same code serves a loop that fetches pages one by one and one that fetches them
concurrently.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, cast

from imsquery.execution.cursor import Position
from imsquery.execution.pages import Branch, Entry, ExecutionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Key


class Results:
    """Results of a plan; :class:`Merged` and :class:`Sorted` define how they are combined.

    Args:
        job: the plan.
        page_size: maximum number of images on a page.
        position: where to resume.

    Attributes:
        branches: number of a request -> its results, for each that is not exhausted.
        count: images returned, those before ``position`` included.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        self.job = job
        self.branches: dict[int, Branch] = {}
        self.count = position.count if position else 0
        self._position = position
        self._start: tuple[Key, str] | None = None
        if position is not None:
            self._start = position.key, position.identity
        limit = None if job.limit is None else job.limit - self.count
        for number, request in enumerate(job.requests):
            if position is None or number in position.markers:
                marker = position.markers[number] if position else None
                if marker is None and job.order.by_server:
                    marker = job.after
                self.branches[number] = Branch(job, request, marker, page_size, limit, self._is_new)

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached."""
        return self.job.limit is not None and self.count >= self.job.limit

    @property
    def fetched(self) -> int:
        """Images that arrived, whether they satisfy the filter or not."""
        return sum(branch.fetched for branch in self.branches.values())

    def needed(self) -> list[Branch]:
        """Return the branches that need a page before there can be a next image."""
        raise NotImplementedError

    def feed(self, branch: Branch, page: object) -> None:
        """Add a page; raises :class:`ExecutionError`."""
        branch.feed(page)

    def next(self) -> Mapping[str, Any] | None:
        """Return the next image, once no page is needed; ``None`` at the end."""
        raise NotImplementedError

    def markers(self) -> dict[int, str | None]:
        """Return where to resume each request."""
        raise NotImplementedError

    def position(self) -> Position | None:
        """Return the position after the last image; ``None`` before the first one."""
        return self._position

    def _emit(self, entry: Entry) -> Mapping[str, Any]:
        self.count += 1
        self._position = Position(self.count, entry.key, entry.identity, self.markers())
        return entry.record

    def _is_new(self, entry: Entry) -> bool:
        return self._start is None or self._is_after(entry, self._start)

    def _is_after(self, entry: Entry, place: tuple[Key, str]) -> bool:
        return self.job.order.precedes(place, entry.place)

    def _in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        return sorted(entries, key=lambda entry: entry.place, reverse=self.job.order.descending)


class Merged(Results):
    """Merges requests whose results are sorted.

    All images with one key are collected before the first of them is returned: they are sorted by
    id, and those found by several requests are returned once, however the server breaks ties.  Only
    a page of each request, the images with one key, and the ids of those already returned are kept
    in memory: an image that changes in the meantime may arrive again at another place.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._group: deque[Entry] = deque()
        self._group_markers: dict[int, str | None] = {}
        self._returned: set[str] = set()
        self._restarts = frozenset(position.markers.values() if position else ())

    def needed(self) -> list[Branch]:
        while not (self._group or self.is_full):
            key = self._first_key()
            short = [
                branch
                for branch in self.branches.values()
                if not branch.is_done and self._is_short(branch, key)
            ]
            if short or key is None:
                return short
            self._collect(key)
        return []

    def _first_key(self) -> Key | None:
        keys = [branch.buffer[0].key for branch in self.branches.values() if branch.buffer]
        if not keys:
            return None
        return max(keys) if self.job.order.descending else min(keys)

    def _is_short(self, branch: Branch, key: Key | None) -> bool:
        """Return whether a branch may still receive images with a key, or with an earlier one."""
        if branch.buffer:
            is_open = branch.key == key and branch.group_marker == branch.buffer[0].group_marker
            return is_open and not self._is_unique
        return key is None or branch.key is None or not self.job.order.precedes(key, branch.key)

    def _is_new(self, entry: Entry) -> bool:
        """Return whether an image comes after the last one returned.

        Each request resumes before the key of that image.  Places are compared within that run of
        equal keys only: a single request may sort texts in an order of the server's own.
        """
        return (
            self._start is None
            or entry.key != self._start[0]
            or entry.group_marker not in self._restarts
            or self._is_after(entry, self._start)
        )

    @property
    def _is_unique(self) -> bool:
        """Whether an image can be returned before the next one is seen."""
        order = self.job.order
        is_alone = len(self.job.requests) == 1
        return order.is_by_id or (order.is_settled and is_alone)

    def next(self) -> Mapping[str, Any] | None:
        if self.is_full or not self._group:
            return None
        entry = self._group.popleft()
        self._returned.add(entry.identity)
        return self._emit(entry)

    def _collect(self, key: Key) -> None:
        """Take the images with a key from all branches, except those returned before."""
        self._group_markers = {}
        found: dict[str, Entry] = {}
        for number, branch in self.branches.items():
            if not branch.buffer or branch.buffer[0].key != key:
                continue
            # A server that ignores letter case may put other keys between two equal ones.
            self._group_markers[number] = marker = branch.buffer[0].group_marker
            while branch.buffer and branch.buffer[0].key == key:
                if branch.buffer[0].group_marker != marker:
                    break
                entry = branch.buffer.popleft()
                if entry.identity not in self._returned:
                    found.setdefault(entry.identity, entry)
        self._group.extend(self._in_order(found.values()))

    def markers(self) -> dict[int, str | None]:
        found: dict[int, str | None] = {}
        for number, branch in self.branches.items():
            if number in self._group_markers:
                found[number] = self._group_markers[number]
            elif branch.buffer:
                found[number] = branch.buffer[0].group_marker
            elif not branch.is_done:
                found[number] = branch.marker
        return found


class Sorted(Results):
    """Sorts the results of all requests.

    No more images than twice the limit and a thousand are kept in memory; without a limit, or if
    results start after an image, all that satisfy the filter are.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._found: dict[str, Entry] = {}
        self._sorted: deque[Entry] | None = None
        # Set until the image after which results start is found.  A token already knows its place.
        self._locator: Branch | None = None
        if job.locator is not None and position is None:
            self._locator = Branch(job, job.locator, None, 1, None, self._is_new)
        self._remaining = None
        if job.limit is not None and self._locator is None:
            self._remaining = max(job.limit - self.count, 0)

    def needed(self) -> list[Branch]:
        if self.is_full:
            return []
        left = [branch for branch in self.branches.values() if not branch.is_done]
        return left if left or self._locator is None else [self._locator]

    def feed(self, branch: Branch, page: object) -> None:
        entries = branch.feed(page)
        branch.buffer.clear()
        if self._locator is not None:
            self._locate(self._locator, branch, cast("Sequence[Mapping[str, Any]]", page))
        for entry in entries:
            self._found.setdefault(entry.identity, entry)
        if self._remaining is not None and len(self._found) > 2 * self._remaining + 1_000:
            kept = self._in_order(self._found.values())[: self._remaining]
            self._found = {entry.identity: entry for entry in kept}

    def _locate(
        self, locator: Branch, branch: Branch, records: Sequence[Mapping[str, Any]]
    ) -> None:
        """Look for the image after which results start; it need not satisfy the filter."""
        order, after = self.job.order, self.job.after
        for record in records:
            if after is not None and record[order.identity] == after:
                self._start = order.key(record), after
                self._locator = None
                return
        if branch is locator:
            message = f"there is no image {after!r} to start after"
            raise ExecutionError(message, branch.query_string())

    def next(self) -> Mapping[str, Any] | None:
        if self.is_full:
            return None
        if self._sorted is None:
            self._sorted = deque(filter(self._is_new, self._in_order(self._found.values())))
            self._found = {}
        return self._emit(self._sorted.popleft()) if self._sorted else None

    def markers(self) -> dict[int, str | None]:
        return dict.fromkeys(self.branches)


def merge(job: Job, page_size: int, position: Position | None) -> Results:
    """Return the combined results of a plan: merged if the server sorts, or else sorted."""
    return (Merged if job.order.by_server else Sorted)(job, page_size, position)
