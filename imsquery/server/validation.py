"""Which record of a file is invalid, and why."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from imsquery.server.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

MAX_RECORD = 16 << 20  # bytes of one record
MAX_DEPTH = 64  # levels of one record; JSON readers give up at a few hundred

_brackets = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{}\]]').finditer


class CatalogueError(ValueError):
    """A file without usable image records."""


def find_fault(lines: Path, identity: str) -> str | None:
    """Return which record of JSON Lines is the first invalid one, and why, or ``None``.

    Args:
        lines: of the records; blank ones are not counted.
        identity: the attribute that must be a string in each record.
    """
    number = 0
    with lines.open("rb") as file:
        while line := file.readline(MAX_RECORD + 1):
            if line.isspace():
                continue
            number += 1
            fault = _fault(line, identity)
            if fault is not None:
                return f"record {number}: {fault}"
    return None


def _fault(line: bytes, identity: str) -> str | None:
    if len(line) > MAX_RECORD:
        return f"longer than {MAX_RECORD:,} bytes"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return find_bad_json(text) or _bad_identity(text, identity)


def _bad_identity(text: str, identity: str) -> str | None:
    record = json.loads(text)
    if not isinstance(record, dict):
        return "not an object"
    if identity not in record:
        return f"an image without an {identity}"
    return None if isinstance(record[identity], str) else f"the {identity} is not a string"


def find_bad_json(text: str) -> str | None:
    """Return why a text is not JSON that all readers agree about, or ``None``.

    ``NaN``, which Python and others write, is not JSON.  Half of a surrogate pair cannot be
    encoded.  If an attribute appears twice, some readers take the first and some the last.
    """
    if _depth(text) > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    try:
        read = read_json(text, make_object=_Members)
        json.dumps(read, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg.lower()} at character {error.pos + 1}"
    except UnicodeEncodeError:
        return "half of a surrogate pair, which cannot be encoded"
    except ValueError as error:
        return str(error)
    names = [name for name, _ in read] if isinstance(read, _Members) else []
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    return None if twice is None else f"duplicate attribute {twice[:80]!r}"


def _depth(text: str) -> int:
    return max(_depths(text), default=0)


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for match in _brackets(text):
        depth += (match[0] in "[{") - (match[0] in "]}")
        yield depth


class _Members(list["tuple[str, Any]"]):
    """All members of an object, in order, duplicates included."""
