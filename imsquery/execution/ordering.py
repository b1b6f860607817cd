"""The order of results, and where a record stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from imsquery.evaluation.attributes import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery

Key: TypeAlias = tuple[()] | tuple[str | int]
"""What a record is sorted by; nothing, which comes first, where it shows nothing."""


@frozen
class Ordering:
    """What results are sorted by; what is equal in that is sorted by id, in the same direction.

    Attributes:
        parameter: whose values are compared: numbers and times as such, texts by code points where
            the client makes the order, and as the server's database has them where that does.
        descending: the direction; a record without a value counts as least.
        is_written: the query says so; otherwise it is the server's own order.
        by_server: the server makes the order.
        identity: the attribute of a record that holds its id.
        is_settled: the server, too, breaks ties by id.
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
        """Give what a record is sorted by."""
        value = read(self.parameter, record)
        return () if value is None else (value,)

    def joining(self, count: int) -> Ordering:
        """Give the order for the joint results of so many requests.

        They are merged where it is beyond doubt what comes first: by creation time or id, which
        every image has.  Otherwise the client sorts them.  The reference does not say how the
        service compares texts, nor where it has an image that lacks what is sorted by; databases
        differ in both, and merged in another order than theirs, results would come out in none.
        """
        if count > 1 and not self.is_settled:
            return evolve(self, by_server=False)
        return self

    def __str__(self) -> str:
        return f"{self.parameter.name} {'desc' if self.descending else 'asc'}"


def read_order(query: BoundQuery, spec: Spec) -> Ordering:
    """Give the order that a query asks for, or the server's own: the newest first.

    Raises:
        ValueError: the spec has no id, or no time that the server sorts by.
    """
    rows = spec.parameters.values()
    own = next((row for row in rows if row.sortable and row.is_time), None)
    if own is None:
        msg = "the spec lacks a time that the server can sort by, which is its default order"
        raise ValueError(msg)
    identity = spec.find("id")
    if identity is None or identity.observed is None:
        msg = "the spec lacks an attribute `id` in image records"
        raise ValueError(msg)
    written = query.order
    parameter = own if written is None else written.parameter
    return Ordering(
        parameter,
        descending=written is None or written.direction != "asc",
        is_written=written is not None,
        by_server=parameter.sortable,
        identity=identity.observed,
        # Glance sorts by creation time, then id, whatever it is asked to sort by first: see
        # `_image_get_all` in glance/db/sqlalchemy/api.py.
        is_settled=parameter in {own, identity},
    )
