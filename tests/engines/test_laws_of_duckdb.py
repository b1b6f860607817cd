"""In DuckDB, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, reject

from imsquery.engines.statement import sql
from imsquery.language import syntax
from tests.engines.filters import batches, systematic
from tests.engines.oracle import check, is_taken, readable
from tests.engines.queries import meant, queries
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform

DUCKDB_TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "text[]": "VARCHAR[]",
    "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMPTZ", "number": "DOUBLE",
}  # fmt: skip
LAYOUTS: Mapping[str, Mapping[str, str]] = {"columns": TYPES, "others": OTHER_TYPES}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute("CREATE TABLE bodies (n INTEGER, body JSON)")
        rows = [(n, json.dumps(record)) for n, record in enumerate(RECORDS)]
        connection.executemany("INSERT INTO bodies VALUES (?, ?)", rows)
        for table, types in LAYOUTS.items():
            create(connection, table, types)
        yield connection


def create(connection: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str]) -> None:
    described = [f'"{name}" {DUCKDB_TYPES[said]}' for name, said in types.items()]
    connection.execute(f"CREATE TABLE {table} (n INTEGER, {', '.join(described)})")
    rows = []
    for n, record in enumerate(RECORDS):
        shown = conform(record, types)
        rows.append([n, *(stored(shown.get(name), said) for name, said in types.items())])
    places = ", ".join("?" * (len(types) + 1))
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def stored(value: Any, said: str) -> Any:
    if value is None or not said.startswith("timestamp"):
        return value
    return value.rstrip("Z") + ("+00" if said == "timestamptz" else "")


def numbers(
    connection: duckdb.DuckDBPyConnection, text: str, table: str, **layout: Any
) -> set[int]:
    made = sql(text, "duckdb", allow_unlisted=True, **layout)
    statement = f"SELECT n FROM {table} WHERE {made.where}"
    found = connection.execute(statement, made.params[: made.count]).fetchall()
    return {n for (n,) in found}


@given(batches)
def test_a_column_of_json_is_filtered_as_by_the_matcher(
    database: duckdb.DuckDBPyConnection, trees: Sequence[syntax.Expr]
) -> None:
    check(
        readable(trees),
        RECORDS,
        lambda text: numbers(database, text, "bodies", json="body"),
    )


@pytest.mark.parametrize(("table", "types"), LAYOUTS.items())
@given(batches)
def test_columns_are_filtered_as_by_the_matcher(
    database: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    trees: Sequence[syntax.Expr],
) -> None:
    check(
        readable(trees),
        [conform(record, types) for record in RECORDS],
        lambda text: numbers(database, text, table, columns=types),
    )


@pytest.mark.parametrize("table", ["bodies", *LAYOUTS])
def test_each_operator_on_each_value_finds_the_same(
    database: duckdb.DuckDBPyConnection, table: str
) -> None:
    layout: dict[str, Any] = {"columns": LAYOUTS[table]} if table in LAYOUTS else {"json": "body"}
    records = [conform(r, LAYOUTS[table]) if table in LAYOUTS else r for r in RECORDS]

    check(systematic(), records, lambda text: numbers(database, text, table, **layout))


@pytest.mark.parametrize("table", ["bodies", "columns", "others"])
@given(queries)
def test_clauses_mean_what_the_language_says(
    database: duckdb.DuckDBPyConnection, table: str, query: tuple[str, Sequence[str]]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    layout: dict[str, Any] = {"columns": LAYOUTS[table]} if table in LAYOUTS else {"json": "body"}
    records = RECORDS
    if table in LAYOUTS:
        records = tuple(conform(record, LAYOUTS[table]) for record in RECORDS)
    made = sql(f"{text} {' '.join(clauses)}", "duckdb", table=table, allow_unlisted=True, **layout)
    found = database.execute(made.sql, made.params).fetchall()
    ids = [RECORDS[row[0]]["id"] for row in found]

    wanted = meant(text, clauses, records)
    assert ids == wanted if clauses else sorted(ids) == sorted(wanted)
