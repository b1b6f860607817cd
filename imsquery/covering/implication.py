"""What follows for a condition from another one that is known to hold."""

from __future__ import annotations

from imsquery.covering.intervals import extent
from imsquery.evaluation.attributes import is_always_present
from imsquery.evaluation.matching import text_test
from imsquery.schema.kinds import Integer
from imsquery.semantics.formula import And, Atom, Not, Or, fold, is_scope, leaves, map_atoms
from imsquery.semantics.lists import OneOf
from imsquery.semantics.simplify import complement, simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula

_CONSULTED = 32  # known conditions on a parameter that repeats: more are taken only as they are
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})


def follows(atom: Atom, known: Atom) -> bool | None:
    """Return whether a condition holds given another on the same parameter; ``None`` if unknown.

    This is about records as the service types them: attributes that the reference calls total are
    always present.

    Args:
        atom: the condition.
        known: one that a request can make.
    """
    parameter = atom.parameter
    if atom.relation == known.relation:
        if atom.value == known.value:
            return True
        if atom.relation == "=" and not (parameter.multiple or parameter.scopes):
            return False
    if parameter.scopes and (atom.value in parameter.scopes or known.value in parameter.scopes):
        return True if is_scope(atom) else None
    if atom.relation == "present":
        return True
    if isinstance(atom, OneOf) or isinstance(known, OneOf):
        return _follows_lists(atom, known)
    if parameter.multiple:
        return True if _matches(atom, known) else None
    if parameter.is_time or isinstance(parameter.kind, Integer):
        return _compare(atom, known)
    if known.relation != "=":
        return None
    if atom.relation == "=":
        return False
    return None if atom.relation == "matches" else _matches(atom, known)


def _follows_lists(atom: Atom, known: Atom) -> bool | None:
    """Return whether a condition holds given another, where either is a list."""
    if isinstance(atom, OneOf) and isinstance(known, OneOf) and not atom.parameter.multiple:
        if known.values <= atom.values:
            return True
        return False if known.values.isdisjoint(atom.values) else None
    if isinstance(atom, OneOf) and known.relation == "=" and not atom.parameter.multiple:
        return known.value in atom.values
    if isinstance(known, OneOf) and atom.relation == "=" and not atom.parameter.multiple:
        return None if atom.value in known.values else False
    if isinstance(known, OneOf):  # whichever of its values it is
        truths = {follows(atom, each) for each in known.atoms()}
        return truths.pop() if len(truths) == 1 else None
    assert isinstance(atom, OneOf)  # noqa: S101 -- one of the two is
    truths = {follows(each, known) for each in atom.atoms()}
    return True if True in truths else None if None in truths else False


def _matches(atom: Atom, known: Atom) -> bool:
    """Return whether a known value matches; false for a regular expression, as RE2 is optional."""
    if known.relation != "=" or atom.relation in {"=", "matches"}:
        return False  # with another value
    return text_test(atom)(str(known.value)) is not None


def is_contrary(one: Atom, other: Atom) -> bool:
    """Return whether no record satisfies both of two conditions on one parameter."""
    return follows(one, other) is False or follows(other, one) is False


def _compare(atom: Atom, known: Atom) -> bool | None:
    if atom.relation not in _COMPARISONS:
        return None
    if known.relation == "!=":
        return False if atom.relation == "=" and atom.value == known.value else None
    low, high = extent(known)
    least, greatest = extent(atom)
    holds = least <= low and high <= greatest
    fails = high < least or greatest < low
    if atom.relation == "!=":
        holds, fails = fails, holds
    return True if holds else False if fails else None


def drop_contradictions(formula: Formula) -> Formula:
    """Drop the conjunctions of a simplified filter in which an equality contradicts another part.

    Contradictory order comparisons were reported and dropped before, by
    :mod:`imsquery.semantics.consistency`.
    """

    def join(node: And | Or, parts: list[Formula]) -> Formula:
        if isinstance(node, And) and _contradicts_itself(node):
            return _constant(node, holds=False)
        return type(node)(parts, node.first, node.last)

    if not any(map(_contradicts_itself, _conjunctions(formula))):
        return formula
    return simplify(fold(formula, lambda leaf: leaf, lambda node, _: node, join))


