"""Print the URL of each filter, or the command or block of another tool that asks for it."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError

from imsquery.cli.batch import add_batch, add_format, analyzed, compiled, print_each
from imsquery.cli.common import UsageError, add_options, add_values
from imsquery.compiler.query_string import check_endpoint, check_region, region_endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.cli.batch import Write

_LAYOUTS = ("json", "csv", "markdown", "infinity")
_TOOLS = ("curl", "koocli", "terraform")

EPILOG = """\
examples:
  imsquery url --region cn-north-4 'platform = CentOS limit 5'
  imsquery url --endpoint https://ims.example --batch filters.txt --format markdown
  imsquery url --region cn-north-4 --format curl 'imagetype = gold order by name'

--format curl, koocli (the command hcloud) and terraform (a data source) ask for the same images.
curl sends the token in IMSQUERY_TOKEN.

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
    add_format(parser, (*_LAYOUTS, *_TOOLS))
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the URL of each filter, or the form that was asked for."""
    return print_each(arguments, "url", _writer(arguments))


def _writer(arguments: Namespace) -> Write:
    """Return what writes a filter."""
    region = arguments.region
    if arguments.format in {"koocli", "terraform"}:
        if region is None:
            raise UsageError(f"--format {arguments.format} needs --region")
        from imsquery.forms.definitions import koocli
        from imsquery.forms.terraform import arguments as terraform

        if arguments.format == "koocli":
            return analyzed(lambda analysis: _shown(koocli(analysis, region)))
        return analyzed(lambda analysis: terraform(analysis, region))
    endpoint = arguments.endpoint or _endpoint_of(arguments)
    if arguments.format != "curl":
        return compiled(lambda each: each.url(endpoint))
    from imsquery.client.credentials import TOKEN_VARIABLE
    from imsquery.forms.shell import curl

    return compiled(lambda each: curl(each.url(endpoint), TOKEN_VARIABLE))


def _endpoint_of(arguments: Namespace) -> str:
    """Return the endpoint of the region."""
    try:
        return region_endpoint(arguments.region, arguments.spec.host)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _shown(command: str) -> str:
    """Return a command that standard output shows as it is; anything else would be another one."""
    try:
        command.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        raise UsageError("standard output is not UTF-8, and cannot show a value") from None
    return command


def _endpoint(text: str) -> str:
    try:
        return check_endpoint(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _region(text: str) -> str:
    try:
        return check_region(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
