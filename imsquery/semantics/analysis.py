"""Queries bound for whatever looks at records or makes several requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import Diagnostic
from imsquery.diagnostics.source import Span
from imsquery.language.parser import parse_with, tokenize
from imsquery.language.patterns import PatternError, check_expression
from imsquery.language.unparse import unparse
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import Atom, Deferred, Not, Or, fold, leaves
from imsquery.semantics.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import datetime

    from imsquery.language.algebra import Algebra
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Formula


@frozen
class Binding:
    """A query that nothing speaks against but, at most, that it matches nothing.

    Attributes:
        text: what was read.
        algebra: what bound it; knows the places of tokens.
        bound: the query as it was written.
        formula: its filter, simplified, without what can match nothing.
        warnings: findings that did not stand in the way.
    """

    text: str
    algebra: Algebra
    bound: BoundQuery
    formula: Formula
    warnings: tuple[Diagnostic, ...]

    def span(self, part: Formula) -> Span:
        """Say where a part of the filter was written: code points from 0, half-open."""
        return Span(*self.algebra.span(part.first, part.last))

    def refuse(self, code: str, message: str, part: Formula | None = None) -> QueryError:
        """Make the error that a part of the filter, or all of it, is."""
        span = Span(0, len(self.text)) if part is None else self.span(part)
        found = Diagnostic(code, "error", message, span)
        return QueryError(self.text, [*self.warnings, found])


def bind(
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Binding:
    """Bind a query that is to be planned, matched or reasoned about.

    A filter that can never match is no error here: it finds nothing, as the algebra of filters
    wants it.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
        allow_unlisted: take values that an open enumeration does not list.
        limits: how much text to take in.

    Raises:
        QueryError: every finding that is an error, but for ``contradiction``.
    """
    text = query if isinstance(query, str) else unparse(query)
    tokens = tokenize(text, limits)
    algebra, bound = parse_with(
        Binder(tokens, spec, now=now, allow_unlisted=allow_unlisted), tokens
    )
    if bound is None:
        raise QueryError(text, algebra.findings)
    for clause in (bound.limit, bound.after):
        if isinstance(clause, Deferred):
            report_unbound(clause, algebra)
    for leaf in leaves(bound.filter):
        if isinstance(leaf, Deferred):
            report_unbound(leaf, algebra)
    formula = simplify(bound.filter)
    dead: list[Formula] = []
    check_consistency(formula, bound.filter, algebra, spec, dead)
    algebra.check_order(bound)
    if any(each.severity == "error" and each.code != "contradiction" for each in algebra.findings):
        raise QueryError(text, algebra.findings)
    return Binding(text, algebra, bound, _prune(formula, dead), tuple(algebra.findings))


def _prune(formula: Formula, dead: Sequence[Formula]) -> Formula:
    """Take out parts that can match nothing where they stand."""
    if not dead:
        return formula
    numbers = {id(each) for each in dead}

    def kept(node: Formula, result: Formula) -> Formula:
        return Or((), node.first, node.last) if id(node) in numbers else result

    return simplify(
        fold(
            formula,
            lambda leaf: kept(leaf, leaf),
            lambda node, operand: kept(node, Not(operand, node.first, node.last)),
            lambda node, parts: kept(node, type(node)(parts, node.first, node.last)),
        )
    )


def check_expressions(binding: Binding) -> None:
    """Check the regular expressions of a query.

    Raises:
        QueryError: ``bad-value``: one is none.
        ModuleNotFoundError: there are some, and what reads them is not installed.
    """
    algebra = binding.algebra
    report_expressions(binding.bound.filter, algebra)
    if any(found.severity == "error" for found in algebra.findings[len(binding.warnings) :]):
        raise QueryError(binding.text, algebra.findings)


def report_expressions(formula: Formula, algebra: Algebra) -> None:
    """Report each regular expression of a filter that is none, as ``bad-value``.

    Raises:
        ModuleNotFoundError: there are some, and what reads them is not installed.
    """
    for leaf in leaves(formula):
        if isinstance(leaf, Atom) and leaf.relation == "matches":
            try:
                check_expression(str(leaf.value))
            except PatternError as error:
                message = f"not a regular expression that RE2 reads: {error}"
                algebra.report("bad-value", message, algebra.span(leaf.last))


def report_unbound(deferred: Deferred, algebra: Algebra, bound: Container[str] = ()) -> None:
    """Report the placeholders of a condition, but for those whose names are bound."""
    for token in deferred.tokens:
        name = algebra.tokens.lexemes[token]
        if algebra.tokens.kinds[token] == "PLACEHOLDER" and name[1:] not in bound:
            algebra.report(
                "unbound-placeholder",
                f"`{name}` has no value; `prepare(…).bind({name[1:]}=…)` gives it one",
                algebra.span(token),
            )
