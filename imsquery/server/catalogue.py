"""Image records in an embedded SQL database, and requests answered from them."""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
import json
import threading
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

try:
    import duckdb
except ModuleNotFoundError as _missing:
    _message = "a catalogue needs DuckDB; install imsquery[server]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.server.bodies import Bodies
from imsquery.server.requests import default_order, read_pairs, read_request, unknown_marker
from imsquery.server.tables import (
    TABLE,
    hidden,
    is_loaded,
    load_file,
    load_records,
    read_layout,
    read_lines,
)
from imsquery.server.validation import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from imsquery.schema.spec import Spec
    from imsquery.server.requests import Condition

MEMORY = "1GB"
"""Memory limit of the database; beyond that it uses temporary files."""

_PAGES = 256  # whose records are remembered, by number
_LONGEST = 1_024  # bytes of a query string whose page is remembered

_Part = tuple[str, list[object]]  # SQL with a `?` for each value, and the values
_NONE: _Part = ("false", [])


class Catalogue:
    """Images that can be queried like the service; safe to use from several threads.

    Create one with :meth:`from_file` or :meth:`from_records`, and close it with :meth:`close` or a
    ``with`` statement.
    """

    def __init__(self, database: _Database, spec: Spec, bodies: Bodies) -> None:
        self._database = database
        self._bodies = bodies
        self._local = threading.local()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self.spec = spec
        self._columns = read_layout(database.connection)
        self._kept = lru_cache(_PAGES)(self._find)
        self._default = [(default_order(spec), True)]
        # From here on, the database has no access to files or the network.
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
                Parquet; the content decides which.
            spec: the parameters.
            database: file to keep the database in; in memory by default.
            memory: such as ``2GB``; beyond that, temporary files are used.

        Raises:
            CatalogueError: the file has no usable image records, or two with the same id.
            OSError: the file cannot be read.
        """
        is_new = database is not None and not database.exists()
        try:
            with _Database.guarded(database, memory) as opened:
                keep = database is not None
                bodies = load_file(opened.connection, path, spec, opened.folder, keep=keep)
                return cls(opened, spec, bodies)
        except BaseException:
            if database is not None and is_new:
                database.unlink(missing_ok=True)
            raise

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], *, spec: Spec = CLOUDIMAGES
    ) -> Catalogue:
        """Load image records.

        Raises:
            CatalogueError: a record has no id, or the id of another.
        """
        with _Database.guarded(None, MEMORY) as opened:
            bodies = load_records(opened.connection, records, spec, opened.folder)
            return cls(opened, spec, bodies)

    @classmethod
    def open(cls, database: Path, *, spec: Spec = CLOUDIMAGES, memory: str = MEMORY) -> Catalogue:
        """Open a database that :meth:`from_file` created.

        Raises:
            CatalogueError: the file is not such a database.
        """
        with _Database.guarded(database, memory, "READ_ONLY") as opened:
            if not is_loaded(opened.connection):
                reason = "no catalogue of this version of imsquery; make it again from its images"
                raise CatalogueError(f"{database}: {reason}")
            lines = (f"{line}\n".encode() for line in read_lines(opened.connection))
            return cls(opened, spec, Bodies(opened.folder / "bodies", lines, hidden(spec)))

    def close(self) -> None:
        """Close the database."""
        # An open cursor keeps the database open.
        for cursor in self._cursors:
            cursor.close()
        self._bodies.close()
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
        return len(self._bodies)

    def find(self, query: bytes | str) -> list[str]:
        """Return the records of the page that a query string asks for, each as JSON.

        Args:
            query: the query string, without ``?``.

        Raises:
            Refusal: the service would refuse the request.
        """
        raw = query.encode() if isinstance(query, str) else query
        return [record.decode() for record in self.page(raw)]

    def page(self, query: bytes) -> list[bytes]:
        """Return the same as :meth:`find`, in UTF-8; what is often asked for is found once."""
        find = self._kept if len(query) <= _LONGEST else self._find
        return self._bodies.read(find(query))

    def next_page(self, query: bytes, records: Sequence[bytes | str]) -> str | None:
        """Return the link to the page after one, if the spec has such links.

        Args:
            query: the query string of the page.
            records: those on it; there may be more if it is full.
        """
        if not (self.spec.next_links and records):
            return None
        if len(records) < read_request(query, self.spec).limit:
            return None
        wire = self.spec.clauses["after"].wire
        pairs = [pair for pair in read_pairs(query) if pair[0] != wire]
        pairs.append((wire, json.loads(records[-1])["id"]))
        return f"{self.spec.path}?{urlencode(pairs, quote_via=quote)}"

    def _find(self, query: bytes) -> tuple[int, ...]:
        """Return the numbers of the records on a page."""
        request = read_request(query, self.spec)
        parts = self._conditions(request.conditions)
        # What ties is sorted by id, as Glance does after the time: in the direction of a single
        # key, or else down.
        is_descending = len(request.order) > 1 or request.order[0][1]
        ties = [self._default[0][0], "id"] if self.spec.takes_sort_keys else ["id"]
        asked = dict(request.order)
        order = asked | dict.fromkeys(ties, is_descending) | asked
        keys = [(self._columns[name].sql, descending) for name, descending in order.items()]
        by = "ORDER BY " + ", ".join(
            f"{key} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"
            for key, descending in keys
        )
        if request.order == self._default:
            by = ""  # the order of the rows, which a query without another one keeps
        if request.marker is not None:
            parts.append(self._after(request.marker, keys if by else [("rowid", False)]))
        where = " AND ".join([f"({sql})" for sql, _ in parts]) or "true"
        values = [value for _, values in parts for value in values]
        sql = f"SELECT rowid FROM {TABLE} WHERE {where} {by} LIMIT ?"
        found = self._execute(sql, [*values, request.limit]).fetchall()
        return tuple(number for (number,) in found)

    def _conditions(self, conditions: Sequence[Condition]) -> list[_Part]:
        parts: list[_Part] = []
        for each in conditions:
            column = self._columns.get(each.name)
            value = each.value
            if column is not None and each.relation == "in" and isinstance(value, list):
                # What is text equals no number, and the other way round.
                value = [x for x in value if column.is_number == isinstance(x, int)]
                parts.append((f"list_contains(?, {column.sql})", [value]) if value else _NONE)
                continue
            if column is None or column.is_number != isinstance(value, int):
                # No image has such an attribute, or it is a number and the value is not.
                return [_NONE]
            parts.append((_compare(column.sql, each.relation), [each.value]))
        return parts

    def _after(self, marker: str, keys: Sequence[tuple[str, bool]]) -> _Part:
        """Return the condition of images after the marker; those without a sort key are least.

        Args:
            marker: the id of an image.
            keys: the sort keys as SQL, each with whether it is descending; no two images have all
                alike.
        """
        columns = ", ".join(key for key, _ in keys)
        sql = f"SELECT {columns} FROM {TABLE} WHERE {self._columns['id'].sql} = ?"
        found = self._execute(sql, [marker]).fetchone()
        if found is None:
            raise unknown_marker()
        alternatives: list[str] = []
        values: list[object] = []
        for length, (key, descending) in enumerate(keys):
            value = found[length]
            ties = [
                f"{other} IS NULL" if known is None else f"{other} = ?"
                for (other, _), known in zip(keys[:length], found[:length], strict=True)
            ]
            if value is None:
                further = "false" if descending else f"{key} IS NOT NULL"
            else:
                further = f"({key} < ? OR {key} IS NULL)" if descending else f"{key} > ?"
            alternatives.append(" AND ".join([*ties, further]))
            values += [each for each in (*found[:length], value) if each is not None]
        return " OR ".join(alternatives), values

    def _execute(self, sql: str, values: list[object]) -> duckdb.DuckDBPyConnection:
        """Run a statement; everything from a request is among the values."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._database.connection.cursor()
            self._cursors.append(cursor)
        return cursor.execute(sql, values)


