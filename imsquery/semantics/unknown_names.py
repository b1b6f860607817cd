"""Unknown names and functions, and their likely meaning.

Loaded only for texts with such a name: the binder imports it to report one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import Safe, clip, did_you_mean
from imsquery.diagnostics.suggest import nearest, the_one_slip
from imsquery.language._tables import KEYWORDS
from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens, spell
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.confusables import fold
from imsquery.language.recovery.vocabulary import COLON_OF_LIST, PRESENCE_OF, colon_beside
from imsquery.schema.kinds import Tag
from imsquery.semantics.formula import BoundQuery, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]

_BEFORE_KEYS = frozenset({"BY", "COMMA", "PER"})  # what a name in a clause follows
_CONVERSE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MOST_LOOKED_BACK = 20  # else a long list would take time in the square of its length
_url = re.compile("(?:[a-z]+:/)?/[^/]", re.IGNORECASE).match
_pair = re.compile("([^.:]+)[.:](.+)").fullmatch


def guess(binder: LiteralBinder, name: int, last: int) -> Parameter | None:
    """Report an unknown name.

    Args:
        binder: collects the findings.
        name: the token.
        last: the last token of the condition that begins with the name.

    Returns:
        The parameter, if look-alikes or a colon are the only fault of its name.
    """
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if written[-1] == ":" and _report_surplus_colon(binder, name):
        return binder.spec.find(written[:-1])
    if not plain.isascii() or plain == written:
        if name != last or not _report_colon(binder, name):
            _report_name(binder, name, last)
        return None
    if plain.lower() not in KEYWORDS:
        binder.foreign_letters(name, plain)
        parameter = binder.spec.find(plain)
        if parameter is None:
            _report_name(binder, name, last)
        return parameter
    if plain.lower() in {"all", "none"} and name == last:
        binder.foreign_letters(name, plain)
    else:
        _report_name(binder, name, last)
    return None


def report_function(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report an unknown function; return the condition that ``name:(…)`` was meant for."""
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if plain != written and plain.lower() in binder.spec.functions:
        binder.foreign_letters(name, plain)
        return None
    if written[-1] == ":" and binder.spec.find(written[:-1]) is not None:
        return _report_list(binder, name, closing)
    presence = _if_valid(binder, _presence(binder, name, closing))
    names = [] if presence else nearest(written, binder.spec.functions)
    binder.report(
        "unknown-function",
        f"unknown function `{clip(written)}`{did_you_mean([presence] if presence else names)}",
        binder.span(name),
        *_renamings(binder, name, closing, names),
        *_rewriting(binder, name, closing, presence),
    )
    return None


def read_colon(binder: LiteralBinder, name: int) -> Formula | None:
    """Return the condition that ``name:value``, which has been reported, was meant for."""
    text = _split(binder, name)
    bound = _bind(binder, Tokens(text)) if text else None
    return _placed(bound, name, name)


# -- names


def _report_name(binder: LiteralBinder, name: int, last: int) -> None:
    written = binder.tokens.lexemes[name]
    if _url(written):
        message = "this is a URL, not a filter; use `decompile` to get its filter"
        binder.report("unknown-name", message, binder.span(name))
        return
    names: list[str] = []
    if written[0] != "-":
        names, meant = _meanings(binder, name, last)
    else:
        last, meant = name, f"not {written[1:]}" if binder.spec.find(written[1:]) else ""
    binder.report(
        "unknown-name",
        f"unknown name `{clip(written)}`{did_you_mean(names or ([clip(meant)] if meant else []))}",
        binder.span(name),
        *_renamings(binder, name, last, names),
        *_rewriting(binder, name, last, meant),
    )


def _meanings(binder: LiteralBinder, name: int, last: int) -> tuple[list[str], str]:
    """Return other names that may have been meant, or else what to write for the condition."""
    key = _tag_key(binder, name)
    if key:
        tagged = _if_valid(binder, _tagged(binder, name, last, key))
        return [], tagged or _rewritten(binder, name, last)
    # One suggestion for each parameter, since `__platform` and `platform` are the same advice.
    found = nearest(binder.tokens.lexemes[name], binder.spec.names)
    rows = dict.fromkeys(binder.spec.names[each] for each in found)
    names = [row.name for row in rows if row.clause is None]
    return names, "" if names else _rewritten(binder, name, last)


