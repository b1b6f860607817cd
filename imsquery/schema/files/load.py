"""Specs read from files, with all that is wrong at once."""

from __future__ import annotations

from pathlib import Path
from pkgutil import get_data

from imsquery.diagnostics.edits import clip, did_you_mean
from imsquery.diagnostics.suggest import nearest
from imsquery.schema.faults import faults
from imsquery.schema.files.document import LARGEST, Document
from imsquery.schema.files.dump import written_row
from imsquery.schema.files.shape import faults_of_shape
from imsquery.schema.files.types import ALL_COLUMNS, COLUMNS, TYPES, kind_of
from imsquery.schema.huaweicloud import TABLE
from imsquery.schema.parameters import (
    ForeignName,
    Function,
    Parameter,
    operator_faults,
    with_sort_keys,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike
    from typing import Any

    Place = tuple[str | int, ...]

_BY_DEFAULT = {
    "family": "", "members": (), "next_links": False, "properties": False, "older_order": ()
}  # fmt: skip
_EMPTY = {"unit", "clause", "default", "requires", "goes_with", "reading", "unseen"}
"""Columns that an empty text or table takes away from the row that is extended."""


def load_spec(path: str | PathLike[str]) -> dict[str, Any]:
    """Return the arguments of the spec in a file.

    Args:
        path: of a file whose name ends with ``.toml`` or ``.json``.

    Raises:
        SpecError: the file is not a spec.
        OSError: it cannot be read.
        ValueError: its name has another ending.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending not in {".toml", ".json"}:
        msg = f"{str(path)!r}: expected a name that ends with .toml or .json"
        raise ValueError(msg)
    with file.open("rb") as stream:
        written = stream.read(LARGEST + 1)
    return read_spec(written, str(path), is_json=ending == ".json")


def shipped(name: str) -> dict[str, Any]:
    """Return the arguments of a spec that ships, by its name."""
    if name == "huaweicloud":
        return {**TABLE}
    written = get_data("imsquery.schema", f"clouds/{name}.toml")
    return read_spec(written or b"", f"{name}.toml")


def read_spec(written: bytes, name: str, *, is_json: bool = False) -> dict[str, Any]:
    """Return the arguments of a spec.

    Args:
        written: what is in its file.
        name: of the file, for messages.
        is_json: whether it is JSON, not TOML.

    Raises:
        SpecError: it is not a spec.
    """
    document = Document(name, written, is_json=is_json)
    found = [
        document.at_key(path, message) if is_key else document.at_value(path, message)
        for is_key, path, message in faults_of_shape(document.content)
    ]
    if found:
        raise document.error(*found)
    return _Reader(document).arguments()


class _Reader:
    """Makes the rows of a document of the right shape."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._content: dict[str, Any] = document.content
        self._found: list[tuple[int, str]] = []
        extended = self._content.get("extends")
        self._base = shipped(extended) if extended else dict.fromkeys(_ROWS, ())
        self._inherited = 0  # functions, which come before those of the file

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the spec.

        Raises:
            SpecError: something is wrong.
        """
        without = self._without()
        made = {**_BY_DEFAULT, **self._base}
        made.update({key: each for key, each in self._content.items() if key in _PLAIN})
        made |= {name: tuple(made[name]) for name in ("members", "older_order")}
        rows = self._rows(without)
        made["parameters"] = rows
        made["functions"] = self._functions(without)
        made["foreign_names"] = self._foreign_names(without)
        self._raise()
        for place, message in faults(*(made[each] for each in (*_ROWS, "family"))):
            self._fault(self._written(place), message)
        self._raise()
        return made

    def _raise(self) -> None:
        if self._found:
            raise self._document.error(*self._found)

    def _fault(self, path: Place, message: str, *, is_key: bool = False) -> None:
        at = self._document.at_key if is_key else self._document.at_value
        self._found.append(at(path, message))

    def _without(self) -> set[str]:
        """Return what the extended spec has and this one does not."""
        known = {row.wire for row in self._base["parameters"]}
        known |= {f"{each.name}()" for each in self._base["functions"]}
        without = self._content.get("without", [])
        for number, name in enumerate(without):
            if name not in known:
                meant = did_you_mean(nearest(name, sorted(known)))
                self._fault(("without", number), f"the extended spec has no `{clip(name)}`{meant}")
        return set(without)

    # -- parameters

    def _rows(self, without: set[str]) -> tuple[Parameter, ...]:
        written = self._content.get("parameters", {})
        rows: dict[str, Parameter] = {}
        for row in self._base["parameters"]:
            if row.wire not in without:
                rows[row.wire] = self._kept(row, without)
        for wire, columns in written.items():
            row = self._row(wire, columns, rows.get(wire))
            if row is not None:
                rows[wire] = row
        return _with_sort_keys(rows, written)

    def _kept(self, row: Parameter, without: set[str]) -> Parameter:
        """Return a row of the extended spec without what it excludes and this one lacks."""
        if without.isdisjoint(row.excludes):
            return row
        return _changed(row, excludes=tuple(each for each in row.excludes if each not in without))

    def _row(
        self, wire: str, columns: Mapping[str, Any], base: Parameter | None
    ) -> Parameter | None:
        path: Place = ("parameters", wire)
        old = {} if base is None else written_row(base)
        if "type" in columns:
            old = {column: each for column, each in old.items() if column not in ALL_COLUMNS}
        merged = {**old, **columns}
        for column in ("type", "source"):
            if column not in merged:
                self._fault(path, f"the key `{column}` is missing", is_key=True)
                return None
        if not self._is_of_type(path, merged, columns):
            return None
        return _parameter(wire, merged)

    def _is_of_type(
        self, path: Place, merged: Mapping[str, Any], columns: Mapping[str, Any]
    ) -> bool:
        """Return whether a row has only the columns of its type, with values of that type."""
        before = len(self._found)
        taken = COLUMNS.get(TYPES[merged["type"]], ())
        for column in columns:
            if column in ALL_COLUMNS and column not in taken:
                message = f"a parameter of the type {merged['type']} has no `{column}`"
                self._fault((*path, column), message, is_key=True)
        expected = int if "minimum" in taken else str
        for number, value in enumerate(columns.get("values", ())):
            if type(value) is not expected:
                shown = "a whole number" if expected is int else "a text"
                self._fault(
                    (*path, "values", number), f"expected {shown}, not `{clip(str(value))}`"
                )
        if columns.get("observed") is True:
            self._fault((*path, "observed"), "expected the name of an attribute, or false")
        if len(self._found) == before:
            self._check_operators(path, merged)
        return len(self._found) == before

    def _check_operators(self, path: Place, merged: Mapping[str, Any]) -> None:
        operators = merged.get("operators") or {}
        for operator, message in operator_faults(str(path[1]), kind_of(merged), operators):
            self._fault((*path, "operators", operator), message)

    # -- functions and foreign names

    def _functions(self, without: set[str]) -> tuple[Function, ...]:
        written = [_function(each) for each in self._content.get("functions", [])]
        taken = {(each.name, len(each.parameters)) for each in written}
        kept = [
            each
            for each in self._base["functions"]
            if f"{each.name}()" not in without and (each.name, len(each.parameters)) not in taken
        ]
        self._inherited = len(kept)
        return *kept, *written

    def _foreign_names(self, without: set[str]) -> tuple[ForeignName, ...]:
        """Return foreign names; those of this file count first."""
        written = [_foreign_name(each) for each in self._content.get("foreign_names", [])]
        kept = [_without_meanings(each, without) for each in self._base["foreign_names"]]
        return *written, *kept

    def _written(self, place: Place) -> Place:
        """Return where this file has a row, by its place in the spec: else, what it extends."""
        if place == ("parameters",) and "without" in self._content:
            return ("without",)
        if place[:1] == ("functions",):
            place = ("functions", int(place[1]) - self._inherited, *place[2:])
        rows = self._content.get(str(place[0]), ())
        row = place[1] if len(place) > 1 else None
        is_here = row in rows if isinstance(row, str) else row is None or 0 <= row < len(rows)
        return place if is_here or not self._content.get("extends") else ("extends",)


_ROWS = ("parameters", "functions", "foreign_names")
_PLAIN = {"path", "host", "family", "members", "next_links", "properties", "older_order"}


def _with_sort_keys(
    rows: Mapping[str, Parameter], written: Mapping[str, Any]
) -> tuple[Parameter, ...]:
    """Return rows; the values of a sort key that is not written follow from the others."""
    listed = with_sort_keys(rows.values())
    return tuple(rows[row.wire] if "values" in written.get(row.wire, {}) else row for row in listed)


def _parameter(wire: str, columns: Mapping[str, Any]) -> Parameter:
    """Return the row of its columns."""
    arguments = {
        name: value
        for name, value in columns.items()
        if name not in ALL_COLUMNS and name != "type" and not (name in _EMPTY and not value)
    }
    for name in ("requires", "goes_with"):
        if name in arguments:
            ((other, value),) = arguments[name].items()
            arguments[name] = other, value
    if "unseen" in arguments:
        arguments["unseen"] = {
            value: (each["why"], each.get("instead", ""))
            for value, each in arguments["unseen"].items()
        }
    if arguments.get("observed") is False:
        arguments["observed"] = None
    return Parameter(wire, kind_of(columns), **arguments)


def _changed(row: Parameter, **columns: Any) -> Parameter:
    return Parameter(**{**row._arguments(), **columns})  # noqa: SLF001 -- its class is the base's


def _function(columns: Mapping[str, Any]) -> Function:
    return Function(
        columns["name"],
        tuple(columns.get("parameters", ())),
        tuple((wire, value) for wire, value in columns["conditions"]),
        variadic=columns.get("variadic", False),
        relation=columns.get("relation", "="),
        summary=columns["summary"],
        source=columns["source"],
    )


def _foreign_name(columns: Mapping[str, Any]) -> ForeignName:
    return ForeignName(
        tuple(columns["names"]),
        tuple(columns.get("means", ())),
        guesses=tuple(columns.get("guesses", ())),
        note=columns.get("note", ""),
        source=columns["source"],
    )


def _without_meanings(row: ForeignName, without: Iterable[str]) -> ForeignName:
    """Return a foreign name without what it means that this spec lacks."""
    lacking = set(without)
    if lacking.isdisjoint(row.meanings):
        return row
    means, guesses = (
        tuple(each for each in listed if each not in lacking) for listed in (row.means, row.guesses)
    )
    return ForeignName(row.names, means, guesses=guesses, note=row.note, source=row.source)
