"""Find the URLs of image lists in files, and report what is wrong with them.

Files may be in any language: source code, YAML, Markdown.
"""

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

_LARGEST = 32 * 2**20  # bytes: no source file is larger
EPILOG = """\
examples:
  imsquery lint src/*.py docs/*.md
  git ls-files | xargs imsquery lint --format github

exit status:
  0  no findings
  1  findings
  2  wrong usage, or a file that cannot be read
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="a text file; - reads standard input",
    )
    add_report_format(parser)
    add_allow_unlisted(parser)


def main(arguments: Namespace) -> int:
    """Print the findings of each file."""
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
    """Print the findings of a file to standard output, errors included."""
    if form == "text":
        draw(text, found, name=name, stream=sys.stdout)
        print()
    else:
        print(render_github(text, found, name=name))


def _read(name: str) -> str:
    """Read a file as text; a URL has nothing in it that is not UTF-8."""
    if name == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with open(name, "rb") as stream:  # noqa: PTH123 -- as it was given, such as //server/x
            data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(f"{name!r} is larger than {_LARGEST >> 20} MiB")
    return decode_any(data)
