"""What is wrong with the pairs of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.compiler.lowering import compile as compile_query
from imsquery.compiler.query_string import encode
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.model import diagnostic
from imsquery.diagnostics.source import Span
from imsquery.diagnostics.suggest import nearest
from imsquery.language.lexer import spell
from imsquery.schema.kinds import Flag, RefusedValue
from imsquery.urls.edits import Fix, PairEdits
from imsquery.urls.reader import read_pairs
from imsquery.urls.times import read_wire_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.urls.reader import Pair

_MOST_SUGGESTED = 100  # names that are compared with all others, which takes a while
_LONGEST_SHOWN = 60


@frozen
class Condition:
    """What one parameter asks for.

    Attributes:
        relation: ``=``, or another comparison of times.
        value: as the server compares it; ``None`` where a template stands in for it.
    """

    parameter: Parameter
    relation: str
    value: str | None


class RequestChecker:
    """Reads pairs by a spec.

    Attributes:
        conditions: wire name -> what it asks for, where that could be read.
        findings: in no order.
    """

    def __init__(self, pairs: Sequence[Pair], spec: Spec, *, allow_unlisted: bool) -> None:
        self._pairs = pairs
        self._spec = spec
        self._allow_unlisted = allow_unlisted
        self._edits = PairEdits(pairs)
        self._read: dict[str, Pair] = {}
        self._suggested = 0
        self.conditions: dict[str, Condition] = {}
        self.findings: list[Diagnostic] = []

    def check(self) -> None:
        """Read all pairs."""
        for pair in self._pairs:
            if pair.name is None:
                continue
            if self._edits.last[pair.name] is not pair:
                self._repeated(pair, self._edits.last[pair.name])
                continue
            row = self._row(pair.name)
            if row is None:
                self._unknown(pair, pair.name)
            else:
                self._condition(row, pair)
        if None not in self._edits.last:  # a template may stand for any number of parameters
            self._check_required()
        self._check_exclusive()

    def _report(
        self,
        code: str,
        message: str,
        span: Span,
        fixes: Iterable[Fix] = (),
        severity: str = "error",
    ) -> None:
        self.findings.append(diagnostic(code, message, (span.start, span.end), fixes, severity))

    # -- names

    def _row(self, wire: str) -> Parameter | None:
        """Look up a request parameter; the server knows it by its wire name alone."""
        row = self._spec.find(wire)
        return row if row is not None and row.wire == wire and row.pushable else None

    def _repeated(self, pair: Pair, last: Pair) -> None:
        is_same = pair.value is not None and pair.value == last.value
        self._report(
            "repeated-parameter",
            f"`{_clip(pair.name)}` stands here again further on"
            + ("" if is_same else ", and the server takes the last one"),
            pair.span,
            [self._edits.remove(pair)],
            "warning" if is_same else "error",
        )

    def _unknown(self, pair: Pair, name: str) -> None:
        meant = self._spec.find(name.removeprefix("amp;"))
        fixes: list[Fix] = []
        message = f"no request parameter is called `{_clip(name)}`"
        if meant is None:
            fixes = (
                self._separations(pair)
                or self._respellings(pair, name)
                or self._renamings(pair, name)
            )
        elif meant.pushable:
            message += f", but `{meant.wire}`"
            if meant.wire in self._edits.last or meant.wire in self._read:
                fixes = [self._edits.remove(pair)]
                self._trial(meant, pair, self.findings)
            else:
                fixes = [self._edits.rename(pair, meant.wire)]
                self._condition(meant, pair)
        else:
            message = f"images show `{name}`, but the server cannot filter by it"
            fixes = self._shown_by(pair, meant)
        self._report(
            "unknown-parameter",
            message,
            pair.name_span,
            fixes or [self._edits.remove(pair)],
        )

    def _respellings(self, pair: Pair, name: str) -> list[Fix]:
        """Offer to write ``name=value`` for ``name: value`` and ``name = value``."""
        has_sign = pair.value_span.start > pair.name_span.end
        spelled, _, value = (name, "=", pair.value or "") if has_sign else name.partition(":")
        row = self._row(spelled.strip())
        if row is None or not value.strip():
            return []
        text = f"{row.wire}={encode(value.strip())}"
        (mended,), _ = read_pairs(text, Span(0, len(text)))
        return [self._edits.replace(pair, text)] if self._fits(row, mended) else []

    def _renamings(self, pair: Pair, name: str) -> list[Fix]:
        """Offer the nearest parameters, as far as the value goes with them."""
        self._suggested += 1
        if self._suggested > _MOST_SUGGESTED:
            return []
        names = [each for each, row in self._spec.names.items() if row.pushable]
        rows = {
            self._spec.names[each].wire: self._spec.names[each] for each in nearest(name, names)
        }
        direction = self._spec.clauses.get("direction")
        if direction is not None and pair.value in direction.kind.choices:
            # Nothing else has such a value; as a direction it says nothing without a sort key.
            has_key = self._spec.clauses["order by"].wire in self._edits.last
            is_free = has_key and direction.wire not in self._edits.last
            return [self._edits.rename(pair, direction.wire)] if is_free else []
        return [
            self._edits.rename(pair, row.wire) for row in rows.values() if self._fits(row, pair)
        ]

    def _fits(self, row: Parameter, pair: Pair) -> bool:
        """Tell whether a pair could be one of another parameter without a further finding."""
        if row.wire in self._edits.last or row.requires or row.clause == "direction":
            return False
        if not self._spec.exclusive.get(row.wire, frozenset()).isdisjoint(
            map(str, self._edits.last)
        ):
            return False
        return not self._trial(row, pair, [])

    def _trial(self, row: Parameter, pair: Pair, findings: list[Diagnostic]) -> list[Diagnostic]:
        """Read a pair as one of a parameter that it does not set."""
        trial = RequestChecker((), self._spec, allow_unlisted=self._allow_unlisted)
        trial._edits, trial.findings = self._edits, findings
        trial._condition(row, pair)
        return findings

    def _separations(self, pair: Pair) -> list[Fix]:
        """Offer to separate parameters whose ``&`` was encoded as if it were part of a value."""
        mended, edits = self._edits.separate(pair, self._row)
        if not edits:
            return []
        pairs, findings = read_pairs(mended, Span(0, len(mended)))
        rows = {each.name: self._row(each.name or "") for each in pairs}
        if findings or len(rows) < len(pairs):
            return []
        for each in pairs:
            row = rows[each.name]
            is_own = each.name == pair.name
            if row is None or not rows.keys().isdisjoint(self._spec.exclusive.get(row.wire, ())):
                return []
            if self._trial(row, each, []) if is_own else not self._fits(row, each):
                return []
        return [("separate the parameters", edits)]

    def _shown_by(self, pair: Pair, shown: Parameter) -> list[Fix]:
        """Offer the parameter that filters by what an attribute shows."""
        for row in self._spec.parameters.values():
            if row.observed == shown.wire and row.pushable and row.wire not in self._edits.last:
                value = (row.reading or {}).get((pair.value or "").lower())
                if value is not None:
                    return [self._edits.replace(pair, f"{row.wire}={encode(value)}")]
        return []

    # -- values

    def _condition(self, row: Parameter, pair: Pair) -> None:
        """Read what a pair asks for."""
        self._read[row.wire] = pair
        value = pair.value
        if value is None:
            self.conditions[row.wire] = Condition(row, "=", None)
        elif row.is_time:
            self._time(row, pair, value)
        elif value == "":
            self._empty(row, pair)
        else:
            self._equality(row, pair, value)

    def _empty(self, row: Parameter, pair: Pair) -> None:
        """Report a parameter without a value; as text, an empty value is one that can be meant."""
        try:
            row.kind.read("")
        except RefusedValue:
            severity = "error"
        else:
            severity = "warning"
            self.conditions[row.wire] = Condition(row, "=", "")
        fixes = [self._removal(row, pair)]
        self._report("empty-value", f"`{row.wire}` has no value", pair.span, fixes, severity)

    def _removal(self, row: Parameter, pair: Pair) -> Fix:
        """Remove a pair; a direction goes with the sort key, without which it would be a fault."""
        direction = self._spec.clauses.get("direction")
        needing = self._edits.last.get(direction.wire) if direction is not None else None
        if row is not self._spec.clauses.get("order by") or needing is None:
            return self._edits.remove(pair)
        return self._edits.remove(pair, needing, title="remove it, and the direction with it")

    def _equality(self, row: Parameter, pair: Pair, value: str) -> None:
        try:
            read = str(row.kind.read(value))
        except RefusedValue as refused:
            if refused.code == "unlisted-value" and self._allow_unlisted:
                self.conditions[row.wire] = Condition(row, "=", value)
            self._refused(row, pair, value, refused)
            return
        if read != value and row.json != "integer":
            message = f"`{_clip(value)}` finds nothing: the server compares exactly, with `{read}`"
            self._report("bad-value", message, pair.value_span, [self._edits.revalue(pair, read)])
            return
        self.conditions[row.wire] = Condition(row, "=", read)
        if row.kind.advises:
            self._advise(row, pair, value)

    def _refused(self, row: Parameter, pair: Pair, value: str, refused: RefusedValue) -> None:
        code, severity = refused.code, "error"
        if code == "unlisted-value" and self._allow_unlisted:
            severity = "warning"
        if row.clause == "order by" and self._spec.find(value) is not None:
            code = "unknown-sort-key"
        fixes = [self._edits.revalue(pair, each) for each in refused.instead if _takes(row, each)]
        fixes = self._separations(pair) or fixes
        if type(row.kind) is Flag and not fixes:
            fixes = [self._client_side(pair, f"not {self._flag(row)}")]
        message = f"`{_clip(value)}` is no value of `{row.wire}`: {refused.message}"
        self._report(code, message, pair.value_span, fixes, severity)

    def _flag(self, row: Parameter) -> str:
        family = self._spec.family
        if row.wire.startswith(family):
            return f"supports({row.wire.removeprefix(family)})"
        return row.name

    def _advise(self, row: Parameter, pair: Pair, value: str) -> None:
        advice = row.kind.advise(value)
        if advice is None:
            return
        fixes: list[Fix] = []
        if advice.value is not None:
            fixes.append(self._edits.revalue(pair, advice.value))
        if advice.operator is not None:
            fixes.append(self._client_side(pair, f"{row.name} {advice.operator} {spell(value)}"))
        if advice.predicate is not None:
            fixes += self._predicate_fix(pair, advice.predicate)
        fixes = self._separations(pair) or fixes
        if advice.severity == "error":
            del self.conditions[row.wire]
        self._report(advice.code, advice.message, pair.value_span, fixes, advice.severity)

    def _time(self, row: Parameter, pair: Pair, value: str) -> None:
        read = read_wire_time(value)
        if read.condition is not None:
            self.conditions[row.wire] = Condition(row, *read.condition)
            return
        fixes = self._separations(pair) or [
            self._edits.revalue(pair, each) for each in read.instead
        ]
        if value:
            code, message = (
                read.code,
                f"`{_clip(value)}` is no value of `{row.wire}`: {read.message}",
            )
            self._report(code, message, pair.value_span, fixes)
        else:
            fixes = [self._edits.remove(pair)]
            self._report("empty-value", f"`{row.wire}` has no value", pair.span, fixes)

    def _client_side(self, pair: Pair, predicate: str) -> Fix:
        title = f"remove it; `plan` can ask for `{_clip(predicate)}`"
        return self._edits.remove(pair, title=title)

    def _predicate_fix(self, pair: Pair, predicate: str) -> list[Fix]:
        """Put what a predicate compiles to in the place of a pair."""
        try:
            compiled = compile_query(predicate, spec=self._spec)
        except QueryError:
            return []
        if self._edits.last.keys() & compiled.params.keys():
            return [self._edits.remove(pair)]
        return [self._edits.replace(pair, compiled.query_string)]

    # -- how parameters go together

    def _check_required(self) -> None:
        """Report each parameter that is answered only together with another."""
        clauses = self._spec.clauses
        for wire, pair in self._read.items():
            row = self._spec.find(wire)
            if row is None:
                continue
            if row.requires is not None:
                self._require(wire, pair, *row.requires)
            elif row is clauses.get("direction") and clauses["order by"].wire not in self._read:
                self._require_sort_key(wire, pair)

    def _require(self, wire: str, pair: Pair, needed: str, value: str) -> None:
        known = self.conditions.get(needed)
        if known is not None and known.value in {value, None}:
            return
        text = f"{needed}={encode(value)}"
        fixes: list[Fix] = []
        if needed not in self._read:
            fixes.append(self._edits.add(pair, text))
        message = f"`{wire}` is answered only together with `{text}`"
        self._report("requires", message, pair.span, fixes)

    def _require_sort_key(self, wire: str, pair: Pair) -> None:
        needed = self._spec.clauses["order by"].wire
        rows = [row for row in self._spec.parameters.values() if row.sortable and row.is_time]
        text = f"{needed}={rows[0].wire}" if rows else ""
        # Without a sort key the server sorts by creation: say so, and the direction holds for that.
        fixes = [self._edits.add(pair, text)] if text else []
        self._report(
            "requires", f"`{wire}` is read only together with `{needed}`", pair.span, fixes
        )

    def _check_exclusive(self) -> None:
        """Report attributes that never stand on the same image, at the later of two."""
        seen: list[str] = []
        for wire, pair in self._read.items():
            exclusive = self._spec.exclusive.get(wire, ())
            for other in seen if exclusive else ():
                if other in exclusive:
                    message = f"no image has both `{other}` and `{wire}`"
                    self._report("mutually-exclusive", message, pair.span)
            seen.append(wire)


def _takes(row: Parameter, literal: str) -> bool:
    """Tell whether a value that may have been meant is one."""
    try:
        row.kind.read(literal)
    except RefusedValue:
        return False
    return True


def _clip(text: object) -> str:
    """Shorten what was written, for a message."""
    shown = str(text)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"
