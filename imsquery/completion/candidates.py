"""What the language offers at a position: words, names, functions and values, best first.

Whether each of them is valid there is for :mod:`imsquery.completion.trial` to find out.
"""

from __future__ import annotations

import re
from itertools import compress
from operator import not_

from imsquery.language.lexer import spell
from imsquery.language.operators import ORDER
from imsquery.schema.kinds import Flag, Integer
from imsquery.schema.parameters import SKIP
from imsquery.schema.versions import is_version

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from imsquery.completion.context import Context
    from imsquery.completion.position import Word
    from imsquery.schema.parameters import Function, Parameter
    from imsquery.schema.spec import Spec

Candidate = tuple[str, str, str]
"""Text, kind and description of what may be proposed."""

_OPERATORS = {
    "=": "equals",
    "!=": "does not equal",
    "<": "is less than, or before",
    "<=": "is less than or equal to, or not after",
    ">": "is greater than, or after",
    ">=": "is greater than or equal to, or not before",
}
# Terminals of few spellings -> each spelling and its meaning.
FIXED: dict[str, Sequence[Candidate]] = {
    "OPERATOR": [(text, "operator", meaning) for text, meaning in _OPERATORS.items()],
    "IN": [("in", "keyword", "is one of a list")],
    "BETWEEN": [("between", "keyword", "is in a range, both ends included")],
    "MATCH": [
        ("contains", "operator", "contains the text"),
        ("startswith", "operator", "begins with the text"),
        ("endswith", "operator", "ends with the text"),
        ("glob", "operator", "matches the pattern: * is any text, ? one character"),
        ("matches", "operator", "contains a match of the regular expression"),
    ],
    "IGNORING": [("ignoring case", "keyword", "upper and lower case are alike")],
    "CASE": [("case", "keyword", "upper and lower case are alike")],
    "IS": [("is", "keyword", "is present or absent")],
    "PRESENCE": [
        ("present", "keyword", "the image has the attribute"),
        ("absent", "keyword", "the image does not have the attribute"),
    ],
    "AND": [("and", "keyword", "both conditions hold")],
    "OR": [("or", "keyword", "either condition holds")],
    "COMMA": [(",", "punctuation", "add another")],
    "RPAR": [(")", "punctuation", "close the parenthesis")],
    "NOT": [("not", "keyword", "the condition does not hold")],
    "LPAR": [("(", "punctuation", "open a parenthesis")],
    "ALL": [("all", "keyword", "every image")],
    "NONE": [("none", "keyword", "no image")],
    "BY": [("by", "keyword", "sort by")],
    "DIRECTION": [
        ("asc", "keyword", "smallest first"),
        ("desc", "keyword", "largest first"),
    ],
    "PER": [("per", "keyword", "count the images of each group")],
    "ORDER": [("order by", "clause", "sort the images")],
    "LIMIT": [("limit", "clause", "limit the number of images")],
    "SKIP": [("skip", "clause", "leave out the first images")],
    "AFTER": [("after", "clause", "start after the image with this id")],
}
_TIMES = (
    "today", "now-1h", "now-1d", "now-7d", "now-30d", "now-1mo", "now-1y", "yesterday", "this_week",
    "last_week", "this_month", "last_month", "this_year", "last_year",
)  # fmt: skip
_COUNTS = {"MB": (512, 1024, 2048, 4096, 8192, 16384, 32768), "GB": (40, 50, 100, 200, 500, 1000)}
_UNITS = {"MB": ("512MB", "1GB", "2GB", "4GB", "8GB", "16GB"), "bytes": ("1GB", "10GB", "50GB")}
_VERSIONS = ("1", "7", "8", "9", "10", "20.04", "22.04", "24.04")
_FEW = (1, 10, 50, 100, 500)
_FLAGS = 2  # the rank of the names of flags; functions go before them
_plain_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


