"""Image records as a table with a column for each attribute.

Records are read as JSON Lines, whatever their original format.  The table has the number of each
line, and a column for each attribute that requests compare; it is in the default order.  Columns
are named ``c0``, ``c1`` and so on, so that SQL never contains a name from outside.
"""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
from typing import TYPE_CHECKING

import duckdb
from attrs import frozen

from imsquery.schema.kinds import Boolean, Integer, Tag
from imsquery.server.ingest import literally, write_file, write_records
from imsquery.server.requests import default_order
from imsquery.server.validation import (
    MAX_DEPTH,
    MAX_RECORD,
    CatalogueError,
    find_bad_json,
    find_fault,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

TABLE = "catalogue.images"  # qualified, since every cursor starts in the default database
LAYOUT = "catalogue.layout"
LINES = "catalogue.lines"  # in a database that is kept: the records as they were written
MAX_ATTRIBUTES = 2_000  # in a catalogue: each becomes a column

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:\.[0-9]+)?Z?"


@frozen
class Column:
    """The column of a parameter or attribute, as SQL."""

    sql: str
    is_number: bool


def load_file(
    database: duckdb.DuckDBPyConnection, path: Path, spec: Spec, folder: Path, *, keep: bool
) -> Path:
    """Create the table from a file of JSON, JSON Lines or Parquet; return its JSON Lines.

    Args:
        database: an empty one.
        path: of the file.
        spec: the parameters.
        folder: for temporary files.
        keep: whether the database is kept, with the records in it.

    Raises:
        CatalogueError: the file has no usable records.
        OSError: it cannot be read.
    """
    identity = _identity(spec)
    try:
        return _load(database, write_file(database, path, identity, folder), spec, keep=keep)
    except duckdb.Error as error:
        raise CatalogueError(f"{path}: {_first_line(error)}") from None
    except UnicodeDecodeError:
        raise CatalogueError(f"{path}: neither Parquet nor UTF-8") from None
    except CatalogueError as error:
        raise CatalogueError(f"{path}: {error}") from None


def load_records(
    database: duckdb.DuckDBPyConnection,
    records: Iterable[Mapping[str, Any]],
    spec: Spec,
    folder: Path,
) -> Path:
    """Create the table from records; otherwise like :func:`load_file`."""
    try:
        return _load(database, write_records(records, folder), spec, keep=False)
    except duckdb.Error as error:
        raise CatalogueError(_first_line(error)) from None


