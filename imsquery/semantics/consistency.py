"""Contradictions in simplified filters, and conditions that require others.

Each conjunction is checked together with all that the conjunctions around it assert.  Alternatives
are not combined with each other, so that the cost stays linear.
"""

from __future__ import annotations

import operator

from imsquery.diagnostics.edits import clip
from imsquery.language.lexer import spell
from imsquery.language.operators import NOCASE
from imsquery.semantics.formula import And, Atom, Not, Or, Unknown, is_scope, leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.semantics.formula import Formula, Key
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]
    Undo = list[tuple[Key, "Formula | None"]]


def check_consistency(formula: Formula, written: Formula, binder: LiteralBinder) -> list[Formula]:
    """Report contradictions in a filter, and conditions that are missing or that nothing answers.

    Findings are ``contradiction`` and ``mutually-exclusive`` (warnings if another branch can still
    match), ``requires``, ``never-matches`` and ``not-observable``.

    Args:
        formula: the simplified filter.
        written: the filter before it was simplified.
        binder: the binder of the filter, which collects the findings.

    Returns:
        The parts that can match nothing where they are; the filter itself may be one.
    """
    return _Consistency(written, binder).check(formula)


class _Consistency:
    def __init__(self, written: Formula, binder: LiteralBinder) -> None:
        self._written = written
        self._binder = binder
        self._spec = binder.spec
        # Companion -> what has it: the one can come before or after the other.
        self._companions = {wire: each for each, (wire, _) in self._spec.companions.items()}
        self._dead: list[Formula] = []
        # What the conjunctions around assert: (wire name, aspect), or the key of a literal -> the
        # literal that asserts it.  Aspects: `=`, `= ignoring case`, `low`, `high`, `absent`, and
        # `some` for any value.
        self._facts: dict[Key, Formula] = {}
        self._denied: set[str] = set()  # wire names of all negated conditions so far
        self._contradictions: list[tuple[Formula, Formula]] = []
        self._exclusions: list[tuple[Atom, Atom]] = []

    def check(self, formula: Formula) -> list[Formula]:
        self._check_scopes(formula)
        can_match = self._visit(formula)
        severity = "warning" if can_match else "error"
        for literal, other in self._contradictions:
            self._contradiction(literal, other, severity)
        for atom, other in self._exclusions:
            self._exclusion(atom, other, severity)
        return self._dead

    def _check_scopes(self, formula: Formula) -> None:
        """Report what widens the request where it is only a part of a condition."""
        for part in formula.operands if type(formula) is And else (formula,):
            for leaf in leaves(part) if type(part) is not Atom else ():
                if type(leaf) is Atom and is_scope(leaf):
                    message = f"`{leaf.value}` widens the whole request; join it by `and` alone"
                    self._report("not-observable", message, leaf)

    def _visit(self, formula: Formula) -> bool:
        """Walk over the connectives; a frame is a node, its parts to come, and their results."""
        undo: Undo = []
        frames = [(formula, _parts(formula), undo, [self._enter(formula, undo, is_root=True)])]
        while True:
            node, parts, undo, alive = frames[-1]
            child = next(parts, None)
            if child is not None:
                undo = []
                frames.append((child, _parts(child), undo, [self._enter(child, undo)]))
                continue
            frames.pop()
            self._undo(undo)
            result = any(alive[1:]) if type(node) is Or and node.operands else all(alive)
            if not result:
                self._dead.append(node)
            if not frames:
                return result
            frames[-1][3].append(result)

    def _enter(self, node: Formula, undo: Undo, *, is_root: bool = False) -> bool:
        """Assert the literals of a node; return whether they are consistent with what is around."""
        if type(node) is Or:
            return bool(node.operands)
        before = len(self._contradictions)
        demanding: list[Atom] = []
        companions: list[Atom] = []
        literals = node.operands if type(node) is And else (node,)
        for literal in literals:
            if type(literal) is Atom:
                self._assert(literal, undo)
                parameter = literal.parameter
                if parameter.requires is not None or parameter.wire in self._spec.exclusive:
                    demanding.append(literal)
                if parameter.goes_with is not None or parameter.wire in self._companions:
                    companions.append(literal)
            elif type(literal) is Not:
                self._deny(literal, undo)
        consistent = len(self._contradictions) == before
        for atom in companions:
            self._goes_with_companion(atom.parameter.wire)
        for atom in demanding:
            consistent &= self._goes_with_facts(atom)
            if atom.parameter.requires is not None:
                # An unreadable condition may be the required one.
                may_add = is_root and not any(type(each) is Unknown for each in literals)
                self._require(atom, *atom.parameter.requires, may_add=may_add)
        return consistent

    def _undo(self, undo: Undo) -> None:
        for fact, before in reversed(undo):
            if before is None:
                del self._facts[fact]
            else:
                self._facts[fact] = before

    def _add_fact(self, fact: Key, literal: Formula, undo: Undo) -> None:
        undo.append((fact, self._facts.get(fact)))
        self._facts[fact] = literal

    def _conflict(self, literal: Formula, other: Formula | None) -> bool:
        if other is not None:
            self._contradictions.append((literal, other))
        return other is not None

    def _assert(self, atom: Atom, undo: Undo) -> None:
        """Assert a condition, and note the first fact that it contradicts."""
        facts = self._facts
        parameter = atom.parameter
        wire, key, some = parameter.wire, atom.key, (parameter.wire, "some")
        # Most conditions are the only one on their parameter.
        if some in facts or wire in self._denied:
            self._find_contrary(atom)
        for fact in (key, some):
            undo.append((fact, facts.get(fact)))
            facts[fact] = atom
        aspect = _ASPECT.get(atom.relation)
        if aspect is not None:
            known = facts.get((wire, aspect))
            if known is None or _is_tighter(atom, known):
                self._add_fact((wire, aspect), atom, undo)

    def _find_contrary(self, atom: Atom) -> None:
        """Note the first fact that a condition contradicts."""
        facts = self._facts
        wire = atom.parameter.wire
        negation = facts.get((Not, atom.key)) or facts.get((wire, "absent"))
        if not self._conflict(atom, negation) and not atom.parameter.multiple:
            if atom.relation == "=":
                self._conflict(atom, self._against_value(atom))
            elif atom.relation == _FOLDED:
                self._conflict(atom, self._against_folded(atom))
            elif atom.relation in _ASPECT:
                self._conflict(atom, self._against_bound(atom))
            elif atom.relation == "!=":
                self._conflict(atom, facts.get((wire, "=", atom.value)))

    def _against_value(self, atom: Atom) -> Formula | None:
        """Return a fact that an equality contradicts."""
        facts, wire, value = self._facts, atom.parameter.wire, atom.value
        other = facts.get((wire, "="))
        if type(other) is Atom and other.value != value:
            scopes = atom.parameter.scopes
            if value not in scopes and other.value not in scopes:
                return other
        folded = facts.get((wire, _FOLDED))
        if type(folded) is Atom and str(value).casefold() != folded.value:
            return folded
        if atom.parameter.total and (wire, "!=", value) in facts:
            return facts[wire, "!=", value]
        for aspect in ("low", "high"):
            bound = facts.get((wire, aspect))
            if type(bound) is Atom and not _lies_within(value, bound):
                return bound
        return None

    def _against_folded(self, atom: Atom) -> Formula | None:
        """Return a fact that an equality of folded texts contradicts."""
        facts, wire = self._facts, atom.parameter.wire
        for aspect in (_FOLDED, "="):
            other = facts.get((wire, aspect))
            if type(other) is Atom and str(other.value).casefold() != atom.value:
                return other
        return None

    def _against_bound(self, atom: Atom) -> Formula | None:
        """Return a fact that an order comparison contradicts."""
        facts, wire = self._facts, atom.parameter.wire
        value = facts.get((wire, "="))
        if type(value) is Atom and not _lies_within(value.value, atom):
            return value
        other = facts.get((wire, "high" if _ASPECT[atom.relation] == "low" else "low"))
        if type(other) is not Atom:
            return None
        if type(atom.value) is int:
            nearest = atom.value + _NEAREST[atom.relation]
            return None if _lies_within(nearest, other) else other
        # Two bounds that meet leave one value if both include it, and none otherwise.
        both = atom.relation in {"<=", ">="} and other.relation in {"<=", ">="}
        low, high = (atom, other) if _ASPECT[atom.relation] == "low" else (other, atom)
        is_apart = operator.gt if both else operator.ge
        place = atom.parameter.kind.place
        return other if is_apart(place(low.value), place(high.value)) else None

    def _deny(self, negation: Not, undo: Undo) -> None:
        """Assert that a condition does not hold."""
        operand = negation.operand
        if type(operand) is not Atom:
            return
        parameter = operand.parameter
        self._denied.add(parameter.wire)
        if parameter.observed is None:
            message = f"`{parameter.name}` is not in image records; only `=` can filter by it"
            self._report("not-observable", f"{message}, without `not`", negation)
        absent = operand.relation == "present"
        known = (parameter.wire, "some") if absent else operand.key
        self._conflict(negation, self._facts.get(known))
        self._add_fact((parameter.wire, "absent") if absent else negation.key, negation, undo)

    def _goes_with_facts(self, atom: Atom) -> bool:
        """Note the attributes around that no image has together with this one."""
        before = len(self._exclusions)
        for wire in self._spec.exclusive.get(atom.parameter.wire, ()):
            other = self._facts.get((wire, "some"))
            if type(other) is Atom:
                self._exclusions.append((atom, other))
        return len(self._exclusions) == before

    def _goes_with_companion(self, wire: str) -> None:
        """Warn of a condition whose images have another value of what is compared as well."""
        wire = self._companions.get(wire, wire)
        needed, value = self._spec.companions[wire]
        one, two = self._facts.get((wire, "some")), self._facts.get((needed, "="))
        if not (type(one) is Atom and type(two) is Atom) or two.value == value:
            return
        condition = f"{two.parameter.name} = {spell(value)}"
        message = f"`{one.parameter.name}` finds only images with `{condition}`"
        self._report("never-matches", message, max(one, two, key=_place), severity="warning")

    def _require(self, atom: Atom, wire: str, value: str, *, may_add: bool) -> None:
        """Report a condition that is answered only together with another one."""
        # Asserted or contradicted, it is there; a contradiction has its own finding.
        if (wire, "=", value) in self._facts:
            return
        needed = f"{self._spec.parameters[wire].name} = {spell(value)}"
        fixes = []
        if may_add and (wire, "=") not in self._facts and self._binder.may_enclose:
            # After the whole filter, however deep this condition is nested in it.
            start, end = self._binder.span(self._written.first, self._written.last)
            if type(self._written) is Or:
                edits = [(start, start, "("), (end, end, f") and {needed}")]
            else:
                edits = [(end, end, f" and {needed}")]
            fixes.append((f"add `{needed}`", edits))
        self._report("requires", f"`{atom.parameter.name}` requires `{needed}`", atom, *fixes)

    def _contradiction(self, literal: Formula, other: Formula, severity: str) -> None:
        one, two = sorted((other, literal), key=lambda each: (each.first, each.last))
        start, end = self._binder.span(one.first, one.last)
        is_one = one.first == two.first  # such as a range whose ends are swapped
        written = f"`{clip(self._binder.tokens.text[start:end])}`"
        message = "this can never match" if is_one else f"this contradicts {written}"
        fixes = self._swapped(two.last) if is_one else []
        self._report("contradiction", message, two, *fixes, severity=severity)

    def _swapped(self, high: int) -> list[Fix]:
        """Return the fix that swaps the two ends of a range."""
        tokens, low = self._binder.tokens, high - 2
        kinds = tokens.kinds[max(0, low - 1) : high]
        if kinds[::2] != ["BETWEEN", "AND"] or any(map(self._binder.is_put_in, (low, high))):
            return []
        places = self._binder.own_place(low), self._binder.own_place(high)
        edits = [
            (*place, tokens.lexemes[other])
            for place, other in zip(places, (high, low), strict=True)
        ]
        return [("swap the ends of the range", edits)]

    def _exclusion(self, atom: Atom, other: Atom, severity: str) -> None:
        one, two = sorted((other, atom), key=lambda each: (each.first, each.parameter.wire))
        message = f"no image has both `{one.parameter.name}` and `{two.parameter.name}`"
        self._report("mutually-exclusive", message, two, severity=severity)

    def _report(
        self, code: str, message: str, part: Formula, *fixes: Fix, severity: str = "error"
    ) -> None:
        span = self._binder.span(part.first, part.last)
        self._binder.report(code, message, span, *fixes, severity=severity)


