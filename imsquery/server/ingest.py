"""Files of image records in any format, converted to JSON Lines."""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
import json
import re
import shutil
from typing import TYPE_CHECKING

from imsquery.server.validation import MAX_RECORD, CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any, TextIO

    import duckdb

_IMAGES = "images"  # the key of the records in a page of the service
_PARQUET = b"PAR1"
_MARK = b"\xef\xbb\xbf"  # byte order mark of UTF-8
_CHUNK = 1 << 20  # characters of a file to read at once
_space = re.compile(r"[ \t\r\n]*")
_line_breaks = re.compile(r"[\r\n]+")
_decode = json.JSONDecoder().raw_decode


def write_file(
    database: duckdb.DuckDBPyConnection, path: Path, identity: str, folder: Path
) -> Path:
    """Return the path of a file as JSON Lines: the file itself, or a copy.

    Args:
        database: its Parquet reader is used.
        path: a file of JSON, JSON Lines or Parquet; the content decides which.
        identity: the attribute by which an object is an image, not a page of images.
        folder: for copies.

    Raises:
        CatalogueError: the file is truncated, or not a list of objects.
        UnicodeDecodeError: it is not UTF-8.
        OSError: it cannot be read.
    """
    lines = folder / "records.jsonl"
    if not path.is_file() and not path.is_dir() and path.exists():
        path = _copy_stream(path, folder / "stream")
    with path.open("rb") as file:
        head = file.read(max(len(_PARQUET), len(_MARK)))
    if head.startswith(_PARQUET):
        _copy_parquet(database, path, lines)
    elif not _copy_items(path, identity, lines):
        if not head.startswith(_MARK):
            return path
        _copy_without_mark(path, lines)
    return lines


def write_records(records: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write records as JSON Lines, and return the path.

    Raises:
        CatalogueError: a record cannot be written as JSON.
    """
    lines = folder / "records.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for number, record in enumerate(records, 1):
            try:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
            except (TypeError, ValueError, RecursionError) as error:
                raise CatalogueError(f"record {number}: {error}") from None
    return lines


def literally(path: Path) -> str:
    """Return a path with its wildcards escaped, for the database."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _copy_stream(path: Path, copy: Path) -> Path:
    """Copy a file that can only be read once, such as a pipe."""
    with path.open("rb") as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy


def _copy_without_mark(path: Path, lines: Path) -> None:
    with path.open("rb") as source, lines.open("wb") as target:
        source.seek(len(_MARK))
        shutil.copyfileobj(source, target)


def _copy_parquet(database: duckdb.DuckDBPyConnection, path: Path, lines: Path) -> None:
    """Write the rows of a Parquet file as objects, without attributes that are null."""
    described = database.execute("DESCRIBE FROM read_parquet(?)", [literally(path)]).fetchall()
    times = [_identifier(name) for name, kind, *_ in described if kind.startswith("TIMESTAMP")]
    spelled = [f"strftime({name}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ') AS {name}" for name in times]
    columns = f"* REPLACE ({', '.join(spelled)})" if spelled else "*"
    found = database.execute(
        # A merge into nothing drops nulls.
        "SELECT json_merge_patch('{}'::JSON, to_json(rows)) "
        f"FROM (SELECT {columns} FROM read_parquet(?)) AS rows",
        [literally(path)],
    )
    with lines.open("w", encoding="utf-8") as file:
        while batch := found.fetchmany(10_000):
            file.writelines(f"{record}\n" for (record,) in batch)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _copy_items(path: Path, identity: str, lines: Path) -> bool:
    """Write the items of an array, or of the ``images`` of pages, as lines.

    Returns:
        Whether the file has such a list; if not, it consists of lines already.
    """
    with path.open(encoding="utf-8-sig") as source:
        reader = _Reader(source, identity)
        if not reader.enter():
            return False
        with lines.open("w", encoding="utf-8") as target:
            # In JSON, line breaks can only be between tokens.
            target.writelines(_line_breaks.sub(" ", item) + "\n" for item in reader.items())
    return True


class _Reader:
    """Reads a large JSON file item by item: an array, or a sequence of pages of the service."""

    def __init__(self, source: TextIO, identity: str) -> None:
        self._source = source
        self._identity = identity
        self._text = ""
        self._at = 0
        self._is_page = False

    def enter(self) -> bool:
        """Move to the first item; return whether there is a list of items."""
        if self._peek() == "[":
            self._at += 1
            return True
        return self._enter_page()

    def items(self) -> Iterator[str]:
        """Yield the text of each item.

        Raises:
            CatalogueError: the file is truncated, or something else follows the list.
        """
        yield from self._rest_of_array()
        while self._is_page:
            self._end_page()
            if not self._peek():
                return
            if not self._enter_page():
                break
            yield from self._rest_of_array()
        if self._peek():
            raise CatalogueError("something other than a list of images follows one")

    def _enter_page(self) -> bool:
        """Move to the first image of a page; return whether there is a list of images."""
        if self._peek() != "{":
            return False
        self._is_page = True
        try:
            for name in self._members():
                if name == _IMAGES and self._peek() == "[":
                    self._at += 1
                    return True
                if name == self._identity:
                    return False
                self._value()
        except CatalogueError:
            return False
        return False

    def _end_page(self) -> None:
        """Skip the rest of a page, after its images."""
        for name in self._members():
            if name == _IMAGES:
                raise CatalogueError("a page with two lists of images")
            self._value()
        if self._peek() != "}":
            raise CatalogueError("not JSON: expected `,` or `}` in a page of images")
        self._at += 1

    def _members(self) -> Iterator[str]:
        """Yield the name of each member from here on; the caller reads its value."""
        if self._peek() == "{":
            self._at += 1
            if self._peek() == "}":
                return
            yield self._name()
        while self._peek() == ",":
            self._at += 1
            yield self._name()

    def _name(self) -> str:
        name, _ = self._value()
        if not isinstance(name, str) or self._peek() != ":":
            raise CatalogueError("not JSON: expected a member of an object")
        self._at += 1
        return name

    def _rest_of_array(self) -> Iterator[str]:
        separator = self._peek()
        while separator not in {"]", ""}:
            item, text = self._value()
            if not isinstance(item, dict):
                raise CatalogueError("an item of the list of images is not an object")
            yield text
            separator = self._peek()
            if separator != ",":
                break
            self._at += 1
        if separator != "]":
            raise CatalogueError("not JSON: expected `,` or `]` in the list of images")
        self._at += 1

    def _value(self) -> tuple[Any, str]:
        """Read the next value; return it with its text."""
        self._peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # It may only be incomplete: read on.
                if len(self._text) - self._at > MAX_RECORD or not self._more():
                    raise CatalogueError(f"not JSON: {error.msg.lower()}") from None
                continue
            except RecursionError:
                raise CatalogueError("a record is nested too deep") from None
            except ValueError as error:  # a number with thousands of digits
                raise CatalogueError(str(error)) from None
            if end == len(self._text) and self._more():
                continue  # a number may go on
            text = self._text[self._at : end]
            self._at = end
            return value, text

    def _peek(self) -> str:
        """Return the next character that is not white space, or nothing at the end."""
        while True:
            self._at = _space.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        chunk = self._source.read(_CHUNK)
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return bool(chunk)
