"""List the parameters and attributes with their types and values, functions, and other names."""

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
    _print_foreign_names({row.wire for row in rows} if arguments.names else None)
    return 0


def _find(name: str) -> Parameter:
    row = CLOUDIMAGES.find(name)
    if row is not None:
        return row
    foreign = CLOUDIMAGES.foreign(name)
    if foreign is not None:
        meant = [_shown(each) for each in foreign.meanings]
    else:
        meant = nearest(name, [each.name for each in CLOUDIMAGES.parameters.values()])
    raise ValueError(f"unknown name {name[:60]!r}{did_you_mean(meant)}")


def _shown(meaning: str) -> str:
    """Return a meaning of a foreign name as a filter writes it."""
    row = CLOUDIMAGES.parameters.get(meaning)
    return meaning if row is None else row.name


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


def _print_foreign_names(wires: set[str] | None) -> None:
    """Print what names of other tools mean: all of them, or those that mean some parameters."""
    rows = [
        row
        for row in CLOUDIMAGES.foreign_names
        if wires is None or not wires.isdisjoint(row.meanings)
    ]
    print("\nnames elsewhere" if rows else "", end="\n" if rows else "")
    for row in rows:
        meant = " or ".join(map(_shown, row.meanings)) or "no counterpart"
        note = f"; {row.note}" if row.note else ""
        print(f"  {', '.join(row.names)}: {meant}{note}")


def _line(row: Parameter) -> tuple[str, str, str, str, str]:
    if row.clause is not None:
        where = f"clause {row.clause}"
    elif not row.pushable:
        where = "client"
    else:
        where = "server" if row.observed is None else "server, client"
    values = row.kind.describe() + (f" ({row.unit})" if row.unit else "")
    return row.name, row.wire, row.kind.name, where, values
