"""The table-driven loop and Lark itself accept the same texts and build the same trees."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import example, given
from lark import Lark, Token, Tree, UnexpectedInput

from imsquery._generate import build
from imsquery._tables import RULES
from imsquery.lexer import Tokens
from imsquery.parser import Algebra, parse_tokens
from tests.strategies import any_text, filters

_LISTS = {"single", "pair", "extend", "extend_adjacent"}


def _record(name: str) -> Any:
    def method(_self: Algebra, *values: Any) -> tuple[Any, ...]:
        return (name, *values)

    return method


_METHODS = {name for _, _, name in RULES if name is not None} - _LISTS
Recorder = type("Recorder", (Algebra,), {name: _record(name) for name in _METHODS})
"""Makes nested tuples: the method's name and what it was given."""


@cache
def lark() -> Lark:
    return build()


def by_lark(text: str) -> Any:
    try:
        return _plain(lark().parse(text))
    except UnexpectedInput:
        return None


def _plain(node: Tree[Token] | Token) -> Any:
    """Give the tuples that the driver's calls would make of Lark's tree."""
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


def by_driver(text: str) -> Any:
    tokens = Tokens(text)
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
@example("  # only a comment")
def test_both_build_the_same_tree_or_both_refuse(text: str) -> None:
    assert by_driver(text) == by_lark(text)


@given(filters)
def test_what_is_meant_to_parse_is_accepted_by_both(text: str) -> None:
    assert by_driver(text) is not None
    assert by_driver(text) == by_lark(text)
