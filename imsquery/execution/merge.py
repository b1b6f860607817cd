"""The results of requests whose images arrive in order: merged, or as they come.

What is before the last image of each request is complete, so that it is sorted at once: the cost of
an image hardly grows with the number of requests.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from itertools import chain, groupby

from imsquery.execution.pages import group_marker_of, identity_of, key_of, record_of
from imsquery.execution.results import Results
from imsquery.execution.sorting import SinglePage, Sorted

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.execution.cursor import Position
    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Key
    from imsquery.execution.pages import Branch, Entry


class _Queue:
    """Requests by a sort key of each, the first in the order of results first.

    Args:
        descending: whether greater keys come first.
    """

    def __init__(self, descending: bool) -> None:  # noqa: FBT001 -- the only argument
        self._descending = descending
        self._sorted: list[tuple[Key, int]] = []  # ascending, whatever the order of results

    def add(self, key: Key, number: int) -> None:
        insort(self._sorted, (key, number))

    @property
    def first(self) -> Key | None:
        """The first key; ``None`` if there is no request."""
        return self._sorted[-1 if self._descending else 0][0] if self._sorted else None

    def take(self, bound: Key | None, *, inclusive: bool) -> list[int]:
        """Take out the requests whose key is before a bound, or all; return their numbers."""
        if bound is None:
            place = 0 if self._descending else len(self._sorted)
        else:
            is_after = inclusive is not self._descending
            limit = (bound, math.inf if is_after else -1)
            place = bisect_left(self._sorted, limit)
        part = slice(place, None) if self._descending else slice(place)
        taken = sorted(number for _, number in self._sorted[part])
        del self._sorted[part]
        return taken


class _Arriving(Results):
    """Results that become known in the order in which images arrive.

    An image that changes in the meantime may arrive again at another place.  Only a page of each
    request, the images with one key, a number for each group, and the ids of the images returned or
    skipped are kept in memory.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._passed: set[str] = set()

    def _results_of(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        new = {*map(identity_of, batch)} - self._passed
        self._passed |= new
        fresh = batch if len(new) == len(batch) else _first_of(batch, new)
        results, beyond = self._window.passed_on(fresh, record_of)
        for entry in beyond:
            self._passed.discard(identity_of(entry))
        return results

    def _is_new(self, entry: Entry) -> bool:
        """Return whether an image comes after the last one returned.

        Each request resumes before the key of that image.
        """
        start = self._start
        return start is None or key_of(entry) != start[0] or super()._is_new(entry)


class Streamed(_Arriving):
    """Takes the results of a single request as they come.

    Those with the same key are collected before the first of them is returned, and sorted by the
    other keys and by id, unless the server does so.
    """

    def _short(self) -> list[Branch]:
        return [each for each in self.branches.values() if not (each.is_done or self._whole(each))]

    def _collect(self) -> Sequence[Entry]:
        found: list[Entry] = []
        for branch in self.branches.values():
            arrived = branch.take(self._whole(branch))
            if branch.is_sorted:
                return self._in_order(arrived)
            for _, run in groupby(arrived, key_of):
                found += self._in_order(run)
        return found

    def _whole(self, branch: Branch) -> int:
        """Return how many images arrived together with all that have the same key."""
        buffer, order = branch.buffer, self.job.order
        count = len(buffer)
        if not buffer or branch.is_done or order.is_by_id or order.is_settled:
            return count
        if key_of(buffer[0]) == branch.key:
            return 0
        while key_of(buffer[count - 1]) == branch.key:
            count -= 1
        return count

    def _markers(self, last: Entry) -> dict[int, str | None]:
        return {0: group_marker_of(last)}


class Merged(_Arriving):
    """Merges requests whose results are sorted by the first key.

    All images with one key are collected before the first of them is returned: they are sorted by
    the other keys and by id, and those found by several requests are returned once, however the
    server breaks ties.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._asked = {branch: number for number, branch in self.branches.items()}
        order = job.order
        # Whether all images with a key are there once those before another one are.
        self._is_whole = order.is_no_later if order.is_by_id else order.precedes
        self._heads = _Queue(order.descending)  # by the first image that was not taken
        self._open = _Queue(order.descending)  # by the last image that arrived
        # Number of a request -> its images: those collected last, and with the latest results.
        self._collected: dict[int, list[Entry]] = {}
        self._taken: dict[int, list[Entry]] = {}
        self._marks: dict[int, str | None] = {}  # of the first image collected since then

    def feed(self, branch: Branch, page: object) -> None:
        was_empty = not branch.buffer
        branch.feed(page)
        number = self._asked[branch]
        if was_empty and branch.buffer:
            self._heads.add(key_of(branch.buffer[0]), number)
        if branch.is_done or branch.key is not None:
            del self._asked[branch]
            if not branch.is_done and branch.key is not None:
                self._open.add(branch.key, number)

    def _short(self) -> list[Branch]:
        """Return those that may still receive images with the first key, or with an earlier one."""
        if not self._asked:
            first, bound = self._heads.first, self._open.first
            if first is None or (bound is not None and not self._is_whole(first, bound)):
                for number in self._open.take(first, inclusive=not self.job.order.is_by_id):
                    self._asked[self.branches[number]] = number
        return [*self._asked]

    def _collect(self) -> Sequence[Entry]:
        bound, self._collected = self._open.first, {}
        for number in self._heads.take(bound, inclusive=self.job.order.is_by_id):
            branch = self.branches[number]
            self._collected[number] = self._take(branch, bound)
            if branch.buffer:
                self._heads.add(key_of(branch.buffer[0]), number)
        return self._in_order(chain.from_iterable(self._collected.values()))

    def _take(self, branch: Branch, bound: Key | None) -> list[Entry]:
        """Take the images before a bound: few of each of many requests, and many of few."""
        buffer, is_whole = branch.buffer, self._is_whole
        if bound is None:
            return branch.take(len(buffer))
        reach = 1
        while reach <= len(buffer) and is_whole(key_of(buffer[reach - 1]), bound):
            reach *= 2
        most = min(reach, len(buffer))
        return branch.take(
            bisect_left(
                buffer, x=True, lo=reach // 2, hi=most, key=lambda e: not is_whole(e[0], bound)
            )
        )

    def _results_of(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        results = super()._results_of(batch)
        if results:
            self._taken, self._marks = self._collected, {}
        else:
            for number, entries in self._collected.items():
                self._marks.setdefault(number, group_marker_of(entries[0]))
        return results

    def _markers(self, last: Entry) -> dict[int, str | None]:
        found: dict[int, str | None] = {}
        key, precedes = key_of(last), self.job.order.precedes
        for number, branch in self.branches.items():
            taken = self._taken.get(number, [])
            place = bisect_left(taken, x=True, key=lambda entry: not precedes(key_of(entry), key))
            if place < len(taken):
                found[number] = group_marker_of(taken[place])
            elif number in self._marks:
                found[number] = self._marks[number]
            elif branch.buffer:
                found[number] = group_marker_of(branch.buffer[0])
            elif not branch.is_done:
                found[number] = branch.marker
        return found


def _first_of(entries: Sequence[Entry], identities: set[str]) -> list[Entry]:
    """Return the first image with each id."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if identity_of(entry) in identities:
            found.setdefault(identity_of(entry), entry)
    return [*found.values()]


def merge(job: Job, page_size: int, position: Position | None) -> Results:
    """Return the combined results of a plan: as they arrive if the server sorts, or else sorted."""
    if not job.order.by_server:
        return Sorted(job, page_size, position)
    if not job.order.is_certain:
        return SinglePage(job, page_size, position)
    return (Streamed if len(job.requests) == 1 else Merged)(job, page_size, position)
