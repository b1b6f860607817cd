"""What a reader makes of a text: the tokens of a filter, from a tree of conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from imsquery.frozen import Frozen
from imsquery.language._tables import FIXED, KEYWORDS
from imsquery.language.lalr import run
from imsquery.language.lexer import END, has_surrogate, is_word, spell
from imsquery.language.recovery.piece import Piece
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import TypeAlias

LONGEST = 65_536  # code points of a text
DEEPEST = 200  # levels of brackets
MOST = 10_000  # conditions, and items of lists

TAGS = frozenset({"tag", "tags"})
"""What dialects call an image's tags: an attribute with any number of values."""

_KINDS = {**FIXED, **KEYWORDS}
_SEPARATORS = frozenset({"AND", "OR", "COMMA"})
_AHEAD = -1  # the place of a token that is put in before the next one

# A time without its seconds: an interval here, one moment or a mere text elsewhere.
is_coarse = Late(r"\d{4}-\d\d(?:-\d\d)?(?:[T ]\d\d:\d\d)?").fullmatch
_relation = Late(r"(lte?|gte?|eq|neq):(.*)", re.DOTALL).fullmatch
_RELATIONS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "!="}
ALIKE = frozenset({"<", ">="})  # the same for an interval and for the moment it starts at


class UnreadableError(Exception):
    """The text is not of the dialect, or says what no filter can."""


class Written(Frozen):
    """A piece of the original text, decoded.

    Attributes:
        kind: ``string`` where it was quoted, else ``bare``; readers have kinds of their own.
    """

    text: str
    start: int
    end: int
    kind: str = "string"


class Group(Frozen):
    """Conditions joined by ``and`` or ``or``; none at all are ``all`` or ``none``."""

    word: str
    nodes: Sequence[Node]


class Negation(Frozen):
    """``not`` before a condition."""

    node: Node


class Doubtful(Frozen):
    """A condition that may have been meant otherwise."""

    node: Node


Node: TypeAlias = "Piece | list[Node] | Group | Negation | Doubtful | Callable[[], Node]"
"""A condition.  A list is read from left to right; a function is called for the node."""


class Reading(Frozen):
    """A filter read from another dialect.

    Attributes:
        dialect: what the text is, with an article: ``an AWS filter``.
        pieces: the tokens of the filter and the end, with their places in the original text.
        is_certain: the text cannot mean anything else.
    """

    dialect: str
    pieces: tuple[Piece, ...]
    is_certain: bool

    def write(self) -> str:
        """Return the filter as text, on one line."""
        written = ""
        before = ""
        for piece in self.pieces[:-1]:
            touches = piece.kind in {"RPAR", "COMMA"} or before == "LPAR"
            is_call = piece.kind == "LPAR" and before == "WORD"
            written += piece.lexeme if touches or is_call or not written else f" {piece.lexeme}"
            before = piece.kind
        return written


def reading(dialect: str, text: str, node: Node, clauses: Sequence[Piece] = ()) -> Reading:
    """Return the reading of a text: a filter and its clauses.

    Raises:
        UnreadableError: a name cannot be a name here, or there is too much of it.
    """
    pieces, is_certain = _flatten(node)
    pieces += [*clauses, Piece(END, "", len(text), len(text))]
    _place(pieces)
    if not parses(pieces) or sum(piece.kind in _SEPARATORS for piece in pieces) >= MOST:
        raise UnreadableError
    made = Reading(dialect, tuple(pieces), is_certain)
    if len(made.write()) > LONGEST:
        raise UnreadableError
    return made


def parses(pieces: Iterable[Piece]) -> bool:
    """Return whether tokens are a query."""
    return run(piece.kind for piece in pieces) is not None


def _flatten(node: Node) -> tuple[list[Piece], bool]:
    """Return the tokens of a tree of any depth, and whether all of it is certain."""
    pieces: list[Piece] = []
    is_certain = True
    pending: list[tuple[Node, str, int]] = [(node, "", 0)]
    while pending:
        node, around, depth = pending.pop()
        if depth > DEEPEST:
            raise UnreadableError
        match node:
            case Piece():
                pieces.append(node)
            case list():
                pending += [(each, around, depth) for each in reversed(node)]
            case Doubtful(inner):
                is_certain = False
                pending.append((inner, around, depth))
            case Negation(inner):
                is_double = around == "not"
                parts = [*sign("not", _AHEAD), inner]
                parts = _enclose(parts) if is_double else parts
                pending += [(each, "not", depth + 1 + is_double) for each in reversed(parts)]
            case Group(word, [only]):
                pending.append((only, around, depth))
            case Group(word):
                parts = _joined(node)
                is_apart = around in {"", word}
                parts = parts if is_apart else _enclose(parts)
                pending += [(each, word, depth + (not is_apart)) for each in reversed(parts)]
            case _:
                pending.append((node(), around, depth))
    return pieces, is_certain


def _joined(group: Group) -> list[Node]:
    """Return conditions with what joins them."""
    if not group.nodes:
        return [*sign("all" if group.word == "and" else "none", _AHEAD)]
    parts: list[Node] = []
    for node in group.nodes:
        parts += [*sign(group.word, _AHEAD), node] if parts else [node]
    return parts


