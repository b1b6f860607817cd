"""What a filter can never match, and what it must ask for as well.

Works on simplified filters.  A conjunction is read with all that the conjunctions around it demand;
alternatives are not combined with each other, so that the cost stays linear.
"""

from __future__ import annotations

from imsquery.language.lexer import spell
from imsquery.semantics.formula import And, Atom, Not, Or, Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from imsquery.semantics.formula import Formula
    from imsquery.semantics.literals import LiteralBinder

    Undo = list[tuple[Hashable, "Formula | None"]]


def check_consistency(formula: Formula, written: Formula, binder: LiteralBinder) -> list[Formula]:
    """Report what a simplified filter cannot mean.

    Findings are ``contradiction`` (a warning where another branch can still match),
    ``mutually-exclusive``, ``requires`` and ``not-observable``.

    Args:
        formula: the simplified filter.
        written: the same before it was simplified.
        binder: what bound it; collects the findings.

    Returns:
        The parts that can match nothing where they are; the filter itself may be one.
    """
    return _Consistency(written, binder).check(formula)


class _Consistency:
    def __init__(self, written: Formula, binder: LiteralBinder) -> None:
        self._written = written
        self._binder = binder
        self._spec = binder.spec
        self._dead: list[Formula] = []
        # What the conjunctions around hold to: (wire name, aspect), or a literal's own key -> the
        # literal that says so.  Aspects: `=`, `low`, `high`, `absent`, and `some` for any value.
        self._facts: dict[Hashable, Formula] = {}
        self._contradictions: list[tuple[Formula, Formula]] = []

    def check(self, formula: Formula) -> list[Formula]:
        can_match = self._visit(formula)
        for literal, other in self._contradictions:
            self._contradiction(literal, other, "warning" if can_match else "error")
        return self._dead

    def _visit(self, formula: Formula) -> bool:
        """Walk over the connectives; a frame is a node, its parts to come, and how parts went."""
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
        """Take in what a node itself holds to; tell whether that goes with what is around."""
        if type(node) is Or:
            return bool(node.operands)
        before = len(self._contradictions)
        demanding: list[Atom] = []
        literals = node.operands if type(node) is And else (node,)
        for literal in literals:
            if type(literal) is Atom:
                self._assert(literal, undo)
                parameter = literal.parameter
                if parameter.requires is not None or parameter.wire in self._spec.exclusive:
                    demanding.append(literal)
            elif type(literal) is Not:
                self._deny(literal, undo)
        consistent = len(self._contradictions) == before
        for atom in demanding:
            consistent &= self._goes_with_facts(atom)
            if atom.parameter.requires is not None:
                # What is not understood may be what is asked for.
                may_add = is_root and not any(type(each) is Unknown for each in literals)
                self._require(atom, *atom.parameter.requires, may_add=may_add)
        return consistent

    def _undo(self, undo: Undo) -> None:
        for fact, before in reversed(undo):
            if before is None:
                del self._facts[fact]
            else:
                self._facts[fact] = before

    def _state(self, fact: Hashable, literal: Formula, undo: Undo) -> None:
        undo.append((fact, self._facts.get(fact)))
        self._facts[fact] = literal

    def _conflict(self, literal: Formula, other: Formula | None) -> bool:
        if other is not None:
            self._contradictions.append((literal, other))
        return other is not None

    def _assert(self, atom: Atom, undo: Undo) -> None:
        """Take a condition in; note the first fact that it contradicts."""
        facts = self._facts
        wire = atom.parameter.wire
        negation = facts.get((Not, atom.key)) or facts.get((wire, "absent"))
        if not self._conflict(atom, negation) and not atom.parameter.multiple:
            if atom.relation == "=":
                self._conflict(atom, self._against_value(atom))
            elif atom.relation in _ASPECT:
                self._conflict(atom, self._against_bound(atom))
            elif atom.relation == "!=":
                self._conflict(atom, facts.get((wire, "=", atom.value)))
        self._state(atom.key, atom, undo)
        self._state((wire, "some"), atom, undo)
        aspect = _ASPECT.get(atom.relation)
        if aspect is not None:
            known = facts.get((wire, aspect))
            if known is None or _is_tighter(atom, known):
                self._state((wire, aspect), atom, undo)

    def _against_value(self, atom: Atom) -> Formula | None:
        """Find a fact that speaks against an equality."""
        facts, wire, value = self._facts, atom.parameter.wire, atom.value
        other = facts.get((wire, "="))
        if type(other) is Atom and other.value != value:
            scopes = atom.parameter.scopes
            if value not in scopes and other.value not in scopes:
                return other
        if atom.parameter.total and (wire, "!=", value) in facts:
            return facts[wire, "!=", value]
        for aspect in ("low", "high"):
            bound = facts.get((wire, aspect))
            if type(bound) is Atom and not _lies_within(value, bound):
                return bound
        return None

    def _against_bound(self, atom: Atom) -> Formula | None:
        """Find a fact that speaks against an order comparison."""
        facts, wire = self._facts, atom.parameter.wire
        value = facts.get((wire, "="))
        if type(value) is Atom and not _lies_within(value.value, atom):
            return value
        other = facts.get((wire, "high" if _ASPECT[atom.relation] == "low" else "low"))
        if type(other) is not Atom:
            return None
        if type(atom.value) is int:
            apart = not _lies_within(_nearest(atom), other)
        else:
            # Two bounds that meet leave one value if both take it in, and none otherwise.
            both = atom.relation in {"<=", ">="} and other.relation in {"<=", ">="}
            low, high = (atom, other) if _ASPECT[atom.relation] == "low" else (other, atom)
            apart = low.value > high.value if both else low.value >= high.value  # type: ignore[operator]
        return other if apart else None

    def _deny(self, negation: Not, undo: Undo) -> None:
        """Take in that a condition does not hold."""
        operand = negation.operand
        if type(operand) is not Atom:
            return
        parameter = operand.parameter
        if parameter.observed is None or operand.value in parameter.scopes:
            self._binder.report(
                "not-observable",
                f"no image shows its `{parameter.name}`: which images do not match cannot be told",
                self._binder.span(negation.first, negation.last),
            )
        absent = operand.relation == "present"
        known = (parameter.wire, "some") if absent else operand.key
        self._conflict(negation, self._facts.get(known))
        self._state((parameter.wire, "absent") if absent else negation.key, negation, undo)

    def _goes_with_facts(self, atom: Atom) -> bool:
        """Report an attribute that never stands beside this one."""
        consistent = True
        for wire in self._spec.exclusive.get(atom.parameter.wire, ()):
            other = self._facts.get((wire, "some"))
            if type(other) is Atom:
                one, two = sorted((other, atom), key=lambda each: (each.first, each.parameter.wire))
                self._binder.report(
                    "mutually-exclusive",
                    f"no image has both `{one.parameter.name}` and `{two.parameter.name}`",
                    self._binder.span(two.first, two.last),
                )
                consistent = False
        return consistent

    def _require(self, atom: Atom, wire: str, value: str, *, may_add: bool) -> None:
        """Report a condition that goes unanswered without another."""
        # Beside another value it is no less there: that the two contradict each other is said.
        if (wire, "=", value) in self._facts:
            return
        needed = f"{self._spec.parameters[wire].name} = {spell(value)}"
        fixes = []
        encloses = type(self._written) is Or
        if may_add and (wire, "=") not in self._facts and self._binder.may_enclose:
            # Behind the whole filter, whatever this condition is nested in there.
            start, end = self._binder.span(self._written.first, self._written.last)
            if encloses:
                edits = [(start, start, "("), (end, end, f") and {needed}")]
            else:
                edits = [(end, end, f" and {needed}")]
            fixes.append((f"add `{needed}`", edits))
        self._binder.report(
            "requires",
            f"`{atom.parameter.name}` is answered only together with `{needed}`",
            self._binder.span(atom.first, atom.last),
            *fixes,
        )

    def _contradiction(self, literal: Formula, other: Formula, severity: str) -> None:
        one, two = sorted((other, literal), key=lambda each: (each.first, each.last))
        start, end = self._binder.span(one.first, one.last)
        self._binder.report(
            "contradiction",
            f"nothing can match this and `{self._binder.tokens.text[start:end]}`"
            if one.first != two.first
            else "nothing can match this",
            self._binder.span(two.first, two.last),
            severity=severity,
        )


