"""What people write where the tables cannot go on, and what they meant.

Each repair reports one fault and changes the tokens to come, or those that were read last, to what
the text says once the fault's fix is applied.  A repair looks at what is there by kind, never at
how it was reached, so that mending one fault does not change what is said about the next.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from imsquery._tables import KEYWORDS
from imsquery.kinds import OPERATORS
from imsquery.lexer import END, is_word, quote, spell, unquote
from imsquery.lookalikes import describe, first_foreign, fold
from imsquery.scanning import NEVER_CLOSED, SURPLUS, WORD_OPERATORS, Piece, spaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.recovery import Recovery

    Fix = tuple[str, list[tuple[int, int, str]]]

_VALUES = frozenset({"WORD", "STRING", "PLACEHOLDER"})
_CLAUSES = frozenset({"ORDER", "LIMIT", "AFTER"})
_ENDS = _CLAUSES | {"AND", "OR", "RPAR", END}
_CONNECTIVES = frozenset({"AND", "OR"})
_AFTER_NAMES = frozenset({"OPERATOR", "IN", "BETWEEN", "MATCH", "IS"})
_NEGATABLE = frozenset({"IN", "BETWEEN", "MATCH"})
_APART = frozenset({"", " ", "\t", "\r", "\n", "(", ")", ","})
_ABSENT = frozenset({"null", "nil", "none", "empty", "missing", "undefined"})
_SORT = frozenset({"sort", "sorted", "ordered"})
_ORDER_BY = frozenset({"order_by", "orderby", "sort_by", "sortby"})
_DIRECTIONS = {"ascending": "asc", "descending": "desc", "up": "asc", "down": "desc"}
_KEYWORD_KINDS = frozenset(KEYWORDS.values())


def foresee(recovery: Recovery) -> None:
    """Put right what the tables would take for something else."""
    piece = recovery.peek()
    if piece.kind != "WORD" or recovery.expects_value:
        return
    lowered = piece.lexeme.lower()
    if not piece.lexeme.isascii() and fold(lowered) in KEYWORDS:
        _foreign_keyword(recovery, piece)
    elif not recovery.read and lowered in {"where", "select", "filter", "having"}:
        _prefix(recovery)
    elif lowered in _SORT and recovery.peek(1).kind == "BY":
        _order_by(recovery, 2)
    elif lowered in _ORDER_BY and recovery.peek(1).kind == "WORD":
        _order_by(recovery, 1)


def repair(recovery: Recovery) -> None:
    """Mend what keeps the next token from being read; give the condition up where nothing helps."""
    if recovery.expects_condition:
        mend: Callable[[Recovery], bool] = _at_condition
    elif recovery.expects_value:
        mend = _at_value
    else:
        mend = _BEHIND.get(recovery.before(), _elsewhere)
    if not mend(recovery) and not (mend is not _elsewhere and _elsewhere(recovery)):
        _generic(recovery)


def _generic(recovery: Recovery) -> None:
    piece = recovery.peek()
    expected = recovery.expected()
    if piece.kind in _ENDS:
        span = _last_span(recovery)
        recovery.say(f"{expected} is expected behind this", span)
    else:
        span = (piece.start, piece.end)
        recovery.say(f"this cannot stand here; expected {expected}", span)
    recovery.give_up()


def _clip(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004


def _last_span(recovery: Recovery) -> tuple[int, int]:
    """Give the place of what was read last, for a fault that is that nothing follows."""
    if not recovery.read:
        return (0, 0)
    return recovery.read[-1].start, recovery.read[-1].end


def _span(first: Piece, last: Piece) -> tuple[int, int]:
    return first.start, last.end


def _remove(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that takes tokens out; what stood on either side stays apart."""
    text = recovery.text
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == " " and before in {"", " "}:
        end += 1
    elif after == "" and before == " ":
        start -= 1
    joins = before not in _APART and after not in _APART
    return "remove it", [(start, end, " " if joins else "")]


def _write(recovery: Recovery, start: int, end: int, new: str) -> Fix:
    """Give the fix that writes something in the place of tokens, or between two."""
    verb = "add" if start == end else "write"
    return f"{verb} `{_clip(new)}`", [spaced(recovery.text, start, end, new)]


def _equals(recovery: Recovery, start: int, end: int) -> Fix:
    """Give the fix that writes ``=``, with a space on either side."""
    text = recovery.text
    before = "" if text[start - 1].isspace() else " "
    after = "" if text[end : end + 1].isspace() else " "
    return "write `=`", [(start, end, f"{before}={after}")]


