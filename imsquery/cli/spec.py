"""List the parameters and attributes with their types and values, functions, and other names.

With --format toml or json-spec, it is a file that --spec reads.
"""

from __future__ import annotations

from imsquery.cli.common import UsageError, add_spec
from imsquery.cli.output import as_json, fail
from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.diagnostics.terminal import visible
from imsquery.schema.parameters import Parameter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from imsquery.schema.spec import Spec

EPILOG = """\
examples:
  imsquery spec
  imsquery spec platform min_disk
  imsquery spec --spec opentelekomcloud --format toml > ours.toml

exit status:
  0  success
  1  unknown name
  2  wrong usage
"""
_HEADER = ("name", "wire name", "type", "filtered by", "values")
_FILES = {"toml": "toml", "json-spec": "json"}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="parameters to show (default: all)"
    )
    add_spec(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json", *_FILES),
        default="text",
        help="output format (default: text); toml and json-spec are files for --spec",
    )


def main(arguments: Namespace) -> int:
    """Print the table."""
    spec = arguments.spec
    if arguments.format in _FILES:
        if arguments.names:
            raise UsageError(f"--format {arguments.format} is of the whole spec")
        print(spec.dump(_FILES[arguments.format]), end="")
        return 0
    try:
        rows = [_find(name, spec) for name in arguments.names] or [*spec.parameters.values()]
    except ValueError as error:
        return fail("spec", error, 1)
    if arguments.format == "json":
        print(as_json(spec.to_dict(rows), indent=2))
        return 0
    lines = [*_table(rows)]
    if not arguments.names:
        lines += _functions(spec)
    lines += _foreign_names(spec, {row.wire for row in rows} if arguments.names else None)
    print("\n".join(map(visible, lines)))
    return 0


def _find(name: str, spec: Spec) -> Parameter:
    row = spec.find(name)
    if row is not None:
        return row
    foreign = spec.foreign(name)
    if foreign is not None:
        meant = [_shown(each, spec) for each in foreign.meanings]
    else:
        meant = nearest(name, [each.name for each in spec.parameters.values()])
    raise ValueError(f"unknown name {name[:60]!r}{did_you_mean(meant)}")


def _shown(meaning: str, spec: Spec) -> str:
    """Return a meaning of a foreign name as a filter writes it."""
    row = spec.parameters.get(meaning)
    return meaning if row is None else row.name


def _table(rows: Sequence[Parameter]) -> Iterator[str]:
    lines = [_HEADER, *map(_line, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _functions(spec: Spec) -> Iterator[str]:
    if spec.functions:
        yield from ("", "functions")
    for same in spec.functions.values():
        for function in same:
            yield f"  {function.signature:20}  {function.summary}"


def _foreign_names(spec: Spec, wires: set[str] | None) -> Iterator[str]:
    """Yield what names of other tools mean: all of them, or those that mean some parameters."""
    rows = [
        row for row in spec.foreign_names if wires is None or not wires.isdisjoint(row.meanings)
    ]
    if rows:
        yield from ("", "names elsewhere")
    for row in rows:
        meant = " or ".join(_shown(each, spec) for each in row.meanings) or "no counterpart"
        note = f"; {row.note}" if row.note else ""
        yield f"  {', '.join(row.names)}: {meant}{note}"


def _line(row: Parameter) -> tuple[str, str, str, str, str]:
    if row.clause is not None:
        where = f"clause {row.clause}"
    elif not row.pushable:
        where = "client"
    else:
        where = "server" if row.observed is None else "server, client"
    return row.name, row.wire, row.kind.name, where, "; ".join(_said(row))


def _said(row: Parameter) -> Iterator[str]:
    """Yield what the spec says of the values of a parameter."""
    yield row.kind.describe() + (f" ({row.unit})" if row.unit else "")
    plain = Parameter(row.wire, row.kind, source="").operators
    if row.pushable and row.operators != plain:
        yield f"the server takes {', '.join(row.operators)}"
    if row.repeats:
        yield "repeats"
    if row.scopes:
        yield f"{', '.join(row.scopes)} widens the search"
    if row.default is not None:
        yield f"{row.default} if {'no request asks' if row.selects else 'a record has none'}"
    if row.reading is not None:
        read = ", ".join(f"{said} as {value}" for said, value in row.reading.items())
        yield f"`{row.observed}` is read: {read}"
    elif row.observed not in {None, row.wire}:
        yield f"seen in `{row.observed}`"
    if row.requires is not None:
        yield f"requires {row.requires[0]} = {row.requires[1]}"
    if row.excludes:
        yield f"never with {', '.join(row.excludes)}"
