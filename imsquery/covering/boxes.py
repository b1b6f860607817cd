"""Boxes: what one request can ask for, with one condition on each of some parameters.

A box represents the images that satisfy all its conditions.  Two boxes can be intersected, or
widened to one that contains both; the weight of a box estimates how many images it lets through.
"""

from __future__ import annotations

from functools import reduce

from imsquery.covering.implication import follows, is_contrary
from imsquery.language.operators import ORDER
from imsquery.schema.kinds import Boolean, Flag, Identifier, Integer
from imsquery.schema.parameters import LIST
from imsquery.schema.wire import MAX_LIST, write_pair
from imsquery.semantics.formula import Atom, is_scope
from imsquery.semantics.lists import OneOf, as_one
from imsquery.semantics.simplify import complement

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imsquery.schema.parameters import Parameter

    Conditions = Mapping[str, Atom]
    Key = tuple[tuple[str, str, str], ...]
    Shares = dict[tuple[Atom, Atom], float]

# Share of all images that a condition lets through.  These are guesses that only rank requests: the
# more distinct values there are, the smaller the share.
_FLAG = 1 / 4
_IDENTIFIER = 1 / 256
_TEXT = 1 / 128
_NUMBER = 1 / 8
_SECOND = 1 / 1024
_BOUND = {">": 0.3, ">=": 0.3, "<": 0.4, "<=": 0.4, "!=": 0.999}


class Box:
    """The conditions of one request; immutable.

    Attributes:
        conditions: what a request can ask once (:func:`slot`) -> the condition.
        hidden: keys of the conditions that no image record shows, so that the client cannot check
            them.
        unasked: hidden conditions on a parameter that already has one, so that a single request
            cannot ask for both.
        wires: wire names of the parameters that have a condition.
        weight: estimated share of all images that satisfy the conditions.
        key: the same for boxes with the same conditions; sortable.
    """

    __slots__ = (
        "_ordered", "_weights", "conditions", "hidden", "key", "unasked", "weight", "wires",
    )  # fmt: skip

    def __init__(self, conditions: Conditions, unasked: tuple[Atom, ...] = ()) -> None:
        self.conditions = conditions
        self.unasked = unasked
        self.key = tuple(sorted(map(sort_key, conditions.values())))
        self.hidden = frozenset(
            atom.key for atom in (*conditions.values(), *unasked) if atom.parameter.observed is None
        )
        self.wires = frozenset(atom.parameter.wire for atom in conditions.values())
        self._ordered: Sequence[tuple[str, Atom]] | None = None
        self._weights = {place: weigh(atom) for place, atom in conditions.items()}
        self.weight = reduce(float.__mul__, self._weights.values(), 1.0)

    def meet(self, other: Box) -> Box | None:
        """Return the intersection with another box; ``None`` if it is empty."""
        return self.narrow(other.conditions.values(), other.unasked)

    def narrow(self, atoms: Iterable[Atom], unasked: tuple[Atom, ...] = ()) -> Box | None:
        """Return the box with further conditions; ``None`` if it becomes empty."""
        conditions = dict(self.conditions)
        left = [*self.unasked, *unasked]
        for atom in atoms:
            place = slot(atom)
            if atom.parameter.wires:
                others = _on(atom.parameter, conditions)
                if any(is_contrary(atom, each) for each in others):
                    return None
                if any(_implies(each, atom) for each in others):
                    continue
                for each in others:
                    if _implies(atom, each):
                        del conditions[slot(each)]
            known = conditions.get(place)
            if known is None:
                conditions[place] = atom
                continue
            if known is atom:
                continue
            if is_contrary(atom, known):
                return None
            narrower, hidden = _narrower(atom, known)
            del conditions[place]
            conditions[slot(narrower)] = narrower  # of a list, a single value may be left
            if hidden is not None:
                left.append(hidden)
        return Box(conditions, tuple({atom.key: atom for atom in left}.values()))

    def widen(self, other: Box) -> Box:
        """Return a box that contains both, with the conditions that both imply."""
        conditions = {}
        for place in sorted(self.conditions.keys() | other.conditions.keys()):
            shared = _wider(self.conditions.get(place), other.conditions.get(place))
            if shared is not None:
                conditions[slot(shared)] = shared
        return Box(conditions, self.unasked)

    def without(self, wire: str) -> Box:
        """Return the box without its conditions on a parameter."""
        kept = {
            place: atom for place, atom in self.conditions.items() if atom.parameter.wire != wire
        }
        return Box(kept, self.unasked)

    def widened_weight(self, other: Box, known: Shares) -> float:
        """Return the weight that :meth:`widen` would result in.

        Args:
            other: the other box.
            known: the shares of what two conditions imply, as far as they were computed; boxes have
                many conditions in common.
        """
        weight = 1.0
        theirs = other.conditions
        for place, one in self.conditions.items():
            two = theirs.get(place)
            if two is None:
                continue
            if one.value == two.value and one.relation == two.relation:
                weight *= self._weights[place]
                continue
            share = known.get((one, two))
            if share is None:
                share = known[one, two] = _shared_weight(one, two)
            weight *= share
        return weight

    def covers(self, other: Box) -> bool:
        """Return whether a request for this box makes one for another box unnecessary.

        It must find all the images of the other box, and satisfy the same hidden conditions.
        """
        if self.hidden != other.hidden or not self.wires <= other.wires:
            return False
        theirs = other.conditions
        for place, atom in self._narrowest():
            known = theirs.get(place)
            if known is atom or (known is not None and _implies(known, atom)):
                continue
            if not atom.parameter.wires:
                return False
            others = _on(atom.parameter, theirs)
            if not any(_implies(each, atom) for each in others):
                return False
        return True

    def _narrowest(self) -> Sequence[tuple[str, Atom]]:
        """Return the conditions, first those that are the least likely to be implied."""
        if self._ordered is None:
            weights = self._weights
            self._ordered = sorted(self.conditions.items(), key=lambda item: weights[item[0]])
        return self._ordered

    def complements(self) -> list[tuple[Atom, Key]]:
        """Return the complement of each condition that has one, with the key of the others."""
        # The key is sorted, and stays so without one of its parts.
        return [
            (opposite, tuple(part for part in self.key if part[0] != atom.parameter.wire))
            for atom in self.conditions.values()
            if _is_single(atom.parameter) and (opposite := complement(atom)) is not None
        ]


