"""Queries with placeholders: parsed and bound once, then given values many times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from imsquery.compiler.lowering import finish, lower, time_value
from imsquery.compiler.query_string import CompiledQuery, encode, is_plain, join
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import in_text_order
from imsquery.language.builder import literal_text
from imsquery.language.lexer import has_surrogate
from imsquery.language.parser import tokenize
from imsquery.language.times import read_time, time_condition
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Kind, RefusedValue
from imsquery.semantics.analysis import Analysis, bind, text_of
from imsquery.semantics.formula import And, BoundQuery, Deferred, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.language.lexer import Tokens
    from imsquery.language.syntax import Query
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula

Bindable: TypeAlias = str | int | bool | date | Iterable[str | int | bool | date]
"""What a placeholder may be given; a list only where ``in`` asks for one."""


class PreparedQuery:
    """A query that waits for the values of its placeholders; immutable.

    Attributes:
        text: of the query.
        placeholders: their names, in text order.
    """

    def __init__(
        self,
        tokens: Tokens,
        analyze: Callable[[], Analysis],
        spec: Spec,
        limits: Limits,
    ) -> None:
        self.text = tokens.text
        self._analyze = analyze
        self._spec = spec
        self._limits = limits
        self._analysis = self._bind_names()
        found = [
            tokens.lexemes[index][1:]
            for index, kind in enumerate(tokens.kinds)
            if kind == "PLACEHOLDER"
        ]
        self.placeholders: tuple[str, ...] = tuple(dict.fromkeys(found))
        self._template = None if self._analysis.binder.volatile else self._make_template()

    def __repr__(self) -> str:
        return f"PreparedQuery({self.text!r})"

    def bind(self, /, **values: Bindable) -> CompiledQuery:
        """Give the placeholders their values.

        A value stands for the literal that means it, and never for anything else: a ``datetime``
        for the second it lies in, a ``date`` for the day, a list for what is ``in`` it.

        Raises:
            QueryError: a value does not fit, a placeholder has none, or the query is not one
                request; spans are those of the placeholders in the text.
            TypeError: a value is of no such type, or no placeholder has its name.
        """
        template = self._template
        if template is not None and len(values) == len(self.placeholders):
            compiled = template.fill(values)
            if compiled is not None:
                return compiled
        return self._bind_afresh(values)

    def _bind_names(self) -> Analysis:
        analysis = self._analyze()
        analysis.raise_errors()
        return analysis

    def _bind_afresh(self, values: Mapping[str, object]) -> CompiledQuery:
        """Go all the way from the bound names, for whatever the template does not do."""
        unknown = values.keys() - set(self.placeholders)
        if unknown:
            msg = f"no placeholder is called {', '.join(map(repr, sorted(unknown)))}"
            raise TypeError(msg)
        # A text that reads the clock means something else each time.
        analysis = self._bind_names() if self._analysis.binder.volatile else self._analysis
        binder = analysis.binder.afresh(keep=True)
        if len(values) < len(self.placeholders):
            for deferred in analysis.bound.deferred():
                binder.report_unbound(deferred, values)
            raise QueryError(self.text, binder.findings)
        resolver = _Resolver(binder, values, self._limits)
        return finish(Analysis(binder, analysis.bound, resolver.resolve))

    def _make_template(self) -> _Template | None:
        """Make the ready pairs with gaps in them, where no value could change their number."""
        bound, formula = self._analysis.bound, self._analysis.formula
        binder = self._analysis.binder.afresh()
        operands = formula.operands if isinstance(formula, And) else (formula,)
        clauses = [(which, getattr(bound, which)) for which in ("limit", "after")]
        waiting = [each for each in operands if isinstance(each, Deferred)]
        gaps = [_gap_of(each.comparison, each, binder) for each in waiting] + [
            _gap_of((self._spec.clauses[which], "="), value, binder)
            for which, value in clauses
            if isinstance(value, Deferred)
        ]
        found = [gap for gap in gaps if gap is not None]
        if len(found) < len(gaps):
            return None
        fixed = BoundQuery(And([each for each in operands if each not in waiting], 0, 0))
        fixed.order = bound.order
        for which, value in clauses:
            if not isinstance(value, Deferred):
                setattr(fixed, which, value)
        pairs = lower(Analysis(binder, fixed))
        wires = [wire for wire, _ in pairs] + [gap.wire for gap in found]
        related = any(
            gap.wire in self._spec.exclusive or gap.parameter.requires is not None for gap in found
        )
        if binder.findings or related or len(set(wires)) < len(wires):
            return None
        return _Template(pairs, found, self._spec.path, in_text_order(self._analysis.findings))


class _Gap:
    """A pair whose value is yet to come; ``read`` turns a bound value into it.

    ``ready`` holds the pairs of the values that can be listed, with their text.
    """

    __slots__ = ("name", "parameter", "read", "ready", "wire")

    def __init__(self, name: str, parameter: Parameter, read: Callable[[object], str]) -> None:
        self.name = name
        self.parameter = parameter
        self.wire = parameter.wire
        self.read = read
        pairs = [(self.wire, choice) for choice in parameter.kind.choices]
        self.ready = {pair[1]: (pair, join([pair])) for pair in pairs}


def _gap_of(
    comparison: tuple[Parameter, str] | None, deferred: Deferred, binder: Binder
) -> _Gap | None:
    """Make the gap of a condition that is one pair whatever its value, else ``None``."""
    if comparison is None:
        return None
    parameter, relation = comparison
    kind = parameter.kind
    if not parameter.pushable or kind.advises or (relation == "=") is parameter.is_time:
        return None
    name = binder.tokens.lexemes[deferred.tokens[0]][1:]
    if parameter.is_time:
        return None if relation == "!=" else _Gap(name, parameter, _time_reader(relation))
    if type(kind).read is Kind.read:
        return _Gap(name, parameter, literal_text)
    return _Gap(name, parameter, lambda value: str(kind.read(literal_text(value))))


def _time_reader(relation: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        interval = read_time(literal_text(value))
        return time_value(*time_condition(relation, interval))

    return read


class _Template:
    """The pairs of a query in canonical order, some of them gaps."""

    __slots__ = ("_gaps", "_pairs", "_parts", "_path", "_warnings")

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        gaps: Iterable[_Gap],
        path: str,
        warnings: tuple[Diagnostic, ...],
    ) -> None:
        by_wire = {gap.wire: gap for gap in gaps}
        whole = sorted([*pairs, *((wire, "") for wire in by_wire)])
        self._pairs = whole
        self._parts = [join([pair]) for pair in whole]
        self._gaps = [
            (gap.name, index, wire, gap.ready, gap.read)
            for index, (wire, _) in enumerate(whole)
            if (gap := by_wire.get(wire)) is not None
        ]
        self._path = path
        self._warnings = warnings

    def fill(self, values: Mapping[str, object]) -> CompiledQuery | None:
        """Give the request; ``None`` where a value does not fit, for the full way to say why."""
        pairs = self._pairs.copy()
        parts = self._parts.copy()
        try:
            for name, index, wire, ready, read in self._gaps:
                value = values[name]
                if type(value) is str and value in ready:
                    pairs[index], parts[index] = ready[value]
                else:
                    value = read(value)
                    pairs[index] = (wire, value)
                    parts[index] = f"{wire}={value if is_plain(value) else encode(value)}"
        except (KeyError, TypeError, ValueError, OverflowError, RefusedValue):
            return None
        return CompiledQuery(pairs, "&".join(parts), self._path, self._warnings)


class _Resolver:
    """Puts bound values into the conditions that wait for them."""

    def __init__(self, binder: Binder, values: Mapping[str, object], limits: Limits) -> None:
        self._binder = binder
        self._limits = limits
        self._values = values

    def resolve(self, deferred: Deferred) -> Formula:
        """Give what a condition stands for, and report what is wrong with its values."""
        before = len(self._binder.findings)
        given = [
            (token, literal)
            for token in deferred.tokens
            for literal in self._literals(token, deferred)
        ]
        for token, literal in given:
            if has_surrogate(literal):
                message = "half a surrogate pair is no character"
                self._binder.report("bad-value", message, self._binder.span(token))
        if len(self._binder.findings) > before:
            return Unknown(deferred.first, deferred.last)
        return deferred.build(self._binder, [literal for _, literal in given])

    def _literals(self, token: int, deferred: Deferred) -> list[str]:
        binder = self._binder
        if binder.tokens.kinds[token] != "PLACEHOLDER":
            return [binder.literal(token)]
        value = self._values[binder.tokens.lexemes[token][1:]]
        if not deferred.is_list:
            return [self._literal(value, token)]
        if isinstance(value, str) or not isinstance(value, Iterable):
            msg = f"{binder.tokens.lexemes[token]} takes a list of values"
            raise TypeError(msg)
        items = [self._literal(each, token) for each in islice(value, self._limits.count + 1)]
        if len(items) > self._limits.count:
            message = f"more than {self._limits.count:,} values; the limit can be raised"
            binder.report("too-many", message, binder.span(token))
            return []
        return items

    def _literal(self, value: object, token: int) -> str:
        try:
            return literal_text(value)
        except ValueError as error:
            self._binder.report("out-of-range", str(error), self._binder.span(token))
            return ""


def prepare(
    query: str | Query,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> PreparedQuery:
    """Parse a query with placeholders once, to bind values to it many times.

    Args:
        query: the text, such as ``platform = $platform and created_at < $before``, or a tree.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock at each ``bind`` if not given.
        allow_unlisted: take values that an open enumeration does not list, with a warning.
        limits: how much text, and how many values of a list, to take in.

    Raises:
        QueryError: with every finding that does not depend on the values.
    """
    tokens = tokenize(text_of(query), limits)
    return PreparedQuery(
        tokens,
        lambda: bind(tokens, spec, now=now, allow_unlisted=allow_unlisted),
        spec,
        limits,
    )
