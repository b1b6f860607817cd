"""Operators in words, with patterns and calls that this language writes otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imsquery.diagnostics.edits import clip
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import spell, unquote
from imsquery.language.operators import EQUALITY, NOCASE, OPERATORS
from imsquery.language.recovery.phrases import OPERATORS_IN_WORDS, Phrase
from imsquery.language.recovery.piece import Part, Piece, extent, show
from imsquery.language.recovery.state import Recovery
from imsquery.language.recovery.vocabulary import (
    CASE_FOLDS,
    FOLDED,
    IGNORING_CASE,
    LIKE,
    LIKE_WILDCARDS,
)


def word_operator(recovery: Recovery) -> bool:
    """Read an operator in words, such as ``like`` with its pattern, or ``is not set``."""
    phrase = OPERATORS_IN_WORDS.find(recovery.peek)
    is_negated = recovery.before() == "NOT"
    if phrase is None or (is_negated and phrase.meant not in KEYWORDS):
        return False
    words, value = recovery.ahead(phrase.count), recovery.peek(phrase.count)
    is_clause = "AFTER" in {word.kind for word in words}
    if is_clause and not recovery.algebra.is_time(recovery.read[-1].lexeme):
        return False
    if not phrase.takes_value:
        if words[0].kind == "WORD" and not recovery.ends_condition(phrase.count):
            return False
        recovery.change(
            f"use `{phrase.meant}`, not `{show(words)}`",
            (words, phrase.meant),
            is_safe=not phrase.is_ambiguous,
            marks_sql="null" in phrase.written,
        )
        return True
    is_list = value.kind == "LPAR" and phrase.meant[-2:] == "in"
    if not (is_list or recovery.begins_value(phrase.count)):
        return False
    if value.kind == "WORD" and recovery.begins_condition(phrase.count):
        return False
    converted = _converted(recovery, phrase)
    if converted is None:
        return False
    meant, parts, is_certain = converted
    advised = f"{meant} …{NOCASE}" if phrase.written in FOLDED else meant
    recovery.change(
        f"use `{advised}`, not `{show(words)}`",
        (words, meant),
        *parts,
        span=extent(words[0], words[-1]),
        is_safe=is_certain and not phrase.is_ambiguous,
        marks_sql=phrase.written in LIKE,
    )
    return True


def _converted(recovery: Recovery, phrase: Phrase) -> tuple[str, list[Part], bool] | None:
    """Return an operator, its pattern as this language has it, and whether that is certain."""
    value, escape, mark = (recovery.peek(phrase.count + each) for each in range(3))
    if phrase.written in FOLDED:
        is_one = recovery.ends_condition(phrase.count + 1)
        return (phrase.meant, [value, ((), NOCASE.strip())], True) if is_one else None
    is_like, ignores_case = phrase.written in LIKE, phrase.written in IGNORING_CASE
    if not (is_like or ignores_case) or value.kind not in {"WORD", "STRING"}:
        return None if ignores_case else (phrase.meant, [], True)
    # Escapes of SQL are not those of a string here, and the conversion resolves them.
    pattern, _ = unquote(value.lexeme) if value.kind == "STRING" else (value.lexeme, [])
    replaced, escaping, is_certain = [value], _ESCAPE, _ESCAPE not in pattern or not is_like
    if is_like and escape.lexeme.lower() == "escape" and mark.kind == "STRING":
        replaced, escaping, is_certain = [value, escape, mark], unquote(mark.lexeme)[0], True
    if ignores_case:
        meant = "not matches" if "not" in phrase.meant else "matches"
        new = _expression(pattern, escaping) if is_like else f"(?i){pattern}"
    else:
        meant, new = phrase.meant, _glob(pattern, escaping)
    changed = spell(new)
    return meant, [(replaced, changed)] if changed != value.lexeme else [], is_certain


def folded(recovery: Recovery) -> bool:
    """Read ``lower(name) = value`` and ``name.lower() like value``."""
    function, size = _called_fold(recovery)
    if size == 0:
        return False
    negation = [recovery.peek(size)] if recovery.peek(size).kind == "NOT" else []
    operator, value = (recovery.peek(size + len(negation) + each) for each in range(2))
    relation = OPERATORS.get(operator.lexeme, operator.lexeme.lower())
    if relation not in _FOLDING or value.kind not in {"WORD", "STRING"}:
        return False
    text = unquote(value.lexeme)[0] if value.kind == "STRING" else value.lexeme
    if CASE_FOLDS[function](text) != text or (relation in EQUALITY and negation):
        return False
    meant = _folding(relation, text, is_negated=bool(negation))
    span = extent(recovery.peek(), value)
    before, name, after = _parts_of_call(recovery, size)
    recovery.change(
        f"use `{clip(meant)}` to ignore letter case",
        *before, name, ([*after, *negation, operator, value], meant),
        span=span,
        is_safe=True,
        marks_sql=relation == "like",
    )  # fmt: skip
    return True


def _called_fold(recovery: Recovery) -> tuple[str, int]:
    """Return what is called in ``lower(name)`` or ``name.lower()``, and the number of tokens."""
    if recovery.peek(1).kind != "LPAR":
        return "", 0
    function, _, name, closing = recovery.ahead(4)
    receiver, _, method = function.lexeme.lower().rpartition(".")
    if method not in CASE_FOLDS:
        return "", 0
    if receiver:
        return method, 3 if name.kind == "RPAR" else 0
    return method, 4 if (name.kind, closing.kind) == ("WORD", "RPAR") else 0


def _parts_of_call(recovery: Recovery, size: int) -> tuple[list[Part], Piece, list[Piece]]:
    """Return what comes before the name in a call, the name, and what comes after it."""
    pieces = recovery.ahead(size)
    receiver, dot, _ = pieces[0].lexeme.rpartition(".")
    if not dot:
        return [(pieces[:2], "")], pieces[2], pieces[3:]
    word, *rest = recovery.drop(size)
    at = word.start + len(receiver)
    name, method = Piece("WORD", receiver, word.start, at), Piece("WORD", dot, at, word.end)
    recovery.put(name, method, *rest)
    return [], name, [method, *rest]


_ESCAPE = "\\"
_FOLDING = EQUALITY | {"contains", "startswith", "endswith", "like"}


def _folding(relation: str, text: str, *, is_negated: bool) -> str:
    """Return what compares without regard to letter case, as an operator does with it."""
    negation = "not " * is_negated
    if relation == "like":
        return f"{negation}matches {spell(_expression(text, _ESCAPE))}"
    return f"{negation}{relation} {spell(text)}{NOCASE}"


def _glob(pattern: str, escape: str) -> str:
    """Return the ``glob`` pattern of one of ``like``."""
    return "".join(
        LIKE_WILDCARDS[each] if is_wild else f"\\{each}" if each in "*?\\" else each
        for each, is_wild in _like(pattern, escape)
    )


def _expression(pattern: str, escape: str) -> str:
    """Return the regular expression of a pattern of ``ilike``."""
    parts: list[str] = []
    for each, is_wild in _like(pattern, escape):
        part = {"%": ".*", "_": "."}[each] if is_wild else re.escape(each)
        if part != ".*" or parts[-1:] != [part]:
            parts.append(part)
    # To search for what may be anywhere is to ask for nothing around it.
    opens, closes = parts[:1] == [".*"], parts[-1:] == [".*"]
    searched = "".join(parts[opens : len(parts) - closes])
    return f"(?i){'' if opens else '^'}{searched}{'' if closes else '$'}"


def _like(pattern: str, escape: str) -> Iterator[tuple[str, bool]]:
    """Yield each character of a pattern of ``like``, and whether it is a wildcard."""
    escaped = False
    for character in pattern:
        if character == escape and not escaped:
            escaped = True
            continue
        yield character, not escaped and character in LIKE_WILDCARDS
        escaped = False
    if escaped:
        yield escape, False
