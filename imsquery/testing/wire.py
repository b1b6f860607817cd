"""Strategies for canonical query strings."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.spec import Spec
from imsquery.testing.trees import requested_pairs
from imsquery.testing.values import literals


@st.composite
def pairs(
    draw: DrawFn,
    spec: Spec = CLOUDIMAGES,
    *,
    min_predicates: int = 0,
    max_predicates: int = 6,
) -> list[tuple[str, str]]:
    """Draw the wire names and values of one request in canonical order, not encoded."""
    asked = dict(draw(requested_pairs(spec, max_predicates, min_predicates)))
    clauses = spec.clauses
    if draw(st.booleans()):
        asked[clauses["order by"].wire] = draw(literals(clauses["order by"]))
        if draw(st.booleans()):
            asked[clauses["direction"].wire] = draw(literals(clauses["direction"]))
    for clause in ("limit", "after"):
        if draw(st.booleans()):
            asked[clauses[clause].wire] = draw(literals(clauses[clause]))
    return sorted(asked.items())


def query_strings(spec: Spec = CLOUDIMAGES, *, max_predicates: int = 6) -> SearchStrategy[str]:
    """Return a strategy for canonical query strings, without ``?``, including the empty one."""
    return pairs(spec, max_predicates=max_predicates).map(encoded)


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs as a query string; ``:`` and ``=`` in values are not encoded."""
    return "&".join(f"{name}={quote(value, safe=':=')}" for name, value in pairs)
