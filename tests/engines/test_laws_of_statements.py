"""Statements are well-formed in their dialect, and no value of a filter is in their text."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest
import sqlglot
import trino_sql_validator
from hypothesis import given, reject
from hypothesis import strategies as st

import imsquery
from imsquery import QueryError, matcher
from imsquery.engines.dialects.named import DIALECTS
from imsquery.engines.statement import Statement
from imsquery.language.unparse import unparse
from tests.engines.filters import filters
from tests.engines.large import LARGE
from tests.engines.oracle import is_taken
from tests.engines.queries import queries
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform

LAYOUTS: tuple[dict[str, Any], ...] = (
    {"columns": TYPES},
    {"columns": OTHER_TYPES},
    {"json": "body"},
)
WIDE = imsquery.Limits(depth=2_000, count=20_000, length=1_000_000)
dialects = pytest.mark.parametrize("dialect", DIALECTS)


def made(text: str, dialect: str, **options: Any) -> Statement:
    """Return the statement; reject what the matcher or the dialect rightly refuses."""
    if not is_taken(text):
        reject()
    try:
        return imsquery.sql(text, dialect, allow_unlisted=True, **options)
    except QueryError as error:
        assert {each.code for each in error.diagnostics if each.severity == "error"} == {
            "not-expressible"
        }
        reject()


@dialects
@given(queries, st.sampled_from(LAYOUTS))
def test_an_independent_parser_reads_every_statement(
    dialect: str, query: tuple[str, list[str]], layout: dict[str, Any]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    statement = made_with(text, clauses, dialect, layout)

    assert_parses(statement.sql, dialect)
    assert_parses(f"SELECT 1 FROM t WHERE {statement.where}", dialect)


def made_with(text: str, clauses: list[str], dialect: str, layout: dict[str, Any]) -> Statement:
    try:
        return imsquery.sql(f"{text} {' '.join(clauses)}", dialect, allow_unlisted=True, **layout)
    except QueryError:
        reject()


def assert_parses(text: str, dialect: str) -> None:
    if dialect == "trino":
        found = trino_sql_validator.validate(text)
        assert found.valid, (text, found)
    elif dialect == "duckdb":
        assert len(duckdb.extract_statements(text)) == 1
    else:
        assert len(sqlglot.parse(text, dialect=dialect)) == 1


@dialects
@given(filters, st.sampled_from(LAYOUTS))
def test_placeholders_are_as_many_as_values(
    dialect: str, tree: Any, layout: dict[str, Any]
) -> None:
    statement = made(unparse(tree), dialect, **layout)
    written = re.sub(r"'(?:[^']|'')*'|`[^`]*`|\"[^\"]*\"", "", statement.sql)
    numbers = {int(each) for each in re.findall(r"(?:\$|@p|\{p)([0-9]+)", written)}

    if written.count("?"):
        assert written.count("?") == len(statement.params)
    else:
        assert numbers == set(range(1, len(statement.params) + 1))
    assert statement.count == len(statement.params)


@dialects
@given(st.sampled_from(["=", "!=", "contains", "startswith", "endswith", "glob"]),
       st.sampled_from(["name", "owner", "tag", "description", "os_version"]),
       st.text("ab'\"\\;-?$`\n*%", min_size=1, max_size=5), st.sampled_from(LAYOUTS))  # fmt: skip
def test_no_value_is_in_the_text(
    dialect: str, operator: str, name: str, value: str, layout: dict[str, Any]
) -> None:
    """The same condition on two values is one text; only parameters differ."""
    texts = {
        made(f"{name} {operator} {quoted(each)}", dialect, **layout).sql
        for each in (f"{marker}{value}" for marker in ("SECRET_ONE", "SECRET_TWO"))
    }

    assert not [text for text in texts if "SECRET" in text]
    assert len(texts) == 1


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@dialects
@pytest.mark.parametrize("name", LARGE)
def test_nothing_nests_deeply(dialect: str, name: str) -> None:
    text = imsquery.sql(LARGE[name], dialect, columns=TYPES, limits=WIDE).where
    depth = deepest = 0
    for sign in re.findall(r"\(|\)|\bCASE\b|\bEND\b", text):
        depth += 1 if sign in {"(", "CASE"} else -1
        deepest = max(deepest, depth)

    assert deepest < 130


@pytest.mark.parametrize("name", LARGE)
def test_large_filters_run_in_duckdb_and_polars(name: str) -> None:
    from tests.engines.polars_frames import frame

    rows = frame("columns")
    is_wanted = matcher(LARGE[name], limits=WIDE)
    wanted = [n for n, each in enumerate(RECORDS) if is_wanted(conform(each, TYPES))]
    with duckdb.connect() as connection:
        connection.register("images", rows.to_arrow())
        statement = imsquery.sql(LARGE[name], "duckdb", columns=TYPES, limits=WIDE)
        found = connection.execute(statement.sql, statement.params).fetchall()

    assert sorted(row[0] for row in found) == wanted
    assert list(imsquery.apply(rows, LARGE[name], limits=WIDE)["n"]) == wanted
