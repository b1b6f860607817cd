"""Names that are none: what was meant, and how to write it.

Only for texts with such a name: the binder imports it where it reports one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import clip, did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.language._tables import KEYWORDS
from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import END, Tokens, spell
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.confusables import fold
from imsquery.language.recovery.vocabulary import COLON_OF_LIST, PRESENCE_OF, colon_beside
from imsquery.semantics.formula import BoundQuery, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MOST_ALTERNATIVES = 20  # looked back over: each of a long list would look over all before it
_url = re.compile("(?:[a-z]+:/)?/[^/]", re.IGNORECASE).match
_tag_key = re.compile("tags?[.:](.+)", re.IGNORECASE).fullmatch


def guess(binder: LiteralBinder, name: int, last: int) -> Parameter | None:
    """Report a name that is none.

    Args:
        binder: takes the findings.
        name: the token.
        last: that of the condition which begins with it.

    Returns:
        What it names once its look-alikes are ASCII, if anything.
    """
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if written[-1] == ":" and _says_nothing(binder, name):
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


def _says_nothing(binder: LiteralBinder, name: int) -> bool:
    """Report the colon of ``name:>5``, if that is what there is."""
    plain = binder.tokens.lexemes[name][:-1]
    _, end = binder.span(name)
    following = binder.tokens.lexemes[name + 1]
    is_operator = binder.tokens.kinds[name + 1] == "OPERATOR" and binder.span(name + 1)[0] == end
    if not is_operator or binder.spec.find(plain) is None:
        return False
    place = (end - 1, end)
    binder.report("syntax", colon_beside(following), place, ("remove it", [(*place, "")]))
    return True


def _report_name(binder: LiteralBinder, name: int, last: int) -> None:
    written = binder.tokens.lexemes[name]
    if _url(written):
        message = "this is a URL, not a filter: `decompile` gives the filter of one"
        binder.report("unknown-name", message, binder.span(name))
        return
    if written[0] == "-":
        _report_minus(binder, name)
        return
    tag = _checked(binder, _tag(binder, name, last))
    found = [] if _tag_key(written) else nearest(written, binder.spec.names)
    # One suggestion for each parameter: `__platform` and `platform` are the same advice.
    rows = dict.fromkeys(binder.spec.names[each] for each in found)
    names = [row.name for row in rows if row.clause is None]
    meant = tag or ("" if names else _completed(binder, name, last))
    binder.report(
        "unknown-name",
        f"no parameter or attribute is called `{clip(written)}`"
        f"{did_you_mean(names or ([clip(meant)] if meant else []))}",
        binder.span(name),
        *_renamed(binder, name, last, names),
        *([_writing(binder, name, last, meant)] if meant else ()),
    )


def _report_minus(binder: LiteralBinder, name: int) -> None:
    """Report ``-name``, as search boxes write ``not name``."""
    written = binder.tokens.lexemes[name]
    start, end = binder.span(name)
    meant = f"not {written[1:]}"
    is_known = binder.spec.find(written[1:]) is not None
    binder.report(
        "unknown-name",
        f"no parameter or attribute is called `{clip(written)}`"
        f"{did_you_mean([meant] if is_known else [])}",
        (start, end),
        *([(f"write `{meant}`", [(start, end, meant)])] if is_known else ()),
    )


def _writing(binder: LiteralBinder, name: int, last: int, meant: str) -> Fix:
    return f"write `{clip(meant)}`", [(*binder.span(name, last), meant)]


def _completed(binder: LiteralBinder, name: int, last: int) -> str:
    """Give what is meant by no name but a value: ``4096 > min_ram``, ``= CentOS or Ubuntu``."""
    start, end = binder.span(name, last)
    if "#" in binder.tokens.text[start:end]:
        return ""
    if name != last:
        return _checked(binder, _turned(binder, name, last))
    alternative = _alternative(binder, name)
    if alternative and binder.spec.find(alternative.partition(" ")[0]) is None:
        return ""  # what it is to be compared with is known once that name is mended
    return _checked(binder, alternative) or _called(binder, name)


def _checked(binder: LiteralBinder, meant: str) -> str:
    """Give what is meant if there is nothing wrong with it."""
    return meant if meant and _bind(binder, Tokens(meant)) is not None else ""


def _tag(binder: LiteralBinder, name: int, last: int) -> str:
    """Give ``tag:key = value`` as it is written here."""
    match = _tag_key(binder.tokens.lexemes[name])
    lexemes = binder.tokens.lexemes
    is_put_in = any(binder.is_put_in(each) for each in range(name, last + 1))
    if match is None or last != name + 2 or "tagged" not in binder.spec.functions or is_put_in:
        return ""
    negation = {"=": "", "!=": "not "}.get(OPERATORS.get(lexemes[name + 1], ""))
    if negation is None or binder.tokens.kinds[last] == "PLACEHOLDER":
        return ""
    return f"{negation}tagged({spell(match[1])}, {spell(binder.literal(last))})"


def _called(binder: LiteralBinder, name: int) -> str:
    """Give the call that a lone word is meant for: ``public``, or ``kvm`` of a family of flags."""
    word = binder.tokens.lexemes[name].lower()
    if word in binder.spec.functions:
        return _checked(binder, f"{word}()")
    is_flag = binder.spec.family + word in binder.spec.parameters
    return _checked(binder, f"supports({word})") if is_flag else ""


def _turned(binder: LiteralBinder, name: int, last: int) -> str:
    """Give a comparison whose name stands behind the operator the other way round."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    if last != name + 2 or kinds[last] != "WORD" or kinds[name + 1] != "OPERATOR":
        return ""
    if any(binder.is_put_in(each) for each in range(name, last + 1)):
        return ""
    if binder.spec.find(lexemes[last]) is None:
        return ""
    operator = OPERATORS[lexemes[name + 1]]
    return f"{lexemes[last]} {_TURNED.get(operator, operator)} {spell(lexemes[name])}"


