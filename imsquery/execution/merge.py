"""The results of several requests as one, in order; without any input or output.

All ways to do it, merging, sorting and taking a single page, say which requests need a page before
there can be a next image.  So the same code serves a loop that fetches pages one by one and one
that fetches them concurrently.
"""

from __future__ import annotations

from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from imsquery.execution.cursor import Position
from imsquery.execution.pages import Branch, Entry, ExecutionError
from imsquery.execution.window import Fate, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Key, Place


class Results:
    """Results of a plan; subclasses define how those of its requests are combined.

    Args:
        job: the plan.
        page_size: maximum number of images on a page.
        position: where to resume.

    Attributes:
        branches: number of a request -> its results, for each that is not exhausted.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        self.job = job
        self.branches: dict[int, Branch] = {}
        self._page_size = page_size
        self._window = _window(job, position)
        self._position = position
        self._start: Place | None = None if position is None else position.place
        total = job.clauses.total
        if total is not None and position is not None:
            total -= job.skip + position.count
        for number, request in enumerate(job.requests):
            if position is None or number in position.markers:
                marker = position.markers[number] if position else None
                if marker is None and job.order.by_server:
                    marker = job.after
                self.branches[number] = Branch(job, request, marker, page_size, total, self._is_new)

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
        """Return where to resume each request: by default, at its beginning."""
        return dict.fromkeys(self.branches)

    def position(self) -> Position | None:
        """Return the position after the last image; ``None`` before the first one."""
        if self._position is None:
            return None
        skipped, kept = self._window.counts()
        return evolve(self._position, skipped=skipped, kept=kept)

    def _emit(self, entry: Entry) -> Mapping[str, Any]:
        *keys, identity = entry.place
        count = self._window.count
        self._position = Position(count, tuple(keys), identity, self.markers(), {}, {})
        self._window.settle()
        return entry.record

    def _emit_first(self, entries: deque[Entry] | None) -> Mapping[str, Any] | None:
        """Return the first result among entries that are sorted; drop those before it."""
        while entries and not self._window.is_full:
            entry = entries.popleft()
            if self._window.pass_on(entry.record) is Fate.RESULT:
                return self._emit(entry)
        return None

    def _is_new(self, entry: Entry) -> bool:
        return self._start is None or self._is_after(entry, self._start)

    def _is_after(self, entry: Entry, place: Place) -> bool:
        return self.job.order.is_before(place, entry.place)

    def _in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        return self.job.order.arranged(entries, lambda entry: entry.place)


class Merged(Results):
    """Merges requests whose results are sorted by the first key.

    All images with one key are collected before the first of them is returned: they are sorted by
    the other keys and by id, and those found by several requests are returned once, however the
    server breaks ties.  Only a page of each request, the images with one key, a number for each
    group, and the ids of the images returned or skipped are kept in memory: an image that changes
    in the meantime may arrive again at another place.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._next: Entry | None = None
        self._group: deque[Entry] = deque()
        self._group_markers: dict[int, str | None] = {}
        self._passed: set[str] = set()

    def needed(self) -> list[Branch]:
        while not (self._has_next() or self._window.is_full):
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

    def _has_next(self) -> bool:
        """Look for the next result among the images collected; drop those before it."""
        while self._next is None and self._group and not self._window.is_full:
            entry = self._group.popleft()
            fate = self._window.pass_on(entry.record)
            if fate is not Fate.BEYOND:
                self._passed.add(entry.identity)
            if fate is Fate.RESULT:
                self._next = entry
        return self._next is not None

    def _first_key(self) -> Key | None:
        keys = [branch.buffer[0].key for branch in self.branches.values() if branch.buffer]
        if not keys:
            return None
        return max(keys) if self.job.order.descending else min(keys)

    def _is_short(self, branch: Branch, key: Key | None) -> bool:
        """Return whether a branch may still receive images with a key, or with an earlier one."""
        if branch.buffer:
            return branch.key == key and not self._is_unique
        return key is None or branch.key is None or not self.job.order.precedes(key, branch.key)

    def _is_new(self, entry: Entry) -> bool:
        """Return whether an image comes after the last one returned.

        Each request resumes before the key of that image.
        """
        start = self._start
        return start is None or entry.key != start[0] or self._is_after(entry, start)

    @property
    def _is_unique(self) -> bool:
        """Whether an image can be returned before the next one is seen."""
        order = self.job.order
        is_alone = len(self.job.requests) == 1
        return order.is_by_id or (order.is_settled and is_alone)

    def next(self) -> Mapping[str, Any] | None:
        entry, self._next = self._next, None
        return None if entry is None else self._emit(entry)

    def _collect(self, key: Key) -> None:
        """Take the images with a key from all branches, except those passed on before."""
        self._group_markers = {}
        found: dict[str, Entry] = {}
        for number, branch in self.branches.items():
            if branch.buffer and branch.buffer[0].key == key:
                self._group_markers[number] = branch.buffer[0].group_marker
            while branch.buffer and branch.buffer[0].key == key:
                entry = branch.buffer.popleft()
                if entry.identity not in self._passed:
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


