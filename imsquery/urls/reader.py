"""URLs and query strings, split into names and values with their spans."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from imsquery.diagnostics.edits import Safe
from imsquery.diagnostics.model import diagnostic
from imsquery.diagnostics.source import Span
from imsquery.frozen import Frozen
from imsquery.urls.notation import QUERY_STRING, Notation

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.diagnostics.model import Diagnostic

_ALLOWED = "A-Za-z0-9._~!$&'()*+,;=:@/?%\\[\\]-"
_unsafe = re.compile(f"[^{_ALLOWED}]+")
_plain = re.compile(r"[A-Za-z0-9._~!$'()*,=:@/?-]*").fullmatch
_bad_escape = re.compile(r"%(?![0-9A-Fa-f]{2})")
_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_method = re.compile(r"\s*(?:curl\s+)?([\"'`<]?)(GET\s+)?")
_version = re.compile(r"\s+HTTP/[0-9.]{1,3}$")
_fragment = re.compile("(?<![&;6])#|#(?!(?:38|[xX]26);)")
# Plain, or as HTML, JSON, JavaScript and shells escape it.
_separator = re.compile(r"(?:&|\\u0026|\\x26|\\&)(?:amp;|#38;|#[xX]26;)*")
_equals = re.compile("=")
_escaped_equals = re.compile(r"\\?=|\\u003[dD]")

_MOST_NAMED = 4
_CLOSING = {'"': '"', "'": "'", "`": "`", "<": ">"}

TEMPLATE = "\ue000"
"""Masks each character of a template such as ``{project}``, whose value is unknown."""


class Pair(Frozen):
    """``name=value`` in a text.

    Attributes:
        name, value: decoded; ``None`` if it cannot be decoded or contains a template.
        span: the whole pair; ``value_span`` is empty if there is no ``=``.
        before: the start of the separator before the pair, if any, else of the pair.
        after: the end of the separator after the pair, if any, else of the pair.
        separator: the spelling of a separator next to the pair.
        raw: the pair as written in a query string.
        notation: how parts of it are written.
    """

    name: str | None
    value: str | None
    span: Span
    name_span: Span
    value_span: Span
    before: int
    after: int
    separator: str
    raw: str
    notation: Notation = QUERY_STRING


class Url(Frozen):
    """A URL or a bare query string.

    Attributes:
        path: the span of everything before the ``?``; empty for a bare query string.
        query: the span of the query string, without the fragment.
    """

    path: Span
    query: Span


def locate(text: str) -> Url:
    """Find the query string of a URL, or of a text that is a query string itself.

    White space and quotes around it are skipped, as are ``curl``, ``GET`` and ``HTTP/1.1``.
    """
    match = _method.match(text)
    start = match.end() if match else 0
    fragment = _fragment.search(text, start)
    end = max(start, len(text[: fragment.start() if fragment else len(text)].rstrip()))
    if match and match[1]:
        if end > start and text[end - 1] == _CLOSING[match[1]]:
            end -= 1
        else:
            start = match.start(1)
    if match and match[2] and (version := _version.search(text, start, end)):
        end = version.start()
    question = text.find("?", start, end)
    before = text[start : question if question >= 0 else end]
    is_url = _scheme.match(before) or not ("=" in before or "&" in before)
    if question >= 0 and is_url:
        return Url(Span(start, question), Span(question + 1, end))
    if is_url and "/" in before:
        return Url(Span(start, end), Span(end, end))
    return Url(Span(start, start), Span(start, end))


def read_pairs(
    text: str, query: Span, *, is_embedded: bool = False, offset: int = 0
) -> tuple[list[Pair], list[Diagnostic]]:
    """Split a query string into pairs.

    Args:
        text: the text that contains it.
        query: its span.
        is_embedded: whether it is from a file, with templates masked by :data:`TEMPLATE`. There,
            ``&`` and ``=`` may be escaped for HTML, JSON or a shell; elsewhere an escaped ``&`` is
            a finding.
        offset: where the text is in a larger one, of which all spans are.

    Returns:
        The pairs in text order, without empty ones, and all ``bad-encoding`` findings.
    """
    pairs: list[Pair] = []
    findings: list[Diagnostic] = []
    sign = _escaped_equals if is_embedded else _equals
    for before, start, end, after in _pieces(text, query):
        equals = sign.search(text, start, end)
        name_end, value_start = equals.span() if equals else (end, end)
        name = _decode(text[start:name_end], start + offset, findings, is_embedded)
        value = _decode(text[value_start:end], value_start + offset, findings, is_embedded)
        pairs.append(
            Pair(
                name,
                value,
                Span(start + offset, end + offset),
                Span(start + offset, name_end + offset),
                Span(value_start + offset, end + offset),
                before + offset,
                after + offset,
                (text[before:start] or text[end:after] or "&") if is_embedded else "&",
                text[start:end],
            )
        )
    if not is_embedded:
        findings += _escaped_separators(text, query)
    return pairs, findings


def _pieces(text: str, query: Span) -> Iterator[tuple[int, int, int, int]]:
    """Yield the start and end of each pair, between those of the pair with its separators."""
    before = start = query.start
    for match in _separator.finditer(text, query.start, query.end):
        if match.start() > start:
            yield before, start, match.start(), match.end()
        before, start = match.span()
    if query.end > start:
        yield before, start, query.end, query.end


def _escaped_separators(text: str, query: Span) -> Iterator[Diagnostic]:
    """Report separators that are escaped for another language."""
    for match in _separator.finditer(text, query.start, query.end):
        if match[0] != "&":
            fix = Safe("write `&`", [(*match.span(), "&")])
            yield diagnostic("bad-encoding", f"use `&`, not `{match[0]}`", match.span(), [fix])


def _decode(
    raw: str,
    start: int,
    findings: list[Diagnostic],
    may_be_template: bool,  # noqa: FBT001 -- often called
) -> str | None:
    """Decode a name or value, and report the faults of its encoding."""
    if may_be_template and TEMPLATE in raw:
        return None
    if _plain(raw):
        return raw
    if _bad_escape.search(raw):
        message = "expected two hexadecimal digits after `%`"
        findings.append(_encoding(message, _bad_escape, raw, start, "write `%25`", "error"))
    try:
        value = unquote_to_bytes(raw.replace("+", " ")).decode()
    except UnicodeError:
        findings.append(diagnostic("bad-encoding", "invalid UTF-8", (start, start + len(raw))))
        return None
    if _unsafe.search(raw):
        message = f"{_names(raw)} must be percent-encoded"
        findings.append(_encoding(message, _unsafe, raw, start, "encode it", "warning"))
    return value


def _encoding(
    message: str, fault: re.Pattern[str], raw: str, offset: int, title: str, severity: str
) -> Diagnostic:
    """Report every match of a fault in a name or value; the fix encodes them."""
    places = [match.span() for match in fault.finditer(raw)]
    start, end = places[0][0], places[-1][1]
    encoded = fault.sub(lambda match: quote(match[0], safe=""), raw[start:end])
    span = (offset + start, offset + end)
    # What must be encoded is read as it is; of a `%`, an encoding may have been cut off.
    edits = [(*span, encoded)]
    fix = Safe(title, edits) if severity == "warning" else (title, edits)
    return diagnostic("bad-encoding", message, span, [fix], severity)


def _names(raw: str) -> str:
    """List the first few characters that must be encoded in a URL."""
    found = dict.fromkeys(character for each in _unsafe.findall(raw) for character in each)
    shown = [each if each.isprintable() else f"U+{ord(each):04X}" for each in found]
    more = " …" if len(shown) > _MOST_NAMED else ""
    return ", ".join(f"`{each}`" for each in shown[:_MOST_NAMED]) + more
