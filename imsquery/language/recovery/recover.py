"""Reading on after a syntax error: every fault is reported, and what is around it is read.

Only texts that do not parse come here.  They are split into tokens once more, with their characters
mended (:mod:`~imsquery.language.recovery.scanner`), and run through the same tables; where those
cannot go on, a repair says what is wrong and puts in, drops or replaces tokens.  What is left
parses, and goes to the algebra like any other text.

Two rules keep the findings true.  What the algebra reads is the text with the fix of every syntax
finding applied, so that a fix changes nothing about the other findings.  And where there is no fix,
the whole condition is *broken*: the algebra learns where it stands, and nothing follows from it.
Findings about how conditions go together (``contradiction``, ``requires``, ``mixed-and-or``, …) are
hence as reliable as those about one condition: all are what the mended text would give.

The cost is linear: no token is read again but those of the condition that is given up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens
from imsquery.language.recovery.clauses import (
    behind_by,
    behind_clause,
    behind_limit,
    behind_order,
    enclosed_clauses,
    order_by,
    skip_offset,
    sorts_by,
)
from imsquery.language.recovery.connectives import (
    at_condition,
    behind_condition,
    close_parentheses,
    prefix,
    surplus,
)
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.predicates import (
    asks_presence,
    behind_is,
    behind_name,
    behind_not,
    compares_by_colon,
    exclusive_or,
    presence_before,
    split_colon,
)
from imsquery.language.recovery.state import ENDS, ORDER_BY, SORT, Recovery, last_span
from imsquery.language.recovery.values import (
    at_value,
    behind_in,
    called_clock,
    in_between,
    in_list,
    time_ago,
)

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
    recovery = Recovery(tokens.text, algebra)
    pieces = _run(recovery)
    mended = Tokens.of(tokens.text, [(p.kind, p.lexeme, (p.start, p.end)) for p in pieces])
    algebra.reread(mended)
    algebra.may_enclose = recovery.is_straight and "BROKEN" not in mended.kinds
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
    """Put right what the tables would take for something else."""
    piece = recovery.peek()
    if piece.kind != "WORD" or recovery.expects_value:
        return
    lowered = piece.lexeme.lower()
    if recovery.expects_condition and compares_by_colon(recovery):
        split_colon(recovery)
    elif not recovery.read and lowered in {"where", "select", "filter", "having"}:
        prefix(recovery)
    elif lowered in SORT and recovery.peek(1).kind == "BY":
        order_by(recovery, 2)
    elif sorts_by(recovery) or (lowered in ORDER_BY and recovery.peek(1).kind == "WORD"):
        order_by(recovery, 1)
    elif lowered in {"offset", "skip"} and recovery.peek(1).lexeme.isdecimal():
        skip_offset(recovery)
    elif lowered == "xor" and not recovery.expects_condition:
        exclusive_or(recovery)
    elif recovery.expects_condition and asks_presence(recovery):
        presence_before(recovery)


def repair(recovery: Recovery) -> None:
    """Mend what keeps the next token from being read; give the condition up where nothing helps."""
    if recovery.expects_condition:
        mend: Callable[[Recovery], bool] = at_condition
    elif recovery.expects_value:
        mend = at_value
    else:
        mend = _BEHIND.get(recovery.before(), _elsewhere)
    if not mend(recovery) and not (mend is not _elsewhere and _elsewhere(recovery)):
        _generic(recovery)


def _generic(recovery: Recovery) -> None:
    piece = recovery.peek()
    expected = recovery.expected()
    if piece.kind in ENDS:
        span = last_span(recovery)
        recovery.say(f"{expected} is expected behind this", span)
    else:
        span = (piece.start, piece.end)
        recovery.say(f"this cannot stand here; expected {expected}", span)
    recovery.give_up()


def _elsewhere(recovery: Recovery) -> bool:
    piece = recovery.peek()
    if piece.kind == "RPAR" and recovery.depth == 0:
        return surplus(recovery)
    if piece.kind == "LPAR" and (called_clock(recovery) or time_ago(recovery)):
        return True
    if recovery.accepts("COMMA"):
        return in_list(recovery)
    if recovery.accepts("AND") and not recovery.accepts("OR"):
        return in_between(recovery)
    if recovery.depth > 0 and (piece.kind == END or recovery.begins_clause()):
        return enclosed_clauses(recovery) or close_parentheses(recovery)
    if recovery.accepts("OPERATOR"):
        return behind_name(recovery)
    if recovery.accepts("AND"):
        return behind_condition(recovery)
    return recovery.is_behind_clause and behind_clause(recovery)


_BEHIND: dict[str, Callable[[Recovery], bool]] = {
    "NOT": behind_not,
    "IN": behind_in,
    "IS": behind_is,
    "ORDER": behind_order,
    "BY": behind_by,
    "LIMIT": behind_limit,
}
