"""What people write where the tables cannot go on, and what they meant.

Each repair reports one fault and changes the tokens to come, or those that were read last, to what
the text says once the fault's fix is applied.  A repair looks at what is there by kind, never at
how it was reached, so that mending one fault does not change what is said about the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.lexer import END
from imsquery.repairs.clauses import (
    behind_by,
    behind_clause,
    behind_limit,
    behind_order,
    enclosed_clauses,
    order_by,
    skip_offset,
    sorts_by,
)
from imsquery.repairs.joints import (
    at_condition,
    behind_condition,
    close_parentheses,
    prefix,
    surplus,
)
from imsquery.repairs.predicates import (
    asks_presence,
    behind_is,
    behind_name,
    behind_not,
    compares_by_colon,
    exclusive_or,
    presence_before,
    split_colon,
)
from imsquery.repairs.values import at_value, behind_in, called_clock, in_between, in_list, time_ago
from imsquery.repairs.wording import ENDS, ORDER_BY, SORT, last_span

if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.recovery import Recovery


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
