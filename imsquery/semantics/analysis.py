"""Analysis of a query: parsing, binding, simplifying and checking, for all that needs them."""

from __future__ import annotations

from imsquery.language.parser import parse_with, tokenize
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import Atom, Deferred, Not, Or, fold, leaves
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
    from imsquery.semantics.formula import BoundQuery, Formula


class Analysis:
    """A bound query, and the steps that can follow; most compiles need none of them.

    Attributes:
        binder: bound the query; it collects the findings, and knows where tokens are.
        bound: the query as written.
        resolve: returns the formula of a condition whose placeholders have values.
        dead: the parts of the formula that can match nothing where they are, once checked.
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
        """Whether the filter can match anything, as far as is known once it is checked."""
        return self.formula not in self.dead

    @property
    def pruned(self) -> Formula:
        """The formula without its dead parts."""
        return _prune(self.formula, self.dead)

    @property
    def text(self) -> str:
        """The text of the query."""
        return self.binder.tokens.text

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The findings up to now, unordered."""
        return tuple(self.binder.findings)

    def clause_value(self, written: str | int | Deferred | None) -> str | int | None:
        """Return the value of a clause; ``None``, with a finding, for a placeholder without one."""
        if not isinstance(written, Deferred):
            return written
        if self.resolve is None:
            self.binder.report_unbound(written)
            return None
        atom = self.resolve(written)
        return atom.value if isinstance(atom, Atom) else None

    def check_consistency(self) -> None:
        """Report contradictions and missing conditions; find the dead parts."""
        self.dead = check_consistency(self.formula, self.bound.filter, self.binder)

    def report_expressions(self) -> None:
        """Report regular expressions that RE2 does not accept.

        Raises:
            ModuleNotFoundError: there are expressions, but the extra ``re2`` is not installed.
        """
        from imsquery.language.patterns import PatternError, check_expression

        for leaf in leaves(self.bound.filter):
            if type(leaf) is Atom and leaf.relation == "matches":
                try:
                    check_expression(str(leaf.value))
                except PatternError as error:
                    message = f"invalid regular expression for RE2: {error}"
                    self.binder.report("bad-value", message, self.binder.span(leaf.last))

    def check_expressions(self) -> None:
        """Raise if RE2 does not accept a regular expression.

        Raises:
            QueryError: with a ``bad-value`` for each.
            ModuleNotFoundError: there are expressions, but the extra ``re2`` is not installed.
        """
        self.report_expressions()
        self.raise_errors(but="contradiction")

    def raise_errors(self, *, but: str = "") -> None:
        """Raise :class:`QueryError` if any finding is an error, except for those of one code."""
        found = self.binder.findings
        if any(each.severity == "error" and each.code != but for each in found):
            from imsquery.diagnostics.errors import QueryError

            raise QueryError(self.text, found)

    def span(self, part: Formula) -> Span:
        """Return the place of a part of the filter."""
        from imsquery.diagnostics.source import Span

        return Span(*self.binder.span(part.first, part.last))

    def refuse(self, code: str, message: str, part: Formula | None = None) -> QueryError:
        """Return the error that refuses the filter because of a part, or as a whole."""
        from imsquery.diagnostics.errors import QueryError
        from imsquery.diagnostics.model import Diagnostic
        from imsquery.diagnostics.source import Span

        span = Span(0, len(self.text)) if part is None else self.span(part)
        return QueryError(self.text, [*self.findings, Diagnostic(code, "error", message, span)])


def bind(
    tokens: Tokens, spec: Spec, *, now: datetime | None = None, allow_unlisted: bool = False
) -> Analysis:
    """Parse a text and bind it to a spec; errors become findings.

    Args:
        tokens: of the text.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
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
    """Analyze a query for planning, matching or decisions.

    A filter that can never match is not an error here: it finds nothing, as Boolean algebra
    requires.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.

    Raises:
        QueryError: any error but ``contradiction``.
    """
    analysis = bind(tokenize(text_of(query), limits), spec, now=now, allow_unlisted=allow_unlisted)
    for deferred in analysis.bound.deferred():
        analysis.binder.report_unbound(deferred)
    analysis.check_consistency()
    analysis.binder.check_order(analysis.bound)
    analysis.raise_errors(but="contradiction")
    return analysis


def text_of(query: str | Query | Expr) -> str:
    """Return the text of a query; a tree is written out, so that findings can point at text."""
    if isinstance(query, str):
        return query
    from imsquery.language.unparse import unparse

    return unparse(query)


def _prune(formula: Formula, dead: Sequence[Formula]) -> Formula:
    """Return a simplified filter with some parts replaced by ``none``, simplified again."""
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
