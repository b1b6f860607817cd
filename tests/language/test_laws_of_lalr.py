"""The driver over the tables and Lark itself accept the same texts and build the same trees."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from lark import Lark, Token, Transformer, Tree, UnexpectedInput, v_args

from imsquery import Query, QueryError, parse, testing
from imsquery.language import syntax
from imsquery.language._tables import RULES
from imsquery.language.algebra import Algebra
from imsquery.language.generate import build
from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import Tokens
from tests.strategies import any_text, filters, mutated

_LISTS = {"single", "pair", "extend", "extend_adjacent"}


def _record(name: str) -> Any:
    def method(_self: Algebra, *values: Any) -> tuple[Any, ...]:
        return (name, *values)

    return method


_METHODS = {name for _, _, name in RULES if name is not None} - _LISTS
Recorder = type("Recorder", (Algebra,), {name: _record(name) for name in _METHODS})
"""Makes nested tuples of each method's name and arguments."""


@cache
def lark() -> Lark:
    return build()


def by_lark(text: str) -> Any:
    try:
        return _plain(lark().parse(text))
    except UnexpectedInput:
        return None


def _plain(node: Tree[Token] | Token) -> Any:
    """Return the tuples that the driver's calls would make of Lark's tree."""
    if isinstance(node, Token):
        return str(node)
    children = [_plain(child) for child in node.children]
    match node.data:
        case "single":
            return [children[0]]
        case "pair":
            return [children[0], children[2]]
        case "extend":
            return [*children[0], children[2]]
        case "extend_adjacent":
            return [*children[0], children[1]]
        case name:
            return (str(name), *children)


def by_driver(tokens: Tokens) -> Any:
    return _named(parse_tokens(tokens, Recorder(tokens)), tokens)


def _named(value: Any, tokens: Tokens) -> Any:
    if type(value) is int:
        return tokens.lexemes[value]
    if isinstance(value, list):
        return [_named(item, tokens) for item in value]
    if isinstance(value, tuple):
        return tuple(_named(item, tokens) for item in value)
    return value


@given(any_text)
@example("a = b = c")
@example("limit = 1 limit 1")
@example("a between b and c = d")
@example("AND = x")
@example("a \u017fin (b)")
@example("a i\u017f present")
@example("a = 'b")
@example("a = b ignoring case ignoring case")
@example("ignoring = case")
@example("case in (b) ignoring case and ignoring")
@example("a is present ignoring case")
@example("  # only a comment")
def test_both_build_the_same_tree_or_both_refuse(text: str) -> None:
    assert by_driver(Tokens(text)) == by_lark(text)


@given(filters)
def test_both_accept_what_is_meant_to_parse(text: str) -> None:
    assert by_driver(Tokens(text)) is not None
    assert by_driver(Tokens(text)) == by_lark(text)


