"""The position of a cursor in a text that may be unfinished or broken."""

from __future__ import annotations

import re

from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen
from imsquery.language._tables import GOTOS
from imsquery.language.lalr import shift
from imsquery.language.lexer import END, ERROR, Tokens, is_word

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imsquery.language.lalr import Stack

Word = tuple[str, str]
"""Terminal and lexeme."""

CLAUSES = frozenset({"ORDER", "LIMIT", "SKIP", "AFTER"})
COUNTS = frozenset({"LIMIT", "SKIP"})
_ENDING = CLAUSES | {"AND", "OR", "RPAR"}  # what can follow a whole condition
_BEGINNING = frozenset({"WORD", "NOT", "LPAR", "ALL", "NONE"})  # what a condition can begin with
_MEANT = {"&": "AND", "|": "OR", "!": "NOT"}
_more_word = re.compile(r"[\w.\-:+/@*?]*")
_more_name = re.compile(r"[A-Za-z0-9_]*")
_more_string = {
    quote: re.compile(rf"(?:[^{quote}\\\n]|\\[^\n])*+{quote}(?=[\s,)#]|$)") for quote in "'\""
}


class Position(Frozen):
    """A cursor and the text around it.

    Its *part* is the condition or clause that it is in.

    Attributes:
        span: what a proposal replaces: the word under the cursor, or nothing.
        prefix: the part of that before the cursor, without a quote.
        quote: the quote of the string that the cursor is in; empty outside strings.
        stack: states of the parser before the proposal.
        before: the words of the part before the proposal.
        after: the words of the part after the proposal.
        part: the span of the part, the proposal included.
        opened: the number of parentheses that are open and not closed after the cursor.
        clauses: the other clauses: the kinds that they begin with, and ``LIMIT PER`` or ``SKIP
            PER`` for those of groups.
        is_last: whether only clauses follow the part.
    """

    span: Span
    prefix: str
    quote: str
    stack: Stack
    before: tuple[Word, ...]
    after: tuple[Word, ...]
    part: Span
    opened: int
    clauses: frozenset[str]
    is_last: bool

    def accepts(self, kind: str) -> bool:
        """Return whether a terminal can be next."""
        return shift(self.stack, kind) is not None

    @property
    def expects_condition(self) -> bool:
        """Whether a condition can begin here."""
        return _skip_condition(self.stack) is not None

    def without_after(self) -> Position:
        """Return the position with the rest of the part taken for another condition."""
        return self.evolve(after=(), part=Span(self.part.start, self.span.end), is_last=False)


def positions(text: str, cursor: int) -> list[Position]:
    """Return the readings of a cursor: none within a comment or after what is unreadable.

    After an operator a value may begin, or the operator may continue.
    """
    head = Tokens(text[:cursor])
    last = count(head) - 1
    start, end = head.span(last) if last >= 0 else (0, 0)
    if "#" in text[end:cursor].rpartition("\n")[2]:
        return []
    replaced = [(Span(cursor, cursor), "")]
    if last >= 0 and end == cursor:
        replaced = _touching(text, cursor, start, head.lexemes[last], head.kinds[last])
    found = [_position(text, cursor, head, span, quote) for span, quote in replaced]
    return [position for position in found if position is not None]


def _touching(text: str, cursor: int, start: int, lexeme: str, kind: str) -> list[tuple[Span, str]]:
    """Return what a proposal may replace at the end of a token, with the quote it is in."""
    nothing = Span(cursor, cursor)
    if is_word(lexeme):
        return [(Span(start, _end(_more_word, text, cursor)), "")]
    if lexeme[0] == "$":
        return [(Span(start, _end(_more_name, text, cursor)), "")]
    if kind == ERROR and lexeme[0] in "'\"":
        quote = lexeme[0]
        return [(Span(start, _end(_more_string[quote], text, cursor)), quote)]
    token = Span(start, cursor)
    if kind == "OPERATOR":
        return [(nothing, ""), (token, "")]
    return [(token if lexeme == "!" else nothing, "")]


def _end(pattern: re.Pattern[str], text: str, cursor: int) -> int:
    match = pattern.match(text, cursor)
    return match.end() if match else cursor