_FOLDED = f"={NOCASE}"
_ASPECT = {"=": "=", _FOLDED: _FOLDED, ">": "low", ">=": "low", "<": "high", "<=": "high"}
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_NEAREST = {"<": -1, "<=": 0, ">": 1, ">=": 0}
"""Operator -> the step from its bound to the nearest integer that satisfies it."""


def _place(part: Formula) -> tuple[int, int]:
    return part.first, part.last


def _parts(node: Formula) -> Iterator[Formula]:
    """Return what to visit below a node: all alternatives, or the connectives of a conjunction."""
    if type(node) is Or:
        return iter(node.operands)
    if type(node) is And:
        return (each for each in node.operands if type(each) is Or or type(each) is And)
    return iter(())


def _is_tighter(atom: Atom, known: Formula) -> bool:
    """Return whether a bound leaves fewer values than a known one; for equalities, ``False``."""
    if type(known) is not Atom or atom.relation in {"=", _FOLDED}:
        return False
    if atom.value == known.value:
        return atom.relation in {"<", ">"}
    place = atom.parameter.kind.place
    is_lower = operator.lt(place(atom.value), place(known.value))
    return is_lower is (_ASPECT[atom.relation] == "high")


def _lies_within(value: str | int, bound: Atom) -> bool:
    """Return whether a value satisfies an order comparison."""
    place = bound.parameter.kind.place
    found = place(value)
    return found is not None and bool(_COMPARE[bound.relation](found, place(bound.value)))
