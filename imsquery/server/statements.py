"""Requests as SQL over the table of images."""

from __future__ import annotations

# ruff: noqa: S608 -- SQL is built from names made here; every value is bound
import threading
from typing import TYPE_CHECKING

from imsquery.server.columns import fitting
from imsquery.server.requests import default_order, sort_keys, unknown_marker
from imsquery.server.tables import TABLE, read_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from imsquery.schema.spec import Spec
    from imsquery.server.columns import Column
    from imsquery.server.requests import Condition, Request

_Part = tuple[str, list[object]]  # SQL with a `?` for each value, and the values
_NONE: _Part = ("false", [])


class Statements:
    """Finds images by statements; safe to use from several threads.

    Args:
        database: a loaded one.
        spec: the parameters.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, spec: Spec) -> None:
        self._database = database
        self._spec = spec
        self._local = threading.local()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self._default = [(default_order(spec), True)]
        self.columns = read_layout(database)

    def close(self) -> None:
        """Close the cursors: an open one keeps the database open."""
        for cursor in self._cursors:
            cursor.close()

    def find(self, request: Request) -> tuple[int, ...]:
        """Return the numbers of the images on a page."""
        parts = self._conditions(request.conditions)
        order = sort_keys(request, self._spec)
        keys = [(self.columns[name].sql, descending) for name, descending in order.items()]
        by = "ORDER BY " + ", ".join(
            f"{key} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"
            for key, descending in keys
        )
        if request.order == self._default:
            by = ""  # the order of the rows, which a query without another one keeps
        if request.marker is not None:
            parts.append(self._after(request.marker, keys if by else [("rowid", False)]))
        where = " AND ".join([f"({sql})" for sql, _ in parts]) or "true"
        values = [value for _, values in parts for value in values]
        sql = f"SELECT rowid FROM {TABLE} WHERE {where} {by} LIMIT ?"
        found = self._execute(sql, [*values, request.limit]).fetchall()
        return tuple(number for (number,) in found)

    def read(self, column: Column) -> list[object]:
        """Return what a column contains, image by image."""
        found = self._execute(f"SELECT {column.sql} FROM {TABLE}", []).fetchall()
        return [value for (value,) in found]

    def _conditions(self, conditions: Sequence[Condition]) -> list[_Part]:
        parts: list[_Part] = []
        for each in conditions:
            column = self.columns.get(each.name)
            value = fitting(each, column)
            if column is None or value is None:
                return [_NONE]
            parts.append((_compare(column.sql, each.relation), [value]))
        return parts

    def _after(self, marker: str, keys: Sequence[tuple[str, bool]]) -> _Part:
        """Return the condition of images after the marker; those without a sort key are least.

        Args:
            marker: the id of an image.
            keys: the sort keys as SQL, each with whether it is descending; no two images have all
                alike.
        """
        columns = ", ".join(key for key, _ in keys)
        sql = f"SELECT {columns} FROM {TABLE} WHERE {self.columns['id'].sql} = ?"
        found = self._execute(sql, [marker]).fetchone()
        if found is None:
            raise unknown_marker()
        alternatives: list[str] = []
        values: list[object] = []
        for length, (key, descending) in enumerate(keys):
            value = found[length]
            ties = [
                f"{other} IS NULL" if known is None else f"{other} = ?"
                for (other, _), known in zip(keys[:length], found[:length], strict=True)
            ]
            if value is None:
                further = "false" if descending else f"{key} IS NOT NULL"
            else:
                further = f"({key} < ? OR {key} IS NULL)" if descending else f"{key} > ?"
            alternatives.append(" AND ".join([*ties, further]))
            values += [each for each in (*found[:length], value) if each is not None]
        return " OR ".join(alternatives), values

    def _execute(self, sql: str, values: list[object]) -> duckdb.DuckDBPyConnection:
        """Run a statement; everything from a request is among the values."""
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._database.cursor()
            self._cursors.append(cursor)
        return cursor.execute(sql, values)


_TEXT_TESTS = {"contains": "contains", "startswith": "starts_with", "endswith": "suffix"}


def _compare(column: str, relation: str) -> str:
    if relation == "in":
        return f"list_contains(?, {column})"
    if relation == "has":
        return f"list_has_all({column}, ?::VARCHAR[])"
    if relation == "any":
        return f"list_has_any({column}, ?::VARCHAR[])"
    if relation in _TEXT_TESTS:
        return f"{_TEXT_TESTS[relation]}({column}, ?)"
    if relation == "!=":
        return f"{column} IS DISTINCT FROM ?"
    return f"{column} {relation} ?"