def _begins_condition(recovery: Recovery, ahead: int = 0) -> bool:
    """Tell whether a condition begins with what is to come."""
    kind = recovery.peek(ahead).kind
    following = recovery.peek(ahead + 1).kind
    if kind == "NOT":
        return following not in _NEGATABLE | _ENDS
    if kind in {"LPAR", "ALL", "NONE"}:
        return True
    if kind not in {"WORD", "LIMIT"}:
        return False
    if following in _AFTER_NAMES or (following == "LPAR" and kind == "WORD"):
        return True
    if following == "NOT":
        return recovery.peek(ahead + 2).kind in _NEGATABLE
    if following == "WORD" and recovery.peek(ahead + 1).lexeme.lower() in WORD_OPERATORS:
        return recovery.peek(ahead + 2).kind in _VALUES
    algebra, lexeme = recovery.algebra, recovery.peek(ahead).lexeme
    if following in _VALUES and algebra.takes_arguments(lexeme):
        return True
    return algebra.stands_alone(lexeme)


# -- look-alikes and words of other languages


def _foreign_keyword(recovery: Recovery, piece: Piece) -> None:
    plain = fold(piece.lexeme)
    recovery.drop()
    recovery.say(
        f"{describe(first_foreign(piece.lexeme))} looks like ASCII but is not; this is `{plain}`",
        _span(piece, piece),
        _write(recovery, piece.start, piece.end, plain),
    )
    recovery.put(Piece(KEYWORDS[plain.lower()], plain, piece.start, piece.end))


def _prefix(recovery: Recovery) -> None:
    """Leave out how SQL begins."""
    count = 1
    if recovery.peek().lexeme.lower() == "select":
        while recovery.peek(count - 1).lexeme.lower() != "where":
            if recovery.peek(count).kind == END:
                return
            count += 1
    elif _is_call(recovery) or not (_begins_condition(recovery, 1) or recovery.begins_clause(1)):
        return
    dropped = recovery.drop(count)
    start, end = span = _span(dropped[0], dropped[-1])
    recovery.say(
        f"a query begins with its first condition, not with `{dropped[0].lexeme.lower()}`",
        span,
        _remove(recovery, start, end),
    )


def _is_call(recovery: Recovery) -> bool:
    """Tell whether what comes next would be read as a call."""
    ahead = 2
    while recovery.peek(ahead).kind in _VALUES or recovery.peek(ahead).kind == "COMMA":
        ahead += 1
    return recovery.peek(1).kind == "LPAR" and recovery.peek(ahead).kind == "RPAR"


def _order_by(recovery: Recovery, count: int) -> None:
    written = recovery.drop(count)
    start, end = span = _span(written[0], written[-1])
    shown = " ".join(piece.lexeme for piece in written)
    fix = _write(recovery, start, end, "order by")
    recovery.say(f"`{shown}` is written `order by`", span, fix)
    recovery.put(Piece("ORDER", "order", start, end), Piece("BY", "by", start, end))


# -- where a condition is expected


def _at_condition(recovery: Recovery) -> bool:
    piece = recovery.peek()
    if piece.kind in _CONNECTIVES:
        return _stray_connectives(recovery)
    if piece.kind == "COMMA":
        recovery.drop()
        fix = _remove(recovery, piece.start, piece.end)
        recovery.say("this `,` separates nothing", _span(piece, piece), fix)
        return True
    if piece.kind == "RPAR" and recovery.depth == 0:
        return _surplus(recovery)
    if piece.kind in _ENDS:
        return _missing_condition(recovery)
    if piece.kind == "STRING":
        return _quoted_name(recovery)
    if piece.kind == "OPERATOR":
        recovery.say(f"a name is missing before `{piece.lexeme}`", _span(piece, piece))
        recovery.give_up()
        return True
    return False


def _stray_connectives(recovery: Recovery) -> bool:
    """Leave out connectives that stand where a condition is expected."""
    run = [recovery.drop()[0]]
    while recovery.peek().kind in _CONNECTIVES:
        run += recovery.drop()
    trailing = recovery.before() in _CONNECTIVES and recovery.peek().kind in _ENDS
    if trailing:
        run.insert(0, recovery.take_back())
    for piece in run:
        fix = _remove(recovery, piece.start, piece.end)
        recovery.say(f"`{piece.lexeme.lower()}` joins nothing here", _span(piece, piece), fix)
    return True


def _missing_condition(recovery: Recovery) -> bool:
    """Mend a connective, ``not`` or parenthesis that nothing follows."""
    start, end = span = _last_span(recovery)
    before = recovery.before()
    if before in _CONNECTIVES:
        last = recovery.take_back()
        fix = _remove(recovery, start, end)
        recovery.say(f"`{last.lexeme.lower()}` joins nothing here", span, fix)
        return True
    what = recovery.read[-1].lexeme.lower() if recovery.read else ""
    recovery.say(f"a condition is missing behind `{what}`", span)
    recovery.give_up()
    return True


