"""The clauses of a query as engines apply them: order, position, groups, counts."""

from __future__ import annotations

from imsquery.execution.ordering import read_order
from imsquery.frozen import Frozen
from imsquery.semantics.formula import Deferred

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Count


class Key(Frozen):
    """A sort key: a parameter, by which absent values are least."""

    parameter: Parameter
    descending: bool


class Stage(Frozen):
    """What is kept of each group, in the order: at most ``limit``, or all after ``skip``."""

    group: Parameter
    skip: int = 0
    limit: int | None = None


class Clauses(Frozen):
    """The clauses, in the order in which they apply.

    Attributes:
        keys: the sort keys, the id last; empty if nothing depends on the order.
        after: the id of the image that everything up to is dropped.
        stages: what is kept of each group.
        skip: number of images to leave out.
        limit: maximum number of images.
    """

    keys: Sequence[Key]
    after: str | None
    stages: Sequence[Stage]
    skip: int
    limit: int | None

    @property
    def is_empty(self) -> bool:
        """Whether the query is a filter alone."""
        return not self.keys


def read_clauses(query: BoundQuery, spec: Spec) -> Clauses:
    """Return the clauses of a query; where it needs an order and has none, the service's."""
    if not (query.order or query.counts() or query.limit is not None or query.after is not None):
        return Clauses((), None, (), 0, None)
    order = read_order(query, spec)
    keys = [Key(each.parameter, each.descending) for each in order.keys]
    if keys[-1].parameter is not spec.names["id"]:
        keys.append(Key(spec.names["id"], keys[-1].descending))
    assert not isinstance(query.limit, Deferred)  # noqa: S101 -- reported as unbound
    assert not isinstance(query.after, Deferred)  # noqa: S101 -- likewise
    skip = 0 if query.skip is None else _number(query.skip)
    return Clauses(keys, query.after, _stages(query), skip, query.limit)


def _stages(query: BoundQuery) -> list[Stage]:
    stages = []
    if query.skip_per is not None and query.skip_per.per is not None:
        stages.append(Stage(query.skip_per.per, skip=_number(query.skip_per)))
    if query.limit_per is not None and query.limit_per.per is not None:
        stages.append(Stage(query.limit_per.per, limit=_number(query.limit_per)))
    return stages


def _number(count: Count) -> int:
    assert isinstance(count.number, int)  # noqa: S101 -- a placeholder is reported as unbound
    return count.number
