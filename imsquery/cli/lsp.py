"""Serve an editor: findings, fixes, completion, hover and formatting of filters.

The language server works on files of one filter each (`*.imsq`), on filters in Python's calls of
imsquery, and on the URLs of image lists in any file. It speaks over standard input and output.
"""

from __future__ import annotations

from imsquery.cli.common import add_spec
from imsquery.cli.output import fail

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery lsp            (as an editor starts it)

exit status:
  0  the editor has closed the connection
  2  wrong usage, or the extra is not installed
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_spec(parser)
    parser.add_argument("--stdio", action="store_true", help="the default; some editors pass it")


def main(arguments: Namespace) -> int:
    """Serve until the editor closes the connection."""
    try:
        from imsquery.lsp.server import create_server
    except ModuleNotFoundError as error:
        return fail("lsp", error)
    create_server(arguments.spec).start_io()
    return 0