def _quoted_name(recovery: Recovery) -> bool:
    """Take quotes off a name."""
    piece = recovery.peek()
    following = recovery.peek(1).kind
    name, _ = unquote(piece.lexeme)
    is_name = is_word(name) and name.lower() not in KEYWORDS
    if not is_name or following not in _AFTER_NAMES | {"NOT"}:
        return False
    recovery.drop()
    recovery.say(
        "a name stands in no quotes",
        _span(piece, piece),
        _write(recovery, piece.start, piece.end, name),
    )
    recovery.put(Piece("WORD", name, piece.start, piece.end))
    return True


def _surplus(recovery: Recovery) -> bool:
    piece = recovery.drop()[0]
    fix = _remove(recovery, piece.start, piece.end)
    recovery.say(SURPLUS, _span(piece, piece), fix)
    return True


# -- where a value is expected


def _at_value(recovery: Recovery) -> bool:
    piece = recovery.peek()
    before = recovery.before()
    is_list = recovery.accepts("STRING") and before in {"LPAR", "COMMA"}
    if piece.kind in _KEYWORD_KINDS and _stands_for_value(recovery):
        return _quote_keyword(recovery)
    if is_list and piece.kind == "COMMA":
        recovery.drop()
        fix = _remove(recovery, piece.start, piece.end)
        recovery.say("this `,` separates nothing", _span(piece, piece), fix)
        return True
    if piece.kind == "RPAR" and before == "COMMA":
        comma = recovery.take_back()
        fix = _remove(recovery, comma.start, comma.end)
        recovery.say("no value follows this `,`", _span(comma, comma), fix)
        return True
    if piece.kind == "RPAR" and before == "LPAR":
        return _empty_list(recovery)
    if piece.kind == "LPAR" and _unwrap(recovery):
        return True
    if piece.kind == "OPERATOR" and before == "AFTER":
        return _clause_operator(recovery)
    if piece.kind in _ENDS or piece.kind == "COMMA":
        start, end = _last_span(recovery)
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"a value is missing behind `{shown}`", (start, end))
        recovery.give_up()
        return True
    return False


def _stands_for_value(recovery: Recovery) -> bool:
    """Tell a keyword that is meant as a value from one that follows where a value is missing."""
    kind, following = recovery.peek().kind, recovery.peek(1).kind
    if following in _ENDS or following == "COMMA":
        return True
    return kind not in {"AND", "OR", "NOT", "LIMIT", "AFTER"} and _begins_condition(recovery, 1)


def _quote_keyword(recovery: Recovery) -> bool:
    piece = recovery.drop()[0]
    new = quote(piece.lexeme)
    recovery.say(
        f"`{piece.lexeme.lower()}` is a keyword; as a value it stands in quotes",
        _span(piece, piece),
        _write(recovery, piece.start, piece.end, new),
    )
    recovery.put(Piece("STRING", new, piece.start, piece.end))
    return True


def _empty_list(recovery: Recovery) -> bool:
    """Read ``in ()`` as what it says: nothing is in it."""
    closing = recovery.drop()[0]
    opening = recovery.take_back()
    recovery.take_back()
    negated = recovery.before() == "NOT"
    if negated:
        recovery.take_back()
    name = recovery.take_back()
    new = "all" if negated else "none"
    what = "everything" if negated else "nothing"
    recovery.say(
        f"a list has one value at least; `{new}` says that {what} matches",
        _span(opening, closing),
        _write(recovery, name.start, closing.end, new),
    )
    recovery.put(Piece(new.upper(), new, name.start, closing.end))
    return True


def _unwrap(recovery: Recovery) -> bool:
    """Read a value in parentheses, or a list behind ``=``."""
    count = 1
    while recovery.peek(count).kind in _VALUES and recovery.peek(count + 1).kind == "COMMA":
        count += 2
    opening, closing = recovery.peek(), recovery.peek(count + 1)
    if recovery.peek(count).kind not in _VALUES or closing.kind != "RPAR":
        return False
    operator = recovery.read[-1]
    if count == 1:
        value = recovery.drop(3)[1]
        edits = [(opening.start, opening.end, ""), (closing.start, closing.end, "")]
        if not recovery.text[opening.start - 1].isspace() and operator.kind != "OPERATOR":
            edits[0] = (opening.start, opening.end, " ")
        message = "a single value stands in no parentheses"
        recovery.say(message, _span(opening, closing), ("remove them", edits))
        recovery.put(Piece(value.kind, value.lexeme, opening.start, closing.end))
        return True
    if operator.kind != "OPERATOR" or OPERATORS[operator.lexeme] not in {"=", "!="}:
        return False
    _make_list(recovery)
    return True


