"""Print the filter that compiles to a URL or query string."""

from __future__ import annotations

from functools import partial

from imsquery.cli.common import add_allow_unlisted, add_limits, add_spec, limits, read_text
from imsquery.cli.output import attempt, draw, print_text
from imsquery.urls.decompiler import check_url, decompile

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
example:
  imsquery decompile '__platform=CentOS&created_at=lt:2018-10-28T00:00:00Z'

exit status:
  0  success
  1  errors in the URL
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("url", metavar="URL", help="a URL or query string; - reads standard input")
    add_spec(parser)
    add_allow_unlisted(parser)
    add_limits(parser)


def main(arguments: Namespace) -> int:
    """Print the filter of a request."""
    text = read_text(arguments.url, arguments.max_length)
    if arguments.url == "-":
        text = text.strip()
    keywords = {
        "spec": arguments.spec,
        "allow_unlisted": arguments.allow_unlisted,
        "limits": limits(arguments),
    }
    found = attempt(partial(decompile, **keywords), text, name="url")
    if found is None:
        return 1
    print_text(found)
    warnings = check_url(text, **keywords)
    if warnings:
        draw(text, warnings, name="url")
    return 0
