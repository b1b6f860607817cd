"""Parsing within limits, with recovery for texts that do not parse."""

from __future__ import annotations

import re

from imsquery.language.algebra import Algebra
from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import ERROR, Tokens, scan
from imsquery.limits import DEFAULT_LIMITS

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn, TypeVar

    from imsquery.language.lexer import Lexemes
    from imsquery.limits import Limits

    A = TypeVar("A", bound="Algebra")


def tokenize(text: str, limits: Limits = DEFAULT_LIMITS) -> Tokens:
    """Split a text into tokens.

    Raises:
        QueryError: ``too-long``, ``too-deep`` or ``too-many``, as the limits say.
    """
    if len(text) > limits.length:
        refuse_length(text, limits)
    return to_tokens(text, scan(text), limits)


def is_within_limits(text: str, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Return whether a text is within limits."""
    lowered = text.lower()
    # Of what counts, there is no more than can be written with these characters.
    deep = lowered.count("(") + lowered.count("not")
    separators = lowered.count("and") + lowered.count("or") + lowered.count(",")
    if len(text) <= limits.length and deep <= limits.depth and separators < limits.count:
        return True
    from imsquery.diagnostics.errors import QueryError

    try:
        tokenize(text, limits)
    except QueryError:
        return False
    return True


def refuse_length(text: str, limits: Limits) -> NoReturn:
    """Raise an error for a text that is longer than the limit."""
    _refuse(text, "too-long", (limits.length, len(text)), f"{limits.length:,} code points")


def to_tokens(text: str, found: Sequence[Lexemes], limits: Limits) -> Tokens:
    """Return the tokens of a text, given its lexemes.

    Raises:
        QueryError: ``too-deep`` or ``too-many``, as the limits say.
    """
    tokens = Tokens(text, found)
    if len(tokens.kinds) > limits.depth:
        _check_depth(tokens, limits.depth)
    if len(tokens.kinds) > limits.count:
        _check_count(tokens, limits.count)
    return tokens


def _check_depth(tokens: Tokens, limit: int) -> None:
    """Raise an error for a text that nests deeper than the limit, before it is parsed.

    The parentheses of lists and calls and the ``not`` of ``not in`` do not count.
    """
    kinds = tokens.kinds
    if kinds.count("LPAR") + kinds.count("NOT") <= limit:
        return
    before = ""
    level = 0
    negations = 0  # since the last connective, within this parenthesis
    outside: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind == "LPAR":
            outside.append((level, negations))
            level += before not in {"IN", "WORD"}
            negations = 0
        elif kind == "RPAR" and outside:
            level, negations = outside.pop()
        elif kind == "NOT" and kinds[index + 1] not in {"IN", "BETWEEN", "MATCH"}:
            level += 1
            negations += 1
        elif kind in {"AND", "OR"}:
            level -= negations
            negations = 0
        if level > limit:
            _refuse(tokens.text, "too-deep", tokens.span(index), f"{limit} levels")
        before = kind


def _check_count(tokens: Tokens, limit: int) -> None:
    """Raise an error for a text with more predicates than the limit, before it is parsed.

    Predicates and list items are counted by the connectives and commas between them.
    """
    kinds = tokens.kinds
    separators = kinds.count("AND") + kinds.count("OR") + kinds.count("COMMA")
    if separators - kinds.count("BETWEEN") < limit:
        return
    seen = 0
    for index, kind in enumerate(kinds):
        seen += (kind in {"AND", "OR", "COMMA"}) - (kind == "BETWEEN")
        if seen >= limit:
            span = (tokens.span(index)[0], len(tokens.text))
            _refuse(tokens.text, "too-many", span, f"{limit:,} predicates")


def _refuse(text: str, code: str, span: tuple[int, int], bound: str) -> NoReturn:
    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.model import diagnostic

    message = f"more than {bound}; the limit can be raised"
    raise QueryError(text, [diagnostic(code, message, span)])


def parse_with(algebra: A, tokens: Tokens) -> tuple[A, Any]:
    """Parse tokens; recover if they do not parse.

    Args:
        algebra: without findings.
        tokens: of the text.

    Returns:
        The algebra with its findings (another one after a syntax error), and what it made of the
        query; after a syntax error, of everything that could be read around it.
    """
    value = None if ERROR in tokens.kinds else parse_tokens(tokens, algebra)
    if value is not None:
        return _reread(algebra, tokens, value) if algebra.findings else (algebra, value)
    from imsquery.language.recovery.recover import recover

    algebra = algebra.afresh()
    return algebra, recover(tokens, algebra)


def _reread(algebra: A, tokens: Tokens, value: Any) -> tuple[A, Any]:
    """Return the reading of a text with findings: as a URL or an option, if it is wholly one."""
    if len(tokens.kinds) <= _FEW and re.match(_REQUEST, tokens.text):
        from imsquery.language.recovery.recover import recover_request

        other = algebra.afresh()
        meant = recover_request(tokens, other)
        if meant is not None:
            return other, meant
    return algebra, value


_FEW = 5  # tokens: a name, a sign, a value, and up to two ends
_REQUEST = r"\s*--|\S*\?|[^=]*=\s*[a-z]+:"
