"""``imsquery spec``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imsquery.cli.output import as_json, fail
from imsquery.schema.cloudimages import CLOUDIMAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.schema.parameters import Parameter


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="only these parameters; all if none is named"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(arguments: Namespace) -> int:
    """Print the table."""
    rows = list(CLOUDIMAGES.parameters.values())
    if arguments.names:
        rows = []
        for name in arguments.names:
            row = CLOUDIMAGES.find(name)
            if row is None:
                return fail("spec", f"no parameter or attribute is called {name!r}", 1)
            rows.append(row)
    if arguments.format == "json":
        print(as_json(CLOUDIMAGES.to_dict(rows), indent=2))
        return 0
    lines = [("name", "wire name", "type", "asked of", "takes"), *map(_line, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    for line in lines:
        cells = [f"{cell:{width}}" for cell, width in zip(line, widths, strict=False)]
        print("  ".join([*cells, line[-1]]))
    if not arguments.names:
        print("\nfunctions")
        for same in CLOUDIMAGES.functions.values():
            for function in same:
                print(f"  {function.signature:20}  {function.summary}")
    return 0


def _line(row: Parameter) -> tuple[str, str, str, str, str]:
    if row.clause is not None:
        where = f"clause {row.clause}"
    elif not row.pushable:
        where = "records"
    else:
        where = "server" if row.observed is None else "server, records"
    takes = row.kind.describe() + (f" ({row.unit})" if row.unit else "")
    return row.name, row.wire, row.kind.name, where, takes
