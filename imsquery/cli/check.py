"""``imsquery check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.cli.common import (
    add_filter,
    add_options,
    draw,
    options,
    print_diff,
    read_filter,
    report_format,
)
from imsquery.compiler.checker import check
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
    report_format(parser)
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
        print_report(text, found, arguments.format)
        return status(found)
    mended, left = mend(text, find)
    if arguments.diff:
        print_diff(text, mended, "query")
    else:
        print(mended)
    if left:
        draw(mended, left)
    return status(left)


def status(found: tuple[Diagnostic, ...]) -> int:
    """Give the exit status: warnings are no errors."""
    return int(any(each.severity == "error" for each in found))


def print_report(
    text: str, found: tuple[Diagnostic, ...], form: str, *, name: str = "query"
) -> None:
    """Print findings: drawn ones on standard error where there are errors among them."""
    from imsquery.diagnostics.render import render, render_github, render_json

    if form == "json":
        print(render_json(text, found, name=name))
    elif form == "github":
        if found:
            print(render_github(text, found, name=name))
    elif status(found):
        draw(text, found, name=name)
    elif found:
        print(render(text, found, name=name))
