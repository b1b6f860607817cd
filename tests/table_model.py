"""The meaning of filters, and a server, for any table: by the definition of what a row says.

Slow and plain on purpose.  It shares the rows with the package, and how values are written with
:mod:`tests.meaning`.
"""

from __future__ import annotations

import csv
import operator
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never
from urllib.parse import parse_qsl

from attrs import frozen

from imsquery import Function, Parameter, Spec
from imsquery.language import syntax
from tests.meaning import has_key, in_time, in_version, interval, matches, number, text, typed

Record = Mapping[str, Any]
Hidden = Mapping[str, Any]
_CLAUSES = {"__by", "way", "most", "from"}


@frozen
class Table:
    """A spec, as filters are about it."""

    spec: Spec

    def row_of(self, name: str) -> Parameter:
        for row in self.spec.parameters.values():
            if name.lower() in {row.wire.lower(), row.name.lower(), *map(str.lower, row.aliases)}:
                return row
        return Parameter(name, self.spec.parameters[f"{self.spec.family}fly"].kind, source="")

    def shown(self, row: Parameter, record: Record, hidden: Hidden) -> list[Any]:
        """Return the values that an image has for a parameter."""
        if row.observed is None:
            known = hidden.get(row.wire, ())
            return [typed(row, each) if row.kind.name == "time" else each for each in known]
        said = record.get(row.observed)
        if row.multiple:
            tags = said if isinstance(said, list) else []
            return [*tags, *(tag.replace(".", "=", 1) for tag in tags if "=" not in tag)]
        if row.reading is not None:
            key = said if isinstance(said, str) else str(said).lower()
            key = key.lower() if key.lower() in {"true", "false"} else key
            return [row.reading.get(key, row.default)]
        read = typed(row, said)
        return [read] if read is not None else [row.default] if row.default is not None else []

    def compares(
        self,
        row: Parameter,
        relation: str,
        literal: str,
        record: Record,
        hidden: Hidden,
        *,
        folds: bool = False,
    ) -> bool:
        if relation == "!=":
            return not self.compares(row, "=", literal, record, hidden, folds=folds)
        is_number = row.kind.name == "integer" or (
            bool(row.kind.choices) and not isinstance(row.kind.read(row.kind.choices[0]), str)
        )
        choices = {choice.casefold(): choice for choice in row.kind.choices}
        literal = literal if is_number else choices.get(literal.casefold(), literal)
        if relation == "=" and literal in row.scopes:
            return True
        said = self.shown(row, record, hidden)
        if row.kind.name == "time":
            return any(in_time(relation, each, *interval(literal)) for each in said)
        if row.kind.name == "version" and relation != "=":
            return any(in_version(relation, literal, str(each)) for each in said)
        if is_number:
            wanted = number(row, literal)
            return any(_ordered(relation, int(each), wanted) for each in said)
        if folds:
            return any(str(each).casefold() == literal.casefold() for each in said)
        return any(each == literal for each in said)

    def calls(self, name: str, arguments: Sequence[str], record: Record, hidden: Hidden) -> bool:
        for function in self.spec.functions[name]:
            if function.variadic:
                return all(self._call(function, [each], record, hidden) for each in arguments)
            if len(function.parameters) == len(arguments):
                return self._call(function, arguments, record, hidden)
        raise AssertionError(name)

    def _call(
        self, function: Function, arguments: Sequence[str], record: Record, hidden: Hidden
    ) -> bool:
        for wire, value in function.conditions:
            row, wanted = self.row_of(_filled(wire, arguments)), _filled(value, arguments)
            if function.relation == "tagged":
                if not any(has_key(tag, wanted) for tag in self.shown(row, record, hidden)):
                    return False
            elif not self.compares(row, "=", wanted, record, hidden):
                return False
        return True

    def holds(self, expr: syntax.Expr, record: Record, hidden: Hidden) -> bool:  # noqa: C901, PLR0912 -- one case for each kind of node
        def is_one(name: str, value: syntax.Value, *, folds: bool) -> bool:
            return self.compares(self.row_of(name), "=", text(value), record, hidden, folds=folds)

        match expr:
            case syntax.Everything():
                return True
            case syntax.Nothing():
                return False
            case syntax.And(operands):
                return all(self.holds(each, record, hidden) for each in operands)
            case syntax.Or(operands):
                return any(self.holds(each, record, hidden) for each in operands)
            case syntax.Not(operand):
                return not self.holds(operand, record, hidden)
            case syntax.Comparison(name, relation, value):
                row, folds = self.row_of(name), expr.ignoring_case
                return self.compares(row, relation, text(value), record, hidden, folds=folds)
            case syntax.Membership(name, values):
                assert isinstance(values, tuple)
                folds = expr.ignoring_case
                return any(is_one(name, each, folds=folds) for each in values) is not expr.negated
            case syntax.Between(name, low, high):
                row = self.row_of(name)
                ends = ((">=", low), ("<=", high))
                inside = all(
                    self.compares(row, way, text(end), record, hidden) for way, end in ends
                )
                return inside is not expr.negated
            case syntax.Match(name, relation, value):
                said = [str(each) for each in self.shown(self.row_of(name), record, hidden)]
                wanted = text(value)
                if expr.ignoring_case:
                    wanted, said = wanted.casefold(), [each.casefold() for each in said]
                return any(matches(relation, wanted, each) for each in said) is not expr.negated
            case syntax.Presence(name):
                row = self.row_of(name)
                given = record.get(str(row.observed))
                is_there = bool(given) if row.multiple else given is not None
                return (is_there or row.default is not None) is not expr.negated
            case syntax.Standalone(name):
                return self.compares(self.row_of(name), "=", "true", record, hidden)
            case syntax.Call(name, arguments):
                return self.calls(name, [text(each) for each in arguments], record, hidden)
            case _:
                assert_never(expr)


