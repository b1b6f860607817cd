"""Bounds on the size of a query."""

from __future__ import annotations

from imsquery.frozen import Frozen


class Limits(Frozen):
    """Bounds that a text is checked against before it is parsed.

    Args:
        length: maximum length of the text, in code points.
        depth: maximum nesting: parentheses and ``not`` around one predicate.
        count: maximum number of predicates; each item of an ``in`` list counts as one.
    """

    __slots__ = _fields = ("length", "depth", "count")
    length: int
    depth: int
    count: int

    def __init__(self, *, length: int = 65_536, depth: int = 200, count: int = 10_000) -> None:
        self._set(length, depth, count)


DEFAULT_LIMITS = Limits()
