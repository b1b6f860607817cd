"""At a value and after one: wherever the tables take a value, and in lists and ranges of them."""

from __future__ import annotations

import re
from itertools import pairwise

from imsquery.language.clock import named_interval, reads_clock, respell_clock
from imsquery.language.lexer import END, NAMES, is_word, quote, unquote
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.recovery.clauses import clause_operator, dangling, remove_operator
from imsquery.language.recovery.confusables import show as display
from imsquery.language.recovery.dialects.reading import TAGS
from imsquery.language.recovery.piece import (
    AFTER_NAMES,
    CONNECTIVES,
    COUNTS,
    ENDS,
    KEYWORD_KINDS,
    VALUES,
    Part,
    Piece,
    extent,
)
from imsquery.language.recovery.ranges import in_brackets, is_joined_by_and
from imsquery.language.recovery.scanner import UNCLOSED
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import AGO, BETWEEN_ENDS
from imsquery.language.times import respell_time

_LONGEST_CHAIN = 20  # tokens looked over: each of a long row would look over all after it
_few_digits = re.compile("[0-9]{1,3}").fullmatch
_quantity = re.compile("[0-9]+(?:[.][0-9]+)? [KMGT]?i?B", re.IGNORECASE).fullmatch
_three_more = re.compile(",[0-9]{3}").fullmatch


# -- at a value


def at_value(recovery: Recovery) -> bool:
    """Mend what is where a value is expected."""
    piece, before = recovery.peek(), recovery.before()
    if piece.kind == "DIRECTION" and before == "OPERATOR" and _is_directed(recovery):
        piece.kind = "WORD"
        return True
    if piece.kind == "ALL" and _is_refused(recovery):
        recovery.put(recovery.drop()[0].evolve(kind="WORD"))
        return True
    if piece.kind in KEYWORD_KINDS and recovery.begins_value():
        message = f"`{piece.lexeme.lower()}` is a keyword; quote it to use it as a value"
        # A keyword that may be a name may be a value, too; others may be meant as such.
        is_safe = piece.kind in NAMES
        return _add_quotes(recovery, [piece], piece.lexeme, message, is_safe=is_safe)
    if piece.kind == "COMMA" and before in {"LPAR", "COMMA"}:
        recovery.remove(piece)
    elif piece.kind == "RPAR" and before == "COMMA":
        comma = recovery.read[-1]
        recovery.change("expected a value after `,`", ([comma], ""), is_safe=True)
    elif piece.kind == "RPAR" and before == "LPAR":
        _empty_list(recovery)
    elif piece.kind == "LPAR" and (_range(recovery) or _unwrap(recovery)):
        return True
    elif piece.kind == "OPERATOR" and before == "AFTER":
        return clause_operator(recovery)
    elif piece.kind in ENDS or piece.kind == "COMMA":
        shown = recovery.read[-1].lexeme.lower()
        recovery.say(f"expected a value after `{shown}`", recovery.last_place)
        recovery.give_up()
    else:
        return False
    return True


def _is_directed(recovery: Recovery) -> bool:
    """Return whether the name before an operator is that of a direction: a clause, as is said."""
    return recovery.algebra.clause_of(recovery.read[-2].lexeme) == "direction"


def _is_refused(recovery: Recovery) -> bool:
    """Return whether ``all`` is the argument of a function that never takes it, and says so."""
    around = [recovery.before(2), recovery.before(), recovery.peek(1).kind]
    is_argument = around == ["WORD", "LPAR", "RPAR"]
    return is_argument and recovery.algebra.refuses_all(recovery.read[-2].lexeme)


def _empty_list(recovery: Recovery) -> None:
    """Read ``in ()`` as what it says: nothing is in it."""
    negated = recovery.before(3) == "NOT"
    pieces = [*recovery.read[-4 if negated else -3 :], recovery.peek()]
    new, what = ("all", "everything") if negated else ("none", "nothing")
    message = f"a list needs at least one value; use `{new}` to match {what}"
    recovery.change(message, (pieces, new), span=extent(pieces[-2], pieces[-1]))


def _range(recovery: Recovery) -> bool:
    """Read ``= (low to high)``, in brackets elsewhere, as ``between``."""
    return _equates(recovery.read[-1], "=") and in_brackets(recovery, [recovery.read[-1]])


