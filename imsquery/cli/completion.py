"""``imsquery completion``."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import import_module
from typing import TYPE_CHECKING

from imsquery.cli.main import COMMANDS
from imsquery.cli.shells import SHELLS, Command, script

if TYPE_CHECKING:
    from argparse import Namespace

_FILTERS = {"filter", "first", "second"}  # what arguments that are filters are called


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def main(arguments: Namespace) -> int:
    """Print the script that completes this command in a shell."""
    commands = {name: _describe(*where) for name, where in COMMANDS.items()}
    print(script(arguments.shell, commands), end="")
    return 0


def _describe(module: str, summary: str) -> Command:
    """Read off the arguments of a command what a shell has to know."""
    parser = ArgumentParser(add_help=False)
    import_module(module).add_arguments(parser)
    actions = parser._actions  # noqa: SLF001 -- argparse gives no other way to list them
    options = [option for action in actions for option in action.option_strings]
    takes_filter = any(action.dest in _FILTERS for action in actions)
    return Command(summary, (*options, "--help"), takes_filter=takes_filter)
