"""Print the help of a command, or the list of commands."""

from __future__ import annotations

from imsquery.cli.main import command_parser, known, parser

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery help
  imsquery help compile

exit status:
  0  success
  2  wrong usage
"""


def add_arguments(reader: ArgumentParser) -> None:
    """Declare the arguments."""
    reader.add_argument(
        "command",
        metavar="COMMAND",
        nargs="?",
        type=known,
        help="command such as compile (default: list all commands)",
    )


def main(arguments: Namespace) -> int:
    """Print the help."""
    command = arguments.command
    (parser() if command is None else command_parser(command)).print_help()
    return 0
