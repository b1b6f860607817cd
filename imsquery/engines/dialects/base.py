"""SQL: what the dialects have in common, and what each must say."""

from __future__ import annotations

import re
from abc import abstractmethod

from imsquery.engines.engine import Engine
from imsquery.engines.regexes import RE2, port
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.regexes import Flavor

    Value = str | int

MOST = 64
"""Operands in a row: further ones are balanced, since parsers nest to the left."""
DIGITS = "'0123456789'"
NUMBER = "imsquery_number"
"""The name of a column that is there only within a statement."""
_MARK = "\0"
_marks = re.compile(f"{_MARK}([0-9]+){_MARK}")

_plain_member = re.compile(r"[A-Za-z0-9_ .:-]+").fullmatch

_NUMBER = "^[+-]?[0-9]+"
_31 = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_30 = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_28 = "02-(?:0[1-9]|1[0-9]|2[0-8])"
_YEAR = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP_YEAR = (
    "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
)  # fmt: skip
TIME = (
    f"^(?:{_YEAR}-(?:{_31}|{_30}|{_28})|{_LEAP_YEAR}-02-29)"
    "[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:[.][0-9]+)?Z?"
)
"""The times that the matcher reads, up to their end: days of the calendar, spelled out, since
engines disagree on what can be cast, and on what happens if it cannot."""


class Json(Frozen):
    """A value within JSON: an expression, and the path from it, as a literal."""

    whole: str
    path: str


