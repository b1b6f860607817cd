"""PostgreSQL."""

from __future__ import annotations

from imsquery.engines.dialects.base import NUMBER, Json, Sql
from imsquery.engines.regexes import POSTGRES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from imsquery.engines.columns import Column
    from imsquery.engines.dialects.base import Value
    from imsquery.engines.regexes import Flavor

_NUL = "\0"


class Postgres(Sql):
    """PostgreSQL, whose texts cannot contain NUL: what asks for one is false.

    Each text is compared by code point, whatever the collation of its column.
    """

    name: ClassVar[str] = "postgres"
    flavor: ClassVar[Flavor] = POSTGRES
    text_type: ClassVar[str] = "TEXT"

    def placeholder(self, number: int, value: Value) -> str:  # noqa: ARG002 -- types are inferred
        return f"${number}"

    def binary(self, text: str, column: Column) -> str:  # noqa: ARG002 -- a column does not tell
        # The cast costs text nothing; `citext` would ignore letter case in any collation.
        return f'(CAST({text} AS TEXT) COLLATE "C")'

    def compare(self, value: str, relation: str, other: Value) -> str:
        if isinstance(other, str) and _NUL in other:
            return self.constant(value=False)
        return super().compare(value, relation, other)

    def among(self, value: str, others: Sequence[Value]) -> str:
        possible = [each for each in others if _NUL not in str(each)]
        return super().among(value, possible) if possible else self.constant(value=False)

    def contains(self, text: str, part: str) -> str:
        return self._possible(part) or super().contains(text, part)

    def starts_with(self, text: str, part: str) -> str:
        return self._possible(part) or super().starts_with(text, part)

    def ends_with(self, text: str, part: str) -> str:
        return self._possible(part) or f"RIGHT({text}, {len(part)}) = {self.value(part)}"

    def like(self, text: str, pattern: Sequence[str | None]) -> str:
        plain = "".join(token or "" for token in pattern)
        return self._possible(plain) or super().like(text, pattern)

    def _possible(self, part: str) -> str:
        return self.constant(value=False) if _NUL in part else ""

    def search(self, text: str, pattern: str) -> str:
        return f"{text} ~ {pattern}"

    def moment(self, moment: str, column: Column) -> str:
        zoned = column.kind == "timestamptz"
        said = self.cast(self.value(moment.removesuffix("Z") + "+00" * zoned), "TEXT")
        return self.cast(said, "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP")

    def any_item(self, column: Column, test: Callable[[str], str]) -> str:
        items, item = f"UNNEST({self.identifier(column.name)})", "item"
        if column.kind == "json":
            value = f"TO_JSONB({self.json(column).whole})"
            listed = f"CASE WHEN JSONB_TYPEOF({value}) = 'array' THEN {value} END"
            items, item = f"JSONB_ARRAY_ELEMENTS({listed})", self.json_text(Json("item", ""))
        return f"EXISTS (SELECT 1 FROM {items} AS item WHERE {test(self.binary(item, column))})"

    # -- JSON, of either type

    def json(self, column: Column) -> Json:
        if column.within is None:
            return Json(self.identifier(column.name), "")
        self.path(column.name)  # refuses what other dialects refuse
        return Json(f"({self.identifier(column.within)} -> '{column.name}')", "")

    def json_present(self, value: Json) -> str:
        return f"CAST({value.whole} AS TEXT) <> 'null'"

    def json_text(self, value: Json) -> str:
        return self.only(self.json_scalar(value), f"CAST({value.whole} AS TEXT) LIKE '\"%'")

    def json_scalar(self, value: Json) -> str:
        return f"({value.whole} #>> '{{}}')"

    def keep(self, source: str, where: str, window: str, test: str) -> str:
        rows = f"SELECT source, {window} AS {NUMBER} FROM (SELECT * FROM {source}{where}) AS source"
        return f"SELECT (source).* FROM ({rows}) AS numbered WHERE {NUMBER} {test}"
