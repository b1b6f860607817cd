"""Find requests for image lists in files, and report what is wrong with them.

They are URLs in any language; commands of KooCLI; in Python, `params=` beside the path and
`ListImagesRequest` of the SDK; data sources of Terraform; and image filters of Packer. A comment
with `imsquery: ignore[CODE]` leaves out findings in its line.
"""

from __future__ import annotations

import sys

from imsquery.cli.common import add_allow_unlisted, add_report_format, add_spec
from imsquery.cli.encoding import decode
from imsquery.cli.output import Progress, fail
from imsquery.cli.report import Checked, print_report
from imsquery.cli.walking import add_exclude, files_of
from imsquery.diagnostics.render import summarize
from imsquery.linting.linter import lint

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

_LARGEST = 32 * 2**20  # bytes: no source file is larger
EPILOG = """\
examples:
  imsquery lint src/*.py docs/*.md
  imsquery lint . --exclude docs/old --format sarif > findings.sarif
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
        help="a text file, or a directory of such; - reads standard input",
    )
    add_exclude(parser)
    add_report_format(parser)
    add_spec(parser)
    add_allow_unlisted(parser)


def main(arguments: Namespace) -> int:
    """Print the findings of each file."""
    failed: list[int] = []
    found = print_report(_lint(arguments, failed), arguments.format, sys.stdout, summarize)
    return max([*failed, int(bool(found))])


def _lint(arguments: Namespace, failed: list[int]) -> Iterator[Checked]:
    """Yield the findings of each file; add the exit status of those that cannot be read."""
    names = files_of(arguments)
    progress = Progress("files", len(names))
    for number, name in enumerate(names, 1):
        progress.update(number, number)
        try:
            text = _read(name)
        except OSError as error:
            progress.clear()
            failed.append(fail("lint", error))
            continue
        found = lint(text, spec=arguments.spec, allow_unlisted=arguments.allow_unlisted)
        if found:
            progress.clear()
        yield Checked(name, text, found)
    progress.clear()


def _read(name: str) -> str:
    """Read a file as text, in whatever encoding: names are ASCII, and so are most values."""
    if name == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        with open(name, "rb") as stream:  # noqa: PTH123 -- as it was given, such as //server/x
            data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(f"{name!r} is larger than {_LARGEST >> 20} MiB")
    return decode(data)
