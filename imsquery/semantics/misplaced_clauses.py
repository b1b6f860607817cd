"""Clauses written as conditions, such as ``limit = 5``.

Loaded only for texts with one: the binder imports it to report one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from imsquery.diagnostics.edits import Safe, clip, spaced, without
from imsquery.frozen import Frozen
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, spell
from imsquery.language.operators import OPERATORS
from imsquery.schema.kinds import RefusedValue

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]

_BEFORE_VALUES = frozenset({"OPERATOR", "MATCH", "COMMA"})
_CLAUSE_KEYWORDS = {"LIMIT": "limit", "SKIP": "skip", "AFTER": "after", "BY": "order by"}
_comment = re.compile("#[^\n]*")


class Outline(Frozen):
    """What moving a clause depends on.

    Attributes:
        outer: the tokens of conditions that must hold whatever others do.
        clauses: how often each clause appears, as one or as a condition.
        end: the end of the last token in the text; recovery may have moved others after it.
    """

    outer: frozenset[int]
    clauses: dict[str, int]
    end: int


def report_clause(binder: LiteralBinder, parameter: Parameter, name: int, last: int) -> None:
    """Report a condition that should be a clause."""
    written = binder.tokens.lexemes[name]
    clause = "order by" if parameter.clause == "direction" else parameter.clause
    if name == last and written.lower() == clause:
        binder.report("not-a-filter", f"expected a value after `{clause}`", binder.span(name))
        return
    binder.report(
        "not-a-filter",
        f"`{written}` is not a filter; use the clause `{clause} …` after the filter",
        binder.span(name, last),
        *_clause_fixes(binder, parameter, name, last),
    )


def _clause_fixes(binder: LiteralBinder, parameter: Parameter, name: int, last: int) -> list[Fix]:
    """Write a clause for ``limit = 5``, if it is one of the conditions that must all hold."""
    kinds, text = binder.tokens.kinds, binder.tokens.text
    if last != name + 2 or OPERATORS.get(binder.tokens.lexemes[name + 1]) != "=":
        return []
    first, final = name, last
    while first > 0 and kinds[first - 1] == "LPAR" and kinds[final + 1] == "RPAR":
        first, final = first - 1, final + 1  # they would be left empty
    follows, joins = kinds[final + 1] == "AND", first > 0 and kinds[first - 1] == "AND"
    if not (_may_move(binder, name) and (follows or joins or first == 0)):
        return []
    first, final = (first - joins, final) if joins else (first, final + follows)
    start, end = binder.span(first, final)
    if not _is_run(binder, first, final):
        return []
    if _comment.sub("", text[end : binder.span(final + 1)[0]]).strip():
        return []  # what recovery left out there would follow something else
    if not (follows or joins) and _comment.sub("", text[:start]).strip():
        return []  # recovery left something out before it
    if not _is_only_one(binder, parameter.clause):
        return []
    if parameter.clause == "direction" and "order by" in _outline(binder).clauses:
        return _direct(binder, last, without(text, start, end))
    clause = _clause_text(binder, parameter, last)
    if not clause:
        return []
    title = f"write `{clip(clause)}` after the filter"
    if kinds[final + 1] == END or not (follows or joins):
        return [Safe(title, [spaced(text, start, end, clause)])]
    at = _outline(binder).end
    return [Safe(title, [without(text, start, end), (at, at, f" {clause}")])]


def _direct(binder: LiteralBinder, value: int, removal: tuple[int, int, str]) -> list[Fix]:
    """Move the direction of ``sort_dir = desc`` to the end of ``order by``."""
    kinds, direction = binder.tokens.kinds, _direction(binder, value)
    if not direction or "BY" not in kinds or "DIRECTION" in kinds:
        return []  # `sort_key` must become a clause first
    if not _is_only_one(binder, "order by") or kinds[kinds.index("BY") + 2] == "COMMA":
        return []  # of several keys, it may be meant for each
    at = binder.span(kinds.index("BY") + 1)[1]
    return [Safe(f"write `{direction}` in `order by`", [removal, (at, at, f" {direction}")])]


def _direction(binder: LiteralBinder, value: int) -> str:
    """Return a direction as it is written in `order by`; empty if it is not one."""
    literal = binder.literal(value).lower()
    return literal if KEYWORDS.get(literal) == "DIRECTION" else ""


def _is_run(binder: LiteralBinder, first: int, last: int) -> bool:
    """Return whether tokens are in the text one after the other, with no comment in between.

    Recovery may have put some in, or moved others away from among them.
    """
    if any(map(binder.is_put_in, range(first, last + 1))):
        return False
    spans = [binder.span(each) for each in range(first, last + 1)]
    gaps = [binder.tokens.text[one[1] : other[0]] for one, other in pairwise(spans)]
    return all(one < other for one, other in pairwise(spans)) and not "".join(gaps).strip()


def _clause_text(binder: LiteralBinder, parameter: Parameter, value: int) -> str:
    """Return the clause that sets a parameter; empty if the value is invalid there."""
    literal = binder.literal(value)
    if parameter.clause == "direction":
        row, direction = binder.spec.default_order, _direction(binder, value)
        return f"order by {row.name} {direction}" if row is not None and direction else ""
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


def _may_move(binder: LiteralBinder, name: int) -> bool:
    """Return whether a condition must hold whatever others do."""
    return name in _outline(binder).outer


def _is_only_one(binder: LiteralBinder, clause: str | None) -> bool:
    """Return whether a clause, or a condition in its place, appears only once."""
    return _outline(binder).clauses.get(str(clause)) == 1


def _outline(binder: LiteralBinder) -> Outline:
    if binder.outline is None:
        binder.outline = _outlined(binder)
    outline: Outline = binder.outline
    return outline


def _outlined(binder: LiteralBinder) -> Outline:
    # For each pair of parentheses, and first for the whole text: the pair around it, and whether
    # all conditions in it must hold.
    around, all_hold, open_ = [0], [True], [0]
    outer: list[tuple[int, int]] = []
    clauses: dict[str, int] = {}
    before = ""
    for index, kind in enumerate(binder.tokens.kinds):
        if kind == "LPAR":
            around.append(open_[-1])
            open_.append(len(all_hold))
            all_hold.append(before != "NOT")
        elif kind == "RPAR" and len(open_) > 1:  # an unmatched one is reported elsewhere
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
    words = range(binder.tokens.kinds.index(END))
    end = max((binder.span(index)[1] for index in words), default=0)
    return Outline(frozenset(index for index, group in outer if all_hold[group]), clauses, end)
