"""The records as frames of Polars."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import polars as pl

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