broken_filters = st.recursive(
    st.sampled_from(["@", "a @", "limit @", "a = b", "f(x)", "@ limit 5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
        inner.map("not {}".format),
        inner.map("({})".format),
    ),
    max_leaves=8,
)
"""Filters in which each ``@`` is where recovery would put a broken condition."""


@given(broken_filters | mutated(broken_filters))
def test_both_build_the_same_tree_around_a_broken_condition(text: str) -> None:
    tokens = Tokens(text)
    tokens.kinds = [
        "BROKEN" if lexeme == "@" else kind
        for kind, lexeme in zip(tokens.kinds, tokens.lexemes, strict=True)
    ]
    assert by_driver(tokens) == by_feeding_lark(tokens)


def by_feeding_lark(tokens: Tokens) -> Any:
    """Return the tree of tokens: no text is lexed as a broken condition."""
    parser = lark().parse_interactive("")
    try:
        for kind, lexeme in zip(tokens.kinds, tokens.lexemes, strict=True):
            tree = parser.feed_token(Token(kind, lexeme))
    except UnexpectedInput:
        return None
    return _plain(tree)


_ESCAPES = {"n": "\n", "t": "\t"}


def value_of(token: Token) -> syntax.Value:
    """Return the value of a token, by rules of this test's own."""
    if token[0] == "$":
        return syntax.Placeholder(str(token[1:]))
    if token[0] not in "'\"":
        return syntax.Literal(str(token))
    text = re.sub(
        r"\\(u(....)|.)",
        lambda found: chr(int(found[2], 16)) if found[2] else _ESCAPES.get(found[1], found[1]),
        str(token[1:-1]),
    )
    return syntax.Literal(text.encode("utf-16", "surrogatepass").decode("utf-16"))


@v_args(inline=True)
class Trees(Transformer[Token, Any]):
    """Makes the public tree of Lark's by the rules of the grammar, without the parser."""

    def query(self, filter_: Any, clauses: list[Any]) -> Query:
        return Query(filter_, **dict(clauses))

    def query_of_filter(self, filter_: Any) -> Query:
        return Query(filter_)

    def query_of_clauses(self, clauses: list[Any]) -> Query:
        return Query(**dict(clauses))

    def query_of_nothing(self) -> Query:
        return Query()

    def pair(self, left: Any, _: Token, right: Any) -> list[Any]:
        return [left, right]

    def single(self, item: Any) -> list[Any]:
        return [item]

    def extend(self, items: list[Any], _: Token, item: Any) -> list[Any]:
        return [*items, item]

    def extend_adjacent(self, items: list[Any], item: Any) -> list[Any]:
        return [*items, item]

    def disjunction(self, operands: list[Any]) -> Any:
        return syntax.Or(operands)

    def conjunction(self, operands: list[Any]) -> Any:
        return syntax.And(operands)

    def negation(self, _: Token, operand: Any) -> Any:
        return syntax.Not(operand)

    def group(self, _opening: Token, operand: Any, _closing: Token) -> Any:
        return operand

    def everything(self, _: Token) -> Any:
        return syntax.Everything()

    def nothing(self, _: Token) -> Any:
        return syntax.Nothing()

    def comparison(self, name: Token, operator: Token, value: Token) -> Any:
        relation = {"==": "=", "<>": "!="}.get(operator, str(operator))
        return syntax.Comparison(str(name), relation, value_of(value))

    def membership(self, *parts: Any) -> Any:
        name, *_, values, _closing = parts
        return syntax.Membership(str(name), tuple(map(value_of, values)), negated=len(parts) == 6)

    non_membership = membership

    def list_membership(self, *parts: Token) -> Any:
        values = syntax.Placeholder(str(parts[-1][1:]))
        return syntax.Membership(str(parts[0]), values, negated=len(parts) == 4)

    list_non_membership = list_membership

    def between(self, *parts: Token) -> Any:
        name, *rest, low, _and, high = parts
        negated = len(rest) == 2
        return syntax.Between(str(name), value_of(low), value_of(high), negated=negated)

    not_between = between

    def match(self, *parts: Token) -> Any:
        name, *rest, operator, value = parts
        return syntax.Match(str(name), operator.lower(), value_of(value), negated=bool(rest))

    non_match = match

    def ignoring_case(self, condition: Any, _ignoring: Token, _case: Token) -> Any:
        return condition.evolve(ignoring_case=True)

    def presence(self, name: Token, _is: Token, what: Token) -> Any:
        return syntax.Presence(str(name), negated=what.lower() == "absent")

    def standalone(self, name: Token) -> Any:
        return syntax.Standalone(str(name))

    def call(self, name: Token, _opening: Token, *rest: Any) -> Any:
        values = rest[0] if len(rest) == 2 else ()
        return syntax.Call(name.lower(), tuple(map(value_of, values)))

    call_without_arguments = call

    def order(self, _order: Token, _by: Token, keys: list[Any]) -> Any:
        return "order", [
            key if isinstance(key, syntax.Order) else syntax.Order(str(key)) for key in keys
        ]

    def directed(self, name: Token, direction: Token) -> Any:
        return syntax.Order(str(name), direction.lower())

    def limit(self, _: Token, value: Token) -> Any:
        return "limit", value_of(value)

    def limit_per(self, _limit: Token, value: Token, _per: Token, name: Token) -> Any:
        return "limit_per", syntax.Per(value_of(value), str(name))

    def skip(self, _: Token, value: Token) -> Any:
        return "skip", value_of(value)

    def skip_per(self, _skip: Token, value: Token, _per: Token, name: Token) -> Any:
        return "skip_per", syntax.Per(value_of(value), str(name))

    def after(self, _: Token, value: Token) -> Any:
        return "after", value_of(value)


@given(testing.queries() | mutated(testing.queries()) | any_text)
@example("f() and F(x, $y) limit $n after '\\u0041\\n' order by a DESC")
def test_the_public_tree_is_the_one_that_the_grammar_describes(text: str) -> None:
    try:
        tree = parse(text)
    except QueryError:
        return  # the fault may be in a literal, which Lark does not look into
    assert Trees().transform(lark().parse(text)) == tree
