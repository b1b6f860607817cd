"""What repairs look at, and how they spell fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imsquery.diagnostics.edits import spaced, without
from imsquery.language._tables import ACTIONS, GOTOS, KEYWORDS
from imsquery.language.algebra import Algebra
from imsquery.language.lalr import Stack, shift
from imsquery.language.lexer import END
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.scanner import NEVER_CLOSED, SURPLUS, Scanner
from imsquery.language.recovery.vocabulary import WORD_OPERATORS

if TYPE_CHECKING:
    Fix = tuple[str, list[tuple[int, int, str]]]

VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})
CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})
ENDS = CLAUSES | {"AND", "OR", "RPAR", END}
CONNECTIVES = frozenset({"AND", "OR"})
AFTER_NAMES = frozenset({"OPERATOR", "IN", "BETWEEN", "MATCH", "IS"})
NEGATABLE = frozenset({"IN", "BETWEEN", "MATCH"})
SORT = frozenset({"sort", "sorted", "ordered"})
ORDER_BY = frozenset({"order_by", "orderby", "sort_by", "sortby"})
KEYWORD_KINDS = frozenset(KEYWORDS.values())
ABSENT = frozenset({"null", "nil", "none", "empty", "missing", "undefined"})
# Words behind a name by which other languages ask whether it is there.
PRESENCE = {
    "exists": "present", "exist": "present", "notnull": "present", "isnotnull": "present",
    "null": "absent", "isnull": "absent", "missing": "absent", "undefined": "absent",
}  # fmt: skip


def clip(text: str) -> str:
    """Shorten what was written, for a message."""
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004


def last_span(recovery: Recovery) -> tuple[int, int]:
    """Give the place of what was read last, for a fault that is that nothing follows."""
    if not recovery.read:
        return (0, 0)
    return recovery.read[-1].start, recovery.read[-1].end


def extent(first: Piece, last: Piece) -> tuple[int, int]:
    """Give the place of several tokens."""
    return first.start, last.end


def removal(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that takes tokens out."""
    return "remove it", [without(recovery.text, start, end)]


def writing(recovery: Recovery, start: int, end: int, new: str) -> Fix:
    """Give the fix that writes something in the place of tokens, or between two."""
    verb = "add" if start == end else "write"
    return f"{verb} `{clip(new)}`", [spaced(recovery.text, start, end, new)]


