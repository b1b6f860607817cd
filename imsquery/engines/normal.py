"""Filters in the shape that engines take: negation at the leaves, equalities merged, never deep.

Engines compute with three truth values, the language with two.  A condition that compares an absent
value is unknown to them; without negation above it, unknown and false are the same.
"""

from __future__ import annotations

from imsquery.frozen import Frozen
from imsquery.schema.parameters import Parameter
from imsquery.semantics.formula import And, Atom, fold

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import ClassVar, TypeAlias

    from imsquery.semantics.formula import Formula, Not, Or

_DEEPEST = 30  # levels of `and` and `or`; Spark's parser fails at 195


class Leaf(Frozen):
    """A condition, or its complement.

    Attributes:
        parameter: what is compared.
        relation: as of :class:`~imsquery.semantics.formula.Atom`.
        values: several only of ``=``: the parameter equals one of them.
        negated: whether it is the complement.
        token: its last token, where findings point.
    """

    parameter: Parameter
    relation: str
    values: tuple[str | int, ...]
    negated: bool
    token: int
    depth: ClassVar[int] = 0


class Group(Frozen):
    """The conjunction or disjunction of its parts; empty, it is ``all`` or ``none``."""

    is_and: bool
    parts: tuple[Node, ...]
    depth: int


class Cases(Frozen):
    """A decision list: the verdict of the first condition that holds, else the rest.

    ``a and (b or (c and …))`` is one: not ``a``: false; ``b``: true; not ``c``: false; …  It says
    flatly what would be too deep for engines.

    Attributes:
        steps: the conditions with their verdicts, the last one first.
        rest: what decides if none of them holds.
    """

    steps: tuple[tuple[Node, bool], ...]
    rest: Leaf | Group
    depth: int


Node: TypeAlias = Leaf | Group | Cases


class _Both(Frozen):
    """A filter and its complement."""

    holds: Node
    fails: Node


def normalize(formula: Formula) -> Node:
    """Return a bound filter in this shape."""
    return fold(formula, _leaf, _negation, _connective).holds


def _leaf(leaf: Formula) -> _Both:
    assert isinstance(leaf, Atom)  # noqa: S101 -- unknowns are errors, reported earlier
    relation, is_complement = leaf.relation, leaf.relation == "!="
    if is_complement:
        relation = "="
    pair = [
        Leaf(leaf.parameter, relation, (leaf.value,), negated, leaf.last)
        for negated in (False, True)
    ]
    return _Both(pair[is_complement], pair[not is_complement])


def _negation(_node: Not, operand: _Both) -> _Both:
    return _Both(operand.fails, operand.holds)


def _connective(node: And | Or, operands: list[_Both]) -> _Both:
    is_and = isinstance(node, And)
    complements = [_Both(each.fails, each.holds) for each in operands]
    return _Both(_join(operands, is_and=is_and), _join(complements, is_and=not is_and))


def _join(operands: Sequence[_Both], *, is_and: bool) -> Node:
    deepest = max(operands, key=lambda each: each.holds.depth, default=None)
    if deepest is None or deepest.holds.depth < _DEEPEST:
        return _group((each.holds for each in operands), is_and=is_and)
    others = [each for each in operands if each is not deepest]
    if not others:
        return deepest.holds
    # One of the others decides: a conjunction by failing, a disjunction by holding.
    decisive = _group((each.fails if is_and else each.holds for each in others), is_and=False)
    inner = deepest.holds
    steps, rest = (inner.steps, inner.rest) if isinstance(inner, Cases) else ((), inner)
    depth = max(decisive.depth + 1, inner.depth if steps else inner.depth + 1)
    return Cases((*steps, (decisive, not is_and)), rest, depth)


def _group(parts: Iterable[Node], *, is_and: bool) -> Node:
    """Join parts in one level: those of the same connective are taken apart."""
    flat: list[Node] = []
    for part in parts:
        if isinstance(part, Group) and part.is_and is is_and:
            flat += part.parts
        else:
            flat.append(part)
    merged = _merge(flat, is_and=is_and)
    if len(merged) == 1:
        return merged[0]
    return Group(is_and, tuple(merged), 1 + max((each.depth for each in merged), default=-1))


def _merge(parts: Sequence[Node], *, is_and: bool) -> list[Node]:
    """Merge equalities of one parameter: one look-up for thousands of values."""
    kept: list[Node] = []
    values: dict[str, dict[str | int, None]] = {}
    for part in parts:
        if not (isinstance(part, Leaf) and part.relation == "=" and part.negated is is_and):
            kept.append(part)
            continue
        if part.parameter.wire not in values:
            kept.append(part)
        values.setdefault(part.parameter.wire, {}).update(dict.fromkeys(part.values))
    return [
        part.evolve(values=tuple(values[part.parameter.wire]))
        if isinstance(part, Leaf) and part.relation == "=" and part.negated is is_and
        else part
        for part in kept
    ]
