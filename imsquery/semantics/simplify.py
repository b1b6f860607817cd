"""A normal form for filters.

* ``not`` is pushed inward by De Morgan's laws until it applies to atoms only;
* the complement of an atom of a total parameter is an atom (``not t < v`` is ``t >= v``);
* ``and`` in ``and`` and ``or`` in ``or`` are flattened; repeats, ``all`` and ``none`` are dropped;
* ``a or not a`` is ``all``, unless ``a`` says which images are listed (``a and not a`` is kept,
  for a finding to point at);
* ``a and (a or b)`` is ``a``, and so is ``a or (a and b)``;
* a list with a value that widens the search is that value.

Nothing is distributed, so that the result is never larger than the filter.  Everything is iterative
and close to linear, whatever the depth.

Every node of the result has a ``key``, which is equal for equal formulas, whatever the order of
their operands.
"""

from __future__ import annotations

from imsquery.language.operators import COMPLEMENT
from imsquery.schema.parameters import LIST
from imsquery.semantics.formula import And, Atom, Not, Or, is_scope

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.semantics.formula import Formula, Key

    Connective = type[And | Or]
    Compound = tuple[type, frozenset[Key]]
    Operands = dict[Key, Formula]

_LEVELS = 3  # of connectives in a part that is kept as it is


def simplify(formula: Formula) -> Formula:
    """Return the simplified filter, which means the same."""
    if type(formula) is Atom:
        return formula
    # Equal keys become one object, so that comparing two of them never goes deeper than one level.
    keys: dict[Compound, Compound] = {}
    # Each frame is a connective being built: its kind, its operands so far by key, its node, the
    # rest of the node, and whether that is negated.  Flattening is nothing but this: a frame within
    # another of the same kind shares its operands.
    frames: list[tuple[Connective, Operands, Formula, Iterator[Formula], bool]] = [
        (And, {}, formula, iter((formula,)), False)
    ]
    while True:
        kind, operands, node, rest, negated = frames[-1]
        for child in rest:
            flipped = negated
            while type(child) is Not:
                child = child.operand  # noqa: PLW2901 -- the sign is kept in `flipped`
                flipped = not flipped
            if type(child) is And or type(child) is Or:
                child_kind = _DUAL[type(child)] if flipped else type(child)
                if not flipped and child_kind is not kind and _is_simple(child):
                    operands.setdefault(child.key, child)
                    continue
                inner = operands if child_kind is kind else {}
                frames.append((child_kind, inner, child, iter(child.operands), flipped))
                break
            literal = _complement(child) if flipped else child
            operands.setdefault(literal.key, literal)
        else:
            frames.pop()
            if not frames:
                return _close(kind, operands, node, keys)
            outer_kind, outer, *_ = frames[-1]
            if outer is not operands:
                _add(outer_kind, outer, _close(kind, operands, node, keys))


def _is_simple(node: And | Or, levels: int = _LEVELS) -> bool:
    """Return whether a part is simplified already; the keys of deep ones are slow to compare."""
    return hasattr(node, "key") and all(
        not (type(each) is And or type(each) is Or) or (levels > 1 and _is_simple(each, levels - 1))
        for each in node.operands
    )


def _add(kind: Connective, operands: Operands, formula: Formula) -> None:
    """Add a finished operand, which may have become the same connective as the one around it."""
    if isinstance(formula, kind):
        for operand in formula.operands:
            operands.setdefault(operand.key, operand)
    else:
        operands.setdefault(formula.key, formula)


def _close(
    kind: Connective, operands: Operands, node: Formula, keys: dict[Compound, Compound]
) -> Formula:
    """Return the node of a connective whose operands are complete."""
    absorbing: Key = (_DUAL[kind], frozenset())
    if absorbing in operands:
        return operands[absorbing]
    if kind is Or and _is_tautology(operands):
        kind, operands = And, {}
    elif kind is Or and (scope := _scope_of_list(operands)) is not None:
        return scope
    if len(operands) > 1:
        _absorb(operands)
    if len(operands) == 1:
        return next(iter(operands.values()))
    result = kind([*operands.values()], node.first, node.last)
    key = (kind, frozenset(operands))
    result.key = keys.setdefault(key, key)
    return result


def _is_tautology(operands: Operands) -> bool:
    for key, operand in operands.items():
        if type(operand) is Not and operand.operand.key in operands:
            return True
        if type(operand) is Atom and operand.parameter.total and not operand.parameter.selects:
            complement = _complement(operand).key
            if complement != key and complement in operands:
                return True
    return False


def _scope_of_list(operands: Operands) -> Atom | None:
    """Return the value of a list that widens the search; it is true of every record."""
    scopes = [each for each in operands.values() if type(each) is Atom and is_scope(each)]
    for scope in scopes[:1]:
        others = operands.values()
        if all(type(each) is Atom and each.key[:2] == scope.key[:2] for each in others):
            return scope
    return None


def _absorb(operands: Operands) -> None:
    """Drop each operand of which another one is an operand, or all of another's operands are."""
    compounds = {
        key: operand.key[1]
        for key, operand in operands.items()
        if type(operand) is And or type(operand) is Or
    }
    if not compounds:
        return
    # One part is enough to look a compound up by: what absorbs another consists of its parts.
    by_part: dict[Key, list[Key]] = {}
    for key, parts in compounds.items():
        by_part.setdefault(next(iter(parts)), []).append(key)
    # Find all before dropping any, so that their order does not matter: what absorbs another stays,
    # or is itself absorbed by something that stays.
    absorbed = [
        key
        for key, parts in compounds.items()
        if any(_is_given(part, operands) for part in parts)
        or any(compounds[other] < parts for part in parts for other in by_part.get(part, ()))
    ]
    for key in absorbed:
        del operands[key]


def _is_given(part: Key, operands: Operands) -> bool:
    """Return whether a part of an operand, or everything that it joins, is among the operands."""
    if part in operands:
        return True
    joined = part[1]
    return isinstance(joined, frozenset) and joined <= operands.keys()


_DUAL: dict[type, Connective] = {And: Or, Or: And}


def _complement(literal: Formula) -> Formula:
    """Return the literal that holds exactly where an atom or unknown does not."""
    opposite = complement(literal) if type(literal) is Atom else None
    if opposite is not None:
        return opposite
    negation = Not(literal, literal.first, literal.last)
    negation.key = (Not, literal.key)
    return negation


def complement(atom: Atom) -> Atom | None:
    """Return the condition that holds for exactly the other images, if there is one."""
    parameter = atom.parameter
    if not parameter.total or atom.relation in {"present", LIST}:
        return None
    if parameter.kind.complete:
        relation, value = COMPLEMENT[atom.relation], atom.value
    else:
        opposite = parameter.kind.opposite(atom.value)
        if opposite is None:
            return None
        relation, value = "=", opposite
    return Atom(parameter, relation, value, atom.first, atom.last)