def _equates(operator: Piece, *relations: str) -> bool:
    return operator.kind == "OPERATOR" and OPERATORS[operator.lexeme] in relations


def _unwrap(recovery: Recovery) -> bool:
    """Read a value in parentheses, or a list after ``=``."""
    opening, value, closing = recovery.ahead(3)
    operator = recovery.read[-1]
    if value.kind in VALUES and closing.kind == "RPAR":
        recovery.change(
            "remove the parentheses around a single value",
            *(([opening], ""), value, ([closing], "")),
            span=extent(opening, closing),
            title="remove the parentheses",
            is_safe=recovery.text[opening.start].isascii()
            and not (opening.is_doubtful or closing.is_doubtful),
        )
        return True
    is_list = value.kind in VALUES and closing.kind in {"COMMA", "OR"} and recovery.begins_value(3)
    if not (is_list and _equates(operator, *EQUALITY)) or recovery.begins_condition(3):
        return False
    if _all_of(recovery):
        return True
    new = _list_operator(operator)
    message = f"use `{new}`, not `{operator.lexeme}`, with a list"
    recovery.rewrite([operator], new, message, is_safe=False)  # HCL: all of the tags
    return True


def _all_of(recovery: Recovery) -> bool:
    """Read ``tags = [a, b]`` as an image that has both."""
    name, operator = recovery.read[-2:]
    opening, first, *rest = [*recovery.ahead(2), *_more_values(recovery, 2)]
    closing = recovery.peek(2 + len(rest))
    if name.lexeme.lower() not in TAGS or recovery.text[opening.start] != "[":
        return False
    if closing.kind != "RPAR" or not _equates(operator, "="):
        return False
    is_apart = is_joined_by_and(recovery, 3, 3 + len(rest))
    before, after = ("", "") if is_apart else ("(", ")")
    parts: list[Part] = [((), before)] if before else []
    parts += [name, operator, ([opening], ""), first]
    for comma, value in zip(rest[::2], rest[1::2], strict=True):
        parts += [([comma], f"and {name.lexeme} ="), value]
    parts += [([closing], after)]
    recovery.change("a list of tags means all of them", *parts, span=extent(opening, closing))
    return True


def _list_operator(operator: Piece) -> str:
    return "in" if _equates(operator, "=") else "not in"


# -- after a value


def after_value(recovery: Recovery) -> bool:
    """Mend what goes on with a value that was read as a whole one."""
    piece = recovery.peek()
    kind = piece.kind
    if kind == "LPAR":
        return _called_clock(recovery) or _time_ago(recovery)
    if kind == "COMMA":
        return _grouped_digits(recovery)
    if kind == "PER" and _count_per_group(recovery):
        return True
    if kind == "OPERATOR":
        return _quote_chain(recovery)
    return _is_word(piece) and (_spaced_time(recovery) or _several_words(recovery))


_MORE_WORDS = (KEYWORD_KINDS - ENDS) | {"WORD"}


def _is_word(piece: Piece) -> bool:
    """Return whether a token may go on with a value of several words."""
    return piece.kind in _MORE_WORDS or piece.is_bare


def quote_bare(recovery: Recovery) -> None:
    """Quote a value without the quotes that it needs; more words may go on with it."""
    piece = recovery.peek()
    recovery.take()
    if _several_words(recovery):
        return
    written = recovery.text[piece.start : piece.end]
    odd = next((each for each in written if not is_word(each)), written[0])
    start = end = recovery.text.index(odd, piece.start)
    while recovery.text[end : end + 1] == odd:
        end += 1
    recovery.change(
        f"quote values that contain {display(odd)}",
        ([piece], piece.lexeme),
        span=(start, end),
        title="add quotes",
        # Of ASCII, a character may be more than a part of the value.
        is_safe=not any(each.isascii() and not is_word(each) for each in written)
        and recovery.peek().kind in ENDS | {"COMMA"},
    )


