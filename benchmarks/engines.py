"""A filter over ten million records in a Parquet file: DuckDB, Polars, Spark, and the matcher.

The matcher is timed on a part of the records, already in memory, and its time multiplied; reading
ten million dictionaries would take minutes. Spark is left out if it is not installed.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import harness
import images
import polars as pl

import imsquery

COPIES = 50
CLAUSES = re.compile("order by|limit")
FILTERS = (
    "platform = CentOS and min_disk <= 40",
    "created_at >= 2020-01-01 and created_at < 2020-02-01",
    "not supports(kvm) and architecture != arm",
    "name matches '^CentOS [78][.0-9]* .*64bit'",
    "tagged(team, web) and status = active",
    "platform in (CentOS, Ubuntu, Debian) order by created_at limit 100",
    "platform is present limit 3 per platform",
)
_CONFIG = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}

Find = Callable[[str], int]


def write(folder: Path, records: list[dict[str, Any]]) -> Path:
    """Write each record several times, with an id of its own each time."""
    lines, path = folder / "images.jsonl", folder / "images.parquet"
    lines.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        source = f"FROM read_json('{lines}', sample_size = -1)"
        described = connection.execute(f"DESCRIBE {source}").fetchall()
        # Spark reads no UUID from Parquet.
        plain = [f'"{name}"::VARCHAR AS "{name}"' for name, kind, *_ in described if kind == "UUID"]
        kept = [each for each in plain if not each.startswith('"id"')]
        replaced = ", ".join(["id || '-' || copy AS id", *kept])
        connection.execute(
            f"COPY (SELECT * EXCLUDE (copy) REPLACE ({replaced}) "
            f"{source}, range({COPIES}) AS copies (copy)) TO '{path}'"
        )
    return path


def by_duckdb(path: Path) -> Find:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"CREATE VIEW images AS FROM '{path}'")
    columns = imsquery.sql.columns(connection.execute("DESCRIBE images").fetchall())

    def find(text: str) -> int:
        made = imsquery.sql(text, "duckdb", columns=columns)
        found = connection.execute(f"SELECT COUNT(*) FROM ({made.sql})", made.params).fetchone()
        return found[0] if found else 0

    return find


def by_polars(path: Path) -> Find:
    def find(text: str) -> int:
        found = imsquery.apply(pl.scan_parquet(path), text).select(pl.len()).collect()
        return int(found.item())

    return find


def by_spark(path: Path) -> Find:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in _CONFIG.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    frame = session.read.parquet(str(path))
    return lambda text: int(imsquery.apply(frame, text).count())


def engines(path: Path) -> Mapping[str, Find]:
    found = {"DuckDB": by_duckdb(path), "Polars": by_polars(path)}
    return {**found, "Spark": by_spark(path)} if find_spec("pyspark") else found


def count_matches(text: str, records: list[dict[str, Any]]) -> int:
    return sum(map(imsquery.matcher(text), records))


def compare(rounds: int, count: int) -> str:
    records = list(islice(images.images(count), count))
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), records)
        finders = engines(path)
        rows = []
        for text in FILTERS:
            found = {name: find(text) for name, find in finders.items()}
            if not CLAUSES.search(text):
                found["matcher"] = count_matches(text, records) * COPIES
            assert len(set(found.values())) == 1, (text, found)  # noqa: S101 -- else no comparison
            calls: dict[str, harness.Call] = {
                name: partial(find, text) for name, find in finders.items()
            }
            calls["matcher"] = partial(count_matches, text, records)
            times = harness.measure(calls, rounds, budget=0, clock=time.perf_counter)
            shown = [harness.microseconds(times[name]) for name in finders]
            slow = harness.microseconds(times["matcher"] * COPIES)
            rows.append([f"`{text}`", f"{found['DuckDB']:,}", *shown, slow])
    header = ("query", "found", *finders, f"matcher, × {COPIES}")
    title = f"Engines: {count * COPIES:,} records in Parquet"
    return harness.table(title, header, rows)


def main(rounds: int) -> str:
    return compare(min(rounds, 3), 200 if rounds == 1 else 200_000)


if __name__ == "__main__":
    print(main(harness.rounds()))
