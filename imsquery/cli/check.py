"""Report errors and warnings in a filter, with fixes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from imsquery.cli.common import (
    add_filter,
    add_options,
    add_report_format,
    options,
    read_filter,
)
from imsquery.cli.output import draw, print_diff
from imsquery.compiler.checker import check
from imsquery.diagnostics.render import render_github, render_json
from imsquery.fixes import mend

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.diagnostics.model import Diagnostic

EPILOG = """\
examples:
  imsquery check 'platfrom = CentOS'
  imsquery check --fix 'platfrom = CentOS && protected = yes'

exit status:
  0  no errors
  1  errors in the filter; with --fix or --diff, errors that have no fix
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    parser.add_argument(
        "--target",
        choices=("plan", "compile"),
        default="plan",
        help="compile: also report what does not fit in one request (default: plan)",
    )
    add_report_format(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--fix", action="store_true", help="print the filter with safe fixes applied")
    what.add_argument("--diff", action="store_true", help="print a diff of what --fix would change")
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="apply suggestions, too; their meaning is a guess",
    )
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the findings, or the fixed text."""
    text = read_filter(arguments)
    keywords = options(arguments)

    def find(text: str) -> tuple[Diagnostic, ...]:
        return check(text, target=arguments.target, **keywords)

    if not (arguments.fix or arguments.diff):
        found = find(text)
        _print(text, found, arguments.format)
        return _status(found)
    fixed, left = mend(text, find, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        print_diff(text, fixed, "query")
    else:
        print(fixed)
    if left:
        draw(fixed, left)
    return _status(left)


def _status(found: tuple[Diagnostic, ...]) -> int:
    return int(any(each.severity == "error" for each in found))


def _print(text: str, found: tuple[Diagnostic, ...], form: str) -> None:
    """Print findings; drawn ones go to standard error if there are errors among them."""
    if form == "json":
        print(render_json(text, found))
    elif form == "github" and found:
        print(render_github(text, found))
    elif found:
        draw(text, found, stream=sys.stderr if _status(found) else sys.stdout)
