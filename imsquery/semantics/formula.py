"""Bound filters, in which names are parameters and literals are values.

An empty ``And`` is ``all``, an empty ``Or`` is ``none``.  Every formula knows the tokens that it
was written with (``first`` to ``last``), so that findings can point at them.
"""

from __future__ import annotations

from operator import is_

from imsquery.language.operators import MATCH, NOCASE

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeVar

    from imsquery.schema.parameters import Parameter

    T = TypeVar("T")
    Key = tuple[object, ...]


# Plain classes with slots: a compile makes one for each predicate, and the ``__init__`` of a
# frozen class takes three times as long.
class Formula:
    """Base of bound filters.

    Equal formulas have equal keys; connectives and negations have a key once they are simplified.
    """

    __slots__ = ("first", "last")
    first: int
    last: int

    if TYPE_CHECKING:

        @property
        def key(self) -> Key:
            """Computed by atoms, and an attribute of all others."""


class Atom(Formula):
    """One condition on one parameter.

    Attributes:
        parameter: what is compared.
        relation: ``=``, an order or match operator, ``present``, or ``!=`` for a total parameter;
            ``= ignoring case`` and the like compare folded texts, and ``tagged`` the key of a tag.
        value: the literal as the parameter's kind reads it, or folded.
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
    def key(self) -> Key:
        """Computed on demand, since most filters never need it."""
        return (self.parameter.wire, self.relation, self.value)

    def __repr__(self) -> str:
        return f"{self.parameter.name} {self.relation} {self.value!r}"


class Not(Formula):
    """The complement; in a simplified formula, of an atom or an unknown."""

    __slots__ = ("key", "operand")
    key: Key

    def __init__(self, operand: Formula, first: int, last: int) -> None:
        self.operand = operand
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"not {self.operand!r}"


class And(Formula):
    """The conjunction; ``bare`` if it was written with ``and`` and without parentheses."""

    __slots__ = ("bare", "key", "operands")
    key: tuple[type, frozenset[Key]]

    def __init__(self, operands: Sequence[Formula], first: int, last: int) -> None:
        self.operands = operands
        self.first = first
        self.last = last
        self.bare = False

    def __repr__(self) -> str:
        return f"({' and '.join(map(repr, self.operands))})" if self.operands else "all"


class Or(Formula):
    """The disjunction."""

    __slots__ = ("key", "operands")
    key: tuple[type, frozenset[Key]]

    def __init__(self, operands: Sequence[Formula], first: int, last: int) -> None:
        self.operands = operands
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"({' or '.join(map(repr, self.operands))})" if self.operands else "none"


class Unknown(Formula):
    """A condition that could not be read: nothing follows from it."""

    __slots__ = ("key",)
    key: Key

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.key = (Unknown, id(self))

    def __repr__(self) -> str:
        return "?"


class Deferred(Unknown):
    """A condition that waits for the values of placeholders.

    Attributes:
        tokens: its values, placeholders or not.
        build: returns the formula, given a binder and the literal of each token.
        is_list: whether its only token is a placeholder for a list.
        comparison: parameter and relation of a comparison, which may be ``between``.
        is_positive: whether it is not negated, in the whole filter.
    """

    __slots__ = ("build", "comparison", "is_list", "is_positive", "tokens")

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
        self.is_positive = True


class Order:
    """A sort key: a parameter, and ``asc``, ``desc`` or ``None`` for the server's default."""

    __slots__ = ("direction", "parameter", "token")

    def __init__(self, parameter: Parameter, direction: str | None, token: int) -> None:
        self.parameter = parameter
        self.direction = direction
        self.token = token


class Count:
    """A number of images that only a client can count: of ``skip``, or of each group.

    Attributes:
        number: the number.
        per: what the images of a group have in common; ``None`` for all images.
        first, last: the tokens of the clause.
    """

    __slots__ = ("first", "last", "number", "per")

    def __init__(
        self, number: int | Deferred, per: Parameter | None, first: int, last: int
    ) -> None:
        self.number = number
        self.per = per
        self.first = first
        self.last = last

    def of(self, number: int) -> Count:
        """Return the same clause with another number."""
        return Count(number, self.per, self.first, self.last)


_CLAUSES = ("limit", "after", "skip", "limit_per", "skip_per")
"""The attributes of a query that may wait for a value."""


class BoundQuery:
    """A bound filter with its clauses; a missing clause is ``None``, or an empty ``order``."""

    __slots__ = ("after", "filter", "limit", "limit_per", "order", "skip", "skip_per")

    def __init__(self, filter: Formula) -> None:  # noqa: A002 -- the language's own word
        self.filter = filter
        self.order: Sequence[Order] = ()
        self.limit: int | Deferred | None = None
        self.after: str | Deferred | None = None
        self.skip: Count | None = None
        self.limit_per: Count | None = None
        self.skip_per: Count | None = None

    def counts(self) -> list[Count]:
        """Return the clauses that only a client can apply."""
        found = (self.skip_per, self.limit_per, self.skip)
        return [each for each in found if each is not None]

    def deferred(self) -> Iterator[Deferred]:
        """Yield the conditions and clauses that wait for the values of placeholders."""
        numbers = (each.number for each in self.counts())
        for part in (*leaves(self.filter), *numbers, self.limit, self.after):
            if isinstance(part, Deferred):
                yield part

    def filled(self, resolve: Callable[[Deferred], Formula]) -> BoundQuery:
        """Return the query with what waits for values replaced; a clause without one is left out.

        Args:
            resolve: returns the condition with its values; for a clause, its equality.
        """

        def settle(clause: Any) -> Any:
            if isinstance(clause, Count):
                number = settle(clause.number)
                return None if number is None else clause.of(number)
            if not isinstance(clause, Deferred):
                return clause
            found = resolve(clause)
            return found.value if isinstance(found, Atom) else None

        query = BoundQuery(map_deferred(self.filter, resolve))
        query.order = self.order
        for which in _CLAUSES:
            setattr(query, which, settle(getattr(self, which)))
        return query


