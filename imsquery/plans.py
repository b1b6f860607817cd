"""What a plan is: requests, what is left to do with their results, and how it is run."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from imsquery.execution import MAX_PAGE, AsyncExecution, Execution
from imsquery.formula import And, Formula
from imsquery.matching import compile_predicate
from imsquery.ordering import Ordering
from imsquery.plan_tree import explain
from imsquery.query_string import CompiledQuery
from imsquery.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.diagnostics import Diagnostic
    from imsquery.execution import AsyncFetch, Fetch
    from imsquery.matching import Predicate
    from imsquery.plan_tree import Format
    from imsquery.spec import Spec


@frozen
class Condition:
    """A part of the filter.

    Attributes:
        text: what it says, in canonical spelling.
        span: where it was written.
        pair: wire name and value in the request; ``None`` if the client looks at it.
        why: why the client looks at it; empty if the server does.
    """

    text: str
    span: Span = field(eq=False)
    pair: tuple[str, str] | None = None
    why: str = ""


@frozen
class Request:
    """One request of a plan, and what is left to do with the images that it finds.

    Attributes:
        query: the request.
        residual: the filter that the client applies, in canonical spelling; ``all`` if the request
            is exact.
        pushed: the conditions that the server looks at, in the order of the request.
        left: those that the client looks at, in the order they were written.
        limited: the request asks for no more images than the plan gives.
    """

    query: CompiledQuery
    residual: str
    pushed: tuple[Condition, ...]
    left: tuple[Condition, ...] = field(eq=False)  # says where, and `residual` says what
    limited: bool
    _formula: Formula = field(eq=False, repr=False)
    _cache: dict[str, Predicate] = field(factory=dict, eq=False, repr=False, init=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the predicate that was made of the formula, since functions do not travel.
        parts = self.query, self.residual, self.pushed, self.left, self.limited, self._formula
        return Request, parts

    @property
    def query_string(self) -> str:
        """The canonical form, such as ``limit=1&status=active``."""
        return self.query.query_string

    @property
    def exact(self) -> bool:
        """Whether every image that the request finds is wanted."""
        return isinstance(self._formula, And) and not self._formula.operands

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Tell whether an image that the request found is wanted."""
        if "matches" not in self._cache:
            self._cache["matches"] = compile_predicate(self._formula)
        return self._cache["matches"](record)


@frozen
class Plan:
    """Requests that together find what a query asks for.

    Attributes:
        text: the query.
        filter: its filter, simplified and in canonical spelling.
        requests: in a fixed order; none if nothing can match.
        order: what results are sorted by, and who does it.
        limit: how many images there are to be at most.
        after: the id of the image behind which results begin.
        locator: the request for that image, made where the client sorts and no other finds it.
        warnings: findings that did not stand in the way.
        spec: the parameters.
    """

    text: str = field(eq=False)
    filter: str
    requests: tuple[Request, ...]
    order: Ordering
    limit: int | None
    after: str | None
    locator: Request | None = field(eq=False)
    warnings: tuple[Diagnostic, ...] = field(eq=False)
    spec: Spec = field(eq=False, repr=False)

    @property
    def exact(self) -> bool:
        """Whether the server does it all."""
        return self.order.by_server and all(request.exact for request in self.requests)

    @property
    def fingerprint(self) -> str:
        """What equal plans have in common, in this process or another: 32 hexadecimal digits."""
        parts = [
            [[request.query_string, request.residual] for request in self.requests],
            [self.order.parameter.wire, self.order.descending, self.order.by_server],
            [self.limit, self.after],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

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
        """Say what the server does, what the client does, and why.

        Args:
            format: ``text`` for people, ``json``, or ``mermaid`` for a picture.
        """
        return explain(self, format)
