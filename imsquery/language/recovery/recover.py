"""Reading on after a syntax error: every fault is reported, and everything around it is read.

Only texts that do not parse come here.  One that is wholly of another dialect is translated in one
piece (:mod:`~imsquery.language.recovery.dialects.read`).  Others are split into tokens once more,
with their characters mended (:mod:`~imsquery.language.recovery.scanner`), and run through the same
tables; where those cannot go on, the rule for the position says what is wrong and adds, drops or
rewrites tokens.  What is left parses, and goes to the algebra like any other text.

Two rules keep the findings true.  What the algebra reads is the text with the fix of every syntax
finding applied, so that a fix changes nothing about the other findings.  And where there is no fix,
the whole condition is *broken*: the algebra learns where it is, and nothing follows from it.
Findings about how conditions go together (``contradiction``, ``requires``, ``mixed-and-or``, …) are
hence as reliable as those about one condition: all are what the mended text would yield.

The cost is linear: no token is read again but those of a condition that is mended or given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens
from imsquery.language.recovery import clauses, connectives, predicates, values
from imsquery.language.recovery.dialects.read import translate
from imsquery.language.recovery.piece import ENDS, VALUES, Piece, extent
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import EXCLUSIVE_OR, OFFSET, ORDER_BY, PREFIXES, SORT

if TYPE_CHECKING:
    from typing import Any

    from imsquery.language.algebra import Algebra


def recover(tokens: Tokens, algebra: Algebra) -> Any:
    """Read a text that does not parse.

    Args:
        tokens: of the text.
        algebra: takes the findings; from now on its tokens are those of the mended text.

    Returns:
        What the algebra made of it.
    """
    pieces = translate(tokens.text, algebra)
    if pieces is None:
        recovery = Recovery(tokens.text, algebra)
        pieces = _run(recovery)
        algebra.may_enclose = recovery.is_straight and all(p.kind != "BROKEN" for p in pieces)
    mended = Tokens.of(tokens.text, [(p.kind, p.lexeme, (p.start, p.end)) for p in pieces])
    algebra.reread(mended)
    return parse_tokens(mended, algebra)


def _run(recovery: Recovery) -> list[Piece]:
    """Read to the end; return the tokens that parse."""
    while True:
        piece = None
        while piece is not recovery.peek():  # what comes next may be another token then
            piece = recovery.peek()
            foresee(recovery)
        if recovery.take():
            if recovery.read[-1].kind == END:
                return recovery.read
        else:
            recovery.give_way()
            repair(recovery)


def foresee(recovery: Recovery) -> None:
    """Mend what the tables would take for something else."""
    piece = recovery.peek()
    if piece.kind != "WORD" or recovery.expects_value or predicates.split_colon(recovery):
        return
    lowered, following = piece.lexeme.lower(), recovery.peek(1)
    if not recovery.read and lowered in PREFIXES:
        connectives.prefix(recovery)
    elif lowered in SORT and following.kind == "BY":
        clauses.order_by(recovery, 2)
    elif clauses.sorts_by(recovery) or (lowered in ORDER_BY and following.kind == "WORD"):
        clauses.order_by(recovery, 1)
    elif lowered == OFFSET and following.lexeme.isdecimal():
        recovery.rewrite([piece], "skip")
    elif lowered == EXCLUSIVE_OR and not recovery.expects_condition:
        predicates.exclusive_or(recovery)
    elif recovery.expects_condition and predicates.asks_presence(recovery):
        predicates.presence_before(recovery)


def repair(recovery: Recovery) -> None:
    """Mend what keeps the next token from being read; give the condition up if nothing helps."""
    if not any(rule(recovery) for rule in _rules(recovery)):
        _give_up(recovery)


def _rules(recovery: Recovery) -> Iterator[Callable[[Recovery], bool]]:
    """Yield the rules for a position, to be tried in turn: none that fails changes anything."""
    if recovery.expects_condition:
        yield connectives.at_condition
    elif recovery.expects_value:
        yield values.at_value
    elif recovery.before() in _AFTER:
        yield _AFTER[recovery.before()]
    elif recovery.is_after_value:
        yield values.after_value
    kind = recovery.peek().kind
    if kind == "RPAR" and recovery.depth == 0:
        yield connectives.unmatched
    elif recovery.is_in_list:
        yield values.in_list
    elif recovery.is_in_range:
        yield values.in_range
    elif recovery.depth > 0 and (kind == END or recovery.begins_clause()):
        yield from (clauses.enclosed_clauses, connectives.close_parentheses)
    elif recovery.accepts("OPERATOR"):
        yield predicates.after_name
    elif recovery.accepts("AND"):
        yield connectives.after_condition
    elif recovery.is_after_clause:
        yield clauses.after_clause


_AFTER: dict[str, Callable[[Recovery], bool]] = {
    "NOT": predicates.after_not,
    "IN": values.after_in,
    "IS": predicates.after_is,
    "ORDER": clauses.after_order,
    "BY": clauses.after_by,
    "COMMA": clauses.after_key_comma,
    "PER": clauses.after_by,
    "LIMIT": clauses.after_count,
    "SKIP": clauses.after_count,
}


def _give_up(recovery: Recovery) -> None:
    """Report what is expected; no word is quoted, since another fix may rewrite it."""
    piece, expected = recovery.peek(), recovery.expected()
    if piece.kind not in ENDS:
        shown = _NAMES.get(piece.kind, f"`{piece.lexeme.lower()}`")
        recovery.say(f"unexpected {shown}; expected {expected}", extent(piece, piece))
    elif recovery.before() in VALUES or not recovery.read:
        recovery.say(f"expected {expected}", recovery.last_place)
    else:
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"expected {expected} after `{shown}`", recovery.last_place)
    recovery.give_up()


_NAMES = {"WORD": "word", "STRING": "string", "PLACEHOLDER": "placeholder", "ERROR": "character"}
