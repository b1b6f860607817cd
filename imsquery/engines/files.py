"""Files of image records, searched in place by DuckDB: Parquet, JSON Lines and CSV."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from imsquery.engines.analysis import analyze_for_engine
from imsquery.engines.clauses import read_clauses
from imsquery.engines.columns import columns, read_layout
from imsquery.engines.dialects.duckdb import DuckDB
from imsquery.engines.extras import load_extra
from imsquery.engines.statement import write_statement
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from imsquery.engines.columns import Layout
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.values import Bindable

_PARQUET = b"PAR1"
_MARK = b"\xef\xbb\xbf"  # byte order mark of UTF-8
_HEAD = 1 << 20
_IMAGES = "images"
_BATCH = 1_000
_STAMP = "STRFTIME({}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ')"
_CHANGES = {"timestamp": _STAMP, "timestamptz": _STAMP, "json": "TRY_CAST({} AS JSON)"}
_READERS = {
    "parquet": "read_parquet({}, union_by_name = true)",
    "jsonl": "read_json_objects({}, format = 'newline_delimited')",
    "csv": "read_csv({}, header = true, all_varchar = true, union_by_name = true, delim = ',', "
    "quote = '\"', escape = '\"', allow_quoted_nulls = false)",
}


class FilesError(ValueError):
    """Raised for files that cannot be searched."""


def find_format(path: Path) -> str | None:
    """Return the format of a file by its content: ``parquet``, ``jsonl`` or ``csv``.

    Returns:
        ``None`` for anything else, such as an array of JSON or the pages of a service.

    Raises:
        OSError: it cannot be read.
    """
    if path.exists() and not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PARQUET):
        return "parquet"
    text = head.removeprefix(_MARK).lstrip()
    if not text.startswith((b"{", b"[")):
        return "csv" if path.suffix.lower() == ".csv" else None
    return "jsonl" if _is_record(text.split(b"\n", 1)[0]) else None


def _is_record(line: bytes) -> bool:
    """Return whether a line is a record: not the first of several lines, nor a page of records."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and not isinstance(found.get(_IMAGES), list)


def search_files(
    paths: Sequence[Path],
    query: str | Query | Expr,
    *,
    memory: str = "1GB",
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the image records that a query finds in files, without loading the files.

    Args:
        paths: the files, all of one format; see :func:`find_format`.
        query: the text, or a syntax tree.
        memory: the limit of DuckDB, which sorts on disk what is larger.
        spec: the parameters.
        now: the meaning of ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.
        values: those of placeholders, by name without `$`.

    Raises:
        FilesError: the files are of several formats, or one is malformed.
        QueryError: as of :func:`matcher`.
        OSError: a file cannot be read.
        ModuleNotFoundError: DuckDB is not installed, or RE2 where the filter uses ``matches``.
    """
    analysis = analyze_for_engine(
        query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
    )
    form = _common_format(paths)
    with _connect(memory) as connection:
        files = [*map(_literally, paths)]
        said = _described(connection, form, files, spec)
        layout = read_layout(said, "json" if form == "jsonl" else None, spec)
        clauses = read_clauses(analysis.bound, spec)
        made = write_statement(DuckDB(), layout, _IMAGES, analysis, clauses)
        record, replaced = _shown(layout)
        source = _READERS[form].format(f"${len(made.params) + 1}")
        found = connection.execute(
            f"WITH {_IMAGES} AS NOT MATERIALIZED (FROM {source}) SELECT {record} "
            f"FROM (SELECT {replaced} FROM ({made.sql}) AS record) AS record",
            [*made.params, files],
        )
        while batch := found.fetchmany(_BATCH):
            yield from map(_read_record, (record for (record,) in batch))


def _common_format(paths: Sequence[Path]) -> str:
    found = {find_format(path) for path in paths}
    form = found.pop() if len(found) == 1 else None
    if form is None:
        raise FilesError("expected files of one format: Parquet, JSON Lines or CSV")
    return form


@contextmanager
def _connect(memory: str) -> Iterator[Any]:
    """Open a database in memory; its errors become those of the files."""
    duckdb = load_extra("duckdb")
    with TemporaryDirectory(prefix="imsquery-") as folder:
        config = {
            "autoinstall_known_extensions": "false",
            "memory_limit": memory,
            "temp_directory": folder,
        }
        with duckdb.connect(config=config) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET TimeZone = 'UTC'")
            try:
                yield connection
            except duckdb.Error as error:
                raise FilesError(str(error).splitlines()[0]) from None


def _literally(path: Path) -> str:
    """Return a path with its wildcards escaped, for the database."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _described(connection: Any, form: str, files: Sequence[str], spec: Spec) -> dict[str, str]:
    """Return the columns of files; in CSV, a list is written as JSON."""
    if form == "jsonl":
        return {}
    described = connection.execute(f"DESCRIBE FROM {_READERS[form].format('?')}", [files])
    said = columns(described.fetchall())
    if form == "parquet":
        return said
    lists = {str(row.observed) for row in spec.parameters.values() if row.multiple}
    return {name: "json" if name in lists else kind for name, kind in said.items()}


def _shown(layout: Layout) -> tuple[str, str]:
    """Return the record of a row as JSON, and what it is made from.

    It has no nulls, and times as the service writes them.
    """
    if layout.json is not None:
        return DuckDB().identifier(layout.json), "*"
    changed = [
        f"{_CHANGES[column.kind].format(name)} AS {name}"
        for column in layout.columns.values()
        if column.kind in _CHANGES
        for name in [DuckDB().identifier(column.name)]
    ]
    replaced = f"* REPLACE ({', '.join(changed)})" if changed else "*"
    # A merge into nothing drops nulls.
    return "JSON_MERGE_PATCH('{}', TO_JSON(record))", replaced


def _read_record(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise FilesError(f"expected an object, found {text[:40]}")
    return found
