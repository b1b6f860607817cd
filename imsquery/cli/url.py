"""Print the URL of a filter, or of each filter in a file."""

from __future__ import annotations

from argparse import ArgumentTypeError

from imsquery.cli.batch import add_batch, add_format, print_compiled
from imsquery.cli.common import UsageError, add_options, add_values
from imsquery.compiler.query_string import check_endpoint, region_endpoint
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery url --region cn-north-4 'platform = CentOS limit 5'
  imsquery url --endpoint https://ims.example --batch filters.txt --format markdown

exit status:
  0  success
  1  errors in a filter
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_batch(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--endpoint",
        type=_endpoint,
        metavar="URL",
        help="address of the service, with or without the path, such as /v2/cloudimages",
    )
    where.add_argument(
        "--region",
        type=_region,
        metavar="REGION",
        help="region of the service, such as cn-north-4",
    )
    add_format(parser, ("json", "csv", "markdown", "infinity"))
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the URL of each filter."""
    endpoint = arguments.endpoint or _endpoint_of(arguments)
    return print_compiled(arguments, "url", lambda compiled: compiled.url(endpoint))


def _endpoint_of(arguments: Namespace) -> str:
    """Return the endpoint of the region."""
    try:
        return region_endpoint(arguments.region, arguments.spec.host)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _endpoint(text: str) -> str:
    try:
        return check_endpoint(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _region(text: str) -> str:
    try:
        region_endpoint(text, CLOUDIMAGES.host)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return text
