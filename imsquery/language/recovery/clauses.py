"""At a clause, within one, and after one: ``order by``, ``limit``, ``skip`` and ``after``."""

from __future__ import annotations

from imsquery.diagnostics.edits import without
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.recovery.phrases import CLAUSES_IN_WORDS
from imsquery.language.recovery.piece import (
    CLAUSES,
    CONNECTIVES,
    COUNTS,
    ENDS,
    VALUES,
    Piece,
    extent,
)
from imsquery.language.recovery.state import Recovery, is_direction
from imsquery.language.recovery.vocabulary import DIRECTIONS, ORDER_BY, SORT

_MISPLACED = "`order by`, `limit`, `skip` and `after` go at the end"


# -- at a clause


def order_by(recovery: Recovery) -> bool:
    """Read other words for ``order by``."""
    lowered, following = recovery.peek().lexeme.lower(), recovery.peek(1).kind
    third = recovery.peek(2)
    if lowered in SORT and following == "BY":
        count = 2
    elif following == "WORD" and (lowered in ORDER_BY or (lowered == "sort" and _ends(third))):
        count = 1
    else:
        return False
    # Elsewhere, no direction means ascending.
    recovery.rewrite(recovery.ahead(count), "order by", is_safe=_are_directed(recovery, count))
    return True


def _are_directed(recovery: Recovery, ahead: int) -> bool:
    """Return whether each of the sort keys to come has a direction."""
    while is_direction(recovery.peek(ahead + 1)):
        if recovery.peek(ahead + 2).kind != "COMMA":
            return True
        ahead += 3
    return False


def _ends(piece: Piece) -> bool:
    """Return whether a query or clause ends before a token."""
    return piece.kind in CLAUSES | {"DIRECTION", END}


def in_words(recovery: Recovery) -> bool:
    """Read ``top 5``, ``offset 5`` and ``newest first``."""
    phrase = recovery.clause_in_words()
    if phrase is None and not recovery.read:  # what follows will be moved before it
        phrase = CLAUSES_IN_WORDS.find(recovery.peek)
    if phrase is None or not recovery.accepts("LIMIT") or recovery.before() in COUNTS:
        return False
    # After a value without quotes, the words may be a part of it.
    is_bare = recovery.is_after_value and recovery.text[recovery.read[-1].start] not in "'\""
    is_apart = not is_bare or _is_whole(recovery)
    is_safe = is_apart and phrase.meant.startswith(("limit", "skip"))
    recovery.rewrite(recovery.ahead(phrase.count), phrase.meant, is_safe=is_safe)
    return True


def unjoin_clause(recovery: Recovery) -> bool:
    """Leave out the connective before a clause that was read as a condition."""
    recovery.put(recovery.take_back())
    return dangling(recovery, recovery.read[-1])


def dangling(recovery: Recovery, connective: Piece) -> bool:
    """Leave out a connective that joins nothing."""
    recovery.remove(connective, message=f"dangling `{connective.lexeme.lower()}`")
    return True


def _is_whole(recovery: Recovery) -> bool:
    """Return whether the value read last is one of those that its name may have."""
    if recovery.before(2) != "OPERATOR":
        return False
    name, _, value = recovery.read[-3:]
    return recovery.algebra.is_choice(name.lexeme, value.lexeme)


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
    return remove_operator(recovery, recovery.read[-1], recovery.peek())


def remove_operator(recovery: Recovery, clause: Piece, operator: Piece, *after: Piece) -> bool:
    """Leave out the operator between a clause and what was read after it."""
    keyword = clause.lexeme.lower()
    message = f"unexpected `{operator.lexeme}` after `{keyword}`"
    recovery.change(message, ([operator], ""), *after, is_safe=True)
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
        remove_operator(recovery, keyword, operator)
        recovery.put(keyword)
        return True
    count = 0
    while more := _clause_length(recovery, count):
        count += more
    if count == 0 or not _goes_on(recovery, count):
        return False
    recovery.late.append(recovery.drop(count))
    return True


def _goes_on(recovery: Recovery, ahead: int) -> bool:
    """Return whether a parenthesis is closed there, or the filter goes on."""
    kind = recovery.peek(ahead).kind
    return kind == "RPAR" or (kind in CONNECTIVES and recovery.begins_condition(ahead + 1))


def _filter_after_clauses(recovery: Recovery) -> bool:
    """Move clauses that conditions follow after them."""
    joined = recovery.peek().kind in CONNECTIVES
    if not recovery.begins_condition(int(joined)):
        return False
    clauses: list[Piece] = []
    while recovery.is_after_clause:
        clauses[:0] = recovery.take_back_clause()
    recovery.late.append(clauses)
    return True


def read_late(recovery: Recovery) -> None:
    """Report the clauses that conditions follow, and read them; one fix moves them all."""
    text, at = recovery.text, recovery.last_place[1]
    spans = [extent(clauses[0], clauses[-1]) for clauses in recovery.late]
    # What is left out or broken without a fix would take in other tokens than it does here.
    fixes = []
    if recovery.is_straight and recovery.is_mended and spans[-1][1] <= at:
        moved = "".join(f" {text[start:end]}" for start, end in spans)
        edits = [*(without(text, *span) for span in spans), (at, at, moved)]
        fixes.append(("move it to the end", edits))
    for span in spans:
        recovery.say(_MISPLACED, span, *fixes)
        fixes = []
    recovery.put(*(piece for clauses in recovery.late for piece in clauses))
    recovery.late = []
    recovery.is_straight = False


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
