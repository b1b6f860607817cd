"""Equal filters have equal plans; simplifying a filter or writing it as text keeps its meaning."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, parse, testing
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.planning.phrasing import phrase
from imsquery.planning.plan import Plan
from imsquery.planning.planner import plan
from imsquery.semantics.analysis import analyze
from imsquery.semantics.simplify import simplify
from tests.meaning import holds
from tests.plan_strategies import World, dense_filters, worlds

trees = testing.filter_trees(consistent=False, max_predicates=8)
budgets = st.integers(1, 16)


@st.composite
def rearranged(draw: st.DrawFn, tree: syntax.Expr) -> syntax.Expr:
    """Commute, group, repeat and double-negate parts of a filter."""
    if isinstance(tree, syntax.Not):
        inner: syntax.Expr = syntax.Not(draw(rearranged(tree.operand)))
    elif isinstance(tree, syntax.And | syntax.Or):
        parts = [draw(rearranged(each)) for each in draw(st.permutations(tree.operands))]
        if draw(st.booleans()):
            parts.append(draw(st.sampled_from(parts)))
        cut = draw(st.integers(0, len(parts) - 1))
        if cut > 1:
            parts = [syntax.Not(syntax.Not(type(tree)(tuple(parts[:cut])))), *parts[cut:]]
        inner = type(tree)(tuple(parts))
    else:
        inner = tree
    return syntax.Not(syntax.Not(inner)) if draw(st.integers(0, 9)) == 0 else inner


def made(tree: syntax.Expr, budget: int) -> Plan | set[str]:
    """Return the plan, or the codes of the errors."""
    try:
        return plan(unparse(tree), max_requests=budget)
    except QueryError as error:
        return {each.code for each in error.diagnostics if each.severity == "error"}


@given(trees, budgets, st.data())
def test_order_grouping_and_repetition_do_not_change_a_plan(
    tree: syntax.Expr, budget: int, data: st.DataObject
) -> None:
    other = data.draw(rearranged(tree))

    assert made(other, budget) == made(tree, budget)


def test_a_contradicted_requirement_is_found_in_any_order() -> None:
    made = {
        plan(text).filter
        for text in ("visibility = public and shared(accepted)",
                     "shared(accepted) and visibility = public",
                     "not (not shared(accepted) or not visibility = public)")
    }  # fmt: skip

    assert made == {"none"}


@given(dense_filters, budgets, st.data())
def test_order_and_grouping_do_not_change_a_plan_of_few_conditions(
    text: str, budget: int, data: st.DataObject
) -> None:
    tree = parse(text).filter
    other = data.draw(rearranged(tree))

    assert made(other, budget) == made(tree, budget)


@given(trees, trees, budgets)
def test_de_morgan_does_not_change_a_plan(
    left: syntax.Expr, right: syntax.Expr, budget: int
) -> None:
    both = syntax.Not(syntax.And((left, right)))
    either = syntax.Or((syntax.Not(left), syntax.Not(right)))

    assert made(both, budget) == made(either, budget)


def simplified(tree: syntax.Expr) -> str:
    """Return the simplified filter as text."""
    try:
        return phrase(analyze(tree).pruned)
    except QueryError:
        reject()


@given(trees, worlds())
def test_simplifying_keeps_the_meaning(tree: syntax.Expr, world: World) -> None:
    other = parse(simplified(tree)).filter

    for image in world.images:
        secret: dict[str, Any] = world.hidden[image["id"]]
        assert holds(other, image, secret) is holds(tree, image, secret)


@given(trees)
@example(
    parse("os_bit is absent and not bare_metal(s4l) and (bare_metal(s4l) or os_bit = 64)").filter
)
def test_the_text_of_a_filter_reads_back_as_the_same(tree: syntax.Expr) -> None:
    text = simplified(tree)

    assert phrase(simplify(analyze(text).bound.filter)) == text


@given(trees, budgets)
def test_equal_plans_have_equal_fingerprints(tree: syntax.Expr, budget: int) -> None:
    one = made(tree, budget)
    two = made(syntax.Not(syntax.Not(tree)), budget)

    if isinstance(one, Plan) and isinstance(two, Plan):
        assert one.fingerprint == two.fingerprint
