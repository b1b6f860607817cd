"""Texts as parts of other formats, where nothing in them is syntax."""

from __future__ import annotations

import json

from imsquery.diagnostics.terminal import escape
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What spreadsheets take for a formula at the start of a cell.  Some skip spaces and quotes, some
# start a cell at each semicolon, and the wide characters come from East Asian keyboards.
# Source: OWASP, "CSV Injection".
_formula = Late(r"""(^|;)(?=[\s"']*[=+\-@＝＋－＠\t\r\n])""")
_code_breakers = Late(r"[`|]").search
_link = Late(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,=%]+").fullmatch


def csv_line(cells: list[str]) -> str:
    """Return a line of comma-separated values, without its line break; RFC 4180.

    Args:
        cells: the values; pass those that someone else wrote through :func:`inert` first.
    """
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, nor what follows a semicolon in it."""
    return _formula.sub(r"\1'", text)


def markdown_cell(text: str) -> str:
    """Return a text as a cell of a Markdown table that shows it as it is.

    Source: CommonMark, "Code spans" and "Entity and numeric character references": the latter
    are never syntax.
    """
    if text != text.strip() or not text:
        return _entities(text)
    if not text.isprintable() or _code_breakers(text):
        return _entities(text)
    return f"`{text}`"


def markdown_link(url: str) -> str:
    """Return a URL as a cell of a Markdown table that links to it."""
    return f"<{url}>" if _link(url) else _entities(url)


def _entities(text: str) -> str:
    shown = printable(text)
    return "".join(each if each.isalnum() or each == " " else f"&#{ord(each)};" for each in shown)


def printable(text: str) -> str:
    r"""Return a text with escapes such as ``\x1b`` for what a terminal would obey or not show."""
    return escape(text, lambda each: each.encode("unicode_escape").decode("ascii"))


def json_text(value: object) -> str:
    """Return a value as JSON on one line, safe to print and to encode."""
    return escape_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def json_array(values: Iterable[object]) -> Iterator[str]:
    """Yield the lines of one JSON array, an item a line, without keeping any of them."""
    before = "["
    for value in values:
        yield before + json_text(value)
        before = ","
    yield "]" if before == "," else "[]"


def escape_json(written: str, encoding: str | None = "utf-8") -> str:
    """Return JSON with escapes for what a terminal would obey, and for what cannot be encoded.

    Args:
        written: JSON without line breaks; what is escaped can only be inside a string.
        encoding: of the stream that it goes to; anything but UTF-8 gets plain ASCII.
    """
    is_utf_8 = (encoding or "").lower() in {"utf-8", "utf8"}
    return escape(written, _json_escape, ascii_only=not is_utf_8)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