def _make_list(recovery: Recovery) -> None:
    """Turn ``=`` before a list into ``in``."""
    operator = recovery.take_back()
    negated = OPERATORS[operator.lexeme] == "!="
    new = "not in" if negated else "in"
    recovery.say(
        f"one of a list of values is written `{new}`, not `{operator.lexeme}`",
        _span(operator, operator),
        _write(recovery, operator.start, operator.end, new),
    )
    recovery.insert("IN", "in", operator.end)
    if negated:
        recovery.insert("NOT", "not", operator.start)


# -- behind what can be followed by few things


def _behind_not(recovery: Recovery) -> bool:
    """Mend what stands behind ``name not``."""
    piece = recovery.peek()
    negation = recovery.read[-1]
    lowered = piece.lexeme.lower()
    if piece.kind == "OPERATOR" and OPERATORS[piece.lexeme] in {"=", "!="}:
        meant = "!=" if OPERATORS[piece.lexeme] == "=" else "="
        shown = f"not {piece.lexeme}"
        last = piece
    elif piece.kind == "WORD" and lowered in WORD_OPERATORS:
        return _word_operator(recovery)
    elif piece.kind in _VALUES and recovery.algebra.stands_alone(recovery.read[-2].lexeme):
        recovery.put(recovery.take_back())
        return _missing_connective(recovery)
    elif piece.kind in _VALUES:
        meant, shown, last = "!=", "not", negation
    else:
        return False
    recovery.take_back()
    if last is piece:
        recovery.drop()
    recovery.say(
        f"`{shown}` is written `{meant}` here",
        _span(negation, last),
        _write(recovery, negation.start, last.end, meant),
    )
    recovery.put(Piece("OPERATOR", meant, negation.start, last.end))
    return True


def _behind_in(recovery: Recovery) -> bool:
    """Put a list in parentheses."""
    if recovery.peek().kind not in _VALUES:
        return False
    items = recovery.drop()
    while (
        recovery.peek().kind == "COMMA"
        and recovery.peek(1).kind in _VALUES
        and not _begins_condition(recovery, 1)
    ):
        items += recovery.drop(2)
    start, end = span = _span(items[0], items[-1])
    recovery.say(
        "a list stands in parentheses",
        span,
        ("add parentheses", [(start, start, "("), (end, end, ")")]),
    )
    recovery.put(Piece("LPAR", "(", start, start), *items, Piece("RPAR", ")", end, end))
    return True


def _behind_is(recovery: Recovery) -> bool:
    """Read ``is null``, ``is not null``, ``is true`` and ``is value``."""
    count = 2 if recovery.peek().kind == "NOT" else 1
    negated = count == 2  # noqa: PLR2004
    piece = recovery.peek(count - 1)
    keyword = recovery.read[-1]
    absent = piece.lexeme.lower() in _ABSENT and piece.kind in {"WORD", "NONE"}
    if absent or piece.kind == "PRESENCE":
        absent = absent or piece.lexeme.lower() == "absent"
        new = "is present" if absent == negated else "is absent"
        kinds = [("IS", "is"), ("PRESENCE", new[3:])]
        recovery.drop(count)
        last = piece
    elif piece.kind in _VALUES:
        new = "!=" if negated else "="
        kinds = [("OPERATOR", new)]
        last = recovery.drop(count - 1)[0] if negated else keyword
    else:
        return False
    recovery.take_back()
    shown = " ".join(
        ["is", *(["not"] if negated else []), *([piece.lexeme] if last is piece else [])]
    )
    recovery.say(
        f"`{_clip(shown)}` is written `{new}`",
        _span(keyword, last),
        _write(recovery, keyword.start, last.end, new),
    )
    recovery.put(*(Piece(kind, text, keyword.start, last.end) for kind, text in kinds))
    return True


def _behind_order(recovery: Recovery) -> bool:
    piece = recovery.peek()
    if piece.kind != "WORD":
        return False
    at = piece.start
    recovery.say(
        "`by` is missing behind `order`", _last_span(recovery), _write(recovery, at, at, "by")
    )
    recovery.insert("BY", "by", at)
    return True


def _behind_by(recovery: Recovery) -> bool:
    piece = recovery.peek()
    if piece.kind != "STRING":
        return False
    name, _ = unquote(piece.lexeme)
    if not is_word(name) or name.lower() in KEYWORDS:
        return False
    recovery.drop()
    fix = _write(recovery, piece.start, piece.end, name)
    recovery.say("a name stands in no quotes", _span(piece, piece), fix)
    recovery.put(Piece("WORD", name, piece.start, piece.end))
    return True