_SLACK = 1_000  # images kept beyond what is needed, so that sorting them out is rare


class Sorted(Results):
    """Sorts the results of all requests.

    No more images than twice those that the clauses may still let through, and a thousand, are kept
    in memory.  Without a limit, in all or per group, those are all that satisfy the filter; and
    likewise until the image is found after which results start.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._found: dict[str, Entry] = {}
        self._kept = 0
        self._sorted: deque[Entry] | None = None
        # Set until the image after which results start is found.  A token already knows its place.
        self._locator: Branch | None = None
        if job.locator is not None and position is None:
            self._locator = Branch(job, job.locator, None, 1, None, self._is_new)

    def needed(self) -> list[Branch]:
        if self._window.is_full:
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
        is_known = self._locator is None and self.job.clauses.is_bounded
        if is_known and len(self._found) > 2 * self._kept + _SLACK:
            self._drop_surplus()

    def _drop_surplus(self) -> None:
        """Drop the images that the clauses leave out, whatever else arrives.

        More images before one only push it back: they never bring it into the results, nor do they
        change what is left out before it.  What is skipped now may be a result later, though.
        """
        window = _window(self.job, self._position)
        kept: dict[str, Entry] = {}
        for entry in self._in_order(filter(self._is_new, self._found.values())):
            if window.is_full:
                break
            if window.pass_on(entry.record) is not Fate.BEYOND:
                kept[entry.identity] = entry
        self._found, self._kept = kept, len(kept)

    def _locate(
        self, locator: Branch, branch: Branch, records: Sequence[Mapping[str, Any]]
    ) -> None:
        """Look for the image after which results start; it need not satisfy the filter."""
        order, after = self.job.order, self.job.after
        for record in records:
            if after is not None and record[order.identity] == after:
                self._start = order.place(record)
                self._locator = None
                return
        if branch is locator:
            message = f"there is no image {after!r} to start after"
            raise ExecutionError(message, branch.query_string())

    def next(self) -> Mapping[str, Any] | None:
        if self._sorted is None and not self._window.is_full:
            self._sorted = deque(filter(self._is_new, self._in_order(self._found.values())))
            self._found = {}
        return self._emit_first(self._sorted)


class SinglePage(Results):
    """Takes the results from one page, which holds one image more than is needed.

    The server sorts by a key that may change between two pages, so that there cannot be a second
    one.  Where the page is not enough, since there are no more images or the last ones tie, the
    client fetches all of them in an order that does not change, and sorts.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._resumed = position
        self._sorted: deque[Entry] | None = None
        self._other: Sorted | None = None
        self._most = job.clauses.total or 0
        (request,) = job.requests
        self._page = Branch(job, request, job.after, self._most + 1, None, lambda _: True)
        self.branches = {0: self._page}
        if self._most + 1 > page_size:
            self._sort_instead()

    @property
    def fetched(self) -> int:
        return self._page.fetched + (self._other.fetched if self._other else 0)

    def needed(self) -> list[Branch]:
        if self._other is not None:
            return self._other.needed()
        return [] if self._sorted is not None or self._window.is_full else [self._page]

    def feed(self, branch: Branch, page: object) -> None:
        if self._other is not None:
            self._other.feed(branch, page)
            return
        entries = branch.feed(page)
        self._sorted = self._settled(entries)
        if self._sorted is None:
            self._sort_instead()

    def _settled(self, entries: Sequence[Entry]) -> deque[Entry] | None:
        """Return the results in order; ``None`` if the page does not settle what they are."""
        first = entries[: self._most]
        if len(entries) <= self._most or self._asked(first[-1]) == self._asked(entries[-1]):
            return None
        runs = [[*run] for _, run in groupby(first, self._asked)]
        ordered = [entry for run in runs for entry in self._in_order(run)]
        if self._resumed is None:
            return deque(ordered)
        ids = [entry.identity for entry in ordered]
        if self._resumed.identity not in ids:
            return None
        return deque(ordered[ids.index(self._resumed.identity) + 1 :])

    def _asked(self, entry: Entry) -> Place:
        """Return the keys of an image that the server sorts by."""
        return entry.place[: self.job.order.asked]

    def _sort_instead(self) -> None:
        order = evolve(self.job.order, by_server=False)
        self._other = Sorted(evolve(self.job, order=order), self._page_size, self._resumed)

    def next(self) -> Mapping[str, Any] | None:
        return self._other.next() if self._other else self._emit_first(self._sorted)

    def position(self) -> Position | None:
        return self._other.position() if self._other else super().position()


def _window(job: Job, position: Position | None) -> Window:
    if position is None:
        return Window(job.clauses)
    return Window(job.clauses, position.count, position.skipped, position.kept)


def merge(job: Job, page_size: int, position: Position | None) -> Results:
    """Return the combined results of a plan: merged if the server sorts, or else sorted."""
    if not job.order.by_server:
        return Sorted(job, page_size, position)
    return (Merged if job.order.is_certain else SinglePage)(job, page_size, position)
