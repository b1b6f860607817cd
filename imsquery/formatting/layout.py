"""The layout of a query: parts that stay whole, and groups that may be broken into lines.

It is built by an algebra of the parser rather than from a syntax tree, which has lost the
parentheses and comments of its text.
"""

from __future__ import annotations

from imsquery.language.syntax import CLAUSES, Query, SyntaxBuilder, plain_name
from imsquery.language.unparse import unparse, unparse_filter, unparse_value

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from imsquery.language.lexer import Tokens
    from imsquery.schema.spec import Spec


class Leaf:
    """A predicate or clause, which is never broken.

    Attributes:
        text: its text, without any ``not`` before it.
        first, last: its first and last token.
        negations: the number of ``not`` before it.
        leading: the comments on lines of their own before it, or within it.
        trailing: the comment after it.
        width: its width on one line.
    """

    def __init__(self, text: str, first: int, last: int) -> None:
        self.text = text
        self.first = first
        self.last = last
        self.negations = 0
        self.leading: list[str] = []
        self.trailing = ""
        self.width = 0

    @property
    def prefix(self) -> str:
        """Each ``not`` before it."""
        return "not " * self.negations


class Group:
    """The operands of a connective, or the items of a list or call.

    Attributes:
        joiner: ``and``, ``or``, or a comma.
        operands: its operands or items.
        openings, closings: the tokens of its parentheses; of a list, all before its items.
        head: the text before the parenthesis of a list.
        suffix: the text after the parenthesis of a list.
        negations: the number of ``not`` before it.
        leading: the comments on lines of their own before it.
        dangling: the comments on lines of their own before the closing parenthesis.
        trailing: the comment after it.
        width: its width on one line.
        enclosed: whether it is printed in parentheses.
        is_split: whether a comment keeps its operands from sharing a line.
    """

    def __init__(
        self,
        joiner: str,
        operands: list[Leaf | Group],
        openings: Iterable[int] = (),
        closings: Iterable[int] = (),
        head: str = "",
    ) -> None:
        self.joiner = joiner
        self.operands = operands
        self.openings = [*openings]
        self.closings = [*closings]
        self.head = head
        self.suffix = ""
        self.negations = 0
        self.leading: list[str] = []
        self.dangling: list[str] = []
        self.trailing = ""
        self.width = 0
        self.enclosed = False
        self.is_split = False

    @property
    def prefix(self) -> str:
        """Each ``not`` before it, and what a list begins with."""
        return "not " * self.negations + self.head

    @property
    def is_plain(self) -> bool:
        """Whether nothing is before its parenthesis."""
        return not (self.head or self.negations)

    @property
    def separator(self) -> str:
        """The text between operands on one line."""
        return ", " if self.joiner == "," else f" {self.joiner} "


class Layout:
    """A query to print.

    Attributes:
        tokens: the tokens of its text.
        filter: its filter, if it has one.
        clauses: its clauses in canonical order.
        leaves: every leaf in it.
        closing: the comments after the last part.
    """

    def __init__(
        self,
        tokens: Tokens,
        filter: Leaf | Group | None,  # noqa: A002 -- what it is of a query
        clauses: list[Leaf],
        leaves: list[Leaf],
    ) -> None:
        self.tokens = tokens
        self.filter = filter
        self.clauses = clauses
        self.leaves = leaves
        self.closing: list[str] = []

    def groups(self) -> list[Group]:
        """Return all groups, each before those within it."""
        found: list[Group] = []
        pending: list[Leaf | Group | None] = [self.filter]
        while pending:
            part = pending.pop()
            if isinstance(part, Group):
                found.append(part)
                pending += part.operands
        return found


def _predicate(rule: Callable[..., Any]) -> Any:
    """Make the rule that builds the leaf of a predicate, whose first and last symbol are tokens."""

    def build(self: LayoutBuilder, *tokens: Any) -> Leaf:
        return self.leaf(unparse_filter(rule(self, *tokens)), tokens[0], tokens[-1])

    return build


def _clause(rule: Callable[..., Any]) -> Any:
    """Make the rule that builds the leaf of a clause."""

    def build(self: LayoutBuilder, *symbols: Any) -> tuple[str, Leaf, int, int]:
        which, value, first, last = rule(self, *symbols)
        return which, self.leaf(unparse(Query(**{which: value})), first, last), first, last

    return build


