"""Queries compiled to a single request: by the shortcut, or by parser and binder."""

from __future__ import annotations

from functools import cache, lru_cache

from imsquery.compiler.shortcut import compile_plain
from imsquery.language.lexer import scan
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from imsquery.compiler.query_string import CompiledQuery
    from imsquery.language.lexer import Tokens
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis

    _FullWay = tuple[
        Callable[..., Tokens], Callable[..., Analysis], Callable[[Analysis], CompiledQuery]
    ]


class _OfNow(Exception):  # noqa: N818 -- carries a result past the cache
    """A result that depends on the clock."""

    def __init__(self, compiled: CompiledQuery) -> None:
        self.compiled = compiled


def compile(  # noqa: A001 -- the public name
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> CompiledQuery:
    """Compile a query to one canonical query string.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: the time for ``now`` and ``today``, taken as UTC if it has no time zone; by default
            the clock, read once.
        allow_unlisted: accept values not in open lists, with a warning.
        limits: bounds on the text.

    Returns:
        The request; for a text compiled before, possibly the same object.

    Raises:
        QueryError: there are errors; it has all findings of ``check(…, target="compile")``.
    """
    if isinstance(query, str):
        text = query
    else:
        from imsquery.language.unparse import unparse

        text = unparse(query)
    try:
        # Nothing else has an effect on the result: limits can only refuse a text.
        if now is None and limits is DEFAULT_LIMITS:
            return _compile(text, spec, allow_unlisted)
        return _compile.__wrapped__(text, spec, allow_unlisted, now, limits)
    except _OfNow as found:
        return found.compiled


@lru_cache(maxsize=512)
def _compile(
    text: str,
    spec: Spec,
    allow_unlisted: bool,  # noqa: FBT001 -- part of a key
    now: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CompiledQuery:
    if len(text) > limits.length:
        from imsquery.language.parser import refuse_length

        refuse_length(text, limits)
    found = scan(text)
    compiled = compile_plain(found, spec, limits)
    if compiled is not None:
        return compiled
    to_tokens, bind, finish = _full_way()
    tokens = to_tokens(text, found, limits)
    analysis = bind(tokens, spec, now=now, allow_unlisted=allow_unlisted)
    compiled = finish(analysis)
    if analysis.binder.volatile:
        raise _OfNow(compiled)
    return compiled


@cache
def _full_way() -> tuple[
    Callable[..., Tokens], Callable[..., Analysis], Callable[..., CompiledQuery]
]:
    """Load parser and binder, which most queries do without."""
    from imsquery.compiler.lowering import finish
    from imsquery.language.parser import to_tokens
    from imsquery.semantics.analysis import bind

    return to_tokens, bind, finish
