"""Plans run over whatever fetches pages: one after the other, or several at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from imsquery.execution.cursor import read_token, write_token
from imsquery.execution.merge import Results, merge
from imsquery.execution.pages import Branch, ExecutionError
from imsquery.schema.kinds import Integer

if TYPE_CHECKING:
    from imsquery.execution.job import Job

__all__ = ["MAX_PAGE", "AsyncExecution", "AsyncFetch", "Execution", "ExecutionError", "Fetch"]

Record: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[[str], Sequence[Any]]
"""Gives the records of the page that a query string asks for, as a list or tuple, or raises.

What it raises passes through, and the iteration can go on with another try.
"""
AsyncFetch: TypeAlias = Callable[[str], Awaitable[Sequence[Any]]]

MAX_PAGE = 500
"""Images on a page, at most: the service's default, and what every site is known to take."""


class _Run:
    """What both ways to run a plan have in common.

    Attributes:
        pages: fetched so far.
        fetched: images on them, wanted or not.
    """

    def __init__(self, job: Job, page_size: int, cursor: str | None) -> None:
        if type(page_size) is not int or not 1 <= page_size <= MAX_PAGE:
            msg = f"page_size is {page_size!r}; it is a whole number from 1 to {MAX_PAGE}"
            raise ValueError(msg)
        self._fingerprint = job.fingerprint
        position = None
        if cursor is not None:
            kind = int if isinstance(job.order.parameter.kind, Integer) else str
            position = read_token(cursor, self._fingerprint, len(job.requests), kind)
        self._results: Results = merge(job, page_size, position)
        self._fault: ExecutionError | None = None
        self.pages = 0

    @property
    def fetched(self) -> int:
        """Images that came, wanted or not."""
        return self._results.fetched

    @property
    def cursor(self) -> str | None:
        """A token to go on behind the last image given; ``None`` before the first."""
        position = self._results.position()
        return None if position is None else write_token(position, self._fingerprint)

    def _wanted(self) -> list[Branch]:
        if self._fault is not None:  # what was read until then is no result
            raise self._fault.with_traceback(None)
        return self._results.wanted()

    def _feed(self, branch: Branch, page: object) -> None:
        self.pages += 1
        try:
            self._results.feed(branch, page)
        except ExecutionError as error:
            self._fault = error
            raise


class Execution(_Run, Iterator[Record]):
    """Iterates over the images that a plan finds; made by ``Plan.execute``.

    Pages are fetched when they are needed, and no more once the limit is reached.  It is for one
    thread.
    """

    def __init__(
        self, job: Job, fetch: Fetch, *, page_size: int = MAX_PAGE, cursor: str | None = None
    ) -> None:
        super().__init__(job, page_size, cursor)
        self._fetch = fetch

    def __next__(self) -> Record:
        while wanted := self._wanted():
            for branch in wanted:
                self._feed(branch, self._page(branch.query_string()))
        record = self._results.next()
        if record is None:
            raise StopIteration
        return record

    def _page(self, query: str) -> object:
        try:
            return self._fetch(query)
        except StopIteration as error:  # it would pass for the end of the results
            msg = "fetch raised StopIteration"
            raise RuntimeError(msg) from error


class AsyncExecution(_Run, AsyncIterator[Record]):
    """Iterates over the images that a plan finds; made by ``Plan.aexecute``.

    The pages that are needed for the next image are fetched at once.
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
            msg = f"concurrency is {concurrency!r}; it is a whole number from 1"
            raise ValueError(msg)
        self._fetch = fetch
        self._semaphore = asyncio.Semaphore(concurrency)
        self._is_running = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Record:
        if self._is_running:
            msg = "the next image is being waited for already"
            raise RuntimeError(msg)
        self._is_running = True
        try:
            while wanted := self._wanted():
                await self._feed_all(wanted)
        finally:
            self._is_running = False
        record = self._results.next()
        if record is None:
            raise StopAsyncIteration
        return record

    async def _feed_all(self, branches: list[Branch]) -> None:
        """Fetch pages at once; where one fails, none goes on, and those that came are kept."""
        tasks = [asyncio.ensure_future(self._page(each.query_string())) for each in branches]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            came = [task.done() for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        failed = []
        for branch, task, is_done in zip(branches, tasks, came, strict=True):
            if is_done and not task.cancelled() and task.exception() is None:
                self._feed(branch, task.result())
            elif is_done:
                failed.append(task)
        for task in failed:
            task.result()  # raises what it ended in

    async def _page(self, query: str) -> object:
        async with self._semaphore:
            try:
                return await self._fetch(query)
            except (StopIteration, StopAsyncIteration) as error:
                msg = f"fetch raised {type(error).__name__}"
                raise RuntimeError(msg) from error
