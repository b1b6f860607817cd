"""Plans, and how to run and explain them."""

from __future__ import annotations

from imsquery.execution.job import MAX_PAGE, Job
from imsquery.planning.report import render

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.execution.run import AsyncExecution, AsyncFetch, Execution, Fetch
    from imsquery.planning.report import Format


class Plan(Job):
    """The requests that together find what a query asks for, and what is left to the client."""

    def execute(
        self, fetch: Fetch, *, page_size: int = MAX_PAGE, cursor: str | None = None
    ) -> Execution:
        """Run the plan.

        Args:
            fetch: returns the page of records for a query string, as a list or tuple.
            page_size: maximum number of images on a page, from 1 to 500.
            cursor: where to resume: the ``cursor`` of an earlier execution of an equal plan.  Plans
                with ``now`` are equal only if made at the same second.  An ``after`` in the query
                is no substitute where images tie: it starts at the image's position in the
                server's order, and the server need not break ties by id.

        Returns:
            An iterator over the records, in order and without duplicates.  It raises
            :class:`ExecutionError` if pages contradict each other, and whatever ``fetch`` raises.

        Raises:
            ValueError: the page size is out of range, or the cursor is not one of this plan.
        """
        from imsquery.execution.run import Execution  # only a run needs it

        return Execution(self, fetch, page_size=page_size, cursor=cursor)

    def aexecute(
        self,
        fetch: AsyncFetch,
        *,
        page_size: int = MAX_PAGE,
        cursor: str | None = None,
        concurrency: int = 4,
    ) -> AsyncExecution:
        """Run the plan without blocking; like :meth:`execute`, but over a coroutine function.

        Args:
            fetch: returns the page of records for a query string, as a list or tuple.
            page_size: maximum number of images on a page, from 1 to 500.
            cursor: where to resume.
            concurrency: maximum number of pages fetched at once.

        Raises:
            ValueError: as :meth:`execute`, or the concurrency is not a positive integer.
        """
        from imsquery.execution.run import AsyncExecution  # likewise

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
