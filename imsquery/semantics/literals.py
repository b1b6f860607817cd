"""Literals bound to parameters: comparisons with values, and findings about the values."""

from __future__ import annotations

from datetime import UTC, datetime

from imsquery.diagnostics.edits import clip
from imsquery.language.algebra import Algebra
from imsquery.language.operators import EQUALITY
from imsquery.language.times import read_time, time_condition
from imsquery.schema.kinds import RefusedValue, advise_pattern
from imsquery.semantics.formula import And, Atom, Deferred, Not, Or, Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from typing import Any, Self

    from imsquery.language.lexer import Tokens
    from imsquery.schema.kinds import Advice
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.invalid_values import Comparison


class LiteralBinder(Algebra, is_partial=True):
    """Makes conditions of parameters, operators and literals.

    Args:
        tokens: of the text.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once, when needed.
        allow_unlisted: accept values not in open lists, with a warning.

    Attributes:
        allow_unlisted: the argument.
        volatile: the clock was read, so that the same text may mean something else later.
        doubts: conditions that find nothing unless they are negated, by ``id``; reported once it is
            known whether they are.
        is_deferred: a condition waits for the value of a placeholder.
        outline: what :mod:`imsquery.semantics.misplaced_clauses` remembers of the text.
        valid: kinds and lexemes of conditions that :mod:`imsquery.semantics.rebinding` knows
            to be valid.
    """

    outline: Any = None
    is_deferred = False

    def __init__(
        self,
        tokens: Tokens,
        spec: Spec,
        *,
        now: datetime | None = None,
        allow_unlisted: bool = False,
    ) -> None:
        super().__init__(tokens)
        self.spec = spec
        self.valid: set[tuple[str, ...]] = set()
        self.volatile = False
        self._names = spec.names
        self._lexemes = tokens.lexemes
        self._kinds = tokens.kinds
        self._now = now
        self.allow_unlisted = allow_unlisted
        self.doubts: dict[int, tuple[Formula, Comparison, Advice]] = {}

    def afresh(self, *, keep: bool = False) -> Self:
        other = super().afresh(keep=keep)
        other.doubts = {}
        return other

    def over(self, tokens: Tokens) -> Self:
        """Return the same binder for other tokens, without findings."""
        return type(self)(tokens, self.spec, now=self._now, allow_unlisted=self.allow_unlisted)

    def _compare(
        self,
        parameter: Parameter,
        relation: str,
        literal: str,
        first: int,
        operator: int | None,
        token: int,
        last: int,
    ) -> Formula:
        """Bind a comparison.

        Args:
            parameter: the left side.
            relation: ``=``, ``!=`` or an order operator.
            literal: the right side.
            first: the first token of the condition.
            operator: the token of the operator; ``None`` if it is not written as one.
            token: the token of the literal.
            last: the last token of the condition.
        """
        kind = parameter.kind
        if parameter.is_time:
            return self._time(parameter, relation, literal, first, operator, token, last)
        try:
            if relation not in EQUALITY:
                bound, limit = kind.read_bound(relation, literal)
                return Atom(parameter, bound, limit, first, last)
            value = kind.read(literal)
        except RefusedValue as refused:
            written = self._written(parameter, relation, literal, first, operator, token)
            read = written.reread(refused, allow_unlisted=self.allow_unlisted)
            if read is None:
                return Unknown(first, last)
            if relation not in EQUALITY:
                return Atom(parameter, relation, read, first, last)
            value = read
        atom = Atom(parameter, "=", value, first, last)
        advice = kind.advise(literal) if kind.advises else None
        if advice is not None:
            written = self._written(parameter, relation, literal, first, operator, token)
            written.report_advice(advice)
        elif parameter.doubts:
            doubt = parameter.doubt(str(value))
            if doubt is not None:
                written = self._written(parameter, relation, literal, first, operator, token)
                self.doubts[id(atom)] = atom, written, doubt
        return atom if relation == "=" else Not(atom, first, last)

    def _match(
        self, parameter: Parameter, relation: str, literal: str, first: int, token: int, last: int
    ) -> Formula:
        """Bind a comparison with a part of a text, or with a pattern; ``token`` is the operator."""
        advice = advise_pattern(relation, literal) if relation != "matches" else None
        if advice is not None:
            written = self._written(parameter, relation, literal, first, token, last)
            written.report_advice(advice)
        return Atom(parameter, relation, literal, first, last)

    def report_doubts(self, formula: Formula, *, positive: bool = True) -> None:
        """Report the conditions of a filter that find nothing, if they are not negated."""
        pending = [(formula, positive)]
        while pending:
            node, positive = pending.pop()
            if isinstance(node, And | Or):
                pending += [(each, positive) for each in node.operands]
            elif isinstance(node, Not):
                pending.append((node.operand, not positive))
            elif isinstance(node, Deferred):
                node.is_positive = positive
            elif positive and id(node) in self.doubts:
                _, written, doubt = self.doubts[id(node)]
                written.report_advice(doubt)
        self.doubts = {}

    def _time(
        self,
        parameter: Parameter,
        relation: str,
        literal: str,
        first: int,
        operator: int | None,
        token: int,
        last: int,
    ) -> Formula:
        """Bind a comparison with a time, which is compared with the ends of a coarse interval."""
        try:
            interval = read_time(literal, self._now)
        except ValueError:
            from imsquery.language.clock import reads_clock

            if not reads_clock(literal) or self._now is not None:
                written = self._written(parameter, relation, literal, first, operator, token)
                written.report_time()
                return Unknown(first, last)
            self._now = datetime.now(UTC)
            self.volatile = True
            return self._time(parameter, relation, literal, first, operator, token, last)
        except OverflowError:
            message = f"`{clip(literal)}` is outside the years 1 to 9999"
            self.report("out-of-range", message, self.span(token))
            return Unknown(first, last)
        try:
            if relation not in EQUALITY or (
                interval.end is None and not _is_bounded(parameter, relation, interval.start)
            ):
                relation, moment = time_condition(relation, interval)
                if relation != "!=" or parameter.total:
                    return Atom(parameter, relation, moment, first, last)
                return Not(Atom(parameter, "=", moment, first, last), first, last)
            start = Atom(parameter, ">=", interval.start, first, last)
            within = And((start, Atom(parameter, "<", interval.after, first, last)), first, last)
        except OverflowError:
            message = f"`{clip(literal)}` ends after 9999-12-31T23:59:59Z; write it to the second"
            self.report("out-of-range", message, self.span(token))
            return Unknown(first, last)
        return within if relation == "=" else Not(within, first, last)

    def _written(
        self,
        parameter: Parameter,
        relation: str,
        literal: str,
        first: int,
        operator: int | None,
        token: int,
    ) -> Comparison:
        """Return a comparison to report; arguments are those of :meth:`_compare`."""
        from imsquery.semantics.invalid_values import Comparison

        return Comparison(self, self.spec, parameter, relation, literal, first, operator, token)

    def _with_literals(
        self,
        first: int,
        last: int,
        tokens: Sequence[int],
        build: Callable[..., Formula],
        *,
        comparison: tuple[Parameter, str] | None = None,
    ) -> Formula:
        """Build a formula from literals, now or once the placeholders among them have values."""
        for token in tokens:
            if self._kinds[token] == "PLACEHOLDER":
                self.is_deferred = True
                return Deferred(first, last, tokens, build, comparison=comparison)
        return build(self, [self.literal(token) for token in tokens])

    def report_unbound(self, deferred: Deferred, given: Container[str] = ()) -> None:
        """Report the placeholders of a condition or clause that have no value."""
        for token in deferred.tokens:
            name = self._lexemes[token]
            if self._kinds[token] == "PLACEHOLDER" and name[1:] not in given:
                self.report(
                    "unbound-placeholder",
                    f"`{name}` has no value; bind one: `prepare(…).bind({name[1:]}=…)`, "
                    f"`.plan({name[1:]}=…)` or `.matcher({name[1:]}=…)`; in a command, "
                    f"`--set {name[1:]}=…`",
                    self.span(token),
                )


def _is_bounded(parameter: Parameter, relation: str, second: str) -> bool:
    """Return whether a server can be asked about a second by its bounds alone."""
    forms = parameter.forms
    is_seen = parameter.observed is not None and second != _LAST
    return is_seen and relation not in forms and "<" in forms and ">=" in forms


_LAST = "9999-12-31T23:59:59Z"  # which nothing comes after
