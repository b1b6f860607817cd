"""What can stand at a place in a query: names, operators, values, functions, keywords, clauses."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from imsquery._tables import GOTOS
from imsquery.checker import check
from imsquery.cloudimages import CLOUDIMAGES
from imsquery.kinds import MATCH
from imsquery.lexer import END, Tokens, spell
from imsquery.recovery import shift
from imsquery.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from imsquery.recovery import Stack
    from imsquery.spec import Function, Parameter, Spec


@frozen
class Completion:
    """One proposal.

    Attributes:
        text: what to write.
        span: what it replaces: the word at the cursor, in code points of the text.
        kind: ``name``, ``operator``, ``value``, ``function``, ``keyword`` or ``clause``.
        description: one line for people.
    """

    text: str
    span: Span
    kind: str
    description: str


_word_before = re.compile(r"[\w.\-:+/@*?]*\Z")
_word_behind = re.compile(r"[\w.\-:+/@*?]*")
_quote_before = re.compile(r"""(?:'(?:[^'\\\n]|\\.)*|"(?:[^"\\\n]|\\.)*)\Z""")
_LONGEST = 4096  # code points read before the cursor: a proposal must come at typing speed
_TIMES = ("today", "now-7d", "now-30d", "2018-10-28")
_NUMBERS = ("10", "50", "100", "500")
_KEYWORDS = {
    # terminal: what is written, what may follow it, its kind, and what it does
    "AND": ("and", (" all", " today"), "keyword", "both hold"),
    "OR": ("or", (" all",), "keyword", "one of the conditions holds"),
    "NOT": ("not", (" none", " in (x)", " in (true)", " in (0)"), "keyword", "does not hold"),
    "RPAR": (")", ("",), "keyword", "closes the parenthesis"),
    "BY": ("by", (" name",), "keyword", "sorts by a name"),
    "ORDER": ("order by", (" name",), "clause", "sorts the images"),
    "LIMIT": ("limit", (" 10",), "clause", "how many images at most"),
    "AFTER": ("after", (" id",), "clause", "goes on behind an image, by its id"),
}
_OPERATORS = {
    "=": "equals",
    "!=": "does not equal, or is absent",
    "<": "is less, or before",
    "<=": "is at most, or not after",
    ">": "is more, or after",
    ">=": "is at least, or not before",
    "contains": "contains the text",
    "startswith": "begins with the text",
    "endswith": "ends with the text",
    "glob": "matches a pattern of * and ?",
    "matches": "holds a match of a regular expression (RE2)",
}


@frozen
class _Draft:
    """A proposal that is yet to be tried: with what may finish it."""

    text: str
    kind: str
    description: str
    endings: tuple[str, ...] = ("",)


def complete(text: str, cursor: int, *, spec: Spec = CLOUDIMAGES) -> list[Completion]:
    """Propose what can stand at a place, best first.

    A proposal is tried before it is made: the text with it, finished in the shortest way, has no
    error that the text without it does not have, so none is refused and none contradicts the rest.

    Args:
        text: a query, which may be broken or unfinished.
        cursor: code points before the cursor.
        spec: the parameters.

    Raises:
        ValueError: the cursor is not within the text.
    """
    if not 0 <= cursor <= len(text):
        msg = f"cursor {cursor} is outside the text, which has {len(text)} code points"
        raise ValueError(msg)
    place = _Place(text, cursor, spec)
    wanted = place.prefix.casefold()
    ranked: tuple[list[_Draft], list[_Draft]] = ([], [])
    for draft in place.drafts():
        rank = _rank(draft, wanted)
        if rank is not None:
            ranked[rank].append(draft)
    return [
        Completion(draft.text, place.span, draft.kind, draft.description)
        for drafts in ranked
        for draft in drafts
        if place.accepts(draft)
    ]


def completions_to_json(completions: Iterable[Completion]) -> str:
    """Write proposals as a JSON list of ``text``, ``start``, ``end``, ``kind``, ``description``."""
    return json.dumps(
        [
            {
                "text": each.text,
                "start": each.span.start,
                "end": each.span.end,
                "kind": each.kind,
                "description": each.description,
            }
            for each in completions
        ],
        indent=2,
    )


def _rank(draft: _Draft, wanted: str) -> int | None:
    """Say how well a draft goes with what is typed: 0 begins with it, 1 holds it."""
    written = draft.text.casefold().strip("\"'")
    if written.startswith((wanted, wanted.lstrip("_") or wanted)):
        return 0
    return 1 if len(wanted) > 1 and wanted in written else None


class _Place:
    """Where the cursor is: what was read before it, and what may come."""

    def __init__(self, text: str, cursor: int, spec: Spec) -> None:
        self._spec = spec
        start, end = self._replaced(text, cursor)
        self.span = Span(start, end)
        self.prefix = text[start:cursor].lstrip("\"'")
        self._behind = text[end:]
        before = text[max(0, start - _LONGEST) : start]
        self._read: list[tuple[str, str]] = []
        self._begin = 0  # where in what was read the condition begins that the cursor is in
        self._stack: Stack = (0, None)
        tokens = Tokens(before)
        last = tokens.kinds.index(END) - 1
        read = tokens.span(last)[1] if last >= 0 else 0
        self._in_comment = "#" in before[read:].rpartition("\n")[2]
        self._read_before(tokens)

    @staticmethod
    def _replaced(text: str, cursor: int) -> tuple[int, int]:
        """Give the word or unclosed string that the cursor is in."""
        line = text.rfind("\n", 0, cursor) + 1
        before = text[max(line, cursor - _LONGEST) : cursor]
        tokens = Tokens(before)
        if len(tokens.kinds) > 1 and tokens.kinds[-2] == "ERROR" and tokens.lexemes[-2][0] in "'\"":
            quote = tokens.lexemes[-2]
            closing = text.find(quote[0], cursor)
            inside = text[cursor:closing] if closing >= 0 else " "
            end = closing + 1 if inside.isalnum() or inside == "" else cursor
            return cursor - len(quote), max(end, cursor)
        word = _word_before.search(before)
        behind = _word_behind.match(text, cursor)
        assert word is not None  # noqa: S101 -- both match nothing, too
        assert behind is not None  # noqa: S101
        return cursor - len(word[0]), behind.end()

    def _read_before(self, tokens: Tokens) -> None:
        """Read what is before the cursor; where it is broken, begin a new condition."""
        for kind, lexeme in zip(tokens.kinds, tokens.lexemes, strict=True):
            if kind == END:
                return
            if not self._take(kind, lexeme):
                self._read, self._stack = [], (0, None)
                self._take("ALL", "all")
                if not self._take(kind, lexeme):
                    self._take("AND", "and")
                    self._take(kind, lexeme)

    def _take(self, kind: str, lexeme: str) -> bool:
        after = shift(self._stack, kind)
        if after is None:
            return False
        if "predicate" in GOTOS[self._stack[0]]:
            self._begin = len(self._read)
        self._stack = after
        self._read.append((kind, lexeme))
        return True

    def _accepts(self, kind: str) -> bool:
        return shift(self._stack, kind) is not None

    # -- drafts

    def drafts(self) -> Iterator[_Draft]:
        """Give what the grammar and the spec allow here."""
        if self._in_comment:
            return
        if "predicate" in GOTOS[self._stack[0]]:
            yield from self._conditions()
        elif self._accepts("STRING"):
            yield from self._values()
        elif self._last == "BY":
            yield from self._sort_keys()
        elif self._last == "LIMIT":
            yield from (_Draft(each, "value", "images at most") for each in _NUMBERS)
        else:
            yield from self._behind_name()
        for kind, (text, endings, what, description) in _KEYWORDS.items():
            if self._accepts(kind):
                yield _Draft(text, what, description, endings)

    @property
    def _last(self) -> str:
        return self._read[-1][0] if self._read else ""

    def _conditions(self) -> Iterator[_Draft]:
        for row in sorted(self._spec.parameters.values(), key=lambda row: not row.pushable):
            if row.clause is None:
                yield _Draft(row.name, "name", row.kind.describe(), tuple(_finished(row)))
        for same in self._spec.functions.values():
            function = same[0]
            text = f"{function.name}({'' if function.parameters else ')'}"
            endings = tuple(f"{each})" for each in self._arguments(function, 0)[:3])
            yield _Draft(text, "function", function.summary, endings or ("",))

    def _behind_name(self) -> Iterator[_Draft]:
        kind, lexeme = self._read[self._begin] if self._begin < len(self._read) else ("", "")
        row = self._spec.find(lexeme) if kind in {"WORD", "LIMIT"} else None
        if self._last == "IS":
            yield _Draft("present", "keyword", "the image has it")
            yield _Draft("absent", "keyword", "the image does not have it")
        if self._accepts("DIRECTION"):
            yield _Draft("asc", "keyword", "the least first")
            yield _Draft("desc", "keyword", "the most first")
        if row is None or not self._accepts("IN"):
            return
        values = [spell(value) for value in _samples(row)]
        if self._accepts("OPERATOR"):
            for operator, description in _OPERATORS.items():
                if operator in row.kind.operators:
                    yield _Draft(operator, "operator", description, tuple(f" {v}" for v in values))
            yield _Draft("is present", "operator", "the image has it")
            yield _Draft("is absent", "operator", "the image does not have it")
            yield _Draft("not in (", "operator", "is none of", tuple(f"{v})" for v in values))
        elif row.kind.operators & MATCH:
            for operator in sorted(MATCH):
                ending = tuple(f" {v}" for v in values)
                yield _Draft(operator, "operator", _OPERATORS[operator], ending)
        yield _Draft("in (", "operator", "is one of", tuple(f"{v})" for v in values))
        if row.kind.ordered:
            endings = tuple(f" {v} and {v}" for v in values)
            yield _Draft("between", "operator", "lies between two values, both in", endings)

    def _values(self) -> Iterator[_Draft]:
        kinds = [kind for kind, _ in self._read[self._begin :]]
        lexemes = [lexeme for _, lexeme in self._read[self._begin :]]
        if not lexemes or self._last == "AFTER":
            return
        ending = ")" if "LPAR" in kinds else ""
        if len(kinds) > 1 and kinds[1] == "LPAR":
            for function in self._spec.functions.get(lexemes[0].lower(), ()):
                position = 0 if function.variadic else kinds.count("COMMA")
                for value in self._arguments(function, position):
                    yield _Draft(spell(value), "value", function.summary, (ending, ", x)"))
            return
        row = self._spec.find(lexemes[0])
        if row is None:
            return
        for value in _samples(row, everything=True):
            written = spell(value)
            if "BETWEEN" in kinds and "AND" not in kinds:
                ending = f" and {written}"
            yield _Draft(written, "value", f"a value of {row.name}", (ending,))

    def _arguments(self, function: Function, position: int) -> list[str]:
        """Give what an argument may be, as far as it can be listed."""
        hole = f"{{{position}}}"
        for wire, value in function.conditions:
            if hole in wire:
                family = self._spec.family
                rows = self._spec.parameters.values()
                flags = [row for row in rows if row.pushable and row.kind.standalone]
                return [row.wire[len(family) :] for row in flags if row.wire.startswith(family)]
            if hole == value:
                return list(self._spec.parameters[wire].kind.choices)
        return []

    def _sort_keys(self) -> Iterator[_Draft]:
        rows = [row for row in self._spec.parameters.values() if row.observed and not row.multiple]
        for row in sorted(rows, key=lambda row: not row.sortable):
            if row.clause is None:
                where = "the server" if row.sortable else "the client"
                yield _Draft(row.name, "name", f"sorted by {where}")

    # -- trying them

    def accepts(self, draft: _Draft) -> bool:
        """Tell whether a draft, finished in some way, adds no error."""
        head = self._text(len(self._read))
        is_new = "predicate" in GOTOS[self._stack[0]]
        neutral = self._text(len(self._read) if is_new else self._begin)
        for ending in draft.endings:
            written = f"{draft.text}{ending}"
            for rest in self._rests(draft.text, ending):
                text = f"{head} {rest}"
                if _parses(text):
                    tail = rest[len(written) :] if rest.startswith(written) else ""
                    if not _errors(text, self._spec) - _errors(f"{neutral} all{tail}", self._spec):
                        return True
                    break
        return False

    def _rests(self, text: str, ending: str) -> Iterator[str]:
        """Give the ways to go on behind what was read: with what is behind the cursor, or not."""
        depth = sum((kind == "LPAR") - (kind == "RPAR") for kind, _ in self._read)
        if self._behind.strip():
            yield f"{text}{self._behind}"
            yield f"{text}{ending}{self._behind}"
        depth += (text + ending).count("(") - (text + ending).count(")")
        yield f"{text}{ending}{')' * max(0, depth)}"

    def _text(self, count: int) -> str:
        return " ".join(lexeme for _, lexeme in self._read[:count])


def _samples(row: Parameter, *, everything: bool = False) -> list[str]:
    """Give values that a parameter takes."""
    if row.kind.choices:
        return list(row.kind.choices if everything else row.kind.choices[:2])
    if row.is_time:
        return list(_TIMES)
    if row.kind.ordered:
        least = getattr(row.kind, "least", None)
        return [str(least or 0)] if not everything else []
    return [*row.scopes] if everything else ["x", "y"]


def _finished(row: Parameter) -> Iterator[str]:
    if row.kind.standalone:
        yield ""
    for value in _samples(row):
        yield f" = {spell(value)}"
    if row.is_time:
        yield " < 2018"
        yield " > 2018"


def _parses(text: str) -> bool:
    """Tell whether a text parses, without making anything of it."""
    stack: Stack | None = (0, None)
    for kind in Tokens(text).kinds:
        stack = shift(stack, kind) if stack is not None else None
    return stack is not None


def _errors(text: str, spec: Spec) -> Counter[tuple[str, str]]:
    found = check(text, spec=spec)
    return Counter((each.code, each.message) for each in found if each.severity == "error")