def read_lines(database: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the JSON Lines that a database keeps."""
    found = database.execute(f"SELECT line FROM {LINES} ORDER BY rowid")
    while batch := found.fetchmany(10_000):
        yield from (line for (line,) in batch)


def read_layout(database: duckdb.DuckDBPyConnection) -> dict[str, Column]:
    """Return the column of each parameter and attribute of a loaded database."""
    found = database.execute(f"SELECT name, sql, is_number FROM {LAYOUT}").fetchall()
    return {name: Column(sql, is_number) for name, sql, is_number in found}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _load(database: duckdb.DuckDBPyConnection, lines: Path, spec: Spec, *, keep: bool) -> Path:
    """Create the tables from JSON Lines; return them."""
    try:
        _check_json(database, lines)
        _make_tables(database, lines, spec, keep=keep)
    except (duckdb.Error, CatalogueError):
        # The database describes a fault in its own terms.
        fault = find_fault(lines, _identity(spec))
        if fault is not None:
            raise CatalogueError(fault) from None
        raise
    return lines


def _check_json(database: duckdb.DuckDBPyConnection, lines: Path) -> None:
    """Raise ``CatalogueError`` for a record that is not strictly JSON.

    The database accepts more, such as ``NaN``.  Checking every record would take longer than all
    else, so only suspicious ones are checked.
    """
    found = database.execute(
        f"SELECT json::VARCHAR AS text FROM {_LINES} WHERE regexp_matches(text, ?) OR "
        "strlen(text) - strlen(replace(replace(text, '[', ''), '{', '')) > ?",
        [literally(lines), _SUSPICIOUS, MAX_DEPTH],
    )
    while batch := found.fetchmany(1_000):
        for (text,) in batch:
            fault = find_bad_json(text)
            if fault is not None:
                raise CatalogueError(fault)


# NaN, an infinity, a number with a large exponent, or a comma with nothing after it.
_SUSPICIOUS = r"[:,\[]\s*-?(?:(?i:nan|inf)|[0-9.]+[eE]\+?[0-9]{3,}\s*[,\]}])|,\s*[\]}]"


def _make_tables(
    database: duckdb.DuckDBPyConnection, lines: Path, spec: Spec, *, keep: bool
) -> None:
    attributes = _attributes(database, lines)
    computed = _columns([*attributes], spec)
    columns = [f"{each.sql} AS c{at}" for at, each in enumerate(computed.values())]
    # In the order of the lines, so that the number of a row is that of its line.
    database.execute(
        f"CREATE TABLE {_UNSORTED} AS SELECT list_count(t) AS members, {', '.join(columns)} "
        "FROM (SELECT json, json_extract_string(json, $1::VARCHAR[]) AS s, "
        f"json_type(json, $1::VARCHAR[]) AS t FROM {_LINES.replace('?', '$2')})",
        [[_pointer(each) for each in attributes], literally(lines)],
    )
    _check_members(database, sum(attributes.values()))
    # In a transaction: a database that is kept must be complete, or without a layout.
    database.begin()
    database.execute(f"CREATE TABLE {LAYOUT} (name VARCHAR, sql VARCHAR, is_number BOOLEAN)")
    rows = [(name, f"c{at}", each.is_number) for at, (name, each) in enumerate(computed.items())]
    database.executemany(f"INSERT INTO {LAYOUT} VALUES (?, ?, ?)", rows)
    layout = read_layout(database)
    order, identity = layout[default_order(spec)].sql, layout[_identity(spec)].sql
    # Sorted, so that requests in the default order need not read the whole table.
    database.execute(
        f"CREATE TABLE {TABLE} AS SELECT rowid AS line, * EXCLUDE members FROM {_UNSORTED} "
        f"ORDER BY {order} DESC NULLS LAST, {identity} DESC"
    )
    database.execute(f"DROP TABLE {_UNSORTED}")
    _check_ids(database, identity)
    if keep:
        sql = f"CREATE TABLE {LINES} AS SELECT json::VARCHAR AS line FROM {_LINES}"
        database.execute(sql, [literally(lines)])
    database.commit()


_UNSORTED = "catalogue.unsorted"
_LINES = f"read_ndjson_objects(?, maximum_object_size = {MAX_RECORD})"


def _identity(spec: Spec) -> str:
    return spec.names["id"].wire


def _attributes(database: duckdb.DuckDBPyConnection, lines: Path) -> dict[str, int]:
    """Return how often each attribute of the records is written."""
    found = database.execute(
        f"SELECT name, count(*) FROM (SELECT unnest(json_keys(json)) AS name FROM {_LINES}) "
        f"GROUP BY name ORDER BY name LIMIT {MAX_ATTRIBUTES + 1}",
        [literally(lines)],
    ).fetchall()
    if len(found) > MAX_ATTRIBUTES:
        raise CatalogueError(f"images with more than {MAX_ATTRIBUTES} different attributes")
    return dict(found)


@frozen
class _Attribute:
    """SQL for an attribute: its value as text, its JSON type, and its JSON pointer."""

    text: str
    type: str
    pointer: str


def _columns(attributes: list[str], spec: Spec) -> dict[str, Column]:
    """Return the SQL that computes each parameter and each other attribute from a record.

    In it, ``s`` is the list of the texts of the attributes, and ``t`` that of their types.
    """
    known = {
        name: _Attribute(f"s[{at}]", f"t[{at}]", _pointer(name))
        for at, name in enumerate(attributes, 1)
    }
    columns = {name: Column(each.text, is_number=False) for name, each in known.items()}
    members = (spec.find(name) for name in attributes if spec.ending(name))
    for row in [*spec.parameters.values(), *filter(None, members)]:
        if row.clause is None and (row.pushable or row.sortable):
            shown = row.observed or row.wire
            absent = _Attribute("CAST(NULL AS VARCHAR)", "NULL", _pointer(shown))
            columns[row.wire] = _column(row, known.get(shown, absent))
    return columns


def _column(row: Parameter, attribute: _Attribute) -> Column:
    """Return the SQL of what a parameter compares: its attribute, read by type as the matcher does.

    A value that cannot be read by the type is present, but equals nothing.
    """
    text, kind = attribute.text, attribute.type
    plain = f"CASE WHEN {kind} = 'VARCHAR' THEN {text} END"
    if row.multiple:
        return Column(_list(row, attribute.pointer), is_number=False)
    if row.reading is not None:
        cases = [f"WHEN {_quote(read)} THEN {_quote(value)}" for read, value in row.reading.items()]
        default = "NULL" if row.default is None else _quote(row.default)
        return Column(f"CASE lower({text}) {' '.join(cases)} ELSE {default} END", is_number=False)
    if isinstance(row.kind, Integer):
        # Two constant patterns: one that depends on the record would be compiled for each record.
        is_number = (
            f"({kind} <> 'VARCHAR' AND regexp_full_match({text}, '-?[0-9]+') OR "
            f"regexp_full_match({text}, '[+-]?[0-9]{{1,600}}'))"
        )
        number = f"CASE WHEN {is_number} THEN TRY_CAST({text} AS HUGEINT) END"
        return Column(number, is_number=True)
    if row.is_time:
        # Fractions of a second are cut off; there is no year 0.
        day = f"TRY_CAST({text}[1:10] AS DATE) IS NOT NULL AND {text} >= '0001'"
        is_time = f"{kind} = 'VARCHAR' AND regexp_full_match({text}, {_quote(_TIME)}) AND {day}"
        spelled = f"concat({text}[1:10], 'T', {text}[12:19], 'Z')"
        return Column(f"CASE WHEN {is_time} THEN {spelled} END", is_number=False)
    if isinstance(row.kind, Boolean):
        truth = f"lower({text}) IN ('true', 'false')"
        plain = f"CASE WHEN {truth} THEN lower({text}) ELSE {plain} END"
    if row.default is not None:
        return Column(f"coalesce({plain}, {_quote(row.default)})", is_number=False)
    return Column(plain, is_number=False)


def _list(row: Parameter, pointer: str) -> str:
    """Return the SQL of the texts of a list; tags in the old spelling are added in the new one."""
    items = f"json_extract(json_extract(json, {_quote(pointer)}), '$[*]')"
    texts = f"list_filter({items}, lambda x: json_type(x) = 'VARCHAR')"
    values = f"list_transform({texts}, lambda x: x ->> '$')"
    if not isinstance(row.kind, Tag):
        return values
    spelled = "CASE WHEN contains(x, '=') THEN x ELSE regexp_replace(x, '\\.', '=') END"
    return f"list_concat({values}, list_transform({values}, lambda x: {spelled}))"


def hidden(spec: Spec) -> list[str]:
    """Return the parameters that are attributes of records, but not of responses."""
    return [row.wire for row in spec.parameters.values() if row.pushable and not row.observed]


def _check_members(database: duckdb.DuckDBPyConnection, written: int) -> None:
    """Raise if a record repeats an attribute: some JSON readers take the first, some the last."""
    found = database.execute(f"SELECT coalesce(sum(members), 0)::BIGINT FROM {_UNSORTED}")
    if found.fetchone() != (written,):
        raise CatalogueError("an image with an attribute twice")


def _check_ids(database: duckdb.DuckDBPyConnection, identity: str) -> None:
    nameless = f"SELECT count(*) FROM {TABLE} WHERE {identity} IS NULL"
    found = database.execute(nameless).fetchone()
    if found != (0,):
        raise CatalogueError("an image without an id")
    twice = f"SELECT {identity} FROM {TABLE} GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
    repeated = database.execute(twice).fetchone()
    if repeated is not None:
        raise CatalogueError(f"two images with the id {repeated[0]!r}")


def _pointer(name: str) -> str:
    """Return the JSON pointer of an attribute; RFC 6901."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
