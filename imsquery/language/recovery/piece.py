"""Tokens of the mended text, the classes that they fall into, and changes to a run of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from imsquery.diagnostics.edits import clip, spaced, without
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, Tokens

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})
CONNECTIVES = frozenset({"AND", "OR"})
CLAUSES = frozenset({"ORDER", "LIMIT", "SKIP", "AFTER"})
COUNTS = frozenset({"LIMIT", "SKIP"})
ENDS = CLAUSES | CONNECTIVES | {"RPAR", END}
AFTER_NAMES = frozenset({"OPERATOR", "IN", "BETWEEN", "MATCH", "IS"})
NEGATABLE = frozenset({"IN", "BETWEEN", "MATCH"})
KEYWORD_KINDS = frozenset(KEYWORDS.values())


class Piece:
    """A token of the mended text and the offsets it takes up in the text as it is.

    Attributes:
        is_sign: the text has a sign for this keyword, so that no letters continue it.
        is_bare: the text lacks the quotes that this string needs; nothing has been reported yet.
        is_doubtful: the text has a bracket for this parenthesis that may be a part of a value.
    """

    __slots__ = ("end", "is_bare", "is_doubtful", "is_sign", "kind", "lexeme", "start")

    def __init__(
        self,
        kind: str,
        lexeme: str,
        start: int,
        end: int,
        *,
        is_sign: bool = False,
        is_bare: bool = False,
        is_doubtful: bool = False,
    ) -> None:
        self.kind = kind
        self.lexeme = lexeme
        self.start = start
        self.end = end
        self.is_sign = is_sign
        self.is_bare = is_bare
        self.is_doubtful = is_doubtful

    def evolve(self, **changes: Any) -> Piece:
        """Return a token that is the same otherwise."""
        return Piece(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})


Edit = tuple[int, int, str]
Part = Piece | tuple[Sequence[Piece], str]


def pieces_of(text: str, start: int, end: int) -> list[Piece]:
    """Return the tokens of new text that replaces what is between two offsets."""
    tokens = Tokens(text)
    pairs = zip(tokens.kinds, tokens.lexemes, strict=True)
    return [Piece(kind, lexeme, start, end) for kind, lexeme in pairs if kind != END]


def extent(first: Piece, last: Piece) -> tuple[int, int]:
    """Return the offsets from one token to another."""
    return first.start, last.end


def show(pieces: Sequence[Piece]) -> str:
    """Return tokens as a message shows them: without comments and line ends."""
    shown = [piece.lexeme for piece in pieces[:1]]
    for before, piece in pairwise(pieces):
        is_apart = before.end < piece.start or {before.lexeme, piece.lexeme}.isdisjoint("(),")
        shown += [" " if is_apart else "", piece.lexeme]
    return clip("".join(shown))


def tokens_of(part: Part) -> Sequence[Piece]:
    """Return the tokens that a part keeps or replaces."""
    return [part] if isinstance(part, Piece) else part[0]


def apply(text: str, parts: Sequence[Part]) -> tuple[list[Piece], list[Edit]]:
    """Return the tokens that the parts of a run become, and the edits of the text that say so.

    A token that is kept takes up the place of what is removed next to it.
    """
    pieces: list[Piece] = []
    edits: list[Edit] = []
    removed: int | None = None
    for index, part in enumerate(parts):
        if isinstance(part, Piece):
            pieces.append(part if removed is None else part.evolve(start=removed))
            removed = None
            continue
        old, new = part
        start, end = extent(old[0], old[-1]) if old else _gap(parts, index)
        edits.append(spaced(text, start, end, new) if new else without(text, start, end))
        pieces += pieces_of(new, start, end)
        if not new and pieces:
            pieces[-1] = pieces[-1].evolve(end=end)
        elif not new:
            removed = start
    return pieces, edits


def _gap(parts: Sequence[Part], index: int) -> tuple[int, int]:
    """Return where a part without tokens goes: before the next one, or else after the last."""
    following = [each for part in parts[index + 1 :][:1] for each in tokens_of(part)]
    at = following[0].start if following else tokens_of(parts[index - 1])[-1].end
    return at, at


def title_of(text: str, old: Sequence[Piece], edits: Sequence[Edit]) -> str:
    """Return the title of a fix: what it removes, adds or writes."""
    if not any(new.strip() for _, _, new in edits):
        return f"remove `{show(old)}`"
    written = []
    position = edits[0][0]
    for start, end, new in edits:
        written += [text[position:start], new]
        position = end
    verb = "write" if old else "add"
    return f"{verb} `{clip(' '.join(''.join(written).split()))}`"