class LayoutBuilder(SyntaxBuilder):
    """Builds the :class:`Layout` of a text."""

    def __init__(self, tokens: Tokens, spec: Spec) -> None:
        super().__init__(tokens)
        self._spec = spec
        self._leaves: list[Leaf] = []

    def leaf(self, text: str, first: int, last: int) -> Leaf:
        """Make a leaf of the layout."""
        leaf = Leaf(text, first, last)
        self._leaves.append(leaf)
        return leaf

    def _name(self, token: int) -> str:
        return short_name(self.tokens.lexemes[token], self._spec)

    everything = _predicate(SyntaxBuilder.everything)
    nothing = _predicate(SyntaxBuilder.nothing)
    comparison = _predicate(SyntaxBuilder.comparison)
    list_membership = _predicate(SyntaxBuilder.list_membership)
    list_non_membership = _predicate(SyntaxBuilder.list_non_membership)
    between = _predicate(SyntaxBuilder.between)
    not_between = _predicate(SyntaxBuilder.not_between)
    match = _predicate(SyntaxBuilder.match)
    non_match = _predicate(SyntaxBuilder.non_match)
    presence = _predicate(SyntaxBuilder.presence)
    standalone = _predicate(SyntaxBuilder.standalone)

    order = _clause(SyntaxBuilder.order)
    limit = _clause(SyntaxBuilder.limit)
    limit_per = _clause(SyntaxBuilder.limit_per)
    skip = _clause(SyntaxBuilder.skip)
    skip_per = _clause(SyntaxBuilder.skip_per)
    after = _clause(SyntaxBuilder.after)

    def membership(self, name: int, _in: int, opening: int, values: list[int], closing: int) -> Any:
        return self._list(f"{self._name(name)} in ", name, opening, values, closing)

    def non_membership(
        self, name: int, _not: int, _in: int, opening: int, values: list[int], closing: int
    ) -> Any:
        return self._list(f"{self._name(name)} not in ", name, opening, values, closing)

    def ignoring_case(self, part: Any, _ignoring: int, case: int) -> Any:
        is_group = isinstance(part, Group)
        name = part.openings[0] if is_group else part.first
        if is_group:
            part.closings[-1] = case
        else:
            part.last = case
        written = " ignoring case" if self._tells_case(name) else ""
        if is_group:
            part.suffix = written
        else:
            part.text += written
        return part

    def _tells_case(self, name: int) -> bool:
        """Return whether a condition compares texts, in which letter case could matter."""
        row = self._spec.find(self.tokens.lexemes[name])
        is_match = "MATCH" in self.tokens.kinds[name + 1 : name + 3]
        return row is None or row.kind.tells_case or is_match

    def call(self, name: int, opening: int, arguments: list[int], closing: int) -> Any:
        # Not shortened like a parameter's name, which the same word may be as well.
        function = self.tokens.lexemes[name].lower()
        if not arguments:
            return self.leaf(f"{function}()", name, closing)
        return self._list(function, name, opening, arguments, closing)

    def _list(self, head: str, first: int, opening: int, values: list[int], closing: int) -> Group:
        items = [self.leaf(unparse_value(self._value(value)), value, value) for value in values]
        return Group(",", [*items], range(first, opening + 1), [closing], head)

    def negation(self, _keyword: int, operand: Any) -> Any:
        operand.negations += 1
        return operand

    def group(self, opening: int, operand: Any, closing: int) -> Any:
        if isinstance(operand, Group) and operand.is_plain:
            operand.openings.append(opening)
            operand.closings.append(closing)
        return operand

    def conjunction(self, operands: list[Any]) -> Any:
        return Group("and", operands)

    def disjunction(self, operands: list[Any]) -> Any:
        return Group("or", operands)

    def query(self, expr: Any, clauses: list[tuple[str, Any, int, int]]) -> Any:
        _flatten(expr)
        found: dict[str, Leaf] = {}
        for which, leaf, first, last in clauses:
            if which in found:
                self.repeated_clause(CLAUSES[which], first, last)
            found.setdefault(which, leaf)
        in_order = [found[which] for which in CLAUSES if which in found]
        return Layout(self.tokens, expr, in_order, self._leaves)

    def query_of_clauses(self, clauses: list[tuple[str, Any, int, int]]) -> Any:
        return self.query(None, clauses)

    def query_of_nothing(self) -> Any:
        return self.query(self.everything(0), [])


def _flatten(part: Leaf | Group | None) -> None:
    """Flatten operands of the same connective, as the tree does, in groups of any depth."""
    groups = [part]
    while groups:
        group = groups.pop()
        if isinstance(group, Group):
            group.operands = _flat(group)
            groups += group.operands


def _flat(group: Group) -> list[Leaf | Group]:
    parts: list[Leaf | Group] = []
    pending: list[Leaf | Group] = [group]
    while pending:
        part = pending.pop()
        is_same = isinstance(part, Group) and part.joiner == group.joiner and part.is_plain
        if isinstance(part, Group) and (is_same or part is group):
            pending += reversed(part.operands)
        else:
            parts.append(part)
    return parts


def short_name(written: str, spec: Spec) -> str:
    """Return the shortest spelling of a name that is the same name in the tree.

    Aliases stay aliases, and unknown names stay as written.
    """
    parameter = spec.find(written)
    if parameter is None:
        return written
    for spelled in (parameter.name, parameter.wire, *parameter.aliases):
        if plain_name(spelled) == plain_name(written):
            found = spec.find(spelled)
            if found is not None and found.wire == parameter.wire:
                return spelled
    return written
