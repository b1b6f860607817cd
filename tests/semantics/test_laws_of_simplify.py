"""A simplified filter means the same, does not depend on how it was written, and is not larger."""

from __future__ import annotations

from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from imsquery.semantics.formula import And, Atom, Deferred, Formula, Not, Or, leaves, map_deferred
from imsquery.semantics.simplify import simplify

Image = dict[str, str]

VALUES = {
    "owner": ("a", "b", ""),
    "id": ("c", ""),
    "protected": ("true", "false"),
    "created_at": ("2018-10-28T09:59:59Z", "2018-10-28T10:00:00Z"),
}
IMAGES: list[Image] = [dict(zip(VALUES, each, strict=True)) for each in product(*VALUES.values())]


def atom(wire: str, relation: str, value: str) -> Atom:
    return Atom(CLOUDIMAGES.parameters[wire], relation, value, 0, 0)


A, B, C = atom("owner", "=", "a"), atom("owner", "=", "b"), atom("id", "=", "c")
YES, NO = atom("protected", "=", "true"), atom("protected", "=", "false")
THERE = atom("protected", "present", "")
BEFORE = atom("created_at", "<", VALUES["created_at"][1])
FROM = atom("created_at", ">=", VALUES["created_at"][1])
ATOMS = (A, B, C, YES, NO, THERE, BEFORE, FROM)


def both(*operands: Formula) -> And:
    return And(operands, 0, 0)


def either(*operands: Formula) -> Or:
    return Or(operands, 0, 0)


def negated(operand: Formula) -> Not:
    return Not(operand, 0, 0)


def combined(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    operands = st.lists(inner, max_size=4)
    return st.one_of(
        operands.map(lambda each: both(*each)),
        operands.map(lambda each: either(*each)),
        inner.map(negated),
    )


formulas = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4, unique=True).flatmap(
    lambda few: st.recursive(st.sampled_from(few), combined, max_leaves=8)
)
"""Filters of a few conditions, each in several places."""


def holds(formula: Formula, image: Image) -> bool:
    if isinstance(formula, Atom):
        said, value = image[formula.parameter.wire], str(formula.value)
        return {
            "=": said == value, "<": said < value, ">=": said >= value, "present": True,
        }[formula.relation]  # fmt: skip
    if isinstance(formula, Not):
        return not holds(formula.operand, image)
    assert isinstance(formula, And | Or)
    found = [holds(each, image) for each in formula.operands]
    return all(found) if isinstance(formula, And) else any(found)


def nodes(formula: Formula) -> list[Formula]:
    inner = (
        formula.operands if isinstance(formula, And | Or)
        else [formula.operand] if isinstance(formula, Not)
        else []
    )  # fmt: skip
    return [formula, *(node for each in inner for node in nodes(each))]


@st.composite
def rearranged(draw: st.DrawFn, formula: Formula) -> Formula:
    """Commute, group, repeat and doubly negate the parts of a filter; apply De Morgan's laws."""
    if isinstance(formula, Not):
        return negated(draw(rearranged(formula.operand)))
    if not isinstance(formula, And | Or):
        return formula
    parts = [draw(rearranged(each)) for each in draw(st.permutations(formula.operands))]
    if parts:
        parts += draw(st.lists(st.sampled_from(parts), max_size=1))
    cut = draw(st.integers(0, len(parts)))
    same, other = (both, either) if isinstance(formula, And) else (either, both)
    if cut > 1:
        parts = [same(*parts[:cut]), *parts[cut:]]
    if draw(st.integers(0, 3)) == 0:
        return negated(other(*map(negated, parts)))
    return same(*parts)


@given(formulas)
def test_it_means_the_same(formula: Formula) -> None:
    found = simplify(formula)

    for image in IMAGES:
        assert holds(found, image) is holds(formula, image)


# What absorbs the first part is itself absorbed by the last one.
ORDERED = (either(A, both(YES, either(B, C))), YES, either(B, C), C)


@given(formulas.flatmap(lambda formula: st.tuples(st.just(formula), rearranged(formula))))
@example((both(*ORDERED), both(*reversed(ORDERED))))
@example((both(*ORDERED), both(C, YES)))
@example((either(both(A, C, YES), both(C, A)), both(A, C)))
@example((both(either(A, C, YES), either(C, A)), either(A, C)))
@example((both(either(A, both(C, YES)), YES, C), both(C, YES)))
@example((either(both(A, either(C, YES)), YES, C), either(C, YES)))
@example((either(A, negated(A)), both()))
@example((negated(NO), YES))
@example((negated(YES), NO))
@example((negated(BEFORE), FROM))
def test_it_does_not_depend_on_how_the_filter_was_written(pair: tuple[Formula, Formula]) -> None:
    one, other = map(simplify, pair)

    assert one.key == other.key
    assert {each.key for each in leaves(one)} == {each.key for each in leaves(other)}


@given(formulas)
def test_it_is_flat_without_repeats_and_not_larger(formula: Formula) -> None:
    found = simplify(formula)

    assert len(list(leaves(found))) <= len(list(leaves(formula)))
    for node in nodes(found):
        if isinstance(node, Not):
            assert isinstance(node.operand, Atom)
        elif isinstance(node, And | Or):
            keys = [each.key for each in node.operands]
            assert node is found or keys
            assert len(keys) == len(set(keys)) != 1
            assert not any(type(each) is type(node) for each in node.operands)
            inner = [
                {each.key for each in operand.operands}
                for operand in node.operands
                if isinstance(operand, And | Or)
            ]
            assert not any(parts.intersection(keys) for parts in inner)
            assert not any(
                one <= two for n, one in enumerate(inner) for m, two in enumerate(inner) if n != m
            )


@given(formulas, formulas)
def test_a_deferred_condition_is_replaced_by_the_one_that_its_value_makes(
    formula: Formula, given_later: Formula
) -> None:
    def put(node: Formula, part: Formula) -> Formula:
        if node is A:
            return part
        if isinstance(node, Not):
            return negated(put(node.operand, part))
        if isinstance(node, And | Or):
            return type(node)([put(each, part) for each in node.operands], 0, 0)
        return node

    waiting = Deferred(0, 0, (), lambda: given_later)
    put_in = put(formula, negated(waiting))
    found = simplify(map_deferred(put_in, lambda deferred: deferred.build()))

    assert found.key == simplify(put(formula, negated(given_later))).key
