"""Print the canonical query string of a filter, or of each filter in a file."""

from __future__ import annotations

from imsquery.cli.batch import add_batch, add_format, print_compiled
from imsquery.cli.common import add_options, add_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery compile 'platform = CentOS and created_at < 2018-10-28'
  imsquery compile --set platform=CentOS 'platform = $platform'
  imsquery compile --batch filters.txt --format csv

exit status:
  0  success
  1  errors in a filter
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_batch(parser)
    parser.add_argument(
        "--signing", action="store_true", help="print the form that request signing requires"
    )
    add_format(parser, ("json", "csv", "markdown"))
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the query string of each filter."""
    if arguments.signing:
        return print_compiled(arguments, "signing_string", lambda each: each.signing_string)
    return print_compiled(arguments, "query_string", str)
