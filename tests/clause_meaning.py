"""The meaning of clauses by the definition of the language: whole lists, sorted and cut up.

Slow and plain on purpose, like :mod:`tests.meaning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from imsquery.language import syntax
from tests.meaning import row_of, shown, sorts_by, text

Record = Mapping[str, Any]


def results(query: syntax.Query, images: Sequence[Record], found: Sequence[Record]) -> list[str]:
    """Return the ids of the images that a query finds, in order.

    Args:
        query: the query.
        images: all images, one of which is that of ``after``.
        found: those that satisfy the filter.
    """
    keys = list(query.order) or [syntax.Order("created_at")]
    in_order = arranged(found, keys)
    if query.after is not None:
        (start,) = [each for each in images if each["id"] == text(query.after)]
        everything = arranged([*(each for each in found if each is not start), start], keys)
        in_order = everything[everything.index(start) + 1 :]
    if query.skip_per is not None:
        most = int(text(query.skip_per.count))
        in_order = [each for each, rank in ranked(in_order, query.skip_per.name) if rank >= most]
    if query.limit_per is not None:
        most = int(text(query.limit_per.count))
        in_order = [each for each, rank in ranked(in_order, query.limit_per.name) if rank < most]
    if query.skip is not None:
        in_order = in_order[int(text(query.skip)) :]
    if query.limit is not None:
        in_order = in_order[: int(text(query.limit))]
    return [each["id"] for each in in_order]


def ranked(in_order: Sequence[Record], name: str) -> list[tuple[Record, int]]:
    """Return each image with the number of images of its group that come before it."""
    before: list[list[Any]] = []
    found = []
    for each in in_order:
        values = list(shown(row_of(name), each, {}))
        found.append((each, before.count(values)))
        before.append(values)
    return found


def arranged(images: Sequence[Record], keys: Sequence[syntax.Order]) -> list[Record]:
    """Sort images by keys, then by id in the direction of the last one; absent values are least."""

    values = {
        each["id"]: [
            [sorts_by(row_of(key.name), value) for value in shown(row_of(key.name), each, {})]
            for key in keys
        ]
        for each in images
    }

    def compare(one: Record, other: Record) -> int:
        for key, left, right in zip(keys, values[one["id"]], values[other["id"]], strict=True):
            if left != right:
                return _sign(left < right, key)
        return _sign(one["id"] < other["id"], keys[-1])

    return sorted(images, key=cmp_to_key(compare))


def _sign(is_less: bool, key: syntax.Order) -> int:  # noqa: FBT001 -- what is compared
    return -1 if is_less is (key.direction == "asc") else 1
