"""Queries over records, checked for engines as for the matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.engines.conditions import NotExpressibleError, express
from imsquery.engines.normal import normalize
from imsquery.evaluation.matching import check_observable
from imsquery.semantics.analysis import analyze
from imsquery.semantics.formula import Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from imsquery.engines.columns import Layout
    from imsquery.engines.engine import Engine, T
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis

_NATURAL = "version"  # the kind of texts in whose order digits count as numbers


def analyze_records(
    query: str | Query | Expr,
    *,
    spec: Spec,
    now: datetime | None,
    allow_unlisted: bool,
    limits: Limits,
) -> Analysis:
    """Analyze a query; raise for what the matcher refuses, too."""
    analysis = analyze(query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits)
    analysis.check_expressions()
    check_observable(analysis)
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
