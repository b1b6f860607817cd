"""Trino."""

from __future__ import annotations

from imsquery.engines.dialects.base import NUMBER, Json, Sql, numbered
from imsquery.engines.regexes import TRINO

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value
    from imsquery.engines.regexes import Flavor


class Trino(Sql):
    """Trino: written by its documentation, checked by its grammar."""

    name: ClassVar[str] = "trino"
    flavor: ClassVar[Flavor] = TRINO
    end: ClassVar[str] = "(?![^a]|a)"
    is_numbered: ClassVar[bool] = False
    member: ClassVar[str] = '$["{}"]'

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- by place
        return "?"

    def ends_with(self, text: str, part: str) -> str:
        return f"SUBSTR({text}, -{len(part)}) = {self.value(part)}"

    def search(self, text: str, pattern: str) -> str:
        return f"REGEXP_LIKE({text}, {pattern})"

    def moment(self, moment: str, column: Column) -> str:
        zoned = column.kind == "timestamptz"
        said = self.value(moment.replace("T", " ").replace("Z", " UTC" if zoned else ""))
        return self.cast(said, "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP")

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items, item = self.identifier(column.name), "item"
        if column.kind == "json":
            value = self.json(column)
            items = f"TRY_CAST(JSON_EXTRACT({value.whole}, {value.path}) AS ARRAY(JSON))"
            item = self.json_text(Json("item", "'$'"))
        return f"ANY_MATCH({items}, item -> {test(item)})"

    def _raw(self, value: Json) -> str:
        return f"JSON_FORMAT(JSON_EXTRACT({value.whole}, {value.path}))"

    def json_present(self, value: Json) -> str:
        return f"{self._raw(value)} <> 'null'"

    def json_text(self, value: Json) -> str:
        return self.only(self.json_scalar(value), f"{self._raw(value)} LIKE '\"%'")

    def json_scalar(self, value: Json) -> str:
        return f"JSON_EXTRACT_SCALAR({value.whole}, {value.path})"

    def counts(self, skip: int, limit: int | None) -> str:
        skipped = f" OFFSET {skip}" if skip else ""
        return skipped if limit is None else f"{skipped} LIMIT {limit}"

    def keep(self, source: str, where: str, window: str, test: str) -> str:
        rows = f"SELECT * FROM {numbered(source, where, window, test)}"
        excluded = f"exclude_columns(input => TABLE(ranked), columns => DESCRIPTOR({NUMBER}))"
        return f"WITH ranked AS ({rows}) SELECT * FROM TABLE({excluded})"
