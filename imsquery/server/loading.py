"""Files of image records, loaded into a table with a column for each attribute.

Records are read as JSON Lines, whatever they came as.  The table keeps each as it was, without what
no response has, and beside it what requests compare: under a plain name of its own (``c0``, ``c1``,
…), so that SQL never holds a name from outside.
"""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is put together from names made here; every value is bound
import json
import re
from typing import TYPE_CHECKING

import duckdb
from attrs import frozen

from imsquery.kinds import Boolean, Integer
from imsquery.server.request import default_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any, TextIO

    from imsquery.spec import Parameter, Spec

TABLE = "catalogue.images"  # qualified, since every cursor starts in the default database
LAYOUT = "catalogue.layout"
MAX_ATTRIBUTES = 2_000  # different ones in a catalogue: each becomes a column
MAX_RECORD = 16 << 20  # bytes of one record

_PARQUET = b"PAR1"
_CHUNK = 1 << 20  # characters of a file to read at once
_space = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode


class CatalogueError(ValueError):
    """A file that holds no usable image records."""


@frozen
class Column:
    """Where a parameter or attribute stands in the table."""

    sql: str
    is_number: bool


def load_file(database: duckdb.DuckDBPyConnection, path: Path, spec: Spec, folder: Path) -> None:
    """Make the table from a file of JSON, JSON Lines or Parquet.

    Args:
        database: with nothing in it.
        path: of the file.
        spec: the parameters.
        folder: for a temporary file.

    Raises:
        CatalogueError: it holds no usable records.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    lines = folder / "records.jsonl"
    try:
        if is_parquet:
            _copy_parquet(database, path, lines)
        _load(database, lines if is_parquet or _copy_items(path, lines) else path, spec)
    except duckdb.Error as error:
        raise CatalogueError(f"{path}: {_first_line(error)}") from None
    except UnicodeDecodeError:
        raise CatalogueError(f"{path}: neither Parquet nor UTF-8") from None
    except CatalogueError as error:
        raise CatalogueError(f"{path}: {error}") from None
    finally:
        lines.unlink(missing_ok=True)


def load_records(
    database: duckdb.DuckDBPyConnection,
    records: Iterable[Mapping[str, Any]],
    spec: Spec,
    folder: Path,
) -> None:
    """Make the table from records; otherwise like :func:`load_file`."""
    lines = folder / "records.jsonl"
    try:
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
        _load(database, lines, spec)
    except duckdb.Error as error:
        raise CatalogueError(_first_line(error)) from None
    except UnicodeEncodeError:
        raise CatalogueError("a record with half a surrogate pair") from None
    finally:
        lines.unlink(missing_ok=True)


def read_layout(database: duckdb.DuckDBPyConnection) -> dict[str, Column]:
    """Map each parameter and attribute of a loaded database to its column."""
    found = database.execute(f"SELECT name, sql, is_number FROM {LAYOUT}").fetchall()
    return {name: Column(sql, is_number) for name, sql, is_number in found}


def _literally(path: Path) -> str:
    """Give a path as the database takes it: a name and not a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


# -- any format -> JSON Lines


def _copy_parquet(database: duckdb.DuckDBPyConnection, path: Path, lines: Path) -> None:
    """Write the rows of a Parquet file as objects; a null is an attribute that is not there."""
    described = database.execute("DESCRIBE FROM read_parquet(?)", [_literally(path)]).fetchall()
    times = [_identifier(name) for name, kind, *_ in described if kind.startswith("TIMESTAMP")]
    spelled = [f"strftime({name}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ') AS {name}" for name in times]
    columns = f"* REPLACE ({', '.join(spelled)})" if spelled else "*"
    found = database.execute(
        # A merge with nothing drops the nulls.
        "SELECT json_merge_patch('{}'::JSON, to_json(rows)) "
        f"FROM (SELECT {columns} FROM read_parquet(?)) AS rows",
        [_literally(path)],
    )
    with lines.open("w", encoding="utf-8") as file:
        while batch := found.fetchmany(10_000):
            file.writelines(f"{record}\n" for (record,) in batch)


def _copy_items(path: Path, lines: Path) -> bool:
    """Write the items of an array, or of an object's ``images``, as lines.

    Returns:
        Whether the file has one; if not, it has lines already.
    """
    with path.open(encoding="utf-8-sig") as source:
        reader = _Reader(source)
        if not reader.enter_items():
            return False
        with lines.open("w", encoding="utf-8") as target:
            # A line break in JSON can only stand between tokens.
            target.writelines(re.sub(r"[\r\n]+", " ", item) + "\n" for item in reader.items())
    return True


class _Reader:
    """Reads a large JSON file item by item."""

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self._text = ""
        self._at = 0

    def _peek(self) -> str:
        """Give the next character that is no white space; nothing at the end."""
        while True:
            self._at = _space.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        chunk = self._source.read(_CHUNK)
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def enter_items(self) -> bool:
        """Go to the first item of the array, if that is what the file has."""
        first = self._peek()
        if first == "[":
            self._at += 1
            return True
        self._more()
        head = re.compile(r'\{\s*"images"\s*:\s*\[').match(self._text, self._at)
        if head is not None:
            self._at = head.end()
        return head is not None

    def items(self) -> Iterator[str]:
        """Give the text of each item."""
        separator = self._peek()
        while separator not in {"]", ""}:
            if separator == ",":
                self._at += 1
                self._peek()
            yield self._item()
            separator = self._peek()
            if separator not in {",", "]"}:
                break
        if separator != "]":
            raise CatalogueError("not JSON: the list of images has no end")

    def _item(self) -> str:
        while True:
            try:
                item, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # It may be cut off where the text read so far ends.
                if len(self._text) - self._at > MAX_RECORD or not self._more():
                    raise CatalogueError(f"not JSON: {error.msg}") from None
                continue
            except RecursionError:
                raise CatalogueError("a record is nested too deep") from None
            if not isinstance(item, dict):
                raise CatalogueError("an item of the list of images is no object")
            text = self._text[self._at : end]
            self._at = end
            return text


