"""After a name: what goes between it and its value."""

from __future__ import annotations

import re

from imsquery.diagnostics.suggest import nearest
from imsquery.language.lexer import is_name
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.recovery.clauses import quoted_number, unjoin_clause
from imsquery.language.recovery.connectives import mend_comma, missing_connective
from imsquery.language.recovery.piece import (
    CONNECTIVES,
    COUNTS,
    VALUES,
    Piece,
    extent,
    pieces_of,
)
from imsquery.language.recovery.ranges import in_brackets
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.values import enclose
from imsquery.language.recovery.vocabulary import (
    COLON_OF_LIST,
    EXCLUSIVE_OR,
    NOCASE,
    PRESENCE_OF,
    colon_beside,
)
from imsquery.language.recovery.word_operators import word_operator

_pair = re.compile(r"-?[A-Za-z_]\w*:[^:/].*").fullmatch  # `name:value` of a search box


def after_name(recovery: Recovery) -> bool:
    """Mend what follows a name where an operator is expected."""
    piece, name = recovery.peek(), recovery.read[-1]
    if piece.kind == "COLON":
        return _colon(recovery)
    if name.kind in COUNTS and recovery.before(2) in CONNECTIVES and recovery.depth == 0:
        return unjoin_clause(recovery)
    if name.kind in COUNTS and piece.kind == "STRING":
        return quoted_number(recovery)
    if piece.kind in VALUES and ":" in {name.lexeme[-1], piece.lexeme[0]}:
        return False
    if recovery.begins_condition() or (_pair(name.lexeme) and _pair(piece.lexeme)):
        return missing_connective(recovery)
    if piece.kind == "PRESENCE":
        recovery.add("is", f"expected `is` before `{piece.lexeme.lower()}`")
        return True
    if piece.kind in VALUES and recovery.algebra.takes_arguments(name.lexeme):
        return enclose(recovery, f"put the arguments of `{name.lexeme}` in parentheses")
    if piece.kind in VALUES:
        recovery.add("=", "missing operator")
        return True
    return piece.kind == "COMMA" and mend_comma(recovery)


def after_not(recovery: Recovery) -> bool:
    """Mend what follows ``name not``."""
    piece, negation = recovery.peek(), recovery.read[-1]
    if piece.kind == "OPERATOR" and OPERATORS[piece.lexeme] in EQUALITY:
        meant = "!=" if OPERATORS[piece.lexeme] == "=" else "="
        recovery.rewrite([negation, piece], meant)
        return True
    if word_operator(recovery):
        return True
    if piece.kind not in VALUES:
        return False
    if recovery.algebra.is_standalone(recovery.read[-2].lexeme):
        recovery.put(recovery.take_back())
        return missing_connective(recovery)
    recovery.rewrite([negation], "!=", is_safe=False)
    return True


# -- whether letter case matters


def nocase(recovery: Recovery) -> bool:
    """Read ``ignore case``; leave out ``ignoring case`` after what compares no texts."""
    if recovery.accepts("IGNORING") and not recovery.expects_condition:
        return _other_nocase(recovery)
    if not recovery.ignores_case() or not recovery.accepts("OR"):
        return False
    message = "unexpected `ignoring case`; it goes with `=`, `!=`, `in` and matching operators"
    recovery.change(message, recovery.read[-1], (recovery.ahead(2), ""))
    return True


def _other_nocase(recovery: Recovery) -> bool:
    words = [each.lexeme.lower() for each in recovery.ahead(2)]
    for count in (2, 1):
        if " ".join(words[:count]) in NOCASE:
            recovery.rewrite(recovery.ahead(count), "ignoring case", is_safe=False)
            return True
    return False


def after_ignoring(recovery: Recovery) -> bool:
    """Add what ``ignoring`` lacks, unless it is a name."""
    if not recovery.accepts("CASE"):
        return False
    keyword = recovery.read[-1]
    recovery.change(
        "expected `case` after `ignoring`", keyword, ((), "case"), span=recovery.last_place
    )
    return True


def after_is(recovery: Recovery) -> bool:
    """Read ``is true`` and ``is not value``."""
    negation = [recovery.peek()] if recovery.peek().kind == "NOT" else []
    value = recovery.peek(len(negation))
    if value.kind in VALUES:
        is_safe = not nearest(value.lexeme, ("present", "absent"))
        new = "!=" if negation else "="
        recovery.rewrite([recovery.read[-1], *negation], new, is_safe=is_safe)
        return True
    return False


# -- whether an attribute is there


def presence_before(recovery: Recovery) -> bool:
    """Read ``has name`` and ``exists name``, and nothing more of their condition."""
    word, name = recovery.ahead(2)
    written = word.lexeme.lower()
    is_asked = recovery.expects_condition and written in PRESENCE_OF and name.kind == "WORD"
    if not is_asked or not recovery.ends_condition(2):
        return False
    new = f"is {PRESENCE_OF[written]}"
    message = f"use `{new}`, not `{written}`"
    recovery.change(message, ([word], ""), name, ((), new), span=extent(word, name))
    return True


def exclusive_or(recovery: Recovery) -> bool:
    """Report an operator without a counterpart: a fix would write each condition twice."""
    piece = recovery.peek()
    if piece.lexeme.lower() != EXCLUSIVE_OR or recovery.expects_condition:
        return False
    message = "unknown operator `xor`; use `(… and not …) or (not … and …)`"
    recovery.say(message, extent(piece, piece))
    recovery.give_up()
    return True


# -- a colon between name and value


def split_colon(recovery: Recovery) -> bool:
    """Split ``name:`` or ``:value`` where the colon compares; return whether it did."""
    word, following = recovery.peek(), recovery.peek(1)
    if ":" not in word.lexeme:
        return False
    is_first = recovery.expects_condition
    name = word.lexeme.rstrip(":") if is_first else ""
    value = "" if is_first else word.lexeme.lstrip(":")
    colon = word.lexeme[len(name) : len(word.lexeme) - len(value)]
    compares = following.kind in VALUES
    if following.kind in {"LPAR", "OPERATOR"}:  # apart from them, `name:` is a name
        compares = not is_first or following.start == word.end
    if is_first:
        compares = compares and name != "" and is_name(name)
    else:
        compares = (compares or value != "") and recovery.accepts("OPERATOR")
    if not (colon and compares):
        return False
    recovery.drop()
    at = recovery.text.rfind(colon, word.start, word.end) if name else word.start
    at = at if at >= 0 else word.start + len(name)  # a look-alike
    pieces = [*pieces_of(name, word.start, at), Piece("COLON", colon, at, at + len(colon))]
    recovery.put(*pieces, *pieces_of(value, at + len(colon), word.end))
    return True


def _colon(recovery: Recovery) -> bool:
    """Read a colon that was split off; before an operator, leave it out."""
    colon, following = recovery.peek(), recovery.peek(1)
    if following.kind == "OPERATOR":
        recovery.remove(colon, message=colon_beside(following.lexeme))
    elif following.kind == "LPAR" and in_brackets(recovery, [colon]):
        return True
    elif following.kind == "LPAR":
        recovery.rewrite([colon], "in", COLON_OF_LIST, is_safe=False)
    else:
        recovery.rewrite([colon], "=", is_safe=False)  # gcloud: contains
    return True
