"""BigQuery."""

from __future__ import annotations

from imsquery.engines.dialects.base import DIGITS, Json, Sql, like_pattern

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value


class BigQuery(Sql):
    """BigQuery: written by its documentation.  JSON is of the type ``JSON``."""

    name: ClassVar[str] = "bigquery"
    quote: ClassVar[str] = "`"
    zoned: ClassVar[Sequence[str]] = ("timestamp",)
    text_type: ClassVar[str] = "STRING"

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- types come with values
        return f"@p{number}"

    def binary(self, text: str, column: Column) -> str:  # noqa: ARG002 -- a column does not tell
        return f"COLLATE({text}, '')"

    def like(self, text: str, pattern: Sequence[str | None]) -> str:
        return f"{text} LIKE {self.value(like_pattern(pattern, chr(92)))}"

    def search(self, text: str, pattern: str) -> str:
        return f"REGEXP_CONTAINS({text}, {pattern})"

    def trim_end(self, text: str) -> str:
        return f"RTRIM({text}, {DIGITS})"

    def trim_start(self, text: str) -> str:
        return f"LTRIM({text}, '+-0')"

    def second(self, column: Column) -> str:
        return f"{self._type(column)}_TRUNC({self.moment_of(column)}, SECOND)"

    def moment(self, moment: str, column: Column) -> str:
        said = moment if column.kind == "timestamptz" else moment.removesuffix("Z")
        return self.cast(self.value(said), self._type(column))

    def after(self, moment: str, column: Column) -> str:
        return f"{self._type(column)}_ADD({self.moment(moment, column)}, INTERVAL 1 SECOND)"

    def _type(self, column: Column) -> str:
        return "TIMESTAMP" if column.kind == "timestamptz" else "DATETIME"

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items, item = self.identifier(column.name), "item"
        if column.kind == "json":
            value = self.json(column)
            items = f"JSON_QUERY_ARRAY({value.whole}, {value.path})"
            item = self.json_text(Json("item", "'$'"))
        passed = test(self.binary(item, column))
        return f"EXISTS (SELECT 1 FROM UNNEST({items}) AS item WHERE {passed})"

    def json_present(self, value: Json) -> str:
        return f"JSON_TYPE(JSON_QUERY({value.whole}, {value.path})) <> 'null'"

    def json_text(self, value: Json) -> str:
        is_text = f"JSON_TYPE(JSON_QUERY({value.whole}, {value.path})) = 'string'"
        return self.only(self.json_scalar(value), is_text)

    def json_scalar(self, value: Json) -> str:
        return f"JSON_VALUE({value.whole}, {value.path})"

    def keep(self, source: str, where: str, window: str, test: str) -> str:
        # QUALIFY needs a WHERE.
        return super().keep(source, where or " WHERE TRUE", window, test)
