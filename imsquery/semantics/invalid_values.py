"""Values that a parameter does not accept, and their likely meaning.

Loaded only for texts with such a value: the binder imports it to report one.
"""

from __future__ import annotations

import re

from imsquery.diagnostics.edits import Safe, clip, did_you_mean, spaced
from imsquery.frozen import Frozen
from imsquery.language.clock import expected_clock
from imsquery.language.dates import impossible_part, respell
from imsquery.language.lexer import spell
from imsquery.language.operators import EQUALITY, MATCH
from imsquery.language.recovery.vocabulary import SAYS_ABSENT
from imsquery.late import Late
from imsquery.schema.kinds import Flag, RefusedValue, advise_pattern
from imsquery.schema.units import reread
from imsquery.schema.versions import Version

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imsquery.language.algebra import Algebra
    from imsquery.schema.kinds import Advice
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Edit = tuple[int, int, str]
    Fix = tuple[str, list[Edit]]

_separator = re.compile("[,;|/]")
_with_version = Late(r"([^\W\d][^\d]*?)[\s_-]*v?(\d{1,9}(?:\.\d{1,9}){0,4})", re.ASCII).fullmatch


def _version_rows(spec: Spec) -> dict[str, Parameter]:
    """Return the rows that state versions, by the wire name of what has the version."""
    found: dict[str, Parameter] = {}
    for row in spec.parameters.values():
        known = spec.foreign(row.name.removesuffix("_version"))
        if isinstance(row.kind, Version) and known is not None:
            for wire in known.meanings:
                found.setdefault(wire, row)
    return found


