"""A query applied to a frame finds what the language says, whatever kind of frame it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, reject

import imsquery
from tests.engines.oracle import is_taken
from tests.engines.polars_frames import LAYOUTS, frame
from tests.engines.queries import meant, queries
from tests.engines.records import RECORDS, conform

Apply = Callable[[str, str], Any]


def by_polars(name: str, text: str) -> Any:
    found = imsquery.apply(frame(name), text, allow_unlisted=True)
    assert isinstance(found, pl.DataFrame)
    return found["n"]


def by_lazy_polars(name: str, text: str) -> Any:
    found = imsquery.apply(frame(name).lazy(), text, allow_unlisted=True)
    assert isinstance(found, pl.LazyFrame)
    return found.collect()["n"]


@pytest.fixture(scope="module")
def relation() -> Iterator[Apply]:
    with duckdb.connect(config={"threads": 1}) as connection:
        for name in LAYOUTS:
            connection.register(name, frame(name).to_arrow())

        def find(name: str, text: str) -> Any:
            found = imsquery.apply(connection.table(name), text, allow_unlisted=True)
            assert isinstance(found, duckdb.DuckDBPyRelation)
            return [row[0] for row in found.project("n").fetchall()]

        yield find


def by_pandas(name: str, text: str) -> Any:
    found = imsquery.apply(frame(name).to_pandas(), text, allow_unlisted=True)
    assert isinstance(found, pd.DataFrame)
    assert list(found.index) == list(found["n"])
    return found["n"]


def check(query: tuple[str, Sequence[str]], name: str, find: Apply) -> None:
    text, clauses = query
    if not is_taken(text):
        reject()
    found = [RECORDS[n]["id"] for n in find(name, f"{text} {' '.join(clauses)}")]
    records = [conform(record, LAYOUTS[name]) for record in RECORDS]

    if clauses:
        assert found == meant(text, clauses, records)
    else:  # in the order that they have
        assert found == sorted(meant(text, clauses, records))


@pytest.mark.parametrize("name", LAYOUTS)
@given(queries)
def test_a_frame_of_polars_finds_what_is_meant(name: str, query: tuple[str, Sequence[str]]) -> None:
    check(query, name, by_polars)


@given(queries)
def test_a_lazy_frame_stays_lazy(query: tuple[str, Sequence[str]]) -> None:
    check(query, "columns", by_lazy_polars)


@pytest.mark.parametrize("name", LAYOUTS)
@given(queries)
def test_a_relation_of_duckdb_finds_what_is_meant(
    relation: Apply, name: str, query: tuple[str, Sequence[str]]
) -> None:
    check(query, name, relation)


@pytest.mark.parametrize("name", LAYOUTS)
@given(queries)
def test_a_frame_of_pandas_keeps_its_index(name: str, query: tuple[str, Sequence[str]]) -> None:
    check(query, name, by_pandas)


def test_anything_else_is_no_frame() -> None:
    with pytest.raises(TypeError, match="expected a frame of Polars, pandas or Spark"):
        imsquery.apply([{"name": "a"}], "name = a")
