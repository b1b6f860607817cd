"""The values of a request: what each asks for, or what is wrong with it."""

from __future__ import annotations

from imsquery.compiler.compiling import compile as compile_query
from imsquery.diagnostics.edits import clip
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import diagnostic
from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen
from imsquery.language.lexer import spell
from imsquery.schema.kinds import Flag, RefusedValue
from imsquery.schema.parameters import LIST, TIME_OPERATORS
from imsquery.schema.wire import is_plain, read_list, read_pair, write_pair
from imsquery.urls.notation import UNWRITABLE
from imsquery.urls.reader import read_pairs
from imsquery.urls.times import read_wire_time

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.kinds import Advice
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.urls.edits import PairEdits, TitledEdits
    from imsquery.urls.reader import Pair

_TIMES = {relation: f"{prefix}{{}}" for relation, prefix in TIME_OPERATORS.items()}
# A bound beyond the range of integers -> what it is of the nearest in the range, and the step.
_NEAR = {">=": (">", -1), "<=": ("<", 1)}


class Criterion(Frozen):
    """What a request asks of one parameter.

    Attributes:
        parameter: the row of the parameter.
        relation: an operator; ``in`` for a list.
        value: the value that the server compares with; ``None`` for a template.
        values: those of a list.
    """

    parameter: Parameter
    relation: str
    value: str | None
    values: tuple[str, ...] = ()