def _count_per_group(recovery: Recovery) -> bool:
    """Read ``limit = 3 per platform``, which can be nothing but a clause."""
    kinds = [recovery.before(back) for back in (3, 2, 1)]
    if kinds[0] not in COUNTS or kinds[1] != "OPERATOR" or recovery.peek(1).kind != "WORD":
        return False
    keyword, operator, count = recovery.read[-3:]
    return _equates(operator, "=") and remove_operator(recovery, keyword, operator, count)


def _may_end(recovery: Recovery, ahead: int) -> bool:
    """Return whether a value may end before a token to come; in a range the other end follows."""
    if not recovery.is_in_range:
        return True
    return _joins_ends(recovery, ahead) and not recovery.begins_condition(ahead + 1)


def _joins_ends(recovery: Recovery, ahead: int = 0) -> bool:
    """Return whether a token to come joins the two ends of a range."""
    joint = recovery.peek(ahead)
    is_joint = joint.kind in CONNECTIVES | {"COMMA"} or joint.lexeme.lower() in BETWEEN_ENDS
    return is_joint and recovery.begins_value(ahead + 1)


def _called_clock(recovery: Recovery) -> bool:
    """Remove the parentheses of ``now()``."""
    word, opening, closing = recovery.read[-1], recovery.peek(), recovery.peek(1)
    if word.kind != "WORD" or closing.kind != "RPAR" or not reads_clock(word.lexeme):
        return False
    message = f"remove the parentheses after `{word.lexeme.lower()}`"
    is_safe = _is_of_time(recovery)
    recovery.change(message, word, ([opening, closing], ""), is_safe=is_safe)
    return True


def _time_ago(recovery: Recovery) -> bool:
    """Read ``ago(7d)``."""
    word, opening, span, closing = recovery.read[-1], *recovery.ahead(3)
    kinds = [word.kind, opening.kind, span.kind, closing.kind]
    if kinds != ["WORD", "LPAR", "WORD", "RPAR"] or word.lexeme.lower() != AGO:
        return False
    meant = f"now-{span.lexeme}"
    if reads_clock(meant):
        is_safe = _is_of_time(recovery)
        recovery.rewrite([word, opening, span, closing], meant, is_safe=is_safe)
        return True
    return False


def _grouped_digits(recovery: Recovery) -> bool:
    """Read ``4,096``, which is not a list."""
    first = recovery.read[-1]
    ahead, end = 0, first.end
    while recovery.peek(ahead).start == end:
        end = recovery.peek(ahead + 1).end
        if not _three_more(recovery.text, recovery.peek(ahead).start, end):
            break
        ahead += 2
    if ahead == 0 or not _few_digits(first.lexeme) or not _may_end(recovery, ahead):
        return False
    if recovery.begins_condition(ahead - 1):
        return False
    pieces = [first, *recovery.ahead(ahead)]
    digits = recovery.text[first.start : pieces[-1].end].replace(",", "")
    recovery.rewrite(pieces, digits, "write numbers without separators", is_safe=False)
    return True


def _quote_chain(recovery: Recovery) -> bool:
    """Quote a value that contains ``=``, such as ``tag = a=b``."""
    value, equals = recovery.read[-1], recovery.peek()
    if value.kind != "WORD" or not _equates(equals, "=") or _ends_in_operator(recovery):
        return False
    ahead = 0
    while _equates(recovery.peek(ahead), "="):
        ahead += 1
        if recovery.peek(ahead).kind != "WORD":
            break
        ahead += 1
    if not _may_end(recovery, ahead):
        return False
    parts = [value, *recovery.ahead(ahead)]
    new = "".join(part.lexeme for part in parts)
    return _add_quotes(recovery, parts, new, f"quote values that contain `{equals.lexeme}`")


def _ends_in_operator(recovery: Recovery) -> bool:
    """Return whether a chain ends in ``=``, before what is not a part of its value."""
    ahead = 1
    while recovery.peek(ahead).kind in {"OPERATOR", "WORD"} and ahead < _LONGEST_CHAIN:
        ahead += 1
    last, following = recovery.peek(ahead - 1), recovery.peek(ahead)
    touches = last.end == following.start != len(recovery.text)
    return last.kind == "OPERATOR" and (touches or following.kind in VALUES)