def _position(text: str, cursor: int, head: Tokens, span: Span, quote: str) -> Position | None:
    """Return the reading of a cursor, given the tokens before it; what is replaced is not read."""
    if span.start < cursor:
        head = head.before(count(head) - 1)
    walked = _walk(head)
    if walked is None:
        return None
    stack, first = walked
    before = tuple(words(head)[first:])
    tail = Tokens(text[span.end :])
    opened = head.kinds.count("LPAR") - head.kinds.count("RPAR") - _closers(tail)
    rest = _rest(tail, before, opened)
    return Position(
        span=span,
        prefix=text[span.start + len(quote) : cursor],
        quote=quote,
        stack=stack,
        before=before,
        after=tuple(words(tail)[:rest]),
        part=Span(
            head.span(first)[0] if before else span.start,
            span.end + (tail.span(rest - 1)[1] if rest else 0),
        ),
        opened=opened,
        clauses=clauses_in(head.kinds[:first] + tail.kinds[rest:]),
        is_last=tail.kinds[rest] in CLAUSES or tail.kinds[rest] == END,
    )


def clauses_in(kinds: Sequence[str]) -> frozenset[str]:
    """Return the clauses among the kinds of tokens, as in :attr:`Position.clauses`."""
    return frozenset(
        f"{kind} PER" if kinds[index + 2 : index + 3] == ["PER"] else kind
        for index, kind in enumerate(kinds)
        if kind in CLAUSES
    )


def count(tokens: Tokens) -> int:
    """Return the number of tokens before the first end; trailing white space adds a second."""
    return tokens.kinds.index(END)


def words(tokens: Tokens) -> list[Word]:
    """Return the kind and lexeme of each token."""
    length = count(tokens)
    return list(zip(tokens.kinds[:length], tokens.lexemes[:length], strict=True))


def _walk(tokens: Tokens) -> tuple[Stack, int] | None:
    """Run the tables over what is before the cursor, skipping what is broken.

    Returns:
        The states after it, and the token that begins the current condition or clause; ``None``
        if the cursor is within something unreadable.
    """
    stack: Stack = (0, None)
    resume = stack  # where to continue once the current condition or clause is unreadable
    begin = 0
    is_lost = False
    for index, kind in _meant_kinds(tokens):
        if is_lost:
            if kind not in _ENDING or shift(resume, kind) is None:
                continue
            stack, is_lost = resume, False
        if kind in CLAUSES:
            begin, resume = index, stack
        taken = shift(stack, kind)
        joined = shift(stack, "AND") if taken is None else None
        if joined is not None and _skip_condition(joined) is not None:
            # After a whole condition, and not between two values: an `and` is missing.
            if kind not in _BEGINNING:
                continue
            stack, taken = joined, shift(joined, kind)
        skipped = _skip_condition(stack)
        if skipped is not None:
            begin, resume = index, skipped
        if taken is None:
            is_lost = True
        else:
            stack = taken
    if is_lost:
        return None
    return stack, begin if _skip_condition(stack) is None else count(tokens)


def _meant_kinds(tokens: Tokens) -> Iterator[tuple[int, str]]:
    """Yield the index and kind of each token; `&&` and the like are read as keywords."""
    if _MEANT.keys().isdisjoint(tokens.lexemes):
        yield from enumerate(tokens.kinds[: count(tokens)])
        return
    for index in range(count(tokens)):
        lexeme = tokens.lexemes[index]
        if not (index and lexeme in _MEANT and lexeme == tokens.lexemes[index - 1]):
            yield index, _MEANT.get(lexeme, tokens.kinds[index])


def _skip_condition(stack: Stack) -> Stack | None:
    """Return the states after a whole condition; ``None`` if none can begin here."""
    after = GOTOS[stack[0]].get("predicate")
    return None if after is None else (after, stack)


def _rest(tail: Tokens, before: tuple[Word, ...], opened: int) -> int:
    """Count the tokens after the cursor that belong to the current condition or clause.

    If a parenthesis is missing, the last one there closes an outer one.
    """
    kinds = [kind for kind, _ in before]
    pending = kinds.count("BETWEEN") - kinds.count("AND")
    depth = 0
    for index, kind in enumerate(tail.kinds):
        depth += (kind == "LPAR") - (kind == "RPAR")
        pending += kind == "BETWEEN"
        if kind == "AND" and pending > 0:
            pending -= 1
        elif depth < 0 and is_in_list(kinds) and opened <= 0:
            return index + 1
        elif depth < 0 or kind == END or (depth == 0 and kind in _ENDING - {"RPAR"}):
            return index
    return count(tail)


def is_in_list(kinds: list[str]) -> bool:
    """Return whether a condition ends within the parentheses of its list or call."""
    return kinds.count("LPAR") > kinds.count("RPAR")


def _closers(tail: Tokens) -> int:
    """Count the parentheses that are opened before the cursor and closed after it."""
    depth = found = 0
    for kind in tail.kinds:
        depth += (kind == "LPAR") - (kind == "RPAR")
        if depth < 0:
            found += 1
            depth = 0
    return found
