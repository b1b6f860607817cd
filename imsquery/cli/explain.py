"""``imsquery explain``."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from imsquery.cli.output import fail
from imsquery.diagnostics.codes import CODES, explain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_WIDTH = 88  # columns


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="such as bad-value; all are listed if none is given"
    )


def main(arguments: Namespace) -> int:
    """Print what a code means."""
    if arguments.code is None:
        width = max(map(len, CODES))
        for code in CODES:
            print(f"{code:{width}}  {explain(code).summary}")
        return 0
    try:
        found = explain(arguments.code)
    except KeyError:
        return fail("explain", f"no finding has the code {arguments.code[:60]!r}", 1)
    print(f"{found.code}: {found.summary}\n")
    print(fill(found.text, _WIDTH))
    print(f"\nFails:   {found.example}\nMended:  {found.mended}")
    return 0