def _enclose(parts: list[Node]) -> list[Node]:
    return [*sign("(", _AHEAD), *parts, *sign(")", _AHEAD)]


def _place(pieces: list[Piece]) -> None:
    """Place tokens that were put in: ``)`` after the token before, others before the next one."""
    end = 0
    for piece in pieces:
        if piece.kind == "RPAR" and piece.start == _AHEAD:
            piece.start = piece.end = end
        end = max(end, piece.end)
    start = end
    for piece in reversed(pieces):
        if piece.start == _AHEAD:
            piece.start = piece.end = start
        start = piece.start


# -- conditions


def sign(spelling: str, start: int, end: int | None = None) -> list[Piece]:
    """Return words, operators or brackets; they take up no place unless there is an end."""
    place = start, start if end is None else end
    return [Piece(_KINDS.get(word, "WORD"), word, *place) for word in spelling.split()]


def name_of(written: Written) -> Piece:
    """Return a name as it is written; without the dashes of an option."""
    if not is_word(written.text) or written.text.startswith("-"):
        raise UnreadableError
    kind = KEYWORDS.get(written.text.lower(), "WORD")
    return Piece(kind, written.text, written.start, written.end)


def value_of(written: Written) -> Piece:
    """Return a value, in quotes where it needs them; a shell's variable is a placeholder."""
    if written.kind == "variable":
        if not written.text.startswith("$"):
            raise UnreadableError
        return Piece("PLACEHOLDER", written.text, written.start, written.end)
    if has_surrogate(written.text):
        raise UnreadableError
    lexeme = spell(written.text)
    kind = "STRING" if lexeme[0] == '"' else "WORD"
    return Piece(kind, lexeme, written.start, written.end)


def condition(name: Written, operator: str | Written, *values: Written) -> list[Node]:
    """Return ``name operator value``, or ``name in (value, …)``.

    An operator that is a mere string takes up no place: the other dialect has no sign for it.
    """
    if isinstance(operator, str):
        operator = Written(operator, name.end, name.end)
    parts: list[Node] = [name_of(name), *sign(operator.text, operator.start, operator.end)]
    if not operator.text.endswith("in"):
        return [*parts, *map(value_of, values)]
    return [*parts, *_enclosed(values)]


def call(function: str, *arguments: Written) -> list[Node]:
    """Return ``function(argument, …)``."""
    start = arguments[0].start
    return [Piece("WORD", function, start, start), *_enclosed(arguments)]


def _enclosed(values: Sequence[Written]) -> list[Piece]:
    parts = sign("(", values[0].start)
    for written in values:
        comma = sign(",", written.start) if len(parts) > 1 else []
        parts += [*comma, value_of(written)]
    return [*parts, *sign(")", values[-1].end)]


def compared(name: Written, operator: str | Written, value: Written) -> Node:
    """Return a comparison as a language of texts and moments makes it, which has no intervals."""
    node = condition(name, operator, value)
    spelling = operator if isinstance(operator, str) else operator.text
    return Doubtful(node) if spelling not in ALIKE and is_coarse(value.text) else node


def asked(name: Written, value: Written) -> Node:
    """Return what a request asks for: ``=``, or of a time the relation before it (``lt:…``)."""
    match = _relation(value.text) if name.text.lower().endswith("_at") else None
    if match is None:
        return compared(name, "=", value)
    return compared(name, _RELATIONS[match[1]], value.evolve(text=match[2]))


def one_of(name: Written, values: Sequence[Written], *, is_negated: bool = False) -> Node:
    """Return ``=`` with one value, ``in`` with several; without any, nothing is one of them."""
    if not values[1:]:
        operator, word = ("!=", "and") if is_negated else ("=", "or")
        return Group(word, [compared(name, operator, each) for each in values])
    return condition(name, "not in" if is_negated else "in", *values)


def all_of(name: Written, values: Sequence[Written]) -> Node:
    """Return that an attribute with any number of values has each of these."""
    return Group("and", [condition(name, "=", each) for each in values])


def presence(name: Written, *, is_present: bool) -> Node:
    """Return whether an image has an attribute."""
    return condition(name, "is present" if is_present else "is absent")


def matching(name: Written, pattern: Written, flags: str) -> Node:
    """Return a search with a regular expression; ``i`` is the one flag that there can be."""
    if flags not in {"", "i"}:
        raise UnreadableError
    prefix = "(?i)" if flags else ""
    return condition(name, "matches", pattern.evolve(text=prefix + pattern.text))


def tagged(name: Written, key: Written, value: Written) -> Node:
    """Return that a tag of this key has a value."""
    return condition(name, "=", value.evolve(text=f"{key.text}={value.text}"))


# -- clauses


def ordered(key: Written, direction: str) -> list[Piece]:
    """Return ``order by key direction``."""
    return [*sign("order by", key.start), name_of(key), *sign(direction, key.end)]


def limited(count: Written) -> list[Piece]:
    """Return ``limit count``."""
    return [*sign("limit", count.start), value_of(count)]
