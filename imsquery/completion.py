"""What can stand at a place in a filter.

The tables of the parser say which terminals can follow, the spec which names, operators and values
those can be.  Each of them is then tried: finished in some way, and put to the same checks as any
filter, along with the conditions around it.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from imsquery.cells import shorten
from imsquery.cloudimages import CLOUDIMAGES
from imsquery.cursor import CLAUSES, places
from imsquery.cursor import words as words_of
from imsquery.diagnostics import QueryError
from imsquery.kinds import Flag, Integer
from imsquery.lexer import END, Tokens, quote, spell, unquote
from imsquery.limits import DEFAULT_LIMITS
from imsquery.parser import tokenize
from imsquery.recovery import shift
from imsquery.source import Span
from imsquery.surroundings import HOLE, Surroundings, unanswered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.cursor import Place
    from imsquery.recovery import Stack
    from imsquery.spec import Function, Parameter, Spec

_ROOM = 1000  # code points that a proposal and what finishes it may take up
_MOST_TRIED = 300  # ways to finish one proposal
_LONGEST_DESCRIPTION = 100


@frozen
class Completion:
    """One proposal.

    Attributes:
        text: what to put there.
        span: what it takes the place of, in code points of the text.
        kind: ``name``, ``function``, ``operator``, ``value``, ``placeholder`` (a value to be bound
            later), ``keyword``, ``clause`` or ``punctuation``.
        description: one line about it.
    """

    text: str
    span: Span
    kind: str
    description: str = field(default="", eq=False)

    def to_dict(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {
            "text": self.text,
            "span": {"start": self.span.start, "end": self.span.end},
            "kind": self.kind,
            "description": self.description,
        }


def complete(text: str, cursor: int, *, spec: Spec = CLOUDIMAGES) -> list[Completion]:
    """Give what can stand at the cursor, best first; never raises, for any text.

    The law: whatever is proposed, there is a way to go on from it (further proposals, at the place
    where the last one ended, followed by what stands behind the cursor) to a text that
    :func:`imsquery.check` finds no error in, provided that some text does that begins with what is
    before the cursor and ends with what is behind it.  Hence nothing is proposed that contradicts
    the conditions around it, and no parameter that has one value already.  A text that is broken
    elsewhere stays so, but no proposal adds to what is wrong with it.

    Args:
        text: of the query; it may be unfinished or broken.
        cursor: offset in it, in code points; the word that it touches is what is completed.
        spec: the parameters.
    """
    cursor = max(0, min(cursor, len(text)))
    if len(text) + _ROOM > DEFAULT_LIMITS.length or not _is_within_limits(text):
        return []
    found: dict[str, Completion] = {}
    for place in places(text, cursor):
        is_apart = _is_apart(place, spec)
        if is_apart:
            place = evolve(place, after=(), finish=place.end, is_last=False)  # noqa: PLW2901
        for each in _Proposals(text, place, spec, is_apart=is_apart).all():
            found.setdefault(each.text, each)
    return list(found.values())


def completions_to_json(completions: Iterable[Completion]) -> dict[str, Any]:
    """Give plain data for JSON: ``{"completions": [{"text": …, "span": …, …}, …]}``."""
    return {"completions": [each.to_dict() for each in completions]}


def _is_apart(place: Place, spec: Spec) -> bool:
    """Tell whether what is behind the cursor is a whole condition, and no end of this one."""
    return bool(place.after) and Surroundings("", 0, 0, spec).admit(_join(place.after))


def _is_within_limits(text: str) -> bool:
    try:
        tokenize(text)
    except QueryError:
        return False
    return True


# A proposal in the making: text, kind, description.  A word: terminal, lexeme.
_Draft = tuple[str, str, str]
_Word = tuple[str, str]

_OPERATORS = {
    "=": "equals",
    "!=": "does not equal",
    "<": "less, or earlier, than",
    "<=": "at most, or not after",
    ">": "more, or later, than",
    ">=": "at least, or not before",
}
# Terminals of few spellings -> each spelling and what it means.
_FIXED: dict[str, Sequence[_Draft]] = {
    "OPERATOR": [(text, "operator", meaning) for text, meaning in _OPERATORS.items()],
    "IN": [("in", "keyword", "one of a list")],
    "BETWEEN": [("between", "keyword", "from one value to another, both included")],
    "MATCH": [
        ("contains", "operator", "has the text in it"),
        ("startswith", "operator", "begins with the text"),
        ("endswith", "operator", "ends with the text"),
        ("glob", "operator", "looks like the pattern: * is any run, ? one character"),
        ("matches", "operator", "has a match of the regular expression in it"),
    ],
    "IS": [("is", "keyword", "is present, or is absent")],
    "PRESENCE": [
        ("present", "keyword", "the image has the attribute"),
        ("absent", "keyword", "the image does not have the attribute"),
    ],
    "AND": [("and", "keyword", "both hold")],
    "OR": [("or", "keyword", "either holds")],
    "COMMA": [(",", "punctuation", "another one")],
    "RPAR": [(")", "punctuation", "close the parenthesis")],
    "NOT": [("not", "keyword", "the opposite")],
    "LPAR": [("(", "punctuation", "open a parenthesis")],
    "ALL": [("all", "keyword", "every image")],
    "NONE": [("none", "keyword", "no image")],
    "BY": [("by", "keyword", "what to sort by")],
    "DIRECTION": [
        ("asc", "keyword", "the smallest first"),
        ("desc", "keyword", "the largest first"),
    ],
    "ORDER": [("order by", "clause", "sort the images")],
    "LIMIT": [("limit", "clause", "list so many images at most")],
    "AFTER": [("after", "clause", "go on behind the image with this id")],
}
# What stands between whole conditions and clauses; some of it within them, too.
_JOINING = frozenset({"AND", "OR", "COMMA", "RPAR", "ORDER", "LIMIT", "AFTER"})
# What is tried in order to finish a condition.
_FINISHING = (
    "OPERATOR",
    "PRESENCE",
    "AND",
    "RPAR",
    "LPAR",
    "BY",
    "IN",
    "IS",
    "BETWEEN",
    "MATCH",
    "NOT",
)
_TIMES = ("today", "now-1h", "now-1d", "now-7d", "now-30d", "today-1d")
_COUNTS = {"MB": (512, 1024, 2048, 4096, 8192, 16384, 32768), "GB": (40, 50, 100, 200, 500, 1000)}
_FEW = (1, 10, 50, 100, 500)
_STAND_IN = "x"  # for a text that only the user knows
_FLAGS = 2  # the rank of their names; those before it come before functions
_plain_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


class _Proposals:
    """Finds what can stand at one place."""

    def __init__(self, text: str, place: Place, spec: Spec, *, is_apart: bool) -> None:
        self._text = text
        self._place = place
        self._spec = spec
        if place.before and place.before[0][0] in CLAUSES:
            text, begin, finish = "", 0, 0  # a clause goes with any filter
        else:
            begin, finish = place.begin, place.finish
        self._around = Surroundings(text, begin, finish, spec, is_apart=is_apart)

    def all(self) -> list[Completion]:
        """Give all proposals, best first."""
        prefix = self._place.prefix.casefold()
        begun = [
            draft
            for draft in dict.fromkeys(self._drafts())
            if _bare(draft).casefold().startswith(prefix)
        ]
        after = self._place.after
        drafts = [draft for draft in begun if self._is_right(draft[0], after)]
        if not drafts and after and not self._is_right_already():
            drafts = [draft for draft in begun if self._is_right(draft[0], ())]
        # What was typed to its end comes first, whatever else begins like it.
        drafts.sort(key=lambda draft: _bare(draft).casefold() != prefix)
        span = Span(self._place.start, self._place.end)
        return [
            Completion(
                self._respelled(text), span, kind, shorten(description, _LONGEST_DESCRIPTION)
            )
            for text, kind, description in drafts
        ]

    def _respelled(self, text: str) -> str:
        """Write a value in the quotes that it was begun with."""
        mark = self._place.quote
        if not mark:
            return text
        value = _value(text)
        if mark == '"':
            return quote(value)
        return "'" + quote(value)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"

    # -- what there is

    def _drafts(self) -> Iterator[_Draft]:
        """Give what the tables and the spec allow, the best first."""
        place = self._place
        words = place.before
        last = words[-1][0] if words else ""
        if place.accepts("STRING") or last == "LIMIT":
            yield from (each for each in self._values(words) if each[1] in self._wanted())
        if place.quote:
            return
        if last == "BY":
            yield from self._sort_keys()
        if place.expects_condition:
            yield from self._conditions()
        for kind, drafts in _FIXED.items():
            if place.accepts(kind) and self._is_open_to(kind):
                yield from drafts
        if last == "IN" and place.accepts("PLACEHOLDER"):
            yield from (each for each in self._values(words) if each[1] == "placeholder")

    def _wanted(self) -> set[str]:
        return {"value"} if self._place.quote else {"value", "placeholder"}

    def _is_open_to(self, kind: str) -> bool:
        """Tell whether a terminal would leave what is behind the cursor, and clauses, in place."""
        place = self._place
        if kind == "RPAR":
            return place.opened > 0
        if kind == "LPAR":
            is_there = bool(place.after) and place.after[0][0] == "LPAR"
            return not is_there and self._may_open(place.before)
        if kind in CLAUSES:
            if not place.accepts("AFTER"):  # `limit` might be meant as a name, and never is
                return False
            used = {*place.clauses, *(each for each, _ in place.before)}
            return kind not in used and place.is_last and not place.after
        return True

    def _conditions(self) -> Iterator[_Draft]:
        """Give names and functions."""
        fixed, missing = self._around.fixed, self._around.missing
        rows = [
            row
            for row in self._spec.parameters.values()
            if row.clause is None and row.wire not in fixed
        ]
        rows.sort(key=lambda row: (row.wire not in missing, self._rank(row)))
        is_called = self._place.after[:1] and self._place.after[0][0] == "LPAR"
        functions = [
            (
                _call(each, is_called=bool(is_called)),
                "function",
                f"{each.signature}: {each.summary}",
            )
            for each in (same[0] for same in self._spec.functions.values())
        ]
        ready = [row for row in rows if row.wire in missing or self._rank(row) < _FLAGS]
        yield from map(self._name, ready)
        yield from functions
        yield from map(self._name, (row for row in rows if row not in ready))

    def _rank(self, row: Parameter) -> int:
        """Rank names: those whose values are known, those to fill in, flags, what records show."""
        if not row.pushable:
            return _FLAGS + 1
        if row.wire.startswith(self._spec.family):
            return _FLAGS
        is_telling = row.kind.ordered or (row.kind.choices and not row.kind.standalone)
        return 0 if is_telling else 1

    def _name(self, row: Parameter) -> _Draft:
        """Spell a name as it was begun: the short name, the wire name or an alias."""
        prefix = self._place.prefix.casefold()
        spellings = (row.name, row.wire, *row.aliases)
        name = next((each for each in spellings if each.startswith(prefix)), row.name)
        where = "" if row.pushable else "; the server cannot filter by it"
        unit = f" ({row.unit})" if row.unit else ""
        return name, "name", f"{row.kind.name}{unit}: {row.kind.describe()}{where}"

    def _sort_keys(self) -> Iterator[_Draft]:
        rows = [row for row in self._spec.parameters.values() if row.clause is None]
        rows.sort(key=lambda row: not row.sortable)
        for row in rows:
            where = "sorted by the server" if row.sortable else "sorted on the client"
            yield self._name(row)[0], "name", where

    # -- values

    def _values(self, words: Sequence[_Word]) -> Iterator[_Draft]:
        """Give values for a condition, call or clause that begins with these words."""
        kinds = [kind for kind, _ in words]
        if words[0][0] in {"LIMIT", "AFTER"} and "OPERATOR" not in kinds:
            which = words[0][1].lower()
            yield from self._of(self._spec.clauses[which], which, words)
        elif kinds[1:2] == ["LPAR"]:
            yield from self._arguments(words[0][1].lower(), kinds.count("COMMA"), words)
        else:
            parameter = self._spec.find(words[0][1])
            if parameter is not None:
                yield from self._of(parameter, parameter.name, words)

    def _arguments(self, name: str, index: int, words: Sequence[_Word]) -> Iterator[_Draft]:
        """Give arguments of a function, by what its conditions do with them."""
        for function in self._spec.functions.get(name, ()):
            if not function.variadic and index >= len(function.parameters):
                continue
            which = 0 if function.variadic else index
            slot = f"{{{which}}}"
            for wire, value in function.conditions:
                if slot in wire and function.variadic:
                    yield from self._features(words)
                elif value == slot:
                    parameter = self._spec.parameters[wire]
                    yield from self._of(parameter, function.parameters[which], words)
            yield _placeholder(function.parameters[which])

    def _features(self, words: Sequence[_Word]) -> Iterator[_Draft]:
        written = {lexeme for _, lexeme in words}
        for row in self._spec.parameters.values():
            ending = row.wire.removeprefix(self._spec.family)
            if ending != row.wire and isinstance(row.kind, Flag) and ending not in written:
                yield ending, "value", "feature"

    def _of(self, parameter: Parameter, name: str, words: Sequence[_Word]) -> Iterator[_Draft]:
        written = {lexeme for _, lexeme in words[1:]}  # in a list, each value once
        unit = f" ({parameter.unit})" if parameter.unit else ""
        for value in self._samples(parameter):
            spelled = spell(value)
            if spelled not in written:
                yield spelled, "value", f"value of {name}{unit}"
        yield _placeholder(name)

    def _samples(self, parameter: Parameter) -> list[str]:
        """Give values that can be known without asking anyone."""
        if parameter.kind.choices:
            return list(parameter.kind.choices)
        around = [] if parameter.clause else self._around.values(parameter)
        if isinstance(parameter.kind, Integer):
            known = {each + step for each in around if isinstance(each, int) for step in (-1, 0, 1)}
            known.update(_COUNTS.get(parameter.unit or "", _FEW))
            ends = (parameter.kind.least, parameter.kind.most)
            known.update(each for each in ends if each is not None)
            return [str(value) for value in sorted(known)]
        if parameter.is_time:
            return [*_TIMES, *dict.fromkeys(map(str, around))]
        return []

    # -- trying them

    def _is_right(self, text: str, after: Sequence[_Word]) -> bool:
        """Tell whether what begins with a proposal can be finished to something right.

        Args:
            text: the proposal.
            after: how the condition or clause ends.
        """
        place = self._place
        proposed = _words(text)
        kind = proposed[0][0]
        words = [*place.before, *proposed]
        if kind in _JOINING and not _is_inner(place.before):
            is_bare = len(place.before) == 1  # a name: not all can stand alone
            return (
                self._keeps_limits(text)
                and (not is_bare or self._around.admit(_join(place.before)))
                and (kind in {"AND", "RPAR"} or self._leaves_a_way(kind))
            )
        if place.expects_condition and kind in {"NOT", "LPAR"}:
            return self._keeps_limits(text)
        begun = [words]
        if kind == "PLACEHOLDER":
            # Bound later, and then it has to be right: some value must go with what is around.
            fillings = self._fillings(place.before)
            begun = [[*place.before, *_words(each)] for each in fillings]
        endings = self._leading_to if after else self._endings
        tried = islice(chain.from_iterable(endings(each) for each in begun), _MOST_TRIED)
        return any(self._around.admit(_join([*each, *after])) for each in tried)

    def _is_right_already(self) -> bool:
        """Tell whether the condition or clause is right as it stands."""
        place = self._place
        return self._around.admit(self._text[place.begin : place.finish])

    def _leading_to(self, words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
        """Give what may stand before the given end of a condition: at most one more word."""
        yield words
        if _is_inner(words):
            yield [*words, ("COMMA", ",")]
        for text in self._next(_states(words), words):
            yield [*words, *_words(text)]

    def _keeps_limits(self, text: str) -> bool:
        place = self._place
        return _is_within_limits(
            f"{self._text[: place.start]} {text} all {self._text[place.end :]}"
        )

    def _leaves_a_way(self, kind: str) -> bool:
        """Tell whether what the conditions so far ask for can be added behind an `or` or clause."""
        needed = [
            f"{self._spec.parameters[wire].name} = {spell(value)}"
            for wire, value in {
                row.requires for row in self._spec.parameters.values() if row.requires
            }
        ]
        begun, rest = self._text[: self._place.start], self._text[self._place.end :]
        added = "".join(f" and {each}" for each in needed)
        closed = ")" * self._place.opened
        best = unanswered(f"{begun}{added}{closed} {rest}", self._spec)
        if kind != "OR":
            return unanswered(f"{begun} {rest}", self._spec) <= best
        behind = f"{closed}{added}" if closed else ""
        return unanswered(f"{begun} or {HOLE}{behind} {rest}", self._spec) <= best

    def _endings(self, words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
        """Give conditions or clauses that begin with these words; the list is never lengthened."""
        stack = _states(words)
        if _accepts(stack, END):
            yield words
            if len(words) > 1 or words[0][0] != "WORD":
                return
        for text in self._next(stack, words):
            yield from self._endings([*words, *_words(text)])

    def _may_open(self, words: Sequence[_Word]) -> bool:
        """Tell whether a parenthesis may follow: behind a lone name only if it is a function's."""
        return len(words) != 1 or words[0][1].lower() in self._spec.functions

    def _fillings(self, words: Sequence[_Word]) -> list[str]:
        """Give values to try, or something that stands for a free text."""
        is_list = words[-1][0] == "IN"
        drafts = self._values(words)
        values = [text for text, kind, _ in drafts if kind == "value"] or [_STAND_IN]
        return [f"({value})" for value in values] if is_list else values

    def _next(self, stack: Stack | None, words: Sequence[_Word]) -> Iterator[str]:
        """Give what could come next on the way to the end of a condition or clause."""
        last = words[-1][0]
        if last in {"NOT", "LPAR"} and _accepts(stack, "ALL"):
            yield "all"
        elif last == "BY":
            yield from (text for text, _, _ in self._sort_keys())
        else:
            if _accepts(stack, "STRING") or last == "LIMIT":
                yield from self._fillings(words)
            inner = _is_inner(words)
            for kind in _FINISHING:
                if kind == "LPAR" and not self._may_open(words):
                    continue
                if _accepts(stack, kind) and (inner or kind not in _JOINING):
                    yield from (text for text, _, _ in _FIXED[kind])


