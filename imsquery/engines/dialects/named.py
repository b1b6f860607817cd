"""The dialects by name."""

from __future__ import annotations

from importlib import import_module

from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.engines.dialects.base import Sql

_CLASSES = {
    "duckdb": "DuckDB",
    "postgres": "Postgres",
    "spark": "Spark",
    "trino": "Trino",
    "clickhouse": "ClickHouse",
    "bigquery": "BigQuery",
}
DIALECTS = tuple(_CLASSES)
"""The names of all dialects."""


def find_dialect(name: str) -> type[Sql]:
    """Return a dialect.

    Raises:
        ValueError: it is unknown.
    """
    if name not in _CLASSES:
        near = did_you_mean(nearest(str(name), DIALECTS))
        raise ValueError(f"unknown dialect {str(name)[:80]!r}{near}")
    module = import_module(f"imsquery.engines.dialects.{name}")
    found: type[Sql] = getattr(module, _CLASSES[name])
    return found
