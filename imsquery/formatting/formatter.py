"""The canonical layout of a query."""

from __future__ import annotations

from imsquery.diagnostics.errors import QueryError
from imsquery.formatting.layout import LayoutBuilder
from imsquery.formatting.printer import print_layout
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
    """Format a query: the same tree in canonical layout.

    Names are short, keywords are lower case, quotes and parentheses are only where needed. Lines
    have up to 88 columns and are broken at ``and``, ``or`` and in lists. Comments stay with their
    predicates. A text whose layout would exceed the limits is returned unchanged.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters, whose names may be shortened.
        limits: bounds on the text.

    Returns:
        The text, without a final line break.

    Raises:
        QueryError: every ``syntax`` finding, or one of ``too-long``, ``too-deep``, ``too-many``.
    """
    text = query if isinstance(query, str) else unparse(query)
    tokens = tokenize(text, limits)
    algebra, layout = parse_with(LayoutBuilder(tokens, spec), tokens)
    if algebra.findings:
        raise QueryError(text, algebra.findings)
    formatted = print_layout(layout)
    try:
        tokenize(formatted, limits)
    except QueryError:
        return text
    return formatted
