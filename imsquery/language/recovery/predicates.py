"""What stands between a name and its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import spaced, without
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import spell, unquote
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.clauses import joined_clause, quoted_number
from imsquery.language.recovery.connectives import mend_comma, missing_connective
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.scanner import colon_beside, colon_of_list
from imsquery.language.recovery.state import (
    ABSENT,
    CONNECTIVES,
    PRESENCE,
    VALUES,
    begins_condition,
    clip,
    ends_condition,
    equals_sign,
    extent,
    writing,
)
from imsquery.language.recovery.vocabulary import WORD_OPERATORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.language.recovery.state import Recovery


def behind_not(recovery: Recovery) -> bool:
    """Mend what stands behind ``name not``."""
    piece = recovery.peek()
    negation = recovery.read[-1]
    lowered = piece.lexeme.lower()
    if _says_presence(recovery):
        recovery.take_back()
        return _presence(recovery, negation)
    if piece.kind == "OPERATOR" and OPERATORS[piece.lexeme] in {"=", "!="}:
        meant = "!=" if OPERATORS[piece.lexeme] == "=" else "="
        shown = f"not {piece.lexeme}"
        last = piece
    elif piece.kind == "WORD" and lowered in WORD_OPERATORS:
        return _word_operator(recovery)
    elif piece.kind in VALUES and recovery.algebra.stands_alone(recovery.read[-2].lexeme):
        recovery.put(recovery.take_back())
        return missing_connective(recovery)
    elif piece.kind in VALUES:
        meant, shown, last = "!=", "not", negation
    else:
        return False
    recovery.take_back()
    if last is piece:
        recovery.drop()
    recovery.say(
        f"`{shown}` is written `{meant}` here",
        extent(negation, last),
        writing(recovery, negation.start, last.end, meant),
    )
    recovery.put(Piece("OPERATOR", meant, negation.start, last.end))
    return True


def _says_presence(recovery: Recovery) -> bool:
    """Tell whether the next word, behind a name, says whether that is there."""
    word = recovery.peek().lexeme.lower()
    known = word in PRESENCE or (recovery.before() == "NOT" and word in ABSENT)
    return (known or recovery.peek().kind == "PRESENCE") and ends_condition(recovery, 1)


def _presence(recovery: Recovery, negation: Piece | None = None) -> bool:
    """Read ``name exists`` and ``name not null``."""
    word = recovery.drop()[0]
    lowered = word.lexeme.lower()
    says = PRESENCE.get(lowered, "absent" if lowered in ABSENT else lowered)
    if negation is not None:
        says = "absent" if says == "present" else "present"
    first = negation or word
    shown = recovery.text[first.start : word.end]
    new = f"is {says}"
    recovery.say(
        f"`{clip(shown)}` is written `{new}`",
        extent(first, word),
        writing(recovery, first.start, word.end, new),
    )
    recovery.put(
        Piece("IS", "is", first.start, word.end), Piece("PRESENCE", says, first.start, word.end)
    )
    return True


def asks_presence(recovery: Recovery) -> bool:
    """Tell ``has name``, alone."""
    is_asked = recovery.peek().lexeme.lower() in {"has", "exists"}
    return is_asked and recovery.peek(1).kind == "WORD" and ends_condition(recovery, 2)


def presence_before(recovery: Recovery) -> None:
    """Read ``has name`` and ``exists name``."""
    word, name = recovery.drop(2)
    shown = clip(name.lexeme)
    edits = [without(recovery.text, word.start, word.end), (name.end, name.end, " is present")]
    recovery.say(
        f"`{word.lexeme.lower()} {shown}` is written `{shown} is present`",
        extent(word, name),
        (f"write `{shown} is present`", edits),
    )
    # A parenthesis before the name would stand behind the word.
    recovery.is_straight = False
    recovery.put(
        name,
        Piece("IS", "is", name.end, name.end),
        Piece("PRESENCE", "present", name.end, name.end),
    )


def exclusive_or(recovery: Recovery) -> None:
    """Report an operator that there is none for: a fix would write each condition twice."""
    piece = recovery.peek()
    recovery.say("there is no `xor`; write `(… and not …) or (not … and …)`", extent(piece, piece))
    recovery.give_up()


def behind_is(recovery: Recovery) -> bool:
    """Read ``is null``, ``is not null``, ``is true`` and ``is value``."""
    count = 2 if recovery.peek().kind == "NOT" else 1
    negated = count == 2  # noqa: PLR2004
    piece = recovery.peek(count - 1)
    keyword = recovery.read[-1]
    absent = piece.lexeme.lower() in ABSENT and piece.kind in {"WORD", "NONE"}
    if absent or piece.kind == "PRESENCE":
        absent = absent or piece.lexeme.lower() == "absent"
        new = "is present" if absent == negated else "is absent"
        kinds = [("IS", "is"), ("PRESENCE", new[3:])]
        recovery.drop(count)
        last = piece
    elif piece.kind in VALUES:
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
        f"`{clip(shown)}` is written `{new}`",
        extent(keyword, last),
        writing(recovery, keyword.start, last.end, new),
    )
    recovery.put(*(Piece(kind, text, keyword.start, last.end) for kind, text in kinds))
    return True


_pair = re.compile(r"-?[A-Za-z_]\w*:[^:/].*").fullmatch  # `name:value` of a search box


def behind_name(recovery: Recovery) -> bool:
    """Mend what stands behind a name where an operator is expected."""
    piece = recovery.peek()
    name = recovery.read[-1]
    if name.kind == "LIMIT" and recovery.before(2) in CONNECTIVES and recovery.depth == 0:
        return joined_clause(recovery)
    if name.kind == "LIMIT" and piece.kind == "STRING":
        return quoted_number(recovery)
    if piece.kind == "WORD" and piece.lexeme.lower() in WORD_OPERATORS:
        return _word_operator(recovery)
    if piece.kind != "PRESENCE" and name.kind == "WORD" and _says_presence(recovery):
        return _presence(recovery)
    if piece.kind in VALUES and (name.lexeme.endswith(":") or piece.lexeme.startswith(":")):
        return _colon(recovery)
    if begins_condition(recovery) or (_pair(name.lexeme) and _pair(piece.lexeme)):
        return missing_connective(recovery)
    if piece.kind == "PRESENCE":
        fix = writing(recovery, piece.start, piece.start, "is")
        shown = piece.lexeme.lower()
        recovery.say(f"`is` is missing before `{shown}`", extent(piece, piece), fix)
        recovery.insert("IS", "is", piece.start)
        return True
    if piece.kind in VALUES and recovery.algebra.takes_arguments(name.lexeme):
        return _arguments(recovery)
    if piece.kind in VALUES:
        fix = equals_sign(recovery, piece.start, piece.start)
        recovery.say(
            "an operator is missing between the name and this value",
            extent(piece, piece),
            fix,
        )
        recovery.insert("OPERATOR", "=", piece.start)
        return True
    return piece.kind == "COMMA" and mend_comma(recovery)


def _word_operator(recovery: Recovery) -> bool:
    """Read an operator of another language, such as ``like`` with its pattern."""
    word, value = recovery.peek(), recovery.peek(1)
    if value.kind not in VALUES or (value.kind == "WORD" and begins_condition(recovery, 1)):
        return False
    written = word.lexeme.lower()
    new = WORD_OPERATORS[written]
    negated = recovery.before() == "NOT"
    if negated and new not in KEYWORDS:
        return False
    if written == "ilike":
        if value.kind == "PLACEHOLDER":
            return False
        new = "matches"  # the one operator that can do without letter case
    edits = [spaced(recovery.text, word.start, word.end, new)]
    recovery.drop(2)
    title = f"write `{new}`"
    if written in {"like", "ilike"} and value.kind != "PLACEHOLDER":
        # What SQL escapes by a backslash is no escape here, and none once it is converted.
        pattern, _ = unquote(value.lexeme) if value.kind == "STRING" else (value.lexeme, [])
        lexeme = spell(_glob(pattern) if written == "like" else _expression(pattern))
        edits.append((value.start, value.end, lexeme))
        title = f"write `{new} {clip(lexeme)}`"
        kind = "STRING" if lexeme[0] == '"' else "WORD"
        value = Piece(kind, lexeme, value.start, value.end)
    recovery.say(f"`{written}` is written `{new}`", extent(word, word), (title, edits))
    kind = KEYWORDS.get(new, "OPERATOR")
    recovery.put(Piece(kind, new, word.start, word.end), value)
    return True


def _glob(pattern: str) -> str:
    """Give the ``glob`` pattern of one of ``like``."""
    wild = {"%": "*", "_": "?"}
    return "".join(
        wild[each] if is_wild else f"\\{each}" if each in "*?\\" else each
        for each, is_wild in _like(pattern)
    )


def _expression(pattern: str) -> str:
    """Give the regular expression of a pattern of ``ilike``."""
    parts: list[str] = []
    for each, is_wild in _like(pattern):
        part = {"%": ".*", "_": "."}[each] if is_wild else re.escape(each)
        if part != ".*" or parts[-1:] != [part]:
            parts.append(part)
    # To search for what may stand anywhere is to ask for nothing around it.
    opens, closes = parts[:1] == [".*"], parts[-1:] == [".*"]
    searched = "".join(parts[opens : len(parts) - closes])
    return f"(?i){'' if opens else '^'}{searched}{'' if closes else '$'}"


def _like(pattern: str) -> Iterator[tuple[str, bool]]:
    """Give each character of a pattern of ``like``, and whether it stands for others."""
    escaped = False
    for character in pattern:
        if character == "\\" and not escaped:
            escaped = True
            continue
        yield character, not escaped and character in "%_"
        escaped = False
    if escaped:
        yield "\\", False


def _colon(recovery: Recovery) -> bool:
    """Read ``name: value``."""
    name, piece = recovery.read[-1], recovery.peek()
    if name.lexeme.endswith(":"):
        plain = name.lexeme.rstrip(":")
        start, end = name.start + len(plain), name.end
        if name.kind != "WORD" or not plain or end - start != len(name.lexeme) - len(plain):
            return False
        recovery.take_back()
        fix = equals_sign(recovery, start, end)
        recovery.say("`:` compares nothing; it is written `=`", (start, end), fix)
        recovery.put(
            Piece(KEYWORDS.get(plain.lower(), "WORD"), plain, name.start, start),
            Piece("OPERATOR", "=", start, end),
        )
        return True
    recovery.drop()
    start, end = piece.start, piece.start + 1
    plain = piece.lexeme[1:]
    if not plain and recovery.peek().kind not in VALUES:
        recovery.put(piece)
        return False
    fix = equals_sign(recovery, start, end)
    recovery.say("`:` compares nothing; it is written `=`", (start, end), fix)
    if plain:
        recovery.put(Piece(KEYWORDS.get(plain.lower(), "WORD"), plain, end, piece.end))
    recovery.put(Piece("OPERATOR", "=", start, end))
    return True


def compares_by_colon(recovery: Recovery) -> bool:
    """Tell ``name:(…)`` and ``name:>5``."""
    name, following = recovery.peek().lexeme, recovery.peek(1)
    if len(name) < 2 or name[-1] != ":" or name[-2] == ":":  # noqa: PLR2004
        return False
    return following.kind in {"LPAR", "OPERATOR"} and following.start == recovery.peek().end


def split_colon(recovery: Recovery) -> None:
    """Read ``name:(…)`` as ``name in (…)``, and leave the colon of ``name:>5`` out."""
    piece = recovery.drop()[0]
    plain, at = piece.lexeme[:-1], piece.end - 1
    kind = KEYWORDS.get(plain.lower(), "WORD")
    name = Piece(kind, plain, piece.start, at)
    if recovery.peek().kind == "LPAR" and recovery.peek(2).lexeme.lower() == "to":
        fix = equals_sign(recovery, at, piece.end)
        recovery.put(name, Piece("OPERATOR", "=", at, piece.end))
        recovery.say("`:` compares nothing; it is written `=`", (at, piece.end), fix)
        return
    if recovery.peek().kind == "LPAR":
        recovery.put(name, Piece("IN", "in", at, piece.end))
        recovery.say(
            colon_of_list(plain), (at, piece.end), ("write `in`", [(at, piece.end, " in ")])
        )
        return
    place = (at, piece.end)
    recovery.say(colon_beside(recovery.peek().lexeme), place, ("remove it", [(*place, "")]))
    recovery.put(name)


def _arguments(recovery: Recovery) -> bool:
    """Put the arguments of a call in parentheses."""
    items = recovery.drop()
    while recovery.peek().kind == "COMMA" and recovery.peek(1).kind in VALUES:
        if begins_condition(recovery, 1):
            break
        items += recovery.drop(2)
    name = recovery.read[-1]
    start, end = span = extent(items[0], items[-1])
    recovery.say(
        f"the arguments of `{name.lexeme}` stand in parentheses",
        span,
        ("add parentheses", [(start, start, "("), (end, end, ")")]),
    )
    recovery.put(Piece("LPAR", "(", start, start), *items, Piece("RPAR", ")", end, end))
    return True
