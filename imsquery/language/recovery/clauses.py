"""At a clause, within one, and after one: ``order by``, ``limit``, ``skip`` and ``after``."""

from __future__ import annotations

from imsquery.diagnostics.edits import without
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.recovery.piece import (
    CLAUSES,
    CONNECTIVES,
    COUNTS,
    ENDS,
    VALUES,
    Piece,
    extent,
)
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import DIRECTIONS

_MISPLACED = "`order by`, `limit`, `skip` and `after` go at the end"


# -- at a clause


def sorts_by(recovery: Recovery) -> bool:
    """Return whether ``sort name`` comes next, at the end of a query or before a clause."""
    ends = recovery.peek(2).kind in CLAUSES | {"DIRECTION", END}
    return recovery.peek().lexeme.lower() == "sort" and recovery.peek(1).kind == "WORD" and ends


def order_by(recovery: Recovery, count: int) -> None:
    """Read other words for ``order by``."""
    # Elsewhere, no direction means ascending.
    recovery.rewrite(recovery.ahead(count), "order by", is_safe=False)


def unjoin_clause(recovery: Recovery) -> bool:
    """Leave out the connective before a clause that was read as a condition."""
    recovery.put(recovery.take_back())
    return dangling(recovery, recovery.read[-1])


def dangling(recovery: Recovery, connective: Piece) -> bool:
    """Leave out a connective that joins nothing."""
    recovery.remove(connective, message=f"dangling `{connective.lexeme.lower()}`")
    return True


# -- within a clause


def after_order(recovery: Recovery) -> bool:
    """Add the ``by``."""
    if recovery.peek().kind == "WORD":
        recovery.add("by", "expected `by` after `order`", span=recovery.last_place)
        return True
    return False


def after_by(recovery: Recovery) -> bool:
    """Remove quotes from the name to sort or group by."""
    return recovery.peek().kind == "STRING" and _unquote(recovery, "names are not quoted")


def after_key_comma(recovery: Recovery) -> bool:
    """Mend what follows the comma after a sort key."""
    if recovery.peek().kind in ENDS | {"COMMA"}:
        recovery.remove(recovery.read[-1], message="expected a name after `,`")
        return True
    return after_by(recovery)


def after_count(recovery: Recovery) -> bool:
    """Mend the number of ``limit`` or ``skip``."""
    piece = recovery.peek()
    if recovery.accepts("OPERATOR") or not recovery.accepts("WORD"):
        return False
    if piece.kind == "OPERATOR":
        return clause_operator(recovery)
    return piece.kind == "STRING" and quoted_number(recovery)


def quoted_number(recovery: Recovery) -> bool:
    """Remove quotes from the number of ``limit`` or ``skip``."""
    return _unquote(recovery, f"the number of `{recovery.read[-1].kind.lower()}` is not quoted")


def _unquote(recovery: Recovery, message: str) -> bool:
    """Remove quotes from what may do without them."""
    word, _ = unquote(recovery.peek().lexeme)
    if not is_word(word) or word.lower() in KEYWORDS:
        return False
    recovery.rewrite([recovery.peek()], word, message)
    return True


def clause_operator(recovery: Recovery) -> bool:
    """Leave out the ``=`` of a clause."""
    return _remove_operator(recovery, recovery.read[-1], recovery.peek())


def _remove_operator(recovery: Recovery, clause: Piece, operator: Piece) -> bool:
    keyword = clause.lexeme.lower()
    message = f"unexpected `{operator.lexeme}` after `{keyword}`"
    recovery.change(message, ([operator], ""), is_safe=True)
    return True


# -- after a clause


def after_clause(recovery: Recovery) -> bool:
    """Mend what follows a whole clause."""
    piece, following = recovery.peek(), recovery.peek(1)
    direction = DIRECTIONS.get(piece.lexeme.lower())
    if direction and recovery.accepts("DIRECTION"):
        recovery.rewrite([piece], direction)
        return True
    if piece.kind == "COMMA" and recovery.before(2) == "LIMIT" and following.kind == "WORD":
        return _offset(recovery)
    if recovery.begins_clause(1) or following.kind == END:
        if piece.kind == "COMMA":
            recovery.remove(piece)
            return True
        if piece.kind in CONNECTIVES:
            return dangling(recovery, piece)
    return _filter_after_clauses(recovery)


def _offset(recovery: Recovery) -> bool:
    """Read ``limit 5, 10``: in SQL, what to skip and the limit."""
    keyword, skipped = recovery.read[-2:]
    comma, count = recovery.ahead(2)
    message = "`limit` takes one number; what to skip is a clause of its own"
    new = f"skip {skipped.lexeme} limit {count.lexeme}"
    pieces = [keyword, skipped, comma, count]
    recovery.change(message, (pieces, new), span=extent(comma, count), is_safe=True)
    return True


