"""Names that are none, or none of a filter: what was meant, and how to write it.

Only for texts with such a name: the binder imports it where it reports one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from imsquery._tables import KEYWORDS
from imsquery.conditions import clip, did_you_mean
from imsquery.formula import BoundQuery, leaves
from imsquery.kinds import OPERATORS, RefusedValue
from imsquery.lexer import END, Tokens, spell
from imsquery.lookalikes import fold
from imsquery.parser import parse_tokens
from imsquery.scanning import without
from imsquery.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.binder import Binder
    from imsquery.formula import Formula
    from imsquery.spec import Parameter

    Fix = tuple[str, list[tuple[int, int, str]]]

_BEFORE_VALUES = frozenset({"OPERATOR", "MATCH", "COMMA"})
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MOST_ALTERNATIVES = 20  # looked back over: each of a long list would look over all before it
_comment = re.compile("#[^\n]*")
_BLANK = frozenset({"", " ", "\t", "\r", "\n"})
_CLAUSE_KEYWORDS = {"LIMIT": "limit", "AFTER": "after", "BY": "order by"}


def guess(binder: Binder, name: int, last: int) -> Parameter | None:
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


def _report_name(binder: Binder, name: int, last: int) -> None:
    written = binder.tokens.lexemes[name]
    found = nearest(written, binder.spec.names)
    # One suggestion for each parameter: `__platform` and `platform` are the same advice.
    rows = dict.fromkeys(binder.spec.names[each] for each in found)
    names = [row.name for row in rows if row.clause is None]
    binder.report(
        "unknown-name",
        f"no parameter or attribute is called `{clip(written)}`{did_you_mean(names)}",
        binder.span(name),
        *_renamed(binder, name, last, names),
        *(_completed(binder, name, last) if not names else ()),
    )


def _completed(binder: Binder, name: int, last: int) -> list[Fix]:
    """Give the fix of what is no name but a value: ``4096 > min_ram``, ``= CentOS or Ubuntu``."""
    start, end = binder.span(name, last)
    meant = _alternative(binder, name) if name == last else _turned(binder, name, last)
    written = binder.tokens.text[start:end]
    if not meant or "#" in written or _bind(binder, Tokens(meant)) is None:
        return []
    return [(f"write `{clip(meant)}`", [(start, end, meant)])]


def _turned(binder: Binder, name: int, last: int) -> str:
    """Give a comparison whose name stands behind the operator the other way round."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    if last != name + 2 or kinds[last] != "WORD" or kinds[name + 1] != "OPERATOR":
        return ""
    if any(_is_put_in(binder, each) for each in range(name, last + 1)):
        return ""
    if binder.spec.find(lexemes[last]) is None:
        return ""
    operator = OPERATORS[lexemes[name + 1]]
    return f"{lexemes[last]} {_TURNED.get(operator, operator)} {spell(lexemes[name])}"


def _alternative(binder: Binder, name: int) -> str:
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


def report_function(binder: Binder, name: int, closing: int) -> None:
    """Report a call of no function."""
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if plain != written and plain.lower() in binder.spec.functions:
        binder.foreign_letters(name, plain)
        return
    names = nearest(written, binder.spec.functions)
    binder.report(
        "unknown-function",
        f"no function is called `{clip(written)}`{did_you_mean(names)}",
        binder.span(name),
        *_renamed(binder, name, closing, names),
    )


def _renamed(binder: Binder, name: int, last: int, names: Iterable[str]) -> list[Fix]:
    """Give the fixes that write another name, but for those that lead to the next fault."""
    start, end = binder.span(name)
    return [
        (f"write `{each}`", [(start, end, each)])
        for each in names
        if _reads(binder, name, last, each)
    ]


def _reads(binder: Binder, name: int, last: int, meant: str) -> bool:
    """Tell whether a condition, or what sorts, would have no fault by another name."""
    kinds = binder.tokens.kinds[name : last + 1]
    if "BROKEN" in kinds or (name and binder.tokens.kinds[name - 1] == "BY"):
        return True
    lexemes = [meant, *binder.tokens.lexemes[name + 1 : last + 1]]
    tokens = [(kind, lexeme, (0, 0)) for kind, lexeme in zip(kinds, lexemes, strict=True)]
    return _bind(binder, Tokens.of("", [*tokens, (END, "", (0, 0))])) is not None


def _bind(binder: Binder, tokens: Tokens) -> BoundQuery | None:
    """Bind other tokens; ``None`` where that gives a finding."""
    other = binder.over(tokens)
    bound = parse_tokens(tokens, other)
    return None if other.findings else bound


# -- `name:value`, a single word


def _split(binder: Binder, name: int) -> str:
    """Give what ``name:value`` is written as here; empty where it is something else."""
    plain, _, value = binder.tokens.lexemes[name].partition(":")
    return f"{plain} = {spell(value)}" if value and binder.spec.find(plain) is not None else ""


def _report_colon(binder: Binder, name: int) -> bool:
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


def read_colon(binder: Binder, name: int) -> Formula | None:
    """Give the condition that ``name:value`` was meant for, once it is reported."""
    text = _split(binder, name)
    bound = _bind(binder, Tokens(text)) if text else None
    if bound is None:
        return None
    for formula in (bound.filter, *leaves(bound.filter)):
        formula.first = formula.last = name
    return bound.filter


# -- parameters that are clauses


@frozen
class Outline:
    """Of a whole text: the tokens that no ``or`` or ``not`` is about, and its clauses."""

    outer: frozenset[int]
    clauses: dict[str, int]


