"""Print a script that completes commands, options and filters in a shell."""

from __future__ import annotations

import re
from argparse import ArgumentParser

from imsquery.cli.common import SPEC
from imsquery.cli.main import COMMANDS, Layout, load
from imsquery.cli.shells import SHELLS, Command, Kind, Words, script
from imsquery.diagnostics.codes import CODES
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.huaweicloud import REGIONS
from imsquery.specs import NAMES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import Action, Namespace
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
_KINDS: Mapping[str | None, Kind] = {
    "FILE": "file", "NAMES": "list", "NAME=VALUE": "setting", SPEC: "either",
}  # fmt: skip


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
    parser = ArgumentParser(add_help=False, formatter_class=Layout)
    load(name).add_arguments(parser)
    actions = parser._actions  # noqa: SLF001 -- argparse has no other way to list them
    options = [option for action in actions for option in action.option_strings]
    values = [
        (option, _words(action))
        for action in actions
        for option in action.option_strings
        if action.nargs != 0
    ]
    arguments: Words | None = Words()
    for action in actions:
        if not action.option_strings:
            arguments = None if action.dest in _FILTERS else _words(action)
    return Command(summary, (*options, "--help"), tuple(values), arguments)


def _words(action: Action) -> Words:
    """Return what can be the value of an option or an argument, as far as that can be listed."""
    metavar = action.metavar if isinstance(action.metavar, str) else None
    kind: Kind = _KINDS.get(metavar, "word")
    if kind == "file" and action.nargs in {"+", "*"}:
        return Words("files")
    listed = _LISTED.get(metavar)
    words = listed() if listed else filter(_is_word, action.choices or ())
    return Words(kind, tuple(words))


def _names() -> Iterator[str]:
    rows = CLOUDIMAGES.parameters.values()
    return (row.name for row in rows if row.observed is not None)


_LISTED: Mapping[str | None, Callable[[], Iterable[str]]] = {
    "NAME": _names,
    "NAMES": _names,
    "CODE": lambda: CODES,
    "COMMAND": lambda: COMMANDS,
    "REGION": lambda: REGIONS,
    "SHELL": lambda: SHELLS,
    SPEC: lambda: NAMES,
}
"""What stands for a value in help -> the words that it can be."""