# -- clauses in other places


def enclosed_clauses(recovery: Recovery) -> bool:
    """Move clauses within parentheses after the filter, unless they end the text."""
    keyword, operator, value = recovery.ahead(3)
    if operator.kind == "OPERATOR" and value.kind in VALUES and _goes_on(recovery, 3):
        recovery.drop()
        _remove_operator(recovery, keyword, operator)
        recovery.put(keyword)
        return True
    count = 0
    while more := _clause_length(recovery, count):
        count += more
    if count == 0 or not _goes_on(recovery, count):
        return False
    start, end = span = extent(recovery.peek(), recovery.peek(count - 1))
    at = recovery.last_end
    edits = [without(recovery.text, start, end), (at, at, f" {recovery.text[start:end]}")]
    fix = "move it to the end", edits
    recovery.say(_MISPLACED, span, *([fix] if recovery.is_straight else []))
    recovery.is_straight = False
    recovery.put_last(*recovery.drop(count))
    return True


def _goes_on(recovery: Recovery, ahead: int) -> bool:
    """Return whether a parenthesis is closed there, or the filter goes on."""
    kind = recovery.peek(ahead).kind
    return kind == "RPAR" or (kind in CONNECTIVES and recovery.begins_condition(ahead + 1))


def _filter_after_clauses(recovery: Recovery) -> bool:
    """Move conditions that follow a clause before the first one."""
    joined = recovery.peek().kind in CONNECTIVES
    if not recovery.begins_condition(int(joined)):
        return False
    start, was_straight = recovery.peek().start, recovery.is_straight
    parts, clauses = _parted(recovery)
    moved = [piece for part in parts for piece in part]
    recovery.drop(len(moved) + len(clauses))
    recovery.is_straight = False
    first: list[Piece] = []
    while recovery.is_after_clause:
        first[:0] = recovery.take_back_clause()
    # What is broken goes on to the next joint: it would take in what is moved.
    is_safe = was_straight and recovery.before() != "BROKEN" and _is_balanced(moved)
    at = first[0].start
    text = " ".join(recovery.text[part[0].start : part[-1].end] for part in parts)
    edits = [(at, at, text + " "), *((part[0].start, part[-1].end, "") for part in parts)]
    fix = "move the clauses to the end", edits
    recovery.say(_MISPLACED, (start, parts[0][-1].end), *([fix] if is_safe else []))
    recovery.put(*moved, *first, *clauses)
    return True


def _parted(recovery: Recovery) -> tuple[list[list[Piece]], list[Piece]]:
    """Return the tokens to come: the runs between clauses, and all those of clauses."""
    parts: list[list[Piece]] = [[]]
    clauses: list[Piece] = []
    ahead = 0
    while recovery.peek(ahead).kind != END:
        count = _clause_length(recovery, ahead)
        if count:
            clauses += [recovery.peek(ahead + each) for each in range(count)]
            parts.append([])
        else:
            parts[-1].append(recovery.peek(ahead))
        ahead += count or 1
    return [part for part in parts if part], clauses


def _is_balanced(pieces: list[Piece]) -> bool:
    depth = 0
    for piece in pieces:
        depth += (piece.kind == "LPAR") - (piece.kind == "RPAR")
        if depth < 0:
            return False
    return depth == 0


def _clause_length(recovery: Recovery, ahead: int = 0) -> int:
    """Return the number of tokens of the clause to come; 0 where none does."""
    kinds = [recovery.peek(each).kind for each in range(ahead, ahead + 4)]
    if kinds[:3] == ["ORDER", "BY", "WORD"]:
        count = 2 + _key_length(recovery, ahead + 2)
        while recovery.peek(ahead + count).kind == "COMMA":
            more = _key_length(recovery, ahead + count + 1)
            if not more:
                break
            count += 1 + more
        return count
    if kinds[0] in COUNTS and kinds[1] in {"WORD", "PLACEHOLDER"}:
        return 4 if kinds[2:] == ["PER", "WORD"] else 2
    return 2 if kinds[0] == "AFTER" and kinds[1] in VALUES else 0


def _key_length(recovery: Recovery, ahead: int) -> int:
    """Return the number of tokens of the sort key to come; 0 where none does."""
    if recovery.peek(ahead).kind != "WORD":
        return 0
    return 1 + (recovery.peek(ahead + 1).kind == "DIRECTION")
