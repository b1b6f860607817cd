"""Tokens of the mended text, and the classes that they fall into."""

from __future__ import annotations

from attrs import define

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, Tokens

VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})
CONNECTIVES = frozenset({"AND", "OR"})
CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})
ENDS = CLAUSES | CONNECTIVES | {"RPAR", END}
AFTER_NAMES = frozenset({"OPERATOR", "IN", "BETWEEN", "MATCH", "IS"})
NEGATABLE = frozenset({"IN", "BETWEEN", "MATCH"})
KEYWORD_KINDS = frozenset(KEYWORDS.values())


@define(eq=False)
class Piece:
    """A token of the mended text and the offsets it takes up in the text as it is.

    Attributes:
        is_sign: the text has a sign for this keyword, so that no letters continue it.
    """

    kind: str
    lexeme: str
    start: int
    end: int
    is_sign: bool = False


def pieces_of(text: str, start: int, end: int) -> list[Piece]:
    """Return the tokens of new text that replaces what is between two offsets."""
    tokens = Tokens(text)
    pairs = zip(tokens.kinds, tokens.lexemes, strict=True)
    return [Piece(kind, lexeme, start, end) for kind, lexeme in pairs if kind != END]


def extent(first: Piece, last: Piece) -> tuple[int, int]:
    """Return the offsets from one token to another."""
    return first.start, last.end
