"""One shape for filters that say the same.

* ``not`` goes inward by De Morgan until it stands before atoms only;
* the complement of an atom of a total parameter is an atom (``not t < v`` is ``t >= v``);
* ``and`` in ``and`` and ``or`` in ``or`` are flattened, repeats dropped, ``all`` and ``none`` too;
* ``a or not a`` is ``all`` (``a and not a`` stays, for a finding to point at);
* ``a and (a or b)`` is ``a``, and ``a or (a and b)``.

Nothing is distributed: the result is never larger than the filter.  Everything is iterative and
close to linear, whatever the depth.

Every node of the result has a ``key``: what equal formulas have in common, whatever the order of
their operands.
"""

from __future__ import annotations

from imsquery.language.operators import COMPLEMENT
from imsquery.semantics.formula import And, Atom, Deferred, Not, Or

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from imsquery.semantics.formula import Formula

    Operands = dict[Hashable, Formula]


def simplify(formula: Formula, resolve: Callable[[Deferred], Formula] | None = None) -> Formula:
    """Give the simplified filter, equal in meaning.

    Args:
        formula: the filter.
        resolve: gives what a condition with placeholders stands for.
    """
    if type(formula) is Atom:
        return formula
    # Equal keys are made one object: comparing two of them then never goes deeper than one level.
    keys: dict[Hashable, Hashable] = {}
    # Each frame is a connective being built: whether it is `and`, the operands so far by key, its
    # node, what is left of the node to visit, and whether that is negated.  A frame within another
    # of the same connective shares its operands, which is all that flattening takes.
    frames: list[tuple[bool, Operands, Formula, Iterator[Formula], bool]] = [
        (True, {}, formula, iter((formula,)), False)
    ]
    while True:
        is_and, operands, node, rest, negated = frames[-1]
        for child in rest:
            flipped = negated
            while True:
                if type(child) is Not:
                    child = child.operand  # noqa: PLW2901 -- the sign is kept apart
                    flipped = not flipped
                elif type(child) is Deferred and resolve is not None:
                    child = resolve(child)  # noqa: PLW2901
                else:
                    break
            if type(child) is And or type(child) is Or:
                child_is_and = (type(child) is And) is not flipped
                inner = operands if child_is_and is is_and else {}
                frames.append((child_is_and, inner, child, iter(child.operands), flipped))
                break
            literal = _complement(child) if flipped else child
            operands.setdefault(literal.key, literal)
        else:
            frames.pop()
            if not frames:
                return _close(is_and, operands, node, keys)
            outer_is_and, outer, *_ = frames[-1]
            if outer is not operands:
                _add(outer_is_and, outer, _close(is_and, operands, node, keys))


def _add(is_and: bool, operands: Operands, formula: Formula) -> None:  # noqa: FBT001
    """Add a finished operand; it may have collapsed into the connective it stands in."""
    if type(formula) is (And if is_and else Or):
        for operand in formula.operands:
            operands.setdefault(operand.key, operand)
    else:
        operands.setdefault(formula.key, formula)


def _close(
    is_and: bool,  # noqa: FBT001
    operands: Operands,
    node: Formula,
    keys: dict[Hashable, Hashable],
) -> Formula:
    """Make the node of a connective whose operands are all there."""
    absorbing = (Or if is_and else And, _NO_KEYS)
    if absorbing in operands:
        return operands[absorbing]
    if not is_and and _is_tautology(operands):
        operands = {}
        is_and = True
    if len(operands) > 1:
        _absorb(operands)
    if len(operands) == 1:
        return next(iter(operands.values()))
    kind = And if is_and else Or
    result = kind([*operands.values()], node.first, node.last)
    key = (kind, frozenset(operands))
    result.key = keys.setdefault(key, key)
    return result


def _is_tautology(operands: Operands) -> bool:
    for key, operand in operands.items():
        if type(operand) is Not and operand.operand.key in operands:
            return True
        if type(operand) is Atom and operand.parameter.total:
            complement = _complement(operand).key
            if complement != key and complement in operands:
                return True
    return False


def _absorb(operands: Operands) -> None:
    """Drop each operand that has another among, or has all of another's, operands."""
    compounds: dict[Hashable, frozenset[Hashable]] = {
        key: key[1]  # type: ignore[index]
        for key, operand in operands.items()
        if type(operand) is And or type(operand) is Or
    }
    if not compounds:
        return
    # Look a compound up by one of its parts only: whatever absorbs another lies within it.
    by_part: dict[Hashable, list[Hashable]] = {}
    for key, parts in compounds.items():
        by_part.setdefault(next(iter(parts)), []).append(key)
    # All are looked at before any goes, so that their order does not count.  Each that goes leaves
    # a smaller one that it was absorbed by, or what absorbed that one.
    absorbed = [
        key
        for key, parts in compounds.items()
        if any(_is_given(part, operands) for part in parts)
        or any(compounds[other] < parts for part in parts for other in by_part.get(part, ()))
    ]
    for key in absorbed:
        del operands[key]


def _is_given(part: Hashable, operands: Operands) -> bool:
    """Tell whether a part of an operand stands among the operands, itself or all that it joins."""
    if part in operands:
        return True
    kind, joined = part[:2]  # type: ignore[index]
    return (kind is And or kind is Or) and joined <= operands.keys()


_NO_KEYS: frozenset[Hashable] = frozenset()


def _complement(literal: Formula) -> Formula:
    """Give the literal that holds where an atom or unknown does not."""
    opposite = complement(literal) if type(literal) is Atom else None
    if opposite is not None:
        return opposite
    negation = Not(literal, literal.first, literal.last)
    negation.key = (Not, literal.key)
    return negation


def complement(atom: Atom) -> Atom | None:
    """Give the condition that holds for exactly the other images, if there is one."""
    parameter = atom.parameter
    if not parameter.total or atom.relation == "present":
        return None
    if parameter.kind.ordered:
        relation, value = COMPLEMENT[atom.relation], atom.value
    else:
        relation, value = "=", "false" if atom.value == "true" else "true"
    return Atom(parameter, relation, value, atom.first, atom.last)
