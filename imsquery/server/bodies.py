"""The texts of records in a file, by number: what responses show of them."""

from __future__ import annotations

import json
import threading
from array import array
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

_KEPT = 4_096  # records, of those last read
_CHUNK = 1 << 20  # bytes of a file to read or write at once


class Bodies:
    """Records as they were written, without attributes that responses do not show.

    They are in a file: a database holds them in far more memory, and takes longer to find the few
    of a page.  Safe to use from several threads.

    Args:
        path: of the file to write, as JSON Lines; nothing else may change it.
        lines: the records as JSON, each in a line that ends.
        hidden: the attributes that responses do not show.
    """

    def __init__(self, path: Path, lines: Iterable[bytes], hidden: Collection[str]) -> None:
        self.path = path
        self._hidden = frozenset(hidden)
        # An escape may spell a name, too.
        self._signs = [f'"{name}"'.encode() for name in hidden] + [b"\\u"] * bool(hidden)
        self._ends = _write(path, lines)
        self._file = path.open("rb", buffering=0)
        self._lock = threading.Lock()
        self._read = lru_cache(_KEPT)(self._find)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, numbers: Iterable[int]) -> list[bytes]:
        """Return records, in UTF-8, by their numbers, from 0 in the order of the lines."""
        return [self._read(number) for number in numbers]

    def _find(self, number: int) -> bytes:
        start, end = self._ends[number], self._ends[number + 1]
        with self._lock:
            self._file.seek(start)
            line = self._file.read(end - start).strip()
        if any(sign in line for sign in self._signs):
            return self._without_hidden(line)
        return line

    def _without_hidden(self, line: bytes) -> bytes:
        record = json.loads(line)
        shown = {name: value for name, value in record.items() if name not in self._hidden}
        is_whole = len(shown) == len(record)
        return line if is_whole else json.dumps(shown, ensure_ascii=False).encode()


def read_in_order(path: Path, numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield lines of a file by their numbers, from 0; blank ones have none."""
    starts, lengths, end = array("q"), array("q"), 0
    with path.open("rb", buffering=_CHUNK) as file:
        for line in file:
            if not line.isspace():
                starts.append(end)
                lengths.append(len(line))
            end += len(line)
    with path.open("rb", buffering=0) as file:
        for number in numbers:
            file.seek(starts[number])
            line = file.read(lengths[number])
            yield line if line.endswith(b"\n") else line + b"\n"


def _write(path: Path, lines: Iterable[bytes]) -> array[int]:
    """Write lines; return where each ends, after a zero."""
    with path.open("wb", buffering=_CHUNK) as file:
        return array("q", accumulate(map(file.write, lines), initial=0))
