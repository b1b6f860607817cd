"""How much text is taken in; each bound can be raised."""

from __future__ import annotations


class Limits:
    """Bounds that are checked before any work is done.

    Args:
        length: of the text, in code points.
        depth: of nesting, in parentheses and ``not`` around one predicate.
        count: of predicates; each item of an ``in`` list counts as one.
    """

    __slots__ = ("count", "depth", "length")

    # A plain class: it is made at import, on the way of every compile.
    def __init__(self, *, length: int = 65_536, depth: int = 200, count: int = 10_000) -> None:
        self.length = length
        self.depth = depth
        self.count = count

    def __repr__(self) -> str:
        return f"Limits(length={self.length}, depth={self.depth}, count={self.count})"


DEFAULT_LIMITS = Limits()
