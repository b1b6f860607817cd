"""Queries parsed, bound to a spec, simplified and checked, each step once and in one place."""

from __future__ import annotations

from imsquery.language.parser import parse_with, tokenize
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import Atom, Not, Or, fold, leaves
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.diagnostics.source import Span
    from imsquery.language.lexer import Tokens
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Deferred, Formula


class Analysis:
    """A bound query, and what follows from it.

    The steps after binding are taken when they are asked for: most compiles need none of them.

    Attributes:
        binder: what bound the query; it collects the findings and knows the places of tokens.
        bound: the query as it was written.
        resolve: returns the formula of a condition with placeholders, where these have values.
        dead: parts of the formula that can match nothing where they are, once it is checked.
    """

    dead: Sequence[Formula] = ()
    _formula: Formula | None = None

    def __init__(
        self,
        binder: Binder,
        bound: BoundQuery,
        resolve: Callable[[Deferred], Formula] | None = None,
    ) -> None:
        self.binder = binder
        self.bound = bound
        self.resolve = resolve

    @property
    def formula(self) -> Formula:
        """The filter, simplified."""
        if self._formula is None:
            self._formula = simplify(self.bound.filter, self.resolve)
        return self._formula

    @property
    def can_match(self) -> bool:
        """Whether the filter can match anything, as far as the check has shown."""
        return self.formula not in self.dead

    @property
    def pruned(self) -> Formula:
        """The simplified filter without its dead parts."""
        return _prune(self.formula, self.dead)

    @property
    def text(self) -> str:
        """What was read."""
        return self.binder.tokens.text

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What has been found until now, in no order."""
        return tuple(self.binder.findings)

    def check_consistency(self) -> None:
        """Report what the filter cannot mean, and remember its dead parts."""
        self.dead = check_consistency(self.formula, self.bound.filter, self.binder)

    def report_expressions(self) -> None:
        """Report the regular expressions that RE2 does not read.

        Raises:
            ModuleNotFoundError: there are expressions, and the extra ``re2`` is not installed.
        """
        from imsquery.language.patterns import PatternError, check_expression

        for leaf in leaves(self.bound.filter):
            if type(leaf) is Atom and leaf.relation == "matches":
                try:
                    check_expression(str(leaf.value))
                except PatternError as error:
                    message = f"not a regular expression that RE2 reads: {error}"
                    self.binder.report("bad-value", message, self.binder.span(leaf.last))

    def check_expressions(self) -> None:
        """Raise if there is a regular expression that RE2 does not read.

        Raises:
            QueryError: ``bad-value``, for each.
            ModuleNotFoundError: there are expressions, and the extra ``re2`` is not installed.
        """
        self.report_expressions()
        self.raise_errors(but="contradiction")

    def raise_errors(self, *, but: str = "") -> None:
        """Raise :class:`QueryError` if any finding is an error, other than those of one code."""
        found = self.binder.findings
        if any(each.severity == "error" and each.code != but for each in found):
            from imsquery.diagnostics.errors import QueryError

            raise QueryError(self.text, found)

    def span(self, part: Formula) -> Span:
        """Return the place where a part of the filter was written."""
        from imsquery.diagnostics.source import Span

        return Span(*self.binder.span(part.first, part.last))

    def refuse(self, code: str, message: str, part: Formula | None = None) -> QueryError:
        """Return the error that a part of the filter, or all of it, is."""
        from imsquery.diagnostics.errors import QueryError
        from imsquery.diagnostics.model import Diagnostic
        from imsquery.diagnostics.source import Span

        span = Span(0, len(self.text)) if part is None else self.span(part)
        return QueryError(self.text, [*self.findings, Diagnostic(code, "error", message, span)])


def bind(
    tokens: Tokens, spec: Spec, *, now: datetime | None = None, allow_unlisted: bool = False
) -> Analysis:
    """Parse tokens and bind them to a spec; what is wrong is found, never raised.

    Args:
        tokens: of the text.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
        allow_unlisted: accept values not in open lists, with a warning.
    """
    binder = Binder(tokens, spec, now=now, allow_unlisted=allow_unlisted)
    return Analysis(*parse_with(binder, tokens))


def analyze(
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Analysis:
    """Analyze a query that is to be planned, matched or reasoned about.

    A filter that can never match is no error here: it finds nothing, as the algebra of filters
    wants it.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.

    Raises:
        QueryError: every finding that is an error, but for ``contradiction``.
    """
    analysis = bind(tokenize(text_of(query), limits), spec, now=now, allow_unlisted=allow_unlisted)
    for deferred in analysis.bound.deferred():
        analysis.binder.report_unbound(deferred)
    analysis.check_consistency()
    analysis.binder.check_order(analysis.bound)
    analysis.raise_errors(but="contradiction")
    return analysis


def text_of(query: str | Query | Expr) -> str:
    """Return the text of a query; a tree is written out, so that findings have a place."""
    if isinstance(query, str):
        return query
    from imsquery.language.unparse import unparse

    return unparse(query)


def _prune(formula: Formula, dead: Sequence[Formula]) -> Formula:
    """Return a simplified filter without some parts that can match nothing where they are."""
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
