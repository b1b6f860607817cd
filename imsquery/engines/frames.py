"""Queries applied to data frames: of Polars, pandas, Spark, and relations of DuckDB."""

from __future__ import annotations

from importlib import import_module

from imsquery.engines.analysis import analyze_for_engine
from imsquery.engines.clauses import read_clauses
from imsquery.engines.columns import columns, read_layout
from imsquery.engines.conditions import read_value
from imsquery.engines.dialects.duckdb import DuckDB
from imsquery.engines.dialects.spark import Spark
from imsquery.engines.extras import load_extra
from imsquery.engines.polars import Polars
from imsquery.engines.statement import write_statement
from imsquery.frozen import Frozen
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, TypeVar

    from imsquery.engines.clauses import Clauses, Key, Stage
    from imsquery.engines.columns import Layout
    from imsquery.engines.dialects.base import Value
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.values import Bindable

    Frame = TypeVar("Frame")

_FRAME = "imsquery_frame"
_ROW = "imsquery_row"


def apply(
    frame: Frame,
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Frame:
    """Return the rows of a frame that a query finds: filtered, in order, grouped and counted.

    Rows are records, by the types of their columns; a filter alone keeps them in their order.  What
    is lazy stays so.

    Args:
        frame: a frame of Polars, lazy or not, of pandas (which goes by way of DuckDB) or of Spark,
            or a relation of DuckDB.
        query: the text, or a syntax tree.
        spec: the parameters.
        now: the meaning of ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.
        values: those of placeholders, by name without `$`.

    Returns:
        The same kind of frame, with the same columns.

    Raises:
        QueryError: as of :func:`matcher`; also ``not-expressible`` for what the engine lacks.
        TypeError: it is not such a frame.
        ModuleNotFoundError: DuckDB is not installed for pandas, or RE2 for ``matches``.
    """
    apply_to = _find(type(frame))
    if apply_to is None:
        name = type(frame).__name__
        msg = f"expected a frame of Polars, pandas or Spark or a relation of DuckDB, not {name}"
        raise TypeError(msg)
    analysis = analyze_for_engine(
        query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
    )
    found: Frame = apply_to(frame, _Asked(analysis, read_clauses(analysis.bound, spec), spec))
    return found


def _find(kind: type) -> Any:
    for each in kind.__mro__:
        found = _APPLIES.get((each.__module__.split(".")[0].lstrip("_"), each.__name__))
        if found is not None:
            return found
    return None


class _Asked(Frozen):
    """A query, analyzed."""

    analysis: Analysis
    clauses: Clauses
    spec: Spec

    def layout(self, described: Mapping[str, str], zoned: Sequence[str] = ()) -> Layout:
        """Return the layout of a frame, in which JSON is like any other foreign type."""
        said = {
            name: "other" if kind.lower() == "json" else kind for name, kind in described.items()
        }
        return read_layout(said, None, self.spec, zoned)


# -- Polars


def _apply_polars(frame: Any, asked: _Asked) -> Any:
    lazy = frame.lazy()
    kept = _LazyPolars(asked.layout(columns(lazy.collect_schema()))).apply(lazy, asked)
    return kept if kept.__class__ is frame.__class__ else kept.collect()


class _LazyPolars:
    """The steps of a query over a lazy frame."""

    def __init__(self, layout: Layout) -> None:
        self._engine = Polars()
        self._layout = layout
        self._pl: Any = import_module("polars")

    def apply(self, frame: Any, asked: _Asked) -> Any:
        condition = self._engine.express(asked.analysis, self._layout)
        clauses = asked.clauses
        if clauses.is_empty:
            return frame.filter(condition)
        is_marker = self._is_marker(clauses)
        frame = self._sort(frame.filter(condition | is_marker), clauses.keys)
        if clauses.after is not None:
            frame = frame.filter(is_marker.cum_sum().shift(1, fill_value=0) > 0)
        for stage in clauses.stages:
            frame = self._keep(frame, stage)
        return frame.slice(clauses.skip, clauses.limit)

    def _is_marker(self, clauses: Clauses) -> Any:
        identity = read_value(clauses.keys[-1].parameter, self._engine, self._layout)
        if clauses.after is None or identity is None:
            return self._pl.lit(value=False)
        return (identity == clauses.after).fill_null(value=False)

    def _sort(self, frame: Any, keys: Sequence[Key]) -> Any:
        values = [(read_value(key.parameter, self._engine, self._layout), key) for key in keys]
        shown = [(value, key.descending) for value, key in values if value is not None]
        if not shown:
            return frame
        ways = [descending for _, descending in shown]
        return frame.sort([value for value, _ in shown], descending=ways, nulls_last=ways)

    def _keep(self, frame: Any, stage: Stage) -> Any:
        group = read_value(stage.group, self._engine, self._layout)
        number = self._pl.int_range(self._pl.len())
        number = number if group is None else number.over(group)
        return frame.filter(number >= stage.skip if stage.limit is None else number < stage.limit)


# -- DuckDB, and pandas by way of it


class InlineDuckDB(DuckDB):
    """DuckDB without parameters, which relations cannot have.

    Values are in hexadecimal, so that nothing in them can be read as anything else.
    """

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- it has none
        if isinstance(value, int):
            return f"CAST({value} AS BIGINT)"
        return f"DECODE(UNHEX('{value.encode().hex()}'))"


def _apply_duckdb(relation: Any, asked: _Asked) -> Any:
    said = dict(zip(relation.columns, map(str, relation.types), strict=True))
    layout = asked.layout(columns(said))
    made = write_statement(InlineDuckDB(), layout, _FRAME, asked.analysis, asked.clauses)
    return relation.query(_FRAME, made.sql)


def _apply_pandas(frame: Any, asked: _Asked) -> Any:
    duckdb = load_extra("duckdb")
    attributes = {row.observed for row in asked.spec.parameters.values()} - {None}
    # Members of open families are attributes, too.
    known = [name for name in frame.columns if asked.spec.find(str(name)) or name in attributes]
    numbered = frame[known].assign(**{_ROW: range(len(frame))})
    with duckdb.connect() as connection:
        found = _apply_duckdb(connection.from_df(numbered), asked)
        rows = [row for (row,) in found.project(_ROW).fetchall()]
    return frame.iloc[rows]


# -- Spark


def _apply_spark(frame: Any, asked: _Asked) -> Any:
    dialect = Spark()
    layout = asked.layout(columns(frame.schema), dialect.zoned)
    made = write_statement(dialect, layout, _FRAME, asked.analysis, asked.clauses)
    text = made.sql.replace("{", "{{").replace("}", "}}")
    text = text.replace(dialect.identifier(_FRAME), "{frame}")
    return frame.sparkSession.sql(text, args=list(made.params) or None, frame=frame)


_APPLIES = {
    ("polars", "DataFrame"): _apply_polars,
    ("polars", "LazyFrame"): _apply_polars,
    ("duckdb", "DuckDBPyRelation"): _apply_duckdb,
    ("pandas", "DataFrame"): _apply_pandas,
    ("pyspark", "DataFrame"): _apply_spark,
}