class Candidates:
    """The candidates at a position.

    Args:
        spec: the parameters and functions.
        context: the conditions around the position.
        prefix: the beginning of a name.
    """

    def __init__(self, spec: Spec, context: Context, prefix: str) -> None:
        self._spec = spec
        self._context = context
        self._prefix = prefix.casefold()

    def conditions(self, *, is_called: bool) -> Iterator[Candidate]:
        """Yield names and functions; ``is_called`` if a parenthesis follows already."""
        fixed, missing = self._context.fixed, self._context.missing
        rows = [
            row
            for row in self._spec.parameters.values()
            if row.clause is None and row.wire not in fixed
        ]
        rows.sort(key=lambda row: (row.wire not in missing, self._rank(row)))
        functions = [
            (
                _call(each, is_called=is_called),
                "function",
                f"{each.signature}: {each.summary}",
            )
            for each in (same[0] for same in self._spec.functions.values())
        ]
        is_ready = [row.wire in missing or self._rank(row) < _FLAGS for row in rows]
        yield from map(self._name, compress(rows, is_ready))
        yield from functions
        yield from map(self._name, compress(rows, map(not_, is_ready)))

    def _rank(self, row: Parameter) -> int:
        """Rank names: of known values, of other values, of flags, and of attributes alone."""
        if not row.pushable:
            return _FLAGS + 1
        if self._spec.ending(row.wire):
            return _FLAGS
        is_telling = row.kind.ordered or (row.kind.choices and not row.kind.standalone)
        return 0 if is_telling else 1

    def _name(self, row: Parameter) -> Candidate:
        """Spell a name as it begins: the short name, the wire name or an alias."""
        spellings = (row.name, row.wire, *row.aliases)
        name = next((each for each in spellings if each.startswith(self._prefix)), row.name)
        where = "" if row.pushable else "; the server cannot filter by it"
        unit = f" ({row.unit})" if row.unit else ""
        return name, "name", f"{row.kind.name}{unit}: {row.kind.describe()}{where}"

    def may_ignore_case(self, words: Sequence[Word]) -> bool:
        """Return whether letter case can matter in a condition that begins with these words."""
        row = self._spec.find(words[0][1]) if words else None
        is_match = any(kind == "MATCH" for kind, _ in words)
        return row is not None and (row.kind.tells_case or is_match)

    def clause_names(self, words: Sequence[Word]) -> Iterator[Candidate]:
        """Yield the names that can be next in a clause that begins with these words."""
        kinds = [kind for kind, _ in words]
        if kinds[-1:] == ["PER"]:
            for row in sorted(self._spec.parameters.values(), key=self._rank):
                if row.observed is not None and row.clause is None:
                    yield self._name(row)[0], "name", "groups images by it"
        elif kinds[:2] == ["ORDER", "BY"] and kinds[-1] in {"BY", "COMMA"}:
            yield from self._sort_keys({self._spec.find(lexeme) for _, lexeme in words[2:]})

    def _sort_keys(self, used: Container[Parameter | None]) -> Iterator[Candidate]:
        """Yield the names to sort by, those that the server sorts by first."""
        rows = [row for row in self._spec.parameters.values() if row.clause is None]
        rows.sort(key=lambda row: not row.sortable)
        for row in rows:
            if row in used:
                continue
            where = "sorted by the server" if row.sortable else "sorted on the client"
            yield self._name(row)[0], "name", where

    def values(self, words: Sequence[Word]) -> Iterator[Candidate]:
        """Yield values for a condition, call or clause that begins with these words."""
        kinds = [kind for kind, _ in words]
        if words[0][0] in {"LIMIT", "SKIP", "AFTER"} and "OPERATOR" not in kinds:
            which = words[0][1].lower()
            yield from self._of(self._spec.clauses.get(which, SKIP), which, words)
        elif kinds[1:2] == ["LPAR"]:
            yield from self._arguments(words[0][1].lower(), kinds.count("COMMA"), words)
        else:
            parameter = self._spec.find(words[0][1])
            if parameter is not None:
                yield from self._of(parameter, parameter.name, words)

    def _arguments(self, name: str, index: int, words: Sequence[Word]) -> Iterator[Candidate]:
        """Yield arguments of a function, by what its conditions do with them."""
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

    def _features(self, words: Sequence[Word]) -> Iterator[Candidate]:
        written = {lexeme for _, lexeme in words}
        for row in self._spec.parameters.values():
            ending = self._spec.ending(row.wire)
            if ending and isinstance(row.kind, Flag) and ending not in written:
                yield ending, "value", "feature"

    def _of(self, parameter: Parameter, name: str, words: Sequence[Word]) -> Iterator[Candidate]:
        written = {lexeme for _, lexeme in words[1:]}  # in a list, each value once
        unit = f" ({parameter.unit})" if parameter.unit else ""
        for value in self._samples(parameter, by_order=_by_order(words)):
            spelled = spell(value)
            if spelled not in written:
                yield spelled, "value", f"value of {name}{unit}"
        yield _placeholder(name)

    def _samples(self, parameter: Parameter, *, by_order: bool) -> list[str]:
        """Return the values of a parameter that are known, or some that are plausible."""
        if parameter.kind.choices:
            return list(parameter.kind.choices)
        around = [] if parameter.clause else self._context.values(parameter)
        if isinstance(parameter.kind, Integer):
            known = {each + step for each in around if isinstance(each, int) for step in (-1, 0, 1)}
            known.update(_COUNTS.get(parameter.unit or "", _FEW))
            ends = (parameter.kind.least, parameter.kind.most)
            known.update(each for each in ends if each is not None)
            return [*map(str, sorted(known)), *_UNITS.get(parameter.unit or "", ())]
        if parameter.is_time:
            return [*_TIMES, *dict.fromkeys(map(str, around))]
        if parameter.kind.ordered and by_order:
            versions = [each for each in map(str, around) if is_version(each)]
            near = [version for each in versions for version in (each, f"{each}.1")]
            return [*dict.fromkeys([*near, *_VERSIONS])]
        return [*map(str, self._context.values(parameter, equal=True))]


def _by_order(words: Sequence[Word]) -> bool:
    """Return whether a condition compares by order."""
    return any(kind == "BETWEEN" or lexeme in ORDER for kind, lexeme in words)


def _call(function: Function, *, is_called: bool) -> str:
    """Write a call up to its first argument."""
    if is_called:
        return function.name
    return f"{function.name}({'' if function.parameters else ')'}"


def _placeholder(name: str) -> Candidate:
    plain = name if _plain_name(name) else "value"
    return f"${plain}", "placeholder", "a value to bind later"
