"""Bound filters: what a filter says once its names are parameters and its literals are values.

``And`` of nothing is ``all``, ``Or`` of nothing is ``none``.  Every formula knows the tokens it was
written with (``first`` to ``last``), so that a finding about it can point at them.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from typing import TypeVar

    from imsquery.schema.parameters import Parameter

    T = TypeVar("T")


# Plain classes with slots: a compile makes one for each predicate, and attrs' frozen ``__init__``
# costs three times as much.
class Formula:
    """Base of bound filters.

    ``key`` is what equal formulas have in common; connectives and negations have one once they are
    simplified.
    """

    __slots__ = ("first", "last")
    first: int
    last: int
    key: Hashable


class Atom(Formula):
    """One condition on one parameter.

    ``relation`` is ``=``, an order or match operator, ``present``, or ``!=`` for a total parameter;
    ``value`` is what the parameter's kind read.
    """

    __slots__ = ("parameter", "relation", "value")

    def __init__(
        self, parameter: Parameter, relation: str, value: str | int, first: int, last: int
    ) -> None:
        self.parameter = parameter
        self.relation = relation
        self.value = value
        self.first = first
        self.last = last

    @property
    def key(self) -> Hashable:  # type: ignore[override]
        """Made when it is asked for: most filters never ask."""
        return (self.parameter.wire, self.relation, self.value)

    def __repr__(self) -> str:
        return f"{self.parameter.name} {self.relation} {self.value!r}"


class Not(Formula):
    """The complement; in a simplified formula, of an atom or an unknown."""

    __slots__ = ("key", "operand")

    def __init__(self, operand: Formula, first: int, last: int) -> None:
        self.operand = operand
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"not {self.operand!r}"


class And(Formula):
    """Holds where all operands do; ``bare`` if written with ``and`` and no parentheses round it."""

    __slots__ = ("bare", "key", "operands")

    def __init__(self, operands: Sequence[Formula], first: int, last: int) -> None:
        self.operands = operands
        self.first = first
        self.last = last
        self.bare = False

    def __repr__(self) -> str:
        return f"({' and '.join(map(repr, self.operands))})" if self.operands else "all"


class Or(Formula):
    """Holds where any operand does."""

    __slots__ = ("key", "operands")

    def __init__(self, operands: Sequence[Formula], first: int, last: int) -> None:
        self.operands = operands
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"({' or '.join(map(repr, self.operands))})" if self.operands else "none"


class Unknown(Formula):
    """A condition that a finding made unreadable: nothing follows from it."""

    __slots__ = ("key",)

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.key = (Unknown, id(self))

    def __repr__(self) -> str:
        return "?"


class Deferred(Unknown):
    """A condition that waits for the values of placeholders.

    Attributes:
        tokens: of all its values, placeholders or not.
        build: makes the formula, given a binder and the literal of each token.
        is_list: the one token is a placeholder for a list.
        comparison: parameter and relation, where it is a comparison with one placeholder.
    """

    __slots__ = ("build", "comparison", "is_list", "tokens")

    def __init__(
        self,
        first: int,
        last: int,
        tokens: Sequence[int],
        build: Callable[..., Formula],
        *,
        is_list: bool = False,
        comparison: tuple[Parameter, str] | None = None,
    ) -> None:
        super().__init__(first, last)
        self.tokens = tokens
        self.build = build
        self.is_list = is_list
        self.comparison = comparison


class Order:
    """``order by``: a parameter and ``asc``, ``desc`` or ``None`` for the server's default."""

    __slots__ = ("direction", "parameter", "token")

    def __init__(self, parameter: Parameter, direction: str | None, token: int) -> None:
        self.parameter = parameter
        self.direction = direction
        self.token = token


class BoundQuery:
    """A bound filter with its clauses; a clause that is not there is ``None``."""

    __slots__ = ("after", "filter", "limit", "order")

    def __init__(self, filter: Formula) -> None:  # noqa: A002 -- the language's own word
        self.filter = filter
        self.order: Order | None = None
        self.limit: int | Deferred | None = None
        self.after: str | Deferred | None = None

    def deferred(self) -> Iterator[Deferred]:
        """Yield the conditions and clauses that wait for the values of placeholders."""
        for part in (*leaves(self.filter), self.limit, self.after):
            if isinstance(part, Deferred):
                yield part


def leaves(formula: Formula) -> Iterator[Formula]:
    """Give the atoms and unknowns of a formula in the order they were written."""
    pending = [formula]
    while pending:
        node = pending.pop()
        if isinstance(node, And | Or):
            pending.extend(reversed(node.operands))
        elif isinstance(node, Not):
            pending.append(node.operand)
        else:
            yield node


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
        lambda node, operands: type(node)(operands, node.first, node.last),
    )