def _spaced_time(recovery: Recovery) -> bool:
    """Join the words of ``now - 7d``, and quote those of ``2018-10-28 10:00``."""
    count, clock, is_certain = 0, "", True
    for ahead in range(_MOST_SPACES):
        if recovery.peek(ahead).kind != "WORD" or recovery.begins_condition(ahead):
            break
        words = [word.lexeme for word in (recovery.read[-1], *recovery.ahead(ahead + 1))]
        compact = "".join(words)
        clocks = [compact] if reads_clock(compact) else respell_clock(compact)
        interval = named_interval(" ".join(words))
        if interval:
            clocks, is_certain = [interval], False
        if clocks or respell_time(" ".join(words)):
            count, clock = ahead + 1, "".join(clocks)
    if count == 0:
        return False
    parts = [recovery.read[-1], *recovery.ahead(count)]
    if not clock:
        return _add_quotes(recovery, parts, " ".join(part.lexeme for part in parts), _SPACES)
    message = f"write times such as `{clock}` without spaces"
    recovery.rewrite(parts, clock, message, is_safe=is_certain and _is_of_time(recovery))
    return True


def _is_of_time(recovery: Recovery) -> bool:
    """Return whether the value that was read last is known to be that of a time."""
    for back in range(2, _LONGEST_CHAIN):
        if recovery.before(back) in AFTER_NAMES:
            name = back + 1 + (recovery.before(back + 1) == "NOT")
            return bool(recovery.before(name)) and recovery.algebra.is_time(
                recovery.read[-name].lexeme
            )
    return False


_MOST_SPACES = 3  # in a time: `now - 7 days`
_SPACES = "quote values that contain spaces"


def _several_words(recovery: Recovery) -> bool:
    """Quote a value of several words, such as ``name = CentOS 7``; in a list they are apart."""
    first = recovery.read[-1]
    is_first = first.kind == "WORD" or first.is_bare
    if not is_first or recovery.is_in_list or recovery.is_after_clause:
        return False
    ahead = 0
    while _is_word(recovery.peek(ahead)) and not recovery.begins_condition(ahead):
        is_end = recovery.is_in_range and _joins_ends(recovery, ahead)
        if is_end or recovery.begins_words(ahead) or recovery.ignores_case(ahead):
            break
        ahead += 1
    following = recovery.peek(ahead)
    goes_on = following.kind in {"OPERATOR", "STRING", "PLACEHOLDER", "BROKEN"}
    if ahead == 0 or goes_on or not _may_end(recovery, ahead):
        return False
    parts = [first, *recovery.ahead(ahead)]
    value = _plain(first)
    for before, part in pairwise(parts):
        touches = before.end == part.start and not (before.is_sign or part.is_sign)
        value += ("" if touches else " ") + _plain(part)
    return _add_quotes(recovery, parts, value, _SPACES)


def _plain(piece: Piece) -> str:
    return unquote(piece.lexeme)[0] if piece.is_bare else piece.lexeme


def _add_quotes(
    recovery: Recovery, pieces: list[Piece], value: str, message: str, *, is_safe: bool = False
) -> bool:
    # Of several words, where the value ends is a guess.
    recovery.rewrite(pieces, quote(value), message, "add quotes", is_safe=is_safe)
    return True


# -- in a list, and in a range


def enclose(recovery: Recovery, message: str) -> bool:
    """Put the values to come in parentheses."""
    items = [recovery.peek(), *_more_values(recovery, 1)]
    parts: list[Part] = [((), "("), *items, ((), ")")]
    span = extent(items[0], items[-1])
    recovery.change(message, *parts, span=span, title="add parentheses")
    return True


def _more_values(recovery: Recovery, ahead: int) -> list[Piece]:
    """Return the commas and values that go on with a list."""
    items: list[Piece] = []
    while recovery.peek(ahead).kind == "COMMA" and recovery.peek(ahead + 1).kind in VALUES:
        if recovery.begins_condition(ahead + 1):
            break
        items += [recovery.peek(ahead), recovery.peek(ahead + 1)]
        ahead += 2
    return items


def after_in(recovery: Recovery) -> bool:
    """Put a list in parentheses."""
    return recovery.peek().kind in VALUES and enclose(recovery, "put lists in parentheses")