# -- JSON Lines -> table


def _load(database: duckdb.DuckDBPyConnection, lines: Path, spec: Spec) -> None:
    """Make the tables from JSON Lines."""
    attributes = _attributes(database, lines)
    computed = _columns(attributes, spec)
    database.execute(f"CREATE TABLE {LAYOUT} (name VARCHAR, sql VARCHAR, is_number BOOLEAN)")
    rows = [(name, f"c{at}", each.is_number) for at, (name, each) in enumerate(computed.items())]
    database.executemany(f"INSERT INTO {LAYOUT} VALUES (?, ?, ?)", rows)
    layout = read_layout(database)
    order, identity = layout[default_order(spec)].sql, layout["id"].sql
    columns = [f"{each.sql} AS c{at}" for at, each in enumerate(computed.values())]
    # Sorted, so that the usual order reads the beginning of the table and not all of it.
    database.execute(
        f"CREATE TABLE {TABLE} AS SELECT {_body(attributes, spec)} AS body, {', '.join(columns)} "
        f"FROM (SELECT json, json_extract_string(json, ?::VARCHAR[]) AS s FROM {_LINES}) "
        f"ORDER BY {order} DESC NULLS LAST, {identity} DESC",
        [[_pointer(each) for each in attributes], _literally(lines)],
    )
    _check_ids(database, identity)


_LINES = f"read_ndjson_objects(?, maximum_object_size = {MAX_RECORD})"


def _attributes(database: duckdb.DuckDBPyConnection, lines: Path) -> list[str]:
    """Give the names of all attributes that any record has."""
    found = database.execute(
        f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM {_LINES} "
        f"ORDER BY name LIMIT {MAX_ATTRIBUTES + 1}",
        [_literally(lines)],
    ).fetchall()
    if len(found) > MAX_ATTRIBUTES:
        raise CatalogueError(f"images with more than {MAX_ATTRIBUTES} different attributes")
    return [name for (name,) in found]


def _columns(attributes: list[str], spec: Spec) -> dict[str, Column]:
    """Give what to compute from a record for each parameter, and for each other attribute.

    In the SQL, ``s`` is the list of the texts of the attributes.
    """
    texts = {name: f"s[{at}]" for at, name in enumerate(attributes, 1)}
    columns = {name: Column(text, is_number=False) for name, text in texts.items()}
    members = (spec.find(name) for name in attributes if name.startswith(spec.family))
    for row in [*spec.parameters.values(), *filter(None, members)]:
        if row.clause is None and (row.pushable or row.sortable):
            shown = row.observed or row.wire
            columns[row.wire] = _column(row, texts.get(shown, "NULL::VARCHAR"), _pointer(shown))
    return columns


def _column(row: Parameter, text: str, pointer: str) -> Column:
    if row.multiple:
        return Column(_list(row, pointer), is_number=False)
    if row.reading is not None:
        cases = [f"WHEN {_quote(read)} THEN {_quote(value)}" for read, value in row.reading.items()]
        default = "NULL" if row.default is None else _quote(row.default)
        return Column(f"CASE lower({text}) {' '.join(cases)} ELSE {default} END", is_number=False)
    if isinstance(row.kind, Integer):
        digits = f"regexp_full_match({text}, '-?[0-9]{{1,18}}')"
        return Column(f"CASE WHEN {digits} THEN CAST({text} AS BIGINT) END", is_number=True)
    if isinstance(row.kind, Boolean):
        truth = f"lower({text}) IN ('true', 'false')"
        return Column(f"CASE WHEN {truth} THEN lower({text}) ELSE {text} END", is_number=False)
    if row.default is not None:
        return Column(f"coalesce({text}, {_quote(row.default)})", is_number=False)
    return Column(text, is_number=False)


def _list(row: Parameter, pointer: str) -> str:
    """Give a list; tags, which once were spelled with a dot, in both of their spellings."""
    values = f"json_transform(json_extract(json, {_quote(pointer)}), '[\"VARCHAR\"]')"
    if row.json != "strings":
        return values
    spelled = "CASE WHEN contains(x, '=') THEN x ELSE regexp_replace(x, '\\.', '=') END"
    return f"list_concat({values}, list_transform({values}, lambda x: {spelled}))"


def _body(attributes: list[str], spec: Spec) -> str:
    """Give a record without what can be asked for but is in no response."""
    hidden = [row.wire for row in spec.parameters.values() if row.pushable and not row.observed]
    there = [name for name in hidden if name in attributes]
    if not there:
        return "json::VARCHAR"
    patch = _quote(json.dumps(dict.fromkeys(there)))
    carries = " OR ".join(f"json_exists(json, {_quote(_pointer(name))})" for name in there)
    return (
        f"CASE WHEN {carries} THEN json_merge_patch(json, {patch})::VARCHAR ELSE json::VARCHAR END"
    )


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
    """Give the JSON pointer of an attribute; RFC 6901."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
