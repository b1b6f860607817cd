"""Filters as statements of SQL: text with parameters, never with values in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from imsquery.engines.analysis import analyze_for_engine, express_filter
from imsquery.engines.clauses import Clauses, read_clauses
from imsquery.engines.columns import columns as _columns
from imsquery.engines.columns import read_layout
from imsquery.engines.conditions import read_value
from imsquery.engines.dialects.named import find_dialect
from imsquery.frozen import Frozen
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from imsquery.engines.clauses import Key
    from imsquery.engines.columns import Layout
    from imsquery.engines.dialects.base import Sql, Value
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.values import Bindable


class Statement(Frozen):
    """A statement for an engine.

    Attributes:
        sql: the statement, with a placeholder for each value.
        params: the values, in the order of their numbers, or of their places where they have none.
        where: the condition alone; its values are the first of ``params``.
        count: how many they are.
    """

    sql: str
    params: tuple[Value, ...]
    where: str
    count: int

    def __str__(self) -> str:
        return self.sql


class _Writer:
    """Writes the statement of a query over a table."""

    def __init__(self, dialect: Sql, layout: Layout, table: str) -> None:
        self._dialect = dialect
        self._layout = layout
        self._table = table

    def write(self, condition: str, clauses: Clauses) -> str:
        dialect = self._dialect
        where = "" if condition == dialect.constant(value=True) else f" WHERE {condition}"
        source = self._table
        keys = self._sort_keys(clauses.keys)
        order = f"ORDER BY {', '.join(keys)}"
        if clauses.after is not None:
            where, window = self._after(clauses.after, clauses.keys, condition, order)
            source, where = self._kept(source, where, window, "> 0"), ""
        for stage in clauses.stages:
            group = read_value(stage.group, dialect, self._layout)
            by = "" if group is None else f"PARTITION BY {group} "
            window = f"ROW_NUMBER() OVER ({by}{order})"
            test = f"> {stage.skip}" if stage.limit is None else f"<= {stage.limit}"
            source, where = self._kept(source, where, window, test), ""
        order = f" {order}" if keys else ""
        return f"SELECT * FROM {source}{where}{order}{dialect.counts(clauses.skip, clauses.limit)}"

    def _kept(self, source: str, where: str, window: str, test: str) -> str:
        rows = self._dialect.keep(source, where, window, test)
        return f"({rows}) AS {self._dialect.identifier('kept')}"

    def _sort_keys(self, keys: Sequence[Key]) -> list[str]:
        values = [(read_value(key.parameter, self._dialect, self._layout), key) for key in keys]
        return [
            self._dialect.sort(value, descending=key.descending)
            for value, key in values
            if value is not None
        ]

    def _after(
        self, marker: str, keys: Sequence[Key], condition: str, order: str
    ) -> tuple[str, str]:
        """Return what to order, and the count of the marker before a row: it need not match."""
        dialect = self._dialect
        identity = read_value(keys[-1].parameter, dialect, self._layout)
        there = (
            dialect.constant(value=False)
            if identity is None
            else dialect.compare(identity, "=", marker)
        )
        # First in the text, so that the values of the condition keep their numbers.
        where = f" WHERE {dialect.join([condition, there], is_and=False)}"
        count = f"COUNT(CASE WHEN {there} THEN 1 END)"
        return where, f"{count} OVER ({order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"


def write_statement(
    dialect: Sql, layout: Layout, table: str | Sequence[str], analysis: Analysis, clauses: Clauses
) -> Statement:
    """Return the statement of an analyzed query.

    Raises:
        QueryError: the dialect cannot express it.
    """
    made = express_filter(analysis, dialect, layout)
    condition = dialect.constant(made) if isinstance(made, bool) else made
    text = _Writer(dialect, layout, dialect.table(table)).write(condition, clauses)
    where, own = dialect.number(condition)
    return Statement(*dialect.number(text), where, len(own))


class _Statements:
    """The function :data:`sql`, and what belongs to it."""

    def __call__(
        self,
        query: str | Query | Expr,
        dialect: str,
        *,
        table: str | Sequence[str] = "images",
        columns: Mapping[str, str] | None = None,
        json: str | None = None,
        spec: Spec = CLOUDIMAGES,
        now: datetime | None = None,
        allow_unlisted: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        values: Mapping[str, Bindable] | None = None,
    ) -> Statement:
        """Return a query as a statement of SQL, with the meaning that :func:`matcher` has.

        >>> made = sql("platform = CentOS and min_ram <= 4096", "duckdb")
        >>> print(made.where)
        (("__platform" COLLATE "binary") = $1 AND "min_ram" <= $2)
        >>> made.params
        ('CentOS', 4096)

        Records are rows: an attribute is a column of its name, or a member of a column of JSON.  A
        null is absent, a time stamp without a time zone is in UTC.

        Args:
            query: the text, or a syntax tree.
            dialect: ``duckdb``, ``postgres``, ``spark``, ``trino``, ``clickhouse`` or ``bigquery``.
            table: its name, with dots between its parts, or the parts.
            columns: attribute -> type, for those that the table has; see :meth:`columns`.  By
                default, all attributes with the types of the service's records.
            json: the column of JSON that has all attributes not in ``columns``.
            spec: the parameters.
            now: the meaning of ``now`` and ``today``; by default the clock, read once.
            allow_unlisted: accept values not in open lists.
            limits: bounds on the text.
            values: those of placeholders, by name without `$`.

        Raises:
            QueryError: as of :func:`matcher`; also ``not-expressible`` for what the engine lacks.
            ValueError: the dialect, a type or a name is invalid.
            ModuleNotFoundError: the filter uses ``matches``, and RE2 is not installed.
        """
        writer = find_dialect(dialect)()
        layout = read_layout(columns, json, spec, writer.zoned)
        analysis = analyze_for_engine(
            query, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
        )
        return write_statement(writer, layout, table, analysis, read_clauses(analysis.bound, spec))

    def __repr__(self) -> str:
        return "<function imsquery.sql>"

    @staticmethod
    def columns(described: Any) -> dict[str, str]:
        """Return the ``columns`` argument from what an engine says of a table.

        See :func:`imsquery.engines.columns.columns`.
        """
        return _columns(described)


sql = _Statements()
