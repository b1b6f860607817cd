"""The order of results, and the position of a record in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from imsquery.evaluation.attributes import sort_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery

Key: TypeAlias = tuple[()] | tuple[str | int]
"""The sort key of a record: its value, or nothing, which is less than any value."""


@frozen
class Ordering:
    """What results are sorted by; ties are broken by id, in the same direction.

    Attributes:
        parameter: the parameter whose values are compared.  The client compares numbers and times
            as such, texts with a version in natural order and others by code point; the server as
            its database does.
        descending: the direction; a record without a value is less than any other.
        is_written: whether the query states the order; otherwise it is the server's default.
        by_server: whether the server sorts.
        identity: the attribute of a record that holds its id.
        is_settled: whether the server breaks ties by id, too.
    """

    parameter: Parameter = field(eq=lambda row: row.wire)
    descending: bool
    is_written: bool
    by_server: bool
    identity: str = field(eq=False)
    is_settled: bool = field(eq=False)

    @property
    def is_by_id(self) -> bool:
        """Whether results are sorted by id alone, so that there are no ties."""
        return self.parameter.observed == self.identity

    def key(self, record: Mapping[str, Any]) -> Key:
        """Return the sort key of a record."""
        value = sort_value(self.parameter, record)
        return () if value is None else (value,)

    def precedes(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """Return whether one key, or key with id, comes before another."""
        return one > other if self.descending else one < other

    def joining(self, count: int) -> Ordering:
        """Return the order for the combined results of several requests.

        They are merged only where the server's order is certain: by creation time or id, which
        every image has.  Otherwise the client sorts.  The reference does not say how the service
        compares texts, nor where it puts images without a value; databases differ in both, and
        merging in another order than the server's would put the results in no order at all.
        """
        if count > 1 and not self.is_settled:
            return evolve(self, by_server=False)
        return self

    def __str__(self) -> str:
        return f"{self.parameter.name} {'desc' if self.descending else 'asc'}"


def read_order(query: BoundQuery, spec: Spec) -> Ordering:
    """Return the order that a query asks for, or the server's default, newest first.

    Raises:
        ValueError: the spec has no id, or no time that the server sorts by.
    """
    default = spec.default_order
    if default is None:
        msg = "the spec lacks a time that the server can sort by, which is its default order"
        raise ValueError(msg)
    identity = spec.find("id")
    if identity is None or identity.observed is None:
        msg = "the spec lacks an attribute `id` in image records"
        raise ValueError(msg)
    written = query.order
    parameter = default if written is None else written.parameter
    return Ordering(
        parameter,
        descending=written is None or written.direction != "asc",
        is_written=written is not None,
        by_server=parameter.sortable,
        identity=identity.observed,
        # Glance breaks ties by creation time, then id: see `_image_get_all` in
        # glance/db/sqlalchemy/api.py.
        is_settled=parameter in {default, identity},
    )
