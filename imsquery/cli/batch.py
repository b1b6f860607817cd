"""One filter or many: what ``compile`` and ``url`` share."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError

from imsquery.cli.common import Progress, add_filter, draw, options, read_filter, read_lines
from imsquery.compiler.lowering import compile as compile_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from imsquery.compiler.query_string import CompiledQuery


def add_batch(parser: ArgumentParser) -> None:
    """Take one filter, or a file of them."""
    what = parser.add_mutually_exclusive_group(required=True)
    add_filter(what, optional=True)  # type: ignore[arg-type]  # a group takes arguments, too
    what.add_argument(
        "--batch",
        type=_file,
        metavar="FILE",
        help="compile the filters of a file, one a line; - reads standard input",
    )


def _file(name: str) -> tuple[str, BinaryIO]:
    if name == "-":
        return "<stdin>", sys.stdin.buffer
    try:
        return name, open(name, "rb")  # noqa: PTH123 -- open until the process ends
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(f"cannot read {name!r}: {error}") from None


def add_format(parser: ArgumentParser, formats: Sequence[str]) -> None:
    """Take the form of what is printed."""
    parser.add_argument(
        "--format",
        choices=("plain", *formats),
        default="plain",
        help="plain: one a line (default); the others have the filter, too",
    )


def print_compiled(arguments: Namespace, title: str, show: Callable[[CompiledQuery], str]) -> int:
    """Print what ``show`` makes of each compiled filter, under a title where the format has one.

    Each filter of a batch that compiles gives one line, in order; one that does not gives none,
    since an empty line is what ``all`` compiles to.
    """
    failed: list[bool] = []
    if arguments.batch is None:
        text = read_filter(arguments)
        compiled = _compile(text, arguments)
        if compiled is None:
            return 1
        shown = iter([(text, show(compiled))])
    else:
        shown = _shown_batch(arguments, show, failed)
    if arguments.format == "plain":
        for _, line in shown:
            print(line)
        return int(any(failed))
    from imsquery.cli.escaping import escape_json
    from imsquery.cli.formats import FORMATS

    is_json = arguments.format in {"json", "infinity"}
    for line in FORMATS[arguments.format](shown, title):
        print(escape_json(line, sys.stdout.encoding) if is_json else line)
    return int(any(failed))


def _shown_batch(
    arguments: Namespace, show: Callable[[CompiledQuery], str], failed: list[bool]
) -> Iterator[tuple[str, str]]:
    """Give the filters of a file that compile, and what is shown of them; note a failure."""
    name, stream = arguments.batch
    with stream:
        progress = Progress("filters", _size(stream))
        for number, line in enumerate(read_lines(stream, arguments.max_length), 1):
            compiled = _compile(line, arguments, f"{name}:{number}", progress)
            if compiled is None:
                failed[:] = [True]
            else:
                yield line, show(compiled)
            progress.update(number, stream.tell() if stream.seekable() else None)
        progress.clear()


def _size(stream: BinaryIO) -> int | None:
    """Length of a file in bytes; a pipe has none."""
    if not stream.seekable():
        return None
    here = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(here)
    return size


def _compile(
    text: str, arguments: Namespace, name: str = "query", progress: Progress | None = None
) -> CompiledQuery | None:
    """Compile one filter; draw its errors, or its warnings."""
    try:
        compiled = compile_query(text, **options(arguments))
    except ValueError as error:
        if progress is not None:
            progress.clear()
        draw(text, error.diagnostics, name=name)  # type: ignore[attr-defined]
        return None
    if compiled.warnings:
        if progress is not None:
            progress.clear()
        draw(text, compiled.warnings, name=name)
    return compiled
