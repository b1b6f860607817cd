"""Jobs: requests, what is left to do with their results, and the order of the whole."""

from __future__ import annotations

from functools import cached_property

from imsquery.compiler.query_string import CompiledQuery
from imsquery.diagnostics.source import Span
from imsquery.evaluation.matching import compile_predicate
from imsquery.execution.ordering import Ordering
from imsquery.execution.window import PerGroup, Slice
from imsquery.frozen import Frozen
from imsquery.schema.spec import Spec
from imsquery.semantics.formula import And, Formula, build, flatten

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.evaluation.matching import Predicate

MAX_PAGE = 500
"""Maximum number of images on a page: the service's default, which every known site accepts."""


class Condition(Frozen):
    """A condition of the filter, checked by the server or by the client.

    Attributes:
        text: the condition, in canonical spelling.
        span: where it was written.
        pair: its wire name and value in the request; ``None`` if the client checks it.
        why: why the client checks it; empty if the server does.
    """

    text: str
    span: Span
    pair: tuple[str, str] | None = None
    why: str = ""
    _uncompared = ("span",)


class Request(Frozen):
    """One request of a plan, and the filter that is left for the images that it finds.

    Attributes:
        query: the request.
        residual: the filter that the client applies, in canonical spelling; ``all`` if the request
            is exact.
        pushed: the conditions that the server checks, in the order of the request.
        left: those that the client checks, in the order they were written.
        limited: the limit of the plan is part of the request.
        until: relation and creation time: once images arrive that satisfy it, no more can match.
    """

    query: CompiledQuery
    residual: str
    pushed: tuple[Condition, ...]
    left: tuple[Condition, ...]
    limited: bool
    until: tuple[str, str] | None
    _formula: Formula
    _unprinted = ("_formula",)
    _uncompared = ("left", "_formula")  # `residual` says the same, without spans

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the predicate, since functions cannot be pickled; and flat, since filters nest
        # deeper than pickle can recurse.
        parts = self.query, self.residual, self.pushed, self.left, self.limited, self.until
        return _make_request, (parts, flatten(self._formula))

    @property
    def query_string(self) -> str:
        """The canonical form, such as ``limit=1&status=active``."""
        return self.query.query_string

    @property
    def exact(self) -> bool:
        """Whether every image that the request finds satisfies the filter."""
        return isinstance(self._formula, And) and not self._formula.operands

    @cached_property
    def matches(self) -> Predicate:
        """Whether an image that the request found satisfies the residual."""
        return compile_predicate(self._formula)


def _make_request(parts: tuple[Any, Any, Any, Any, Any, Any], steps: list[Any]) -> Request:
    return Request(*parts, build(steps))


class Job(Frozen):
    """Everything needed to get the images of a query, in order.

    Attributes:
        text: the query.
        filter: its filter, simplified and in canonical spelling.
        requests: the requests, in a fixed order; empty if nothing can match.
        order: what results are sorted by, and who sorts them.
        after: the id of the image after which results start.
        clauses: how many images to skip and to keep, in all and per group.
        locator: the request for that image, if the client sorts; only made if no other finds it.
        warnings: findings that are not errors.
        spec: the parameters.
        enough: how many requests would fetch fewer images, if no more than fewer are allowed.
    """

    text: str
    filter: str
    requests: tuple[Request, ...]
    order: Ordering
    after: str | None
    clauses: Slice
    locator: Request | None
    warnings: tuple[Diagnostic, ...]
    spec: Spec
    enough: int | None = None
    _unprinted = ("spec",)
    _uncompared = ("text", "locator", "warnings", "spec", "enough")

    @property
    def limit(self) -> int | None:
        """Maximum number of images."""
        return self.clauses.limit

    @property
    def skip(self) -> int:
        """Number of images to leave out at the beginning."""
        return self.clauses.skip

    @property
    def limit_per(self) -> PerGroup | None:
        """Maximum number of images of each group."""
        return self.clauses.limit_per

    @property
    def skip_per(self) -> PerGroup | None:
        """Number of images to leave out at the beginning of each group."""
        return self.clauses.skip_per

    @property
    def exact(self) -> bool:
        """Whether nothing is left to the client."""
        is_counted = self.skip or self.limit_per or self.skip_per or len(self.order.keys) > 1
        exact = self.order.by_server and all(request.exact for request in self.requests)
        return exact and not is_counted

    @property
    def fingerprint(self) -> str:
        """A digest that is the same for equal plans in any process: 32 hexadecimal digits."""
        parts = [
            [[request.query_string, request.residual] for request in self.requests],
            [[each.parameter.wire, each.descending] for each in self.order.keys],
            [self.order.by_server, self.limit, self.after, self.skip],
            [
                each and [each.count, each.parameter.wire]
                for each in (self.skip_per, self.limit_per)
            ],
        ]
        # Imported here: only a run needs it.
        import hashlib
        import json

        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
