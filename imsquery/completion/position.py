"""Where a cursor stands in a text that may be unfinished or broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.language._tables import GOTOS
from imsquery.language.lalr import shift
from imsquery.language.lexer import END, ERROR, Tokens, is_word

if TYPE_CHECKING:
    from imsquery.language.lalr import Stack

CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})
_JOINTS = CLAUSES | {"AND", "OR", "RPAR"}
_CONDITION = frozenset({"WORD", "NOT", "LPAR", "ALL", "NONE"})
_MEANT = {"&": "AND", "|": "OR", "!": "NOT"}
_more_word = re.compile(r"[\w.\-:+/@*?]*")
_more_name = re.compile(r"[A-Za-z0-9_]*")
_more_string = {
    quote: re.compile(rf"(?:[^{quote}\\\n]|\\[^\n])*+{quote}(?=[\s,)#]|$)") for quote in "'\""
}


@frozen
class Place:
    """A cursor and what is around it.

    Attributes:
        start, end: what a proposal takes the place of: the word under the cursor, or nothing.
        prefix: what of that stands before the cursor, without its quote.
        quote: the quote of the string that the cursor is in; empty where it is in none.
        stack: states of the parser before the proposal.
        before: kinds and lexemes of the current condition or clause, up to the proposal.
        after: the same for what is behind the proposal, up to the next condition or clause.
        begin, finish: offsets of the current condition or clause, all of that included.
        opened: how many parentheses are open and not closed behind the cursor.
        clauses: kinds that begin the clauses that there are elsewhere.
        is_last: nothing but clauses comes behind the current condition or clause.
    """

    start: int
    end: int
    prefix: str
    quote: str
    stack: Stack
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    begin: int
    finish: int
    opened: int
    clauses: frozenset[str]
    is_last: bool

    def accepts(self, kind: str) -> bool:
        """Tell whether a terminal may stand here."""
        return shift(self.stack, kind) is not None

    @property
    def expects_condition(self) -> bool:
        """Whether a condition may begin here."""
        return "predicate" in GOTOS[self.stack[0]]


def places(text: str, cursor: int) -> list[Place]:
    """Give how a cursor can be understood; nothing within a comment or behind what is unreadable.

    Behind an operator a value may begin, or the operator may go on.
    """
    head = Tokens(text[:cursor])
    last = count(head) - 1
    start, end = head.span(last) if last >= 0 else (0, 0)
    if "#" in text[end:cursor].rpartition("\n")[2]:
        return []
    spans: list[tuple[int, int, str]] = [(cursor, cursor, "")]
    if last >= 0 and end == cursor:
        spans = _touching(text, cursor, start, head.lexemes[last], head.kinds[last])
    found = [_place(text, cursor, *span) for span in spans]
    return [place for place in found if place is not None]


def _touching(
    text: str, cursor: int, start: int, lexeme: str, kind: str
) -> list[tuple[int, int, str]]:
    """Give what a proposal may take the place of where a token ends at the cursor."""
    after = (cursor, cursor, "")
    if is_word(lexeme):
        return [(start, _end(_more_word, text, cursor), "")]
    if lexeme[0] == "$":
        return [(start, _end(_more_name, text, cursor), "")]
    if kind == ERROR and lexeme[0] in "'\"":
        return [(start, _end(_more_string[lexeme[0]], text, cursor), lexeme[0])]
    if kind == "OPERATOR":
        return [after, (start, cursor, "")]
    return [(start, cursor, "")] if lexeme == "!" else [after]


def _end(pattern: re.Pattern[str], text: str, cursor: int) -> int:
    match = pattern.match(text, cursor)
    return match.end() if match else cursor


def _place(text: str, cursor: int, start: int, end: int, quote: str) -> Place | None:
    head = Tokens(text[:start])
    walked = _walk(head)
    if walked is None:
        return None
    stack, first = walked
    before = tuple(words(head)[first:])
    tail = Tokens(text[end:])
    opened = head.kinds.count("LPAR") - head.kinds.count("RPAR") - _closers(tail)
    rest = _rest(tail, before, opened)
    begin = head.span(first)[0] if before else start
    finish = end + tail.span(rest - 1)[1] if rest else end
    return Place(
        start=start,
        end=end,
        prefix=text[start + len(quote) : cursor],
        quote=quote,
        stack=stack,
        before=before,
        after=tuple(words(tail)[:rest]),
        begin=begin,
        finish=finish,
        opened=opened,
        clauses=frozenset(
            kind for kind in head.kinds[:first] + tail.kinds[rest:] if kind in CLAUSES
        ),
        is_last=tail.kinds[rest] in CLAUSES or tail.kinds[rest] == END,
    )


def count(tokens: Tokens) -> int:
    """Count the tokens before the end; white space behind them may make it stand there twice."""
    return tokens.kinds.index(END)


def words(tokens: Tokens) -> list[tuple[str, str]]:
    """Give the kind and lexeme of each token."""
    length = count(tokens)
    return list(zip(tokens.kinds[:length], tokens.lexemes[:length], strict=True))


def _walk(tokens: Tokens) -> tuple[Stack, int] | None:
    """Run the tables over what is before the cursor, past what is broken.

    Returns:
        The states behind it, and the token that begins the current condition or clause; ``None``
        where the cursor is within something that cannot be read.
    """
    stack: Stack = (0, None)
    resume = stack  # where to go on once the current condition or clause is given up
    begin = 0
    is_lost = False
    last = count(tokens)
    for index in range(last):
        lexeme = tokens.lexemes[index]
        if index and lexeme in _MEANT and lexeme == tokens.lexemes[index - 1]:
            continue  # the second half of `&&`
        kind = _MEANT.get(lexeme, tokens.kinds[index])
        if is_lost:
            if kind not in _JOINTS or shift(resume, kind) is None:
                continue
            stack = resume
            is_lost = False
        if "predicate" in GOTOS[stack[0]]:
            begin = index
            resume = (GOTOS[stack[0]]["predicate"], stack)
        elif kind in CLAUSES:
            begin = index
            resume = stack
        taken = shift(stack, kind)
        joined = shift(stack, "AND")
        if taken is None and joined is not None and "predicate" in GOTOS[joined[0]]:
            # Behind a whole condition, and not between two values.
            if kind not in _CONDITION:
                continue
            begin = index
            resume = (GOTOS[joined[0]]["predicate"], joined)
            taken = shift(joined, kind)
        if taken is None:
            is_lost = True
        else:
            stack = taken
    if is_lost:
        return None
    return stack, last if "predicate" in GOTOS[stack[0]] else begin


def _rest(tail: Tokens, before: tuple[tuple[str, str], ...], opened: int) -> int:
    """Count the tokens behind the cursor that go on with the current condition or clause.

    Where a parenthesis is missing, the last one that is there closes an outer one.
    """
    kinds = [kind for kind, _ in before]
    pending = kinds.count("BETWEEN") - kinds.count("AND")
    depth = 0
    for index, kind in enumerate(tail.kinds):
        depth += (kind == "LPAR") - (kind == "RPAR")
        pending += kind == "BETWEEN"
        if kind == "AND" and pending > 0:
            pending -= 1
        elif depth < 0 and _is_list(kinds) and opened <= 0:
            return index + 1
        elif depth < 0 or kind == END or (depth == 0 and kind in _JOINTS - {"RPAR"}):
            return index
    return count(tail)


def _is_list(kinds: list[str]) -> bool:
    """Tell whether a condition stands within the parentheses of its list or call."""
    return kinds.count("LPAR") > kinds.count("RPAR")


def _closers(tail: Tokens) -> int:
    """Count the parentheses that are closed behind the cursor and opened before it."""
    depth = found = 0
    for kind in tail.kinds:
        depth += (kind == "LPAR") - (kind == "RPAR")
        if depth < 0:
            found += 1
            depth = 0
    return found
