"""Texts as parts of other formats, where nothing in them is syntax."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What spreadsheets take for a formula at the beginning of a cell; some look behind blanks and
# quotes, some begin a cell at each semicolon, and the wide ones come from East Asian keyboards.
# Source: OWASP, "CSV Injection".
_formula = re.compile(r"""(^|;)(?=[\s"']*[=+\-@＝＋－＠\t\r\n])""")
_code_breakers = re.compile(r"[`|]").search
_link = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,=%]+").fullmatch


def csv_line(cells: list[str]) -> str:
    """Write a line of comma-separated values, without its end; RFC 4180.

    Args:
        cells: as they are to be read back; see :func:`inert` for what somebody else wrote.
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def inert(text: str) -> str:
    """Keep spreadsheets from taking a text, or what follows a semicolon, for a formula."""
    return _formula.sub(r"\1'", text)


def markdown_cell(text: str) -> str:
    """Write a text as a cell of a table in Markdown, where it shows as it is.

    Source: CommonMark, "Code spans" and "Entity and numeric character references": the latter
    are never syntax.
    """
    if text != text.strip() or not text:
        return _entities(text)
    if not text.isprintable() or _code_breakers(text):
        return _entities(text)
    return f"`{text}`"


def markdown_link(url: str) -> str:
    """Write a URL as a cell of a table in Markdown that links to it."""
    return f"<{url}>" if _link(url) else _entities(url)


def _entities(text: str) -> str:
    shown = printable(text)
    return "".join(each if each.isalnum() or each == " " else f"&#{ord(each)};" for each in shown)


def printable(text: str) -> str:
    """Escape what a terminal would obey, or what would break a line."""
    if text.isprintable():
        return text
    return "".join(each if _is_harmless(each) else _escaped(each) for each in text)


def json_text(value: object) -> str:
    """Write a value as JSON, on one line, that a terminal shows and any encoding of UTF-8 takes."""
    return escape_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def json_array(values: Iterable[object]) -> Iterator[str]:
    """Write one array, an item a line; none is kept, and nothing is left open at the end."""
    before = "["
    for value in values:
        yield before + json_text(value)
        before = ","
    yield "]" if before == "," else "[]"


def escape_json(written: str, encoding: str | None = "utf-8") -> str:
    """Escape in JSON what a terminal would obey, and what cannot be encoded.

    Args:
        written: JSON without line breaks; what is escaped can only stand in a string of it.
        encoding: of the stream that it goes to.  What is not UTF-8 gets nothing but ASCII.
    """
    is_plain = _is_harmless if (encoding or "").lower() in {"utf-8", "utf8"} else str.isascii
    if written.isprintable() and (written.isascii() or is_plain is _is_harmless):
        return written
    return "".join(each if is_plain(each) else _json_escaped(each) for each in written)


def _is_harmless(character: str) -> bool:
    # The wide blank between Chinese words is one of the separators.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _json_escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
