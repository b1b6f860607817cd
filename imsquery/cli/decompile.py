"""``imsquery decompile``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.cli.common import add_limits, draw, limits, read_text
from imsquery.diagnostics.errors import QueryError
from imsquery.urls.decompiler import check_url, decompile

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "url", metavar="URL", help="a URL or query string; - reads it from standard input"
    )
    parser.add_argument(
        "--allow-unlisted",
        action="store_true",
        help="take values that a list known to grow does not have",
    )
    add_limits(parser)


def main(arguments: Namespace) -> int:
    """Print the filter of a request."""
    text = read_text(arguments.url, arguments.max_length)
    if arguments.url == "-":
        text = text.strip()
    keywords = {"allow_unlisted": arguments.allow_unlisted, "limits": limits(arguments)}
    try:
        print(decompile(text, **keywords))
    except QueryError as error:
        draw(text, error.diagnostics, name="url")
        return 1
    warnings = check_url(text, **keywords)
    if warnings:
        draw(text, warnings, name="url")
    return 0
