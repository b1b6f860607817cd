"""At a clause, within one, and after one: ``order by``, ``limit`` and ``after``."""

from __future__ import annotations

from imsquery.diagnostics.edits import without
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, is_word, unquote
from imsquery.language.recovery.phrases import CLAUSES_IN_WORDS
from imsquery.language.recovery.piece import CLAUSES, CONNECTIVES, ENDS, VALUES, Piece, extent
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import DIRECTIONS, OFFSETS, ORDER_BY, SORT

_MISPLACED = "`order by`, `limit` and `after` go at the end"


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
    direction = recovery.peek(count + 1)
    is_safe = direction.kind == "DIRECTION" or direction.lexeme.lower() in DIRECTIONS
    recovery.rewrite(recovery.ahead(count), "order by", is_safe=is_safe)
    return True


def _ends(piece: Piece) -> bool:
    """Return whether a query or clause ends before a token."""
    return piece.kind in CLAUSES | {"DIRECTION", END}


def in_words(recovery: Recovery) -> bool:
    """Read ``top 5`` and ``newest first``."""
    phrase = recovery.clause_in_words()
    if phrase is None and not recovery.read:  # what follows will be moved before it
        phrase = CLAUSES_IN_WORDS.find(recovery.peek)
    if phrase is None or not recovery.accepts("LIMIT"):
        return False
    # After a value without quotes, the words may be a part of it.
    is_bare = recovery.is_after_value and recovery.text[recovery.read[-1].start] not in "'\""
    is_apart = not is_bare or _is_whole(recovery)
    is_safe = is_apart and phrase.meant.startswith("limit")
    recovery.rewrite(recovery.ahead(phrase.count), phrase.meant, is_safe=is_safe)
    return True


def skip_offset(recovery: Recovery) -> bool:
    """Leave out ``offset 5``."""
    if recovery.peek().lexeme.lower() not in OFFSETS or not recovery.peek(1).lexeme.isdecimal():
        return False
    word, count = recovery.drop(2)
    recovery.say(
        f"unknown clause `{word.lexeme.lower()}`; use `after` to continue after an image",
        extent(word, count),
    )
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
    """Remove quotes from the name to sort by."""
    return recovery.peek().kind == "STRING" and _unquote(recovery, "names are not quoted")


def after_limit(recovery: Recovery) -> bool:
    """Mend the number of ``limit``."""
    piece = recovery.peek()
    if recovery.accepts("OPERATOR") or not recovery.accepts("WORD"):
        return False
    if piece.kind == "OPERATOR":
        return clause_operator(recovery)
    return piece.kind == "STRING" and quoted_number(recovery)


def quoted_number(recovery: Recovery) -> bool:
    """Remove quotes from the number of ``limit``."""
    return _unquote(recovery, "the number of `limit` is not quoted")


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
    if piece.kind == "COMMA" and "BY" in {recovery.before(2), recovery.before(3)}:
        return _second_key(recovery)
    if recovery.begins_clause(1) or following.kind == END:
        if piece.kind == "COMMA":
            recovery.remove(piece)
            return True
        if piece.kind in CONNECTIVES:
            return dangling(recovery, piece)
    return _filter_after_clauses(recovery)


def _offset(recovery: Recovery) -> bool:
    """Read ``limit 5, 10``: an offset and a limit elsewhere."""
    comma, count = recovery.drop(2)
    message = "`limit` takes one number; use `after` to continue after an image"
    recovery.say(message, extent(comma, count))
    return True


def _second_key(recovery: Recovery) -> bool:
    """Leave out further sort keys; no fix claims that they were not meant."""
    count = 1
    if recovery.peek(1).kind != "WORD":
        return False
    while recovery.peek(count).kind in {"WORD", "DIRECTION", "COMMA"}:
        count += 1
    if recovery.peek(count).kind not in ENDS:
        return False
    keys = recovery.drop(count)
    message = "`order by` takes one attribute; ties are sorted by id"
    recovery.say(message, extent(keys[0], keys[-1]))
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
        return 3 + (kinds[3] == "DIRECTION")
    if kinds[0] == "LIMIT" and kinds[1] in {"WORD", "PLACEHOLDER"}:
        return 2
    return 2 if kinds[0] == "AFTER" and kinds[1] in VALUES else 0
