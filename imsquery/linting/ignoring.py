"""Comments that leave out findings: ``# imsquery: ignore[code, code]``."""

from __future__ import annotations

import re

from imsquery.diagnostics.source import LineIndex

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.linting.requests import Request

_comment = re.compile(
    r"(?:#|//|<!--|--|/\*|;|%|\{#)[ \t]*imsquery:[ \t]*ignore\b(?:\[([^\[\]\n]{0,500})\])?"
)
_LONGEST_INDENT = 1_000
_EVERYTHING = frozenset({"*"})


def without_ignored(
    text: str, found: Iterable[tuple[Request, Diagnostic]]
) -> list[tuple[Request, Diagnostic]]:
    """Return the findings that no comment leaves out.

    A comment is about its line, or about the next one if it is alone on its line.  That line is the
    one of the finding, or the first or last one of the request.
    """
    if _comment.search(text) is None:
        return [*found]
    lines = LineIndex(text)
    ignored = _ignored(text, lines)
    return [
        (request, each)
        for request, each in found
        if not any(_is_ignored(each, ignored.get(line)) for line in _lines(request, each, lines))
    ]


def _ignored(text: str, lines: LineIndex) -> dict[int, frozenset[str]]:
    """Return the codes that are ignored in each line."""
    found: dict[int, frozenset[str]] = {}
    for match in _comment.finditer(text):
        line, column = lines.position(match.start())
        is_alone = column <= _LONGEST_INDENT and not lines.lines[line - 1][: column - 1].strip()
        codes = _EVERYTHING if match[1] is None else frozenset(map(str.strip, match[1].split(",")))
        about = line + 1 if is_alone else line
        found[about] = found.get(about, frozenset()) | codes
    return found


def _lines(request: Request, found: Diagnostic, lines: LineIndex) -> set[int]:
    places = (found.span.start, request.span.start, request.span.end)
    return {lines.position(each)[0] for each in places}


def _is_ignored(found: Diagnostic, codes: frozenset[str] | None) -> bool:
    return codes is not None and ("*" in codes or found.code in codes)
