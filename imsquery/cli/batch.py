"""One filter or a file of them, for ``compile`` and ``url``."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError

from imsquery.cli.common import UsageError, add_filter, options, read_filter, read_lines
from imsquery.cli.encoding import check_encoding
from imsquery.cli.output import Progress, draw, findings_of, print_lines
from imsquery.cli.values import Values
from imsquery.compiler.compiling import compile as compile_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _MutuallyExclusiveGroup
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, BinaryIO

    from imsquery.compiler.query_string import CompiledQuery
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.semantics.analysis import Analysis

    Written = tuple[str, Sequence[Diagnostic]]  # what to print of a filter, and its findings
    Write = Callable[[str, dict[str, Any], dict[str, Any]], Written]


_LINES = frozenset({"plain", "curl", "koocli", "python"})
"""The formats that are what is written of each filter, and nothing else."""


def add_batch(parser: ArgumentParser) -> _MutuallyExclusiveGroup:
    """Declare the filter, or a file of filters; return the group of what can be read."""
    what = parser.add_mutually_exclusive_group(required=True)
    add_filter(what, optional=True)
    what.add_argument(
        "--batch",
        type=_file,
        metavar="FILE",
        help="file with a filter on each line, blank lines and comments aside; - reads standard "
        "input",
    )
    return what


def _file(name: str) -> tuple[str, BinaryIO]:
    if name == "-":
        return "<stdin>", sys.stdin.buffer
    try:
        return name, open(name, "rb")  # noqa: PTH123 -- closed once it is read
    except (OSError, ValueError) as error:
        from imsquery.diagnostics.failures import reason

        raise ArgumentTypeError(reason(error, file=name)) from None


def add_format(parser: ArgumentParser, formats: Sequence[str]) -> None:
    """Declare the output format."""
    parser.add_argument(
        "--format",
        choices=("plain", *formats),
        default="plain",
        help="output format (default: plain); json, csv and markdown include the filter",
    )


_OTHER_SERVICE = "this format is for Huawei Cloud, and --spec is for another service"


def compiled(show: Callable[[CompiledQuery], str]) -> Write:
    """Return what writes a filter by its compiled form."""

    def write(text: str, keywords: dict[str, Any], values: dict[str, Any]) -> Written:
        found = _make(text, keywords, values)
        return show(found), found.warnings

    return write


def analyzed(show: Callable[[Analysis], str]) -> Write:
    """Return what writes a filter by its analysis, so that findings can point into its text."""

    def write(text: str, keywords: dict[str, Any], values: dict[str, Any]) -> Written:
        from imsquery.diagnostics.model import in_text_order
        from imsquery.schema.cloudimages import CLOUDIMAGES
        from imsquery.semantics.analysis import inspect

        if keywords["spec"].host != CLOUDIMAGES.host:
            raise UsageError(_OTHER_SERVICE)
        analysis = inspect(text, **keywords, values=values)
        return show(analysis), in_text_order(analysis.findings)

    return write


def print_each(arguments: Namespace, title: str, write: Write) -> int:
    """Print what is written of each filter, and return the exit status.

    Of a batch, blank lines, comments, and filters that do not compile are left out: an empty line
    is what ``all`` compiles to.

    Args:
        arguments: those that :func:`add_batch` and :func:`add_format` declare, and the options.
        title: of what is printed, for formats with a header.
        write: returns what to print of a filter, and its findings; raises ``QueryError``.
    """
    if arguments.batch is not None:
        batch = _Batch(arguments, write)
        _print(batch, arguments, title)
        return int(batch.has_errors)
    text = read_filter(arguments)
    values = Values(arguments).of_one(text)
    written, found = _try(write, text, options(arguments), values)
    if written is None:
        from imsquery.cli.files import with_file_note

        found = with_file_note(tuple(found), text)
    if found:
        draw(text, found)
    if written is None:
        return 1
    _print([(text, written)], arguments, title)
    return 0


def _print(pairs: Iterable[tuple[str, str]], arguments: Namespace, title: str) -> None:
    form = arguments.format
    if form in _LINES:
        lines: Iterable[str] = (line for _, line in pairs)
    else:
        from imsquery.cli.formats import FORMATS

        lines = FORMATS[form](pairs, title, arguments.spec)
    print_lines(lines, form)


class _Batch:
    """The filters of a file that compile, each with what to print of it; read once."""

    def __init__(self, arguments: Namespace, write: Write) -> None:
        self._arguments = arguments
        self._write = write
        self.has_errors = False

    def __iter__(self) -> Iterator[tuple[str, str]]:
        name, stream = self._arguments.batch
        keywords = options(self._arguments)
        values = Values(self._arguments)
        with stream:
            progress = Progress("filters", _size(stream))
            for number, line in enumerate(read_lines(stream, self._arguments.max_length), 1):
                if line.lstrip()[:1] in {"", "#"}:
                    continue  # as a filter, it would ask for all images
                written, found = _try(self._write, line, keywords, values.of(line))
                if found:
                    progress.clear()
                    draw(line, found, name=f"{name}:{number}")
                if written is None:
                    self.has_errors = True
                else:
                    yield line, written
                progress.update(number, stream.tell() if stream.seekable() else None)
            progress.clear()
        values.check_used()


def _size(stream: BinaryIO) -> int | None:
    """Return the length of a file in bytes; a pipe has none."""
    if not stream.seekable():
        return None
    here = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(here)
    return size


def _try(
    write: Write, text: str, keywords: dict[str, Any], values: dict[str, Any]
) -> tuple[str | None, Sequence[Diagnostic]]:
    """Return what is written of a filter, or ``None`` if it has errors, and its findings."""
    try:
        return write(check_encoding(text), keywords, values)
    except ValueError as error:
        return None, findings_of(error)


def _make(text: str, keywords: dict[str, Any], values: dict[str, Any]) -> CompiledQuery:
    if not values:
        return compile_query(text, **keywords)
    from imsquery.planning.prepared import prepare

    return prepare(text, **keywords).bind(**values)
