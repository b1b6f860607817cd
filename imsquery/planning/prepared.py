"""Queries with placeholders: parsed and bound once, then completed with values many times."""

from __future__ import annotations

from imsquery.compiler.lowering import finish, lower
from imsquery.compiler.query_string import CompiledQuery, encode, is_plain, join
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import in_text_order
from imsquery.frozen import Frozen
from imsquery.language.builder import literal_text
from imsquery.language.parser import tokenize
from imsquery.language.times import read_time, time_condition
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Kind, RefusedValue
from imsquery.semantics.analysis import Analysis, bind, text_of
from imsquery.semantics.formula import And, BoundQuery, Deferred
from imsquery.semantics.values import check_names, fill

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.evaluation.matching import Matcher
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.planning.plan import Plan
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.values import Bindable


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
        template = None if analysis.binder.volatile else _make_template(analysis)
        names = analysis.placeholders
        self._set(text, spec, now, allow_unlisted, limits, names, analysis, template)

    def __repr__(self) -> str:
        return f"PreparedQuery({self.text!r})"

    def bind(self, /, **values: Bindable) -> CompiledQuery:
        """Compile the query with a value for each placeholder.

        A value is always read as one literal: a ``datetime`` as its second, a ``date`` as its day;
        a list as the literals of ``in``.

        >>> from datetime import date
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

    def plan(self, /, **values: Bindable) -> Plan:
        """Plan the query with a value for each placeholder; errors are those of :meth:`bind`.

        >>> prepare("id in $ids").plan(ids=["a", "b"]).requests[1].query_string
        'id=b'
        """
        from imsquery.planning.planner import plan

        return plan(self.text, values=values, **self._options())

    def matcher(self, /, **values: Bindable) -> Matcher:
        """Return the query with a value for each placeholder as a predicate over image records.

        >>> prepare("name glob $pattern").matcher(pattern="Cent*")({"name": "CentOS 7"})
        True

        Errors are those of :meth:`bind`.
        """
        from imsquery.evaluation.matching import matcher

        return matcher(self.text, values=values, **self._options())

    def _options(self) -> dict[str, Any]:
        return {
            "spec": self.spec,
            "now": self.now,
            "allow_unlisted": self.allow_unlisted,
            "limits": self.limits,
        }

    def _bind_values(self, values: Mapping[str, object]) -> CompiledQuery:
        """Bind the values one by one, wherever the template does not apply."""
        check_names(self.placeholders, values)
        analysis = self._analysis
        if analysis.binder.volatile:  # a text that reads the clock means something else each time
            tokens = tokenize(self.text, self.limits)
            analysis = bind(tokens, self.spec, now=self.now, allow_unlisted=self.allow_unlisted)
        binder = analysis.binder.afresh(keep=True)
        bound = fill(analysis.bound, binder, values, self.limits)
        if len(values) < len(self.placeholders):
            raise QueryError(self.text, binder.findings)
        return finish(Analysis(binder, bound))


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
    related = any(
        gap.wire in spec.exclusive or gap.parameter.requires is not None for gap in found
    ) or not spec.companions.keys().isdisjoint(wires)
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
        choices = () if parameter.doubts else parameter.kind.choices
        pairs = [(self.wire, choice) for choice in choices]
        self.ready = {pair[1]: (pair, join([pair])) for pair in pairs}


def _gap_of(
    comparison: tuple[Parameter, str] | None, deferred: Deferred, binder: Binder
) -> _Gap | None:
    """Return the gap of a condition that is one pair whatever its value, else ``None``."""
    if comparison is None:
        return None
    parameter, relation = comparison
    kind = parameter.kind
    if (relation == "=") is parameter.is_time or parameter.prefixes.get(relation) is None:
        return None
    name = binder.tokens.lexemes[deferred.tokens[0]][1:]
    if parameter.is_time:
        return (
            None if relation == "!=" else _Gap(name, parameter, _time_reader(parameter, relation))
        )
    if parameter.prefixes[relation]:
        return None
    if not (kind.advises or parameter.doubts):
        if type(kind).read is Kind.read:
            return _Gap(name, parameter, literal_text)
        return _Gap(name, parameter, lambda value: str(kind.read(literal_text(value))))
    return _Gap(name, parameter, _advised_reader(parameter))


def _advised_reader(parameter: Parameter) -> Callable[[object], str]:
    """Return what reads the values of a parameter that there is nothing to say about."""
    kind = parameter.kind

    def read(value: object) -> str:
        text = str(kind.read(literal_text(value)))
        advice = kind.advise(text) if kind.advises else None
        if advice is None and parameter.doubts:
            advice = parameter.doubt(text)
        if advice is not None:
            raise RefusedValue(advice.code, advice.message)
        return text

    return read


def _time_reader(row: Parameter, relation: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        known, moment = time_condition(relation, read_time(literal_text(value, relation)))
        return f"{row.prefixes[known]}{moment}"

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
