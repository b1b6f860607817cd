"""The URLs of image lists in files of any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.diagnostics.source import Span
from imsquery.linting.query import read_query
from imsquery.linting.requests import Request
from imsquery.urls.reader import read_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.spec import Spec

_LONGEST_HOST = 300
_BEFORE_URL = " \t\r\n\"'`<>()[],;|"


def read(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests whose URL is in a text, with a query string."""
    if spec.path.rpartition("/")[2] not in text:
        return
    seen: dict[str, int] = {}
    end = 0
    # JSON may escape the slashes, and a shell the question mark.
    prefix = re.compile(r"\\?/".join(map(re.escape, spec.path.split("/")))[3:] + _QUERY_SIGN)
    for match in prefix.finditer(text):
        start = match.end()
        if start < end:
            continue
        query = read_query(text, start, _quote_before(text, match.start()))
        end = query.end
        whole = Span(start - len(match[0]), end)
        first = seen.setdefault(query.text, whole.start) if query.is_whole else whole.start
        if first != whole.start:
            yield Request(whole, (), spec, first=first)
            continue
        offset = start if query.is_whole else 0
        span = Span(0, len(query.text))
        pairs, found = read_pairs(query.text, span, is_embedded=True, offset=offset)
        yield Request(whole, pairs, spec, found, None if query.is_whole else query.place)


_QUERY_SIGN = r"/?(?:\\?\?|\\u003[fF])"


def _quote_before(text: str, path_start: int) -> str:
    """Return the quote that a URL directly follows, if any."""
    position = path_start
    while position > max(0, path_start - _LONGEST_HOST) and text[position - 1] not in _BEFORE_URL:
        position -= 1
    before = text[position - 1 : position]
    return before if before in {'"', "'", "`"} else ""
