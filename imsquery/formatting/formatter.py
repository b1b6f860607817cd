"""Queries in canonical layout."""

from __future__ import annotations

from imsquery.diagnostics.errors import QueryError
from imsquery.formatting.layout import Layout
from imsquery.formatting.printer import print_page
from imsquery.language.parser import parse_with, tokenize
from imsquery.language.syntax import Query
from imsquery.language.unparse import unparse
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.spec import Spec

__all__ = ["format", "unparse"]


def format(  # noqa: A001 -- the public name
    query: str | Query, *, spec: Spec = CLOUDIMAGES, limits: Limits = DEFAULT_LIMITS
) -> str:
    """Write a query in canonical layout.

    Short names, lower-case keywords, quotes and parentheses only where needed; lines of up to 88
    columns, broken at ``and``, ``or`` and in lists; comments stay at their predicates.  The tree is
    the same.  A text so long or so deep that this layout of it would go beyond the limits stays as
    it is.

    Args:
        query: the text, or a syntax tree.
        spec: which names have a shorter one.
        limits: how much text to take in.

    Returns:
        The text, without a line break at its end.

    Raises:
        QueryError: every ``syntax`` finding, or one of ``too-long``, ``too-deep``, ``too-many``.
    """
    text = query if isinstance(query, str) else unparse(query)
    tokens = tokenize(text, limits)
    algebra, page = parse_with(Layout(tokens, spec), tokens)
    if algebra.findings:
        raise QueryError(text, algebra.findings)
    formatted = print_page(page)
    try:
        tokenize(formatted, limits)
    except QueryError:
        return text
    return formatted