_ASPECT = {"=": "=", ">": "low", ">=": "low", "<": "high", "<=": "high"}


def _parts(node: Formula) -> Iterator[Formula]:
    """Give what is visited below a node: all alternatives, and the connectives of a conjunction."""
    if type(node) is Or:
        return iter(node.operands)
    if type(node) is And:
        return (each for each in node.operands if type(each) is Or or type(each) is And)
    return iter(())


def _is_tighter(atom: Atom, known: Formula) -> bool:
    """Tell whether a bound leaves less than one that is known; equalities are all alike."""
    if type(known) is not Atom or atom.relation == "=":
        return False
    if atom.value == known.value:
        return atom.relation in {"<", ">"}
    lower = atom.value < known.value  # type: ignore[operator]
    return lower is (_ASPECT[atom.relation] == "high")


def _lies_within(value: str | int, bound: Atom) -> bool:
    """Tell whether a value satisfies an order comparison."""
    limit = bound.value
    if bound.relation == "<":
        return value < limit  # type: ignore[operator]
    if bound.relation == "<=":
        return value <= limit  # type: ignore[operator]
    if bound.relation == ">":
        return value > limit  # type: ignore[operator]
    return value >= limit  # type: ignore[operator]


def _nearest(bound: Atom) -> int:
    """Give the whole number that satisfies an order comparison most closely."""
    value = bound.value
    assert type(value) is int  # noqa: S101 -- the caller's case
    return value + {"<": -1, "<=": 0, ">": 1, ">=": 0}[bound.relation]
