"""Query strings and URLs: ``__platform=CentOS&created_at=lt:2018-10-28T00:00:00Z``."""

from __future__ import annotations

import re

from imsquery.language.recovery.dialects.reading import (
    TAGS,
    Doubtful,
    Group,
    Node,
    Reading,
    UnreadableError,
    Written,
    asked,
    condition,
    one_of,
    reading,
)
from imsquery.late import Late

_text = Late(
    r"""\s*(?:curl\s+(?:-[\w-]+\s+(?:(?:'[^']*'|"[^"]*"|(?!-)[^\s'"?]+)\s+)?)*)?
    ["'`<]?(?:GET\s+)?
    (?P<url>(?:[A-Za-z][A-Za-z0-9+.-]*://[^\s?\#"'`<>=&]*|[^\s?\#"'`<>=&[\]()|]*)\?)?
    (?P<query>[^\s\#"'`<>]+)
    (?P<fragment>\#[^\s"'`<>]*)?(?:\s+HTTP/[0-9.]+)?["'`>]?\s*""",
    re.VERBOSE,
).fullmatch
_separator = Late(r"&(?:amp;|#38;|#[xX]26;)*").finditer
_pair = Late(r"([\w.-]+)=([^|{}\\^]*)").fullmatch
_bad_escape = Late(r"%(?![0-9A-Fa-f]{2})").search
# What only a request has, and values that mean the same here.
_mark = Late(r"(?:^|&)__|%[0-9A-Fa-f]{2}|&(?:amp|#38|#[xX]26);|=(?:lte?|gte?|n?eq|in):").search
# What some services read of a value, and of a name.
_list = Late(r'in:(?:(?:"[^"]+"|[^",]+)(?:,(?!\Z)|\Z))+').fullmatch
_item = Late(r'"([^"]+)"|([^",]+)').finditer
_bound = Late(r"(\w+)_(min|max)").fullmatch
_plain = Late(r"[\w.:/@-][\w.:/@=-]*").fullmatch
_operator = Late(r"[=~(!]").match


def read(text: str) -> Reading:
    """Read pairs joined by ``&``, with or without a URL before them."""
    match = _text(text)
    if match is None or _bad_escape(match["query"]) or (match["fragment"] and not match["url"]):
        raise UnreadableError
    pairs = _pairs(text, *match.span("query"))
    is_marked = bool(match["url"] or _mark(match["query"]))
    is_plain = all(_plain(value.text) for _, value in pairs)
    if not is_marked and (len(pairs) == 1 or any(_operator(value.text) for _, value in pairs)):
        raise UnreadableError
    names = [name.text for name, _ in pairs if name.text not in TAGS]
    is_certain = (is_marked or is_plain) and len(set(names)) == len(names)
    joined = Group("and", [_asked(*each) for each in pairs])
    dialect = "a URL" if match["url"] else "a query string"
    return reading(dialect, text, joined if is_certain else Doubtful(joined))


def _asked(name: Written, value: Written) -> Node:
    """Return what a pair asks for; a list (``in:a,b``) or a bound (``size_min``) is a guess."""
    bound = _bound(name.text)
    if bound is not None and value.text.isdecimal():
        operator = ">=" if bound[2] == "min" else "<="
        return Doubtful(condition(name.evolve(text=bound[1]), operator, value))
    if not value.text.startswith("in:"):
        return asked(name, value)
    listed = [value.text]
    if _list(value.text):
        listed = [each[1] or each[2] for each in _item(value.text, len("in:"))]
    first, *others = listed
    values = [value.evolve(text=each, start=value.end) for each in others]
    return Doubtful(one_of(name, [value.evolve(text=first), *values]))


def _pairs(text: str, start: int, end: int) -> list[tuple[Written, Written]]:
    """Return names and values, decoded."""
    from urllib.parse import unquote_plus  # few texts that may be one get here

    pairs = []
    for separator in [*_separator(text, start, end), None]:
        stop = separator.start() if separator else end
        match = _pair(text, start, stop)
        if match is None:
            raise UnreadableError
        try:
            value = unquote_plus(match[2], errors="strict")
        except UnicodeError:
            raise UnreadableError from None
        pairs.append((Written(match[1], *match.span(1)), Written(value, *match.span(2))))
        start = separator.end() if separator else end
    return pairs
