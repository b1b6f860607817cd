"""Requests over columns in memory: a few images are found before a statement would be planned."""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING

from imsquery.server.columns import fitting
from imsquery.server.requests import sort_keys, unknown_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from imsquery.schema.spec import Spec
    from imsquery.server.requests import Condition, Request
    from imsquery.server.statements import Statements

_KEPT = 128  # columns, and orders, that were last asked for


class Memory:
    """Finds images by columns in memory; safe to use from several threads.

    Args:
        statements: to read columns by.
        count: the number of images.
        spec: the parameters.
    """

    def __init__(self, statements: Statements, count: int, spec: Spec) -> None:
        self._statements = statements
        self._count = count
        self._spec = spec
        self._column = lru_cache(_KEPT)(self._read)
        self._order = lru_cache(_KEPT)(self._sort)

    def find(self, request: Request) -> tuple[int, ...]:
        """Return the numbers of the images on a page."""
        order: Sequence[int] = self._order(*sort_keys(request, self._spec).items())
        if request.marker is not None:
            order = order[order.index(self._number(request.marker)) + 1 :]
        for each in request.conditions:
            order = self._meeting(each, order)
        return tuple(order[: request.limit])

    def _number(self, identity: str) -> int:
        try:
            return self._column("id").index(identity)
        except ValueError:
            raise unknown_marker() from None

    def _meeting(self, condition: Condition, numbers: Sequence[int]) -> Sequence[int]:
        """Return the images that meet a condition."""
        value = fitting(condition, self._statements.columns.get(condition.name))
        if value is None:
            return ()
        column = self._column(condition.name)
        if condition.relation == "=":
            return [number for number in numbers if column[number] == value]
        if condition.relation == "!=":
            return [number for number in numbers if column[number] != value]
        test = _TESTS[condition.relation]
        wanted = _hashed(value)
        return [
            number
            for number in numbers
            if column[number] is not None and test(column[number], wanted)
        ]

    def _read(self, name: str) -> list[Any]:
        column = self._statements.read(self._statements.columns[name])
        return [_hashed(each) for each in column]

    def _sort(self, *keys: tuple[str, bool]) -> list[int]:
        """Return the images in an order; those without a sort key are least."""
        numbers = [*range(self._count)]
        for name, is_descending in reversed(keys):
            column = self._column(name)
            ranks = [(each is not None, each) for each in column]
            numbers.sort(key=ranks.__getitem__, reverse=is_descending)
        return numbers


def _hashed(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


# Whether an attribute that an image has meets a condition.
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, listed: value in listed,
    "has": operator.ge,
    "any": lambda values, listed: not values.isdisjoint(listed),
    "contains": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
