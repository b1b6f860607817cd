"""What commands print: results on standard output, findings and failures on standard error."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO, TypeVar

    from imsquery.diagnostics.model import Diagnostic

    Made = TypeVar("Made")


_WIDTH = 100  # columns of what is not printed on a terminal


def fail(command: str, why: str | Exception, status: int = 2, *, action: str = "read") -> int:
    """Print why a command failed, on one line; return its exit status.

    Args:
        command: its name.
        why: what to print, or the error.
        status: the exit status.
        action: what was to be done with the file that the error may be of.
    """
    if not isinstance(why, str):
        from imsquery.diagnostics.failures import reason

        why = reason(why, action)
    note(command, why)
    return status


def warn(command: str, message: str) -> None:
    """Print a warning, on one line."""
    note(command, f"warning: {message}")


def note(command: str, message: str) -> None:
    """Print a message on standard error, on one line."""
    from imsquery.diagnostics.terminal import visible

    print(f"imsquery {command}: {visible(message)}", file=sys.stderr)


def draw(
    text: str,
    diagnostics: Iterable[Diagnostic],
    *,
    name: str = "query",
    stream: TextIO | None = None,
) -> None:
    """Draw findings, on standard error unless another stream is given."""
    from imsquery.diagnostics.render import render

    stream = stream or sys.stderr
    color = _wants_color(stream)
    width = terminal_width(stream) or _WIDTH
    print(render(text, diagnostics, name=name, color=color, width=width), file=stream)


def terminal_width(stream: TextIO) -> int | None:
    """Return the columns of a terminal; ``None`` if the stream goes elsewhere."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _wants_color(stream: TextIO) -> bool:
    """Return whether to color: on a terminal, unless ``NO_COLOR`` or ``TERM=dumb`` is set."""
    import os

    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def attempt(make: Callable[[str], Made], text: str, *, name: str = "query") -> Made | None:
    """Return what is made of a text, or draw the errors that prevent it."""
    try:
        return make(text)
    except ValueError as error:
        from imsquery.cli.files import with_file_note

        draw(getattr(error, "text", ""), with_file_note(findings_of(error), text), name=name)
        return None


def draw_error(error: ValueError, *, name: str = "query") -> None:
    """Draw the findings of a ``QueryError``; raise any other error again."""
    found = findings_of(error)
    draw(getattr(error, "text", ""), found, name=name)


def findings_of(error: ValueError) -> tuple[Diagnostic, ...]:
    """Return the findings of a ``QueryError``; raise any other error again."""
    from imsquery.diagnostics.errors import QueryError

    if not isinstance(error, QueryError):
        raise error
    return error.diagnostics


def as_json(value: object, indent: int | None = None) -> str:
    """Return JSON that is safe to print on standard output."""
    import json

    from imsquery.cli.escaping import escape_json

    lines = json.dumps(value, ensure_ascii=False, indent=indent).split("\n")
    return "\n".join(escape_json(line, sys.stdout.encoding) for line in lines)


def print_lines(lines: Iterable[str], form: str, stream: TextIO | None = None) -> None:
    """Print the lines of a format; JSON stays JSON whatever the encoding."""
    if form in {"json", "jsonl", "infinity", "sarif"}:
        from imsquery.cli.escaping import escape_json

        encoding = (stream or sys.stdout).encoding
        lines = (escape_json(line, encoding) for line in lines)
    for line in lines:
        print(line, file=stream)


def print_text(text: str) -> None:
    """Print a text that someone else wrote as it is, but to a terminal without its controls."""
    if sys.stdout.isatty():
        from imsquery.diagnostics.terminal import visible

        text = "\n".join(map(visible, text.split("\n")))
    print(text)


def print_diff(
    before: str, after: str, name: str, states: tuple[str, str] = ("before", "after")
) -> None:
    """Print the difference between two texts as a unified diff.

    Args:
        before: the one text.
        after: the other.
        name: of the text, such as a file name.
        states: what to call each text, after its name.
    """
    from difflib import unified_diff

    one, other = (f"{name} ({state})" for state in states)
    for line in unified_diff(before.splitlines(), after.splitlines(), one, other, lineterm=""):
        print_text(line)


class Progress:
    """A count on a terminal's standard error, shown once the work has taken a second."""

    _PATIENCE = 1.0  # seconds before the count first appears
    _INTERVAL = 0.1  # seconds between updates

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._total = total
        self._shown = False
        self._enabled = sys.stderr.isatty()
        self._next = time.monotonic() + self._PATIENCE

    def update(self, count: int, done: int | None = None) -> None:
        """Show a count, and how much of the total is done."""
        if not self._enabled or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._INTERVAL
        share = f" ({100 * done // self._total} %)" if self._total and done is not None else ""
        self._shown = True
        print(f"\r\x1b[K{count:,} {self._what}{share}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Erase the count, before other output and at the end."""
        if self._shown:
            self._shown = False
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
