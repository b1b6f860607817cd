"""The parameter spec: look-ups over all rows, and how it is extended."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

from imsquery.frozen import Frozen
from imsquery.late import Late
from imsquery.schema.kinds import Enumeration, Flag, Integer
from imsquery.schema.parameters import (
    ForeignName,
    Function,
    Member,
    Parameter,
    Property,
    UnaskedProperty,
    with_sort_keys,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from os import PathLike
    from typing import Any, Self, TypeVar

    Made = TypeVar("Made")

DESCENDING = "desc"
"""The direction that a server sorts in unless told otherwise."""

# What a filter and a URL can both have as a name; compiled only where there are such.
_PROPERTY = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_ending = Late(r"[a-z0-9_]+").fullmatch
_board = Late(r"[a-z]+[0-9]+[a-z]+").fullmatch


class Spec(Frozen):
    """A table of parameters and functions.

    Args:
        parameters: the rows.
        functions: the functions; those with the same name differ in their number of arguments.
        foreign_names: names that other tools use for the same things.
        family: prefix of an open family of flags; any ending of ``[a-z0-9_]+`` is legal.  Empty
            if there is none.
        members: endings of the family that exist, although no row is about them.
        path: of the request, such as ``/v2/cloudimages``.
        host: the endpoint of a region, with ``{region}`` in it.
        next_links: whether a page says, by a link to the next one, that there is more.
        properties: whether any other name is a parameter, which compares texts by equality.
        older_order: names of two parameters that a request may have in place of such a list: of a
            sort key and of a direction, each repeated.

    A request has one sort key, or several if the row of the clause ``order by`` repeats.  Without a
    row of the clause ``direction``, keys and directions are one list: ``name:asc,created_at:desc``.

    Attributes:
        parameters: wire name -> its row.
        names: every name, in lower case -> its row.
        functions: name -> its overloads.
        exclusive: wire name -> wire names of attributes that no image has together with it.
        clauses: clause -> the row that it sets.
        companions: wire name -> ``(wire name, value)`` that its images have as well.
        wires: wire name of a single comparison, such as ``size_min`` -> the row that is compared.
        takes_sort_keys: whether a request can have several sort keys.

    All mappings are read-only.
    """

    _fields = (
        "parameters", "functions", "foreign_names", "family", "members", "path", "host",
        "next_links", "properties", "older_order",
    )  # fmt: skip
    __slots__ = (
        *_fields, "names", "exclusive", "clauses", "companions", "wires",
        "takes_sort_keys",
        "_bare_family", "_members", "_hash", "_made",
    )  # fmt: skip
    parameters: Mapping[str, Parameter]
    functions: Mapping[str, tuple[Function, ...]]
    foreign_names: tuple[ForeignName, ...]
    family: str
    members: tuple[str, ...]
    path: str
    host: str
    next_links: bool
    properties: bool
    older_order: tuple[str, ...]
    names: Mapping[str, Parameter]
    exclusive: Mapping[str, frozenset[str]]
    clauses: Mapping[str, Parameter]
    companions: Mapping[str, tuple[str, str]]
    wires: Mapping[str, Parameter]
    takes_sort_keys: bool
    _bare_family: str
    _members: Mapping[str, Parameter]
    _hash: int
    _made: dict[Callable[[Spec], Any], Any]

    def __init__(
        self,
        parameters: Iterable[Parameter],
        functions: Iterable[Function] = (),
        *,
        foreign_names: Iterable[ForeignName] = (),
        family: str,
        members: Iterable[str] = (),
        path: str,
        host: str,
        next_links: bool = False,
        properties: bool = False,
        older_order: tuple[str, ...] = (),
    ) -> None:
        listed = tuple(parameters)
        names = _by_name(listed)
        rows = {row.wire: row for row in listed}
        overloads: dict[str, tuple[Function, ...]] = {}
        for function in functions:
            overloads[function.name] = (*overloads.get(function.name, ()), function)
        clauses = {row.clause: row for row in listed if row.clause is not None}
        self._set(
            MappingProxyType(rows),
            MappingProxyType(overloads),
            tuple(foreign_names),
            family,
            tuple(members),
            path,
            host,
            next_links,
            properties,
            tuple(older_order),
            MappingProxyType(names),
            MappingProxyType(_exclusive(listed)),
            MappingProxyType(clauses),
            MappingProxyType({row.wire: row.goes_with for row in listed if row.goes_with}),
            MappingProxyType(_by_wire(listed, names)),
            "direction" not in clauses or ("order by" in clauses and clauses["order by"].repeats),
            family.lstrip("_") or "\0",  # which no name begins with
            # Members of the family that the table lists, by ending; others are made on demand.
            {
                wire[len(family) :]: row
                for wire, row in rows.items()
                if family and wire.startswith(family)
            },
            hash((path, host, family, *rows, *overloads)),
            {},
        )

    def _arguments(self) -> dict[str, Any]:
        return {
            "parameters": tuple(self.parameters.values()),
            "functions": tuple(each for same in self.functions.values() for each in same),
            "foreign_names": self.foreign_names,
            "family": self.family,
            "members": self.members,
            "path": self.path,
            "host": self.host,
            "next_links": self.next_links,
            "properties": self.properties,
            "older_order": self.older_order,
        }

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Spec {self.path}: {len(self.parameters)} parameters>"

    def once(self, make: Callable[[Spec], Made]) -> Made:
        """Return what a function makes of the spec; it is called at the first time."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def find(self, name: str) -> Parameter | None:
        """Return the row with a name, in any letter case, or ``None``."""
        row = self.names.get(name)
        if row is not None:
            return row
        lowered = name.lower()
        bare = lowered.lstrip("_")
        if lowered in {bare, "__" + bare} and bare.startswith(self._bare_family):
            return self.feature(bare[len(self._bare_family) :])
        known = self.names.get(lowered)
        return self._property(name) if known is None and self.properties else known

    def _property(self, name: str) -> Parameter | None:
        """Return the row of a property, whose name is written in one way only.

        There is none where the name may well mean something else: a row that it is one slip away
        from, or what other tools call by it.  Where `size_min` is a range of sizes, the server
        takes any name with that ending for a range: it cannot be asked about such properties.
        """
        from imsquery.language._tables import KEYWORDS

        is_taken = name in self.wires or name.lower() in KEYWORDS
        if is_taken or not re.fullmatch(_PROPERTY, name) or self.foreign(name) is not None:
            return None
        if _is_slip(name.strip("_"), tuple(self.names)):
            return None
        endings = tuple(wire.removeprefix(row.wire) for wire, row in self.wires.items())
        return UnaskedProperty(name) if name.endswith(endings) else Property(name)

    def feature(self, ending: str) -> Parameter | None:
        """Return the row of a member of the open family by its ending: ``kvm``, ``s4l``."""
        row = self._members.get(ending)
        return row if row is not None else self._new_member(ending.lower())

    def _new_member(self, ending: str) -> Parameter | None:
        if ending in self._members:
            return self._members[ending]
        if not _ending(ending):
            return None
        return Member(self.family + ending)

    def is_known(self, member: Parameter) -> bool:
        """Return whether a member of the open family is known, or may well be a board type."""
        ending = member.wire[len(self.family) :]
        return ending in self._members or ending in self.members or _board(ending) is not None

    def ending(self, wire: str) -> str:
        """Return the ending of a name of the open family; empty for any other name."""
        is_member = self.family and wire.startswith(self.family)
        return wire[len(self.family) :] if is_member else ""

    def flag_condition(self, row: Parameter) -> str:
        """Return the plainest condition that a flag is true: such as ``supports(kvm)``."""
        ending, asked = self.ending(row.wire), ((f"{self.family}{{0}}", "true"),)
        if ending:
            for name, same in self.functions.items():
                if any(each.conditions == asked for each in same):
                    return f"{name}({ending})"
        return row.name

    @property
    def features(self) -> tuple[str, ...]:
        """The endings of the family's flags, as far as they are listed."""
        return self.once(_features)

    def meant_features(self, ending: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the features that an unlisted ending of the family is one slip away from.

        The second list is of what may be meant: these, or else others that are spelled alike.
        """
        return _meant_features(ending, self)

    def foreign(self, name: str) -> ForeignName | None:
        """Return what a name that the spec lacks means, or ``None``.

        It may be one of another tool, a feature without its prefix, or a function without its
        parentheses.
        """
        folded = name.lower().replace("-", "_")
        known = self.once(_foreign).get(folded)
        if known is not None:
            return known
        member = self._members.get(folded)
        if member is not None:
            meaning = self.flag_condition(member) if type(member.kind) is Flag else member.wire
            return ForeignName((folded,), (meaning,), source=member.source)
        if any(not each.parameters for each in self.functions.get(folded, ())):
            return ForeignName((folded,), guesses=(f"{folded}()",), source="a function")
        return None

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """The wire names that the server can sort by."""
        return tuple(row.wire for row in self.parameters.values() if row.sortable)

    def write_order(self, keys: Sequence[tuple[str, str | None]]) -> list[tuple[str, str]]:
        """Return the pairs of an order, not sorted.

        Args:
            keys: wire name and direction of each sort key; ``None`` for the server's default.
        """
        name = self.clauses["order by"].wire
        direction = self.clauses.get("direction")
        if direction is None:
            listed = [wire if way is None else f"{wire}:{way}" for wire, way in keys]
            return [(name, ",".join(listed))]
        if len(keys) == 1:  # as most often
            [(wire, way)] = keys
            return [(name, wire)] if way is None else [(name, wire), (direction.wire, way)]
        pairs = [(name, wire) for wire, _ in keys]
        if any(way for _, way in keys):
            pairs += [(direction.wire, way or DESCENDING) for _, way in keys]
        return pairs

    def read_order(
        self, keys: Sequence[str], directions: Sequence[str]
    ) -> list[tuple[str, str | None]]:
        """Return wire name and direction of each sort key of a request.

        Args:
            keys: the values of the parameter of the clause ``order by``.
            directions: those of the parameter of ``direction``: as many, or one for all keys.
        """
        if "direction" in self.clauses:
            return directed(keys, directions)
        parts = [item.partition(":") for key in keys for item in key.split(",")]
        return [(name, direction or None) for name, _, direction in parts]

    @property
    def default_order(self) -> Parameter | None:
        """The time that the server sorts by without a sort key; ``None`` if there is no such."""
        rows = self.parameters.values()
        return next((row for row in rows if row.sortable and row.is_time), None)

    def extend(
        self,
        *,
        values: Mapping[str, Iterable[str]] | None = None,
        ranges: Mapping[str, tuple[int | None, int | None]] | None = None,
        parameters: Iterable[Parameter] = (),
        functions: Iterable[Function] = (),
        foreign_names: Iterable[ForeignName] = (),
    ) -> Spec:
        """Return a spec with additions; this one does not change.

        >>> from imsquery import CLOUDIMAGES, compile
        >>> spec = CLOUDIMAGES.extend(values={"platform": ["AlmaLinux"]})
        >>> str(compile("platform = almalinux", spec=spec))
        '__platform=AlmaLinux'

        Args:
            values: name -> further values of an enumeration.
            ranges: name -> both ends of an integer's range, ``None`` for no bound.
            parameters: further rows; one with an existing wire name replaces that row.
            functions: further functions.
            foreign_names: further names of other tools, which count before those there are.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: a name is unknown, taken or cannot be written in a filter; a type has no
                values or range; or a row refers to an unknown one.
        """
        from imsquery.schema.column_types import check_types
        from imsquery.schema.faults import check_rows

        added = tuple(parameters), tuple(functions), tuple(foreign_names)
        for row_type, made in zip((Parameter, Function, ForeignName), added, strict=True):
            check_types(row_type, made)
        rows = dict(self.parameters)
        for name, more in (values or {}).items():
            row = self._row(rows, name)
            if row.clause is not None:
                msg = f"{name} is a clause; the values of {row.wire} follow from the parameters"
                raise ValueError(msg)
            rows[row.wire] = _with_values(row, name, more)
        for name, (least, most) in (ranges or {}).items():
            row = self._row(rows, name)
            rows[row.wire] = _with_range(row, name, least, most)
        rows.update((row.wire, row) for row in added[0])
        arguments = self._arguments()
        arguments["parameters"] = with_sort_keys(rows.values())
        arguments["functions"] += added[1]
        arguments["foreign_names"] = (*added[2], *self.foreign_names)
        check_rows(
            arguments["parameters"], arguments["functions"], arguments["foreign_names"], self.family
        )
        return Spec(**arguments)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the spec in a file of TOML or JSON.

        The file may be that of :meth:`dump`, or ``extends`` a spec that ships and has what differs.

        Args:
            path: of the file; its name ends with ``.toml`` or ``.json``.

        Raises:
            SpecError: the file is not a spec; it says all that is wrong, by line and column.
            OSError: it cannot be read.
            ValueError: its name has another ending.
        """
        from imsquery.schema.files.load import load_spec

        return cls(**load_spec(path))

    def dump(self, format: str = "toml") -> str:  # noqa: A002 -- as the option is called
        """Return the spec as the text of a file, which :meth:`load` reads.

        Args:
            format: ``toml`` or ``json``.

        Raises:
            ValueError: it is another, or a parameter has a type that no file has.
        """
        from imsquery.schema.files.dump import dump_json, dump_toml

        writers = {"toml": dump_toml, "json": dump_json}
        if format not in writers:
            msg = f"unknown format {format!r}; expected toml or json"
            raise ValueError(msg)
        return writers[format](self._arguments())

    def _row(self, rows: Mapping[str, Parameter], name: str) -> Parameter:
        known = self.names.get(name.lower())
        if known is None:
            msg = f"unknown parameter {name!r}"
            raise ValueError(msg)
        return rows[known.wire]

    def to_dict(self, rows: Iterable[Parameter] | None = None) -> dict[str, Any]:
        """Return JSON-serializable data of all rows, or of some."""
        chosen = tuple(self.parameters.values() if rows is None else rows)
        return {
            "parameters": [_describe(row) for row in chosen],
            "functions": [
                {
                    "name": each.name,
                    "signature": each.signature,
                    "conditions": [list(condition) for condition in each.conditions],
                    "relation": each.relation,
                    "summary": each.summary,
                    "source": each.source,
                }
                for same in self.functions.values()
                for each in same
            ],
            "foreign_names": [
                {
                    "names": list(each.names),
                    "means": list(each.means),
                    "guesses": list(each.guesses),
                    "note": each.note,
                    "source": each.source,
                }
                for each in self.foreign_names
                if rows is None or not {*each.meanings}.isdisjoint(row.wire for row in chosen)
            ],
        }


def directed(keys: Sequence[str], directions: Sequence[str]) -> list[tuple[str, str | None]]:
    """Return sort keys with their directions, of which there may be one for all."""
    if len(directions) < len(keys):
        directions = [*directions[:1]] * len(keys)
    return [(key, directions[at] if directions else None) for at, key in enumerate(keys)]


def _features(spec: Spec) -> tuple[str, ...]:
    members = spec._members.items()  # noqa: SLF001 -- a part of the class that is remembered
    return *(ending for ending, row in members if type(row.kind) is Flag), *spec.members


def _foreign(spec: Spec) -> dict[str, ForeignName]:
    """Return what other tools' names mean, by name; of several meanings, the first."""
    return {name: row for row in reversed(spec.foreign_names) for name in row.names}


@lru_cache(maxsize=1024)  # a filter may name the same ones again and again
def _meant_features(ending: str, spec: Spec) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from imsquery.diagnostics.suggest import is_one_slip, nearest

    features = spec.once(_features)
    slips = tuple(each for each in features if is_one_slip(ending, each))
    return slips, slips or tuple(nearest(ending, features))


@lru_cache(maxsize=1024)
def _is_slip(name: str, names: tuple[str, ...]) -> bool:
    from imsquery.diagnostics.suggest import is_one_slip

    return any(is_one_slip(name, each) for each in names if len(each) > _SHORT)


_SHORT = 3  # letters: `uid` is not `id`


def _by_name(rows: Iterable[Parameter]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for row in rows:
        for name in (row.wire, row.name, *row.aliases):
            if found.setdefault(name.lower(), row) is not row:
                msg = f"two parameters have the name {name!r}"
                raise ValueError(msg)
    return found


def _by_wire(rows: Iterable[Parameter], names: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return the row of each request parameter that is a comparison of its own."""
    found: dict[str, Parameter] = {}
    for row in rows:
        for wire in row.wires:
            if wire.lower() in names or found.setdefault(wire, row) is not row:
                msg = f"two parameters have the name {wire!r}"
                raise ValueError(msg)
    return found


def _exclusive(rows: Iterable[Parameter]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        for wire in row.excludes:
            for one, other in ((row.wire, wire), (wire, row.wire)):
                found[one] = found.get(one, frozenset()) | {other}
    return found


def _with_values(row: Parameter, name: str, values: Iterable[str]) -> Parameter:
    if isinstance(values, str):
        msg = f"values of {name} must be a list, not one string"
        raise TypeError(msg)
    listed = list(values)
    if not all(isinstance(value, str) for value in listed):
        msg = f"values of {name} must be strings"
        raise TypeError(msg)
    if not isinstance(row.kind, Enumeration):
        msg = f"{name} is not an enumeration: {row.kind.describe()}"
        raise ValueError(msg)  # noqa: TRY004 -- the row has another type, not the argument
    return row.with_kind(row.kind.with_values(listed))


def _with_range(row: Parameter, name: str, least: int | None, most: int | None) -> Parameter:
    if not isinstance(row.kind, Integer) or row.kind.values:
        msg = f"{name} has no range: {row.kind.describe()}"
        raise ValueError(msg)
    return row.with_kind(Integer(least, most))


def _describe(row: Parameter) -> dict[str, Any]:
    return {
        "wire": row.wire,
        "name": row.name,
        "aliases": list(row.aliases),
        "type": row.kind.name,
        "values": list(row.kind.choices),
        "open": isinstance(row.kind, Enumeration) and row.kind.is_open,
        "takes": row.kind.describe(),
        "operators": sorted(row.kind.operators),
        "unit": row.unit,
        "written": dict(row.operators),
        "repeats": row.repeats,
        "scopes": list(row.scopes),
        "default": row.default,
        "reading": None if row.reading is None else dict(row.reading),
        "multiple": row.multiple,
        "total": row.total,
        "pushable": row.pushable,
        "observed": row.observed,
        "clause": row.clause,
        "sortable": row.sortable,
        "requires": list(row.requires) if row.requires else None,
        "excludes": list(row.excludes),
        "goes_with": list(row.goes_with) if row.goes_with else None,
        "unseen": list(row.unseen or ()),
        "source": row.source,
    }
