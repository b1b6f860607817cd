"""Where an engine has the attributes of records: a column for each, or one of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from imsquery.diagnostics.edits import did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

# The types that matter, each with its names in the engines, lower case and without arguments.
_NAMES = {
    "text": "text varchar string char character bpchar utf8 str large_string fixedstring citext "
    "name enum enum8 enum16 categorical uuid",
    "integer": "integer int bigint smallint tinyint hugeint utinyint usmallint uinteger ubigint "
    "uhugeint int1 int2 int4 int8 int16 int32 int64 int128 int256 uint8 uint16 uint32 uint64 "
    "uint128 uint256 long short byte serial bigserial",
    "number": "number double real float float4 float8 float16 float32 float64 decimal numeric "
    "bignumeric bigdecimal decimal32 decimal64 decimal128 decimal256",
    "boolean": "boolean bool logical",
    "timestamp": "timestamp timestamp_s timestamp_ms timestamp_us timestamp_ns timestamp_ntz "
    "timestampntz datetime datetime64 datetime2 date date32",
    "timestamptz": "timestamptz timestamp_ltz timestamp_tz timestamptz_ns",
    "json": "json jsonb",
    "null": "null void unknown",
    "other": "other",
}
_TYPES = {name: kind for kind, names in _NAMES.items() for name in names.split(" ")}
_TYPES |= {"character varying": "text", "double precision": "number"}
_TYPES |= {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}
_OF_RECORDS = {"string": "text", "integer": "integer", "boolean": "boolean", "strings": "text[]"}

_wrapped = re.compile(r"(?:nullable|lowcardinality)\((.*)\)").fullmatch
_list = re.compile(r"(?:array|list)\s*[(<](.*)[)>]|(.*)\[\]").fullmatch
_collated = re.compile(r"(.*?)\s+collate\s+(\S+)").fullmatch
_arguments = re.compile(r"\s*\([^()]*\)")
_zone = re.compile(r"time_zone='").search


class Column(Frozen):
    """A column of a table, or a member of its JSON.

    Attributes:
        name: of the column, or the attribute within the JSON.
        kind: ``text``, ``integer``, ``number`` (with a fraction), ``boolean``, ``timestamp`` (in
            UTC), ``timestamptz``, ``text[]``, ``json``, ``null`` (nothing but nulls), or ``other``,
            which can be present or absent, no more.
        within: the column of JSON that it is a member of.
        collated: whether the column compares texts by rules of its own.
        is_strict: whether it is declared as plain text, and needs no cast.
    """

    name: str
    kind: str
    within: str | None = None
    collated: bool = False
    is_strict: bool = True


class Layout(Frozen):
    """Which attributes of records a table has, and where.

    Attributes:
        columns: attribute -> column.
        json: the column that has all other attributes, if there is one.
    """

    columns: Mapping[str, Column]
    json: str | None = None

    def find(self, attribute: str) -> Column | None:
        """Return where an attribute is; ``None`` if records lack it."""
        found = self.columns.get(attribute)
        if found is None and self.json is not None:
            return Column(attribute, "json", self.json)
        return None if found is None or found.kind == "null" else found


def read_layout(
    columns: Mapping[str, str] | None,
    json: str | None,
    spec: Spec,
    zoned: Iterable[str] = (),
) -> Layout:
    """Return the layout that the arguments describe.

    Args:
        columns: attribute -> type, by any name that an engine has for it.
        json: the column of JSON.
        spec: the parameters; without columns, their attributes are columns of the types that they
            have in the service's records.
        zoned: what the dialect calls a time stamp with a time zone.

    Raises:
        ValueError: a type is unknown.
    """
    if columns is None:
        columns = {} if json is not None else _of_records(spec)
    found = {name: _column(name, said, frozenset(zoned)) for name, said in columns.items()}
    return Layout(found, json)


def _of_records(spec: Spec) -> Mapping[str, str]:
    rows = [row for row in spec.parameters.values() if row.clause is None]
    shown = {row.observed: _type_of(row) for row in rows if row.observed is not None}
    return shown | {row.wire: _type_of(row) for row in rows if row.observed == row.wire}


def _type_of(row: Parameter) -> str:
    return _OF_RECORDS[row.json]


def _column(name: str, said: str, zoned: frozenset[str]) -> Column:
    plain = _plain(said)
    collated = _collated(plain)
    if collated is not None:
        plain = collated[1]
    kind = "timestamptz" if plain in zoned else _kind(plain)
    if kind is None:
        near = did_you_mean(nearest(plain, [*_NAMES, "text[]"]))
        raise ValueError(f"unknown type {said[:80]!r} of column {name[:80]!r}{near}")
    is_strict = plain in {"text", "varchar", "string", "character varying", "text[]"}
    return Column(name, kind, collated=collated is not None, is_strict=is_strict)


def _plain(said: str) -> str:
    """Return a type in lower case, without what does not matter of it."""
    plain = said.strip().lower()
    while wrapped := _wrapped(plain):
        plain = wrapped[1]
    return plain


def _kind(plain: str) -> str | None:
    if _zone(plain):
        return "timestamptz"
    if inner := _list(plain):
        item = _kind(_plain(inner[1] or inner[2]))
        return "text[]" if item == "text" else item and "other"
    # The arguments may be in the middle: `timestamp(6) with time zone`.
    return _TYPES.get(_arguments.sub("", plain).strip())


def columns(described: Any) -> dict[str, str]:
    """Return the ``columns`` argument from what an engine says of a table.

    Types that filters cannot use become ``other``.

    >>> columns([("name", "VARCHAR", "YES"), ("at", "INTERVAL", "YES")])
    {'name': 'VARCHAR', 'at': 'other'}

    Args:
        described: the rows of ``DESCRIBE``, or of ``column_name, data_type`` from
            ``information_schema.columns``; the schema of a Spark or Polars frame; a mapping.

    Raises:
        TypeError: it is something else.
    """
    pairs = _pairs(described)
    return {name: said if _is_known(said) else "other" for name, said in pairs}


def _is_known(said: str) -> bool:
    plain = _plain(said)
    collated = _collated(plain)
    return _kind(collated[1] if collated else plain) is not None


def _pairs(described: Any) -> list[tuple[str, str]]:
    if isinstance(described, Mapping):
        return [(str(name), _said(said)) for name, said in described.items()]
    if hasattr(described, "fields"):  # Spark's StructType
        return [(each.name, each.dataType.simpleString()) for each in described.fields]
    if isinstance(described, str) or not isinstance(described, Iterable):
        msg = f"expected the rows of a description or a schema, not {type(described).__name__}"
        raise TypeError(msg)
    pairs = []
    for row in described:
        name, said = tuple(row)[:2]
        if not name or name.startswith("#"):  # Spark describes partitions after the columns
            break
        pairs.append((str(name), _said(said)))
    return pairs


def _said(said: object) -> str:
    """Return a type as text; PostgreSQL's information schema does not name some types."""
    return {"ARRAY": "text[]", "USER-DEFINED": "text"}.get(str(said), str(said))
