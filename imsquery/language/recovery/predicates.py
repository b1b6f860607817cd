"""After a name: what goes between it and its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import NAME_KINDS, spell, unquote
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.recovery.clauses import quoted_number, unjoin_clause
from imsquery.language.recovery.connectives import mend_comma, missing_connective
from imsquery.language.recovery.piece import (
    CONNECTIVES,
    COUNTS,
    VALUES,
    Part,
    Piece,
    extent,
    pieces_of,
)
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.values import enclose
from imsquery.language.recovery.vocabulary import (
    ABSENT,
    AMBIGUOUS,
    BETWEEN_ENDS,
    COLON_OF_LIST,
    LIKE_WILDCARDS,
    PRESENCE,
    PRESENCE_OF,
    WORD_OPERATORS,
    colon_beside,
)

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
    if piece.kind == "WORD" and piece.lexeme.lower() in WORD_OPERATORS:
        return _word_operator(recovery)
    if piece.kind != "PRESENCE" and name.kind == "WORD" and _says_presence(recovery):
        return _presence(recovery)
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
    if _says_presence(recovery):
        return _presence(recovery, negation)
    if piece.kind == "OPERATOR" and OPERATORS[piece.lexeme] in EQUALITY:
        meant = "!=" if OPERATORS[piece.lexeme] == "=" else "="
        recovery.rewrite([negation, piece], meant)
        return True
    if piece.kind == "WORD" and piece.lexeme.lower() in WORD_OPERATORS:
        return _word_operator(recovery)
    if piece.kind not in VALUES:
        return False
    if recovery.algebra.is_standalone(recovery.read[-2].lexeme):
        recovery.put(recovery.take_back())
        return missing_connective(recovery)
    recovery.rewrite([negation], "!=", is_safe=False)
    return True


def after_is(recovery: Recovery) -> bool:
    """Read ``is null``, ``is not null``, ``is true`` and ``is value``."""
    negation = [recovery.peek()] if recovery.peek().kind == "NOT" else []
    piece, keyword = recovery.peek(len(negation)), recovery.read[-1]
    absent = piece.lexeme.lower() in ABSENT and piece.kind in {"WORD", "NONE"}
    if absent or piece.kind == "PRESENCE":
        absent = absent or piece.lexeme.lower() == "absent"
        new = "is present" if absent == bool(negation) else "is absent"
        recovery.rewrite([keyword, *negation, piece], new)
        return True
    if piece.kind in VALUES:
        recovery.rewrite([keyword, *negation], "!=" if negation else "=")
        return True
    return False


# -- whether an attribute is there


def _says_presence(recovery: Recovery) -> bool:
    """Return whether the next word, after a name, says whether it is there."""
    word = recovery.peek().lexeme.lower()
    known = word in PRESENCE or (recovery.before() == "NOT" and word in ABSENT)
    return (known or recovery.peek().kind == "PRESENCE") and recovery.ends_condition(1)


def _presence(recovery: Recovery, negation: Piece | None = None) -> bool:
    """Read ``name exists`` and ``name not null``."""
    word = recovery.peek()
    lowered = word.lexeme.lower()
    says = PRESENCE.get(lowered, "absent" if lowered in ABSENT else lowered)
    if negation is not None:
        says = "absent" if says == "present" else "present"
    recovery.rewrite([negation, word] if negation else [word], f"is {says}")
    return True


def asks_presence(recovery: Recovery) -> bool:
    """Return whether ``has name`` comes next, and nothing more of its condition."""
    is_asked = recovery.peek().lexeme.lower() in PRESENCE_OF
    return is_asked and recovery.peek(1).kind == "WORD" and recovery.ends_condition(2)


def presence_before(recovery: Recovery) -> None:
    """Read ``has name`` and ``exists name``."""
    word, name = recovery.peek(), recovery.peek(1)
    new = f"is {PRESENCE_OF[word.lexeme.lower()]}"
    message = f"use `{new}`, not `{word.lexeme.lower()}`"
    recovery.change(message, ([word], ""), name, ((), new), span=extent(word, name))


def exclusive_or(recovery: Recovery) -> None:
    """Report an operator without a counterpart: a fix would write each condition twice."""
    piece = recovery.peek()
    message = "unknown operator `xor`; use `(… and not …) or (not … and …)`"
    recovery.say(message, extent(piece, piece))
    recovery.give_up()


# -- operators of other languages


def _word_operator(recovery: Recovery) -> bool:
    """Read an operator of another language, such as ``like`` with its pattern."""
    word, value = recovery.peek(), recovery.peek(1)
    if not recovery.begins_value(1) or (value.kind == "WORD" and recovery.begins_condition(1)):
        return False
    written = word.lexeme.lower()
    is_ilike = written == "ilike"
    new = "matches" if is_ilike else WORD_OPERATORS[written]  # `matches` can ignore letter case
    if recovery.before() == "NOT" and new not in KEYWORDS:
        return False
    if is_ilike and value.kind not in {"WORD", "STRING"}:
        return False
    parts: list[Part] = [([word], new)]
    if written in {"like", "ilike"} and value.kind in {"WORD", "STRING"}:
        # Escapes of SQL are not those of a string here, and the conversion resolves them.
        pattern, _ = unquote(value.lexeme) if value.kind == "STRING" else (value.lexeme, [])
        converted = spell(_expression(pattern) if is_ilike else _glob(pattern))
        parts += [([value], converted)] if converted != value.lexeme else []
    message = f"use `{new}`, not `{word.lexeme}`"
    is_safe = written not in AMBIGUOUS
    recovery.change(message, *parts, span=extent(word, word), is_safe=is_safe)
    return True


def _glob(pattern: str) -> str:
    """Return the ``glob`` pattern of one of ``like``."""
    return "".join(
        LIKE_WILDCARDS[each] if is_wild else f"\\{each}" if each in "*?\\" else each
        for each, is_wild in _like(pattern)
    )


def _expression(pattern: str) -> str:
    """Return the regular expression of a pattern of ``ilike``."""
    parts: list[str] = []
    for each, is_wild in _like(pattern):
        part = {"%": ".*", "_": "."}[each] if is_wild else re.escape(each)
        if part != ".*" or parts[-1:] != [part]:
            parts.append(part)
    # To search for what may be anywhere is to ask for nothing around it.
    opens, closes = parts[:1] == [".*"], parts[-1:] == [".*"]
    searched = "".join(parts[opens : len(parts) - closes])
    return f"(?i){'' if opens else '^'}{searched}{'' if closes else '$'}"


def _like(pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield each character of a pattern of ``like``, and whether it is a wildcard."""
    escaped = False
    for character in pattern:
        if character == "\\" and not escaped:
            escaped = True
            continue
        yield character, not escaped and character in LIKE_WILDCARDS
        escaped = False
    if escaped:
        yield "\\", False


# -- a colon between name and value


def split_colon(recovery: Recovery) -> bool:
    """Split ``name:`` or ``:value`` where the colon compares; return whether it did."""
    word, following = recovery.peek(), recovery.peek(1)
    is_first = recovery.expects_condition
    name = word.lexeme.rstrip(":") if is_first else ""
    value = "" if is_first else word.lexeme.lstrip(":")
    colon = word.lexeme[len(name) : len(word.lexeme) - len(value)]
    compares = following.kind in VALUES
    if following.kind in {"LPAR", "OPERATOR"}:  # apart from them, `name:` is a name
        compares = not is_first or following.start == word.end
    if is_first:
        compares = compares and name != "" and KEYWORDS.get(name.lower(), "WORD") in NAME_KINDS
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
    elif following.kind == "LPAR" and recovery.peek(3).lexeme.lower() not in BETWEEN_ENDS:
        recovery.rewrite([colon], "in", COLON_OF_LIST, is_safe=False)
    else:
        recovery.rewrite([colon], "=", is_safe=False)  # gcloud: contains
    return True
