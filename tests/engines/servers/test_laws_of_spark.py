"""In Spark, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

import imsquery
from imsquery.engines.regexes import JAVA, NotPortableError, port
from imsquery.engines.statement import sql
from imsquery.language import syntax
from tests.engines.expressions import expressions, finds, texts
from tests.engines.filters import filters, systematic
from tests.engines.large import LARGE
from tests.engines.oracle import check, is_taken, readable
from tests.engines.queries import meant, queries
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform

SPARK_TYPES = {
    "text": "string collate UTF8_LCASE", "integer": "bigint", "boolean": "boolean",
    "text[]": "array<string>", "timestamp": "timestamp_ntz", "timestamptz": "timestamp",
    "number": "double",
}  # fmt: skip
# A statement takes a second, however many filters it has.
batches = st.lists(filters, min_size=24, max_size=24)
LAYOUTS = {"columns": TYPES, "others": OTHER_TYPES}
few = settings(max_examples=12)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[1]")
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "America/St_Johns",
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    fill(session)
    yield session
    session.stop()


def fill(session: SparkSession) -> None:
    rows = [(n, json.dumps(record)) for n, record in enumerate(RECORDS)]
    bodies = session.createDataFrame(rows, "n int, body string")
    bodies.cache().createOrReplaceTempView("bodies")
    for table, types in LAYOUTS.items():
        plain = {said: SPARK_TYPES[said].split(" ")[0] for said in SPARK_TYPES}
        described = ", ".join(f"`{name}` {plain[said]}" for name, said in types.items())
        rows = []
        for n, record in enumerate(RECORDS):
            shown = conform(record, types)
            rows.append((n, *(stored(shown.get(name), said) for name, said in types.items())))
        made = session.createDataFrame(rows, f"n int, {described}")
        for name, said in types.items():
            if said == "text" and table == "columns":
                made = made.withColumn(name, made[name].cast(SPARK_TYPES[said]))
        made.cache().createOrReplaceTempView(table)


def stored(value: Any, said: str) -> Any:
    if said == "number" and value is not None:
        return float(value)
    if value is None or not said.startswith("timestamp"):
        return value
    moment = datetime.fromisoformat(value.rstrip("Z").replace(" ", "T"))
    return moment.replace(tzinfo=UTC) if said == "timestamptz" else moment


def compare(
    spark: SparkSession,
    table: str,
    records: Sequence[dict[str, Any]],
    trees: Sequence[syntax.Expr],
    **layout: Any,
) -> None:
    compare_texts(spark, table, records, readable(trees), **layout)


def compare_texts(
    spark: SparkSession,
    table: str,
    records: Sequence[dict[str, Any]],
    kept: Sequence[str],
    **layout: Any,
) -> None:
    made = [sql(text, "spark", allow_unlisted=True, **layout) for text in kept]
    columns = ", ".join(f"({each.where}) AS f{n}" for n, each in enumerate(made))
    values = [value for each in made for value in each.params]
    rows = spark.sql(f"SELECT n, {columns} FROM {table}", args=values).collect() if made else []
    found = {text: {row.n for row in rows if row[n + 1]} for n, text in enumerate(kept)}
    check(kept, records, found.__getitem__)


@few
@given(batches)
def test_a_column_of_json_is_filtered_as_by_the_matcher(
    spark: SparkSession, trees: Sequence[syntax.Expr]
) -> None:
    compare(spark, "bodies", RECORDS, trees, json="body")


@pytest.mark.parametrize(("table", "types"), LAYOUTS.items())
@few
@given(batches)
def test_columns_are_filtered_as_by_the_matcher(
    spark: SparkSession, table: str, types: Mapping[str, str], trees: Sequence[syntax.Expr]
) -> None:
    said = sql.columns(spark.table(table).schema)
    compare(spark, table, [conform(record, types) for record in RECORDS], trees, columns=said)


@pytest.mark.parametrize("table", ["bodies", *LAYOUTS])
def test_each_operator_on_each_value_finds_the_same(spark: SparkSession, table: str) -> None:
    layout: dict[str, Any] = {"json": "body"}
    if table in LAYOUTS:
        layout = {"columns": sql.columns(spark.table(table).schema)}
    records = [conform(r, LAYOUTS[table]) if table in LAYOUTS else r for r in RECORDS]
    asked = systematic()
    for start in range(0, len(asked), 100):
        compare_texts(spark, table, records, asked[start : start + 100], **layout)


@settings(max_examples=8)
@given(
    st.lists(expressions, min_size=40, max_size=40, unique=True),
    st.lists(texts, min_size=40, max_size=40),
)
def test_a_ported_expression_finds_the_same(
    spark: SparkSession, drawn: Sequence[str], some: Sequence[str]
) -> None:
    kept = [each for each in drawn if is_portable(each)]
    columns = ", ".join(f"text RLIKE ? AS f{n}" for n in range(len(kept)))
    rows = spark.sql(
        f"SELECT {columns} FROM (SELECT EXPLODE(?) AS text)",
        args=[*(port(each, JAVA) for each in kept), list(some)],
    ).collect()

    for n, expression in enumerate(kept):
        wanted = [finds(expression, text) for text in some]
        assert [row[n] for row in rows] == wanted, expression


def is_portable(expression: str) -> bool:
    try:
        port(expression, JAVA)
    except NotPortableError:
        return False
    return True


@pytest.mark.parametrize("table", LAYOUTS)
@few
@given(queries)
def test_a_query_applied_to_a_frame_finds_what_is_meant(
    spark: SparkSession, table: str, query: tuple[str, Sequence[str]]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    frame = imsquery.apply(spark.table(table), f"{text} {' '.join(clauses)}", allow_unlisted=True)
    found = [RECORDS[row.n]["id"] for row in frame.select("n").collect()]

    wanted = meant(text, clauses, [conform(record, LAYOUTS[table]) for record in RECORDS])
    assert found == wanted if clauses else sorted(found) == sorted(wanted)


@few
@given(queries)
def test_a_statement_over_json_finds_what_is_meant(
    spark: SparkSession, query: tuple[str, Sequence[str]]
) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    asked = f"{text} {' '.join(clauses)}"
    made = imsquery.sql(asked, "spark", table="bodies", json="body", allow_unlisted=True)
    rows = spark.sql(made.sql, args=list(made.params)).collect()
    found = [RECORDS[row.n]["id"] for row in rows]

    wanted = meant(text, clauses, RECORDS)
    assert found == wanted if clauses else sorted(found) == sorted(wanted)


def test_filters_of_any_depth_and_length_can_be_run(spark: SparkSession) -> None:
    limits = imsquery.Limits(depth=2_000, count=20_000, length=1_000_000)
    for text in LARGE.values():
        found = imsquery.apply(spark.table("columns"), text, limits=limits).select("n").collect()
        is_wanted = imsquery.matcher(text, limits=limits)
        wanted = [n for n, each in enumerate(RECORDS) if is_wanted(conform(each, TYPES))]
        assert sorted(row.n for row in found) == wanted