def _behind_limit(recovery: Recovery) -> bool:
    """Mend the number of ``limit``."""
    piece = recovery.peek()
    if recovery.accepts("OPERATOR") or not recovery.accepts("WORD"):
        return False
    if piece.kind == "OPERATOR":
        return _clause_operator(recovery)
    if piece.kind != "STRING":
        return False
    value, _ = unquote(piece.lexeme)
    if not is_word(value) or value.lower() in KEYWORDS:
        return False
    recovery.drop()
    fix = _write(recovery, piece.start, piece.end, value)
    recovery.say("the number of `limit` stands in no quotes", _span(piece, piece), fix)
    recovery.put(Piece("WORD", value, piece.start, piece.end))
    return True


def _clause_operator(recovery: Recovery) -> bool:
    piece = recovery.drop()[0]
    clause = recovery.read[-1].lexeme.lower()
    recovery.say(
        f"the clause is `{clause} value`, without `{piece.lexeme}`",
        _span(piece, piece),
        _remove(recovery, piece.start, piece.end),
    )
    return True


# -- behind a name, a condition, a value of a list, a clause


def _elsewhere(recovery: Recovery) -> bool:
    piece = recovery.peek()
    if piece.kind == "RPAR" and recovery.depth == 0:
        return _surplus(recovery)
    if recovery.accepts("COMMA"):
        return _in_list(recovery)
    if recovery.accepts("AND") and not recovery.accepts("OR"):
        return _in_between(recovery)
    if recovery.depth > 0 and (piece.kind == END or recovery.begins_clause()):
        return _close(recovery)
    if recovery.accepts("OPERATOR"):
        return _behind_name(recovery)
    if recovery.accepts("AND"):
        return _behind_condition(recovery)
    return recovery.is_behind_clause and _behind_clause(recovery)


def _close(recovery: Recovery) -> bool:
    """Close every parenthesis that is still open; the fix of one closes those within it, too."""
    open_: list[Piece] = []
    for piece in recovery.read:
        if piece.kind == "LPAR":
            open_.append(piece)
        elif piece.kind == "RPAR":
            open_.pop()
    at = recovery.read[-1].end
    for count, opening in zip(range(len(open_), 0, -1), open_, strict=True):
        edits = [(at, at, ")" * (count + recovery.unclosed))]
        recovery.say(NEVER_CLOSED, _span(opening, opening), ("close it", edits))
        recovery.insert("RPAR", ")", at)
    return True


def _in_list(recovery: Recovery) -> bool:
    piece = recovery.peek()
    at = recovery.read[-1].end
    if piece.kind == "OPERATOR" and _chain(recovery):
        return True
    if piece.kind in _VALUES and not _begins_condition(recovery):
        recovery.say(
            "`,` is missing before this value",
            _span(piece, piece),
            ("add `,`", [(at, at, ",")]),
        )
        recovery.insert("COMMA", ",", at)
        return True
    if piece.kind in _CONNECTIVES and recovery.peek(1).kind in {"COMMA", "RPAR"}:
        recovery.drop()
        fix = _remove(recovery, piece.start, piece.end)
        recovery.say(f"`{piece.lexeme.lower()}` joins nothing here", _span(piece, piece), fix)
        return True
    follows = recovery.peek(2).kind in {"COMMA", "RPAR"} | _CONNECTIVES
    if piece.kind in _CONNECTIVES and recovery.peek(1).kind in _VALUES and follows:
        recovery.drop()
        recovery.say(
            f"the values of a list are separated by `,`, not by `{piece.lexeme.lower()}`",
            _span(piece, piece),
            ("write `,`", [(piece.start, piece.end, ",")]),
        )
        recovery.put(Piece("COMMA", ",", piece.start, piece.end))
        return True
    if piece.kind in _CONNECTIVES or piece.kind == END or recovery.begins_clause():
        opening = next(each for each in reversed(recovery.read) if each.kind == "LPAR")
        edit = (at, at, ")")
        recovery.say(NEVER_CLOSED, _span(opening, opening), ("close it", [edit]))
        recovery.insert("RPAR", ")", at)
        return True
    return False


def _in_between(recovery: Recovery) -> bool:
    """Mend what should be ``and`` between two ends."""
    piece = recovery.peek()
    is_other = piece.kind in {"COMMA", "OR"} or piece.lexeme.lower() in {"to", "..", "-", "until"}
    if is_other and recovery.peek(1).kind in _VALUES:
        recovery.drop()
        recovery.say(
            f"the ends of `between` are joined by `and`, not by `{_clip(piece.lexeme)}`",
            _span(piece, piece),
            _write(recovery, piece.start, piece.end, "and"),
        )
        recovery.put(Piece("AND", "and", piece.start, piece.end))
        return True
    if piece.kind in _VALUES and not _begins_condition(recovery):
        at = piece.start
        fix = _write(recovery, at, at, "and")
        recovery.say("`and` is missing between the ends of `between`", _span(piece, piece), fix)
        recovery.insert("AND", "and", at)
        return True
    return False


