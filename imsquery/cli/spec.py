"""List the parameters and attributes with their types and values, and the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.cli.output import as_json, fail
from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.schema.cloudimages import CLOUDIMAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from imsquery.schema.parameters import Parameter

EPILOG = """\
examples:
  imsquery spec
  imsquery spec platform min_disk

exit status:
  0  success
  1  unknown name
  2  wrong usage
"""
_HEADER = ("name", "wire name", "type", "filtered by", "values")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="parameters to show (default: all)"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format (default: text)"
    )


def main(arguments: Namespace) -> int:
    """Print the table."""
    try:
        rows = [_find(name) for name in arguments.names] or [*CLOUDIMAGES.parameters.values()]
    except ValueError as error:
        return fail("spec", error, 1)
    if arguments.format == "json":
        print(as_json(CLOUDIMAGES.to_dict(rows), indent=2))
        return 0
    _print_table(rows)
    if not arguments.names:
        _print_functions()
    return 0


def _find(name: str) -> Parameter:
    row = CLOUDIMAGES.find(name)
    if row is None:
        known = [each.name for each in CLOUDIMAGES.parameters.values()]
        raise ValueError(f"unknown name {name[:60]!r}{did_you_mean(nearest(name, known))}")
    return row


def _print_table(rows: Sequence[Parameter]) -> None:
    lines = [_HEADER, *map(_line, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _print_functions() -> None:
    print("\nfunctions")
    for same in CLOUDIMAGES.functions.values():
        for function in same:
            print(f"  {function.signature:20}  {function.summary}")


def _line(row: Parameter) -> tuple[str, str, str, str, str]:
    if row.clause is not None:
        where = f"clause {row.clause}"
    elif not row.pushable:
        where = "client"
    else:
        where = "server" if row.observed is None else "server, client"
    values = row.kind.describe() + (f" ({row.unit})" if row.unit else "")
    return row.name, row.wire, row.kind.name, where, values
