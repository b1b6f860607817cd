"""Findings drawn for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.source import LineIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.diagnostics import Diagnostic


def render(text: str, diagnostics: Iterable[Diagnostic], *, name: str = "query") -> str:
    """Draw findings over the lines of their text."""
    index = LineIndex(text)
    return "\n\n".join(_render_one(index, each, name) for each in diagnostics)


def _render_one(index: LineIndex, found: Diagnostic, name: str) -> str:
    line, column = index.position(found.span.start)
    source = index.lines[line - 1]
    width = max(1, min(found.span.end - found.span.start, len(source) - column + 1))
    gutter = " " * len(str(line))
    lines = [
        f"{found.severity}[{found.code}]: {found.message}",
        f"{gutter}--> {name}:{line}:{column}",
        f"{gutter} |",
        f"{line} | {source}",
        f"{gutter} | {' ' * (column - 1)}{'^' * width}",
    ]
    lines += [f"{gutter} = help: {fix.title}" for fix in found.fixes]
    return "\n".join(lines)
