"""Image-list URLs in any text: source code, configuration, documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from imsquery.diagnostics.model import Diagnostic, Edit, Fix
from imsquery.diagnostics.source import Span
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.urls.checker import read_request
from imsquery.urls.reader import TEMPLATE, read_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.spec import Spec

# What a program or reader fills in, and what is left out: ${x} $x $(x) #{x} {{x}} {x} %(x)s %s %X%
# \(x) <x> &lt;x&gt; [x] :x @x ...
_template = re.compile(
    r"[$#]?\{[^{}\n]{0,100}\}|\{\{[^{}\n]{0,100}\}\}|[$\\]\([^()\n]{0,100}\)|\$[A-Za-z_]\w*"
    r"|%\([^()\n]{0,100}\)[a-z]|%[A-Za-z_]\w{0,100}%(?![0-9A-Fa-f]{2})|%[sdvqiu](?![0-9A-Fa-f])"
    r"|<[^<>\s=&/]{1,100}>|&lt;[^\s=&;]{1,100}&gt;|\[[^\[\]\n=&]{1,100}\]"
    r"|(?<==)[:@][A-Za-z_][\w.]{0,100}|\.\.\.|…"
)
# An ampersand as HTML, JSON and shells write it; other entities end a URL: they are no part of it.
_AMPERSAND = r"&(?!(?:quot|apos|lt|gt|#(?!38;|[xX]26;)[0-9A-Za-z]+);)(?:amp;|#38;|#[xX]26;)*"
_ESCAPED = r"(?:\\u0026|\\x26|\\&)(?:amp;|#38;|#[xX]26;)*|\\u003[dD]|\\="
# A comma or semicolon ends it, too: no value has one, but a row of a table does.
_bare = re.compile(rf"(?:{_AMPERSAND}|{_ESCAPED}|[A-Za-z0-9._~!$()*+=:@/?%-]|{_template.pattern})*")
_quoted = {
    quote: re.compile(rf"(?:{_template.pattern}|{_AMPERSAND}|{_ESCAPED}|[^&\\\n{quote}])*")
    for quote in ('"', "'", "`")
}
# Behind a string: what joins it to a value that is not written there.
_joined = re.compile(
    r"\s*(?:\+|\.\.|<<|\|\|)|\s+[.&%~]\s|\.concat\b|[$\w\"'`]"
    # The string on the next line may be another URL.
    r"|[ \t]*\\?\r?\n\s*[A-Za-z]{0,2}[\"'`](?![a-z]+://|/)"
)
_LONGEST_HOST = 300
_BEFORE_URL = " \t\r\n\"'`<>()[],;|"


def lint(
    text: str, *, spec: Spec = CLOUDIMAGES, allow_unlisted: bool = False
) -> tuple[Diagnostic, ...]:
    """Find the URLs of image lists in a text, and what is wrong with each.

    A value that a program fills in, such as ``{project}``, ``$NAME`` or ``%s``, may be anything.

    Args:
        text: of a file in any language.
        spec: the parameters, and the path that such a URL has.
        allow_unlisted: a value that an open enumeration lacks is a warning.

    Returns:
        The findings in text order; spans and fixes are of the whole text.
    """
    findings: list[Diagnostic] = []
    for start, masked in _queries(text, spec.path):
        pairs, found = read_pairs(masked, Span(0, len(masked)), is_embedded=True)
        reading = read_request(pairs, found, spec, allow_unlisted=allow_unlisted)
        findings += [_moved(each, start) for each in reading.findings]
    return tuple(findings)


def _queries(text: str, path: str) -> Iterator[tuple[int, str]]:
    """Give each query string behind a path: where it starts, and it with templates masked."""
    end = 0
    # JSON may escape the slashes, and a shell the question mark.
    behind = re.compile(r"\\?/".join(map(re.escape, path.split("/"))) + r"/?(?:\\?\?|\\u003[fF])")
    for match in behind.finditer(text):
        start = match.end()
        if start < end:
            continue
        quote = _quote_before(text, match.start())
        pattern = _quoted[quote] if quote else _bare
        found = pattern.match(text, start)
        query = found[0] if found else ""
        if not quote:
            query = _without_punctuation(query)
        end = start + len(query)
        masked = _template.sub(lambda each: TEMPLATE * len(each[0]), query)
        yield start, masked + (TEMPLATE if _goes_on(text, end, quote) else "")


def _quote_before(text: str, path_start: int) -> str:
    """Give the quote that a URL stands right behind, if any."""
    position = path_start
    while position > max(0, path_start - _LONGEST_HOST) and text[position - 1] not in _BEFORE_URL:
        position -= 1
    before = text[position - 1 : position]
    return before if before and before in _quoted else ""


def _without_punctuation(query: str) -> str:
    """Leave out what ends a sentence or parenthesis rather than the URL."""
    surplus = query.count(")") - query.count("(")
    end = len(query)
    while end:
        last = query[end - 1]
        if last == ")" and surplus > 0:
            surplus -= 1
        elif last == "*" and query.endswith("**", 0, end):
            end -= 1
        elif last not in ".,;:!?" or query.endswith(("...", "&gt;"), 0, end):
            break
        end -= 1
    return query[:end]


def _goes_on(text: str, end: int, quote: str) -> bool:
    """Tell whether the last value is only begun: a program or another script's word follows."""
    if quote and text[end : end + 1] == quote:
        return _joined.match(text, end + 1) is not None
    behind = text[end : end + 2]
    return behind == "\\\n" or (text[end - 1] == "=" and behind[:1].isalpha())


def _moved(found: Diagnostic, offset: int) -> Diagnostic:
    """Give a finding with all places moved on."""
    fixes = tuple(
        Fix(fix.title, tuple(Edit(_shift(each.span, offset), each.text) for each in fix.edits))
        for fix in found.fixes
    )
    return evolve(found, span=_shift(found.span, offset), fixes=fixes)


def _shift(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
