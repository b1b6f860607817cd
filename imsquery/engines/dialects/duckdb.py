"""DuckDB."""

from __future__ import annotations

from imsquery.engines.dialects.base import Json, Sql

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value


class DuckDB(Sql):
    """DuckDB, whose regular expressions are RE2's own."""

    name: ClassVar[str] = "duckdb"

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- types are inferred
        return f"${number}"

    def binary(self, text: str, column: Column) -> str:  # noqa: ARG002 -- a column does not tell
        return f'({text} COLLATE "binary")'

    def contains(self, text: str, part: str) -> str:
        return f"CONTAINS({text}, {self.value(part)})"

    def matches(self, text: str, pattern: str) -> str:
        return self.search(text, self.value(pattern))

    def search(self, text: str, pattern: str) -> str:
        return f"REGEXP_MATCHES({text}, {pattern})"

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items, item = self.identifier(column.name), "item"
        if column.kind == "json":
            value = self.json(column)
            listed = self.cast(f"({value.whole} -> {value.path})", "JSON[]")
            items = self.only(listed, f"JSON_TYPE({value.whole}, {value.path}) = 'ARRAY'")
            item = self.json_text(Json("item", "'$'"))
        passed = test(self.binary(item, column))
        return f"LEN(LIST_FILTER({items}, LAMBDA item: {passed})) > 0"

    def json_present(self, value: Json) -> str:
        return f"JSON_TYPE({value.whole}, {value.path}) <> 'NULL'"

    def json_text(self, value: Json) -> str:
        is_text = f"JSON_TYPE({value.whole}, {value.path}) = 'VARCHAR'"
        return self.only(self.json_scalar(value), is_text)

    def json_scalar(self, value: Json) -> str:
        return f"({value.whole} ->> {value.path})"