def _words(text: str) -> list[_Word]:
    return words_of(Tokens(text))


def _join(words: Iterable[_Word]) -> str:
    return " ".join(lexeme for _, lexeme in words)


def _states(words: Iterable[_Word]) -> Stack | None:
    """Run the tables over a condition or clause alone; ``None`` where they cannot take it."""
    stack: Stack | None = (0, None)
    for kind, _ in words:
        stack = shift(stack, kind) if stack is not None else None
    return stack


def _accepts(stack: Stack | None, kind: str) -> bool:
    return stack is not None and shift(stack, kind) is not None


def _is_inner(words: Sequence[_Word]) -> bool:
    """Tell whether a comma, a parenthesis or an `and` would be part of the condition itself."""
    kinds = [kind for kind, _ in words]
    is_list = kinds.count("LPAR") > kinds.count("RPAR")
    return is_list or kinds.count("BETWEEN") > kinds.count("AND")


def _call(function: Function, *, is_called: bool) -> str:
    """Write a call as far as it is known."""
    if is_called:
        return function.name
    return f"{function.name}({'' if function.parameters else ')'}"


def _placeholder(name: str) -> _Draft:
    plain = name if _plain_name(name) else "value"
    return f"${plain}", "placeholder", "a value to be bound later"


def _value(text: str) -> str:
    """Give the value that a literal spells."""
    return unquote(text)[0] if text[0] == '"' else text


def _bare(draft: _Draft) -> str:
    """Give what the prefix of a proposal is compared with."""
    text, kind, _ = draft
    return _value(text) if kind == "value" else text
