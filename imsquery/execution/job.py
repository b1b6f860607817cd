"""What is run: requests, what is left to do with their results, and the order of all."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from imsquery.compiler.query_string import CompiledQuery
from imsquery.diagnostics.source import Span
from imsquery.evaluation.matching import compile_predicate
from imsquery.execution.ordering import Ordering
from imsquery.schema.spec import Spec
from imsquery.semantics.formula import And, Formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.evaluation.matching import Predicate


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
class Job:
    """What is run to have the images of a query, in order.

    Attributes:
        text: the query.
        filter: its filter, simplified and in canonical spelling.
        requests: in a fixed order; none if nothing can match.
        order: what results are sorted by, and who does it.
        limit: how many images there are to be at most.
        after: the id of the image after which results begin.
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
