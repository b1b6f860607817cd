"""Files of image records in any format, written as JSON Lines."""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is put together from names made here; every value is bound
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

_IMAGES = "images"  # where a page of the service has its records
_PARQUET = b"PAR1"
_MARK = b"\xef\xbb\xbf"  # of UTF-8
_CHUNK = 1 << 20  # characters of a file to read at once
_space = re.compile(r"[ \t\r\n]*")
_line_breaks = re.compile(r"[\r\n]+")
_decode = json.JSONDecoder().raw_decode


def write_file(
    database: duckdb.DuckDBPyConnection, path: Path, identity: str, folder: Path
) -> Path:
    """Give a file as JSON Lines: itself, or a copy.

    Args:
        database: for what reads Parquet.
        path: of a file of JSON, JSON Lines or Parquet, told apart by what is in it.
        identity: the attribute that makes an object an image and no page of them.
        folder: for copies.

    Raises:
        CatalogueError: it is cut off, or no list of objects.
        UnicodeDecodeError: it is no UTF-8.
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
    """Write records as JSON Lines.

    Raises:
        CatalogueError: one cannot be written as JSON.
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
    """Give a path as the database takes it: a name and not a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _copy_stream(path: Path, copy: Path) -> Path:
    """Copy what can be read once, such as a pipe, and is read several times."""
    with path.open("rb") as source, copy.open("wb") as target:
        shutil.copyfileobj(source, target)
    return copy


def _copy_without_mark(path: Path, lines: Path) -> None:
    with path.open("rb") as source, lines.open("wb") as target:
        source.seek(len(_MARK))
        shutil.copyfileobj(source, target)


def _copy_parquet(database: duckdb.DuckDBPyConnection, path: Path, lines: Path) -> None:
    """Write the rows of a Parquet file as objects; a null is an attribute that is not there."""
    described = database.execute("DESCRIBE FROM read_parquet(?)", [literally(path)]).fetchall()
    times = [_identifier(name) for name, kind, *_ in described if kind.startswith("TIMESTAMP")]
    spelled = [f"strftime({name}::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ') AS {name}" for name in times]
    columns = f"* REPLACE ({', '.join(spelled)})" if spelled else "*"
    found = database.execute(
        # A merge with nothing drops the nulls.
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
        Whether the file has any; if not, it has lines already.
    """
    with path.open(encoding="utf-8-sig") as source:
        reader = _Reader(source, identity)
        if not reader.enter():
            return False
        with lines.open("w", encoding="utf-8") as target:
            # A line break in JSON can only stand between tokens.
            target.writelines(_line_breaks.sub(" ", item) + "\n" for item in reader.items())
    return True


class _Reader:
    """Reads a large JSON file item by item: an array, or pages of the service one after another."""

    def __init__(self, source: TextIO, identity: str) -> None:
        self._source = source
        self._identity = identity
        self._text = ""
        self._at = 0
        self._is_page = False

    def enter(self) -> bool:
        """Go to the first item, if the file has items."""
        if self._peek() == "[":
            self._at += 1
            return True
        return self._enter_page()

    def items(self) -> Iterator[str]:
        """Give the text of each item.

        Raises:
            CatalogueError: the file ends early, or goes on with something else.
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
            raise CatalogueError("something that is no list of images follows one")

    def _enter_page(self) -> bool:
        """Go to the first of an object's images, wherever among its members they stand."""
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
        """Pass over what stands behind the images."""
        for name in self._members():
            if name == _IMAGES:
                raise CatalogueError("a page with two lists of images")
            self._value()
        if self._peek() != "}":
            raise CatalogueError("not JSON: a page has no end")
        self._at += 1

    def _members(self) -> Iterator[str]:
        """Give the name of each member from here on; its value is the caller's to take."""
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
            raise CatalogueError("not JSON: a member has no name")
        self._at += 1
        return name

    def _rest_of_array(self) -> Iterator[str]:
        separator = self._peek()
        while separator not in {"]", ""}:
            item, text = self._value()
            if not isinstance(item, dict):
                raise CatalogueError("an item of the list of images is no object")
            yield text
            separator = self._peek()
            if separator != ",":
                break
            self._at += 1
        if separator != "]":
            raise CatalogueError("not JSON: the list of images has no end")
        self._at += 1

    def _value(self) -> tuple[Any, str]:
        """Take the next value; what comes back with it is how it is written."""
        self._peek()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # It may be cut off where the text read so far ends.
                if len(self._text) - self._at > MAX_RECORD or not self._more():
                    raise CatalogueError(f"not JSON: {error.msg.lower()}") from None
                continue
            except RecursionError:
                raise CatalogueError("a record is nested too deep") from None
            except ValueError as error:  # a number of thousands of digits
                raise CatalogueError(str(error)) from None
            if end == len(self._text) and self._more():
                continue  # a number may go on
            text = self._text[self._at : end]
            self._at = end
            return value, text

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