def _rewritten(binder: LiteralBinder, name: int, last: int) -> str:
    """Return the condition that a value in place of a name was meant for."""
    start, end = binder.span(name, last)
    if "#" in binder.tokens.text[start:end]:
        return ""
    if name != last:
        return _if_valid(binder, _turned(binder, name, last))
    alternative = _alternative(binder, name)
    if alternative and binder.spec.find(alternative.partition(" ")[0]) is None:
        return ""  # that name must be mended first
    return _if_valid(binder, alternative) or _called(binder, name)


def _tag_key(binder: LiteralBinder, name: int) -> str:
    """Return the key in ``tag:key`` or ``tags.key``, as other services write tags."""
    pair = _pair(binder.tokens.lexemes[name])
    row = binder.spec.find(pair[1]) if pair else None
    return pair[2] if pair and row is not None and isinstance(row.kind, Tag) else ""


def _tagged(binder: LiteralBinder, name: int, last: int, key: str) -> str:
    """Return the call for ``tag:key = value``."""
    if not _is_comparison(binder, name, last) or "tagged" not in binder.spec.functions:
        return ""
    negation = {"=": "", "!=": "not "}.get(_relation(binder, name + 1))
    if negation is None or binder.tokens.kinds[last] == "PLACEHOLDER":
        return ""
    return f"{negation}tagged({spell(key)}, {spell(binder.literal(last))})"


def _turned(binder: LiteralBinder, name: int, last: int) -> str:
    """Return ``name < value`` for ``value > name``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    relation = _relation(binder, name + 1)
    if not _is_comparison(binder, name, last) or kinds[last] != "WORD" or not relation:
        return ""
    if binder.spec.find(lexemes[last]) is None:
        return ""
    return f"{lexemes[last]} {_CONVERSE.get(relation, relation)} {spell(lexemes[name])}"


def _is_comparison(binder: LiteralBinder, name: int, last: int) -> bool:
    """Return whether three tokens of the text, none of them put in, are a condition."""
    return last == name + 2 and not any(map(binder.is_put_in, range(name, last + 1)))


def _relation(binder: LiteralBinder, token: int) -> str:
    return OPERATORS.get(binder.tokens.lexemes[token], "")


def _alternative(binder: LiteralBinder, name: int) -> str:
    """Return ``name = this`` for a lone word after ``name = that or``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    # Skip parentheses, such as those that the fix of `mixed-and-or` adds.
    joint = _back_over(kinds, name - 1, "LPAR")
    for _ in range(_MOST_LOOKED_BACK):
        if joint < 2 or kinds[joint - 2 : joint + 1] != ["OR", "WORD", "OR"]:  # noqa: PLR2004 -- two tokens back
            break
        joint -= 2
    value = _back_over(kinds, joint - 1, "RPAR")
    if value < 2 or kinds[joint] != "OR" or kinds[value - 2] != "WORD":  # noqa: PLR2004 -- likewise
        return ""
    if _relation(binder, value - 1) != "=":
        return ""
    return f"{lexemes[value - 2]} = {spell(lexemes[name])}"


def _back_over(kinds: list[str], index: int, kind: str) -> int:
    """Return the last token, up to an index, that is not of a kind; look back over a few only."""
    for _ in range(_MOST_LOOKED_BACK):
        if kinds[index] != kind:
            break
        index -= 1
    return index


def _called(binder: LiteralBinder, name: int) -> str:
    """Return the call that a lone word was meant for, such as ``public`` or ``kvm``."""
    word = binder.tokens.lexemes[name].lower()
    if word in binder.spec.functions:
        return _if_valid(binder, f"{word}()")
    is_flag = binder.spec.family + word in binder.spec.parameters
    return _if_valid(binder, f"supports({word})") if is_flag else ""


