"""URLs and query strings taken apart: names and values, and where each stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from attrs import frozen

from imsquery.diagnostics.model import diagnostic
from imsquery.diagnostics.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.diagnostics.model import Diagnostic

_ALLOWED = "A-Za-z0-9._~!$&'()*+,;=:@/?%\\[\\]-"
_unsafe = re.compile(f"[^{_ALLOWED}]+")
_bad_escape = re.compile(r"%(?![0-9A-Fa-f]{2})")
_scheme = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_method = re.compile(r"\s*(?:curl\s+)?([\"'`<]?)(GET\s+)?")
_version = re.compile(r"\s+HTTP/[0-9.]{1,3}$")
_fragment = re.compile("(?<![&;6])#|#(?!(?:38|[xX]26);)")
# As it is, and as HTML, JSON, JavaScript and shells escape it.
_separator = re.compile(r"(?:&|\\u0026|\\x26|\\&)(?:amp;|#38;|#[xX]26;)*")
_equals = re.compile("=")
_escaped_equals = re.compile(r"\\?=|\\u003[dD]")

_MOST_NAMED = 4
_CLOSING = {'"': '"', "'": "'", "`": "`", "<": ">"}

TEMPLATE = "\ue000"
"""Stands in a text for each character of a template such as ``{project}``: its value is unknown."""


@frozen
class Pair:
    """``name=value`` as it stands in a text.

    Attributes:
        name, value: decoded; ``None`` where it cannot be, or where a template stands in for it.
        span: all of it; ``value_span`` is empty where there is no ``=``.
        before: where the separator before it starts; its own start, where there is none.
        behind: where the separator behind it ends; its own end, where there is none.
        separator: how one beside it is to be written.
        raw: all of it, as it is written.
    """

    name: str | None
    value: str | None
    span: Span
    name_span: Span
    value_span: Span
    before: int
    behind: int
    separator: str
    raw: str


@frozen
class Url:
    """A URL or a bare query string.

    Attributes:
        path: the span of what stands before the ``?``; empty for a bare query string.
        query: the span of the query string, without the fragment.
    """

    path: Span
    query: Span


def locate(text: str) -> Url:
    """Find the query string of a URL: all of the text, where it is one itself.

    White space and quotes around it are passed over, and the ``curl`` or ``GET`` and ``HTTP/1.1``
    that it was copied with.
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
    text: str, query: Span, *, is_embedded: bool = False
) -> tuple[list[Pair], list[Diagnostic]]:
    """Take a query string apart.

    Args:
        text: what it stands in.
        query: where; a :data:`TEMPLATE` in it is no part of any value.
        is_embedded: the text is of a file, where it is right to write ``&`` and ``=`` as HTML,
            JSON or a shell escapes them; elsewhere each such ``&`` is a finding.

    Returns:
        The pairs in text order, without empty ones, and each ``bad-encoding``.
    """
    pairs: list[Pair] = []
    findings: list[Diagnostic] = []
    sign = _escaped_equals if is_embedded else _equals
    for before, start, end, behind in _pieces(text, query):
        equals = sign.search(text, start, end)
        name_end, value_start = equals.span() if equals else (end, end)
        name = _decode(text, start, name_end, findings)
        value = _decode(text, value_start, end, findings)
        whole, names, values = Span(start, end), Span(start, name_end), Span(value_start, end)
        separator = (text[before:start] or text[end:behind] or "&") if is_embedded else "&"
        raw = text[start:end]
        pairs.append(Pair(name, value, whole, names, values, before, behind, separator, raw))
    if not is_embedded:
        findings += _escaped_separators(text, query)
    return pairs, findings


def _pieces(text: str, query: Span) -> Iterator[tuple[int, int, int, int]]:
    """Give what stands between separators: its start and end, between those of the separators."""
    before = start = query.start
    for match in _separator.finditer(text, query.start, query.end):
        if match.start() > start:
            yield before, start, match.start(), match.end()
        before, start = match.span()
    if query.end > start:
        yield before, start, query.end, query.end


def _escaped_separators(text: str, query: Span) -> Iterator[Diagnostic]:
    """Report separators that a URL has only inside of another language."""
    for match in _separator.finditer(text, query.start, query.end):
        if match[0] != "&":
            message = f"`{match[0]}` is how another language writes `&`"
            fix = ("write `&`", [(*match.span(), "&")])
            yield diagnostic("bad-encoding", message, match.span(), [fix])


def _decode(text: str, start: int, end: int, findings: list[Diagnostic]) -> str | None:
    """Read a name or value; what is wrong with its encoding is noted."""
    raw = text[start:end]
    if TEMPLATE in raw:
        return None
    if _bad_escape.search(raw):
        message = "`%` needs two hexadecimal digits"
        findings.append(_encoding(message, _bad_escape, raw, start, "write `%25`", "error"))
    try:
        value = unquote_to_bytes(raw.replace("+", " ")).decode()
    except UnicodeError:
        message = "these bytes are no UTF-8"
        findings.append(diagnostic("bad-encoding", message, (start, end)))
        return None
    if _unsafe.search(raw):
        message = f"{_names(raw)} must be percent-encoded"
        findings.append(_encoding(message, _unsafe, raw, start, "encode it", "warning"))
    return value


def _encoding(
    message: str, fault: re.Pattern[str], raw: str, offset: int, title: str, severity: str
) -> Diagnostic:
    """Report all of one fault in a name or value; what is at fault is encoded by the fix."""
    places = [match.span() for match in fault.finditer(raw)]
    start, end = places[0][0], places[-1][1]
    encoded = fault.sub(lambda match: quote(match[0], safe=""), raw[start:end])
    span = (offset + start, offset + end)
    return diagnostic("bad-encoding", message, span, [(title, [(*span, encoded)])], severity)


def _names(raw: str) -> str:
    """Name a few characters that must be encoded in a URL; what they mean is plain all the same."""
    found = dict.fromkeys(character for each in _unsafe.findall(raw) for character in each)
    shown = [each if each.isprintable() else f"U+{ord(each):04X}" for each in found]
    more = " …" if len(shown) > _MOST_NAMED else ""
    return ", ".join(f"`{each}`" for each in shown[:_MOST_NAMED]) + more