class Sql(Engine[str]):
    """A dialect; what it writes holds marks where values go, which are numbered last.

    Attributes:
        name: of the dialect.
        quote: the sign around identifiers.
        zoned: further names of the type of a time stamp with a time zone.
        flavor: of its regular expressions.
        end: the end of a text in them, without a backslash.
        text_type: the type of texts.
        is_numbered: whether a value that occurs twice is one parameter.
        member: path of a member of JSON.
    """

    name: ClassVar[str]
    quote: ClassVar[str] = '"'
    zoned: ClassVar[Sequence[str]] = ()
    flavor: ClassVar[Flavor] = RE2
    end: ClassVar[str] = "$"
    text_type: ClassVar[str] = "VARCHAR"
    is_numbered: ClassVar[bool] = True
    member: ClassVar[str] = '$."{}"'

    def __init__(self) -> None:
        self._values: list[Value] = []

    # -- values

    def value(self, value: Value) -> str:
        """Return a mark where a value goes."""
        self._values.append(value)
        return f"{_MARK}{len(self._values) - 1}{_MARK}"

    def number(self, text: str) -> tuple[str, tuple[Value, ...]]:
        """Return a text with a placeholder for each mark, and the values."""
        used: list[Value] = []
        numbers: dict[tuple[type, Value], int] = {}

        def place(match: re.Match[str]) -> str:
            value = self._values[int(match[1])]
            key = (type(value), value)
            if not (self.is_numbered and key in numbers):
                used.append(value)
                numbers[key] = len(used)
            return self.placeholder(numbers[key], value)

        return _marks.sub(place, text), tuple(used)

    @abstractmethod
    def placeholder(self, number: int, value: Value) -> str:
        """Return the placeholder of a value, numbered from 1."""

    def identifier(self, name: str) -> str:
        """Quote a name.

        Raises:
            ValueError: nothing can have that name.
        """
        if not name or _MARK in name:
            raise ValueError(f"invalid name {name[:80]!r} of a table or column")
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def table(self, name: str | Sequence[str]) -> str:
        """Quote the name of a table, given with dots between its parts, or as its parts."""
        return ".".join(map(self.identifier, name.split(".") if isinstance(name, str) else name))

    # -- connectives

    def constant(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def join(self, parts: Sequence[str], *, is_and: bool) -> str:
        while len(parts) > MOST:
            chunks = [parts[at : at + MOST] for at in range(0, len(parts), MOST)]
            parts = [self.join(each, is_and=is_and) for each in chunks]
        return f"({(' AND ' if is_and else ' OR ').join(parts)})" if len(parts) > 1 else parts[0]

    def unless(self, condition: str) -> str:
        return f"(NOT COALESCE({condition}, FALSE))"

    def cases(self, steps: Sequence[tuple[str, bool]], rest: str) -> str:
        chosen = "".join(f" WHEN {each} THEN {self.constant(said)}" for each, said in steps)
        return f"(CASE{chosen} ELSE {rest} END)"

    # -- values

    def present(self, column: Column) -> str:
        if column.kind == "json":
            return self.json_present(self.json(column))
        return f"{self.identifier(column.name)} IS NOT NULL"

    def absent(self, column: Column) -> str:
        if column.kind == "json":
            return self.unless(self.present(column))
        return f"{self.identifier(column.name)} IS NULL"

    def native(self, column: Column) -> str:
        return self.identifier(column.name)

    def text(self, column: Column) -> str:
        if column.kind == "json":
            return self.binary(self.json_text(self.json(column)), column)
        name = self.identifier(column.name)
        return self.binary(name if column.is_strict else self.cast(name, self.text_type), column)

    def scalar(self, column: Column) -> str:
        if column.kind == "json":
            return self.binary(self.json_scalar(self.json(column)), column)
        return self.text(column)

    def binary(self, text: str, column: Column) -> str:  # noqa: ARG002 -- of dialects with collations
        """Return a text that is compared by code point."""
        return text

    def cast(self, value: str, kind: str) -> str:
        return f"CAST({value} AS {kind})"

    def only(self, value: str, condition: str) -> str:
        return f"(CASE WHEN {condition} THEN {value} END)"

    def only_whole(self, column: Column) -> str:
        name = self.identifier(column.name)
        return self.only(name, f"{name} - FLOOR({name}) = 0")

    def second(self, column: Column) -> str:
        return f"DATE_TRUNC('second', {self.moment_of(column)})"

    def moment_of(self, column: Column) -> str:
        """Return a time stamp column as it is compared."""
        return self.identifier(column.name)

    def number_key(self, text: str) -> str:
        digits = self.trim_start(text)
        count = self.length(digits)
        above = self.concat("'1'", self.pad(count), digits)
        below = self.concat("'0'", self.pad(f"999 - {count}"), self.nines(digits))
        sign = self.trim_end(text)
        key = f"CASE WHEN {digits} = '' THEN '1' WHEN {sign} = '-' THEN {below} ELSE {above} END"
        return self.only(key, self.search(text, f"'{_NUMBER}{self.end}'"))

    def trim_end(self, text: str) -> str:
        """Return a text without the digits at its end."""
        return f"TRIM(TRAILING {DIGITS} FROM {text})"

    def trim_start(self, text: str) -> str:
        """Return a number without its sign and leading zeros."""
        return f"TRIM(LEADING '+-0' FROM {text})"

    def length(self, text: str) -> str:
        return f"LENGTH({text})"

    def pad(self, number: str) -> str:
        return f"LPAD({self.cast(number, self.text_type)}, 3, '0')"

    def nines(self, digits: str) -> str:
        """Return the digits that make up nines with these, so that the larger number is less."""
        return f"TRANSLATE({digits}, {DIGITS}, '9876543210')"

    def concat(self, *parts: str) -> str:
        return f"CONCAT({', '.join(parts)})"

    def time_key(self, text: str) -> str:
        return f"SUBSTR(REPLACE({text}, ' ', 'T'), 1, 19)"

    def is_time(self, text: str) -> str:
        return self.search(text, f"'{TIME}{self.end}'")

    def lowered(self, text: str) -> str:
        return f"LOWER({text})"

    def coalesce(self, value: str, default: str) -> str:
        return f"COALESCE({value}, {self.value(default)})"

    def choose(self, steps: Sequence[tuple[str, str]], default: str) -> str:
        chosen = "".join(f" WHEN {each} THEN {self.value(said)}" for each, said in steps)
        return f"(CASE{chosen} ELSE {self.value(default)} END)"

    # -- tests

    def compare(self, value: str, relation: str, other: Value) -> str:
        said = self.constant(other) if isinstance(other, bool) else self.value(other)
        return f"{value} {relation} {said}"

    def among(self, value: str, others: Sequence[Value]) -> str:
        return f"{value} IN ({', '.join(map(self.value, others))})"

    def compare_moment(self, column: Column, relation: str, moment: str) -> str:
        at = self.moment_of(column)
        match relation:
            case "<" | ">=":
                return f"{at} {relation} {self.moment(moment, column)}"
            case "<=":
                return f"{at} < {self.after(moment, column)}"
            case ">":
                return f"{at} >= {self.after(moment, column)}"
            case _:
                start = f"{at} >= {self.moment(moment, column)}"
                return f"({start} AND {at} < {self.after(moment, column)})"

    def moment(self, moment: str, column: Column) -> str:
        """Return a time in the type of a column."""
        zoned = column.kind == "timestamptz"
        said = moment.replace("T", " ").replace("Z", "+00:00" if zoned else "")
        kind = "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP"
        return self.cast(self.value(said), kind)

    def after(self, moment: str, column: Column) -> str:
        """Return the second after a time."""
        return f"({self.moment(moment, column)} + INTERVAL '1' SECOND)"

    def exists(self, value: str) -> str:
        return f"{value} IS NOT NULL"

    def missing(self, value: str) -> str:
        return f"{value} IS NULL"

    def no_longer(self, text: str, length: int) -> str:
        return f"{self.length(text)} <= {length}"

    def contains(self, text: str, part: str) -> str:
        return f"{self.find(text, self.value(part))} > 0"

    def find(self, text: str, part: str) -> str:
        """Return the first place of a part in a text, from 1; 0 if it is not there."""
        return f"STRPOS({text}, {part})"

    def starts_with(self, text: str, part: str) -> str:
        return f"STARTS_WITH({text}, {self.value(part)})"

    def ends_with(self, text: str, part: str) -> str:
        return f"ENDS_WITH({text}, {self.value(part)})"

    def like(self, text: str, pattern: Sequence[str | None]) -> str:
        return f"{text} LIKE {self.value(like_pattern(pattern, '!'))} ESCAPE '!'"

    def matches(self, text: str, pattern: str) -> str:
        return self.search(text, self.value(port(pattern, self.flavor)))

    @abstractmethod
    def search(self, text: str, pattern: str) -> str:
        """Return whether a text contains a match of a regular expression."""

    @abstractmethod
    def any_item(self, column: Column, test: Callable[[str], str]) -> str: ...

    def respelled(self, tag: str) -> str:
        dot, equals = self.find(tag, "'.'"), self.find(tag, "'='")
        newer = self.concat(f"SUBSTR({tag}, 1, {dot} - 1)", "'='", f"SUBSTR({tag}, {dot} + 1)")
        return f"(CASE WHEN {dot} > 0 AND {equals} = 0 THEN {newer} ELSE {tag} END)"

    # -- JSON

    def json(self, column: Column) -> Json:
        """Return a member of a column, or all of it."""
        if column.within is None:
            return Json(self.identifier(column.name), "'$'")
        return Json(self.identifier(column.within), self.path(column.name))

    @abstractmethod
    def json_present(self, value: Json) -> str:
        """Return whether there is a value other than ``null``."""

    @abstractmethod
    def json_text(self, value: Json) -> str:
        """Return a string, else null."""

    @abstractmethod
    def json_scalar(self, value: Json) -> str:
        """Return a string, or the text of any other value."""

    # -- clauses

    def sort(self, key: str, *, descending: bool) -> str:
        """Return a sort key; null is least."""
        return f"{key} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"

    def counts(self, skip: int, limit: int | None) -> str:
        """Return the end of a statement that returns some of its rows."""
        limited = "" if limit is None else f" LIMIT {limit}"
        return f"{limited} OFFSET {skip}" if skip else limited

    def keep(self, source: str, where: str, window: str, test: str) -> str:
        """Return the rows of a source for which a window function passes a test."""
        return f"SELECT * FROM {source}{where} QUALIFY {window} {test}"

    def path(self, name: str) -> str:
        """Return the path of a member of JSON, as a literal.

        Raises:
            ValueError: it cannot be written in all engines alike.
        """
        if not _plain_member(name):
            raise ValueError(f"attribute {name[:80]!r} cannot be looked up in JSON")
        return f"'{self.member.format(name)}'"


def numbered(source: str, where: str, window: str, test: str) -> str:
    """Return the rows of a source for which a window function passes a test, with its value."""
    inner = f"SELECT *, {window} AS {NUMBER} FROM {source}{where}"
    return f"({inner}) AS numbered WHERE {NUMBER} {test}"


def like_pattern(pattern: Sequence[str | None], escape: str) -> str:
    """Return the pattern of ``LIKE`` for a glob."""
    return "".join(
        "%" if token is None else "_" if not token else _escaped(token, escape) for token in pattern
    )


def _escaped(letter: str, escape: str) -> str:
    return f"{escape}{letter}" if letter in {"%", "_", escape} else letter
