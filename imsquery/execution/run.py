"""Plans run over a function that fetches pages, one after the other or concurrently."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from imsquery.execution.cursor import Kinds, read_token, write_token
from imsquery.execution.job import MAX_PAGE
from imsquery.execution.merge import merge
from imsquery.execution.pages import Branch, ExecutionError
from imsquery.execution.results import Results
from imsquery.schema.kinds import Integer

if TYPE_CHECKING:
    from imsquery.execution.job import Job
    from imsquery.schema.parameters import Parameter

__all__ = ["MAX_PAGE", "AsyncExecution", "AsyncFetch", "Execution", "ExecutionError", "Fetch"]

Record: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[[str], Sequence[Any]]
"""Returns the page of records for a query string, as a list or tuple; or as a
:class:`~imsquery.execution.pages.Page`, which says whether there is another one.

Exceptions pass through; further iteration tries again.
"""
AsyncFetch: TypeAlias = Callable[[str], Awaitable[Sequence[Any]]]


class _Run:
    """The common part of both ways to run a plan.

    Attributes:
        pages: number of pages fetched so far.
    """

    def __init__(self, job: Job, page_size: int, cursor: str | None) -> None:
        if type(page_size) is not int or not 1 <= page_size <= MAX_PAGE:
            msg = f"page_size must be an integer from 1 to {MAX_PAGE}, got {page_size!r}"
            raise ValueError(msg)
        self._fingerprint = job.fingerprint
        position = None
        if cursor is not None:
            position = read_token(cursor, self._fingerprint, len(job.requests), _kinds(job))
        self._results: Results = merge(job, page_size, position)
        self._ready = self._results.ready
        self._fault: ExecutionError | None = None
        self.pages = 0

    @property
    def fetched(self) -> int:
        """Number of images fetched so far, whether they satisfy the filter or not."""
        return self._results.fetched

    @property
    def cursor(self) -> str | None:
        """A token to resume after the last image returned; ``None`` before the first one."""
        position = self._results.position()
        return None if position is None else write_token(position, self._fingerprint)

    def _needed(self) -> list[Branch]:
        if self._fault is not None:  # what was collected until then is not a result
            raise self._fault.with_traceback(None)
        return self._results.needed()

    def _feed(self, branch: Branch, page: object) -> None:
        self.pages += 1
        try:
            self._results.feed(branch, page)
        except ExecutionError as error:
            self._fault = error
            raise


def _kinds(job: Job) -> Kinds:
    """Return the types in the positions of a plan."""
    groups = (job.skip_per, job.limit_per)
    return Kinds(
        tuple(_kind(key.parameter) for key in job.order.keys),
        *(None if each is None else _kind(each.parameter) for each in groups),
    )


def _kind(parameter: Parameter) -> type:
    return int if isinstance(parameter.kind, Integer) else str


class Execution(_Run, Iterator[Record]):
    """An iterator over the images that a plan finds, made by ``Plan.execute``.

    Pages are fetched when they are needed, and none once the limit is reached.  Not thread-safe.
    """

    def __init__(
        self, job: Job, fetch: Fetch, *, page_size: int = MAX_PAGE, cursor: str | None = None
    ) -> None:
        super().__init__(job, page_size, cursor)
        self._fetch = fetch

    def __next__(self) -> Record:
        ready = self._ready
        if not ready:
            while needed := self._needed():
                for branch in needed:
                    self._feed(branch, self._fetch_page(branch.query_string()))
            if not ready:
                raise StopIteration
        return ready.popleft()

    def _fetch_page(self, query: str) -> object:
        try:
            return self._fetch(query)
        except StopIteration as error:  # it would look like the end of the results
            msg = "fetch raised StopIteration"
            raise RuntimeError(msg) from error


class AsyncExecution(_Run, AsyncIterator[Record]):
    """An asynchronous iterator over the images that a plan finds, made by ``Plan.aexecute``.

    The pages that are needed for the next image are fetched concurrently.
    """

    def __init__(
        self,
        job: Job,
        fetch: AsyncFetch,
        *,
        page_size: int = MAX_PAGE,
        cursor: str | None = None,
        concurrency: int = 4,
    ) -> None:
        super().__init__(job, page_size, cursor)
        if type(concurrency) is not int or concurrency < 1:
            msg = f"concurrency must be a positive integer, got {concurrency!r}"
            raise ValueError(msg)
        self._fetch = fetch
        # Imported here and below: it loads logging and ssl, which only a running loop needs.
        import asyncio

        self._semaphore = asyncio.Semaphore(concurrency)
        self._is_running = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Record:
        if self._ready:  # no other task waits for a page then
            return self._ready.popleft()
        if self._is_running:
            msg = "another task is already waiting for the next image"
            raise RuntimeError(msg)
        self._is_running = True
        try:
            while needed := self._needed():
                await self._feed_all(needed)
        finally:
            self._is_running = False
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    async def _feed_all(self, branches: list[Branch]) -> None:
        """Fetch pages concurrently; if one fails, cancel the others but keep those that arrived."""
        import asyncio

        tasks = [asyncio.ensure_future(self._fetch_page(each.query_string())) for each in branches]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            done = [task.done() for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        failed = []
        for branch, task, is_done in zip(branches, tasks, done, strict=True):
            if is_done and not task.cancelled() and task.exception() is None:
                self._feed(branch, task.result())
            elif is_done:
                failed.append(task)
        for task in failed:
            task.result()  # raises its exception

    async def _fetch_page(self, query: str) -> object:
        async with self._semaphore:
            try:
                return await self._fetch(query)
            except (StopIteration, StopAsyncIteration) as error:
                msg = f"fetch raised {type(error).__name__}"
                raise RuntimeError(msg) from error
