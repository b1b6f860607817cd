"""The results of requests that the client sorts, or that the server sorts on a single page."""

from __future__ import annotations

from itertools import groupby, islice

from imsquery.execution.pages import Branch, ExecutionError, identity_of, record_of
from imsquery.execution.results import Results, window_at
from imsquery.execution.window import Fate

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from imsquery.execution.cursor import Position
    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Place
    from imsquery.execution.pages import Entry


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
        self._sorted: Iterator[Entry] | None = None
        # Set until the image after which results start is found.  A token already knows its place.
        self._locator: Branch | None = None
        if job.locator is not None and position is None:
            self._locator = Branch(job, job.locator, None, 1, None, None)

    def _short(self) -> list[Branch]:
        left = [branch for branch in self.branches.values() if not branch.is_done]
        return left if left or self._locator is None else [self._locator]

    def feed(self, branch: Branch, page: object) -> None:
        entries = branch.feed(page)
        branch.buffer.clear()
        if self._locator is not None:
            self._locate(self._locator, branch, page)  # type: ignore[arg-type]  # it was read above
        for entry in entries:
            self._found.setdefault(identity_of(entry), entry)
        is_known = self._locator is None and self.job.clauses.is_bounded
        if is_known and len(self._found) > 2 * self._kept + _SLACK:
            self._drop_surplus()

    def _drop_surplus(self) -> None:
        """Drop the images that the clauses leave out, whatever else arrives.

        More images before one only push it back: they never bring it into the results, nor do they
        change what is left out before it.  What is skipped now may be a result later, though.
        """
        window = window_at(self.job, self._position)
        kept: dict[str, Entry] = {}
        for entry in self._in_order(filter(self._is_new, self._found.values())):
            if window.is_full:
                break
            if window.pass_on(record_of(entry)) is not Fate.BEYOND:
                kept[identity_of(entry)] = entry
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

    def _collect(self) -> Sequence[Entry]:
        if self._sorted is None:
            self._sorted = filter(self._is_new, self._in_order(self._found.values()))
            self._found = {}
        return [*islice(self._sorted, self._page_size)]


class SinglePage(Results):
    """Takes the results from one page, which holds one image more than is needed.

    The server sorts by a key that may change between two pages, so that there cannot be a second
    one.  Where the page is not enough, since there are no more images or the last ones tie, the
    client fetches all of them in an order that does not change, and sorts.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        super().__init__(job, page_size, position)
        self._resumed = position
        self._sorted: Sequence[Entry] | None = None
        self._other: Sorted | None = None
        self._most = job.clauses.total or 0
        (request,) = job.requests
        self._page = Branch(job, request, job.after, self._most + 1, None, None)
        self.branches = {0: self._page}
        if self._most + 1 > page_size:
            self._sort_instead()

    @property
    def fetched(self) -> int:
        return self._page.fetched + (self._other.fetched if self._other else 0)

    def needed(self) -> list[Branch]:
        return self._other.needed() if self._other else super().needed()

    def _short(self) -> list[Branch]:
        return [self._page] if self._sorted is None else []

    def feed(self, branch: Branch, page: object) -> None:
        if self._other is not None:
            self._other.feed(branch, page)
            return
        self._sorted = self._settled(branch.feed(page))
        if self._sorted is None:
            self._sort_instead()

    def _collect(self) -> Sequence[Entry]:
        found, self._sorted = self._sorted, ()
        return found or ()

    def _settled(self, entries: Sequence[Entry]) -> Sequence[Entry] | None:
        """Return the results in order; ``None`` if the page does not settle what they are."""
        first = entries[: self._most]
        if len(entries) <= self._most or self._asked(first[-1]) == self._asked(entries[-1]):
            return None
        runs = [[*run] for _, run in groupby(first, self._asked)]
        ordered = [entry for run in runs for entry in self._in_order(run)]
        if self._resumed is None:
            return ordered
        ids = [*map(identity_of, ordered)]
        if self._resumed.identity not in ids:
            return None
        return ordered[ids.index(self._resumed.identity) + 1 :]

    def _asked(self, entry: Entry) -> Place:
        """Return the keys of an image that the server sorts by."""
        return entry[: self.job.order.asked]

    def _sort_instead(self) -> None:
        order = self.job.order.evolve(by_server=False)
        self._other = Sorted(self.job.evolve(order=order), self._page_size, self._resumed)
        self._other.ready = self.ready

    def position(self) -> Position | None:
        return self._other.position() if self._other else super().position()
