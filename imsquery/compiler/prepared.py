"""Queries with placeholders: parsed and bound once, then completed with values many times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from imsquery.compiler.lowering import finish, lower, time_value
from imsquery.compiler.query_string import CompiledQuery, encode, is_plain, join
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import in_text_order
from imsquery.frozen import Frozen
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
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula

Bindable: TypeAlias = str | int | bool | date | Iterable[str | int | bool | date]
"""Values of a placeholder; a list only after ``in``."""


class PreparedQuery(Frozen):
    """A query with placeholders; made by :func:`prepare`.

    Attributes:
        text: the query.
        placeholders: their names, in text order.
        spec, now, allow_unlisted, limits: as for :func:`prepare`.
    """

    _fields = ("text", "spec", "now", "allow_unlisted", "limits")
    __slots__ = (*_fields, "placeholders", "_analysis", "_template")
    text: str
    spec: Spec
    now: datetime | None
    allow_unlisted: bool
    limits: Limits
    placeholders: tuple[str, ...]
    _analysis: Analysis
    _template: _Template | None

    def __init__(
        self, text: str, *, spec: Spec, now: datetime | None, allow_unlisted: bool, limits: Limits
    ) -> None:
        tokens = tokenize(text, limits)
        analysis = bind(tokens, spec, now=now, allow_unlisted=allow_unlisted)
        analysis.raise_errors()
        found = [
            tokens.lexemes[index][1:]
            for index, kind in enumerate(tokens.kinds)
            if kind == "PLACEHOLDER"
        ]
        template = None if analysis.binder.volatile else _make_template(analysis)
        names = tuple(dict.fromkeys(found))
        self._set(text, spec, now, allow_unlisted, limits, names, analysis, template)

    def __repr__(self) -> str:
        return f"PreparedQuery({self.text!r})"

    def bind(self, /, **values: Bindable) -> CompiledQuery:
        """Compile the query with a value for each placeholder.

        A value is always read as one literal: a ``datetime`` as its second, a ``date`` as its day;
        a list as the literals of ``in``.

        >>> prepare("owner = $who and created_at < $day").bind(who="x", day=date(2018, 10, 28))
        CompiledQuery('created_at=lt:2018-10-28T00:00:00Z&owner=x')

        Raises:
            QueryError: a value is invalid or missing, or the query does not fit one request; spans
                are those of the placeholders in the text.
            TypeError: a value has another type, or there is no placeholder of its name.
        """
        template = self._template
        if template is not None and len(values) == len(self.placeholders):
            compiled = template.fill(values)
            if compiled is not None:
                return compiled
        return self._bind_values(values)

    def _bind_values(self, values: Mapping[str, object]) -> CompiledQuery:
        """Bind the values one by one, wherever the template does not apply."""
        unknown = values.keys() - set(self.placeholders)
        if unknown:
            msg = f"unknown placeholder {', '.join(map(repr, sorted(unknown)))}"
            raise TypeError(msg)
        analysis = self._analysis
        if analysis.binder.volatile:  # a text that reads the clock means something else each time
            tokens = tokenize(self.text, self.limits)
            analysis = bind(tokens, self.spec, now=self.now, allow_unlisted=self.allow_unlisted)
        binder = analysis.binder.afresh(keep=True)
        if len(values) < len(self.placeholders):
            for deferred in analysis.bound.deferred():
                binder.report_unbound(deferred, values)
            raise QueryError(self.text, binder.findings)
        resolver = _Resolver(binder, values, self.limits)
        return finish(Analysis(binder, analysis.bound, resolver.resolve))


def _make_template(analysis: Analysis) -> _Template | None:
    """Return the pairs of a query with gaps for values, unless a value can change their number."""
    binder, bound, formula = analysis.binder.afresh(), analysis.bound, analysis.formula
    if bound.counts():  # `skip 0` compiles, and no other number
        return None
    spec = binder.spec
    operands = formula.operands if isinstance(formula, And) else (formula,)
    clauses = [(which, getattr(bound, which)) for which in ("limit", "after")]
    waiting = [each for each in operands if isinstance(each, Deferred)]
    gaps = [_gap_of(each.comparison, each, binder) for each in waiting] + [
        _gap_of((spec.clauses[which], "="), value, binder)
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
    related = any(gap.wire in spec.exclusive or gap.parameter.requires is not None for gap in found)
    if binder.findings or related or len(set(wires)) < len(wires):
        return None
    return _Template(pairs, found, spec.path, in_text_order(analysis.findings))


class _Gap:
    """A pair without its value; ``read`` makes that of what a placeholder is bound to.

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
    """Return the gap of a condition that is one pair whatever its value, else ``None``."""
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
        """Return the request; ``None`` if a value is invalid, for the slow way to report it."""
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
    """Puts values into the conditions that wait for them."""

    def __init__(self, binder: Binder, values: Mapping[str, object], limits: Limits) -> None:
        self._binder = binder
        self._limits = limits
        self._values = values

    def resolve(self, deferred: Deferred) -> Formula:
        """Return a condition with its values, and report those that are invalid."""
        before = len(self._binder.findings)
        given = [
            (token, literal)
            for token in deferred.tokens
            for literal in self._literals(token, deferred)
        ]
        for token, literal in given:
            if has_surrogate(literal):
                message = "half a surrogate pair is not a character"
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
            msg = f"{binder.tokens.lexemes[token]} must be a list of values"
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
    query: str | Query | Expr,
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
        now: the meaning of ``now`` and ``today``; by default the clock, read at each ``bind``.
        allow_unlisted: accept values not in open lists, with a warning.
        limits: bounds on the text, and on the length of a list of values.

    Raises:
        QueryError: with every finding that does not depend on the values.
    """
    text = text_of(query)
    return PreparedQuery(text, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits)
