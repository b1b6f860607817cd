"""``imsquery complete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.cli.output import as_json, fail
from imsquery.cli.shells import lines
from imsquery.completion.complete import complete, completions_to_json

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", metavar="TEXT", help="a filter, which may be unfinished")
    parser.add_argument(
        "--cursor",
        type=int,
        metavar="N",
        help="code points before the cursor (default: all of them)",
    )
    parser.add_argument(
        "--format",
        choices=("json", "lines"),
        default="json",
        help="lines: for a shell's completion script, which gives its quote, too",
    )
    parser.add_argument("--quote", choices=("'", '"'), default="'", help="of the shell's word")


def main(arguments: Namespace) -> int:
    """Print what can stand at the cursor, as JSON."""
    text = arguments.text
    if arguments.format == "lines":
        for line in lines(text, arguments.quote):
            print(line)
        return 0
    cursor = len(text) if arguments.cursor is None else arguments.cursor
    if not 0 <= cursor <= len(text):
        return fail("complete", f"the cursor is from 0 to {len(text)}")
    print(as_json(completions_to_json(complete(text, cursor)), indent=2))
    return 0
