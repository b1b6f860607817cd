"""What follows for a condition from another one that is known to hold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from imsquery.evaluation.matching import is_scope, text_test
from imsquery.schema.kinds import Integer
from imsquery.semantics.formula import And, Atom, Not, Or, fold, leaves, map_atoms
from imsquery.semantics.simplify import complement, simplify

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Mapping

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula

_ORDER = frozenset({"<", "<=", ">", ">=", "=", "!="})
_DAY = 86_400


def follows(atom: Atom, known: Atom) -> bool | None:
    """Tell whether a condition holds, given another on the same parameter; ``None`` if unknown.

    For records as the service types them: what the reference calls total is always there.

    Args:
        atom: the condition.
        known: one that a request can make.
    """
    parameter = atom.parameter
    if atom.key == known.key:
        return True
    if parameter.scopes and (atom.value in parameter.scopes or known.value in parameter.scopes):
        return True if is_scope(atom) else None
    if atom.relation == "present":
        return True
    if parameter.multiple:
        return True if _matches(atom, known) else None
    if parameter.is_time or isinstance(parameter.kind, Integer):
        return _compare(atom, known)
    if known.relation != "=":
        return None
    if atom.relation == "=":
        return False
    return None if atom.relation == "matches" else _matches(atom, known)


def _matches(atom: Atom, known: Atom) -> bool:
    """Tell whether a match operator takes in a known value; RE2 may not be there to be asked."""
    if known.relation != "=" or atom.relation == "matches":
        return False
    return text_test(atom)(str(known.value)) is not None


def is_contrary(one: Atom, other: Atom) -> bool:
    """Tell whether no record satisfies two conditions on one parameter."""
    return follows(one, other) is False or follows(other, one) is False


def _compare(atom: Atom, known: Atom) -> bool | None:
    if atom.relation not in _ORDER:
        return None
    if known.relation == "!=":
        return False if atom.relation == "=" and atom.value == known.value else None
    low, high = extent(known)
    least, most = extent(atom)
    holds = least <= low and high <= most
    fails = high < least or most < low
    if atom.relation == "!=":
        holds, fails = fails, holds
    return True if holds else False if fails else None


def extent(atom: Atom) -> tuple[float, float]:
    """Give the least and the greatest whole number that a comparison takes in (or, `!=`, out)."""
    number = number_of(atom.value)
    if atom.relation in {"=", "!="}:
        return number, number
    if atom.relation in {"<", "<="}:
        return -_INFINITE, number - (atom.relation == "<")
    return number + (atom.relation == ">"), _INFINITE


_INFINITE = float("inf")


def number_of(value: str | int) -> int:
    """Give a number as it is, and a time as the number of its second."""
    if isinstance(value, int):
        return value
    moment = datetime.fromisoformat(value)
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return moment.toordinal() * _DAY + seconds


def drop_contradictions(formula: Formula) -> Formula:
    """Drop the conjunctions of a simplified filter in which an equality speaks against a part.

    What order comparisons say of each other, :mod:`imsquery.semantics.consistency` has seen to.
    """

    def join(node: And | Or, parts: list[Formula]) -> Formula:
        if isinstance(node, And) and _contradicts_itself(node):
            return _constant(node, holds=False)
        return cast("Formula", type(node)(parts, node.first, node.last))

    return simplify(fold(formula, lambda leaf: leaf, lambda node, _: node, join))


def _contradicts_itself(node: And) -> bool:
    literals = [each for each in node.operands if isinstance(each, Atom | Not)]
    known = {
        each.parameter.wire: each
        for each in literals
        if isinstance(each, Atom) and each.relation == "=" and not each.parameter.multiple
    }
    for literal in literals:
        atom = literal.operand if isinstance(literal, Not) else literal
        if isinstance(atom, Atom) and atom.parameter.wire in known:
            given = known[atom.parameter.wire]
            if follows(atom, given) is isinstance(literal, Not):
                return True
    return False


def drop_certain(formula: Formula, identity: Parameter | None) -> Formula:
    """Drop from a filter that an attribute is there which every image has.

    Args:
        formula: the filter.
        identity: the parameter of the id.
    """

    def is_certain(leaf: Formula) -> bool:
        if not isinstance(leaf, Atom) or leaf.relation != "present":
            return False
        row = leaf.parameter
        return row.total or row.default is not None or row is identity

    if not any(map(is_certain, leaves(formula))):
        return formula
    return simplify(
        map_atoms(formula, lambda atom: _constant(atom, holds=True) if is_certain(atom) else atom)
    )


def drop_moot(formula: Formula) -> Formula:
    """Drop what no record shows from a simplified filter where it makes no difference.

    Of a total parameter each image has one value or the other: where the filter is the same for
    both, there is no need to ask.
    """
    hidden = {
        leaf.parameter.wire: leaf
        for leaf in leaves(formula)
        if isinstance(leaf, Atom) and leaf.parameter.observed is None
    }
    for _, atom in sorted(hidden.items()):
        contrary = complement(atom)
        if contrary is not None:
            either, other = _suppose(formula, atom), _suppose(formula, contrary)
            if either.key == other.key:
                formula = either
    return formula


def _suppose(formula: Formula, known: Atom) -> Formula:
    """Simplify a filter for the images that satisfy one condition."""
    wire = known.parameter.wire

    def decide(atom: Atom) -> Formula:
        holds = follows(atom, known) if atom.parameter.wire == wire else None
        return atom if holds is None else _constant(atom, holds=holds)

    return simplify(map_atoms(formula, decide))


def _constant(part: Formula, *, holds: bool) -> Formula:
    """Give ``all`` or ``none``, standing where a part of a filter stands."""
    return (And if holds else Or)((), part.first, part.last)


def assume(
    formula: Formula, known: Mapping[str, Atom], granted: Container[Hashable] = ()
) -> Formula:
    """Simplify a filter for the records that satisfy known conditions.

    A condition that no record shows holds only if it is known.

    Args:
        formula: the filter.
        known: wire name -> condition.
        granted: keys of further conditions that are taken to hold.
    """

    def decide(atom: Atom) -> Formula:
        given = known.get(atom.parameter.wire)
        holds = None if given is None else follows(atom, given)
        if is_scope(atom):
            holds = True
        if holds is None and atom.parameter.observed is None:
            holds = atom.key in granted
        return atom if holds is None else _constant(atom, holds=holds)

    return simplify(map_atoms(formula, decide))
