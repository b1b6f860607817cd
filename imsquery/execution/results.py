"""The results of a plan as they become known, a batch at a time; without any input or output.

All ways to combine requests say which of them need a page before there can be a next image.  So the
same code serves a loop that fetches pages one by one and one that fetches them concurrently.
"""

from __future__ import annotations

from collections import deque

from imsquery.execution.cursor import Position
from imsquery.execution.ordering import shown_by
from imsquery.execution.pages import Branch, place_of, record_of
from imsquery.execution.window import Window

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from imsquery.execution.job import Job
    from imsquery.execution.ordering import Place
    from imsquery.execution.pages import Entry


class Results:
    """Results of a plan; subclasses define how those of its requests are combined.

    Where an image is in the results of each request is found only when a position is asked for.

    Args:
        job: the plan.
        page_size: maximum number of images on a page.
        position: where to resume.

    Attributes:
        branches: number of a request -> its results, for each that is not exhausted.
        ready: the next images, as far as they are known.
    """

    def __init__(self, job: Job, page_size: int, position: Position | None) -> None:
        self.job = job
        self.branches: dict[int, Branch] = {}
        self.ready: deque[Mapping[str, Any]] = deque()
        self._page_size = page_size
        self._window = window_at(job, position)
        self._position = position
        self._start: Place | None = None if position is None else position.place
        self._latest: Sequence[Entry] = ()  # the last results that were ready at once
        total = job.clauses.total
        if total is not None and position is not None:
            total -= job.skip + position.count
        for number, request in enumerate(job.requests):
            if position is None or number in position.markers:
                marker = position.markers[number] if position else None
                if marker is None and job.order.by_server:
                    marker = job.after
                self.branches[number] = Branch(
                    job, request, marker, page_size, total, self._newcomers()
                )

    @property
    def fetched(self) -> int:
        """Images that arrived, whether they satisfy the filter or not."""
        return sum(branch.fetched for branch in self.branches.values())

    def needed(self) -> list[Branch]:
        """Return the branches that need a page before there can be a next image.

        Once none does, the next image is the first that is :attr:`ready`; without one, it is the
        end.
        """
        while not (self.ready or self._window.is_full):
            if short := self._short():
                return short
            batch = self._collect()
            if not batch:
                break
            self._pass_on(batch)
        return []

    def feed(self, branch: Branch, page: object) -> None:
        """Add a page; raises :class:`ExecutionError`."""
        branch.feed(page)

    def position(self) -> Position | None:
        """Return the position after the last image; ``None`` before the first one."""
        left = len(self.ready)
        if len(self._latest) == left:
            return self._position
        last = self._latest[-1 - left]
        *keys, identity = place_of(last)
        count, markers = self._window.count - left, self._markers(last)
        shown = tuple(map(shown_by, keys))
        return Position(count, shown, identity, markers, *self._window.counts(left))

    def _short(self) -> list[Branch]:
        """Return the branches that need a page before anything more can be collected."""
        raise NotImplementedError

    def _collect(self) -> Sequence[Entry]:
        """Return the images that come next, in order; none at the end."""
        raise NotImplementedError

    def _markers(self, _last: Entry) -> dict[int, str | None]:
        """Return where to resume each request after a result: by default, at its beginning."""
        return dict.fromkeys(self.branches)

    def _pass_on(self, batch: Sequence[Entry]) -> None:
        """Apply the clauses to the images that come next."""
        self._window.settle()
        results = self._results_of(batch)
        if results:
            self._latest = results
            self.ready.extend(map(record_of, results))

    def _results_of(self, batch: Sequence[Entry]) -> Sequence[Entry]:
        return self._window.passed_on(batch, record_of)[0]

    def _newcomers(self) -> Callable[[Entry], bool] | None:
        """Return what tells images that are new from those returned before a position."""
        return None if self._position is None else self._is_new

    def _is_new(self, entry: Entry) -> bool:
        return self._start is None or self.job.order.is_before(self._start, place_of(entry))

    def _in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        return self.job.order.arranged(entries)


def window_at(job: Job, position: Position | None) -> Window:
    """Return the clauses of a plan, as they apply after a position."""
    if position is None:
        return Window(job.clauses)
    return Window(job.clauses, position.count, position.skipped, position.kept)