def _alternative(binder: LiteralBinder, name: int) -> str:
    """Give what a lone word behind ``or`` is to be compared with: what the word before it is."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    # Parentheses, which the fix of mixed connectives may have put there, make no difference.
    joint = _back_over(kinds, name - 1, "LPAR")
    for _ in range(_MOST_ALTERNATIVES):
        if kinds[joint - 2 : joint + 1] != ["OR", "WORD", "OR"] or joint < 2:  # noqa: PLR2004
            break
        joint -= 2
    value = _back_over(kinds, joint - 1, "RPAR")
    if value < 2 or kinds[joint] != "OR" or kinds[value - 2] != "WORD":  # noqa: PLR2004
        return ""
    if OPERATORS.get(lexemes[value - 1]) != "=":
        return ""
    return f"{lexemes[value - 2]} = {spell(lexemes[name])}"


def _back_over(kinds: list[str], index: int, kind: str) -> int:
    """Give the last token, up to one, that is not of a kind; of a long row, one within it."""
    for _ in range(_MOST_ALTERNATIVES):
        if kinds[index] != kind:
            break
        index -= 1
    return index


def report_function(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report a call of no function; give the condition that ``name:(…)`` was meant for."""
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if plain != written and plain.lower() in binder.spec.functions:
        binder.foreign_letters(name, plain)
        return None
    if written[-1] == ":" and binder.spec.find(written[:-1]) is not None:
        return _report_list(binder, name, closing)
    presence = _checked(binder, _presence(binder, name, closing))
    names = [] if presence else nearest(written, binder.spec.functions)
    binder.report(
        "unknown-function",
        f"no function is called `{clip(written)}`"
        f"{did_you_mean(names or ([presence] if presence else []))}",
        binder.span(name),
        *_renamed(binder, name, closing, names),
        *([_writing(binder, name, closing, presence)] if presence else ()),
    )
    return None


def _presence(binder: LiteralBinder, name: int, closing: int) -> str:
    """Give ``exists(name)`` as it is written here."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    says = PRESENCE_OF.get(lexemes[name].lower())
    start, end = binder.span(name, closing)
    if says is None or closing != name + 3 or kinds[name + 2] != "WORD":
        return ""
    return "" if "#" in binder.tokens.text[start:end] else f"{lexemes[name + 2]} is {says}"


def _report_list(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report ``name:(…)``, which parses as a call."""
    plain = binder.tokens.lexemes[name][:-1]
    _, end = binder.span(name)
    place = (end - 1, end)
    tokens = Tokens(f"{plain} in {binder.tokens.text[end : binder.span(closing)[1]]}")
    bound = None if "PLACEHOLDER" in tokens.kinds else _bind(binder, tokens)
    fixes = [("write `in`", [(*place, " in ")])] if bound is not None else []
    binder.report("syntax", COLON_OF_LIST, place, *fixes)
    return _standing(bound, name, closing)


def _standing(bound: BoundQuery | None, first: int, last: int) -> Formula | None:
    """Give a filter that was bound apart as one that stands at tokens of this text."""
    if bound is None:
        return None
    for formula in (bound.filter, *leaves(bound.filter)):
        formula.first, formula.last = first, last
    return bound.filter


def _renamed(binder: LiteralBinder, name: int, last: int, names: Iterable[str]) -> list[Fix]:
    """Give the fixes that write another name, but for those that lead to the next fault."""
    start, end = binder.span(name)
    return [
        (f"write `{each}`", [(start, end, each)])
        for each in names
        if _reads(binder, name, last, each)
    ]


def _reads(binder: LiteralBinder, name: int, last: int, meant: str) -> bool:
    """Tell whether a condition, or what sorts, would have no fault by another name."""
    kinds = binder.tokens.kinds[name : last + 1]
    if "BROKEN" in kinds or (name and binder.tokens.kinds[name - 1] == "BY"):
        return True
    lexemes = [meant, *binder.tokens.lexemes[name + 1 : last + 1]]
    tokens = [(kind, lexeme, (0, 0)) for kind, lexeme in zip(kinds, lexemes, strict=True)]
    return _bind(binder, Tokens.of("", [*tokens, (END, "", (0, 0))])) is not None


def _bind(binder: LiteralBinder, tokens: Tokens) -> BoundQuery | None:
    """Bind other tokens; ``None`` where that gives a finding."""
    other = binder.over(tokens)
    bound = parse_tokens(tokens, other)
    return None if other.findings else bound


# -- `name:value`, a single word


def _split(binder: LiteralBinder, name: int) -> str:
    """Give what ``name:value`` is written as here; empty where it is something else.

    Search boxes know ``-name:value`` and ``name:low..high`` as well.
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
    text = _split(binder, name)
    if text:
        start, end = binder.span(name)
        fix = (f"write `{clip(text)}`", [(start, end, text)])
        binder.report(
            "syntax",
            f"`:` compares nothing; it is written `{clip(text)}`",
            (start, end),
            *([fix] if _bind(binder, Tokens(text)) is not None else []),
        )
    return bool(text)


def read_colon(binder: LiteralBinder, name: int) -> Formula | None:
    """Give the condition that ``name:value`` was meant for, once it is reported."""
    text = _split(binder, name)
    bound = _bind(binder, Tokens(text)) if text else None
    return _standing(bound, name, name)
