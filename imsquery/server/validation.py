"""What is wrong with the records of a file, and with which of them."""

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
MAX_DEPTH = 64  # levels of one record; readers of JSON give up at a few hundred

_brackets = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{}\]]').finditer


class CatalogueError(ValueError):
    """A file that holds no usable image records."""


def find_fault(lines: Path, identity: str) -> str | None:
    """Say which record of JSON Lines is the first that no catalogue can hold, and why.

    Args:
        lines: of the records; blank ones do not count.
        identity: the attribute that each must have a text in.
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
        return "no object"
    if identity not in record:
        return f"an image without an {identity}"
    return None if isinstance(record[identity], str) else f"an {identity} that is no text"


def find_bad_json(text: str) -> str | None:
    """Say why a text is no JSON that every reader takes and takes alike, if it is not.

    What Python and others write for a number that is none, ``NaN``, is no JSON; that half of a
    surrogate pair cannot be encoded, and that of an attribute that is there twice some readers see
    the first and some the last, is for nobody to guess.
    """
    if _depth(text) > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH} levels"
    try:
        read = read_json(text, make_object=_Members)
        json.dumps(read, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg.lower()} at character {error.pos + 1}"
    except UnicodeEncodeError:
        return "half of a surrogate pair, which no text can hold"
    except ValueError as error:
        return str(error)
    names = [name for name, _ in read] if isinstance(read, _Members) else []
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    return None if twice is None else f"the attribute {twice[:80]!r} is there twice"


def _depth(text: str) -> int:
    return max(_depths(text), default=0)


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for match in _brackets(text):
        depth += (match[0] in "[{") - (match[0] in "]}")
        yield depth


class _Members(list["tuple[str, Any]"]):
    """What an object has, in order, and all of it."""