def in_list(recovery: Recovery) -> bool:
    """Mend what follows a value of a list."""
    piece, following = recovery.peek(), recovery.peek(1).kind
    is_joint = piece.kind in CONNECTIVES
    if _is_quantity(recovery.read[-1], piece):
        parts = [recovery.read[-1], piece]
        _add_quotes(recovery, parts, f"{parts[0].lexeme} {piece.lexeme}", _SPACES)
    elif piece.kind in VALUES and not recovery.begins_condition():
        recovery.add(",")
    elif is_joint and following in {"COMMA", "RPAR"}:
        dangling(recovery, piece)
    elif is_joint and _is_item(recovery, 1):
        return _joined_arguments(recovery) if recovery.is_in_call else _joined_values(recovery)
    elif is_joint or piece.kind == END or recovery.begins_clause():
        opening = next(each for each in reversed(recovery.read) if each.kind == "LPAR")
        recovery.is_straight = False
        recovery.add(")", UNCLOSED, span=extent(opening, opening))
    else:
        return False
    return True


def _is_quantity(number: Piece, unit: Piece) -> bool:
    """Return whether two values of a list are one: a number and its unit."""
    is_apart = number.kind == unit.kind == "WORD"
    return is_apart and _quantity(f"{number.lexeme} {unit.lexeme}") is not None


def _joined_values(recovery: Recovery) -> bool:
    """Read a connective between the values of a list, any of which will do."""
    joint = recovery.peek()
    message = f"use `,`, not `{joint.lexeme.lower()}`, between the values of a list"
    recovery.rewrite([joint], ",", message, is_safe=joint.kind == "OR")
    return True


def _joined_arguments(recovery: Recovery) -> bool:
    """Read ``supports(kvm or xen)`` as two conditions: a comma would not say how to join them."""
    joint = recovery.peek()
    items: list[Piece] = []
    is_first = recovery.before(2) == "LPAR"
    while is_first and recovery.peek(len(items)).kind == joint.kind:
        items += [recovery.peek(len(items)), recovery.peek(len(items) + 1)]
    closing = recovery.peek(len(items))
    if not is_first or closing.kind != "RPAR" or {each.kind for each in items[1::2]} - VALUES:
        message = f"`{joint.lexeme.lower()}` goes between conditions, not between arguments"
        recovery.say(message, extent(joint, joint))
        recovery.put(recovery.drop()[0].evolve(kind="COMMA", lexeme=","))
        return True
    name, opening, first = recovery.read[-3:]
    calls = [f"{name.lexeme}({value.lexeme})" for value in (first, *items[1::2])]
    new = f" {joint.lexeme.lower()} ".join(calls)
    is_joined = recovery.before(4) in CONNECTIVES | {"NOT"}
    if is_joined or recovery.peek(len(items) + 1).kind in CONNECTIVES:
        new = f"({new})"
    recovery.rewrite([name, opening, first, *items, closing], new, is_safe=False)
    return True


def _is_item(recovery: Recovery, ahead: int) -> bool:
    """Return whether a token to come is a value of a list, rather than a condition after it."""
    following = recovery.peek(ahead + 1).kind
    if following == "LPAR":
        return not recovery.begins_condition(ahead)
    return recovery.begins_value(ahead) and following in CONNECTIVES | {"COMMA", "RPAR"}


def in_range(recovery: Recovery) -> bool:
    """Mend what should be ``and`` between two ends."""
    piece = recovery.peek()
    if _joins_ends(recovery):
        message = f"use `and`, not `{piece.lexeme.lower()}`, between the ends of `between`"
        recovery.rewrite([piece], "and", message)
        return True
    if piece.kind in VALUES and not recovery.begins_condition():
        recovery.add("and")
        return True
    return False


def list_after_equals(recovery: Recovery) -> bool:
    """Read ``name = a, b`` as ``name in (a, b)``."""
    operator, first = recovery.read[-2:]
    items = [first, *_more_values(recovery, 0)]
    new = _list_operator(operator)
    parts: list[Part] = [([operator], new), ((), "("), *items, ((), ")")]
    span = extent(first, items[-1])
    recovery.change(f"use `{new} (…)` for several values", *parts, span=span)
    return True
