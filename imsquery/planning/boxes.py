"""What one request can ask for: a *box*, one condition for each of some parameters.

A box stands for the images that satisfy all its conditions.  Boxes are met (what satisfies both),
widened to one that takes in both, and weighed by how many images they let through.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from imsquery.evaluation.matching import is_scope
from imsquery.planning.implication import follows, is_contrary
from imsquery.schema.kinds import Boolean, Flag, Identifier, Integer
from imsquery.semantics.formula import Atom
from imsquery.semantics.simplify import complement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Conditions = Mapping[str, Atom]
    Key = tuple[tuple[str, str, str], ...]

# What part of all images a condition lets through: guesses that only rank requests, in the order of
# how much conditions tell apart.
_FLAG = 1 / 4
_IDENTIFIER = 1 / 256
_TEXT = 1 / 128
_NUMBER = 1 / 8
_SECOND = 1 / 1024
_BOUND = {">": 0.3, ">=": 0.3, "<": 0.4, "<=": 0.4, "!=": 0.999}


class Box:
    """The conditions of one request; immutable.

    Attributes:
        conditions: wire name -> the condition.
        hidden: keys of those that no record shows: none may be left to the client.
        scopes: how many of them widen the search.
        unsaid: hidden conditions that stand beside another on the same parameter, so that one
            request cannot ask for both.
        weight: the part of all images that the conditions are guessed to let through.
        key: what equal boxes have in common; sorts.
    """

    __slots__ = ("conditions", "hidden", "key", "scopes", "unsaid", "weight")

    def __init__(self, conditions: Conditions, unsaid: tuple[Atom, ...] = ()) -> None:
        self.conditions = conditions
        self.unsaid = unsaid
        self.key = _key(conditions)
        self.hidden = frozenset(
            atom.key for atom in (*conditions.values(), *unsaid) if atom.parameter.observed is None
        )
        self.scopes = sum(map(is_scope, conditions.values()))
        self.weight = reduce(float.__mul__, map(weigh, conditions.values()), 1.0)

    def meet(self, other: Box) -> Box | None:
        """Give what satisfies both; ``None`` if nothing does."""
        return self.narrow(other.conditions.values(), other.unsaid)

    def narrow(self, atoms: Iterable[Atom], unsaid: tuple[Atom, ...] = ()) -> Box | None:
        """Give what satisfies further conditions, too; ``None`` if nothing does."""
        conditions = dict(self.conditions)
        unasked = [*self.unsaid, *unsaid]
        for atom in atoms:
            wire = atom.parameter.wire
            known = conditions.get(wire)
            if known is None:
                conditions[wire] = atom
                continue
            if is_contrary(atom, known):
                return None
            conditions[wire], left = _narrower(atom, known)
            if left is not None:
                unasked.append(left)
        return Box(conditions, tuple({atom.key: atom for atom in unasked}.values()))

    def widen(self, other: Box) -> Box:
        """Give a box that takes in both, with the conditions that both imply."""
        conditions = {}
        for wire in sorted(self.conditions.keys() | other.conditions.keys()):
            shared = _wider(self.conditions.get(wire), other.conditions.get(wire))
            if shared is not None:
                conditions[wire] = shared
        return Box(conditions, self.unsaid)

    def without(self, wire: str) -> Box:
        """Give the box without a condition."""
        kept = {name: atom for name, atom in self.conditions.items() if name != wire}
        return Box(kept, self.unsaid)

    def shared_weight(self, other: Box) -> float:
        """Give the weight of what :meth:`widen` gives."""
        weight = 1.0
        theirs = other.conditions
        for wire, atom in self.conditions.items():
            shared = _wider(atom, theirs.get(wire))
            if shared is not None:
                weight *= weigh(shared)
        return weight

    def takes_in(self, other: Box) -> bool:
        """Tell whether a request for this box would find, and tell apart, what another's would."""
        if self.hidden != other.hidden:
            return False
        theirs = other.conditions
        for wire, atom in self.conditions.items():
            known = theirs.get(wire)
            if not is_scope(atom) and (known is None or not _implies(known, atom)):
                return False
        return all(
            wire in self.conditions and is_scope(self.conditions[wire])
            for wire, atom in theirs.items()
            if is_scope(atom)
        )

    def contraries(self) -> list[tuple[Atom, Key]]:
        """Give the complement of each condition that has one, with the key of the others."""
        # The key is sorted: without a part of it, it is still.
        return [
            (contrary, tuple(part for part in self.key if part[0] != wire))
            for wire, atom in self.conditions.items()
            if (contrary := complement(atom)) is not None
        ]


def _key(conditions: Conditions) -> Key:
    return tuple(sorted(map(sort_key, conditions.values())))


def sort_key(atom: Atom) -> tuple[str, str, str]:
    """Give what conditions are put in order by."""
    return atom.parameter.wire, atom.relation, str(atom.value)


def is_askable(atom: Atom) -> bool:
    """Tell whether a request can make a condition."""
    if not atom.parameter.pushable or atom.relation == "present":
        return False
    return atom.parameter.is_time or atom.relation == "="


def _implies(atom: Atom, other: Atom) -> bool:
    return follows(other, atom) is True


def _narrower(one: Atom, other: Atom) -> tuple[Atom, Atom | None]:
    """Choose which of two conditions on a parameter to ask for; give a hidden one that is left."""
    if _implies(one, other):
        return one, None
    if _implies(other, one):
        return other, None
    chosen, left = sorted((one, other), key=lambda atom: (weigh(atom), str(atom.value)))
    return chosen, left if left.parameter.observed is None else None


def _wider(one: Atom | None, other: Atom | None) -> Atom | None:
    """Give what two conditions on a parameter, or one and none, both imply."""
    for atom in (one, other):
        if atom is not None and is_scope(atom):
            return atom
    if one is None or other is None:
        return None
    if _implies(one, other):
        return other
    return one if _implies(other, one) else None


def weigh(atom: Atom) -> float:
    """Guess what part of all images a condition lets through."""
    kind = atom.parameter.kind
    if is_scope(atom):
        return 1.0
    if atom.parameter.is_time:
        return _BOUND.get(atom.relation, _SECOND)
    if isinstance(kind, Boolean):
        return _FLAG if isinstance(kind, Flag) else 1 / 2
    if kind.choices:
        return 1 / (len(kind.choices) + 1)
    if isinstance(kind, Integer):
        return _NUMBER
    return _IDENTIFIER if isinstance(kind, Identifier) else _TEXT


EVERYTHING = Box({})
"""What a request without conditions finds."""