def _presence(binder: LiteralBinder, name: int, closing: int) -> str:
    """Return ``name is present`` for ``exists(name)``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    presence = PRESENCE_OF.get(lexemes[name].lower())
    start, end = binder.span(name, closing)
    if presence is None or closing != name + 3 or kinds[name + 2] != "WORD":
        return ""
    return "" if "#" in binder.tokens.text[start:end] else f"{lexemes[name + 2]} is {presence}"


# -- `name:value`, which is a single word


def _split(binder: LiteralBinder, name: int) -> str:
    """Return the condition that ``name:value`` was meant for; empty if it is something else.

    ``-name:value`` and ``name:low..high``, as in search boxes, are read, too.
    """
    plain, _, value = binder.tokens.lexemes[name].partition(":")
    negation = "not " if plain.startswith("-") else ""
    plain = plain.removeprefix("-")
    if not value or binder.spec.find(plain) is None:
        return ""
    low, dots, high = value.partition("..")
    if dots and low and high:
        return f"{negation}{plain} between {spell(low)} and {spell(high)}"
    return f"{negation}{plain} = {spell(value)}"


def _report_colon(binder: LiteralBinder, name: int) -> bool:
    """Report the colon of ``name:value``; return whether there is one."""
    text = _split(binder, name)
    if text:
        is_valid = _if_valid(binder, text)
        word = "between" if " between " in text else "="
        binder.report(
            "syntax",
            f"use `{word}`, not `:`{did_you_mean([clip(text)])}",
            binder.span(name),
            *_rewriting(binder, name, name, is_valid),
        )
    return bool(text)


def _report_surplus_colon(binder: LiteralBinder, name: int) -> bool:
    """Report the colon of ``name:>5``; return whether there is one."""
    plain = binder.tokens.lexemes[name][:-1]
    _, end = binder.span(name)
    following = binder.tokens.lexemes[name + 1]
    is_operator = binder.tokens.kinds[name + 1] == "OPERATOR" and binder.span(name + 1)[0] == end
    if not is_operator or binder.spec.find(plain) is None:
        return False
    place = (end - 1, end)
    binder.report("syntax", colon_beside(following), place, ("remove it", [(*place, "")]))
    return True


def _report_list(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report ``name:(…)``, which parses as a call."""
    plain = binder.tokens.lexemes[name][:-1]
    _, end = binder.span(name)
    place = (end - 1, end)
    tokens = Tokens(f"{plain} in {binder.tokens.text[end : binder.span(closing)[1]]}")
    bound = None if "PLACEHOLDER" in tokens.kinds else _bind(binder, tokens)
    fixes = [("write `in`", [(*place, " in ")])] if bound is not None else []
    binder.report("syntax", COLON_OF_LIST, place, *fixes)
    return _placed(bound, name, closing)


# -- what was meant, bound to see whether it is valid


def _bind(binder: LiteralBinder, tokens: Tokens) -> BoundQuery | None:
    """Bind other tokens; return ``None`` if there are findings."""
    other = binder.over(tokens)
    bound = parse_tokens(tokens, other)
    return None if other.findings else bound


def _if_valid(binder: LiteralBinder, meant: str) -> str:
    """Return a condition if it is valid, else an empty text."""
    return meant if meant and _bind(binder, Tokens(meant)) is not None else ""


def _placed(bound: BoundQuery | None, first: int, last: int) -> Formula | None:
    """Return the filter of another text as one with tokens of this text."""
    if bound is None:
        return None
    for formula in (bound.filter, *leaves(bound.filter)):
        formula.first, formula.last = first, last
    return bound.filter


def _rewriting(binder: LiteralBinder, name: int, last: int, meant: str) -> list[Fix]:
    """Return the fix that writes what was meant for a condition, if anything."""
    return [(f"write `{clip(meant)}`", [(*binder.span(name, last), meant)])] if meant else []


def _renamings(binder: LiteralBinder, name: int, last: int, names: Iterable[str]) -> list[Fix]:
    """Return the fixes that write other names, except for those that lead to another finding."""
    place = binder.span(name)
    written = binder.tokens.lexemes[name]
    certain = the_one_slip(written, names)
    fixes = {each: (f"write `{each}`", [(*place, each)]) for each in names}
    return [
        Safe(*fix) if each == certain else fix
        for each, fix in fixes.items()
        if _is_valid_as(binder, name, last, each)
    ]


def _is_valid_as(binder: LiteralBinder, name: int, last: int, meant: str) -> bool:
    """Return whether a condition or sort key is valid with another name."""
    kinds = binder.tokens.kinds[name : last + 1]
    if "BROKEN" in kinds or (name and binder.tokens.kinds[name - 1] in _BEFORE_KEYS):
        return True
    lexemes = [meant, *binder.tokens.lexemes[name + 1 : last + 1]]
    tokens = [(kind, lexeme, (0, 0)) for kind, lexeme in zip(kinds, lexemes, strict=True)]
    return _bind(binder, Tokens.of("", [*tokens, (END, "", (0, 0))])) is not None