class Comparison(Frozen):
    """A comparison with a value, as it was written.

    Attributes:
        algebra: collects the findings.
        spec: the parameters.
        parameter, relation, literal: the two sides, and the operator's meaning.
        first, operator, value: its tokens; the operator is ``None`` if it is not written as one,
            such as in a list.
    """

    algebra: Algebra
    spec: Spec
    parameter: Parameter
    relation: str
    literal: str
    first: int
    operator: int | None
    value: int

    def reread(self, refused: RefusedValue, *, allow_unlisted: bool) -> str | int | None:
        """Return the value that the parameter takes, if not its kind alone; else report why not."""
        try:
            number = reread(refused, self.literal, self.parameter, self.relation)
        except RefusedValue as error:
            self._report_refused(error, is_allowed=False)
            return None
        if number is not None:
            return number
        is_allowed = allow_unlisted and refused.code == "unlisted-value"
        self._report_refused(refused, is_allowed=is_allowed)
        return self.literal if is_allowed else None

    def _report_refused(self, refused: RefusedValue, *, is_allowed: bool) -> None:
        """Report a value that the parameter refuses; as a warning if it is allowed."""
        if self._function and self.literal.lower() == "all" and self.parameter.kind.choices:
            self._report_all(refused)
            return
        if not is_allowed and self._report_version(refused.code):
            return
        if refused.code == "unlisted-value":
            message = f"unlisted {self._described(refused.instead)} {refused.message}"
        else:
            message = f"invalid {self._described(refused.instead)} expected {refused.message}"
        if is_allowed:
            self._report(refused.code, message, severity="warning")
        else:
            self._report(refused.code, message, self._fixes(refused))

    def _report_version(self, code: str) -> bool:
        """Report a value with a version, such as ``Ubuntu 22.04``, if that is what it is.

        To write the value alone would drop the version.
        """
        match = _with_version(self.literal)
        row = self._version_row
        value = self._listed_value(match[1]) if match is not None and row is not None else ""
        if match is None or row is None or not value:
            return False
        what = "unlisted" if code == "unlisted-value" else "invalid"
        message = f"{what} {self._described([])} compare the version with `{row.name}`"
        is_written = self.operator is not None and not self._is_bound
        is_mendable = is_written and self.relation in EQUALITY
        meant = self._with_version(value, row, match[2]) if is_mendable else ""
        self._report(code, message, [self._phrase_fix(meant, self.first)] if meant else [])
        return True

    @property
    def _version_row(self) -> Parameter | None:
        """The parameter that states the version of this one: ``os_version`` of what ``os`` means.

        ``None`` if there is no such.
        """
        return self.spec.once(_version_rows).get(self.parameter.wire)

    def _listed_value(self, text: str) -> str:
        """Return the value that a text certainly means; empty if it means none."""
        try:
            return str(self.parameter.kind.read(text))
        except RefusedValue as error:
            return error.certain

    def _with_version(self, value: str, row: Parameter, version: str) -> str:
        """Return a comparison with a value and with the version that goes with it."""
        tokens = self.algebra.tokens
        before = tokens.kinds[self.first - 1] if self.first else ""
        after = tokens.kinds[self.algebra.through_case(self.value) + 1]
        name = tokens.lexemes[self.first]
        both = f"{name} = {spell(value)} and {row.name} between {version} and {version}"
        if self.relation == "!=":
            return f"not ({both})"
        is_apart = before in {"", "AND", "LPAR"} and after != "OR"
        return both if is_apart else f"({both})"

    def report_time(self) -> None:
        """Report what cannot be read as a time."""
        meant = respell(self.literal)
        impossible = impossible_part(self.literal)
        expected = expected_clock(self.literal) or self.parameter.kind.describe()
        expected = f"there is no {impossible}" if impossible else f"expected {expected}"
        # Before a fraction of a second is before the end of that second, not before its start.
        within = {"<": "<=", ">=": ">"} if meant.is_within_second else {}
        relation = within.get(self.relation, self.relation)
        certain = meant.literals[0] if meant.is_certain else ""
        fixes = self._value_fixes(meant.literals, relation, certain)
        message = f"invalid {self._described(meant.literals)} {expected}"
        self._report("bad-value", message, fixes)

    def report_advice(self, advice: Advice) -> None:
        """Report a value that is legal but cannot match as written."""
        negation = "not " if self.relation == "!=" else ""
        fixes: list[Fix] = []
        if advice.operator is not None:
            fixes += self._match_fix(advice)
        elif advice.value is not None and not self._is_bound:
            fixes.append(self._phrase_fix(spell(advice.value), self.value))
        if self.operator is not None and advice.predicate is not None:
            fixes.append(self._phrase_fix(f"{negation}{advice.predicate}", self.first))
        is_observed = self.parameter.observed is not None
        if self.operator is not None and advice.phrase and is_observed and not self._is_bound:
            phrase = f"{negation}{advice.phrase}".replace("not is absent", "is present")
            fixes.append(self._phrase_fix(phrase, self.operator))
        if advice.values and not self._is_bound:
            fixes += self._listed(advice.values)
        self._report(
            advice.code, advice.message, fixes, severity=advice.severity, notes=advice.notes
        )

    def _match_fix(self, advice: Advice) -> list[Fix]:
        """Match by a pattern, in place of a comparison letter by letter."""
        operators = self.parameter.kind.operators
        is_known = self.parameter.observed is not None and operators & MATCH
        is_same = advice.value in {None, self.literal}
        if self.operator is None or not is_known or not (is_same or not self._is_bound):
            return []
        word = f"{'not ' if self.relation == '!=' else ''}{advice.operator}"
        edits = [self._edit(self.operator, word)]
        if not is_same:
            edits.append((*self.algebra.span(self.value), spell(str(advice.value))))
        return [(f"match with `{word}`", edits)]

    @property
    def _function(self) -> str:
        """The name of the function that the value is an argument of; empty without one."""
        kinds, lexemes = self.algebra.tokens.kinds, self.algebra.tokens.lexemes
        is_call = self.operator is None and kinds[self.first + 1 : self.first + 2] == ["LPAR"]
        return lexemes[self.first].lower() if is_call else ""

    def _report_all(self, refused: RefusedValue) -> None:
        """Report `all` as the argument of a function that takes one of a few values."""
        function = self._function
        signatures = " or ".join(f"`{each.signature}`" for each in self.spec.functions[function])
        message = f"{signatures} takes one value, not `{self.literal}`; expected {refused.message}"
        every = " or ".join(f"{function}({spell(each)})" for each in self.parameter.kind.choices)
        fix = self._phrase_fix(f"({every})", self.first, self.value + 1)
        self._report("bad-arguments", message, [] if self._is_bound else [fix])

    @property
    def _is_bound(self) -> bool:
        """Whether the value was bound to a placeholder: the text is not at fault then."""
        return self.algebra.tokens.kinds[self.value] == "PLACEHOLDER"

    def _described(self, meant: Sequence[str]) -> str:
        question = did_you_mean(meant) or ";"
        return f"value `{clip(self.literal)}` for `{self.parameter.name}`{question}"

    def _report(
        self,
        code: str,
        message: str,
        fixes: Iterable[Fix] = (),
        *,
        severity: str = "error",
        notes: Iterable[str] = (),
    ) -> None:
        span = self.algebra.span(self.value)
        self.algebra.report(code, message, span, *fixes, severity=severity, notes=notes)

    def _fixes(self, refused: RefusedValue) -> list[Fix]:
        if self._is_bound:
            return []
        if self.operator is not None and self.relation in EQUALITY:
            if type(self.parameter.kind) is Flag and refused.certain == "false":
                return [self._flag_fix()]
            if self.literal.lower() in SAYS_ABSENT and self.parameter.observed is not None:
                phrase = "is absent" if self.relation == "=" else "is present"
                return [self._phrase_fix(phrase, self.operator)]
        # Of a number that is out of range, write what means the same of the nearest one.
        relations = refused.relations or {self.relation: self.relation}
        if self.relation in relations:
            fixes = self._value_fixes(refused.instead, relations[self.relation], refused.certain)
        else:
            fixes = []
        return [*self._pattern_fix(), *fixes] or self._list_fix()

    def _pattern_fix(self) -> list[Fix]:
        """Match by a pattern that was written for a listed value."""
        advice = advise_pattern(self.relation, self.literal)
        return self._match_fix(advice) if advice is not None and advice.operator else []

    def _value_fixes(self, values: Sequence[str], relation: str, certain: str = "") -> list[Fix]:
        """Write one of the values, and the operator too if that changes."""
        place = self.algebra.span(self.value)
        if relation == self.relation:
            fixes = [(f"write `{value}`", [(*place, spell(value))]) for value in values]
            return [
                Safe(*fix) if value == certain else fix
                for value, fix in zip(values, fixes, strict=True)
            ]
        if self.operator is None:
            return []
        change = (*self.algebra.span(self.operator), relation)
        return [
            (f"write `{relation} {value}`", [change, (*place, spell(value))]) for value in values
        ]

    def _list_fix(self) -> list[Fix]:
        """Turn a value that lists several into a list."""
        if self.operator is None or self.relation not in EQUALITY:
            return []
        read = self.parameter.kind.read
        try:
            values = [str(read(each.strip())) for each in _separator.split(self.literal)]
        except RefusedValue:
            return []
        return self._listed(values)

    def _listed(self, values: Sequence[str]) -> list[Fix]:
        """Write several values for the one; they may be in a list already."""
        listed = ", ".join(map(spell, values))
        if self.operator is None:
            is_list = self.algebra.tokens.kinds[self.value - 1] in {"LPAR", "COMMA"}
            is_list = is_list and not self._function
            return [self._phrase_fix(listed, self.value)] if is_list else []
        listed = f"({listed})"
        word = "in" if self.relation == "=" else "not in"
        edits = [self._edit(self.operator, word), (*self.algebra.span(self.value), listed)]
        return [(f"write `{word} {clip(listed)}`", edits)]

    def _flag_fix(self) -> Fix:
        """Write ``not supports(kvm)`` for ``support_kvm = false``."""
        plain = self.spec.flag_condition(self.parameter)
        return self._phrase_fix(f"not {plain}" if self.relation == "=" else plain, self.first)

    def _phrase_fix(self, phrase: str, first: int, last: int | None = None) -> Fix:
        """Write a phrase for the value, for all from an earlier token to the end, or to another."""
        if last is None:
            last = self.value if first == self.value else self.algebra.through_case(self.value)
        return f"write `{clip(phrase)}`", [self._edit(first, phrase, last)]

    def _edit(self, first: int, new: str, last: int | None = None) -> Edit:
        return spaced(self.algebra.tokens.text, *self.algebra.span(first, last), new)
