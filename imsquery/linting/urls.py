"""The URLs of image lists in files of any language."""

from __future__ import annotations

import re
from bisect import bisect_right

from imsquery.diagnostics.source import Span
from imsquery.linting.query import Query, read_query
from imsquery.linting.requests import Request
from imsquery.specs import NAMES, named
from imsquery.urls.reader import read_pairs

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imsquery.schema.spec import Spec

_LONGEST_HOST = 300
_LONGEST_COMMAND = 80  # before its URL
_BEFORE_URL = " \t\r\n\"'`<>()[],;|"


def read(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests whose URL is in a text, with a query string."""
    if spec.path.rpartition("/")[2] not in text:
        return
    seen: dict[tuple[Spec, str], int] = {}
    for start, query, separator, host in _queries(text, spec):
        whole = Span(start, query.end)
        there = _spec_at(host, spec)
        is_plain = query.is_whole and not query.is_format and separator is None
        first = seen.setdefault((there, query.text), whole.start) if is_plain else whole.start
        if first != whole.start:
            yield Request(whole, (), there, first=first)
            continue
        offset = query.start if is_plain else 0
        span = Span(0, len(query.text))
        pairs, found = read_pairs(query.text, span, is_embedded=True, offset=offset)
        if separator is not None:
            pairs = [each.evolve(separator=separator) for each in pairs]
        yield Request(whole, pairs, there, found, None if is_plain else query.place)


def _spec_at(host: str, spec: Spec) -> Spec:
    """Return the spec of the cloud that a host is of, if that is one with the same path."""
    if not host or _is_of(host, spec.host):
        return spec
    others = (named(name) for name in NAMES)
    return next((o for o in others if o.path == spec.path and _is_of(host, o.host)), spec)


def _is_of(host: str, form: str) -> bool:
    """Return whether a host is of a region, given the form of all of them."""
    domain = form.rpartition("{region}")[2]
    return domain != "" and host.partition(":")[0].endswith(domain)


def _queries(text: str, spec: Spec) -> list[tuple[int, Query, str | None, str]]:
    """Return where each request starts, its query, how to separate a first pair, and its host."""
    found: list[tuple[int, Query, str | None, str]] = []
    quoted: list[Query] = []
    ends: list[int] = []
    # JSON may escape the slashes, and a shell the question mark.
    prefix = re.compile(r"\\?/".join(map(re.escape, spec.path.split("/")))[3:] + _QUERY_SIGN)
    for match in prefix.finditer(text):
        if ends and match.end() < ends[-1]:
            continue
        url = _url_start(text, match.start())
        before = text[url - 1 : url]
        quote = before if before in _QUOTES else ""
        query = read_query(text, url, match.end(), quote)
        if quote:
            quoted.append(query)
        host = text[url : match.start()].rpartition("//")[2].partition("/")[0]
        separator = None if quote else _separator(text, url, query)
        found.append((match.start(), query, separator, host))
        ends.append(query.end)
    if quoted and _has_stray(text, [(each.start, each.end) for each in quoted]):
        for query in quoted:
            query.leave_open()
    return found


def _has_stray(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether a string begins with a separator, outside some spans.

    A program may add it to any of its URLs.
    """
    starts = [start for start, _ in spans]
    for match in _stray(text):
        index = bisect_right(starts, match.start()) - 1
        if index < 0 or match.start() >= spans[index][1]:
            return True
    return False


def _separator(text: str, url: int, query: Query) -> str | None:
    """Return how XML or a shell has a separator in a URL without quotes that has none yet."""
    if _has_separator(text, query.start, query.end):
        return None
    if text[url - 1 : url] == ">" and text.startswith("</", query.end):
        return "&amp;"
    line = text[max(0, url - _LONGEST_COMMAND) : url].rpartition("\n")[2]
    return "\\&" if _is_shell(line) else None


_QUOTES = frozenset("\"'`")
_stray = re.compile(r"[\"'`]&(?:amp;)?[A-Za-z_]\w*=").finditer
_has_separator = re.compile(r"&|\\u0026|\\x26").search
_is_shell = re.compile(r"\b(?:curl|wget|http|https|xh)[ \t][^|;&]*$").search
_QUERY_SIGN = r"/?(?:\\?\?|\\u003[fF])"


def _url_start(text: str, path_start: int) -> int:
    """Return where the URL starts that has a path."""
    first, position = max(0, path_start - _LONGEST_HOST), path_start
    while position > first and text[position - 1] not in _BEFORE_URL:
        position -= 1
    return position