class _Database:
    """An open database, and the folder of its temporary files."""

    def __init__(self, path: Path | None, memory: str, mode: str) -> None:
        self._folder = TemporaryDirectory(prefix="imsquery-")
        self.folder = Path(self._folder.name)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "memory_limit": memory,
            "temp_directory": self._folder.name,
        }
        self.connection = duckdb.connect(config=config)
        # It would appear in the output of a command.
        self.connection.execute("SET enable_progress_bar = false")
        if path is None:
            # Records are similar: compressed, they take a fraction of the memory.
            self.connection.execute("ATTACH ':memory:' AS catalogue (COMPRESS true)")
        else:
            name = str(path).replace("'", "''")
            self.connection.execute(f"ATTACH '{name}' AS catalogue ({mode})")

    @classmethod
    @contextmanager
    def guarded(
        cls, path: Path | None, memory: str, mode: str = "READ_WRITE"
    ) -> Iterator[_Database]:
        """Open a database, and close it again on any error."""
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


_TEXT_TESTS = {"contains": "contains", "startswith": "starts_with", "endswith": "suffix"}


def _compare(column: str, relation: str) -> str:
    if relation == "has":
        return f"list_has_all({column}, ?::VARCHAR[])"
    if relation == "any":
        return f"list_has_any({column}, ?::VARCHAR[])"
    if relation in _TEXT_TESTS:
        return f"{_TEXT_TESTS[relation]}({column}, ?)"
    if relation == "!=":
        return f"{column} IS DISTINCT FROM ?"
    return f"{column} {relation} ?"
