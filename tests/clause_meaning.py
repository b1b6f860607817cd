"""The meaning of clauses by the definition of the language: whole lists, sorted and cut up.

Slow and plain on purpose, like :mod:`tests.meaning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from imsquery.language import syntax
from tests.meaning import row_of, shown, text

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
        in_order = [
            each for each in in_order if rank(each, in_order, query.skip_per) >= _n(query.skip_per)
        ]
    if query.limit_per is not None:
        in_order = [
            each for each in in_order if rank(each, in_order, query.limit_per) < _n(query.limit_per)
        ]
    in_order = in_order[0 if query.skip is None else int(text(query.skip)) :]
    return [each["id"] for each in in_order][
        : None if query.limit is None else int(text(query.limit))
    ]


def _n(per: syntax.Per) -> int:
    return int(text(per.count))


def rank(image: Record, in_order: Sequence[Record], per: syntax.Per) -> int:
    """Return how many images of the same group come before one."""
    row = row_of(per.name)
    before = in_order[: [each["id"] for each in in_order].index(image["id"])]
    return sum(shown(row, each, {}) == shown(row, image, {}) for each in before)


def arranged(images: Sequence[Record], keys: Sequence[syntax.Order]) -> list[Record]:
    """Sort images by keys, then by id in the direction of the last one; absent values are least."""

    def compare(one: Record, other: Record) -> int:
        for key in keys:
            left, right = (shown(row_of(key.name), each, {}) for each in (one, other))
            if left != right:
                return _sign(left < right, key)
        return _sign(one["id"] < other["id"], keys[-1])

    return sorted(images, key=cmp_to_key(compare))


def _sign(is_less: bool, key: syntax.Order) -> int:  # noqa: FBT001 -- what is compared
    return -1 if is_less is (key.direction == "asc") else 1
