"""Image records as a table with a column for each attribute.

Records are read as JSON Lines, whatever their original format, and copied in the default order:
lines are sorted by two columns in a fraction of the time that a table of all columns takes.  The
table is read from the copy, so the number of a row is that of its record.  Columns are named
``c0``, ``c1`` and so on, so that SQL never contains a name from outside.
"""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import duckdb

from imsquery.server.bodies import Bodies, read_in_order
from imsquery.server.columns import (
    ABSENT,
    RECORDS,
    Column,
    column_of,
    compared,
    name_attributes,
    read_records,
    shown,
)
from imsquery.server.ingest import literally, write_file, write_records
from imsquery.server.requests import default_order
from imsquery.server.validation import (
    MAX_DEPTH,
    CatalogueError,
    find_bad_json,
    find_fault,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from imsquery.schema.spec import Spec

TABLE = "catalogue.images"  # qualified, since every cursor starts in the default database
LAYOUT = "catalogue.layout_2"  # the number tells databases that other versions kept
LINES = "catalogue.lines"  # in a database that is kept: the records in the order of the table
MAX_ATTRIBUTES = 2_000  # in a catalogue: each becomes a column


def load_file(
    database: duckdb.DuckDBPyConnection, path: Path, spec: Spec, folder: Path, *, keep: bool
) -> Bodies:
    """Create the table from a file of JSON, JSON Lines or Parquet; return the records.

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
        lines = write_file(database, path, identity, folder)
        return _load(database, lines, spec, folder, keep=keep)
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
) -> Bodies:
    """Create the table from records; otherwise like :func:`load_file`."""
    try:
        return _load(database, write_records(records, folder), spec, folder, keep=False)
    except duckdb.Error as error:
        raise CatalogueError(_first_line(error)) from None


def is_loaded(database: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a database has tables as this version makes them."""
    found = database.execute(
        "SELECT database_name || '.' || table_name FROM duckdb_tables() "
        "WHERE database_name = 'catalogue'"
    )
    return (LAYOUT,) in found.fetchall()


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


def _load(
    database: duckdb.DuckDBPyConnection, lines: Path, spec: Spec, folder: Path, *, keep: bool
) -> Bodies:
    """Create the tables from JSON Lines; return the records in the order of the table."""
    bodies = None
    try:
        # While this thread copies the records, another checks them.
        with database.cursor() as cursor, ThreadPoolExecutor(1) as other:
            names = other.submit(_check_json, cursor, lines)
            order = _default_order(database, lines, spec)
            bodies = Bodies(folder / "bodies", read_in_order(lines, order), hidden(spec))
        _make_tables(database, bodies.path, names.result(), spec, keep=keep)
    except (duckdb.Error, CatalogueError):
        if bodies is not None:
            bodies.close()
        # The database describes a fault in its own terms.
        fault = find_fault(lines, _identity(spec))
        if fault is not None:
            raise CatalogueError(fault) from None
        raise
    return bodies


def _default_order(database: duckdb.DuckDBPyConnection, lines: Path, spec: Spec) -> array[int]:
    """Return the number of each record, from 0, in the order of requests that ask for none.

    Raises:
        CatalogueError: a record has no id, or that of another.
    """
    rows = [spec.parameters[default_order(spec)], spec.names["id"]]
    attributes = name_attributes(map(shown, rows), rows)
    order, identity = (column_of(row, attributes[shown(row)]).sql for row in rows)
    records, values = read_records(attributes, lines)
    database.execute(
        f"CREATE TEMP TABLE keys AS SELECT {order} AS key, {identity} AS id FROM {records}", values
    )
    _check_ids(database)
    found = database.execute("SELECT rowid FROM keys ORDER BY key DESC NULLS LAST, id DESC")
    numbers = array("q")
    while batch := found.fetchmany(10_000):
        numbers.extend(number for (number,) in batch)
    database.execute("DROP TABLE keys")
    return numbers


def _check_ids(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute("SELECT count(*) FROM keys WHERE id IS NULL").fetchone()
    if found != (0,):
        raise CatalogueError("an image without an id")
    twice = "SELECT id FROM keys GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
    repeated = database.execute(twice).fetchone()
    if repeated is not None:
        raise CatalogueError(f"two images with the id {repeated[0]!r}")


def _check_json(database: duckdb.DuckDBPyConnection, lines: Path) -> list[str]:
    """Return the names of the attributes of records.

    Raises:
        CatalogueError: there are too many, or a record is not strictly JSON.
    """
    # One pass: with the names of a record that may not be JSON, there is a null.
    signed = f"CASE WHEN {_IS_SUSPICIOUS} THEN list_append(names, NULL) ELSE names END"
    found = database.execute(
        f"SELECT DISTINCT unnest({signed}) AS name "
        f"FROM (SELECT json::VARCHAR AS text, json_keys(json) AS names FROM {RECORDS}) "
        f"ORDER BY name NULLS FIRST LIMIT {MAX_ATTRIBUTES + 2}",
        [*_SUSPICIOUS, MAX_DEPTH, literally(lines)],
    ).fetchall()
    names = [name for (name,) in found if name is not None]
    if len(names) < len(found):
        _check_suspicious(database, lines)
    if len(names) > MAX_ATTRIBUTES:
        raise CatalogueError(f"images with more than {MAX_ATTRIBUTES} different attributes")
    return names


def _check_suspicious(database: duckdb.DuckDBPyConnection, lines: Path) -> None:
    """Raise ``CatalogueError`` for a record that is not strictly JSON.

    The database accepts more, such as ``NaN``.  Checking every record would take longer than all
    else, so only suspicious ones are checked.
    """
    found = database.execute(
        f"SELECT text FROM (SELECT json::VARCHAR AS text FROM {RECORDS}) WHERE {_IS_SUSPICIOUS}",
        [literally(lines), *_SUSPICIOUS, MAX_DEPTH],
    )
    while batch := found.fetchmany(1_000):
        for (text,) in batch:
            fault = find_bad_json(text)
            if fault is not None:
                raise CatalogueError(fault)


# NaN, an infinity, a number with a large exponent, or a comma with nothing after it.  A pattern for
# each character before them: the database finds a pattern that begins with a constant much faster.
_NUMBER = r"-?(?:(?i:nan|inf)|[0-9.]+[eE]\+?[0-9]{3,}\s*[,\]}])"
_SUSPICIOUS = (rf":\s*{_NUMBER}", rf",\s*(?:{_NUMBER}|[\]}}])", rf"\[\s*{_NUMBER}")
_IS_SUSPICIOUS = (
    " OR ".join(["regexp_matches(text, ?)"] * len(_SUSPICIOUS))
    + " OR strlen(text) - strlen(replace(replace(text, '[', ''), '{', '')) > ?"
)


def _make_tables(
    database: duckdb.DuckDBPyConnection,
    lines: Path,
    names: Sequence[str],
    spec: Spec,
    *,
    keep: bool,
) -> None:
    names = names or [_identity(spec)]  # without images
    rows = compared(names, spec)
    attributes = name_attributes(names, rows)
    computed = {name: Column(each.text, is_number=False) for name, each in attributes.items()}
    for row in rows:
        computed[row.wire] = column_of(row, attributes.get(shown(row), ABSENT))
    columns = [f"{each.sql} AS c{at}" for at, each in enumerate(computed.values())]
    records, values = read_records(attributes, lines)
    # In a transaction: a database that is kept must be complete, or without a layout.
    database.begin()
    database.execute(f"CREATE TABLE {LAYOUT} (name VARCHAR, sql VARCHAR, is_number BOOLEAN)")
    layout = [(name, f"c{at}", each.is_number) for at, (name, each) in enumerate(computed.items())]
    database.executemany(f"INSERT INTO {LAYOUT} VALUES (?, ?, ?)", layout)
    database.execute(f"CREATE TABLE {TABLE} AS SELECT {', '.join(columns)} FROM {records}", values)
    if keep:
        sql = f"CREATE TABLE {LINES} AS SELECT json::VARCHAR AS line FROM {RECORDS}"
        database.execute(sql, [literally(lines)])
    database.commit()


def _identity(spec: Spec) -> str:
    return spec.names["id"].wire


def hidden(spec: Spec) -> list[str]:
    """Return the parameters that are attributes of records, but not of responses."""
    return [row.wire for row in spec.parameters.values() if row.pushable and not row.observed]
