"""Literals of other languages, taken apart: strings, words, and what is nested in brackets."""

from __future__ import annotations

import re

from imsquery.frozen import Frozen
from imsquery.language.recovery.dialects.reading import UnreadableError, Written
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar, TypeAlias

_CLOSING = {"[": "]", "{": "}", "(": ")", "[?": "]"}
_STRINGS = frozenset({"string", "moment"})
_bare = Late(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?|true|false", re.IGNORECASE).fullmatch
_NULLS = frozenset({"null", "None", "undefined"})

_escape = Late(r"\\(U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[\s\S])")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", **{c: c for c in "\\/'\"`"}}
_pair = Late("[\ud800-\udbff][\udc00-\udfff]")


class Nested(Frozen):
    """What is between two brackets.

    Attributes:
        bracket: the opening one.
        parts: tokens and other nested parts, in order.
    """

    bracket: str
    parts: Sequence[Part]
    start: int
    end: int
    kind: ClassVar[str] = "nested"


Part: TypeAlias = "Written | Nested"


def nest(tokens: list[Written]) -> list[Part]:
    """Return tokens with those between two brackets as one part.

    Args:
        tokens: each bracket is of kind ``open`` or ``close``.

    Raises:
        UnreadableError: brackets do not pair.
    """
    opened: list[Written] = []
    levels: list[list[Part]] = [[]]
    for token in tokens:
        if token.kind == "open":
            opened.append(token)
            levels.append([])
        elif token.kind != "close":
            levels[-1].append(token)
        elif opened and _CLOSING[opened[-1].text] == token.text:
            opening, parts = opened.pop(), levels.pop()
            levels[-1].append(Nested(opening.text, parts, opening.start, token.end))
        else:
            raise UnreadableError
    if opened:
        raise UnreadableError
    return levels[0]


def split(text: str, token: Late, start: int = 0, end: int | None = None) -> list[Written]:
    """Return the tokens of a text; those of kind ``string`` are decoded, ``space`` is left out.

    Args:
        text: what to split.
        token: an expression whose named groups are the kinds of tokens.
        start: where to begin.
        end: where to stop, if not at the end of the text.

    Raises:
        UnreadableError: a character begins no token, or an escape is unknown.
    """
    tokens: list[Written] = []
    position, end = start, len(text) if end is None else end
    while position < end:
        match = token.match(text, position, end)
        if match is None:
            raise UnreadableError
        kind = str(match.lastgroup)
        lexeme = match[kind]
        if kind == "string":
            lexeme = unescape(lexeme[1:-1])
        if kind != "space":
            tokens.append(Written(lexeme, *match.span(kind), kind))
        position = match.end()
    return tokens


def unescape(body: str) -> str:
    """Return the text of a string without its quotes, by the escapes that most languages share."""
    return _pair.sub(_join, _escape.sub(_spelled, body)) if "\\" in body else body


def _spelled(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    if code not in _ESCAPES:
        raise UnreadableError
    return _ESCAPES[code]


def _join(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def items(part: Part) -> list[Part]:
    """Return the items of a list; a comma may follow the last."""
    if not isinstance(part, Nested) or part.bracket == "{":
        raise UnreadableError
    commas = part.parts[1::2]
    if any(not is_sign(comma, ",") for comma in commas):
        raise UnreadableError
    return list(part.parts[::2])


def pairs(parts: Sequence[Part]) -> list[tuple[Written, Part]]:
    """Return names and values: ``name: value, …``; a comma may follow the last.

    Raises:
        UnreadableError: they are written otherwise, or a name is repeated.
    """
    if len(parts) % 4 not in {0, 3}:
        raise UnreadableError
    found: dict[str, tuple[Written, Part]] = {}
    for index in range(0, len(parts), 4):
        name, colon, value, *comma = parts[index : index + 4]
        if not (is_sign(colon, ":") and all(is_sign(each, ",") for each in comma)):
            raise UnreadableError
        if not (isinstance(name, Written) and name.kind in {"string", "bare"}):
            raise UnreadableError
        found[name.text] = name, value
    if 4 * len(found) < len(parts):
        raise UnreadableError
    return list(found.values())


def separated(parts: Sequence[Part], spelling: str) -> list[list[Part]]:
    """Return what is between the punctuation marks of one spelling."""
    found: list[list[Part]] = [[]]
    for part in parts:
        if is_sign(part, spelling):
            found.append([])
        else:
            found[-1].append(part)
    return found


def is_sign(part: Part, spelling: str) -> bool:
    """Return whether a part is this punctuation mark."""
    return isinstance(part, Written) and part.kind == "sign" and part.text == spelling


def is_null(part: Part) -> bool:
    """Return whether a part says that there is no value."""
    return isinstance(part, Written) and part.kind == "bare" and part.text in _NULLS


def is_scalar(part: Part) -> bool:
    """Return whether a part is a string, number or truth value."""
    if not isinstance(part, Written):
        return False
    return part.kind in _STRINGS or (part.kind == "bare" and _bare(part.text) is not None)


def scalar(part: Part) -> Written:
    """Return a string, number or truth value; the latter in lower case.

    Raises:
        UnreadableError: it is something else.
    """
    if not (isinstance(part, Written) and is_scalar(part)):
        raise UnreadableError
    return part.evolve(text=part.text.lower()) if part.kind == "bare" else part
