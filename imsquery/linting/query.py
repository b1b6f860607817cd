"""The query string of a URL in a file, which escapes and the ends of strings may interrupt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from imsquery.diagnostics.model import Diagnostic, Edit, Fix
from imsquery.diagnostics.source import Span
from imsquery.late import Late
from imsquery.linting.placeholders import PATTERN
from imsquery.urls.reader import TEMPLATE

# An ampersand as HTML, JSON and shells write it; any other entity ends the URL.
_AMPERSAND = (
    r"&(?!(?!amp;)[A-Za-z][0-9A-Za-z]{1,30};|#(?!38;|[xX]26;)[0-9A-Za-z]{1,10};)"
    r"(?:amp;|#38;|#[xX]26;)*"
)
_ESCAPED = r"(?:\\u0026|\\x26|\\&)(?:amp;|#38;|#[xX]26;)*|\\u003[dD]|\\="
_MARKDOWN = r"\\[_*{}\[\]<>#+.!~|-]"
_LINE_END = r"\\\r?\n[ \t]*"
_COMMAND = r"`[^`\n]{1,100}`"
_COMMANDS = {'"': rf"|{_COMMAND}", "'": "", "`": ""}
# A comma or semicolon ends it too: rows of tables have them, values do not.
_bare = Late(rf"(?:[A-Za-z0-9_-]+|{_AMPERSAND}|{_ESCAPED}|{PATTERN}|{_MARKDOWN}|[.~!$()*+=:@/?%])*")
_quoted = {
    quote: Late(
        rf"(?:[A-Za-z0-9_-]+|{PATTERN}{command}|{_AMPERSAND}|{_ESCAPED}|{_LINE_END}|[^&#\\\n{quote}])*"
    )
    for quote, command in _COMMANDS.items()
}
_gap = {"": Late(r"\\(?=[_*{}\[\]<>#+.!~|-])").finditer}
_gap |= dict.fromkeys(_quoted, Late(_LINE_END).finditer)
_fill = Late(rf"{PATTERN}|(?<==){_COMMAND}").sub
_command = Late(_COMMAND)
_plain = Late(r"[A-Za-z0-9_=&-]*").fullmatch

# What joins strings in a program.
_SIGN = r"(?:\+|\.\.|<<|\|\||(?<=\s)[.&~](?=\s)|\.(?=[$\"'`]))"
# What may add to a string right after it: a sign, a method, or parameters of the same call.
_sign = Late(
    rf"\s*(?:{_SIGN}|<>|\^|\|)|\s*\)?\s*\.(?!format\b)[A-Za-z_]\w*\(|[$\w\"'`]"
    r"|\s*,\s*[\"'`]&?\w+="
    r"|[^\"'`\n]{0,200}\b(?:params|query)\b"
)
_next_string = Late(
    rf"(?:\s*(?P<sign>{_SIGN})\s*(?:\\?\r?\n\s*)?|[ \t]*\\?\r?\n\s*|[ \t]*)"
    r"[A-Za-z]{0,2}(?P<quote>[\"'`])"
)
_string_after_value = Late(
    rf"[^\"'`;,\n]{{1,200}}?{_SIGN}\s*(?:\\?\r?\n\s*)?[A-Za-z]{{0,2}}(?P<quote>[\"'`])"
)
# What makes a percent sign begin something else than an encoded byte.
_is_format = Late(r"%[sdvqiu](?![0-9A-Fa-f])|%-?\d{0,3}[sd](?![0-9A-Za-z])").search
_formats_before = Late(
    r"(?:f|format|strftime|date)(?:!?\([^\"'`\n]{0,60}|[ \t]+\+?)[A-Za-z]{0,2}[\"'`]$"
).search
_formats_after = Late(r"[\"'`]{1,3}\s*%\s*[\w({]").match
_is_url = Late(r"[a-z]+://|/")
_EMPHASIS = "*_~"  # of Markdown, around a URL
_MOST_STRINGS = 100
_LONGEST_LINE = 200  # before a URL


class Query:
    """A query string as one text.

    Attributes:
        pieces: start and end of each part in the file, and what it is in the text; what is filled
            in is masked by :data:`TEMPLATE`.
        is_escaped: whether underscores are escaped, as in Markdown.
        is_format: whether a program takes percent signs for something else.
    """

    def __init__(self) -> None:
        self.pieces: list[tuple[int, int, str]] = []
        self.is_escaped = False
        self.is_format = False

    @property
    def start(self) -> int:
        """Where it starts in the file."""
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        """Where it ends in the file."""
        return self.pieces[-1][1]

    @property
    def is_whole(self) -> bool:
        """Whether all of it is in the file, without interruption."""
        return len(self.pieces) == 1

    @cached_property
    def text(self) -> str:
        """The text, with what is filled in masked."""
        text = "".join([text for _, _, text in self.pieces])
        return text if _plain(text) else _fill(_mask, text)

    def leave_open(self) -> None:
        """Add what may be any parameters."""
        self.pieces.append((self.end, self.end, f"&{TEMPLATE}"))

    def place(self, found: Diagnostic) -> Diagnostic:
        """Return a finding in the query string as one in the file."""
        span = Span(self._starts[found.span.start], self._end(found.span))
        fixes = [
            Fix(fix.title, tuple(self._edits(fix)), fix.applicability)
            for fix in found.fixes
            if not (self.is_format and any("%" in each.text for each in fix.edits))
        ]
        return found.evolve(span=span, fixes=tuple(fixes))

    def _edits(self, fix: Fix) -> Iterator[Edit]:
        for edit in fix.edits:
            text = edit.text.replace("_", "\\_") if self.is_escaped else edit.text
            for span in self._spans(edit.span):
                yield Edit(span, text)
                text = ""

    def _spans(self, span: Span) -> Iterator[Span]:
        """Yield the parts of the file that a part of the query string consists of."""
        first = span.start
        for index in range(span.start + 1, span.end):
            if self._starts[index] != self._ends[index - 1]:
                yield Span(self._starts[first], self._ends[index - 1])
                first = index
        end = self._end(span)
        yield Span(
            min(self._starts[first], end) if span.start == span.end else self._starts[first], end
        )

    def _end(self, span: Span) -> int:
        """Return where a part ends; an empty one is after what is before it."""
        return self._ends[span.end - 1] if span.end else self.start

    @cached_property
    def _starts(self) -> list[int]:
        """Where each character starts in the file, then where the last one ends."""
        return [start for start, _ in self._places] + [self.end]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self._places]

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        places: list[tuple[int, int]] = []
        for start, end, text in self.pieces:
            if end - start == len(text):
                places += zip(range(start, end), range(start + 1, end + 1), strict=True)
            else:  # an escaped character, or none in the file
                places += [(start, end)] * len(text)
        return places


def read_query(text: str, url: int, start: int, quote: str) -> Query:
    """Read the query string that starts at a place.

    Args:
        text: of the file.
        url: where the URL starts.
        start: where the query string starts.
        quote: the quote before the URL, if any.
    """
    query = Query()
    if quote:
        _read_strings(query, text, start, quote)
    else:
        end = start + _without_punctuation(_match(_bare, text, start), text[url])
        _take(query, text, start, end, "")
        if _continues(text, end):
            _hole(query, end)
    if query.pieces[-1][2].endswith("="):  # which may be a prefix
        _hole(query, query.end)
    query.is_format = _is_format(text, start, query.end) is not None or (
        quote != ""
        and (
            _formats_before(_line_before(text, url)) is not None
            or _formats_after(text, query.end) is not None
        )
    )
    return query


def _read_strings(query: Query, text: str, start: int, quote: str) -> None:
    """Read a query string in quotes, and in the strings that are joined to it."""
    end = start
    while True:
        after = end + len(_match(_quoted[quote], text, end))
        _take(query, text, end, after, quote)
        if not text.startswith(quote, after) or len(query.pieces) > _MOST_STRINGS:
            return
        following = _following(query, text, after)
        if following is None:
            return
        end = following
        quote = text[end - 1]


def _match(pattern: Late, text: str, start: int) -> str:
    found = pattern.match(text, start)
    return found[0] if found else ""


def _take(query: Query, text: str, start: int, end: int, quote: str) -> None:
    """Add a part of the file, without what escapes characters in it."""
    if "\\" in text[start:end]:
        for gap in _gap[quote](text, start, end):
            query.pieces.append((start, gap.start(), text[start : gap.start()]))
            start = gap.end()
            if not quote:
                query.pieces.append((gap.start(), start + 1, text[start]))
                query.is_escaped |= text[start] == "_"
                start += 1
    query.pieces.append((start, end, text[start:end]))


def _hole(query: Query, place: int, *, is_open: bool = False) -> None:
    """Add what is filled in: the rest of a value, and any parameters if the end is ``open``."""
    query.pieces.append((place, place, f"{TEMPLATE}&{TEMPLATE}" if is_open else TEMPLATE))


def _following(query: Query, text: str, end: int) -> int | None:
    """Return where the content of the string starts that continues a query; ``None`` if none does.

    Args:
        query: what was read; what a program joins to it is added.
        text: of the file.
        end: the closing quote of a string.
    """
    after = end + 1
    found = _next_string.match(text, after)
    if text.startswith(("'", '"', "`"), after) and not _is_opening(text, query.start, after):
        return None
    if found is not None and _is_joined(query, text, found):
        return found.end()
    is_url = found is not None and _is_url.match(text, found.end()) is not None
    is_next_line = found is not None and "\n" in found[0] and not is_url
    if not is_next_line and _sign.match(text, after) is None:
        return None
    found = None if is_next_line else _string_after_value.match(text, after)
    _hole(query, end, is_open=found is None)
    return found.end() if found else None


def _is_opening(text: str, start: int, place: int) -> bool:
    """Return whether a quote right after a string begins another one, as in shells.

    It does not if it is the same, as in three of them, or closes one that was opened before.
    """
    quote = text[place]
    return quote != text[place - 1] and _line_before(text, start).count(quote) % 2 == 0


def _line_before(text: str, place: int) -> str:
    return text[max(0, place - _LONGEST_LINE) : place].rpartition("\n")[2]


def _is_joined(query: Query, text: str, found: re.Match[str]) -> bool:
    """Return whether a string is joined to the one before it: by a sign, or by what is in both."""
    return (
        found["sign"] is not None
        or text.startswith(("&", found["quote"]), found.end())
        or not found[0][0].isspace()
        or (
            "\n" in found[0]
            and query.pieces[-1][2][-1:] in {"&", "=", ""}
            and _is_url.match(text, found.end()) is None
        )
    )


def _without_punctuation(query: str, opening: str) -> int:
    """Return the length without what ends a sentence, parenthesis or emphasis, not the URL."""
    surplus = query.count(")") - query.count("(")
    end = len(query.rstrip(opening) if opening in _EMPHASIS else query)
    while end:
        last = query[end - 1]
        if last == ")" and surplus > 0:
            surplus -= 1
        elif last == "*" and query.endswith("**", 0, end):
            end -= 1
        elif last not in ".,;:!?" or query.endswith(("...", "&gt;"), 0, end):
            break
        end -= 1
    return end


def _continues(text: str, end: int) -> bool:
    """Return whether a value continues: on the next line, in foreign letters, or by a command."""
    following = text[end : end + 2]
    if following == "\\\n":
        return True
    if text[end - 1] != "=":
        return False
    return following[:1].isalpha() or (
        _command.match(text, end) is not None and _line_before(text, end).count("`") % 2 == 0
    )


def _mask(found: re.Match[str]) -> str:
    return TEMPLATE * len(found[0])
