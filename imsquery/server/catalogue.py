"""Image records in an embedded SQL database, and requests answered from them."""

from __future__ import annotations

import json
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
from imsquery.server.memory import Memory
from imsquery.server.requests import read_pairs, read_request
from imsquery.server.statements import Statements
from imsquery.server.tables import (
    hidden,
    is_loaded,
    load_file,
    load_records,
    read_lines,
)
from imsquery.server.validation import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from imsquery.schema.spec import Spec

MEMORY = "1GB"
"""Memory limit of the database; beyond that it uses temporary files."""

_FEW = 10_000  # images, which are looked through in memory
_PAGES = 256  # whose records are remembered, by number
_LONGEST = 1_024  # bytes of a query string whose page is remembered


class Catalogue:
    """Images that can be queried like the service; safe to use from several threads.

    Create one with :meth:`from_file` or :meth:`from_records`, and close it with :meth:`close` or a
    ``with`` statement.
    """

    def __init__(self, database: _Database, spec: Spec, bodies: Bodies) -> None:
        self._database = database
        self._bodies = bodies
        self.spec = spec
        self._statements = Statements(database.connection, spec)
        self._kept = lru_cache(_PAGES)(self._find)
        self._images = (
            Memory(self._statements, len(bodies), spec) if self.is_small else self._statements
        )
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
        if database is not None and not database.parent.is_dir():
            raise CatalogueError(f"{database}: the directory does not exist")
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
            OSError: it cannot be read.
        """
        database.open("rb").close()  # the database engine would say less plainly why it cannot
        with _Database.guarded(database, memory, "READ_ONLY") as opened:
            if not is_loaded(opened.connection):
                reason = "no catalogue of this version of imsquery; make it again from its images"
                raise CatalogueError(f"{database}: {reason}")
            lines = (f"{line}\n".encode() for line in read_lines(opened.connection))
            return cls(opened, spec, Bodies(opened.folder / "bodies", lines, hidden(spec)))

    def close(self) -> None:
        """Close the database."""
        self._statements.close()
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

    @property
    def is_small(self) -> bool:
        """Whether a page takes less time than handing a request over to a thread."""
        return len(self) <= _FEW

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
        return self._images.find(read_request(query, self.spec))


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
            self.connection.execute(f"ATTACH '{name}' AS catalogue (TYPE duckdb, {mode})")

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