class ValueReader:
    """Reads pairs as values of parameters.

    Args:
        edits: the edits of the request.
        spec: the parameters.
        allow_unlisted: whether a value that an open enumeration lacks is a warning.
    """

    def __init__(self, edits: PairEdits, spec: Spec, *, allow_unlisted: bool) -> None:
        self._edits = edits
        self._spec = spec
        self._allow_unlisted = allow_unlisted

    def parameter(self, wire: str) -> Parameter | None:
        """Return the request parameter of a wire name, the only one that the server knows."""
        row = self._spec.wires.get(wire) or self._spec.find(wire)
        is_exact = row is not None and (row.wire == wire or wire in row.wires)
        return row if row is not None and is_exact and row.pushable else None

    def read(self, row: Parameter, pair: Pair) -> tuple[Criterion | None, Diagnostic | None]:
        """Read a pair as a value of a parameter.

        Returns:
            What it asks for, if that is known, and what is wrong with it, if anything.
        """
        if pair.value is None:
            return Criterion(row, "=", None), None
        if pair.value == "":
            return self._empty(row, pair)
        if row.clause == "order by" and "direction" not in self._spec.clauses:
            return self._sort_keys(row, pair, pair.value)
        if row.operators == _TIMES:
            return self._time(row, pair, pair.value)
        name = str(pair.name) if pair.name in row.wires else row.wire
        asked = read_pair(row, name, pair.value)
        if asked is None:
            known = ", ".join(prefix for _, prefix in row.forms.values() if prefix)
            message = _invalid(pair.value, row, f"an operator ({known}) and a value")
            return None, finding("bad-value", message, pair.value_span, self.separations(pair))
        relation, text = asked
        if relation == LIST:
            return self._list(row, pair, text)
        if row.is_time:
            return self._moment(row, pair, relation, text)
        if relation == "=":
            return self._equality(row, pair, text)
        return self._bound(row, pair, relation, text)

    def fits(self, row: Parameter, pair: Pair) -> bool:
        """Return whether a pair can be one of another parameter without a further finding."""
        taken = self._edits.last.keys()
        if row.wire in taken or row.requires or row.clause == "direction":
            return False
        is_excluded = not taken.isdisjoint(self._spec.exclusive.get(row.wire, ()))
        return not is_excluded and self._is_faultless(row, pair)

    def separations(self, pair: Pair) -> list[TitledEdits]:
        """Offer to separate parameters whose ``&`` was encoded as part of a value."""
        mended, edits = self._edits.separate(pair, self.parameter)
        if not edits:
            return []
        pairs, findings = read_pairs(mended, Span(0, len(mended)))
        rows = {each.name: self.parameter(each.name or "") for each in pairs}
        if findings or len(rows) < len(pairs):
            return []
        for each in pairs:
            row = rows[each.name]
            if row is None or not rows.keys().isdisjoint(self._spec.exclusive.get(row.wire, ())):
                return []
            is_own = each.name == pair.name
            if not (self._is_faultless(row, each) if is_own else self.fits(row, each)):
                return []
        return [("separate the parameters", edits)]

    def _is_faultless(self, row: Parameter, pair: Pair) -> bool:
        # Most values do not fit, and to say why would take longer than to see it.
        if pair.value and row.clause is None and is_plain(row) and not _is_value(row, pair.value):
            return False
        _, found = self.read(row, pair)
        return found is None

    def _empty(self, row: Parameter, pair: Pair) -> tuple[Criterion | None, Diagnostic]:
        """Report a missing value; a text may be meant to be empty."""
        is_text = not row.is_time and _is_value(row, "")
        found = finding(
            "empty-value",
            f"missing value for `{row.wire}`",
            pair.span,
            [self._removal(row, pair)],
            "warning" if is_text else "error",
        )
        return Criterion(row, "=", "") if is_text else None, found

    def _removal(self, row: Parameter, pair: Pair) -> TitledEdits:
        """Remove a pair; a sort key takes the direction with it, which requires one."""
        direction = self._spec.clauses.get("direction")
        dependent = self._edits.last.get(direction.wire) if direction is not None else None
        if row is not self._spec.clauses.get("order by") or dependent is None:
            return self._edits.remove(pair)
        return self._edits.remove(pair, dependent, title="remove it and the direction")

    def _time(
        self, row: Parameter, pair: Pair, value: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        read = read_wire_time(value)
        if read.condition is not None:
            return Criterion(row, *read.condition), None
        fixes = self.separations(pair) or [self._edits.revalue(pair, each) for each in read.instead]
        return None, finding(read.code, _invalid(value, row, read.message), pair.value_span, fixes)

    def _moment(
        self, row: Parameter, pair: Pair, relation: str, text: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        """Read a time whose operator is known."""
        read = read_wire_time(f"{TIME_OPERATORS['=']}{text}")
        if read.condition is not None:
            return Criterion(row, relation, read.condition[1]), None
        message = _invalid(text, row, "a UTC time such as 2018-10-28T10:00:00Z")
        return None, finding(read.code, message, pair.value_span, self.separations(pair))

    def _bound(
        self, row: Parameter, pair: Pair, relation: str, text: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        """Read a bound; one of integers may be compiled from the next one in the range."""
        try:
            bound, value = row.kind.read_bound(relation, text)
        except RefusedValue as refused:
            near = _NEAR.get(relation) if refused.code == "out-of-range" else None
            if near is not None and refused.instead:
                other, step = near
                nearest = int(refused.instead[0])
                if str(nearest - step) == text:
                    return Criterion(row, other, str(nearest)), None
            return None, self._refused(row, pair, text, refused)
        return Criterion(row, bound, str(value)), None

    def _list(
        self, row: Parameter, pair: Pair, text: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        """Read a list; of a single value, it is an equality."""
        values = read_list(text)
        if values is None:
            expected = 'values joined by commas, in `"` if they have one'
            message = _invalid(text, row, expected)
            return None, finding("bad-value", message, pair.value_span, self.separations(pair))
        if len(values) == 1:
            return self._equality(row, pair, values[0])
        found: list[Diagnostic] = []
        asked: dict[str, None] = {}
        for value in values:
            criterion, wrong = self._equality(row, pair, value)
            if criterion is not None and criterion.value is not None:
                asked[criterion.value] = None
            if wrong is not None:
                found.append(wrong.evolve(fixes=()))
        worst = next((each for each in found if each.severity == "error"), None)
        if worst is not None:
            return None, worst
        criterion = Criterion(row, LIST, text, tuple(asked))
        return (criterion if len(asked) > 1 else Criterion(row, "=", next(iter(asked)))), next(
            iter(found), None
        )

    def _sort_keys(
        self, row: Parameter, pair: Pair, value: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        """Read sort keys and their directions in one list."""
        for name, way in self._spec.read_order([value], ()):
            if name not in row.kind.choices or way not in {None, "asc", "desc"}:
                code = "unknown-sort-key" if self._spec.find(name) is not None else "bad-value"
                wrong = name if name not in row.kind.choices else f"{name}:{way}"
                message = _invalid(
                    wrong, row, f"{row.kind.describe()}, each with `:asc` or `:desc`"
                )
                return None, finding(code, message, pair.value_span, self.separations(pair))
        return Criterion(row, "=", value), None

    def _equality(
        self, row: Parameter, pair: Pair, value: str
    ) -> tuple[Criterion | None, Diagnostic | None]:
        try:
            read = str(row.kind.read(value))
        except RefusedValue as refused:
            is_allowed = refused.code == "unlisted-value" and self._allow_unlisted
            asked = Criterion(row, "=", value) if is_allowed else None
            return asked, self._refused(row, pair, value, refused)
        if read != value and row.json != "integer":
            message = f"use `{read}`, not `{clip(value)}`; the server compares exactly"
            fixes = [self._revalue(row, pair, read, is_safe=True)]
            return None, finding("bad-value", message, pair.value_span, fixes)
        asked = Criterion(row, "=", read)
        advice = row.kind.advise(value) or (row.doubt(read) if row.doubts else None)
        # A sign that is not encoded has a finding of its own.
        is_stray = value.count("%") > pair.raw.count("%25") and advice is not None
        if advice is None or (is_stray and advice.code == "literal-pattern"):
            return asked, None
        return (
            None if advice.severity == "error" else asked,
            self._advised(row, pair, value, advice),
        )

    def _refused(self, row: Parameter, pair: Pair, value: str, refused: RefusedValue) -> Diagnostic:
        code = refused.code
        severity = "warning" if code == "unlisted-value" and self._allow_unlisted else "error"
        if row.clause == "order by" and self._spec.find(value) is not None:
            code = "unknown-sort-key"
        fixes = self.separations(pair)
        if not fixes:
            certain = refused.certain
            fixes = [
                self._revalue(row, pair, each, is_safe=each == certain)
                for each in refused.instead
                if _is_value(row, each)
            ]
        if type(row.kind) is Flag and not fixes:
            fixes = [self._planned(pair, f"not {self._spec.flag_condition(row)}")]
        message = _invalid(value, row, refused.message)
        if code == "unlisted-value":
            message = f"unlisted value `{clip(value)}` for `{row.wire}`; {refused.message}"
        return finding(code, message, pair.value_span, fixes, severity)

    def _revalue(
        self, row: Parameter, pair: Pair, value: str, *, is_safe: bool = False
    ) -> TitledEdits:
        """Replace a value by another that is compared in the same way."""
        name = str(pair.name) if pair.name in row.wires else row.wire
        relation, _ = read_pair(row, name, str(pair.value)) or ("=", "")
        _, written = write_pair(row, relation, value) or (name, value)
        return self._edits.revalue(pair, written, is_safe=is_safe)

    def _advised(self, row: Parameter, pair: Pair, value: str, advice: Advice) -> Diagnostic:
        fixes: list[TitledEdits] = []
        if advice.operator is not None:
            pattern = spell(advice.value or value)
            fixes.append(self._planned(pair, f"{row.name} {advice.operator} {pattern}"))
        elif advice.value is not None:
            fixes.append(self._revalue(row, pair, advice.value))
        if advice.values:
            listed = ", ".join(map(spell, advice.values))
            fixes.append(self._planned(pair, f"{row.name} in ({listed})"))
        if advice.phrase is not None:
            fixes.append(self._planned(pair, f"{row.name} {advice.phrase}"))
        if advice.predicate is not None:
            fixes += self._compiled(pair, advice.predicate)
        fixes = self.separations(pair) or fixes
        return finding(
            advice.code, advice.message, pair.value_span, fixes, advice.severity, advice.notes
        )

    def _planned(self, pair: Pair, predicate: str) -> TitledEdits:
        """Remove a pair in favour of a predicate that no request can express."""
        return self._edits.remove(pair, title=f"remove it; use `plan` for `{clip(predicate)}`")

    def _compiled(self, pair: Pair, predicate: str) -> list[TitledEdits]:
        """Replace a pair by what a predicate compiles to."""
        try:
            compiled = compile_query(predicate, spec=self._spec)
        except QueryError:
            return []
        if any(wire in self._edits.last for wire, _ in compiled.pairs):
            return [self._edits.remove(pair)]
        return [self._edits.replace(pair, *compiled.params.items())]


def finding(
    code: str,
    message: str,
    span: Span,
    fixes: Iterable[TitledEdits] = (),
    severity: str = "error",
    notes: Iterable[str] = (),
) -> Diagnostic:
    """Make a finding at a span, without the fixes that cannot be written there."""
    written = [fix for fix in fixes if all(UNWRITABLE not in text for _, _, text in fix[1])]
    return diagnostic(code, message, (span.start, span.end), written, severity, notes)


def _invalid(value: str, row: Parameter, expected: str) -> str:
    return f"invalid value `{clip(value)}` for `{row.wire}`; expected {expected}"


def _is_value(row: Parameter, text: str) -> bool:
    """Return whether a parameter takes a value."""
    try:
        row.kind.read(text)
    except RefusedValue:
        return False
    return True
