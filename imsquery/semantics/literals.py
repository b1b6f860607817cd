"""Literals bound to parameters: what a comparison with a value says, and what is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from imsquery.diagnostics.edits import clip, did_you_mean
from imsquery.language.algebra import Algebra
from imsquery.language.lexer import spell
from imsquery.language.operators import EQUALITY
from imsquery.language.times import (
    is_within_second,
    read_time,
    reads_clock,
    respell_clock,
    respell_time,
    time_condition,
)
from imsquery.schema.kinds import Flag, RefusedValue
from imsquery.semantics.formula import And, Atom, Not, Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any, Self

    from imsquery.language.lexer import Tokens
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula

    Edits = list[tuple[int, int, str]]
    Fixes = list[tuple[str, Edits]]


class LiteralBinder(Algebra, is_partial=True):
    """Makes conditions of parameters, relations and literals.

    Args:
        tokens: of the text.
        spec: what names and values mean.
        now: the time that ``now`` means; read from the clock, once, where it is needed.
        allow_unlisted: a value that an open enumeration lacks is a warning, not an error.

    Attributes:
        volatile: the clock was read, so that the same text may mean something else later.
    """

    outline: Any = None  # of the text, where a finding asks for it

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
        self.volatile = False
        self._names = spec.names
        self._lexemes = tokens.lexemes
        self._kinds = tokens.kinds
        self._now = now
        self._allow_unlisted = allow_unlisted

    def over(self, tokens: Tokens) -> Self:
        """Give the same for other tokens, with nothing found yet."""
        return type(self)(tokens, self.spec, now=self._now, allow_unlisted=self._allow_unlisted)

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
        kind = parameter.kind
        if parameter.is_time:
            return self._time(parameter, relation, literal, first, operator, token, last)
        try:
            value = kind.read(literal)
        except RefusedValue as refused:
            if not self._is_allowed(refused, token):
                self._refused(parameter, relation, refused, literal, first, operator, token)
                return Unknown(first, last)
            value = literal
        if relation not in EQUALITY:
            return Atom(parameter, relation, value, first, last)
        if kind.advises:
            self._advise(parameter, relation, literal, first, operator, token)
        atom = Atom(parameter, "=", value, first, last)
        return atom if relation == "=" else Not(atom, first, last)

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
        """Bind a comparison with a half-open interval; a coarse one compares with its ends."""
        try:
            interval = read_time(literal, self._now)
        except ValueError:
            if not reads_clock(literal) or self._now is not None:
                self._bad_time(parameter, relation, literal, operator, token)
                return Unknown(first, last)
            self._now = datetime.now(UTC)
            self.volatile = True
            return self._time(parameter, relation, literal, first, operator, token, last)
        except OverflowError:
            message = f"`{clip(literal)}` lies outside the years 1 to 9999"
            return self._time_out_of_range(message, first, token, last)
        try:
            if relation not in EQUALITY or interval.end is None:
                relation, moment = time_condition(relation, interval)
                if relation != "!=" or parameter.total:
                    return Atom(parameter, relation, moment, first, last)
                return Not(Atom(parameter, "=", moment, first, last), first, last)
            within = And(
                (
                    Atom(parameter, ">=", interval.start, first, last),
                    Atom(parameter, "<", interval.end, first, last),
                ),
                first,
                last,
            )
        except OverflowError:
            message = f"`{clip(literal)}` ends behind 9999-12-31T23:59:59Z; write a second instead"
            return self._time_out_of_range(message, first, token, last)
        return within if relation == "=" else Not(within, first, last)

    def _bad_time(
        self, parameter: Parameter, relation: str, literal: str, operator: int | None, token: int
    ) -> None:
        meant = respell_time(literal) or respell_clock(literal)
        # What is before some part of a second is before its end, and not at its beginning.
        within = {"<": "<=", ">=": ">"} if is_within_second(literal) else {}
        fixes = [self._value_fix(token, each, operator, within.get(relation)) for each in meant]
        self.report(
            "bad-value",
            f"`{clip(literal)}` is not {parameter.kind.describe()}{did_you_mean(meant)}",
            self.span(token),
            *(fix for fix in fixes if fix is not None),
        )

    def _value_fix(
        self, token: int, value: str, operator: int | None = None, relation: str | None = None
    ) -> tuple[str, Edits] | None:
        """Write another value, and another operator before it where there is one to be written."""
        edits: Edits = [(*self.span(token), spell(value))]
        if relation is None:
            return f"write `{value}`", edits
        if operator is None:
            return None
        return f"write `{relation} {value}`", [(*self.span(operator), relation), *edits]

    def _time_out_of_range(self, message: str, first: int, token: int, last: int) -> Formula:
        self.report("out-of-range", message, self.span(token))
        return Unknown(first, last)

    def _is_allowed(self, refused: RefusedValue, token: int) -> bool:
        if refused.code != "unlisted-value" or not self._allow_unlisted:
            return False
        self.report(
            refused.code,
            f"`{clip(self.literal(token))}` is not listed: {refused.message}",
            self.span(token),
            severity="warning",
        )
        return True

    def _refused(
        self,
        parameter: Parameter,
        relation: str,
        refused: RefusedValue,
        literal: str,
        first: int,
        operator: int | None,
        token: int,
    ) -> None:
        start, end = self.span(token)
        fixes: Fixes = self._nearest_fixes(relation, refused, operator, token)
        if type(parameter.kind) is Flag and literal.lower() == "false" and operator is not None:
            # `= false` means that the attribute is absent, `!= false` that it is not.
            fixes = [self._flag_fix(parameter, first, token, negated=relation == "=")]
        if literal.lower() in {"null", "nil"} and operator is not None and parameter.observed:
            # `= null` asks what `is absent` does; for text it is a value like any other.
            text = "is absent" if relation == "=" else "is present"
            at = self.span(operator)[0]
            apart = "" if self.tokens.text[at - 1 : at].isspace() else " "
            fixes = [(f"write `{text}`", [(at, end, apart + text)])]
        if not fixes and operator is not None and relation in EQUALITY:
            fixes = self._list_fix(parameter, relation, literal, operator, token)
        if self._kinds[token] == "PLACEHOLDER":
            fixes = []  # what is wrong is the value that was bound, not the text
        self.report(
            refused.code,
            f"`{clip(literal)}` is not a value of `{parameter.name}`: {refused.message}"
            f"{did_you_mean(refused.instead)}",
            (start, end),
            *fixes,
        )

    def _nearest_fixes(
        self, relation: str, refused: RefusedValue, operator: int | None, token: int
    ) -> Fixes:
        """Write what may have been meant; of a number that cannot be, what says the same."""
        meant = relation
        if refused.relations is not None:
            if relation not in refused.relations:
                return []
            meant = refused.relations[relation]
        written = None if meant == relation else meant
        fixes = [self._value_fix(token, each, operator, written) for each in refused.instead]
        return [fix for fix in fixes if fix is not None]

    def _list_fix(
        self, parameter: Parameter, relation: str, literal: str, operator: int, token: int
    ) -> Fixes:
        """Make a list of a value that names several."""
        values = [each.strip() for each in _list_separator.split(literal)]
        try:
            written = ", ".join(spell(str(parameter.kind.read(value))) for value in values)
        except RefusedValue:
            return []
        operation = "in" if relation == "=" else "not in"
        edits = [self._word_edit(operator, operation), (*self.span(token), f"({written})")]
        return [(f"write `{operation} ({clip(written)})`", edits)]

    def _flag_fix(
        self, parameter: Parameter, first: int, last: int, *, negated: bool
    ) -> tuple[str, Edits]:
        start, end = self.span(first, last)
        family = self.spec.family
        wire = parameter.wire
        plain = f"supports({wire[len(family) :]})" if wire.startswith(family) else parameter.name
        text = f"not {plain}" if negated else plain
        return f"write `{text}`", [(start, end, text)]

    def _word_edit(self, token: int, word: str) -> tuple[int, int, str]:
        """Put a word in the place of a symbol, with a blank on each side that has none."""
        start, end = self.span(token)
        written = self.tokens.text
        before = "" if written[start - 1 : start].isspace() else " "
        after = "" if written[end : end + 1].isspace() else " "
        return start, end, f"{before}{word}{after}"

    def _advise(
        self,
        parameter: Parameter,
        relation: str,
        literal: str,
        first: int,
        operator: int | None,
        token: int,
    ) -> None:
        advice = parameter.kind.advise(literal)
        if advice is None:
            return
        start, end = self.span(token)
        fixes: Fixes = []
        if advice.value is not None and self._kinds[token] != "PLACEHOLDER":
            text = spell(advice.value)
            fixes.append((f"write `{text}`", [(start, end, text)]))
        if operator is not None and advice.operator is not None:
            text = advice.operator if relation == "=" else f"not {advice.operator}"
            fixes.append((f"match the pattern with `{text}`", [self._word_edit(operator, text)]))
        if operator is not None and advice.predicate is not None:
            text = advice.predicate if relation == "=" else f"not {advice.predicate}"
            fixes.append((f"write `{text}`", [(self.span(first)[0], end, text)]))
        self.report(advice.code, advice.message, (start, end), *fixes, severity=advice.severity)


_list_separator = re.compile("[,;|/]")
