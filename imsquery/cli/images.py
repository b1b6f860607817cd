"""Images as a table, JSON Lines, JSON, CSV or ids."""

from __future__ import annotations

from imsquery.cli.escaping import csv_line, inert, json_array, json_text, printable
from imsquery.cli.formats import COLUMNS
from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.diagnostics.terminal import measured
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from imsquery.schema.spec import Spec

    Record = Mapping[str, Any]

REGION = "region"
"""The column with the region of an image, when several regions are asked."""


class Field(Frozen):
    """A column.

    Attributes:
        title: its heading: the name as the user wrote it.
        attribute: of image records.
    """

    title: str
    attribute: str


def usual_fields(spec: Spec) -> list[Field]:
    """Return the default columns: those of any table, and the creation time."""
    rows = [spec.names[name] for name in COLUMNS if name in spec.names]
    rows += [row for row in spec.parameters.values() if row.is_time and row.sortable]
    return [Field(row.name, row.observed or row.wire) for row in rows]


def read_fields(text: str, spec: Spec) -> list[Field]:
    """Parse a comma-separated list of fields.

    Args:
        text: such as ``name,os_version``; names as in a filter, or ``region``.
        spec: the parameters.

    Raises:
        ValueError: records have no such field.
    """
    return [read_field(name.strip(), spec) for name in text.split(",")]


def read_field(name: str, spec: Spec) -> Field:
    """Return the field of a name; see :func:`read_fields`."""
    row = spec.find(name)
    if row is not None and row.observed is not None:
        return Field(name, row.observed)
    if name == REGION:
        return Field(name, name)
    if row is not None:
        raise ValueError(f"{name!r} is not in image records")
    known = [each.name for each in spec.parameters.values() if each.observed is not None]
    raise ValueError(f"unknown field {name[:80]!r}{did_you_mean(nearest(name, known))}")


def lines(
    records: Iterable[Record], form: str, fields: Sequence[Field] | None, spec: Spec
) -> Iterator[str]:
    """Yield the lines to print.

    Args:
        records: the images.
        form: a key of :data:`FORMATS`.
        fields: the columns; by default whole records, or the usual columns of a table.
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
    """Return the lines of one array, an image a line."""
    return json_array(_choose(record, fields) for record in records)


def _as_csv(records: Iterable[Record], fields: Sequence[Field] | None, spec: Spec) -> Iterator[str]:
    """Yield comma-separated values, an image a line, with nothing a spreadsheet would run."""
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
    """Yield aligned columns, once all rows have been measured."""
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
"""Name of a format -> function that yields its lines."""


def _text(value: object) -> str:
    """Return a value as text: empty for ``None``, JSON for what is not a string."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value)
