"""What a plan is, and how it is run and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.execution.job import Job
from imsquery.execution.run import MAX_PAGE, AsyncExecution, Execution
from imsquery.planning.report import render

if TYPE_CHECKING:
    from imsquery.execution.run import AsyncFetch, Fetch
    from imsquery.planning.report import Format


@frozen
class Plan(Job):
    """Requests that together find what a query asks for."""

    def execute(
        self, fetch: Fetch, *, page_size: int = MAX_PAGE, cursor: str | None = None
    ) -> Execution:
        """Run the plan.

        Args:
            fetch: gives the records of the page of a query string, as a list, or raises.
            page_size: images to ask for at a time, 1 to 500.
            cursor: where to go on: the ``cursor`` of an earlier execution of an equal plan, which
                a query with ``now`` gives at the same time only.  An ``after`` in the query
                instead begins where the server has an image, which need not be where it is here:
                what is equal in the order comes by id, and the service may have it otherwise.

        Returns:
            An iterator over the records, in order, each image once; it raises
            :class:`ExecutionError` where pages do not fit together, and what ``fetch`` raises.

        Raises:
            ValueError: the page size is out of range, or the cursor none of this plan's.
        """
        return Execution(self, fetch, page_size=page_size, cursor=cursor)

    def aexecute(
        self,
        fetch: AsyncFetch,
        *,
        page_size: int = MAX_PAGE,
        cursor: str | None = None,
        concurrency: int = 4,
    ) -> AsyncExecution:
        """Run the plan without blocking; as :meth:`execute`, over a coroutine function.

        Args:
            fetch: gives the records of the page of a query string, as a list, or raises.
            page_size: images to ask for at a time, 1 to 500.
            cursor: where to go on.
            concurrency: how many pages are fetched at once, at most.
        """
        return AsyncExecution(
            self, fetch, page_size=page_size, cursor=cursor, concurrency=concurrency
        )

    def explain(self, format: Format = "text") -> str:  # noqa: A002 -- the public name
        """Explain what the server does, what is left to the client, and why.

        Args:
            format: ``text`` (a tree), ``json``, or ``mermaid`` (a flow chart).

        Raises:
            ValueError: any other format.
        """
        return render(self, format)
