"""ClickHouse."""

from __future__ import annotations

from imsquery.engines.dialects.base import DIGITS, Json, Sql, like_pattern

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value


class ClickHouse(Sql):
    """ClickHouse: written by its documentation.

    Clients differ in whether they escape the backslashes that the server reads in parameters: a
    value with a backslash or a control character is sent in hexadecimal.
    """

    name: ClassVar[str] = "clickhouse"
    zoned: ClassVar[Sequence[str]] = ("timestamp", "datetime", "datetime64", "datetime32")
    text_type: ClassVar[str] = "String"

    def value(self, value: Value) -> str:
        if isinstance(value, str) and not (value.isprintable() and "\\" not in value):
            return f"unhex({super().value(value.encode().hex())})"
        return super().value(value)

    def placeholder(self, number: int, value: Value) -> str:
        return f"{{p{number}:{'String' if isinstance(value, str) else 'Int64'}}}"

    def find(self, text: str, part: str) -> str:
        return f"position({text}, {part})"

    def starts_with(self, text: str, part: str) -> str:
        return f"startsWith({text}, {self.value(part)})"

    def ends_with(self, text: str, part: str) -> str:
        return f"endsWith({text}, {self.value(part)})"

    def like(self, text: str, pattern: Sequence[str | None]) -> str:
        return f"{text} LIKE {self.value(like_pattern(pattern, chr(92)))}"

    def search(self, text: str, pattern: str) -> str:
        return f"match({text}, {pattern})"

    def length(self, text: str) -> str:
        return f"lengthUTF8({text})"

    def pad(self, number: str) -> str:
        return f"leftPad({self.cast(number, 'String')}, 3, '0')"

    def nines(self, digits: str) -> str:
        return f"translate({digits}, {DIGITS}, '9876543210')"

    def moment(self, moment: str, column: Column) -> str:  # noqa: ARG002 -- all are instants
        return f"parseDateTime64BestEffort({self.value(moment)}, 0, 'UTC')"

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items, item = self.identifier(column.name), "item"
        if column.kind == "json":
            value = self.json(column)
            items = f"JSONExtractArrayRaw({self._arguments(value)})"
            item = self.json_text(Json("item", ""))
        return f"arrayExists(item -> {test(item)}, {items})"

    # -- JSON in texts

    def json(self, column: Column) -> Json:
        if column.within is None:
            return Json(self.identifier(column.name), "")
        self.path(column.name)  # refuses what other dialects refuse
        return Json(self.identifier(column.within), f"'{column.name}'")

    def _arguments(self, value: Json) -> str:
        return f"{value.whole}, {value.path}" if value.path else value.whole

    def json_present(self, value: Json) -> str:
        return f"JSONExtractRaw({self._arguments(value)}) NOT IN ('', 'null')"

    def json_text(self, value: Json) -> str:
        arguments = self._arguments(value)
        return self.only(f"JSONExtractString({arguments})", f"JSONType({arguments}) = 'String'")

    def json_scalar(self, value: Json) -> str:
        raw = f"JSONExtractRaw({self._arguments(value)})"
        return f"COALESCE({self.json_text(value)}, {raw})"
