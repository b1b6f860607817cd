"""Print the canonical query string of a filter, or of each filter in a file."""

from __future__ import annotations

from imsquery.cli.batch import add_batch, add_format, analyzed, compiled, print_each
from imsquery.cli.common import UsageError, add_options, add_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery compile 'platform = CentOS and created_at < 2018-10-28'
  imsquery compile --set platform=CentOS 'platform = $platform'
  imsquery compile --batch filters.txt --format csv
  imsquery compile --format python 'public() and platform = CentOS'

--format python prints the call ListImagesRequest(...) of huaweicloudsdkims.v2.

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
    add_format(parser, ("json", "csv", "markdown", "python"))
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the query string of each filter, or the form that was asked for."""
    if arguments.format == "python":
        from imsquery.forms.definitions import python

        if arguments.signing:
            raise UsageError("--signing is of a query string; --format python has none")
        return print_each(arguments, "request", analyzed(python))
    if arguments.signing:
        return print_each(arguments, "signing_string", compiled(lambda each: each.signing_string))
    return print_each(arguments, "query_string", compiled(str))
