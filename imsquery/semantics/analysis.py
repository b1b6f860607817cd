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
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.diagnostics.source import Span
    from imsquery.language.lexer import Tokens
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Formula
    from imsquery.semantics.values import Bindable


class Analysis:
    """A bound query, and the steps that can follow; most compiles need none of them.

    Attributes:
        binder: bound the query; it collects the findings, and knows where tokens are.
        bound: the query as written.
        dead: the parts of the formula that can match nothing where they are, once checked.
    """

    dead: Sequence[Formula] = ()
    _formula: Formula | None = None
    _lacking: ModuleNotFoundError | None = None

    def __init__(self, binder: Binder, bound: BoundQuery) -> None:
        self.binder = binder
        self.bound = bound

    @property
    def formula(self) -> Formula:
        """The filter, simplified."""
        if self._formula is None:
            self._formula = simplify(self.bound.filter)
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
    def has_plan(self) -> bool:
        """Whether a plan can find all conditions, as far as is known once it is checked."""
        return all(each.code != "not-observable" for each in self.binder.findings)

    @property
    def asks_hidden(self) -> bool:
        """Whether a condition is of what image records do not show."""
        found = (leaf for leaf in leaves(self.formula) if isinstance(leaf, Atom))
        return any(leaf.parameter.observed is None for leaf in found)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the placeholders, in text order."""
        tokens = self.binder.tokens
        kinds = enumerate(tokens.kinds)
        found = [tokens.lexemes[index][1:] for index, kind in kinds if kind == "PLACEHOLDER"]
        return tuple(dict.fromkeys(found))

    def fill(self, values: Mapping[str, Bindable], limits: Limits) -> None:
        """Put the values of placeholders in place; those invalid or missing become findings.

        Args:
            values: by name without `$`.
            limits: bounds on the length of a list.

        Raises:
            TypeError: a value has another type, or there is no placeholder of its name.
        """
        from imsquery.semantics.values import check_names, fill

        check_names(self.placeholders, values)
        self.bound = fill(self.bound, self.binder, values, limits)

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
        if isinstance(written, Deferred):
            self.binder.report_unbound(written)
            return None
        return written

    def check(self) -> None:
        """Report what is wrong with the query as a whole; find the dead parts."""
        self.check_consistency()
        self.binder.check_order(self.bound)
        self.report_expressions()

    def check_consistency(self) -> None:
        """Report contradictions and missing conditions; find the dead parts."""
        self.dead = check_consistency(self.formula, self.bound.filter, self.binder)

    def report_expressions(self) -> None:
        """Report regular expressions that RE2 does not accept, if the extra is installed."""
        from imsquery.language.patterns import PatternError, check_expression

        for leaf in leaves(self.bound.filter):
            if type(leaf) is Atom and leaf.relation == "matches":
                try:
                    check_expression(str(leaf.value))
                except PatternError as error:
                    message = f"invalid regular expression for RE2: {error}"
                    self.binder.report("bad-value", message, self.binder.span(leaf.last))
                except ModuleNotFoundError as error:
                    self._lacking = error

    def require_extras(self) -> None:
        """Raise if regular expressions cannot be run.

        Raises:
            ModuleNotFoundError: there are some, and the extra ``re2`` is not installed.
        """
        if self._lacking is not None:
            raise self._lacking

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


def inspect(
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Analysis:
    """Return the analysis of a query with the values of its placeholders; errors are findings.

    Args:
        query: the text, or a syntax tree.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text, and on the length of a list of values.
        values: those of placeholders, by name without `$`.

    Raises:
        QueryError: the text is beyond the limits.
        TypeError: a value has another type, or there is no placeholder of its name.
    """
    analysis = bind(tokenize(text_of(query), limits), spec, now=now, allow_unlisted=allow_unlisted)
    if values or next(analysis.bound.deferred(), None) is not None:
        analysis.fill(values or {}, limits)
    analysis.check()
    return analysis


def analyze(query: str | Query | Expr, **options: Any) -> Analysis:
    """Return the analysis of a query that is to be decided about.

    A filter that can never match is not an error here: it finds nothing, as Boolean algebra
    requires.

    Args:
        query: the text, or a syntax tree.
        options: those of :func:`inspect`.

    Raises:
        QueryError: any error but ``contradiction``.
        TypeError: as :func:`inspect`.
    """
    analysis = inspect(query, **options)
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
