"""The command: ``imsquery COMMAND …``.

Each command is a module of this package, imported only when it is called, so that ``imsquery
compile`` pays for nothing else.  It has a docstring and an ``EPILOG``, which are its help, and two
functions: ``add_arguments`` declares its arguments, and ``main`` returns its exit status.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

COMMANDS = {
    "compile": "print the query string of a filter",
    "url": "print the URL of a filter",
    "plan": "print the requests that answer a filter",
    "run": "fetch the images that match a filter",
    "why": "say why a filter matches an image, or none",
    "sql": "print the SQL statement of a filter",
    "diff": "compare two filters",
    "check": "report errors and warnings in a filter",
    "format": "reformat filters",
    "decompile": "turn a URL or query string into a filter",
    "lint": "check the requests for image lists in files",
    "spec": "list parameters with their types and values",
    "explain": "explain the code of a finding",
    "complete": "list completions at a position in a filter",
    "completion": "print a completion script for a shell",
    "lsp": "serve an editor: findings, fixes, completion, hover, formatting",
    "serve": "serve a local image list for tests and demonstrations",
    "help": "print the help of a command",
}
"""What each command does, in a line."""

# Commands keep nearly all that they make: to look for cycles in it is a quarter of a long lint.
_ALLOCATIONS = 50_000


def run() -> None:
    """Run the command of this process, and exit."""
    _repair_streams()
    gc.set_threshold(_ALLOCATIONS)
    try:
        status = main(sys.argv[1:])
        if not sys.stdout.closed:  # a language server closes it
            sys.stdout.flush()
    except OSError as error:
        # The reader has gone, or a disk is full; keep the interpreter from saying so when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
        if not isinstance(error, BrokenPipeError):
            from imsquery.diagnostics.failures import reason

            print(f"imsquery: {reason(error)}", file=sys.stderr)
            status = 2
    except KeyboardInterrupt:
        status = 130  # as a shell reports SIGINT
    sys.exit(status)


def _repair_streams() -> None:
    """Open standard streams that are closed, and let output take lone surrogates."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed when the process was started
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 -- until it ends
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        # An argument that is not UTF-8 has lone surrogates.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Args:
        arguments: without the name of the program.

    Returns:
        The exit status: 0 on success, 1 if the filter has errors, 2 for wrong usage.
    """
    try:
        if arguments and arguments[0] in COMMANDS:
            return _run_command(arguments[0], arguments[1:])
        if arguments:
            parser().parse_args(arguments)
        parser().print_help(sys.stderr)
    except SystemExit as ending:  # how argparse ends: help, version, wrong usage
        return ending.code if isinstance(ending.code, int) else 2
    return 2


def load(name: str) -> ModuleType:
    """Import the module of a command."""
    return import_module(f"imsquery.cli.{name}")


def _run_command(name: str, arguments: Sequence[str]) -> int:
    from imsquery.cli.common import UsageError, is_interrupt

    reader = command_parser(name)
    try:
        return int(load(name).main(reader.parse_args(arguments)))
    except UsageError as error:
        reader.error(str(error))
    except RuntimeError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        raise
    except ValueError as error:  # text that is not UTF-8; nothing else gets here
        from imsquery.cli.output import draw_error

        draw_error(error)
        return 1


class Layout(argparse.RawDescriptionHelpFormatter):
    """The layout of help; argparse makes one to check each argument, too.

    It would load ``shutil``, and with that all kinds of compression, to find the width.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the width of the terminal, or what ``COLUMNS`` says that it is."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said[:9]):
        return int(said[:9])
    try:
        return os.get_terminal_size().columns or _COLUMNS
    except OSError:  # not a terminal
        return _COLUMNS


_COLUMNS = 80


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of a command's arguments."""
    command = load(name)
    reader = argparse.ArgumentParser(
        prog=f"imsquery {name}",
        description=command.__doc__,
        epilog=command.EPILOG,
        formatter_class=Layout,
    )
    command.add_arguments(reader)
    return reader


def parser() -> argparse.ArgumentParser:
    """Return the parser of what comes before a command."""
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {summary}" for name, summary in COMMANDS.items())
    reader = argparse.ArgumentParser(
        prog="imsquery",
        usage="imsquery COMMAND ...",
        description="A filter language over Huawei Cloud's image list.",
        epilog=f"commands:\n{listed}\n\n"
        "examples:\n"
        "  imsquery compile 'platform = CentOS and created_at < 2018-10-28'\n"
        "  imsquery help compile",
        formatter_class=Layout,
    )
    reader.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    reader.add_argument("command", metavar="COMMAND", type=known, help=argparse.SUPPRESS)
    return reader


def known(name: str) -> str:
    """Return the name of a command.

    Raises:
        ArgumentTypeError: it is not one.
    """
    if name in COMMANDS:
        return name
    from imsquery.diagnostics.edits import did_you_mean
    from imsquery.diagnostics.suggest import nearest

    meant = did_you_mean(nearest(name, COMMANDS))
    raise argparse.ArgumentTypeError(f"unknown command {name[:40]!r}{meant}")


class _Version(argparse.Action):
    """Prints the version, which is looked up only if asked for: that imports a lot."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from imsquery import __version__

        print(f"imsquery {__version__}")
        parser.exit()