def _behind_name(recovery: Recovery) -> bool:
    """Mend what stands behind a name where an operator is expected."""
    piece = recovery.peek()
    name = recovery.read[-1]
    if name.kind == "LIMIT" and recovery.before(2) in _CONNECTIVES and recovery.depth == 0:
        return _joined_clause(recovery)
    if piece.kind == "WORD" and piece.lexeme.lower() in WORD_OPERATORS:
        return _word_operator(recovery)
    if piece.kind in _VALUES and (name.lexeme.endswith(":") or piece.lexeme.startswith(":")):
        return _colon(recovery)
    if _begins_condition(recovery):
        return _missing_connective(recovery)
    if piece.kind == "PRESENCE":
        fix = _write(recovery, piece.start, piece.start, "is")
        shown = piece.lexeme.lower()
        recovery.say(f"`is` is missing before `{shown}`", _span(piece, piece), fix)
        recovery.insert("IS", "is", piece.start)
        return True
    if piece.kind in _VALUES and recovery.algebra.takes_arguments(name.lexeme):
        return _arguments(recovery)
    if piece.kind in _VALUES:
        fix = _equals(recovery, piece.start, piece.start)
        recovery.say(
            "an operator is missing between the name and this value",
            _span(piece, piece),
            fix,
        )
        recovery.insert("OPERATOR", "=", piece.start)
        return True
    return piece.kind == "COMMA" and _comma(recovery)


def _joined_clause(recovery: Recovery) -> bool:
    """Leave out the connective before a clause."""
    limit = recovery.take_back()
    connective = recovery.take_back()
    recovery.say(
        f"`{connective.lexeme.lower()}` joins nothing here",
        _span(connective, connective),
        _remove(recovery, connective.start, connective.end),
    )
    recovery.put(limit)
    return True


def _word_operator(recovery: Recovery) -> bool:
    """Read an operator of another language, such as ``like`` with its pattern."""
    word, value = recovery.peek(), recovery.peek(1)
    if value.kind not in _VALUES or (value.kind == "WORD" and _begins_condition(recovery, 1)):
        return False
    written = word.lexeme.lower()
    new = WORD_OPERATORS[written]
    negated = recovery.before() == "NOT"
    if negated and new not in KEYWORDS:
        return False
    edits = [spaced(recovery.text, word.start, word.end, new)]
    recovery.drop(2)
    title = f"write `{new}`"
    if new == "glob" and value.kind != "PLACEHOLDER":
        pattern, faults = unquote(value.lexeme) if value.kind == "STRING" else (value.lexeme, [])
        if not faults:
            lexeme = spell(_glob(pattern))
            edits.append((value.start, value.end, lexeme))
            title = f"write `{new} {_clip(lexeme)}`"
            kind = "STRING" if lexeme[0] == '"' else "WORD"
            value = Piece(kind, lexeme, value.start, value.end)
    recovery.say(f"`{written}` is written `{new}`", _span(word, word), (title, edits))
    kind = KEYWORDS.get(new, "OPERATOR")
    recovery.put(Piece(kind, new, word.start, word.end), value)
    return True


def _glob(pattern: str) -> str:
    """Give the ``glob`` pattern of one of ``like``."""
    made: list[str] = []
    escaped = False
    for character in pattern:
        if not escaped and character == "\\":
            escaped = True
            continue
        if character in "*?" or (escaped and character == "\\"):
            made.append("\\" + character)
        elif escaped:
            made.append(character)
        else:
            made.append({"%": "*", "_": "?"}.get(character, character))
        escaped = False
    return "".join(made) + "\\\\" * escaped


def _colon(recovery: Recovery) -> bool:
    """Read ``name: value``."""
    name, piece = recovery.read[-1], recovery.peek()
    if name.lexeme.endswith(":"):
        plain = name.lexeme.rstrip(":")
        start, end = name.start + len(plain), name.end
        if name.kind != "WORD" or not plain or end - start != len(name.lexeme) - len(plain):
            return False
        recovery.take_back()
        fix = _equals(recovery, start, end)
        recovery.say("`:` compares nothing; it is written `=`", (start, end), fix)
        recovery.put(
            Piece(KEYWORDS.get(plain.lower(), "WORD"), plain, name.start, start),
            Piece("OPERATOR", "=", start, end),
        )
        return True
    recovery.drop()
    start, end = piece.start, piece.start + 1
    plain = piece.lexeme[1:]
    if not plain and recovery.peek().kind not in _VALUES:
        recovery.put(piece)
        return False
    fix = _equals(recovery, start, end)
    recovery.say("`:` compares nothing; it is written `=`", (start, end), fix)
    if plain:
        recovery.put(Piece(KEYWORDS.get(plain.lower(), "WORD"), plain, end, piece.end))
    recovery.put(Piece("OPERATOR", "=", start, end))
    return True


