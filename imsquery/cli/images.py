"""Images printed: as a table, JSON Lines, JSON, CSV or ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.cli.escaping import csv_line, inert, json_array, json_text, printable
from imsquery.cli.formats import COLUMNS
from imsquery.diagnostics.suggest import nearest
from imsquery.diagnostics.terminal import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from imsquery.schema.spec import Spec

    Record = Mapping[str, Any]

REGION = "region"
"""The column that says where an image is, when several regions were asked."""


@frozen
class Field:
    """A column.

    Attributes:
        title: how it was asked for.
        attribute: of the record.
    """

    title: str
    attribute: str


def usual_fields(spec: Spec) -> list[Field]:
    """Give the columns that nobody chose: what any table has, and when an image was made."""
    rows = [spec.names[name] for name in COLUMNS]
    rows += [row for row in spec.parameters.values() if row.is_time and row.sortable]
    return [Field(row.name, row.observed or row.wire) for row in rows]


def read_fields(text: str, spec: Spec) -> list[Field]:
    """Read names of fields, with commas between them.

    Args:
        text: such as ``name,os_version``; names as in a filter, or ``region``.
        spec: the parameters.

    Raises:
        ValueError: no record has such a field.
    """
    return [_field(name.strip(), spec) for name in text.split(",")]


def _field(name: str, spec: Spec) -> Field:
    row = spec.find(name)
    if row is not None and row.observed is not None:
        return Field(name, row.observed)
    if name == REGION:
        return Field(name, name)
    if row is not None:
        raise ValueError(f"no record shows {name!r}")
    known = [each.name for each in spec.parameters.values() if each.observed is not None]
    meant = nearest(name, known)
    advice = f"; did you mean {' or '.join(meant)}?" if meant else ""
    raise ValueError(f"no field is called {name[:80]!r}{advice}")


def lines(
    records: Iterable[Record], form: str, fields: Sequence[Field] | None, spec: Spec
) -> Iterator[str]:
    """Give what to print, line by line.

    Args:
        records: the images.
        form: a key of :data:`FORMATS`.
        fields: the columns; all of a record, or the usual ones, if not given.
        spec: the parameters.
    """
    return FORMATS[form](records, fields, spec)


def _choose(record: Record, fields: Sequence[Field] | None) -> Record:
    if fields is None:
        return record
    return {each.attribute: record[each.attribute] for each in fields if each.attribute in record}


def _as_jsonl(
    records: Iterable[Record], fields: Sequence[Field] | None, _spec: Spec
) -> Iterator[str]:
    for record in records:
        yield json_text(_choose(record, fields))


def _as_json(
    records: Iterable[Record], fields: Sequence[Field] | None, _spec: Spec
) -> Iterator[str]:
    """Give one array, an image a line."""
    return json_array(_choose(record, fields) for record in records)


def _as_csv(records: Iterable[Record], fields: Sequence[Field] | None, spec: Spec) -> Iterator[str]:
    """Give comma-separated values, an image a line, none of which a spreadsheet takes for more."""
    columns = usual_fields(spec) if fields is None else fields
    yield csv_line([each.title for each in columns])
    for record in records:
        yield csv_line([_cell(record.get(each.attribute)) for each in columns])


def _cell(value: object) -> str:
    text = printable(_text(value))
    return text if isinstance(value, int | float) else inert(text)


def _as_ids(
    records: Iterable[Record], _fields: Sequence[Field] | None, spec: Spec
) -> Iterator[str]:
    attribute = spec.names["id"].wire
    for record in records:
        yield printable(_text(record.get(attribute)))


def _as_table(
    records: Iterable[Record], fields: Sequence[Field] | None, spec: Spec
) -> Iterator[str]:
    """Give aligned columns; all rows are looked at before the first one is printed."""
    columns = usual_fields(spec) if fields is None else fields
    rows = [[measured(each.title) for each in columns]]
    rows += [
        [measured(_text(record.get(each.attribute))) for each in columns] for record in records
    ]
    widths = [max(width for _, width in column) for column in zip(*rows, strict=True)]
    for row in rows:
        aligned = [
            shown + " " * (most - width) for (shown, width), most in zip(row, widths, strict=True)
        ]
        yield "  ".join(aligned).rstrip()


FORMATS: Mapping[str, Callable[[Iterable[Record], Sequence[Field] | None, Spec], Iterator[str]]] = {
    "table": _as_table,
    "jsonl": _as_jsonl,
    "json": _as_json,
    "csv": _as_csv,
    "ids": _as_ids,
}
"""Name of a format -> what writes it."""


def _text(value: object) -> str:
    """Give a value as text: nothing for what is not there, JSON for what has parts."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value)
