"""Print the SQL statement that finds the same images in a table.

Values are parameters, listed after the statement; the statement has none in it.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from imsquery.cli.common import (
    UsageError,
    add_filter,
    add_options,
    add_values,
    read_filter,
)
from imsquery.cli.escaping import json_text
from imsquery.cli.output import attempt, fail, print_lines
from imsquery.cli.values import options_of
from imsquery.engines.dialects.named import DIALECTS
from imsquery.engines.statement import sql

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from imsquery.engines.statement import Statement

EPILOG = """\
examples:
  imsquery sql --dialect duckdb --table images 'platform = CentOS and min_ram <= 4096'
  imsquery sql --dialect spark --table fleet.images --json body 'not supports(kvm) limit 5'

A file for --columns holds a JSON object of types by attribute, with the names that the engine has
for them: {"name": "text", "min_ram": "bigint", "created_at": "timestamptz", "tags": "text[]"}

exit status:
  0  success
  1  errors in the filter, or something that the engine cannot express
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    parser.add_argument("--dialect", choices=DIALECTS, required=True, help="the engine")
    parser.add_argument(
        "--table",
        default="images",
        metavar="TABLE",
        help="the table, with dots between the parts of its name (default: %(default)s)",
    )
    parser.add_argument(
        "--columns",
        type=Path,
        metavar="FILE",
        help="types of the columns (default: those of the service's records)",
    )
    parser.add_argument(
        "--json", metavar="COLUMN", help="column of JSON that has the other attributes"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format (default: text)"
    )
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the statement of a filter."""
    text = read_filter(arguments)
    keywords = options_of(arguments, text)
    try:
        columns = None if arguments.columns is None else _read_columns(arguments.columns)
        make = partial(
            sql,
            dialect=arguments.dialect,
            table=arguments.table,
            columns=columns,
            json=arguments.json,
            **keywords,
        )
        made = attempt(make, text)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("sql", error)
    if made is None:
        return 1
    print_lines([*_FORMATS[arguments.format](made)], arguments.format)
    return 0


def _read_columns(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise UsageError(f"{path}: expected an object of types by attribute")
    return found


def _as_text(made: Statement) -> Iterator[str]:
    yield f"{made.sql};"
    for number, value in enumerate(made.params, 1):
        yield f"-- {number}: {json_text(value)}"


def _as_json(made: Statement) -> Iterator[str]:
    yield json_text({"sql": made.sql, "params": made.params, "where": made.where})


_FORMATS = {"text": _as_text, "json": _as_json}
