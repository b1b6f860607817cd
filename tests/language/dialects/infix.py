"""Writers of dialects that differ from this language in words and signs, not in their shape.

They are written from the manuals of the dialects and share nothing with what reads them.
"""

from __future__ import annotations

from collections.abc import Callable

from imsquery.language.syntax import (
    And,
    Between,
    Comparison,
    Expr,
    Match,
    Membership,
    Not,
    Or,
    Presence,
)
from imsquery.language.unparse import unparse
from tests.language.dialects.writers import (
    Pick,
    text_of,
    texts_of,
)
from tests.strategies import quoted

Predicate = Callable[[Expr, Pick], str]


def infix(expr: Expr, pick: Pick, predicate: Predicate, words: tuple[str, str, str]) -> str:
    """Write connectives in words, with parentheses around what they join."""
    both, either, negation = words
    match expr:
        case And(operands) | Or(operands):
            word = both if isinstance(expr, And) else either
            parts = (infix(each, pick, predicate, words) for each in operands)
            return "(" + f" {word} ".join(parts) + ")"
        case Not(operand):
            return f"{negation}({infix(operand, pick, predicate, words)})"
        case _:
            return predicate(expr, pick)


# -- English

_ENGLISH = {
    "=": ("is", "equals", "is equal to"),
    "!=": ("is not", "is not equal to"),
    "<": ("is less than", "less than", "lower than"),
    "<=": ("is at most", "at most", "is less than or equal to"),
    ">": ("is greater than", "more than", "is higher than"),
    ">=": ("is at least", "at least", "greater than or equal to"),
}
_ENGLISH_TIMES = {
    "<": ("before", "is before", "older than", "earlier than"),
    ">": ("newer than", "is later than"),
    ">=": ("since",),
}
_ENGLISH_MATCHES = {
    "contains": ("contains", "does not contain"),
    "startswith": ("starts with", "does not start with"),
    "endswith": ("ends with", "does not end with"),
}


def english(expr: Expr, pick: Pick) -> str:
    words = (pick("and", "AND"), pick("or", "OR"), pick("not ", "not"))
    return infix(expr, pick, _english, words)


def _english(expr: Expr, pick: Pick) -> str:
    match expr:
        case Comparison(name, operator, value):
            known = _ENGLISH_TIMES if name.endswith("_at") else {}
            spellings = (*known.get(operator, ()), *_ENGLISH[operator])
            return f"{name} {pick(*spellings)} {quoted(text_of(value))}"
        case Membership(name):
            word = (
                pick("is not one of", "is not in") if expr.negated else pick("is one of", "is in")
            )
            return f"{name} {word} ({', '.join(map(quoted, texts_of(expr)))})"
        case Between(name, low, high):
            word = "is not between" if expr.negated else "is between"
            return f"{name} {word} {quoted(text_of(low))} and {quoted(text_of(high))}"
        case Match(name, operator, value) if operator in _ENGLISH_MATCHES:
            return f"{name} {_ENGLISH_MATCHES[operator][expr.negated]} {quoted(text_of(value))}"
        case Presence(name):
            words = ("is not set", "does not exist", "is missing", "is null")
            return f"{name} {pick(*words) if expr.negated else pick('is set', 'exists')}"
        case _:
            return unparse(expr)
