"""A token of the mended text."""

from __future__ import annotations

from attrs import define


@define(eq=False)
class Piece:
    """A token of the mended text and the offsets it takes up in the text as it is.

    Attributes:
        is_sign: a keyword that is written without letters here, so that no letters go on it.
    """

    kind: str
    lexeme: str
    start: int
    end: int
    is_sign: bool = False
