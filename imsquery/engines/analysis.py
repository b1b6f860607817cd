"""Queries over records, checked for engines as for the matcher."""

from __future__ import annotations

from imsquery.engines.conditions import NotExpressibleError, express
from imsquery.engines.normal import normalize
from imsquery.evaluation.matching import analyze_records
from imsquery.semantics.formula import Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

    from imsquery.engines.columns import Layout
    from imsquery.engines.engine import Engine, T
    from imsquery.language.syntax import Expr, Query
    from imsquery.semantics.analysis import Analysis

_NATURAL = "version"  # the kind of texts in whose order digits count as numbers


def analyze_for_engine(query: str | Query | Expr, **options: Any) -> Analysis:
    """Return the analysis of a query as the matcher takes it, with an order that engines have.

    Args:
        query: the text, or a syntax tree.
        options: those of :func:`analyze_records`.
    """
    analysis = analyze_records(query, **options)
    for key in analysis.bound.order:
        if key.parameter.kind.name == _NATURAL:
            message = f"engines cannot sort by `{key.parameter.name}` in natural order"
            raise analysis.refuse("not-expressible", message, Unknown(key.token, key.token))
    return analysis


def express_filter(analysis: Analysis, engine: Engine[T], layout: Layout) -> T | bool:
    """Return the filter of a query as an engine evaluates it.

    Raises:
        QueryError: the engine lacks something; the finding points at it.
    """
    try:
        return express(normalize(analysis.bound.filter), engine, layout)
    except NotExpressibleError as error:
        place = Unknown(error.leaf.token, error.leaf.token)
        raise analysis.refuse("not-expressible", error.reason, place) from None