def sort_key(atom: Atom) -> tuple[str, str, str]:
    """Return the key that conditions are sorted by."""
    return atom.parameter.wire, atom.relation, str(atom.value)


def is_pushable(atom: Atom) -> bool:
    """Return whether a request can express a condition."""
    row = atom.parameter
    return atom.relation in row.prefixes or write_pair(row, atom.relation, atom.value) is not None


def slot(atom: Atom) -> str:
    """Return what a request can ask once: a name of its pairs, or a pair of one that repeats."""
    row = atom.parameter
    if atom.relation in row.prefixes and not row.repeats:
        return row.wire
    name, value = write_pair(row, atom.relation, atom.value) or ("", "")
    return f"{name}={value}" if row.repeats else name


def _is_single(row: Parameter) -> bool:
    """Return whether a request compares a parameter once, whatever the operator."""
    return not (row.wires or row.repeats)


def _on(row: Parameter, conditions: Conditions) -> list[Atom]:
    """Return the conditions on a parameter that a request compares in several ways."""
    found = (conditions.get(wire) for wire in (row.wire, *row.wires))
    return [each for each in found if each is not None]


def _implies(atom: Atom, other: Atom) -> bool:
    return follows(other, atom) is True


def _narrower(one: Atom, other: Atom) -> tuple[Atom, Atom | None]:
    """Choose one of two conditions on a parameter; also return the other if it stays hidden.

    What widens the search is never dropped: the client can check the other one.
    """
    if is_scope(one) or is_scope(other):
        return (one if is_scope(one) else other), None
    if _implies(one, other):
        return one, None
    if _implies(other, one):
        return other, None
    both = None if one.parameter.multiple else _intersect(one, other)
    if both is not None:
        return both, None
    chosen, left = sorted((one, other), key=lambda atom: (weigh(atom), str(atom.value)))
    return chosen, left if left.parameter.observed is None else None


def _wider(one: Atom | None, other: Atom | None) -> Atom | None:
    """Return what both conditions on a parameter imply; ``None`` means no condition."""
    if one is None or other is None:
        return None
    if _implies(one, other):
        return other
    if _implies(other, one):
        return one
    these, those = _listed(one), _listed(other)
    is_short = len(these) + len(those) <= MAX_LIST
    return as_one([*these, *those]) if these and those and is_short else None


def _shared_weight(one: Atom, other: Atom) -> float:
    """Return the weight of what both of two different conditions on a parameter imply."""
    row = one.parameter
    if one.relation == other.relation and not (row.multiple or row.scopes):
        if one.relation == "=" and LIST not in row.forms:
            return 1.0  # two values have nothing in common
        if one.relation in ORDER and (row.is_time or isinstance(row.kind, Integer)):
            return weigh(one)  # one of two bounds implies the other, and they weigh the same
    shared = _wider(one, other)
    return 1.0 if shared is None else weigh(shared)


def _intersect(one: Atom, other: Atom) -> Atom | None:
    """Return the list of what two lists share, if both conditions are lists."""
    values = {each.value for each in _listed(other)}
    both = [each for each in _listed(one) if each.value in values]
    return as_one(both) if both else None


def _listed(atom: Atom) -> list[Atom]:
    """Return the equalities that a condition is the list of."""
    if isinstance(atom, OneOf):
        return atom.atoms()
    is_listable = LIST in atom.parameter.forms and atom.relation == "=" and not is_scope(atom)
    return [atom] if is_listable else []


def weigh(atom: Atom) -> float:
    """Estimate the share of all images that satisfy a condition."""
    kind = atom.parameter.kind
    if is_scope(atom):
        return 1.0
    if isinstance(atom, OneOf):
        return min(len(atom.values) * weigh(atom.atoms()[0]), _BOUND["!="])
    if atom.parameter.is_time:
        return _BOUND.get(atom.relation, _SECOND)
    if isinstance(kind, Boolean):
        return _FLAG if isinstance(kind, Flag) else 1 / 2
    if kind.choices:
        return 1 / (len(kind.choices) + 1)
    if isinstance(kind, Integer):
        return _BOUND.get(atom.relation, _NUMBER)
    return _IDENTIFIER if isinstance(kind, Identifier) else _TEXT


EVERYTHING = Box({})
"""The box of a request without conditions."""
