"""``imsquery check``."""

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


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    parser.add_argument(
        "--target",
        choices=("plan", "compile"),
        default="plan",
        help="compile: the filter must fit one request (default: plan)",
    )
    add_report_format(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--fix", action="store_true", help="print the text with all fixes applied")
    what.add_argument("--diff", action="store_true", help="print what the fixes would change")
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the findings, or the mended text."""
    text = read_filter(arguments)
    keywords = options(arguments)

    def find(text: str) -> tuple[Diagnostic, ...]:
        return check(text, target=arguments.target, **keywords)

    if not (arguments.fix or arguments.diff):
        found = find(text)
        _print(text, found, arguments.format)
        return _status(found)
    mended, left = mend(text, find)
    if arguments.diff:
        print_diff(text, mended, "query")
    else:
        print(mended)
    if left:
        draw(mended, left)
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
