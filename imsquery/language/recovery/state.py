"""A text on its way through the tables: where it is, and how a rule mends it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise

from imsquery.diagnostics.edits import Safe, clip, spaced
from imsquery.language._tables import ACTIONS, GOTOS
from imsquery.language.algebra import Algebra
from imsquery.language.clock import reads_clock
from imsquery.language.lalr import Stack, shift
from imsquery.language.lexer import END, ERROR, NAMES, Tokens
from imsquery.language.recovery.phrases import (
    CLAUSES_IN_WORDS,
    JOINTS_IN_WORDS,
    OPERATORS_IN_WORDS,
    Phrase,
)
from imsquery.language.recovery.piece import (
    AFTER_NAMES,
    CLAUSES,
    CONNECTIVES,
    COUNTS,
    ENDS,
    KEYWORD_KINDS,
    NEGATABLE,
    VALUES,
    Edit,
    Part,
    Piece,
    apply,
    extent,
    show,
    title_of,
    tokens_of,
)
from imsquery.language.recovery.scanner import Scanner
from imsquery.language.recovery.vocabulary import AGO, DIRECTIONS, ORDER_BY, SORT, SORT_MARKS

Place = tuple[int, int]

_MOST_FAULTS = 1_000  # more than anyone reads; the rest of a text of nothing but faults is left
_AFTER_CLAUSES = VALUES | {"OPERATOR"}
_AFTER_CLAUSE_IN_WORDS = CLAUSES | {"PER", "RPAR", END}
_SORTS = SORT | ORDER_BY
_LOOKED_INTO = frozenset({END, ERROR, "COLON"})
# The states of the tables where a condition, or a value, is expected.
_AT_CONDITION = frozenset(state for state, row in enumerate(GOTOS) if "predicate" in row)
_AT_VALUE = frozenset(state for state, row in enumerate(ACTIONS) if "STRING" in row)

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
    "IGNORING": "`ignoring case`",
    "CASE": "`case`",
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
    "SKIP": "`skip`",
    "PER": "`per`",
    "AFTER": "`after`",
    END: "the end of the text",
}
"""What to call each terminal of a text."""


class Recovery:
    """One text on its way through the tables.

    Attributes:
        text: as it was written.
        read: the tokens that the tables took.
        algebra: what the tokens are for; it knows which names there are.
        unclosed: the number of open parentheses in what was given up.
        is_straight: no parenthesis is missing or unmatched.
        late: clauses to be read at the end, once all else is complete.
        is_mended: each fault so far has a fix, so that the fixes leave nothing but what is read.
    """

    def __init__(self, tokens: Tokens, algebra: Algebra) -> None:
        self.text = tokens.text
        self.algebra = algebra
        self.read: list[Piece] = []
        self.unclosed = 0
        self.late: list[list[Piece]] = []
        self.is_mended = True
        self._is_sql = False
        self._faults = 0
        scanner = Scanner(tokens, self.say)
        self._rest = scanner.scan()[::-1]
        self.is_straight = scanner.is_balanced
        start: Stack = (0, None)
        self._stacks = [start]  # before the first token, and after each that was read
        self._depths = [0]  # open parentheses, likewise
        self._calls = [False]  # whether the innermost one is that of a call, likewise

    def take(self) -> bool:
        """Read the next token; return whether the tables accept it."""
        piece = self._rest[-1]
        kind = piece.kind
        stack = shift(self._stacks[-1], kind)
        if stack is None:
            return False
        depth, is_call = self._depths[-1], self._calls[-1]
        if kind == "LPAR":
            depth, is_call = depth + 1, self.before() == "WORD"
        elif kind == "RPAR":
            depth, is_call = depth - 1, False
        self.read.append(self._rest.pop())
        self._stacks.append(stack)
        self._depths.append(depth)
        self._calls.append(is_call)
        return True

    def take_plain(self, meant: Container[str]) -> None:
        """Read tokens as long as the tables accept them and none can be meant for anything else.

        Args:
            meant: the words that may be, other than as values.
        """
        rest, states = self._rest, self._stacks
        while True:
            piece, state = rest[-1], states[-1][0]
            if piece.kind in _LOOKED_INTO or piece.is_bare:
                return
            if state not in _AT_VALUE:
                word = piece.lexeme.lower()
                if word in meant or ":" in word:
                    return
                if state in _AT_CONDITION and (
                    rest[-2].kind == "LPAR" or self.peek(3).kind == "OPERATOR"
                ):
                    return  # a call or a range
            if not self.take():
                return

    def give_way(self) -> None:
        """Skip the rest of a text with too many faults, up to its end."""
        if self._faults > _MOST_FAULTS:
            del self._rest[1:]

    def say(self, message: str, span: Place, *fixes: tuple[str, list[Edit]]) -> bool:
        """Report a fault, or once there are too many, that the rest is not checked.

        Returns:
            Whether there may be more.
        """
        self._faults += 1
        self.is_mended &= bool(fixes)
        if self._faults <= _MOST_FAULTS:
            self.algebra.report("syntax", message, span, *fixes)
        elif self._faults == _MOST_FAULTS + 1:
            message = f"more than {_MOST_FAULTS:,} errors; the rest is not checked"
            self.algebra.report("syntax", message, (span[0], len(self.text)))
            self.is_mended = False
        return self._faults <= _MOST_FAULTS

    # -- where the text is

    @property
    def depth(self) -> int:
        """The number of open parentheses."""
        return self._depths[-1]

    @property
    def expects_condition(self) -> bool:
        """Whether a condition may begin here."""
        return self._stacks[-1][0] in _AT_CONDITION

    @property
    def expects_value(self) -> bool:
        """Whether a value of a condition, or of ``after``, may be read here."""
        return self._stacks[-1][0] in _AT_VALUE

    @property
    def is_after_value(self) -> bool:
        """Whether such a value was read last."""
        return self.before() in VALUES and self._stacks[-2][0] in _AT_VALUE

    @property
    def is_in_list(self) -> bool:
        """Whether a value of a list was read last."""
        return self.accepts("COMMA") and not self.is_after_clause

    @property
    def is_in_call(self) -> bool:
        """Whether an argument of a function was read last."""
        return self.is_in_list and self._calls[-1]

    @property
    def is_in_range(self) -> bool:
        """Whether the first end of ``between`` was read last."""
        return self.accepts("AND") and not self.accepts("OR")

    @property
    def is_after_clause(self) -> bool:
        """Whether a whole clause was read last."""
        return self.accepts("ORDER") and not (self.accepts("AND") or self.expects_condition)

    def accepts(self, kind: str) -> bool:
        """Return whether a terminal may be read here."""
        return shift(self._stacks[-1], kind) is not None

    def before(self, back: int = 1) -> str:
        """Return the kind of the token read last, or earlier; empty without one."""
        return self.read[-back].kind if back <= len(self.read) else ""

    @property
    def last_place(self) -> Place:
        """The offsets of the token read last."""
        return extent(self.read[-1], self.read[-1]) if self.read else (0, 0)

    def expected(self) -> str:
        """Return what may follow here, in words."""
        if self.expects_condition:
            return "a condition"
        if self.expects_value:
            return "a value"
        if self.is_after_clause:
            return "a clause or the end"
        if self.accepts("OR"):
            return "an operator, `and` or `or`" if self.accepts("OPERATOR") else "`and` or `or`"
        if self.before() in COUNTS:
            return "a number or a `$placeholder`"
        phrases = [phrase for kind, phrase in WORDS.items() if self.accepts(kind)]
        return " or ".join([", ".join(phrases[:-1]), phrases[-1]] if phrases[1:] else phrases)

    # -- what comes next

    def peek(self, ahead: int = 0) -> Piece:
        """Return a token to come; past the last one, the end."""
        rest = self._rest
        return rest[~ahead] if ahead < len(rest) else rest[0]

    def ahead(self, count: int) -> list[Piece]:
        """Return the next tokens."""
        return [self.peek(each) for each in range(count)]

    def begins_clause(self, ahead: int = 0) -> bool:
        """Return whether a clause begins with a token to come."""
        kind, following = self.peek(ahead).kind, self.peek(ahead + 1).kind
        return kind == "ORDER" or (kind in CLAUSES and following in _AFTER_CLAUSES)

    def begins_condition(self, ahead: int = 0) -> bool:
        """Return whether a condition begins with a token to come."""
        kind, lexeme = self.peek(ahead).kind, self.peek(ahead).lexeme
        following = self.peek(ahead + 1)
        if kind == "NOT":
            return following.kind not in NEGATABLE | ENDS
        if kind in {"LPAR", "ALL", "NONE"}:
            return True
        if kind not in NAMES:
            return False
        if following.kind in AFTER_NAMES:
            return True
        if following.kind == "LPAR" and kind == "WORD":
            return not (lexeme.lower() == AGO or reads_clock(lexeme))
        phrase = OPERATORS_IN_WORDS.find(self.peek, ahead + 1)
        if following.kind == "NOT":
            negated = OPERATORS_IN_WORDS.find(self.peek, ahead + 2)
            kinds = NEGATABLE | {"OPERATOR"}
            return bool(phrase or negated) or self.peek(ahead + 2).kind in kinds
        if phrase is not None and following.kind != "AFTER":  # that may be a clause
            return not phrase.takes_value or self.peek(ahead + 1 + phrase.count).kind in VALUES
        if following.kind == "WORD" and following.lexeme[0] == ":":
            return True
        if following.kind in VALUES and (lexeme[-1] == ":" or self.algebra.takes_arguments(lexeme)):
            return True
        return self.algebra.is_standalone(lexeme)

    def begins_value(self, ahead: int = 0) -> bool:
        """Return whether a value begins with a token to come; a keyword may be meant as one."""
        kind, following = self.peek(ahead).kind, self.peek(ahead + 1)
        if kind == "LPAR":
            return following.kind in VALUES and self.peek(ahead + 2).kind == "RPAR"
        if kind not in KEYWORD_KINDS:
            return kind in VALUES
        sorts = following.lexeme.lower() in _SORTS
        if following.kind in ENDS or following.kind == "COMMA" or sorts:
            return True
        is_joint = kind in {"AND", "OR", "NOT", "AFTER"} | COUNTS
        return not is_joint and self.begins_condition(ahead + 1)

    def ignores_case(self, ahead: int = 0) -> bool:
        """Return whether ``ignoring case`` comes next."""
        return [each.kind for each in (self.peek(ahead), self.peek(ahead + 1))] == [
            "IGNORING",
            "CASE",
        ]

    def ends_condition(self, ahead: int) -> bool:
        """Return whether a condition ends before a token to come, whatever it may lack."""
        piece = self.peek(ahead)
        is_end = piece.kind in ENDS or piece.kind == "COMMA" or self.ignores_case(ahead)
        return is_end or self.begins_words(ahead) or self.begins_condition(ahead)

    def begins_words(self, ahead: int) -> bool:
        """Return whether a clause or connective in words begins with a token to come."""
        is_sort = self.peek(ahead).lexeme.lower() in _SORTS
        return is_sort or bool(self.clause_in_words(ahead) or self.joint_in_words(ahead))

    def clause_in_words(self, ahead: int = 0) -> Phrase | None:
        """Return the clauses in words to come, where nothing but more clauses follows."""
        phrase = CLAUSES_IN_WORDS.find(self.peek, ahead)
        if phrase is None:
            return None
        following = ahead + phrase.count
        if self.peek(following).kind in _AFTER_CLAUSE_IN_WORDS:
            return phrase
        return phrase if CLAUSES_IN_WORDS.find(self.peek, following) else None

    def joint_in_words(self, ahead: int = 0) -> Phrase | None:
        """Return the connective in words to come, where a condition follows."""
        phrase = JOINTS_IN_WORDS.find(self.peek, ahead)
        return phrase if phrase and self.begins_condition(ahead + phrase.count) else None

    # -- repairs: tokens and fix come from one description

    def remove(self, *pieces: Piece, message: str = "") -> None:
        """Report tokens that do not belong here, and leave them out."""
        self.change(message or f"unexpected `{show(pieces)}`", (pieces, ""))

    def rewrite(
        self,
        pieces: Sequence[Piece],
        new: str,
        message: str = "",
        title: str = "",
        *,
        is_safe: bool = True,
    ) -> None:
        """Report tokens that are written otherwise here, and read them as new text."""
        message = message or f"use `{clip(new)}`, not `{show(pieces)}`"
        self.change(message, (pieces, new), title=title, is_safe=is_safe)

    def add(self, new: str, message: str = "", *, span: Place | None = None) -> None:
        """Report that something is missing before the next token, and add it.

        Closing punctuation goes right after the token read last.
        """
        following = self.peek()
        message = message or f"missing `{new}`"
        parts: tuple[Part, ...] = ((), new), following
        if new in {")", ","}:
            parts = self.read[-1], ((), new)
        self.change(message, *parts, span=span or extent(following, following))

    def change(
        self,
        message: str,
        *parts: Part,
        span: Place | None = None,
        title: str = "",
        is_safe: bool = False,
        marks_sql: bool = False,
    ) -> None:
        """Report a fault in a run of tokens, and mend it.

        Args:
            message: what is wrong.
            parts: the run, from tokens read last to those that come next.  A token by itself is
                kept.  Tokens with a text are replaced by what it is lexed as; without any, the
                text is added before the part that follows, or else after the one before.
            span: what the message is about; by default, all that is replaced.
            title: of the fix; by default, what it writes, adds or removes.
            is_safe: the meaning is certain.
            marks_sql: the text is SQL, where an order without a direction is ascending.
        """
        self._withdraw([each for part in parts for each in tokens_of(part)])
        old = [each for part in parts if not isinstance(part, Piece) for each in part[0]]
        pieces, edits = apply(self.text, parts)
        title = title or title_of(self.text, old, edits)
        edits += self._ascending() if marks_sql and not self._is_sql else []
        fix = Safe(title, edits) if is_safe else (title, edits)
        # What another repair added is not in the text: that one's fix comes first.
        is_written = all(each.start < each.end for each in old)
        self.say(message, span or extent(old[0], old[-1]), *([fix] if is_written else []))
        self.put(*pieces)

    def _ascending(self) -> list[Edit]:
        """Add the direction that each key of an order to come has in SQL."""
        self._is_sql = True
        rest = self._rest[::-1]
        kinds = [piece.kind for piece in rest]
        orders = (at for at, each in enumerate(pairwise(kinds), 2) if each == ("ORDER", "BY"))
        start = end = next(orders, len(kinds))
        keys: list[Piece] = []
        edits: list[Edit] = []
        while kinds[end : end + 1] == ["WORD"]:
            length = 1 + is_direction(rest[end + 1])
            keys += rest[end : end + length]
            if length == 1 and not _is_marked(keys[-1]):
                at = keys[-1].end
                keys.append(Piece("DIRECTION", "asc", at, at))
                edits.append(spaced(self.text, at, at, "asc"))
            end += length
            if kinds[end] != "COMMA":
                break
            keys.append(rest[end])
            end += 1
        self._rest = [*rest[:start], *keys, *rest[end:]][::-1]
        return edits

    def _withdraw(self, pieces: list[Piece]) -> None:
        """Take back those of the tokens that were read, and drop those to come."""
        back = len(pieces)
        while back and not (back <= len(self.read) and self.read[-back] is pieces[0]):
            back -= 1
        for _ in range(back):
            self.take_back()
        self.drop(len(pieces) - back)

    # -- tokens moved

    def put(self, *pieces: Piece) -> None:
        """Put tokens before those to come."""
        self._rest.extend(reversed(pieces))

    def drop(self, count: int = 1) -> list[Piece]:
        """Leave out tokens to come."""
        return [self._rest.pop() for _ in range(count)]

    def take_back(self) -> Piece:
        """Undo the reading of the token read last; return it."""
        self._stacks.pop()
        self._depths.pop()
        self._calls.pop()
        return self.read.pop()

    def take_back_clause(self) -> list[Piece]:
        """Undo the reading of the clause read last; return its tokens."""
        taken = [self.take_back()]
        while taken[-1].kind not in CLAUSES:
            taken.append(self.take_back())
        return taken[::-1]

    # -- conditions given up

    def give_up(self) -> None:
        """Replace what was begun, up to the next joint, by a broken condition; drop a clause."""
        begun: list[Piece] = []
        if not self.expects_condition and self.before() in {"RPAR", "ALL", "NONE", "BROKEN"}:
            # What is read is complete: something else is broken here.
            skipped = self._skip() or self.drop(self.peek().kind != END)
            self._break(skipped, joined=True)
            return
        if self.is_after_clause:
            # Nothing but clauses follows a clause.
            self.drop(self.peek().kind != END)
            self._skip()
            return
        while not self.expects_condition:
            begun.append(self.take_back())
            if self._is_clause(begun):
                self._skip()
                return
        pieces = [*reversed(begun), *self._skip()]
        if any(piece.kind == "BETWEEN" for piece in pieces) and self.peek().kind == "AND":
            # This `and` may be that of `between`.
            is_own = any(piece.kind == "AND" for piece in pieces)
            if not is_own and self.peek(1).kind in _AFTER_CLAUSES and self.peek(2).kind in ENDS:
                pieces += [*self.drop(), *self._skip()]
        self._break(pieces)

    def _skip(self) -> list[Piece]:
        """Drop what goes up to the next connective, clause, closing parenthesis or the end."""
        skipped: list[Piece] = []
        depth = 0
        while self.peek().kind != END:
            kind = self.peek().kind
            is_joint = kind in CONNECTIVES or (kind == "RPAR" and self.depth)
            if depth == 0 and (is_joint or self.begins_clause()):
                break
            depth = max(0, depth + (kind == "LPAR") - (kind == "RPAR"))
            skipped += self.drop()
        self.unclosed += depth
        return skipped

    def _is_clause(self, begun: list[Piece]) -> bool:
        """Return whether what was taken back, last token first, began a clause."""
        if begun[-1].kind not in COUNTS or not self.expects_condition:
            return begun[-1].kind in CLAUSES
        return not self.read and (len(begun) == 1 or begun[-2].kind == "WORD")

    def _break(self, pieces: list[Piece], *, joined: bool = False) -> None:
        """Put a broken condition in the place of tokens, after the name they begin with."""
        at = self.read[-1].end if self.read else self.peek().start
        start, end = extent(pieces[0], pieces[-1]) if pieces else (at, at)
        name = pieces[:1] if [each.kind for each in pieces[:1]] == ["WORD"] else []
        if len(pieces) == 1 or (name and pieces[1].kind == "LPAR"):
            name = []
        self.put(*name, Piece("BROKEN", "", pieces[1].start if name else start, end))
        if joined:
            self.put(Piece("AND", "and", start, start))


def is_direction(piece: Piece) -> bool:
    """Return whether a token is the direction of a sort key, in any language."""
    return piece.kind == "DIRECTION" or piece.lexeme.lower() in DIRECTIONS


def _is_marked(key: Piece) -> bool:
    """Return whether a sort key has the mark of a direction, such as ``-name``."""
    return any(mark in {key.lexeme[:1], key.lexeme[-len(mark) :].lower()} for mark in SORT_MARKS)