def _arguments(recovery: Recovery) -> bool:
    """Put the arguments of a call in parentheses."""
    items = recovery.drop()
    while recovery.peek().kind == "COMMA" and recovery.peek(1).kind in _VALUES:
        if _begins_condition(recovery, 1):
            break
        items += recovery.drop(2)
    name = recovery.read[-1]
    start, end = span = _span(items[0], items[-1])
    recovery.say(
        f"the arguments of `{name.lexeme}` stand in parentheses",
        span,
        ("add parentheses", [(start, start, "("), (end, end, ")")]),
    )
    recovery.put(Piece("LPAR", "(", start, start), *items, Piece("RPAR", ")", end, end))
    return True


def _behind_condition(recovery: Recovery) -> bool:
    """Mend what stands behind a whole condition."""
    piece = recovery.peek()
    if piece.kind == "COMMA":
        return _comma(recovery)
    if _begins_condition(recovery):
        return _missing_connective(recovery)
    if recovery.before() in _VALUES and recovery.before(2) in {"OPERATOR", "MATCH"}:
        if piece.kind == "OPERATOR":
            return _chain(recovery)
        if piece.kind == "WORD" or piece.kind in _KEYWORD_KINDS - _ENDS:
            return _several_words(recovery)
    return False


def _missing_connective(recovery: Recovery) -> bool:
    piece = recovery.peek()
    before = recovery.text[piece.start - 1 : piece.start]
    new = "and " if before.isspace() else " and "
    fix = ("add `and`", [(piece.start, piece.start, new)])
    recovery.say("`and` or `or` is missing before this", _span(piece, piece), fix)
    recovery.insert("AND", "and", piece.start)
    return True


def _comma(recovery: Recovery) -> bool:
    """Read a comma between conditions as ``and``, one between values as a list."""
    comma = recovery.peek()
    span = _span(comma, comma)
    following = recovery.peek(1).kind
    if following in _ENDS and not (following == "LIMIT" and not recovery.begins_clause(1)):
        recovery.drop()
        fix = _remove(recovery, comma.start, comma.end)
        recovery.say("this `,` separates nothing", span, fix)
        return True
    operator = recovery.read[-2] if len(recovery.read) > 1 else comma
    if (
        following in _VALUES
        and not _begins_condition(recovery, 1)
        and recovery.before() in _VALUES
        and operator.kind == "OPERATOR"
        and operator.start < operator.end
        and OPERATORS[operator.lexeme] in {"=", "!="}
    ):
        return _list_behind_equals(recovery)
    recovery.drop()
    fix = _write(recovery, comma.start, comma.end, "and")
    recovery.say("conditions are joined by `and` or `or`, not by `,`", span, fix)
    recovery.put(Piece("AND", "and", comma.start, comma.end))
    return True


def _list_behind_equals(recovery: Recovery) -> bool:
    """Read ``name = a, b`` as ``name in (a, b)``."""
    items = [recovery.take_back()]
    operator = recovery.take_back()
    while recovery.peek().kind == "COMMA" and recovery.peek(1).kind in _VALUES:
        if _begins_condition(recovery, 1):
            break
        items += recovery.drop(2)
    negated = OPERATORS[operator.lexeme] == "!="
    new = "not in" if negated else "in"
    start, end = operator.start, operator.end
    edits = [
        spaced(recovery.text, start, end, new),
        (items[0].start, items[0].start, "("),
        (items[-1].end, items[-1].end, ")"),
    ]
    recovery.say(
        f"one of several values is written `{new} (…)`",
        _span(items[0], items[-1]),
        (f"write `{new} (…)`", edits),
    )
    if negated:
        recovery.put(Piece("NOT", "not", start, end))
    opening = Piece("LPAR", "(", items[0].start, items[0].start)
    closing = Piece("RPAR", ")", items[-1].end, items[-1].end)
    negation = recovery.drop() if negated else []
    recovery.put(*negation, Piece("IN", "in", start, end), opening, *items, closing)
    return True


def _chain(recovery: Recovery) -> bool:
    """Quote a value that holds ``=``, such as ``tag = a=b``."""
    value = recovery.read[-1]
    if value.kind != "WORD" or OPERATORS[recovery.peek().lexeme] != "=":
        return False
    parts = [value]
    if _ends_in_operator(recovery):
        return False
    recovery.take_back()
    while recovery.peek().kind == "OPERATOR" and OPERATORS[recovery.peek().lexeme] == "=":
        parts += recovery.drop()
        if recovery.peek().kind != "WORD":
            break
        parts += recovery.drop()
    start, end = span = _span(parts[0], parts[-1])
    new = quote("".join(part.lexeme for part in parts))
    recovery.say(
        f"a value that holds `{parts[1].lexeme}` stands in quotes",
        span,
        _write(recovery, start, end, new),
    )
    recovery.put(Piece("STRING", new, start, end))
    return True


