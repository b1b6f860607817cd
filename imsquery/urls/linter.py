"""The image-list URLs in source code, configuration and documentation, and their findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from imsquery.diagnostics.model import Diagnostic, Edit
from imsquery.diagnostics.source import Span
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.urls.checker import read_request
from imsquery.urls.reader import TEMPLATE, read_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.spec import Spec

# What a program or reader fills in, and ellipses: ${x} $x $(x) #{x} {{x}} {x} %(x)s %s %X%
# \(x) <x> &lt;x&gt; [x] :x @x ...
_template = re.compile(
    r"[$#]?\{[^{}\n]{0,100}\}|\{\{[^{}\n]{0,100}\}\}|[$\\]\([^()\n]{0,100}\)|\$[A-Za-z_]\w*"
    r"|%\([^()\n]{0,100}\)[a-z]|%[A-Za-z_]\w{0,100}%(?![0-9A-Fa-f]{2})|%[sdvqiu](?![0-9A-Fa-f])"
    r"|<[^<>\s=&/]{1,100}>|&lt;[^\s=&;]{1,100}&gt;|\[[^\[\]\n=&]{1,100}\]"
    r"|(?<==)[:@][A-Za-z_][\w.]{0,100}|\.\.\.|…"
)
# An ampersand as HTML, JSON and shells write it; any other entity ends the URL.
_AMPERSAND = r"&(?!(?:quot|apos|lt|gt|#(?!38;|[xX]26;)[0-9A-Za-z]+);)(?:amp;|#38;|#[xX]26;)*"
_ESCAPED = r"(?:\\u0026|\\x26|\\&)(?:amp;|#38;|#[xX]26;)*|\\u003[dD]|\\="
# A comma or semicolon ends it too: rows of tables have them, values do not.
_bare = re.compile(rf"(?:{_AMPERSAND}|{_ESCAPED}|[A-Za-z0-9._~!$()*+=:@/?%-]|{_template.pattern})*")
_quoted = {
    quote: re.compile(rf"(?:{_template.pattern}|{_AMPERSAND}|{_ESCAPED}|[^&\\\n{quote}])*")
    for quote in ('"', "'", "`")
}
# After a string: what joins it to a value that is written elsewhere.
_joiner = re.compile(
    r"\s*(?:\+|\.\.|<<|\|\|)|\s+[.&%~]\s|\.concat\b|[$\w\"'`]"
    # The string on the next line may be another URL.
    r"|[ \t]*\\?\r?\n\s*[A-Za-z]{0,2}[\"'`](?![a-z]+://|/)"
)
_LONGEST_HOST = 300
_BEFORE_URL = " \t\r\n\"'`<>()[],;|"


def lint(
    text: str, *, spec: Spec = CLOUDIMAGES, allow_unlisted: bool = False
) -> tuple[Diagnostic, ...]:
    """Find the image-list URLs in a text and check each.

    A value that a program fills in, such as ``{project}``, ``$NAME`` or ``%s``, may be anything.

    Args:
        text: the text of a file in any language.
        spec: the parameters, and the path of such URLs.
        allow_unlisted: whether a value that an open enumeration lacks is a warning.

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
    """Yield each query string after a path: its start, and its text with templates masked."""
    end = 0
    # JSON may escape the slashes, and a shell the question mark.
    prefix = re.compile(r"\\?/".join(map(re.escape, path.split("/"))) + r"/?(?:\\?\?|\\u003[fF])")
    for match in prefix.finditer(text):
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
        yield start, masked + (TEMPLATE if _continues(text, end, quote) else "")


def _quote_before(text: str, path_start: int) -> str:
    """Return the quote that a URL directly follows, if any."""
    position = path_start
    while position > max(0, path_start - _LONGEST_HOST) and text[position - 1] not in _BEFORE_URL:
        position -= 1
    before = text[position - 1 : position]
    return before if before and before in _quoted else ""


def _without_punctuation(query: str) -> str:
    """Strip what ends a sentence or parenthesis rather than the URL."""
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


def _continues(text: str, end: int, quote: str) -> bool:
    """Return whether the last value continues: in code, on the next line, or in foreign letters."""
    if quote and text[end : end + 1] == quote:
        return _joiner.match(text, end + 1) is not None
    following = text[end : end + 2]
    return following == "\\\n" or (text[end - 1] == "=" and following[:1].isalpha())


def _moved(found: Diagnostic, offset: int) -> Diagnostic:
    """Return a finding with all its offsets moved."""
    fixes = tuple(
        evolve(fix, edits=tuple(Edit(_shift(each.span, offset), each.text) for each in fix.edits))
        for fix in found.fixes
    )
    return evolve(found, span=_shift(found.span, offset), fixes=fixes)


def _shift(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
