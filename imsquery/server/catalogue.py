"""Image records in an embedded SQL database, and requests answered from them."""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is put together from names made here; every value is bound
import threading
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

try:
    import duckdb
except ModuleNotFoundError as _missing:
    _message = "a catalogue needs DuckDB; install imsquery[server]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.server.requests import read_request, unknown_marker
from imsquery.server.tables import TABLE, load_file, load_records, read_layout
from imsquery.server.validation import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from imsquery.schema.spec import Spec
    from imsquery.server.requests import Condition, Request

MEMORY = "2GB"
"""What the database may hold in memory; beyond that it uses temporary files."""

_Part = tuple[str, list[object]]  # SQL with a `?` for each value, and the values


class Catalogue:
    """Images that can be asked for as the service is; safe to use from several threads.

    Made by :meth:`from_file` and :meth:`from_records`; closed by ``with`` or :meth:`close`.
    """

    def __init__(self, database: _Database, spec: Spec) -> None:
        self._database = database
        self._local = threading.local()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self.spec = spec
        self._columns = read_layout(database.connection)
        # From here on the database needs nothing from outside, and gets nothing.
        database.connection.execute("SET enable_external_access = false")
        database.connection.execute("SET lock_configuration = true")

    @classmethod
    def from_file(
        cls,
        path: Path,
        *,
        spec: Spec = CLOUDIMAGES,
        database: Path | None = None,
        memory: str = MEMORY,
    ) -> Catalogue:
        """Load a file of image records.

        Args:
            path: JSON as the API returns it (``{"images": […]}``) or an array, JSON Lines, or
                Parquet, told apart by what is in it.
            spec: the parameters.
            database: where to keep the database; in memory if not given.
            memory: how much of it, such as ``2GB``, before temporary files are used.

        Raises:
            CatalogueError: the file holds no image records, or two of one id.
            OSError: it cannot be read.
        """
        is_new = database is not None and not database.exists()
        try:
            with _Database.guarded(database, memory) as opened:
                load_file(opened.connection, path, spec, opened.folder)
                return cls(opened, spec)
        except BaseException:
            if database is not None and is_new:
                database.unlink(missing_ok=True)
            raise

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], *, spec: Spec = CLOUDIMAGES
    ) -> Catalogue:
        """Load image records that are there already.

        Raises:
            CatalogueError: one has no id, or the id of another.
        """
        with _Database.guarded(None, MEMORY) as opened:
            load_records(opened.connection, records, spec, opened.folder)
            return cls(opened, spec)

    @classmethod
    def open(cls, database: Path, *, spec: Spec = CLOUDIMAGES, memory: str = MEMORY) -> Catalogue:
        """Open a database that :meth:`from_file` has kept.

        Raises:
            CatalogueError: it is none of these.
        """
        with _Database.guarded(database, memory, "READ_ONLY") as opened:
            return cls(opened, spec)

    def close(self) -> None:
        """Close the database."""
        # Each of them would keep it open.
        for cursor in self._cursors:
            cursor.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        found = self._execute(f"SELECT count(*) FROM {TABLE}", []).fetchone()
        return int(found[0]) if found else 0

    def find(self, query: bytes | str) -> list[str]:
        """Answer a query string with the records of one page, each as JSON.

        Args:
            query: without ``?``.

        Raises:
            Refusal: the service would not take it.
        """
        raw = query.encode() if isinstance(query, str) else query
        return self._find(read_request(raw, self.spec))

    def _find(self, request: Request) -> list[str]:
        parts = self._conditions(request.conditions)
        order, identity = self._columns[request.order].sql, self._columns["id"].sql
        if request.marker is not None:
            parts.append(self._behind(request.marker, order, identity, request.descending))
        where = " AND ".join([f"({sql})" for sql, _ in parts]) or "true"
        values = [value for _, values in parts for value in values]
        way = "DESC NULLS LAST" if request.descending else "ASC NULLS FIRST"
        by = f"ORDER BY {order} {way}, {identity} {way}"
        # The inner query reads narrow columns only; records are fetched for the page alone.
        page = f"SELECT rowid FROM {TABLE} WHERE {where} {by} LIMIT ?"
        sql = f"SELECT body FROM {TABLE} WHERE rowid IN ({page}) {by}"
        return [row[0] for row in self._execute(sql, [*values, request.limit]).fetchall()]

    def _conditions(self, conditions: Sequence[Condition]) -> list[_Part]:
        parts: list[_Part] = []
        for each in conditions:
            column = self._columns.get(each.name)
            if column is None or column.is_number != isinstance(each.value, int):
                # No image has such an attribute, or it is a number and this is not.
                return [("false", [])]
            parts.append((_compare(column.sql, each.relation), [each.value]))
        return parts

    def _behind(self, marker: str, order: str, identity: str, descending: bool) -> _Part:  # noqa: FBT001
        """Say which images come behind another; those without the sort key count as least."""
        sql = f"SELECT {order} FROM {TABLE} WHERE {identity} = ?"
        found = self._execute(sql, [marker]).fetchone()
        if found is None:
            raise unknown_marker()
        key = found[0]
        further = "<" if descending else ">"
        if key is None:
            rest = f"{order} IS NULL AND {identity} {further} ?"
            return (rest if descending else f"{order} IS NOT NULL OR {rest}"), [marker]
        rest = f"{order} {further} ? OR {order} = ? AND {identity} {further} ?"
        if descending:
            rest += f" OR {order} IS NULL"
        return rest, [key, key, marker]

    def _execute(self, sql: str, values: list[object]) -> duckdb.DuckDBPyConnection:
        """Run a statement; whatever came from a request is among the values."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._database.connection.cursor()
            self._cursors.append(cursor)
        return cursor.execute(sql, values)


class _Database:
    """An open database with the folder of its temporary files."""

    def __init__(self, path: Path | None, memory: str, mode: str) -> None:
        self._folder = TemporaryDirectory(prefix="imsquery-")
        self.folder = Path(self._folder.name)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "memory_limit": memory,
            "temp_directory": self._folder.name,
        }
        self.connection = duckdb.connect(config=config)
        # It would stand on standard output, among what a command prints.
        self.connection.execute("SET enable_progress_bar = false")
        if path is None:
            # Records are much alike: compressed, they take a fraction of the memory.
            self.connection.execute("ATTACH ':memory:' AS catalogue (COMPRESS true)")
        else:
            name = str(path).replace("'", "''")
            self.connection.execute(f"ATTACH '{name}' AS catalogue ({mode})")

    @classmethod
    @contextmanager
    def guarded(
        cls, path: Path | None, memory: str, mode: str = "READ_WRITE"
    ) -> Iterator[_Database]:
        """Open a database, and close it again if anything goes wrong."""
        opened = None
        try:
            opened = cls(path, memory, mode)
            yield opened
        except BaseException as error:
            if opened is not None:
                opened.close()
            if isinstance(error, duckdb.Error):
                reason = str(error).splitlines()[0]
                raise CatalogueError(f"{path or 'database'}: {reason}") from None
            raise

    def close(self) -> None:
        self.connection.close()
        self._folder.cleanup()


def _compare(column: str, relation: str) -> str:
    if relation == "has":
        return f"list_has_all({column}, ?::VARCHAR[])"
    if relation == "!=":
        return f"{column} IS DISTINCT FROM ?"
    return f"{column} {relation} ?"