def _ends_in_operator(recovery: Recovery) -> bool:
    """Tell whether no value follows the last ``=``, and what does follow would touch it."""
    ahead = 0
    while recovery.peek(ahead).kind in {"OPERATOR", "WORD"}:
        last = recovery.peek(ahead)
        ahead += 1
    return last.kind == "OPERATOR" and last.end == recovery.peek(ahead).start != len(recovery.text)


def _several_words(recovery: Recovery) -> bool:
    """Quote a value of several words, such as ``name = CentOS 7``."""
    parts = [recovery.read[-1]]
    if parts[0].kind != "WORD":
        return False
    ahead = 0
    kinds = (_KEYWORD_KINDS - _ENDS) | {"WORD"}
    while recovery.peek(ahead).kind in kinds and not _begins_condition(recovery, ahead):
        parts.append(recovery.peek(ahead))
        ahead += 1
    if ahead == 0 or recovery.peek(ahead).kind in {"OPERATOR", "STRING", "PLACEHOLDER", "BROKEN"}:
        return False
    recovery.take_back()
    recovery.drop(ahead)
    start, end = span = _span(parts[0], parts[-1])
    value = parts[0].lexeme
    for before, part in pairwise(parts):
        touching = before.end == part.start and not (before.is_sign or part.is_sign)
        value += ("" if touching else " ") + part.lexeme
    new = quote(value)
    recovery.say(
        "a value of several words stands in quotes", span, _write(recovery, start, end, new)
    )
    recovery.put(Piece("STRING", new, start, end))
    return True


def _behind_clause(recovery: Recovery) -> bool:
    """Mend what stands behind ``order by``, ``limit`` or ``after``."""
    piece = recovery.peek()
    lowered = piece.lexeme.lower()
    if recovery.accepts("DIRECTION") and lowered in _DIRECTIONS:
        new = _DIRECTIONS[lowered]
        recovery.drop()
        fix = _write(recovery, piece.start, piece.end, new)
        recovery.say(f"`{lowered}` is written `{new}`", _span(piece, piece), fix)
        recovery.put(Piece("DIRECTION", new, piece.start, piece.end))
        return True
    if piece.kind == "COMMA" and recovery.before(2) == "LIMIT" and recovery.peek(1).kind == "WORD":
        return _offset(recovery)
    if piece.kind in {"COMMA", "AND", "OR"} and (
        recovery.begins_clause(1) or recovery.peek(1).kind == END
    ):
        recovery.drop()
        fix = _remove(recovery, piece.start, piece.end)
        what = "this `,` separates nothing" if lowered == "," else f"`{lowered}` joins nothing here"
        recovery.say(what, _span(piece, piece), fix)
        return True
    return _filter_behind_clauses(recovery)


def _offset(recovery: Recovery) -> bool:
    """Read ``limit 5, 10``, which is an offset and a limit elsewhere."""
    first = recovery.take_back()
    comma, count = recovery.drop(2)
    recovery.say(
        "`limit` takes one number: there is no offset; `after` goes on behind an image",
        _span(comma, count),
        (f"write `limit {_clip(count.lexeme)}`", [(first.start, count.start, "")]),
    )
    recovery.put(Piece("WORD", count.lexeme, count.start, count.end))
    return True


def _filter_behind_clauses(recovery: Recovery) -> bool:
    """Move conditions that stand behind a clause before the first one."""
    joined = recovery.peek().kind in _CONNECTIVES
    if not _begins_condition(recovery, int(joined)):
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
    text = " ".join(recovery.text[part[0].start : part[-1].end] for part in parts)
    edits = [(at, at, text + " ")]
    edits += [(part[0].start, part[-1].end, "") for part in parts]
    recovery.say(
        "clauses stand behind the whole filter",
        (start, parts[0][-1].end),
        *([("move the clauses to the end", edits)] if was_straight else []),
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


def _clause_length(recovery: Recovery) -> int:
    """Count the tokens of the clause that comes next; none where none does."""
    kinds = [recovery.peek(ahead).kind for ahead in range(4)]
    if kinds[:3] == ["ORDER", "BY", "WORD"]:
        return 3 + (kinds[3] == "DIRECTION")
    if kinds[0] == "LIMIT" and kinds[1] in {"WORD", "PLACEHOLDER"}:
        return 2
    return 2 if kinds[0] == "AFTER" and kinds[1] in _VALUES else 0


_BEHIND: dict[str, Callable[[Recovery], bool]] = {
    "NOT": _behind_not,
    "IN": _behind_in,
    "IS": _behind_is,
    "ORDER": _behind_order,
    "BY": _behind_by,
    "LIMIT": _behind_limit,
}
