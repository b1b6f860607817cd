"""List what can go at a position in a filter, best first."""

from __future__ import annotations

from imsquery.cli.common import add_spec
from imsquery.cli.encoding import check_encoding
from imsquery.cli.output import as_json, fail
from imsquery.completion.complete import complete, completions_to_json

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


EPILOG = """\
example:
  imsquery complete 'platform = Ce'

exit status:
  0  success
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", metavar="TEXT", help="a filter, possibly unfinished")
    add_spec(parser)
    parser.add_argument(
        "--cursor",
        type=int,
        metavar="N",
        help="position of the cursor, in code points (default: the end)",
    )
    parser.add_argument(
        "--format",
        choices=("json", "lines"),
        default="json",
        help="output format: JSON (default), or lines for a shell's completion script",
    )
    parser.add_argument(
        "--quote", choices=("'", '"'), default="'", help="the shell's quote around TEXT, for lines"
    )


def main(arguments: Namespace) -> int:
    """Print the completions."""
    text = check_encoding(arguments.text)
    if arguments.format == "lines":
        from imsquery.cli.shells import lines

        for line in lines(text, arguments.quote, spec=arguments.spec):
            print(line)
        return 0
    cursor = len(text) if arguments.cursor is None else arguments.cursor
    if not 0 <= cursor <= len(text):
        return fail("complete", f"the cursor must be between 0 and {len(text)}")
    print(as_json(completions_to_json(complete(text, cursor, spec=arguments.spec)), indent=2))
    return 0
