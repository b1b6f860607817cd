"""What a formatted query is made of: parts that stay whole, and groups that may be broken.

The layout is an algebra of the parser, since a syntax tree no longer knows the parentheses and
comments of its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import is_word
from imsquery.language.syntax import Order, SyntaxBuilder, plain_name
from imsquery.language.unparse import unparse_filter, unparse_order, unparse_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.language.lexer import Tokens
    from imsquery.language.syntax import Expr
    from imsquery.schema.spec import Spec


@define(eq=False)
class Leaf:
    """A predicate or clause: never broken.

    Attributes:
        text: without the ``not`` before it.
        first, last: its tokens.
        prefix: each ``not`` before it.
        leading: comments on lines of their own before it, or within it.
        trailing: the comment behind it.
    """

    text: str
    first: int
    last: int
    prefix: str = ""
    leading: list[str] = field(factory=list)
    trailing: str = ""
    width: int = 0


@define(eq=False)
class Group:
    """Operands of one connective, or the items of a list or call.

    Attributes:
        joiner: ``and``, ``or``, or a comma.
        openings, closings: tokens of the parentheses round it; of a list, all before its items.
        prefix: each ``not`` before it, and what stands before the parenthesis of a list.
        dangling: comments on lines of their own before the closing parenthesis.
        enclosed: it is printed in parentheses.
        is_split: a comment stands between its operands, so that they cannot share a line.
    """

    joiner: str
    operands: list[Leaf | Group]
    openings: list[int] = field(factory=list)
    closings: list[int] = field(factory=list)
    prefix: str = ""
    leading: list[str] = field(factory=list)
    dangling: list[str] = field(factory=list)
    trailing: str = ""
    width: int = 0
    enclosed: bool = False
    is_split: bool = False

    @property
    def separator(self) -> str:
        """What stands between operands that share a line."""
        return ", " if self.joiner == "," else f" {self.joiner} "


@define(eq=False)
class Page:
    """A query to be printed: its parts and the comments behind the last of them."""

    tokens: Tokens
    filter: Leaf | Group | None
    clauses: list[Leaf]
    leaves: list[Leaf]
    closing: list[str] = field(factory=list)

    def groups(self) -> list[Group]:
        """Give all groups, each before those within it."""
        found: list[Group] = []
        pending: list[Leaf | Group | None] = [self.filter]
        while pending:
            part = pending.pop()
            if isinstance(part, Group):
                found.append(part)
                pending += part.operands
        return found


def _predicate(rule: Callable[..., Expr]) -> Callable[..., Leaf]:
    """Make the leaf of a predicate; the first and last symbol of each rule are tokens."""

    def build(self: Layout, *tokens: Any) -> Leaf:
        return self.leaf(unparse_filter(rule(self, *tokens)), tokens[0], tokens[-1])

    return build


class Layout(SyntaxBuilder):
    """Makes the :class:`Page` of a text."""

    def __init__(self, tokens: Tokens, spec: Spec) -> None:
        super().__init__(tokens)
        self._spec = spec
        self._leaves: list[Leaf] = []

    def leaf(self, text: str, first: int, last: int) -> Leaf:
        """Make a part that stays whole."""
        leaf = Leaf(text, first, last)
        self._leaves.append(leaf)
        return leaf

    def _name(self, token: int) -> str:
        return short_name(self.tokens.lexemes[token], self._spec)

    comparison = _predicate(SyntaxBuilder.comparison)  # type: ignore[assignment]
    list_membership = _predicate(SyntaxBuilder.list_membership)  # type: ignore[assignment]
    list_non_membership = _predicate(SyntaxBuilder.list_non_membership)  # type: ignore[assignment]
    between = _predicate(SyntaxBuilder.between)  # type: ignore[assignment]
    not_between = _predicate(SyntaxBuilder.not_between)  # type: ignore[assignment]
    match = _predicate(SyntaxBuilder.match)  # type: ignore[assignment]
    non_match = _predicate(SyntaxBuilder.non_match)  # type: ignore[assignment]
    presence = _predicate(SyntaxBuilder.presence)  # type: ignore[assignment]
    standalone = _predicate(SyntaxBuilder.standalone)  # type: ignore[assignment]

    def membership(self, name: int, _in: int, opening: int, values: list[int], closing: int) -> Any:
        return self._list(f"{self._name(name)} in ", name, opening, values, closing)

    def non_membership(
        self, name: int, _not: int, _in: int, opening: int, values: list[int], closing: int
    ) -> Any:
        return self._list(f"{self._name(name)} not in ", name, opening, values, closing)

    def call(self, name: int, opening: int, arguments: list[int], closing: int) -> Any:
        # No parameter's name: the same word may be one of those, too.
        function = self.tokens.lexemes[name].lower()
        if not arguments:
            return self.leaf(f"{function}()", name, closing)
        return self._list(function, name, opening, arguments, closing)

    def _list(self, head: str, first: int, opening: int, values: list[int], closing: int) -> Group:
        items = [self.leaf(unparse_value(self._value(value)), value, value) for value in values]
        return Group(",", [*items], [*range(first, opening + 1)], [closing], head)

    def everything(self, keyword: int) -> Any:
        return self.leaf("all", keyword, keyword)

    def nothing(self, keyword: int) -> Any:
        return self.leaf("none", keyword, keyword)

    def negation(self, _keyword: int, operand: Any) -> Any:
        operand.prefix = f"not {operand.prefix}"
        return operand

    def group(self, opening: int, operand: Any, closing: int) -> Any:
        if isinstance(operand, Group) and not operand.prefix:
            operand.openings.append(opening)
            operand.closings.append(closing)
        return operand

    def conjunction(self, operands: list[Any]) -> Any:
        return Group("and", _flat("and", operands))

    def disjunction(self, operands: list[Any]) -> Any:
        return Group("or", _flat("or", operands))

    def order(self, keyword: int, _by: int, name: int) -> tuple[str, Any, int, int]:
        text = unparse_order(Order(self._name(name)))
        return "order", self.leaf(text, keyword, name), keyword, name

    def order_with_direction(
        self, keyword: int, _by: int, name: int, direction: int
    ) -> tuple[str, Any, int, int]:
        text = unparse_order(Order(self._name(name), self.tokens.lexemes[direction].lower()))
        return "order", self.leaf(text, keyword, direction), keyword, direction

    def limit(self, keyword: int, value: int) -> tuple[str, Any, int, int]:
        text = f"limit {unparse_value(self._value(value))}"
        return "limit", self.leaf(text, keyword, value), keyword, value

    def after(self, keyword: int, value: int) -> tuple[str, Any, int, int]:
        text = f"after {unparse_value(self._value(value))}"
        return "after", self.leaf(text, keyword, value), keyword, value

    def query(self, filter: Any, clauses: list[tuple[str, Any, int, int]]) -> Any:  # noqa: A002
        found: dict[str, Leaf] = {}
        for which, leaf, first, last in clauses:
            if which in found:
                self.repeated_clause(which, first, last)
            found.setdefault(which, leaf)
        in_order = [found[which] for which in ("order", "limit", "after") if which in found]
        return Page(self.tokens, filter, in_order, self._leaves)

    def query_of_clauses(self, clauses: list[tuple[str, Any, int, int]]) -> Any:
        return self.query(None, clauses)

    def query_of_nothing(self) -> Any:
        return self.query(self.everything(0), [])


def _flat(joiner: str, operands: list[Leaf | Group]) -> list[Leaf | Group]:
    """Give operands with those of the same connective taken apart, as the tree has them."""
    parts: list[Leaf | Group] = []
    for operand in operands:
        if isinstance(operand, Group) and operand.joiner == joiner and not operand.prefix:
            parts += operand.operands
        else:
            parts.append(operand)
    return parts


def short_name(written: str, spec: Spec) -> str:
    """Give the shortest spelling of a name that is the same name in the tree.

    An alias stays one, and a name that no parameter has stays as it is written.
    """
    parameter = spec.find(written)
    if parameter is None:
        return written
    for spelled in (parameter.name, parameter.wire, *parameter.aliases):
        if plain_name(spelled) == plain_name(written):
            found = spec.find(spelled)
            if found is not None and found.wire == parameter.wire and is_name(spelled):
                return spelled
    return written


def is_name(word: str) -> bool:
    """Tell whether a word can stand as a name: no keyword can, but for ``limit``."""
    return is_word(word) is not None and KEYWORDS.get(word.lower(), "LIMIT") == "LIMIT"