def leaves(formula: Formula) -> Iterator[Formula]:
    """Yield the atoms and unknowns of a formula in text order."""
    pending = [formula]
    while pending:
        node = pending.pop()
        if type(node) is And or type(node) is Or:
            pending.extend(reversed(node.operands))
        elif type(node) is Not:
            pending.append(node.operand)
        else:
            yield node


def fold(
    formula: Formula,
    leaf: Callable[[Formula], T],
    negation: Callable[[Not, T], T],
    connective: Callable[[And | Or, list[T]], T],
) -> T:
    """Combine the results of a formula's parts, without recursion.

    Args:
        formula: the filter.
        leaf: returns the result of an atom or unknown.
        negation: returns the result of a ``not``, given that of its operand.
        connective: returns the result of an ``and`` or ``or``, given those of its operands.
    """
    results: list[T] = []
    pending: list[tuple[Formula, bool]] = [(formula, False)]
    while pending:
        node, is_visited = pending.pop()
        if type(node) is And or type(node) is Or:
            if not is_visited:
                pending.append((node, True))
                pending.extend([(operand, False) for operand in reversed(node.operands)])
                continue
            first = len(results) - len(node.operands)
            parts = results[first:]
            del results[first:]
            results.append(connective(node, parts))
        elif type(node) is Not:
            if not is_visited:
                pending += [(node, True), (node.operand, False)]
                continue
            results.append(negation(node, results.pop()))
        else:
            results.append(leaf(node))
    return results[0]


def flatten(formula: Formula) -> list[Any]:
    """Return the steps that :func:`build` makes the filter of: flat, however deep the filter is."""
    steps: list[Any] = []
    fold(
        formula,
        steps.append,
        lambda node, _: steps.append((Not, 1, node.first, node.last)),
        lambda node, parts: steps.append((type(node), len(parts), node.first, node.last)),
    )
    return steps


def build(steps: list[Any]) -> Formula:
    """Return the filter that was flattened to these steps."""
    stack: list[Any] = []
    for step in steps:
        if isinstance(step, tuple):
            kind, count, first, last = step
            operands = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(kind(operands[0] if kind is Not else operands, first, last))
        else:
            stack.append(step)
    (formula,) = stack
    return formula  # type: ignore[no-any-return]  # the stack holds formulas


def is_scope(atom: Atom) -> bool:
    """Return whether a condition widens the search instead of narrowing it."""
    return atom.relation == "=" and atom.value in atom.parameter.scopes


def negate(formula: Formula) -> Not:
    """Return the complement, in the same place."""
    return Not(formula, formula.first, formula.last)


def fold_case(atom: Atom, last: int) -> Atom:
    """Return an equality or match as the one that ignores letter case.

    Where values do not differ by letter case, an equality ignores it anyway.
    """
    parameter, relation = atom.parameter, atom.relation
    is_heedless = not parameter.kind.tells_case or atom.value in parameter.scopes
    if relation not in MATCH and is_heedless:
        return Atom(parameter, relation, atom.value, atom.first, last)
    return fold_text(atom, last)


def fold_text(atom: Atom, last: int) -> Atom:
    """Return an equality or match as the one that folds the text in the record, too."""
    parameter, relation, value = atom.parameter, atom.relation, str(atom.value)
    if relation == "matches":
        return Atom(parameter, relation, f"(?i){value}", atom.first, last)
    return Atom(parameter, f"{relation}{NOCASE}", value.casefold(), atom.first, last)


def map_atoms(formula: Formula, change: Callable[[Atom], Formula]) -> Formula:
    """Return the filter with each atom replaced."""
    return _map(formula, lambda leaf: change(leaf) if isinstance(leaf, Atom) else leaf)


def map_deferred(formula: Formula, change: Callable[[Deferred], Formula]) -> Formula:
    """Return the filter with each condition replaced that waits for values."""
    return _map(formula, lambda leaf: change(leaf) if isinstance(leaf, Deferred) else leaf)


def _map(formula: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """Return the filter with its leaves replaced; parts in which none changes stay the same."""

    def connective(node: And | Or, operands: list[Formula]) -> Formula:
        if all(map(is_, operands, node.operands)):
            return node
        return type(node)(operands, node.first, node.last)

    return fold(
        formula,
        change,
        lambda node, operand: (
            node if operand is node.operand else Not(operand, node.first, node.last)
        ),
        connective,
    )
