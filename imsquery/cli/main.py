"""The command: ``imsquery COMMAND …``.

Only this package prints or exits.  Each command is a module with ``add_arguments`` and ``main``,
imported when it is called, so that ``imsquery compile`` pays for nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Command -> its module and what it does, in a line.
COMMANDS: dict[str, tuple[str, str]] = {
    "compile": ("imsquery.cli.compile", "print the canonical query string of a filter"),
    "url": ("imsquery.cli.url", "print the URL of a filter"),
    "plan": ("imsquery.cli.plan", "print the requests of any filter, and what is left to do"),
    "run": ("imsquery.cli.run", "fetch the images of any filter"),
    "diff": ("imsquery.cli.diff", "print images that only one of two filters matches"),
    "check": ("imsquery.cli.check", "print every finding of a filter"),
    "format": ("imsquery.cli.format", "print filters in canonical layout"),
    "decompile": ("imsquery.cli.decompile", "print the filter of a URL or query string"),
    "lint": ("imsquery.cli.lint", "find image-list URLs in files and check them"),
    "spec": ("imsquery.cli.spec", "print the parameters, their types and values"),
    "explain": ("imsquery.cli.explain", "explain the code of a finding"),
    "complete": ("imsquery.cli.complete", "print what can stand at a place in a filter"),
    "completion": ("imsquery.cli.completion", "print a completion script for a shell"),
    "serve": ("imsquery.cli.serve", "serve an image list for tests and demonstrations"),
}

_FAILURE = "the filter has errors"
# Command -> what exit status 1 means, where that is something else; nothing where there is none.
_FAILURES = {
    "check": "there are errors; with --fix, errors are left",
    "format": "a filter has errors; with --check or --diff, one is laid out otherwise",
    "decompile": "the request has errors",
    "lint": "something is wrong with a URL",
    "spec": "no such parameter",
    "explain": "no such code",
    "complete": "",
    "completion": "",
    "serve": "",
}


def run() -> None:
    """Run the command of this process, and exit."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed when the process was started
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate, from an argument that is no UTF-8, must not end in a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        # The reader has gone, or a disk is full; that the interpreter does not say so at its end:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
        if not isinstance(error, BrokenPipeError):
            print(f"imsquery: {error}", file=sys.stderr)
            status = 2
    except KeyboardInterrupt:
        status = 130  # as a shell reports SIGINT
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Args:
        arguments: without the program's name.

    Returns:
        The exit status: 0 fine, 1 the filter has errors, 2 wrong usage.
    """
    try:
        if arguments and arguments[0] in COMMANDS:
            return _run_command(arguments[0], arguments[1:])
        _parser().parse_args(arguments)
    except SystemExit as wish:  # how argparse ends: help, version, wrong usage
        return wish.code if isinstance(wish.code, int) else 2
    return 2


def _run_command(name: str, arguments: Sequence[str]) -> int:
    module, summary = COMMANDS[name]
    command = import_module(module)
    parser = argparse.ArgumentParser(
        prog=f"imsquery {name}",
        description=summary,
        epilog=_exit_status(_FAILURES.get(name, _FAILURE)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    return int(command.main(parser.parse_args(arguments)))


def _exit_status(failure: str) -> str:
    return f"exit status: 0 fine, {f'1 {failure}, ' if failure else ''}2 wrong usage"


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="imsquery",
        usage="imsquery COMMAND …",
        description="A filter language over Huawei Cloud's image list.",
        epilog=f"commands:\n{listed}\n\n`imsquery COMMAND --help` tells more; "
        f"{_exit_status(_FAILURE)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS)
    return parser


class _Version(argparse.Action):
    """Prints the version, which is looked up only if asked for: that imports a lot."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from imsquery import __version__

        print(f"imsquery {__version__}")
        parser.exit()
