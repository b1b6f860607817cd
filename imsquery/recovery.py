"""Reading on after a syntax error: every fault is reported, and what is around it is read.

Only texts that do not parse come here.  They are split into tokens once more, with their characters
mended (:mod:`imsquery.scanning`), and run through the same tables; where those cannot go on, a
repair (:mod:`imsquery.repairs`) says what is wrong and puts in, drops or replaces tokens.  What is
left parses, and goes to the algebra like any other text.

Two rules keep the findings true.  What the algebra reads is the text with the fix of every syntax
finding applied, so that a fix changes nothing about the other findings.  And where there is no fix,
the whole condition is *broken*: the algebra learns where it stands, and nothing follows from it.
Findings about how conditions go together (``contradiction``, ``requires``, ``mixed-and-or``, …) are
hence as reliable as those about one condition: all are what the mended text would give.

The cost is linear: no token is read again but those of the condition that is given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery._tables import ACTIONS, GOTOS, RULES
from imsquery.lexer import END, Tokens
from imsquery.repairs import foresee, repair
from imsquery.scanning import NEVER_CLOSED, SURPLUS, Piece, Scanner

if TYPE_CHECKING:
    from typing import Any

    from imsquery.parser import Algebra

PARENTHESES = frozenset({NEVER_CLOSED, SURPLUS})

_MOST_FAULTS = 4_000  # a text of nothing but faults must be answered within a second

BROKEN = "BROKEN"
"""Kind of a token that stands for a whole condition; the tables do not know it."""

# The states of the parser, topmost first: a chain, so that going back costs nothing.
Stack = tuple[int, "Stack | None"]

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


def recover(tokens: Tokens, algebra: Algebra) -> Any:
    """Read a text that does not parse.

    Args:
        tokens: of the text.
        algebra: takes the findings; from now on its tokens are those of the mended text.

    Returns:
        What the algebra made of it.
    """
    recovery = Recovery(tokens.text, algebra)
    mended = _tokens(tokens.text, recovery.run())
    algebra.reread(mended)
    algebra.may_enclose = recovery.is_straight and BROKEN not in mended.kinds
    return _read(mended, algebra)


def _tokens(text: str, pieces: list[Piece]) -> Tokens:
    """Give the tokens of a text after all repairs, each where it stands in the text as it is."""
    # A broken condition that begins with a name is two tokens: the name is looked up, too.
    flat: list[Piece] = []
    for piece in pieces:
        flat += (piece.name, piece) if piece.name else (piece,)
    return Tokens.of(text, [(each.kind, each.lexeme, (each.start, each.end)) for each in flat])


def _read(tokens: Tokens, algebra: Algebra) -> Any:
    """Run the tables over mended tokens: as ``parse_tokens``, with broken conditions."""
    kinds = tokens.kinds
    states = [0]
    values: list[Any] = []
    index = 0
    while True:
        kind = kinds[index]
        last = index + (kind == "WORD" and kinds[index + 1] == BROKEN)
        if kinds[last] == BROKEN:
            values.append(algebra.broken(index, last))
            states.append(GOTOS[states[-1]]["predicate"])
            index = last + 1
            continue
        action = ACTIONS[states[-1]][kind]
        if action >= 0:
            if kind == END:
                return values[0]
            values.append(index)
            states.append(action)
            index += 1
            continue
        left, length, method = algebra.rules[~action]
        if method is not None:
            arguments = values[len(values) - length :]
            del values[len(values) - length :]
            values.append(method(algebra, *arguments))
        del states[len(states) - length :]
        states.append(GOTOS[states[-1]][left])


def shift(stack: Stack, kind: str) -> Stack | None:
    """Give the states after a token; ``None`` where it cannot stand."""
    if kind == BROKEN:
        after = GOTOS[stack[0]].get("predicate")
        return None if after is None else (after, stack)
    while True:
        action = ACTIONS[stack[0]].get(kind)
        if action is None:
            return None
        if action >= 0:
            return action, stack
        left, length, _ = RULES[~action]
        for _ in range(length):
            assert stack[1] is not None  # noqa: S101 -- what is reduced was shifted
            stack = stack[1]
        stack = GOTOS[stack[0]][left], stack


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

    def run(self) -> list[Piece]:
        """Read to the end; give the tokens that parse."""
        while True:
            piece = None
            while piece is not self.peek():  # what comes next may be another token then
                piece = self.peek()
                foresee(self)
            if self.take():
                if self.read[-1].kind == END:
                    return self.read
            else:
                if self._faults > _MOST_FAULTS:
                    del self._rest[1:]  # the end stays
                repair(self)

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
        if not self.expects_condition and self.before() in {"RPAR", "ALL", "NONE", BROKEN}:
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
        self.put(Piece(BROKEN, "", start, end, name=name))
        if joined:
            self.insert("AND", "and", start)
