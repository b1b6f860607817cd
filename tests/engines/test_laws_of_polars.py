"""In Polars, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from imsquery.engines.polars import polars
from imsquery.language import syntax
from tests.engines.filters import batches
from tests.engines.oracle import check, readable
from tests.engines.records import OTHER_TYPES, RECORDS, TYPES, conform

POLARS_TYPES = {
    "text": pl.String(), "integer": pl.Int64(), "boolean": pl.Boolean(), "number": pl.Float64(),
    "text[]": pl.List(pl.String()), "timestamp": pl.Datetime("ms"),
    "timestamptz": pl.Datetime("us", "Asia/Shanghai"),
}  # fmt: skip
LAYOUTS = {"columns": TYPES, "others": OTHER_TYPES}


@cache
def frame(name: str) -> pl.DataFrame:
    types = LAYOUTS[name]
    records = [conform(record, types) for record in RECORDS]
    return pl.DataFrame(
        {
            attribute: pl.Series(
                attribute,
                [stored(record.get(attribute), said) for record in records],
                dtype=POLARS_TYPES[said],
            )
            for attribute, said in types.items()
        }
    ).with_row_index("n")


def stored(value: Any, said: str) -> Any:
    if value is None or not said.startswith("timestamp"):
        return value
    text = value.rstrip("Z").replace(" ", "T")
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if said == "timestamptz" else moment


@pytest.mark.parametrize(("name", "types"), LAYOUTS.items())
@given(batches)
def test_a_frame_is_filtered_as_by_the_matcher(
    name: str, types: Mapping[str, str], trees: Sequence[syntax.Expr]
) -> None:
    def find(text: str) -> set[int]:
        made = polars(text, columns=frame(name).schema, allow_unlisted=True)
        return set(frame(name).filter(made)["n"])

    check(readable(trees), [conform(record, types) for record in RECORDS], find)
