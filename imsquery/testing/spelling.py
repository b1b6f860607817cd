"""Strategies for texts: the many spellings of a syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import is_word, quote
from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Everything,
    Expr,
    Literal,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Order,
    Placeholder,
    Presence,
    Query,
    Standalone,
    Value,
)
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.spec import Spec
from imsquery.testing.trees import filter_trees, query_trees, request_trees

_OPERATORS = {"=": ("=", "=="), "!=": ("!=", "<>")}
_SPACES = (" ", "  ", "\n", "\t ", " # a comment\n")


def filters(
    spec: Spec = CLOUDIMAGES,
    *,
    consistent: bool = True,
    matches: bool = False,
    max_predicates: int = 6,
) -> SearchStrategy[str]:
    """Return a strategy for valid filters in any spelling; see :func:`filter_trees`."""
    trees = filter_trees(
        spec, consistent=consistent, matches=matches, max_predicates=max_predicates
    )
    return trees.flatmap(lambda tree: spellings(tree, spec))


def queries(spec: Spec = CLOUDIMAGES) -> SearchStrategy[str]:
    """Return a strategy for valid queries in any spelling; see :func:`query_trees`."""
    return query_trees(spec).flatmap(lambda tree: spellings(tree, spec))


def requests(spec: Spec = CLOUDIMAGES, *, max_predicates: int = 6) -> SearchStrategy[str]:
    """Return a strategy for filters that compile to one request, in any spelling."""
    trees = request_trees(spec, max_predicates=max_predicates)
    return trees.flatmap(lambda tree: spellings(tree, spec))


@st.composite
def spellings(draw: DrawFn, tree: Query | Expr, spec: Spec = CLOUDIMAGES) -> str:
    """Draw a text that parses to a tree, up to the letter case and underscores of its names.

    It varies in white space, comments, quotes, redundant parentheses, the letter case of keywords,
    and between wire names and short ones. It shrinks to the plain spelling.
    """
    speller = _Speller(lambda options: draw(st.sampled_from(options)), spec)
    return speller.query(tree) if isinstance(tree, Query) else speller.filter(tree)


class _Speller:
    """Writes trees; the first option of each choice is the plain one."""

    def __init__(self, choose: Callable[[Sequence[str]], str], spec: Spec) -> None:
        self._draw = choose
        self._spec = spec

    def query(self, query: Query) -> str:
        parts = []
        if query.order:
            keys = f"{self._space('')},{self._space(' ')}".join(map(self._key, query.order))
            parts.append(self._words(["order", "by", keys]))
        for keyword, clause in (("skip", query.skip_per), ("limit", query.limit_per)):
            if clause is not None:
                words = [keyword, self._plain(clause.count), "per", self._name(clause.name)]
                parts.append(self._words(words))
        for keyword, value in (("skip", query.skip), ("limit", query.limit)):
            if value is not None:
                parts.append(self._words([keyword, self._plain(value)]))
        if query.after is not None:
            parts.append(self._words(["after", self._value(query.after)]))
        if self._sometimes():
            parts.reverse()
        if not parts or not isinstance(query.filter, Everything):
            parts.insert(0, self.filter(query.filter))
        return self._words(parts)

    def _key(self, key: Order) -> str:
        words = (self._name(key.name), key.direction or "")
        return self._words(word for word in words if word)

    def filter(self, expr: Expr) -> str:
        match expr:
            case And(operands):
                written = self._joined("and", operands, (And, Or))
            case Or(operands):
                written = self._joined("or", operands, (And, Or))
            case Not(operand):
                written = self._words(["not", self._operand(operand, (And, Or))])
            case Everything():
                written = self._word("all")
            case Nothing():
                written = self._word("none")
            case predicate:
                written = self._predicate(predicate)
        return f"({self._space('')}{written})" if self._sometimes() else written

    def _joined(
        self, joiner: str, operands: Sequence[Expr], enclosed: tuple[type[Expr], ...]
    ) -> str:
        words = [self._operand(operands[0], enclosed)]
        for operand in operands[1:]:
            words += [joiner, self._operand(operand, enclosed)]
        return self._words(words)

    def _operand(self, expr: Expr, enclosed: tuple[type[Expr], ...]) -> str:
        written = self.filter(expr)
        return f"({written})" if isinstance(expr, enclosed) else written

    def _predicate(
        self, expr: Comparison | Membership | Between | Match | Presence | Standalone | Call
    ) -> str:
        if isinstance(expr, Call):
            return f"{self._cased(expr.name)}{self._space('')}({self._listed(expr.arguments)})"
        name = self._name(expr.name)
        match expr:
            case Comparison(_, operator, value):
                operator = self._choose(*_OPERATORS.get(operator, (operator,)))
                gap = self._space(" ", "")
                return f"{name}{gap}{operator}{gap}{self._value(value)}"
            case Membership(_, values):
                words = [*self._not(expr), "in", self._list(values)]
            case Between(_, low, high):
                words = [*self._not(expr), "between", self._value(low), "and", self._value(high)]
            case Match(_, operator, value):
                words = [*self._not(expr), operator, self._value(value)]
            case Presence():
                words = ["is", "absent" if expr.negated else "present"]
            case Standalone():
                words = []
            case _:
                assert_never(expr)
        return self._words([name, *words])

    def _choose(self, *options: str) -> str:
        return self._draw(options)

    def _sometimes(self) -> bool:
        return bool(self._draw(("", "", "yes")))

    def _not(self, expr: Membership | Between | Match) -> list[str]:
        return ["not"] if expr.negated else []

    def _list(self, values: tuple[Value, ...] | Placeholder) -> str:
        if isinstance(values, Placeholder):
            return self._value(values)
        return f"({self._listed(values)})"

    def _listed(self, values: Iterable[Value]) -> str:
        return f"{self._space('')},{self._space(' ')}".join(map(self._value, values))

    def _name(self, name: str) -> str:
        row = self._spec.find(name)
        return self._cased(self._choose(row.name, row.wire) if row else name)

    def _value(self, value: Value) -> str:
        """Write a value as a word, if it is one, or in either quotes."""
        if isinstance(value, Placeholder):
            return f"${value.name}"
        quoted = quote(value.text)
        single = "'" + quoted[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
        if not is_word(value.text) or value.text.lower() in KEYWORDS:
            return self._choose(quoted, single)
        return self._choose(value.text, value.text, quoted, single)

    def _plain(self, value: Value) -> str:
        return value.text if isinstance(value, Literal) else f"${value.name}"

    def _words(self, words: Iterable[str]) -> str:
        """Join keywords and other parts with white space."""
        return "".join(
            part for word in words for part in (self._space(" "), self._word(word))
        ).removeprefix(" ")

    def _word(self, word: str) -> str:
        return self._cased(word) if word in KEYWORDS else word

    def _cased(self, word: str) -> str:
        return self._choose(word, word, word.upper(), word.title())

    def _space(self, *plain: str) -> str:
        return self._choose(*plain, *plain, *plain, *_SPACES)