def report_clause(binder: Binder, parameter: Parameter, name: int, last: int) -> None:
    """Report a condition on what is no filter but a clause."""
    written = binder.tokens.lexemes[name]
    clause = "order by" if parameter.clause == "direction" else parameter.clause
    binder.report(
        "not-a-filter",
        f"`{written}` does not filter; it is set by the clause `{clause} …` behind the filter",
        binder.span(name, last),
        *_clause_fixes(binder, parameter, name, last),
    )


def _clause_fixes(binder: Binder, parameter: Parameter, name: int, last: int) -> list[Fix]:
    """Make a clause of ``limit = 5`` where it is one of the conditions that all must hold."""
    kinds, text = binder.tokens.kinds, binder.tokens.text
    if last != name + 2 or OPERATORS.get(binder.tokens.lexemes[name + 1]) != "=":
        return []
    first, final = name, last
    while first > 0 and kinds[first - 1] == "LPAR" and kinds[final + 1] == "RPAR":
        first, final = first - 1, final + 1  # parentheses around nothing cannot stay
    follows, joins = kinds[final + 1] == "AND", first > 0 and kinds[first - 1] == "AND"
    if not (_may_move(binder, name) and (follows or joins or first == 0)):
        return []
    first, final = (first - joins, final) if joins else (first, final + follows)
    start, end = binder.span(first, final)
    if "#" in text[start:end] or any(_is_put_in(binder, each) for each in range(first, final + 1)):
        return []  # a comment would be lost, or what is to go is not in the text
    if _comment.sub("", text[end : binder.span(final + 1)[0]]).strip():
        return []  # what recovery left out there would go on with something else
    if not (follows or joins) and _comment.sub("", text[:start]).strip():
        return []  # something stands before that was left out
    if parameter.clause == "direction":
        return _direct(binder, last, without(text, start, end))
    clause = _clause_text(binder, parameter, last)
    if not clause or not _is_only_one(binder, parameter.clause):
        return []
    title = f"write `{clip(clause)}` behind the filter"
    if kinds[final + 1] == END or not (follows or joins):
        apart = "" if text[start - 1 : start] in _BLANK else " "
        return [(title, [(start, end, apart + clause)])]
    at = binder.span(kinds.index(END) - 1)[1]
    return [(title, [without(text, start, end), (at, at, f" {clause}")])]


def _direct(binder: Binder, value: int, gone: tuple[int, int, str]) -> list[Fix]:
    """Say in ``order by`` what ``sort_dir = desc`` says, which is to go."""
    kinds, direction = binder.tokens.kinds, binder.literal(value).lower()
    if KEYWORDS.get(direction) != "DIRECTION" or not _is_only_one(binder, "direction"):
        return []
    if not _is_only_one(binder, "order by") or "BY" not in kinds or "DIRECTION" in kinds:
        return []  # `sort_key` is no clause yet
    at = binder.span(kinds.index("BY") + 1)[1]
    return [(f"write `{direction}` behind `order by`", [gone, (at, at, f" {direction}")])]


def _is_put_in(binder: Binder, token: int) -> bool:
    """Tell a token that recovery put in: it takes up no place."""
    start, end = binder.span(token)
    return start == end


def _clause_text(binder: Binder, parameter: Parameter, value: int) -> str:
    """Give the clause that sets a parameter; empty where the value would be none for it."""
    literal = binder.literal(value)
    if parameter.clause == "order by":
        key = binder.spec.find(literal)
        return f"order by {key.name}" if key is not None and key.sortable else ""
    if binder.tokens.kinds[value] == "PLACEHOLDER":
        return f"{parameter.clause} {literal}"
    try:
        read = parameter.kind.read(literal)
    except RefusedValue:
        return ""
    return f"{parameter.clause} {spell(str(read))}"


def _may_move(binder: Binder, name: int) -> bool:
    """Tell whether a condition must hold whatever others do."""
    return name in _outline(binder).outer


def _is_only_one(binder: Binder, clause: str | None) -> bool:
    """Tell whether a clause, or a condition in its place, stands only once."""
    return _outline(binder).clauses.get(str(clause)) == 1


def _outline(binder: Binder) -> Outline:
    if binder.outline is None:
        binder.outline = _outlined(binder)
    return binder.outline


def _outlined(binder: Binder) -> Outline:
    # Of each pair of parentheses, with the whole text as the first: which it stands in, and
    # whether all of its conditions must hold.
    around, all_hold, open_ = [0], [True], [0]
    outer: list[tuple[int, int]] = []
    clauses: dict[str, int] = {}
    before = ""
    for index, kind in enumerate(binder.tokens.kinds):
        if kind == "LPAR":
            around.append(open_[-1])
            open_.append(len(all_hold))
            all_hold.append(before != "NOT")
        elif kind == "RPAR" and len(open_) > 1:  # one that closes nothing will be reported
            open_.pop()
        elif kind == "OR":
            all_hold[open_[-1]] = False
        clause = _CLAUSE_KEYWORDS.get(kind)
        if kind == "WORD" and before not in _BEFORE_VALUES:
            row = binder.spec.find(binder.tokens.lexemes[index])
            clause = row.clause if row is not None else None
        if clause is not None:
            clauses[clause] = clauses.get(clause, 0) + 1
        if before != "NOT":
            outer.append((index, open_[-1]))
        before = kind
    for group, outside in enumerate(around):
        all_hold[group] &= all_hold[outside]
    return Outline(frozenset(index for index, group in outer if all_hold[group]), clauses)
