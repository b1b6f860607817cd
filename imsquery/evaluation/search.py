"""The search for a record that satisfies a filter, case by case and with bounded work."""

from __future__ import annotations

from collections.abc import Hashable

from imsquery.evaluation.domains import Choice, make_domain, make_hidden_domain
from imsquery.semantics.formula import And, Atom, Not, Or, fold, leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from imsquery.evaluation.domains import Domain
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula

    State = dict[str, "Choice"]


class WorkExhaustedError(Exception):
    """The search ended without an answer: it would take more steps than allowed."""


class Problem:
    """A filter, with the domain of each attribute that it is about.

    Conditions with a regular expression, or on what no record shows, are *opaque*.

    Args:
        formula: the filter, simplified.
        spec: the parameters.
        work: maximum number of steps.

    Attributes:
        has_opaque: whether some conditions are opaque.
        is_partial: whether the domain of some attribute is incomplete: a record that is found is
            right, but finding none proves nothing.
    """

    def __init__(self, formula: Formula, spec: Spec, work: int) -> None:
        self._formula = formula
        self._spec = spec
        self._work = work
        self._size = 0
        self._places: dict[Hashable, tuple[str, int]] = {}
        self.has_opaque = False
        self.is_partial = False
        groups: dict[str, dict[Hashable, Atom]] = {}
        for leaf in leaves(formula):
            self._size += 1
            if not isinstance(leaf, Atom):
                continue
            self.has_opaque |= leaf.relation == "matches" or leaf.parameter.observed is None
            if leaf.relation != "matches":
                name = leaf.parameter.observed or leaf.parameter.wire
                groups.setdefault(name, {})[leaf.key] = leaf
        self._domains: dict[str, Domain] = {}
        self._hidden: set[str] = set()
        for name, atoms in groups.items():
            self._add(name, [*atoms.values()], work)

    def _add(self, name: str, atoms: list[Atom], work: int) -> None:
        if atoms[0].parameter.observed is None:
            self._hidden.add(name)
            self._domains[name] = make_hidden_domain(atoms)
        else:
            self._domains[name] = make_domain(name, atoms, self._spec, work)
            self.is_partial |= not self._domains[name].is_complete
        self._places |= {atom.key: (name, bit) for bit, atom in enumerate(atoms)}

    def solve(self, *, opaque: bool) -> Mapping[str, Any] | None:
        """Search for a record that satisfies the filter.

        Args:
            opaque: whether an opaque condition may be assumed to hold or not.  If so, ``None``
                proves that there is no record, but a record proves nothing.  If not, the record
                satisfies the filter whether the opaque conditions hold or not.

        Raises:
            WorkExhaustedError: it would take more steps than allowed.
        """
        start = self._begin(opaque=opaque)
        if start is None:
            return None
        quick = self._attempt(start)
        if quick is not None:
            return self._record(quick)
        pending = [(start, dict[Hashable, bool]())]
        while pending:
            state, assumed = pending.pop()
            self._spend(self._size + 1)
            if not self._keep_apart(state):
                continue
            truth, undecided = self._evaluate(state, assumed)
            if truth is True:
                return self._record(state)
            if truth is False:
                continue
            atom = next((each for each in undecided if self._can_split(each, opaque=opaque)), None)
            if atom is not None:
                pending += self._cases(atom, state, assumed)
        return None

    def _spend(self, steps: int) -> None:
        self._work -= steps
        if self._work < 0:
            raise WorkExhaustedError

    def _begin(self, *, opaque: bool) -> State | None:
        """Return what is possible once the conditions hold that every record must satisfy."""
        demands: dict[str, list[int]] = {name: [0, 0] for name in self._domains}
        for literal in conjuncts(self._formula):
            atom, holds = _signed(literal)
            if isinstance(atom, Atom) and self._can_split(atom, opaque=opaque):
                name, bit = self._places.get(atom.key, (None, 0))
                if name is not None:
                    demands[name][not holds] |= 1 << bit
        state: State = {}
        for name, domain in self._domains.items():
            choice = self._narrow(name, Choice(domain.values), *demands[name])
            if choice is None:
                return None
            state[name] = choice
        return state

    def _narrow(self, name: str, choice: Choice, holds: int, fails: int) -> Choice | None:
        self._spend(len(choice.values))
        return choice.where(holds, fails, is_list=self._domains[name].is_list)

    def _attempt(self, start: State) -> State | None:
        """Satisfy the filter by the first alternatives that are open, without backtracking.

        That finds a record for most filters; where it does not, nothing follows.
        """
        state = dict(start)
        reserve = self._work // 2
        pending = [self._formula]
        while pending and self._work > reserve:
            node = pending.pop()
            self._spend(1)
            if isinstance(node, And):
                pending += sorted(node.operands, key=_is_literal)
            elif isinstance(node, Or):
                chosen = self._choose(node, state)
                if chosen is None:
                    return None
                pending.append(chosen)
            elif not self._force(node, state):
                return None
        if pending or not self._keep_apart(state):
            return None
        return state if self._evaluate(state, {})[0] else None

    def _choose(self, node: Or, state: State) -> Formula | None:
        """Choose an alternative: one that holds, or else the first that is not known to fail."""
        first = None
        for operand in node.operands:
            literals = conjuncts(operand)
            self._spend(len(literals))
            truths = [self._truth(each, state) for each in literals if _is_literal(each)]
            if len(truths) == len(literals) and all(truths):
                return operand
            if first is None and False not in truths:
                first = operand
        return first

    def _truth(self, literal: Formula, state: State) -> bool | None:
        """Return whether a literal holds; opaque ones never do."""
        atom, holds = _signed(literal)
        if not isinstance(atom, Atom) or not self._can_split(atom, opaque=False):
            return False
        truth = self._atom_truth(atom, state)
        return None if truth is None else truth is holds

    def _atom_truth(self, atom: Atom, state: State) -> bool | None:
        name, bit = self._places[atom.key]
        return state[name].truth(bit, is_list=self._domains[name].is_list)

    def _force(self, literal: Formula, state: State) -> bool:
        """Narrow a state in place to where a literal holds; return whether that is possible."""
        truth = self._truth(literal, state)
        if truth is not None:
            return truth
        atom, holds = _signed(literal)
        name, bit = self._places[atom.key]
        demands = (1 << bit, 0) if holds else (0, 1 << bit)
        choice = self._narrow(name, state[name], *demands)
        if choice is not None:
            state[name] = choice
        return choice is not None

    def _can_split(self, atom: Atom, *, opaque: bool) -> bool:
        place = self._places.get(atom.key)
        return opaque or (place is not None and place[0] not in self._hidden)

    def _cases(
        self, atom: Atom, state: State, assumed: dict[Hashable, bool]
    ) -> list[tuple[State, dict[Hashable, bool]]]:
        """Return the states where a condition fails and where it holds, in this order."""
        place = self._places.get(atom.key)
        if place is None:
            return [(state, {**assumed, atom.key: holds}) for holds in (False, True)]
        name, bit = place
        cases = []
        for demands in ((0, 1 << bit), (1 << bit, 0)):
            choice = self._narrow(name, state[name], *demands)
            if choice is not None:
                cases.append(({**state, name: choice}, assumed))
        return cases

    def _keep_apart(self, state: State) -> bool:
        """Remove attributes that others exclude; return whether anything is left."""
        for name in state:
            excluded = self._spec.exclusive.get(name)
            if excluded is None or any(value.raw is None for value in state[name].values):
                continue
            for other in excluded & state.keys():
                absent = [value for value in state[other].values if value.raw is None]
                if not absent:
                    return False
                state[other] = Choice(absent)
        return True

    def _evaluate(
        self, state: State, assumed: Mapping[Hashable, bool]
    ) -> tuple[bool | None, list[Atom]]:
        """Evaluate the filter as far as possible; also return the conditions that it turns on."""

        def leaf(each: Formula) -> tuple[bool | None, list[Atom]]:
            assert isinstance(each, Atom)  # noqa: S101 -- bind refuses filters with unknowns
            is_known = each.key in self._places
            truth = self._atom_truth(each, state) if is_known else assumed.get(each.key)
            return truth, [each] if truth is None else []

        def negation(
            _node: Not, operand: tuple[bool | None, list[Atom]]
        ) -> tuple[bool | None, list[Atom]]:
            truth, undecided = operand
            return None if truth is None else not truth, undecided

        return fold(self._formula, leaf, negation, _join)

    def _record(self, state: State) -> dict[str, Any]:
        """Return a record of what is possible, without attributes that it does not need."""
        record: dict[str, Any] = {}
        for name, choice in state.items():
            if name in self._hidden:
                continue
            if self._domains[name].is_list:
                if choice.held:
                    record[name] = _fewest(choice)
            elif choice.values[0].raw is not None:
                record[name] = choice.values[0].raw
        return record


def conjuncts(formula: Formula) -> Sequence[Formula]:
    """Return the parts of a filter that must all hold."""
    return formula.operands if isinstance(formula, And) else (formula,)


def _is_literal(node: Formula) -> bool:
    return isinstance(node, Atom | Not)


def _signed(literal: Formula) -> tuple[Formula, bool]:
    """Return the atom of a literal, and whether the literal wants it to hold."""
    return (literal.operand, False) if isinstance(literal, Not) else (literal, True)


def _fewest(choice: Choice) -> list[Any]:
    """Return items that together satisfy all conditions that must hold."""
    items = []
    missing = choice.held
    for value in choice.values:
        if value.truths & missing:
            items.append(value.raw)
            missing &= ~value.truths
    return items


def _join(
    node: And | Or, parts: list[tuple[bool | None, list[Atom]]]
) -> tuple[bool | None, list[Atom]]:
    absorbing = isinstance(node, Or)
    undecided: list[Atom] = []
    for truth, atoms in parts:
        if truth is absorbing:
            return absorbing, []
        undecided += atoms
    return (None, undecided) if undecided else (not absorbing, [])
