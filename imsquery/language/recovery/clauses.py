"""``order by``, ``limit`` and ``after``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.state import (
    CLAUSES,
    CONNECTIVES,
    ENDS,
    VALUES,
    begins_condition,
    extent,
    last_span,
    removal,
    writing,
)

if TYPE_CHECKING:
    from imsquery.language.recovery.state import Recovery

_DIRECTIONS = {"ascending": "asc", "descending": "desc", "up": "asc", "down": "desc"}


def order_by(recovery: Recovery, count: int) -> None:
    """Read other words for ``order by``."""
    written = recovery.drop(count)
    start, end = span = extent(written[0], written[-1])
    shown = " ".join(piece.lexeme for piece in written)
    fix = writing(recovery, start, end, "order by")
    recovery.say(f"`{shown}` is written `order by`", span, fix)
    recovery.put(Piece("ORDER", "order", start, end), Piece("BY", "by", start, end))


def sorts_by(recovery: Recovery) -> bool:
    """Tell ``sort name`` at the end of a query, or before a clause."""
    ends = recovery.peek(2).kind in CLAUSES | {"DIRECTION", END}
    return recovery.peek().lexeme.lower() == "sort" and recovery.peek(1).kind == "WORD" and ends


def behind_order(recovery: Recovery) -> bool:
    """Put the ``by`` in."""
    piece = recovery.peek()
    if piece.kind != "WORD":
        return False
    at = piece.start
    recovery.say(
        "`by` is missing behind `order`", last_span(recovery), writing(recovery, at, at, "by")
    )
    recovery.insert("BY", "by", at)
    return True


def behind_by(recovery: Recovery) -> bool:
    """Take quotes off the name to sort by."""
    return recovery.peek().kind == "STRING" and _bare(recovery, "a name stands in no quotes")


def behind_limit(recovery: Recovery) -> bool:
    """Mend the number of ``limit``."""
    piece = recovery.peek()
    if recovery.accepts("OPERATOR") or not recovery.accepts("WORD"):
        return False
    if piece.kind == "OPERATOR":
        return clause_operator(recovery)
    return piece.kind == "STRING" and quoted_number(recovery)


def quoted_number(recovery: Recovery) -> bool:
    """Take quotes off the number of ``limit``."""
    return _bare(recovery, "the number of `limit` stands in no quotes")


def _bare(recovery: Recovery, message: str) -> bool:
    """Take quotes off what could stand without them."""
    piece = recovery.peek()
    word, _ = unquote(piece.lexeme)
    if not is_word(word) or word.lower() in KEYWORDS:
        return False
    recovery.drop()
    fix = writing(recovery, piece.start, piece.end, word)
    recovery.say(message, extent(piece, piece), fix)
    recovery.put(Piece("WORD", word, piece.start, piece.end))
    return True


def clause_operator(recovery: Recovery) -> bool:
    """Leave out the ``=`` of a clause."""
    _say_operator(recovery, recovery.read[-1], recovery.drop()[0])
    return True


def _say_operator(recovery: Recovery, clause: Piece, operator: Piece) -> None:
    recovery.say(
        f"the clause is `{clause.lexeme.lower()} value`, without `{operator.lexeme}`",
        extent(operator, operator),
        removal(recovery, operator.start, operator.end),
    )


def joined_clause(recovery: Recovery) -> bool:
    """Leave out the connective before a clause."""
    limit = recovery.take_back()
    connective = recovery.take_back()
    recovery.say(
        f"`{connective.lexeme.lower()}` joins nothing here",
        extent(connective, connective),
        removal(recovery, connective.start, connective.end),
    )
    recovery.put(limit)
    return True


def behind_clause(recovery: Recovery) -> bool:
    """Mend what stands behind ``order by``, ``limit`` or ``after``."""
    piece = recovery.peek()
    lowered = piece.lexeme.lower()
    if recovery.accepts("DIRECTION") and lowered in _DIRECTIONS:
        new = _DIRECTIONS[lowered]
        recovery.drop()
        fix = writing(recovery, piece.start, piece.end, new)
        recovery.say(f"`{lowered}` is written `{new}`", extent(piece, piece), fix)
        recovery.put(Piece("DIRECTION", new, piece.start, piece.end))
        return True
    if piece.kind == "COMMA" and recovery.before(2) == "LIMIT" and recovery.peek(1).kind == "WORD":
        return _offset(recovery)
    if piece.kind == "COMMA" and "BY" in {recovery.before(2), recovery.before(3)}:
        return _second_key(recovery)
    if piece.kind in {"COMMA", "AND", "OR"} and (
        recovery.begins_clause(1) or recovery.peek(1).kind == END
    ):
        recovery.drop()
        fix = removal(recovery, piece.start, piece.end)
        what = "this `,` separates nothing" if lowered == "," else f"`{lowered}` joins nothing here"
        recovery.say(what, extent(piece, piece), fix)
        return True
    return _filter_behind_clauses(recovery)


def _offset(recovery: Recovery) -> bool:
    """Read ``limit 5, 10``, which is an offset and a limit elsewhere."""
    comma, count = recovery.drop(2)
    recovery.say(
        "`limit` takes one number: there is no offset; `after` goes on behind an image",
        extent(comma, count),
    )
    return True


def _second_key(recovery: Recovery) -> bool:
    """Leave out what else is to be sorted by; no fix says that this was not meant."""
    count = 1
    if recovery.peek(1).kind != "WORD":
        return False
    while recovery.peek(count).kind in {"WORD", "DIRECTION", "COMMA"}:
        count += 1
    if recovery.peek(count).kind not in ENDS:
        return False
    keys = recovery.drop(count)
    recovery.say(
        "results are sorted by one attribute; images that are equal in it are sorted by id",
        extent(keys[0], keys[-1]),
    )
    return True


def skip_offset(recovery: Recovery) -> None:
    """Leave out ``offset 5``."""
    word, count = recovery.drop(2)
    recovery.say(
        f"there is no `{word.lexeme.lower()}`: results go on behind an image, `after` and its id",
        extent(word, count),
    )


def enclosed_clauses(recovery: Recovery) -> bool:
    """Move clauses that stand within parentheses, and do not end the text, behind the filter."""
    keyword, operator, value = (recovery.peek(ahead) for ahead in range(3))
    if operator.kind == "OPERATOR" and value.kind in VALUES and _goes_on(recovery, 3):
        recovery.drop(2)
        _say_operator(recovery, keyword, operator)
        recovery.put(keyword)
        return True
    count = 0
    while more := _clause_length(recovery, count):
        count += more
    if count == 0 or not _goes_on(recovery, count):
        return False
    was_straight, recovery.is_straight = recovery.is_straight, False
    start, end = span = extent(recovery.peek(), recovery.peek(count - 1))
    at = recovery.last_end
    edits = [*removal(recovery, start, end)[1], (at, at, f" {recovery.text[start:end]}")]
    fixes = [("move it behind the filter", edits)] if was_straight else []
    recovery.say("clauses stand behind the whole filter", span, *fixes)
    recovery.put_last(*recovery.drop(count))
    return True


def _goes_on(recovery: Recovery, ahead: int) -> bool:
    """Tell whether a parenthesis is closed there, or the filter goes on."""
    kind = recovery.peek(ahead).kind
    return kind == "RPAR" or (kind in CONNECTIVES and begins_condition(recovery, ahead + 1))


def _filter_behind_clauses(recovery: Recovery) -> bool:
    """Move conditions that stand behind a clause before the first one."""
    joined = recovery.peek().kind in CONNECTIVES
    if not begins_condition(recovery, int(joined)):
        return False
    start = recovery.peek().start
    parts: list[list[Piece]] = []
    clauses: list[Piece] = []
    is_apart = True
    while recovery.peek().kind != END:
        count = _clause_length(recovery)
        if count:
            clauses += recovery.drop(count)
            is_apart = True
            continue
        if is_apart:
            parts.append([])
            is_apart = False
        parts[-1] += recovery.drop()
    was_straight, recovery.is_straight = recovery.is_straight, False
    moved = [piece for part in parts for piece in part]
    if not _is_balanced(moved):
        recovery.put(*moved, *clauses)
        return False
    first: list[Piece] = []
    while recovery.is_behind_clause:
        first[:0] = recovery.take_back_clause()
    at = first[0].start
    # What is broken goes on to the next joint: it would take in what is moved.
    is_safe = was_straight and recovery.before() != "BROKEN"
    text = " ".join(recovery.text[part[0].start : part[-1].end] for part in parts)
    edits = [(at, at, text + " ")]
    edits += [(part[0].start, part[-1].end, "") for part in parts]
    recovery.say(
        "clauses stand behind the whole filter",
        (start, parts[0][-1].end),
        *([("move the clauses to the end", edits)] if is_safe else []),
    )
    recovery.put(*moved, *first, *clauses)
    return True


def _is_balanced(pieces: list[Piece]) -> bool:
    depth = 0
    for piece in pieces:
        depth += (piece.kind == "LPAR") - (piece.kind == "RPAR")
        if depth < 0:
            return False
    return depth == 0


def _clause_length(recovery: Recovery, ahead: int = 0) -> int:
    """Count the tokens of the clause that comes next; none where none does."""
    kinds = [recovery.peek(each).kind for each in range(ahead, ahead + 4)]
    if kinds[:3] == ["ORDER", "BY", "WORD"]:
        return 3 + (kinds[3] == "DIRECTION")
    if kinds[0] == "LIMIT" and kinds[1] in {"WORD", "PLACEHOLDER"}:
        return 2
    return 2 if kinds[0] == "AFTER" and kinds[1] in VALUES else 0
