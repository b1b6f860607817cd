"""Filters as they are written, with the meaning of each part.

The syntax tree says how a filter is written, the bound filter what each predicate in it means; they
are joined by their places in the text.  So nothing here tells one predicate from another.
"""

from __future__ import annotations

from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen
from imsquery.language.syntax import Everything, parse
from imsquery.language.unparse import unparse
from imsquery.limits import Limits
from imsquery.semantics.analysis import analyze, text_of
from imsquery.semantics.formula import And, Not, Or

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from imsquery.language.syntax import Expr, Query
    from imsquery.semantics.formula import Formula


class Written(Frozen):
    """A filter, and what its parts mean.

    Attributes:
        text: the filter, on one line and without comments.
        filter: its syntax tree.
    """

    text: str
    filter: Expr
    _meanings: Mapping[Span, Formula]

    def meaning(self, part: Expr) -> Formula:
        """Return the bound filter of the syntax tree or of a part of it."""
        return self._meanings[part.span]


def read_written(query: str | Query | Expr, *, limits: Limits, **options: Any) -> Written:
    """Read a filter, whose clauses are ignored.

    Args:
        query: the text, or a syntax tree.
        limits: bounds on the text.
        options: further ones of :func:`~imsquery.semantics.analysis.inspect`.

    Raises:
        QueryError, TypeError: as :func:`~imsquery.semantics.analysis.analyze`.
    """
    whole = parse(text_of(query), limits=limits)
    if isinstance(whole.filter, Everything):
        every = Everything(span=Span(0, len("all")))
        return Written("all", every, {every.span: And((), 0, 0)})
    text = unparse(whole)
    # Spread out, a text may be longer than it was.
    enough = Limits(length=len(text), depth=len(text), count=max(len(text), limits.count))
    tree = parse(text, limits=enough).filter
    analysis = analyze(text, limits=enough, **options)
    # A part comes before what it is part of, which counts where both are at one place.
    meanings = {analysis.span(part): part for part in _parts_first(analysis.bound.filter)}
    return Written(text[: tree.span.end], tree, meanings)


def _parts_first(formula: Formula) -> Iterator[Formula]:
    found: list[Formula] = []
    pending = [formula]
    while pending:
        node = pending.pop()
        found.append(node)
        if isinstance(node, And | Or):
            pending += node.operands
        elif isinstance(node, Not):
            pending.append(node.operand)
    return reversed(found)
