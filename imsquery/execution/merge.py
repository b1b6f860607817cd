"""The results of several requests as one, in order; without any input or output.

Both ways of doing it say which requests need a page before there can be a next image, so that one
loop can fetch them one by one and another at once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, cast

from imsquery.execution.cursor import Position
from imsquery.execution.pages import Branch, Entry, ExecutionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Key


class Results:
    """Results of a plan; how they are put together is for :class:`Merged` and :class:`Sorted`.

    Args:
        job: the plan.
        page_size: images to ask for at a time.
        position: behind which to go on.

    Attributes:
        branches: one for each request that has more to come, by its number.
        count: images given, those before ``position`` included.
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

    def wanted(self) -> list[Branch]:
        """Give those that need a page before there can be a next image."""
        raise NotImplementedError

    def feed(self, branch: Branch, page: object) -> None:
        """Take a page in; raises :class:`ExecutionError`."""
        branch.feed(page)

    @property
    def fetched(self) -> int:
        """Images that came, wanted or not."""
        return sum(branch.fetched for branch in self.branches.values())

    def next(self) -> Mapping[str, Any] | None:
        """Give the next image, once nothing is wanted; ``None`` at the end."""
        raise NotImplementedError

    def markers(self) -> dict[int, str | None]:
        """Say where each request is to go on."""
        raise NotImplementedError

    def position(self) -> Position | None:
        """Say what came last; ``None`` before the first image."""
        return self._position

    def _give(self, entry: Entry) -> Mapping[str, Any]:
        self.count += 1
        self._position = Position(self.count, entry.key, entry.identity, self.markers())
        return entry.record

    def _place(self, entry: Entry) -> tuple[Key, str]:
        return entry.key, entry.identity

    def _is_new(self, entry: Entry) -> bool:
        return self._start is None or self._is_behind(entry, self._start)

    def _is_behind(self, entry: Entry, place: tuple[Key, str]) -> bool:
        own = self._place(entry)
        return own < place if self.job.order.descending else own > place


class Merged(Results):
    """Merges requests that come in order.

    Images of one key are collected before the first of them is given: they are sorted by id, and
    one that several requests found is given once, whatever order the server has them in.  What is
    held is a page of each request, the images of one key, and the ids of those that were given: an
    image that is changed in the meantime may come again at another place.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._group: deque[Entry] = deque()
        self._group_markers: dict[int, str | None] = {}
        self._given: set[str] = set()
        self._restarts = frozenset(position.markers.values() if position else ())

    def wanted(self) -> list[Branch]:
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
        """Tell whether more images of a key, or of one before, may come."""
        if branch.buffer:
            is_open = branch.key == key and branch.before == branch.buffer[0].before
            return is_open and not self._is_unique
        if key is None or branch.key is None or branch.key == key:
            return True
        return branch.key > key if self.job.order.descending else branch.key < key

    def _is_new(self, entry: Entry) -> bool:
        """Tell what lies behind the last image given; each request goes on before its key.

        Only in that one run of equal keys are places compared: one request may find texts in an
        order of the server's own.
        """
        return (
            self._start is None
            or entry.key != self._start[0]
            or entry.before not in self._restarts
            or self._is_behind(entry, self._start)
        )

    @property
    def _is_unique(self) -> bool:
        """Whether an image can be given before the next one is seen."""
        order = self.job.order
        is_alone = len(self.job.requests) == 1
        return order.is_by_id or (order.is_settled and is_alone)

    def next(self) -> Mapping[str, Any] | None:
        if self.is_full:
            return None
        if not self._group:
            return None
        entry = self._group.popleft()
        self._given.add(entry.identity)
        return self._give(entry)

    def _collect(self, key: Key) -> None:
        """Take the images of a key from all requests, but for those that were given before."""
        self._group_markers = {}
        found: dict[str, Entry] = {}
        for number, branch in self.branches.items():
            if not branch.buffer or branch.buffer[0].key != key:
                continue
            # A server that does without letter case may have other keys among those of one.
            self._group_markers[number] = before = branch.buffer[0].before
            while branch.buffer and branch.buffer[0].key == key:
                if branch.buffer[0].before != before:
                    break
                entry = branch.buffer.popleft()
                if entry.identity not in self._given:
                    found.setdefault(entry.identity, entry)
        self._group.extend(
            sorted(found.values(), key=self._place, reverse=self.job.order.descending)
        )

    def markers(self) -> dict[int, str | None]:
        found: dict[int, str | None] = {}
        for number, branch in self.branches.items():
            if number in self._group_markers:
                found[number] = self._group_markers[number]
            elif branch.buffer:
                found[number] = branch.buffer[0].before
            elif not branch.is_done:
                found[number] = branch.marker
        return found


class Sorted(Results):
    """Sorts what all requests find.

    What is held is no more than twice the limit and a thousand; without a limit, or where results
    begin behind an image, it is all that is wanted.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._found: dict[str, Entry] = {}
        self._sorted: deque[Entry] | None = None
        # Until the place of the image is known behind which results begin.  A token knows a later.
        self._locator: Branch | None = None
        if job.locator is not None and position is None:
            self._locator = Branch(job, job.locator, None, 1, None, self._is_new)
        self._most = None
        if job.limit is not None and self._locator is None:
            self._most = max(job.limit - self.count, 0)

    def wanted(self) -> list[Branch]:
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
        if self._most is not None and len(self._found) > 2 * self._most + 1_000:
            kept = self._in_order()[: self._most]
            self._found = {entry.identity: entry for entry in kept}

    def _locate(
        self, locator: Branch, branch: Branch, records: Sequence[Mapping[str, Any]]
    ) -> None:
        """Look for the image behind which results begin: it need not be one that is wanted."""
        order, after = self.job.order, self.job.after
        for record in records:
            if after is not None and record[order.identity] == after:
                self._start = order.key(record), after
                self._locator = None
                return
        if branch is locator:
            message = f"there is no image {after!r} to begin behind"
            raise ExecutionError(message, branch.query_string())

    def _in_order(self) -> list[Entry]:
        return sorted(self._found.values(), key=self._place, reverse=self.job.order.descending)

    def next(self) -> Mapping[str, Any] | None:
        if self.is_full:
            return None
        if self._sorted is None:
            self._sorted = deque(filter(self._is_new, self._in_order()))
            self._found = {}
        return self._give(self._sorted.popleft()) if self._sorted else None

    def markers(self) -> dict[int, str | None]:
        return dict.fromkeys(self.branches)


def merge(job: Job, page_size: int, position: Position | None) -> Results:
    """Put the results of a plan together, by the server's order where it makes one."""
    return (Merged if job.order.by_server else Sorted)(job, page_size, position)
