"""One way over a bound filter: from the leaves up, whatever its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from imsquery.formula import And, Atom, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.formula import Formula

T = TypeVar("T")


def fold(
    formula: Formula,
    leaf: Callable[[Formula], T],
    negation: Callable[[Not, T], T],
    connective: Callable[[And | Or, list[T]], T],
) -> T:
    """Put a result together of those of the parts.

    Args:
        formula: the filter.
        leaf: gives the result of an atom or unknown.
        negation: gives that of a ``not``, from its operand's.
        connective: gives that of an ``and`` or ``or``, from its operands' in their order.
    """
    results: list[T] = []
    pending: list[tuple[Formula, bool]] = [(formula, False)]
    while pending:
        node, is_visited = pending.pop()
        if isinstance(node, And | Or):
            if not is_visited:
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(node.operands))
                continue
            first = len(results) - len(node.operands)
            parts = results[first:]
            del results[first:]
            results.append(connective(node, parts))
        elif isinstance(node, Not):
            if not is_visited:
                pending += [(node, True), (node.operand, False)]
                continue
            results.append(negation(node, results.pop()))
        else:
            results.append(leaf(node))
    return results[0]


def negate(formula: Formula) -> Not:
    """Give the complement, standing where the filter stands."""
    return Not(formula, formula.first, formula.last)


def map_atoms(formula: Formula, change: Callable[[Atom], Formula]) -> Formula:
    """Give the filter with other formulas in the place of its atoms."""
    return fold(
        formula,
        lambda leaf: change(leaf) if isinstance(leaf, Atom) else leaf,
        lambda node, operand: Not(operand, node.first, node.last),
        lambda node, operands: cast("Formula", type(node)(operands, node.first, node.last)),
    )