def _conjunctions(formula: Formula) -> Iterator[And]:
    pending = [formula]
    while pending:
        node = pending.pop()
        if isinstance(node, And):
            yield node
        if isinstance(node, And | Or):
            pending.extend(node.operands)


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


def drop_certain(formula: Formula, spec: Spec) -> Formula:
    """Drop ``is present`` from a filter for attributes that every image has."""

    def holds(atom: Atom) -> bool | None:
        row = atom.parameter
        is_certain = atom.relation == "present" and (
            row.default is not None or is_always_present(row, spec)
        )
        return is_certain or None

    if not any(isinstance(leaf, Atom) and holds(leaf) for leaf in leaves(formula)):
        return formula
    return _settle(formula, holds)


def drop_moot(formula: Formula) -> Formula:
    """Drop hidden conditions from a simplified filter where they make no difference.

    Every image has one value or the other of a total parameter: where the filter is the same for
    both, there is no need to ask, unless it says which images are listed.
    """
    hidden = {
        leaf.parameter.wire: leaf
        for leaf in leaves(formula)
        if isinstance(leaf, Atom) and leaf.parameter.observed is None
    }
    for _, atom in sorted(hidden.items()):
        opposite = complement(atom)
        if opposite is not None and not atom.parameter.selects:
            either, other = _suppose(formula, atom), _suppose(formula, opposite)
            if either.key == other.key:
                formula = either
    return formula


def _suppose(formula: Formula, known: Atom) -> Formula:
    """Simplify a filter for the images that satisfy a condition."""
    wire = known.parameter.wire
    return _settle(
        formula, lambda atom: follows(atom, known) if atom.parameter.wire == wire else None
    )


def assume(formula: Formula, known: Iterable[Atom], granted: Container[Hashable] = ()) -> Formula:
    """Simplify a filter for the records that satisfy known conditions.

    A hidden condition holds only if it is known or granted.

    Args:
        formula: the filter, with lists gathered.
        known: the conditions.
        granted: keys of further conditions to take as true.
    """
    given: dict[str, list[Atom]] = {}
    for each in known:
        given.setdefault(each.parameter.wire, []).append(each)
    keys = {each.key for same in given.values() for each in same}

    def holds(atom: Atom) -> bool | None:
        if is_scope(atom):
            return True
        same = given.get(atom.parameter.wire, ())
        if len(same) > _CONSULTED and atom.key in keys:
            return True
        for each in same[:_CONSULTED]:
            truth = follows(atom, each)
            if truth is not None:
                return truth
        return None if atom.parameter.observed is not None else atom.key in granted

    return _settle(_without_certain(formula, keys), holds)


def _without_certain(formula: Formula, known: AbstractSet[Hashable]) -> Formula:
    """Drop alternatives of a simplified filter one of which is known to hold: not one is read."""
    operands = formula.operands if isinstance(formula, And) else (formula,)
    kept = [each for each in operands if not isinstance(each, Or) or known.isdisjoint(each.key[1])]
    return formula if len(kept) == len(operands) else And(kept, formula.first, formula.last)


def _settle(formula: Formula, holds: Callable[[Atom], bool | None]) -> Formula:
    """Simplify a filter once it is known which conditions hold; ``None`` leaves one as it is."""

    def decide(atom: Atom) -> Formula:
        truth = holds(atom)
        return atom if truth is None else _constant(atom, holds=truth)

    return simplify(map_atoms(formula, decide))


def _constant(part: Formula, *, holds: bool) -> Formula:
    """Return ``all`` or ``none`` in the place of a part of a filter."""
    return (And if holds else Or)((), part.first, part.last)
