"""``imsquery lint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from imsquery.cli.common import add_allow_unlisted, add_report_format, decode_any
from imsquery.cli.output import Progress, as_json, draw, fail
from imsquery.diagnostics.render import render_github, report
from imsquery.urls.linter import lint

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.diagnostics.model import Diagnostic

_LARGEST = 32 * 2**20  # bytes: a text file larger than this is no source code


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a text file in any language; - reads standard input",
    )
    add_report_format(parser)
    add_allow_unlisted(parser)


def main(arguments: Namespace) -> int:
    """Report what is wrong with the URLs in files; any finding exits with 1, a bad file with 2."""
    worst = 0
    reports = []
    progress = Progress("files", len(arguments.files))
    for number, name in enumerate(arguments.files, 1):
        progress.update(number, number)
        try:
            text = _read(name)
        except OSError as error:
            progress.clear()
            worst = fail("lint", error)
            continue
        found = lint(text, allow_unlisted=arguments.allow_unlisted)
        if arguments.format == "json":
            reports.append(report(text, found, name))
        elif found:
            progress.clear()
            _print(text, found, arguments.format, name)
        worst = max(worst, int(bool(found)))
    progress.clear()
    if arguments.format == "json":
        print(as_json(reports, indent=2))
    return worst


def _print(text: str, found: tuple[Diagnostic, ...], form: str, name: str) -> None:
    """Print the findings of a file; they are what was asked for, so all go to standard output."""
    if form == "text":
        draw(text, found, name=name, stream=sys.stdout)
        print()
    else:
        print(render_github(text, found, name=name))


def _read(name: str) -> str:
    """Read a file as text; what is no UTF-8 is no part of a URL either."""
    if name == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with open(name, "rb") as stream:  # noqa: PTH123 -- as it was given, such as //server/x
            data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        msg = f"{name!r} is larger than {_LARGEST >> 20} MiB"
        raise OSError(msg)
    return decode_any(data)
