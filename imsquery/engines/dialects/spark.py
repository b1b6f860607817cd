"""Spark SQL, with or without ANSI mode."""

from __future__ import annotations

from imsquery.engines.dialects.base import NUMBER, Json, Sql, numbered
from imsquery.engines.regexes import JAVA

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value
    from imsquery.engines.regexes import Flavor


class Spark(Sql):
    """Spark SQL: a column has a collation of its own only if its type says so."""

    name: ClassVar[str] = "spark"
    quote: ClassVar[str] = "`"
    zoned: ClassVar[Sequence[str]] = ("timestamp",)
    flavor: ClassVar[Flavor] = JAVA
    end: ClassVar[str] = "(?![^a]|a)"
    text_type: ClassVar[str] = "STRING"
    is_numbered: ClassVar[bool] = False
    member: ClassVar[str] = "{}"

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- by place
        return "?"

    def binary(self, text: str, column: Column) -> str:
        # Without need, it would keep conditions from being pushed down.
        return f"({text} COLLATE UTF8_BINARY)" if column.collated else text

    def find(self, text: str, part: str) -> str:
        return f"INSTR({text}, {part})"

    def contains(self, text: str, part: str) -> str:
        return f"CONTAINS({text}, {self.value(part)})"

    def starts_with(self, text: str, part: str) -> str:
        return f"STARTSWITH({text}, {self.value(part)})"

    def ends_with(self, text: str, part: str) -> str:
        return f"ENDSWITH({text}, {self.value(part)})"

    def search(self, text: str, pattern: str) -> str:
        return f"{text} RLIKE {pattern}"

    def second(self, column: Column) -> str:
        if column.kind == "timestamp":  # truncated by Spark, it would become one of the time zone
            return f"SUBSTR({self.cast(self.identifier(column.name), 'STRING')}, 1, 19)"
        return super().second(column)

    def moment(self, moment: str, column: Column) -> str:
        zoned = column.kind == "timestamptz"
        said = self.value(moment if zoned else moment.removesuffix("Z"))
        return self.cast(said, "TIMESTAMP" if zoned else "TIMESTAMP_NTZ")

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items = self.identifier(column.name)
        if column.kind == "json":
            raw = self._raw(self.json(column))
            variants = f"TRY_VARIANT_GET(TRY_PARSE_JSON({raw}), '$', 'array<variant>')"
            texts = f"FILTER({variants}, item -> SCHEMA_OF_VARIANT(item) LIKE 'STRING%')"
            items = f"TRANSFORM({texts}, item -> CAST(item AS STRING))"
        return f"EXISTS({items}, item -> {test(self.binary('item', column))})"

    # -- JSON in texts

    def json_present(self, value: Json) -> str:
        return f"{self._raw(value)} <> 'null'"

    def json_text(self, value: Json) -> str:
        return self.only(self.json_scalar(value), f"{self._raw(value)} LIKE '\"%'")

    def json_scalar(self, value: Json) -> str:
        name = value.path.strip("'")
        path = "'$'" if name == "$" else f"'$.{name}'"
        return f"GET_JSON_OBJECT({value.whole}, {path})"

    def _raw(self, value: Json) -> str:
        """Return the JSON of a value: found by a wildcard, texts keep their quotes."""
        name = value.path.strip("'")
        path = "'$[*]'" if name == "$" else f"'$[*].{name}'"
        return f"GET_JSON_OBJECT(CONCAT('[', {value.whole}, ']'), {path})"

    def keep(self, source: str, where: str, window: str, test: str) -> str:
        return f"SELECT * EXCEPT ({NUMBER}) FROM {numbered(source, where, window, test)}"
