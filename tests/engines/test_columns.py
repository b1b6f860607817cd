"""What engines say of their tables, and what filters make of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import imsquery
from imsquery.engines.columns import read_layout
from imsquery.engines.files import search_files

SPARK_ZONED = ("timestamp",)


def kind(said: str, zoned: tuple[str, ...] = ()) -> str:
    return read_layout({"a": said}, None, imsquery.CLOUDIMAGES, zoned).columns["a"].kind


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("VARCHAR", "text"), ("character varying(255)", "text"), ("Nullable(String)", "text"),
        ("LowCardinality(Nullable(String))", "text"), ("ENUM('a', 'b')", "text"), ("UUID", "text"),
        ("string collate UTF8_LCASE", "text"), ("BIGINT", "integer"), ("UInt8", "integer"),
        ("DECIMAL(18,3)", "number"), ("double precision", "number"), ("BOOLEAN", "boolean"),
        ("TIMESTAMP WITH TIME ZONE", "timestamptz"), ("timestamp(6) with time zone", "timestamptz"),
        ("timestamp(3) without time zone", "timestamp"), ("TIMESTAMP_NS", "timestamp"),
        ("Datetime(time_unit='us', time_zone='UTC')", "timestamptz"), ("DATE", "timestamp"),
        ("Datetime(time_unit='ms', time_zone=None)", "timestamp"), ("VARCHAR[]", "text[]"),
        ("array<string>", "text[]"), ("List(String)", "text[]"), ("Array(String)", "text[]"),
        ("character varying[]", "text[]"), ("INTEGER[]", "other"), ("array<bigint>", "other"),
        ("jsonb", "json"), ("void", "null"),
    ],
)  # fmt: skip
def test_types_have_many_names(said: str, expected: str) -> None:
    assert kind(said) == expected


def test_a_dialect_may_mean_another_type_by_a_name() -> None:
    assert kind("TIMESTAMP") == "timestamp"
    assert kind("TIMESTAMP", SPARK_ZONED) == "timestamptz"


def test_an_unknown_type_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown type 'intger' of column 'a'; did you mean"):
        kind("intger")


def test_a_description_is_read_from_rows_a_mapping_or_a_schema() -> None:
    frame = pl.DataFrame({"name": ["a"], "ages": [[1]], "point": [{"x": 1}]})
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (name VARCHAR, ages INTEGER[], point STRUCT(x INTEGER))")
        rows = connection.execute("DESCRIBE t").fetchall()

    assert imsquery.sql.columns(rows) == {"name": "VARCHAR", "ages": "INTEGER[]", "point": "other"}
    assert imsquery.sql.columns(frame.schema) == {
        "name": "String", "ages": "List(Int64)", "point": "other",
    }  # fmt: skip
    postgres = [("tags", "ARRAY"), ("name", "USER-DEFINED"), ("# Partitioning", ""), ("x", "int")]
    assert imsquery.sql.columns(postgres) == {"tags": "text[]", "name": "text"}


@pytest.mark.parametrize("described", ["name text", None, 5])
def test_anything_else_is_no_description(described: Any) -> None:
    with pytest.raises(TypeError, match="expected the rows of a description or a schema"):
        imsquery.sql.columns(described)


def test_a_missing_column_is_absent_from_all_records() -> None:
    made = imsquery.sql("name = a or min_ram is absent", "duckdb", columns={"owner": "text"})

    assert made.where == "TRUE"


def test_columns_go_before_json() -> None:
    made = imsquery.sql(
        "min_ram > 5 and os_type is present", "duckdb", columns={"min_ram": "int"}, json="body"
    )

    assert made.where == """("min_ram" > $1 AND JSON_TYPE("body", '$."__os_type"') <> 'NULL')"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dialect": "postgress"}, "unknown dialect 'postgress'; did you mean `postgres`?"),
        ({"dialect": "duckdb", "table": "a..b"}, "invalid name '' of a table or column"),
    ],
)
def test_wrong_arguments_are_errors(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        imsquery.sql("all", **arguments)


def test_an_expression_has_no_clauses() -> None:
    with pytest.raises(ValueError, match="an expression has no clauses"):
        imsquery.polars("name = a limit 3")


def test_what_is_not_in_records_is_refused() -> None:
    with pytest.raises(imsquery.QueryError, match="not-observable"):
        imsquery.sql("not flavor_id = a", "duckdb")


@pytest.mark.parametrize(
    ("module", "use"),
    [
        ("polars", lambda: imsquery.polars("name = a")),
        ("duckdb", lambda: imsquery.apply(pd.DataFrame({"name": ["a"]}), "name = a")),
    ],
)
def test_an_extra_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, use: Any
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(ModuleNotFoundError, match=rf"install imsquery\[{module}\]"):
        use()


def test_files_name_the_extra_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\na\n")
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(ModuleNotFoundError, match=r"install imsquery\[duckdb\]"):
        list(search_files([path], "all"))
