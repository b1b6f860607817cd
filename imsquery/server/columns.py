"""What requests compare of image records, as SQL that reads JSON Lines.

No name from outside becomes SQL: attributes are read into columns ``a0``, ``a1`` and so on.
"""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.schema.kinds import Boolean, Integer, Tag
from imsquery.schema.parameters import LIST
from imsquery.server.ingest import literally
from imsquery.server.validation import MAX_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.server.requests import Condition

RECORDS = f"read_ndjson_objects(?, maximum_object_size = {MAX_RECORD})"

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:\.[0-9]+)?Z?"


@frozen
class Column:
    """The column of a parameter or attribute, as SQL."""

    sql: str
    is_number: bool


def fitting(condition: Condition, column: Column | None) -> object:
    """Return what a condition compares a column with, or ``None`` if the column never equals it.

    Args:
        condition: of a request.
        column: what it compares; ``None`` if no image has it.
    """
    if column is None:
        return None
    value = condition.value
    # What is text equals no number, and the other way round.
    if condition.relation == LIST:
        assert isinstance(value, list)  # noqa: S101 -- for the type checker
        return [each for each in value if column.is_number == isinstance(each, int)] or None
    return value if column.is_number == isinstance(value, int) else None


def read_records(attributes: Mapping[str, Attribute], lines: Path) -> tuple[str, list[object]]:
    """Return the SQL of a table of records with a column for each attribute, and its values.

    To read it is an error if a record has one of them twice.
    """
    path = literally(lines)
    columns = [each.column for each in attributes.values()]
    if len({name.lower() for name in attributes}) == len(attributes):
        types = {name: "JSON" if each.is_typed else "VARCHAR" for name, each in attributes.items()}
        read = f"read_ndjson(?, columns = ?, records = true, maximum_object_size = {MAX_RECORD})"
        return f"{read} AS records({', '.join(columns)})", [path, types]
    # The reader does not distinguish names that differ only in case.
    found = ", ".join(
        f"found[{at}]{'' if each.is_typed else _TEXT} AS {each.column}"
        for at, each in enumerate(attributes.values(), 1)
    )
    once = "CASE WHEN len(names) = len(list_distinct(names)) THEN json ELSE error(?) END"
    sql = (
        f"(SELECT {found} FROM (SELECT json_extract({once}, ?::VARCHAR[]) AS found "
        f"FROM (SELECT json, json_keys(json) AS names FROM {RECORDS})))"
    )
    return sql, ["an image with an attribute twice", [*map(_pointer, attributes)], path]


_TEXT = " ->> '$'"


@frozen
class Attribute:
    """An attribute of a record.

    Attributes:
        column: of a table of records.
        is_typed: whether that contains JSON rather than text.
    """

    column: str
    is_typed: bool

    @property
    def text(self) -> str:
        """The SQL of its text: the characters of a string, otherwise JSON."""
        return f"({self.column}{_TEXT})" if self.is_typed else self.column

    @property
    def is_text(self) -> str:
        """The SQL of whether it is a string; only JSON tells."""
        return f"starts_with({self.column}, '\"')"


ABSENT = Attribute("CAST(NULL AS JSON)", is_typed=True)


def name_attributes(attributes: Iterable[str], rows: Iterable[Parameter]) -> dict[str, Attribute]:
    """Return attributes by their names, each with a column; text is read faster than JSON."""
    typed = {shown(row) for row in rows if _depends_on_type(row)}
    return {name: Attribute(f"a{at}", name in typed) for at, name in enumerate(attributes)}


def compared(attributes: Iterable[str], spec: Spec) -> list[Parameter]:
    """Return the parameters that requests compare, or sort by."""
    members = (spec.find(name) for name in attributes if spec.ending(name))
    rows = [*spec.parameters.values(), *filter(None, members)]
    return [row for row in rows if row.clause is None and (row.pushable or row.sortable)]


def shown(row: Parameter) -> str:
    """Return the attribute that a parameter compares."""
    return row.observed or row.wire


def _depends_on_type(row: Parameter) -> bool:
    """Return whether an attribute equals a value only if it is a string, or a list of them."""
    is_read = row.reading is not None or isinstance(row.kind, Integer) or row.is_time
    return row.multiple or not is_read


def column_of(row: Parameter, attribute: Attribute) -> Column:
    """Return the SQL of what a parameter compares: its attribute, read by type as the matcher does.

    A value that cannot be read by the type is present, but equals nothing.
    """
    text = attribute.text
    if row.multiple:
        return Column(_list(row, attribute.column), is_number=False)
    if row.reading is not None:
        cases = [f"WHEN {_quote(read)} THEN {_quote(value)}" for read, value in row.reading.items()]
        default = "NULL" if row.default is None else _quote(row.default)
        return Column(f"CASE lower({text}) {' '.join(cases)} ELSE {default} END", is_number=False)
    if isinstance(row.kind, Integer):
        is_number = f"regexp_full_match({text}, '[+-]?[0-9]{{1,600}}')"
        number = f"CASE WHEN {is_number} THEN TRY_CAST({text} AS HUGEINT) END"
        return Column(number, is_number=True)
    if row.is_time:
        # Fractions of a second are cut off; there is no year 0.
        day = f"TRY_CAST(left({text}, 10) AS DATE) IS NOT NULL AND {text} >= '0001'"
        is_time = f"regexp_full_match({text}, {_quote(_TIME)}) AND {day}"
        spelled = f"concat(left({text}, 10), 'T', substr({text}, 12, 8), 'Z')"
        return Column(f"CASE WHEN {is_time} THEN {spelled} END", is_number=False)
    plain = f"CASE WHEN {attribute.is_text} THEN {text} END"
    if isinstance(row.kind, Boolean):
        lowered = f"lower({attribute.column})"
        cases = [f"""WHEN {lowered} IN ('{x}', '"{x}"') THEN '{x}'""" for x in ("true", "false")]
        plain = f"CASE {' '.join(cases)} ELSE {plain} END"
    if row.default is not None:
        return Column(f"coalesce({plain}, {_quote(row.default)})", is_number=False)
    return Column(plain, is_number=False)


def _list(row: Parameter, json: str) -> str:
    """Return the SQL of the texts of a list; tags in the old spelling are added in the new one."""
    items = f"CAST(json_transform({json}, '[\"JSON\"]') AS JSON[])"  # a constant null has no type
    texts = f"list_filter({items}, lambda x: starts_with(x, '\"'))"
    values = f"list_transform({texts}, lambda x: x ->> '$')"
    if not isinstance(row.kind, Tag):
        return values
    spelled = "CASE WHEN contains(x, '=') THEN x ELSE regexp_replace(x, '\\.', '=') END"
    return f"list_concat({values}, list_transform({values}, lambda x: {spelled}))"


def _pointer(name: str) -> str:
    """Return the JSON pointer of an attribute; RFC 6901."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
