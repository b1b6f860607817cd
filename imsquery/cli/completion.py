"""Print a script that completes commands, options and filters in a shell."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from imsquery.cli.common import SPEC
from imsquery.cli.main import COMMANDS, load
from imsquery.cli.shells import SHELLS, Command, script
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.specs import NAMES

if TYPE_CHECKING:
    from argparse import Action, Namespace

EPILOG = """\
examples:
  source <(imsquery completion bash)
  source <(imsquery completion zsh)
  imsquery completion fish | source

exit status:
  0  success
  2  wrong usage
"""
_is_word = re.compile(r"[\w-]+").fullmatch
_FILTERS = {"filter", "first", "second"}  # names of arguments that are filters


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def main(arguments: Namespace) -> int:
    """Print the script."""
    commands = {name: _describe(name, summary) for name, summary in COMMANDS.items()}
    print(script(arguments.shell, commands), end="")
    return 0


def _describe(name: str, summary: str) -> Command:
    """Return what a shell has to know of a command, from the arguments that it declares."""
    parser = ArgumentParser(add_help=False)
    load(name).add_arguments(parser)
    actions = parser._actions  # noqa: SLF001 -- argparse has no other way to list them
    options = [option for action in actions for option in action.option_strings]
    values = [
        (option, _words(action))
        for action in actions
        for option in action.option_strings
        if action.nargs != 0
    ]
    takes_filter = any(action.dest in _FILTERS for action in actions)
    return Command(summary, (*options, "--help"), tuple(values), takes_filter=takes_filter)


def _words(action: Action) -> tuple[str, ...] | None:
    """Return the words that can follow an option, as far as they can be listed."""
    if action.metavar == "FILE":
        return None
    if action.metavar == SPEC:
        return *NAMES, ""
    if action.metavar in {"NAME", "NAMES"}:
        rows = CLOUDIMAGES.parameters.values()
        return tuple(row.name for row in rows if row.observed is not None)
    return tuple(filter(_is_word, action.choices or ()))
