"""Ranges: two bounds around a name, or in brackets after it."""

from __future__ import annotations

from imsquery.language.clock import reads_clock
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.piece import VALUES, Part, Piece, extent
from imsquery.language.recovery.state import Recovery


def chained(recovery: Recovery) -> bool:
    """Read ``40 <= name < 100``."""
    if OPERATORS.get(recovery.peek(3).lexeme) not in _CONVERSE:
        return False
    low, first, name, second, high = recovery.ahead(5)
    lower, upper = (OPERATORS.get(piece.lexeme, "") for piece in (first, second))
    is_chain = lower in _CONVERSE and upper in _CONVERSE and lower[0] == upper[0]
    if not is_chain or name.kind != "WORD" or {low.kind, high.kind} - VALUES:
        return False
    if not low.lexeme.lstrip("'\"")[:1].isdigit() and not reads_clock(low.lexeme):
        return False
    is_apart = is_joined_by_and(recovery, 1, 5)
    bounds = [(_CONVERSE[lower], low.lexeme), (upper, high.lexeme)]
    parts = bounded(name, bounds, [second, high], is_apart=is_apart)
    where = parts.index(name)
    recovery.change(
        "a name is compared with one value at a time",
        *parts[:where], ([low, first], ""), *parts[where:],
        span=extent(low, high),
        is_safe=True,
    )  # fmt: skip
    return True


_CONVERSE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def in_brackets(recovery: Recovery, operator: list[Piece]) -> bool:
    """Read a range in brackets after a name and an operator; braces leave out its ends."""
    ahead = int(operator[0] is recovery.peek())
    opening, low, to, high, closing = pieces = recovery.ahead(5 + ahead)[ahead:]
    if to.lexeme.lower() != "to" or closing.kind != "RPAR" or {low.kind, high.kind} - VALUES:
        return False
    ends = ((">", opening, low), ("<", closing, high))
    bounds = [
        (sign + "=" * (recovery.text[bracket.start] not in "{}"), end.lexeme)
        for sign, bracket, end in ends
        if end.lexeme != "*"
    ]
    back = 2 - ahead
    is_apart = is_joined_by_and(recovery, back + 1, 5 + ahead)
    parts = bounded(recovery.read[-back], bounds, [*operator, *pieces], is_apart=is_apart)
    signs = " and ".join(f"`{sign}`" for sign, _ in bounds) or "`is present`"
    signs = "`between`" if signs == "`>=` and `<=`" else signs
    recovery.change(f"use {signs} for this range", *parts, span=extent(opening, closing))
    return True


def bounded(
    name: Piece, bounds: list[tuple[str, str]], replaced: list[Piece], *, is_apart: bool
) -> list[Part]:
    """Return the parts of a run that say that a name is within bounds, in place of tokens."""
    new = f" and {name.lexeme} ".join(f"{sign} {end}" for sign, end in bounds) or "is present"
    match sorted(bounds):
        case [("<=", most), (">=", least)]:
            return [name, (replaced, f"between {least} and {most}")]
        case [_, _] if not is_apart:
            return [((), "("), name, (replaced, f"{new})")]
        case _:
            return [name, (replaced, new)]


def is_joined_by_and(recovery: Recovery, back: int, ahead: int) -> bool:
    """Return whether two conditions may go there, between tokens read and to come, for one."""
    is_apart = recovery.before(back) not in {"NOT", "OR"}
    return is_apart and recovery.peek(ahead).kind != "OR"
