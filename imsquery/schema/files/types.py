"""The names of types in files, and the columns that each takes."""

from __future__ import annotations

from imsquery.schema.kinds import (
    Boolean,
    Enumeration,
    Flag,
    Flavor,
    Identifier,
    ImageName,
    Integer,
    Project,
    Tag,
    Text,
    Time,
)
from imsquery.schema.versions import Version

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from imsquery.schema.kinds import Kind

TYPES: Mapping[str, type[Kind]] = {
    "text": Text,
    "identifier": Identifier,
    "project": Project,
    "image_name": ImageName,
    "flavor": Flavor,
    "tag": Tag,
    "version": Version,
    "enumeration": Enumeration,
    "flag": Flag,
    "boolean": Boolean,
    "integer": Integer,
    "time": Time,
}

COLUMNS: Mapping[type[Kind], tuple[str, ...]] = {
    Enumeration: ("values", "open", "synonyms", "related"),
    Integer: ("minimum", "maximum", "values"),
}
"""Type -> the columns of a row that say more about it."""

ALL_COLUMNS = frozenset(column for columns in COLUMNS.values() for column in columns)


def written_kind(kind: Kind) -> dict[str, Any]:
    """Return the columns that make a type.

    Raises:
        ValueError: it is not one that files know.
    """
    name = next((name for name, known in TYPES.items() if known is type(kind)), None)
    if name is None:
        msg = f"a file has no type for {kind!r}"
        raise ValueError(msg)
    if isinstance(kind, Enumeration):
        more: dict[str, Any] = {
            "values": [*kind.values],
            "open": kind.is_open,
            "synonyms": {**kind.synonyms},
            "related": {**kind.related},
        }
    elif isinstance(kind, Integer):
        more = {"minimum": kind.least, "maximum": kind.most, "values": [*kind.values]}
    else:
        more = {}
    return {"type": name, **{column: value for column, value in more.items() if is_said(value)}}


def is_said(value: object) -> bool:
    """Return whether a value says more than to leave its column out."""
    return value is not None and value is not False and value not in ([], {})


def kind_of(columns: Mapping[str, Any]) -> Kind:
    """Return the type that the columns of a row make; values of enumerations are texts."""
    kind = TYPES[columns["type"]]
    values = columns.get("values", ())
    if kind is Enumeration:
        return Enumeration(
            *values,
            is_open=columns.get("open", False),
            synonyms=columns.get("synonyms"),
            related=columns.get("related"),
        )
    if kind is Integer:
        return Integer(columns.get("minimum"), columns.get("maximum"), values=tuple(values))
    return kind()
