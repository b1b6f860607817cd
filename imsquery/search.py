"""The search for a record that satisfies a filter: by cases, with bounded work."""

from __future__ import annotations

from collections.abc import Hashable
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from imsquery.domains import make_domain, make_hidden_domain
from imsquery.folding import fold
from imsquery.formula import And, Atom, Not, Or, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imsquery.domains import Domain, Value
    from imsquery.formula import Formula
    from imsquery.spec import Spec

    State = dict[str, "Choice"]


class WorkExhaustedError(Exception):
    """There is no answer yet, and no more work may be done."""


class Choice:
    """What is still possible of one attribute; immutable.

    Attributes:
        values: that it may have; of a list, that it may hold.
        held: bits of conditions that some item of a list must satisfy.
    """

    __slots__ = ("_all", "_some", "held", "values")

    def __init__(self, values: Sequence[Value], held: int = 0) -> None:
        self.values = values
        self.held = held
        self._some = reduce(or_, (value.truths for value in values), 0)
        self._all = reduce(and_, (value.truths for value in values), -1)

    def truth(self, bit: int, *, is_list: bool) -> bool | None:
        """Tell whether a condition holds in all that is possible, in none, or neither."""
        always = self.held if is_list else self._all
        if not self._some >> bit & 1:
            return False
        return True if always >> bit & 1 else None

    def where(self, bit: int, *, holds: bool, is_list: bool) -> Choice | None:
        """Give what is possible if a condition holds, or does not; ``None`` if nothing is."""
        if is_list and holds:
            values, held = self.values, self.held | 1 << bit
        else:
            values = [value for value in self.values if (value.truths >> bit & 1) == holds]
            held = self.held
        choice = Choice(values, held)
        if is_list:
            # Each condition that holds needs an item, and all items are allowed together.
            return None if held & ~choice._some else choice
        return choice if values else None


class Problem:
    """A filter whose conditions are looked into, as far as they can be.

    Args:
        formula: the filter, simplified.
        spec: the parameters.
        work: steps that may be taken.
    """

    def __init__(self, formula: Formula, spec: Spec, work: int) -> None:
        self._formula = formula
        self._spec = spec
        self._work = work
        self._size = 0
        self._places: dict[Hashable, tuple[str, int]] = {}
        self.has_opaque = False
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
        self._places |= {atom.key: (name, bit) for bit, atom in enumerate(atoms)}

    def solve(self, *, opaque: bool) -> Mapping[str, Any] | None:
        """Look for a record that satisfies the filter.

        Args:
            opaque: whether conditions that cannot be looked into may be taken as it suits: then
                ``None`` proves that there is no record, and one that is found proves nothing.
                Otherwise what is found satisfies the filter whatever they say.

        Raises:
            WorkExhaustedError: it was too much.
        """
        start = self._begin(opaque=opaque)
        pending = [] if start is None else [(start, dict[Hashable, bool]())]
        while pending:
            state, assumed = pending.pop()
            self._work -= self._size + 1
            if self._work < 0:
                raise WorkExhaustedError
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

    def _begin(self, *, opaque: bool) -> State | None:
        """Give what is possible once the conditions hold that must in any case."""
        state = {name: Choice(domain.values) for name, domain in self._domains.items()}
        literals = self._formula.operands if isinstance(self._formula, And) else (self._formula,)
        for literal in literals:
            atom = literal.operand if isinstance(literal, Not) else literal
            place = self._places.get(atom.key) if isinstance(atom, Atom) else None
            if place is not None and (opaque or place[0] not in self._hidden):
                holds = literal is atom
                choice = self._narrow(state, place, holds=holds)
                if choice is None:
                    return None
                state[place[0]] = choice
        return state

    def _narrow(self, state: State, place: tuple[str, int], *, holds: bool) -> Choice | None:
        name, bit = place
        self._work -= len(state[name].values)
        return state[name].where(bit, holds=holds, is_list=self._domains[name].is_list)

    def _can_split(self, atom: Atom, *, opaque: bool) -> bool:
        place = self._places.get(atom.key)
        return opaque or (place is not None and place[0] not in self._hidden)

    def _cases(
        self, atom: Atom, state: State, assumed: dict[Hashable, bool]
    ) -> list[tuple[State, dict[Hashable, bool]]]:
        """Give the state where a condition does not hold, then that where it does."""
        place = self._places.get(atom.key)
        if place is None:
            return [(state, {**assumed, atom.key: holds}) for holds in (False, True)]
        cases = []
        for holds in (False, True):
            choice = self._narrow(state, place, holds=holds)
            if choice is not None:
                cases.append(({**state, place[0]: choice}, assumed))
        return cases

    def _keep_apart(self, state: State) -> bool:
        """Take out attributes that others exclude; tell whether that leaves anything."""
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
        """Evaluate the filter where that is possible; give the conditions that it turns on."""

        def leaf(each: Formula) -> tuple[bool | None, list[Atom]]:
            assert isinstance(each, Atom)  # noqa: S101 -- unknowns are errors, reported before
            place = self._places.get(each.key)
            if place is None:
                truth = assumed.get(each.key)
            else:
                name, bit = place
                truth = state[name].truth(bit, is_list=self._domains[name].is_list)
            return truth, [each] if truth is None else []

        def negation(
            _node: Not, operand: tuple[bool | None, list[Atom]]
        ) -> tuple[bool | None, list[Atom]]:
            truth, undecided = operand
            return None if truth is None else not truth, undecided

        return fold(self._formula, leaf, negation, _join)

    def _record(self, state: State) -> dict[str, Any]:
        """Make a record of what is possible, with no attribute that it does not need."""
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


def _fewest(choice: Choice) -> list[Any]:
    """Give items that satisfy all that must be."""
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