def _filled(template: str, arguments: Sequence[str]) -> str:
    return re.sub(r"\{(\d)\}", lambda found: arguments[int(found[1])], template)


def _ordered(relation: str, left: int, right: int) -> bool:
    return {
        "=": left == right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[relation]


class TableServer:
    """A server of the parameters of a table: a conjunction of comparisons, pages by marker.

    Args:
        spec: the table.
        images: as the server shows them.
        hidden: id -> wire name -> the values that the server knows and does not show.
    """

    def __init__(self, spec: Spec, images: Sequence[Record], hidden: Mapping[str, Hidden]) -> None:
        self.table = Table(spec)
        self.images = list(images)
        self.hidden = hidden
        (self.creation,) = [
            row for row in list(spec.parameters.values())[:2] if row.kind.name == "time"
        ]
        self.asked: list[str] = []

    def __call__(self, query: str) -> list[Record]:
        self.asked.append(query)
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        asked = dict(pairs)
        names = [name for name, _ in pairs if name not in _CLAUSES]
        conditions = [self._read(*pair) for pair in pairs if pair[0] not in _CLAUSES]
        for name, (row, _, _) in zip(names, conditions, strict=True):
            assert row.repeats or names.count(name) == 1, f"{name} is there twice"
        key = asked.pop("__by", self.creation.wire)
        is_descending = asked.pop("way", "desc") == "desc"
        limit, marker = int(asked.pop("most", "500")), asked.pop("from", None)
        found = [image for image in self.images if self._is_found(image, conditions)]
        found.sort(key=lambda image: self._place(image, key), reverse=is_descending)
        if marker is not None:
            (start,) = [image for image in self.images if image["id"] == marker]
            place = self._place(start, key)
            is_after = operator.lt if is_descending else operator.gt
            found = [image for image in found if is_after(self._place(image, key), place)]
        return found[:limit]

    def _place(self, image: Record, key: str) -> tuple[Any, ...]:
        shown = self.table.shown(self.table.row_of(key), image, {})
        created = self.table.shown(self.creation, image, {})
        return ([(type(each).__name__, each) for each in shown], created, image["id"])

    def _read(self, name: str, value: str) -> tuple[Parameter, str, list[str]]:
        """Return what a pair compares, how, and with which values."""
        best: tuple[Parameter, str, str] | None = None
        for row in [*self.table.spec.parameters.values(), self.table.row_of(name)]:
            for relation, template in row.operators.items():
                own, _, prefix = template.removesuffix("{}").rpartition("=")
                is_longer = best is None or len(prefix) > len(best[2])
                is_list = best is not None and len(prefix) == len(best[2]) and relation == "in"
                if (
                    (own or row.wire) == name
                    and value.startswith(prefix)
                    and (is_longer or is_list)
                ):
                    best = row, relation, prefix
        assert best is not None, f"{name} is not a parameter"
        row, relation, prefix = best
        rest = value[len(prefix) :]
        listed = next(csv.reader([rest])) if relation == "in" else [rest]
        return row, "=" if relation == "in" else relation, listed

    def _is_found(
        self, image: Record, conditions: Sequence[tuple[Parameter, str, list[str]]]
    ) -> bool:
        for row, relation, values in conditions:
            if row.requires is not None:
                needed, given = row.requires
                assert any(
                    other.wire == needed and way == "=" and listed == [given]
                    for other, way, listed in conditions
                ), f"{row.wire} lacks what it requires"
            if not any(self._compares(row, relation, value, image) for value in values):
                return False
        return True

    def _compares(self, row: Parameter, relation: str, value: str, image: Record) -> bool:
        said = self.table.shown(row, image, self.hidden.get(image["id"], {}))
        if row.kind.name == "time":
            wanted = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
            if relation == "!=":
                return bool(said) and said[0] != wanted
            return any(in_time(relation, each, *interval(value)) for each in said)
        # As a server does, by the text; a scope finds everything.
        if relation == "=":
            return value in row.scopes or value in map(str, said)
        if relation in {"contains", "startswith"}:
            return any(matches(relation, value, str(each)) for each in said)
        return any(_ordered(relation, int(each), int(value)) for each in said)
