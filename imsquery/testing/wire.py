"""Strategies for canonical query strings."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.spec import Spec
from imsquery.testing.requested import requested
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
    asked = sorted(each.pair for each in draw(requested(spec, max_predicates, min_predicates)))
    clauses = spec.clauses
    if draw(st.booleans()):
        asked += spec.write_order(draw(_sort_keys(spec)))
    for clause in ("limit", "after"):
        if draw(st.booleans()):
            asked.append((clauses[clause].wire, draw(literals(clauses[clause]))))
    return sorted(asked, key=itemgetter(0))


def _sort_keys(spec: Spec) -> SearchStrategy[list[tuple[str, str | None]]]:
    """Return a strategy for sort keys, in canonical spelling: a direction for all, or for none."""
    most = 3 if spec.takes_sort_keys else 1
    keys = st.lists(literals(spec.clauses["order by"]), min_size=1, max_size=most, unique=True)
    every = st.sampled_from(("asc", "desc"))
    directions = st.just([None] * most) | st.lists(every, min_size=most, max_size=most)
    return st.builds(lambda some, ways: [*zip(some, ways, strict=False)], keys, directions)


def query_strings(spec: Spec = CLOUDIMAGES, *, max_predicates: int = 6) -> SearchStrategy[str]:
    """Return a strategy for canonical query strings, without ``?``, including the empty one."""
    return pairs(spec, max_predicates=max_predicates).map(encoded)


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Write pairs as a query string; ``:`` and ``=`` in values are not encoded."""
    return "&".join(f"{name}={quote(value, safe=':=')}" for name, value in pairs)