def equals_sign(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that writes ``=``, with a space on either side."""
    text = recovery.text
    before = "" if text[start - 1].isspace() else " "
    after = "" if text[end : end + 1].isspace() else " "
    return "write `=`", [(start, end, f"{before}={after}")]


def ends_condition(recovery: Recovery, ahead: int) -> bool:
    """Tell whether a condition ends before a token to come, whatever may be missing there."""
    piece = recovery.peek(ahead)
    if piece.kind in ENDS or piece.kind == "COMMA" or piece.lexeme.lower() in SORT | ORDER_BY:
        return True
    return begins_condition(recovery, ahead)


def begins_condition(recovery: Recovery, ahead: int = 0) -> bool:
    """Tell whether a condition begins with what is to come."""
    kind = recovery.peek(ahead).kind
    following = recovery.peek(ahead + 1).kind
    if kind == "NOT":
        return following not in NEGATABLE | ENDS
    if kind in {"LPAR", "ALL", "NONE"}:
        return True
    if kind not in {"WORD", "LIMIT"}:
        return False
    if following in AFTER_NAMES or (following == "LPAR" and kind == "WORD"):
        return True
    if following == "NOT":
        third = recovery.peek(ahead + 2)
        says_presence = third.kind == "PRESENCE" or third.lexeme.lower() in PRESENCE.keys() | ABSENT
        return third.kind in NEGATABLE or says_presence
    if following == "WORD" and recovery.peek(ahead + 1).lexeme.lower() in PRESENCE:
        return True
    if following == "WORD" and recovery.peek(ahead + 1).lexeme.lower() in WORD_OPERATORS:
        return recovery.peek(ahead + 2).kind in VALUES
    algebra, lexeme = recovery.algebra, recovery.peek(ahead).lexeme
    if following in VALUES and algebra.takes_arguments(lexeme):
        return True
    return algebra.stands_alone(lexeme)


PARENTHESES = frozenset({NEVER_CLOSED, SURPLUS})


_MOST_FAULTS = 4_000  # a text of nothing but faults must be answered within a second


_CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})


_ENDS = _CLAUSES | {"AND", "OR", "RPAR", END}


_CLAUSE_VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER", "OPERATOR"})


WORDS = {
    "NOT": "`not`",
    "ALL": "`all`",
    "NONE": "`none`",
    "WORD": "a name",
    "STRING": "a value",
    "LPAR": "`(`",
    "PLACEHOLDER": "a `$placeholder`",
    "OPERATOR": "an operator such as `=`",
    "IN": "`in`",
    "BETWEEN": "`between`",
    "MATCH": "`contains`, `startswith`, `endswith`, `glob` or `matches`",
    "IS": "`is`",
    "PRESENCE": "`present` or `absent`",
    "AND": "`and`",
    "OR": "`or`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "ORDER": "`order by`",
    "BY": "`by`",
    "DIRECTION": "`asc` or `desc`",
    "LIMIT": "`limit`",
    "AFTER": "`after`",
    END: "the end of the text",
}
"""Each terminal in words."""


class Recovery:
    """One text on its way through the tables.

    Attributes:
        text: as it was written.
        read: what the tables took.
        algebra: what the tokens are for: it knows which names there are.
        unclosed: how many parentheses were left out, and are not closed.
        is_straight: no parenthesis is missing or surplus, and no token stands elsewhere.
    """

    def __init__(self, text: str, algebra: Algebra) -> None:
        self.text = text
        self.algebra = algebra
        self.read: list[Piece] = []
        self.unclosed = 0
        self.is_straight = True
        self._faults = 0
        self._rest = Scanner(text, self.say).scan()[::-1]
        start: Stack = (0, None)
        self._stacks = [start]  # before the first token, and behind each that was read
        self._depths = [0]  # open parentheses, likewise

    def take(self) -> bool:
        """Read the next token, if it can stand here."""
        piece = self._rest[-1]
        stack = shift(self._stacks[-1], piece.kind)
        if stack is None:
            return False
        self.read.append(self._rest.pop())
        self._stacks.append(stack)
        self._depths.append(self.depth + (piece.kind == "LPAR") - (piece.kind == "RPAR"))
        return True

    def give_way(self) -> None:
        """Skip the rest, but for its end, of a text with too many faults."""
        if self._faults > _MOST_FAULTS:
            del self._rest[1:]

    def say(self, message: str, span: tuple[int, int], *fixes: Any) -> None:
        """Report a fault; of too many, that the rest goes unsaid."""
        self.is_straight &= message not in PARENTHESES
        self._faults += 1
        if self._faults <= _MOST_FAULTS:
            self.algebra.report("syntax", message, span, *fixes)
        elif self._faults == _MOST_FAULTS + 1:
            message = f"more than {_MOST_FAULTS:,} faults; the rest is not looked at"
            self.algebra.report("syntax", message, (span[0], len(self.text)))

    # -- where the text is

    @property
    def depth(self) -> int:
        """How many parentheses are open."""
        return self._depths[-1]

    @property
    def expects_condition(self) -> bool:
        """Whether a condition may begin here."""
        return "predicate" in GOTOS[self._stacks[-1][0]]

    @property
    def expects_value(self) -> bool:
        """Whether a value of a condition, or of ``after``, may stand here."""
        return "STRING" in ACTIONS[self._stacks[-1][0]]

    @property
    def is_behind_clause(self) -> bool:
        """Whether a whole clause was read last."""
        return self.accepts("ORDER") and not (self.accepts("AND") or self.expects_condition)

    def accepts(self, kind: str) -> bool:
        """Tell whether a terminal may stand here."""
        return shift(self._stacks[-1], kind) is not None

    def peek(self, ahead: int = 0) -> Piece:
        """Give what is to come; behind the end there is the end."""
        return self._rest[max(-1 - ahead, -len(self._rest))]

    @property
    def last_end(self) -> int:
        """Where the last token to come ends."""
        return self._rest[min(1, len(self._rest) - 1)].end

    def begins_clause(self, ahead: int = 0) -> bool:
        """Tell whether a clause begins with what is to come."""
        kind, following = self.peek(ahead).kind, self.peek(ahead + 1).kind
        if kind == "ORDER":
            return True
        return kind in {"LIMIT", "AFTER"} and following in _CLAUSE_VALUES

    def before(self, back: int = 1) -> str:
        """Give the kind of what was read last, or before that; empty where there is nothing."""
        return self.read[-back].kind if back <= len(self.read) else ""

    def expected(self) -> str:
        """Say what may stand here."""
        if self.expects_condition:
            return "a condition"
        if self.expects_value:
            return "a value"
        if self.is_behind_clause:
            return "a clause, or the end"
        if self.accepts("OR"):
            return "an operator, `and` or `or`" if self.accepts("OPERATOR") else "`and` or `or`"
        if self.before() == "LIMIT":
            return "a number or a `$placeholder`"
        phrases = [phrase for kind, phrase in WORDS.items() if self.accepts(kind)]
        return " or ".join([", ".join(phrases[:-1]), phrases[-1]] if phrases[1:] else phrases)

    # -- what repairs are made of

    def put(self, *pieces: Piece) -> None:
        """Put tokens before those to come."""
        self._rest.extend(reversed(pieces))

    def put_last(self, *pieces: Piece) -> None:
        """Put tokens behind all others, before the end."""
        self._rest[1:1] = reversed(pieces)

    def insert(self, kind: str, lexeme: str, at: int) -> None:
        """Put a token that is not in the text before those to come."""
        self.put(Piece(kind, lexeme, at, at))

    def drop(self, count: int = 1) -> list[Piece]:
        """Leave out tokens to come."""
        return [self._rest.pop() for _ in range(count)]

    def take_back_clause(self) -> list[Piece]:
        """Undo the reading of the clause that was read last; give its tokens."""
        count = (
            3 + (self.before() == "DIRECTION") if "BY" in {self.before(2), self.before(3)} else 2
        )
        return [self.take_back() for _ in range(count)][::-1]

    def take_back(self) -> Piece:
        """Undo the last reading; the token is gone."""
        self._stacks.pop()
        self._depths.pop()
        return self.read.pop()

    def skip(self) -> list[Piece]:
        """Leave out what goes up to the next connective, clause, closing parenthesis or the end."""
        skipped: list[Piece] = []
        depth = 0
        while self.peek().kind != END:
            kind = self.peek().kind
            if depth == 0 and (
                kind in {"AND", "OR"} or self.begins_clause() or (kind == "RPAR" and self.depth)
            ):
                break
            depth = max(0, depth + (kind == "LPAR") - (kind == "RPAR"))
            skipped += self.drop()
        self.unclosed += depth
        return skipped

    def give_up(self) -> None:
        """Make what was begun, up to the next joint, one broken condition; drop a clause."""
        begun: list[Piece] = []
        if not self.expects_condition and self.before() in {"RPAR", "ALL", "NONE", "BROKEN"}:
            # What is read is complete: something else is broken here.
            skipped = self.skip() or self.drop(self.peek().kind != END)
            self._break(skipped, joined=True)
            return
        if self.is_behind_clause:
            # Behind a clause, nothing but clauses goes on.
            self.drop(self.peek().kind != END)
            self.skip()
            return
        while not self.expects_condition:
            begun.append(self.take_back())
            if self._is_clause(begun):
                self.skip()
                return
        pieces = [*reversed(begun), *self.skip()]
        if any(piece.kind == "BETWEEN" for piece in pieces) and self.peek().kind == "AND":
            # This `and` may be that of `between`.
            is_own = any(piece.kind == "AND" for piece in pieces)
            if not is_own and self.peek(1).kind in _CLAUSE_VALUES and self.peek(2).kind in _ENDS:
                pieces += [*self.drop(), *self.skip()]
        self._break(pieces)

    def _is_clause(self, begun: list[Piece]) -> bool:
        """Tell whether what was taken back, last token first, began a clause."""
        if begun[-1].kind != "LIMIT" or not self.expects_condition:
            return begun[-1].kind in _CLAUSES
        return not self.read and (len(begun) == 1 or begun[-2].kind == "WORD")

    def _break(self, pieces: list[Piece], *, joined: bool = False) -> None:
        """Put a broken condition in the place of tokens."""
        at = self.read[-1].end if self.read else self.peek().start
        start, end = (pieces[0].start, pieces[-1].end) if pieces else (at, at)
        name = pieces[0] if len(pieces) > 1 and pieces[0].kind == "WORD" else None
        if name is not None and pieces[1].kind == "LPAR":
            name = None
        if name is not None:
            start = pieces[1].start
        self.put(*([name] if name else []), Piece("BROKEN", "", start, end))
        if joined:
            self.insert("AND", "and", start)
