"""Explain the code of a finding, or list all codes."""

from __future__ import annotations

from textwrap import fill

from imsquery.cli.output import fail
from imsquery.diagnostics.codes import CODES, explain
from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery explain
  imsquery explain bad-value

exit status:
  0  success
  1  unknown code
  2  wrong usage
"""
_WIDTH = 88  # columns


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="code such as bad-value (default: list all codes)"
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
        meant = did_you_mean(nearest(arguments.code, CODES))
        return fail("explain", f"unknown code {arguments.code[:60]!r}{meant}", 1)
    print(f"{found.code}: {found.summary}\n")
    print(fill(found.text, _WIDTH))
    print(f"\nFails:   {found.example}\nMended:  {found.mended}")
    return 0
