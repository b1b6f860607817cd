"""The order of results, and the place of a record in it."""

from __future__ import annotations

import operator
from itertools import compress, count
from operator import itemgetter

from imsquery.evaluation.attributes import read, sort_values
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias, TypeVar

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery

    Placed = TypeVar("Placed", bound=tuple[Any, ...])


class Nothing:
    """What a record without a value is sorted by: less than any value."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        return other is not self

    def __le__(self, _other: object) -> bool:
        return True

    def __gt__(self, _other: object) -> bool:
        return False

    def __ge__(self, other: object) -> bool:
        return other is self


NOTHING = Nothing()

Key: TypeAlias = str | int | Nothing
"""What a record is sorted by: its value of an attribute."""

Shown: TypeAlias = tuple[()] | tuple[str | int]
"""What a record shows of an attribute: its value, or nothing."""

Place: TypeAlias = "tuple[Any, ...]"
"""The sort keys of a record, and then its id."""


class SortKey(Frozen):
    """One of the attributes that results are sorted by.

    Attributes:
        parameter: the parameter whose values are compared.  The client compares numbers and times
            as such, texts with a version in natural order and others by code point; the server as
            its database does.
        descending: the direction; a record without a value is less than any other.
    """

    parameter: Parameter
    descending: bool

    def _compared(self) -> tuple[object, ...]:
        return self.parameter.wire, self.descending

    def column(self, records: Sequence[Mapping[str, Any]]) -> list[Key]:
        """Return the key of each record."""
        return sort_values(self.parameter, records, NOTHING)

    def __str__(self) -> str:
        return f"{self.parameter.name} {'desc' if self.descending else 'asc'}"


def group_of(parameter: Parameter, record: Mapping[str, Any]) -> Shown:
    """Return what a record shows of a parameter with a single value."""
    value = read(parameter, record)
    return () if value is None else (value,)


def shown_by(key: Key) -> Shown:
    """Return what a record with a sort key shows of the attribute."""
    return () if isinstance(key, Nothing) else (key,)


def sort_key(shown: Shown) -> Key:
    """Return the sort key of a record that shows something of the attribute."""
    return shown[0] if shown else NOTHING


class Ordering(Frozen):
    """What results are sorted by; ties are broken by id, in the direction of the last key.

    Attributes:
        keys: the sort keys, of which there is at least one.
        is_written: whether the query states the order; otherwise it is the server's default.
        by_server: whether the server sorts by the first key; the client then sorts those that tie.
        identity: the attribute of a record that holds its id.
        default: what the server sorts by unless told otherwise.
        is_certain: whether the server's order by the first key is known and cannot change between
            two pages, as that of creation times and ids.
        is_whole: whether a request can ask for all keys.
        asked: how many keys requests ask for, if the server sorts.
    """

    keys: tuple[SortKey, ...]
    is_written: bool
    by_server: bool
    identity: str
    default: SortKey
    is_certain: bool
    is_whole: bool
    asked: int = 1
    _uncompared = ("identity", "default", "is_certain", "is_whole")

    @property
    def parameter(self) -> Parameter:
        """The parameter of the first key."""
        return self.keys[0].parameter

    @property
    def descending(self) -> bool:
        """The direction of the first key."""
        return self.keys[0].descending

    @property
    def arrival(self) -> SortKey:
        """What the images of a request arrive sorted by."""
        return self.keys[0] if self.by_server else self.default

    @property
    def is_settled(self) -> bool:
        """Whether the server breaks ties by id, too.

        Glance breaks them by creation time, then id: see `_image_get_all` in
        glance/db/sqlalchemy/api.py.  Times that cannot be compared by equality are finer than
        records show, so that what ties there does not tie for the server.
        """
        is_shown = "=" in self.parameter.forms or not self.parameter.is_time
        return self.is_certain and len(self.keys) == 1 and is_shown

    @property
    def is_by_id(self) -> bool:
        """Whether results are sorted by id alone, so that there are no ties."""
        return self.parameter.observed == self.identity

    @property
    def _directions(self) -> list[bool]:
        return [key.descending for key in (*self.keys, self.keys[-1])]

    def columns(self, records: Sequence[Mapping[str, Any]]) -> list[list[Key]]:
        """Return, for each sort key, that of each record."""
        return [key.column(records) for key in self.keys]

    def place(self, record: Mapping[str, Any]) -> Place:
        """Return the place of a record."""
        return (*(keys[0] for keys in self.columns([record])), record[self.identity])

    @property
    def precedes(self) -> Callable[[Key, Key], bool]:
        """Whether one first key comes before another."""
        return operator.gt if self.descending else operator.lt

    @property
    def is_no_later(self) -> Callable[[Key, Key], bool]:
        """Whether one first key comes before another, or is the same."""
        return operator.ge if self.descending else operator.le

    def is_before(self, one: Place, other: Place) -> bool:
        """Return whether one place comes before another."""
        for left, right, descending in zip(one, other, self._directions, strict=True):
            if left != right:
                return bool(left > right if descending else left < right)
        return False

    def arranged(self, items: Iterable[Placed]) -> list[Placed]:
        """Return items sorted by their places, with which they begin."""
        found = [*items]
        _arrange(found, 0, self._directions)
        return found

    def __str__(self) -> str:
        return ", ".join(map(str, self.keys))


def _arrange(items: list[Placed], index: int, directions: Sequence[bool]) -> None:
    """Sort items by those of their elements that have a direction, from an index on."""
    element = itemgetter(index)
    items.sort(key=element, reverse=directions[index])
    if index + 1 < len(directions):
        for tie in _ties([*map(element, items)]):
            tied = items[tie]
            _arrange(tied, index + 1, directions)
            items[tie] = tied


def _ties(keys: Sequence[Key]) -> Iterator[slice]:
    """Yield where several keys in a row are equal."""
    start = end = -1
    for place in compress(count(), map(operator.eq, keys, keys[1:])):
        if place != end:
            if end > 0:
                yield slice(start, end + 1)
            start = place
        end = place + 1
    if end > 0:
        yield slice(start, end + 1)


def read_order(query: BoundQuery, spec: Spec) -> Ordering:
    """Return the order that a query asks for, or the server's default, newest first.

    The server makes it if its first key is certain: the creation time or the id, which every image
    has and which never change.  The reference does not say how the service compares texts, nor
    where it puts images without a value; and an image whose key changes between two pages may be
    on neither.

    Raises:
        ValueError: the spec, which nothing has checked, has no id, or no time to sort by.
    """
    default = spec.default_order
    if default is None:
        msg = "the spec lacks a time that the server can sort by, which is its default order"
        raise ValueError(msg)
    identity = spec.names.get("id")
    if identity is None or identity.observed is None:
        msg = "the spec lacks an attribute `id` in image records"
        raise ValueError(msg)
    newest_first = SortKey(default, descending=True)
    written = [SortKey(each.parameter, each.direction != "asc") for each in query.order]
    keys = _without_idle(written or [newest_first], identity)
    is_certain = keys[0].parameter in {default, identity} and keys[0].parameter.sortable
    return Ordering(
        tuple(keys),
        is_written=bool(written),
        by_server=is_certain,
        identity=identity.observed,
        default=newest_first,
        is_certain=is_certain,
        is_whole=all(key.parameter.sortable for key in keys)
        and (len(keys) == 1 or spec.takes_sort_keys),
    )


def _without_idle(keys: Sequence[SortKey], identity: Parameter) -> list[SortKey]:
    """Drop the keys after the id, and the id itself where it would break ties anyway."""
    used: list[SortKey] = []
    for key in keys:
        if key.parameter is identity:
            if not used or used[-1].descending != key.descending:
                used.append(key)
            break
        used.append(key)
    return used
