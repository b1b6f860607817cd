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
from attrs import frozen

from imsquery.schema.kinds import Boolean, Integer, Tag
from imsquery.server.bodies import Bodies, read_in_order
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

TABLE = "catalogue.images"  # qualified, since every cursor starts in the default database
LAYOUT = "catalogue.layout_2"  # the number tells databases that other versions kept
LINES = "catalogue.lines"  # in a database that is kept: the records in the order of the table
MAX_ATTRIBUTES = 2_000  # in a catalogue: each becomes a column

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:\.[0-9]+)?Z?"


@frozen
class Column:
    """The column of a parameter or attribute, as SQL."""

    sql: str
    is_number: bool


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
        with ThreadPoolExecutor(1) as other:  # while this thread copies the records
            names = other.submit(_check_json, database.cursor(), lines)
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
    attributes = _name_columns(map(_shown, rows), rows)
    order, identity = (_column(row, attributes[_shown(row)]).sql for row in rows)
    records, values = _records(attributes, lines)
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
        f"FROM (SELECT json::VARCHAR AS text, json_keys(json) AS names FROM {_LINES}) "
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
        f"SELECT text FROM (SELECT json::VARCHAR AS text FROM {_LINES}) WHERE {_IS_SUSPICIOUS}",
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
    rows = _rows(names, spec)
    attributes = _name_columns(names, rows)
    computed = {name: Column(each.text, is_number=False) for name, each in attributes.items()}
    for row in rows:
        computed[row.wire] = _column(row, attributes.get(_shown(row), _ABSENT))
    columns = [f"{each.sql} AS c{at}" for at, each in enumerate(computed.values())]
    records, values = _records(attributes, lines)
    # In a transaction: a database that is kept must be complete, or without a layout.
    database.begin()
    database.execute(f"CREATE TABLE {LAYOUT} (name VARCHAR, sql VARCHAR, is_number BOOLEAN)")
    layout = [(name, f"c{at}", each.is_number) for at, (name, each) in enumerate(computed.items())]
    database.executemany(f"INSERT INTO {LAYOUT} VALUES (?, ?, ?)", layout)
    database.execute(f"CREATE TABLE {TABLE} AS SELECT {', '.join(columns)} FROM {records}", values)
    if keep:
        sql = f"CREATE TABLE {LINES} AS SELECT json::VARCHAR AS line FROM {_LINES}"
        database.execute(sql, [literally(lines)])
    database.commit()


_LINES = f"read_ndjson_objects(?, maximum_object_size = {MAX_RECORD})"


def _identity(spec: Spec) -> str:
    return spec.names["id"].wire


def _records(attributes: Mapping[str, _Attribute], lines: Path) -> tuple[str, list[object]]:
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
        f"FROM (SELECT json, json_keys(json) AS names FROM {_LINES})))"
    )
    return sql, ["an image with an attribute twice", [*map(_pointer, attributes)], path]


_TEXT = " ->> '$'"


@frozen
class _Attribute:
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


_ABSENT = _Attribute("CAST(NULL AS JSON)", is_typed=True)


def _name_columns(attributes: Iterable[str], rows: Iterable[Parameter]) -> dict[str, _Attribute]:
    """Return attributes by their names, each with a column; text is read faster than JSON."""
    typed = {_shown(row) for row in rows if _depends_on_type(row)}
    return {name: _Attribute(f"a{at}", name in typed) for at, name in enumerate(attributes)}


def _rows(attributes: Iterable[str], spec: Spec) -> list[Parameter]:
    """Return the parameters that requests compare, or sort by."""
    members = (spec.find(name) for name in attributes if spec.ending(name))
    rows = [*spec.parameters.values(), *filter(None, members)]
    return [row for row in rows if row.clause is None and (row.pushable or row.sortable)]


def _shown(row: Parameter) -> str:
    """Return the attribute that a parameter compares."""
    return row.observed or row.wire


def _depends_on_type(row: Parameter) -> bool:
    """Return whether an attribute equals a value only if it is a string, or a list of them."""
    is_read = row.reading is not None or isinstance(row.kind, Integer) or row.is_time
    return row.multiple or not is_read


def _column(row: Parameter, attribute: _Attribute) -> Column:
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
        return Column(f"CASE {' '.join(cases)} ELSE {plain} END", is_number=False)
    if row.default is not None:
        return Column(f"coalesce({plain}, {_quote(row.default)})", is_number=False)
    return Column(plain, is_number=False)


def _list(row: Parameter, json: str) -> str:
    """Return the SQL of the texts of a list; tags in the old spelling are added in the new one."""
    texts = f"list_filter(json_transform({json}, '[\"JSON\"]'), lambda x: starts_with(x, '\"'))"
    values = f"list_transform({texts}, lambda x: x ->> '$')"
    if not isinstance(row.kind, Tag):
        return values
    spelled = "CASE WHEN contains(x, '=') THEN x ELSE regexp_replace(x, '\\.', '=') END"
    return f"list_concat({values}, list_transform({values}, lambda x: {spelled}))"


def hidden(spec: Spec) -> list[str]:
    """Return the parameters that are attributes of records, but not of responses."""
    return [row.wire for row in spec.parameters.values() if row.pushable and not row.observed]


def _pointer(name: str) -> str:
    """Return the JSON pointer of an attribute; RFC 6901."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
