"""The shape of the parameter spec: what a row says, and look-ups over all rows."""

from __future__ import annotations

import re
from types import MappingProxyType

from imsquery.kinds import Enumeration, Flag, Integer, Kind, Time

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_board = re.compile(r"[a-z0-9_]+").fullmatch


class Parameter:
    """One row: a request parameter, a response attribute, or both.

    Attributes:
        wire: the service's name for it.
        name: the short name: the wire name without leading underscores.
        aliases: further names.
        kind: the type of its values; ``is_time`` if that is a time.
        pushable: the server can filter by it.
        observed: the attribute of a record that shows it; ``None`` where no record does.
        json: how a record types it: ``string``, ``integer``, ``boolean`` or ``strings`` (a list).
        unit: of its numbers, such as ``MB``.
        clause: where it is no filter: the clause that sets it, such as ``limit``.
        sortable: the server can sort by it.
        multiple: an image can have several values of it at once.
        total: every image has a value, so that the server can answer a complement, too.
        scopes: values that widen the search and that no record carries.
        reading: what the observed attribute says -> the value that it shows, where they differ.
        default: the value of an image whose record says nothing, or nothing else.
        requires: ``(wire name, value)`` that must be asked for as well.
        excludes: wire names of attributes that never stand on the same image.
        source: where the facts come from.

    A plain class and not attrs: every compile needs the table, and importing attrs would be most
    of the cost of a cold start.
    """

    def __init__(
        self,
        wire: str,
        kind: Kind,
        *,
        pushable: bool = True,
        observed: str | None = "",
        json: str = "string",
        aliases: tuple[str, ...] = (),
        unit: str | None = None,
        clause: str | None = None,
        sortable: bool = False,
        multiple: bool = False,
        total: bool = False,
        scopes: tuple[str, ...] = (),
        reading: Mapping[str, str] | None = None,
        default: str | None = None,
        requires: tuple[str, str] | None = None,
        excludes: tuple[str, ...] = (),
        source: str,
    ) -> None:
        self.wire = wire
        self.name = wire.lstrip("_")
        self.kind = kind
        self.is_time = isinstance(kind, Time)
        self.pushable = pushable
        self.observed = wire if observed == "" else observed
        self.json = json
        self.aliases = aliases
        self.unit = unit
        self.clause = clause
        self.sortable = sortable
        self.multiple = multiple
        self.total = total
        self.scopes = scopes
        self.reading = reading
        self.default = default
        self.requires = requires
        self.excludes = excludes
        self.source = source

    def __repr__(self) -> str:
        return f"<Parameter {self.wire}: {self.kind.name}>"

    def __deepcopy__(self, _memo: object) -> Parameter:
        return self

    def with_kind(self, kind: Kind) -> Parameter:
        """Give the same row with another type."""
        return self._with(kind=kind, is_time=isinstance(kind, Time))

    def _with(self, **columns: object) -> Parameter:
        row = object.__new__(type(self))
        row.__dict__.update(self.__dict__, **columns)
        return row


class Member(Parameter):
    """The row of a member of an open family of flags: only its names are its own.

    A filter may name thousands, so that a member holds no more than that.
    """

    kind = Flag()
    is_time = False
    pushable = True
    json = "string"
    aliases = ()
    unit = clause = reading = default = requires = None
    sortable = multiple = total = False
    scopes = excludes = ()
    source = "R1: the note on flavor_id; a label for each bare-metal board type"

    def __init__(self, wire: str) -> None:
        self.wire = wire
        self.name = wire.lstrip("_")
        self.observed = wire


class Function:
    """One row: a function of the language and the conditions that it stands for.

    Attributes:
        name: its name.
        parameters: the names of its arguments, for messages and completion.
        conditions: ``(wire name, value)``; either may contain ``{0}``, ``{1}`` for an argument.
        variadic: takes one or more arguments, and the conditions hold for each.
        summary: what it finds, in a few words.
        source: where the facts come from.
    """

    __slots__ = ("conditions", "name", "parameters", "source", "summary", "variadic")

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        conditions: tuple[tuple[str, str], ...],
        *,
        variadic: bool = False,
        summary: str,
        source: str,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.conditions = conditions
        self.variadic = variadic
        self.summary = summary
        self.source = source

    @property
    def signature(self) -> str:
        """How it is called: ``supports(feature, …)``."""
        return f"{self.name}({', '.join(self.parameters)}{', …' if self.variadic else ''})"


class Spec:
    """A table of parameters and functions; immutable.

    Args:
        parameters: the rows.
        functions: the functions; several of one name differ in the number of arguments.
        family: prefix of an open family of flags, legal with any ending of ``[a-z0-9_]+``.
        path: of the request, such as ``/v2/cloudimages``.
        host: the endpoint of a region, with ``{region}`` in it.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        functions: Iterable[Function] = (),
        *,
        family: str,
        path: str,
        host: str,
    ) -> None:
        self.family = family
        self._bare_family = family.lstrip("_")
        self.path = path
        self.host = host
        rows = tuple(parameters)
        self.parameters: Mapping[str, Parameter] = MappingProxyType({row.wire: row for row in rows})
        self.names: dict[str, Parameter] = {}
        """Every name in lower case -> its row."""
        for row in rows:
            for name in (row.wire, row.name, *row.aliases):
                if self.names.setdefault(name.lower(), row) is not row:
                    msg = f"two parameters answer to {name!r}"
                    raise ValueError(msg)
        # Members of the family that the table lists, by ending; others are made when asked for.
        self._members = {
            row.wire[len(family) :]: row for row in rows if row.wire.startswith(family)
        }
        self.functions: dict[str, tuple[Function, ...]] = {}
        for function in functions:
            same = self.functions.get(function.name, ())
            self.functions[function.name] = (*same, function)
        self.exclusive: dict[str, frozenset[str]] = {}
        """Wire name -> wire names of attributes that never stand beside it."""
        for row in rows:
            for wire in row.excludes:
                for one, other in ((row.wire, wire), (wire, row.wire)):
                    self.exclusive[one] = self.exclusive.get(one, frozenset()) | {other}
        self.clauses: Mapping[str, Parameter] = {
            row.clause: row for row in rows if row.clause is not None
        }

    def __copy__(self) -> Spec:
        return self

    def __deepcopy__(self, _memo: object) -> Spec:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        everything = [each for same in self.functions.values() for each in same]
        return _made, ([*self.parameters.values()], everything, self.family, self.path, self.host)

    def __repr__(self) -> str:
        return f"<Spec {self.path}: {len(self.parameters)} parameters>"

    def find(self, name: str) -> Parameter | None:
        """Give the row that a name stands for, in any letter case, or ``None``."""
        row = self.names.get(name)
        if row is not None:
            return row
        lowered = name.lower()
        bare = lowered.lstrip("_")
        if lowered in {bare, "__" + bare} and bare.startswith(self._bare_family):
            return self.feature(bare[len(self._bare_family) :])
        return self.names.get(lowered)

    def feature(self, ending: str) -> Parameter | None:
        """Give the row of a member of the open family by its ending: ``kvm``, ``s4l``."""
        row = self._members.get(ending)
        return row if row is not None else self._new_member(ending.lower())

    def _new_member(self, ending: str) -> Parameter | None:
        if ending in self._members:
            return self._members[ending]
        if not _board(ending):
            return None
        return Member(self.family + ending)

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """What the server can sort by."""
        return tuple(row.wire for row in self.parameters.values() if row.sortable)

    def extend(
        self,
        *,
        values: Mapping[str, Iterable[str]] | None = None,
        ranges: Mapping[str, tuple[int | None, int | None]] | None = None,
        parameters: Iterable[Parameter] = (),
        functions: Iterable[Function] = (),
    ) -> Spec:
        """Give a new spec with more in it; this one stays as it is.

        Args:
            values: name -> further values of an enumeration.
            ranges: name -> least and most of an integer, ``None`` for no bound.
            parameters: further rows; one with a wire name that is there already replaces it.
            functions: further functions.

        Raises:
            TypeError: what is given is of another type.
            ValueError: a name is unknown, taken or none that a filter can write; its type has no
                values or range; or a row names one that is not there.
        """
        from imsquery.extension import check_extension

        rows = dict(self.parameters)
        for name, more in (values or {}).items():
            row = self._row(rows, name)
            if isinstance(more, str):
                msg = f"values of {name}: a list, not one string"
                raise TypeError(msg)
            listed = list(more)
            if not all(isinstance(value, str) for value in listed):
                msg = f"values of {name}: strings"
                raise TypeError(msg)
            if not isinstance(row.kind, Enumeration):
                msg = f"{name} is no enumeration: {row.kind.describe()}"
                raise ValueError(msg)  # noqa: TRY004 -- the row has another type, not the argument
            rows[row.wire] = row.with_kind(row.kind.with_values(listed))
        for name, (least, most) in (ranges or {}).items():
            row = self._row(rows, name)
            if not isinstance(row.kind, Integer) or row.kind.values:
                msg = f"{name} has no range: {row.kind.describe()}"
                raise ValueError(msg)
            rows[row.wire] = row.with_kind(Integer(least, most))
        rows.update((row.wire, row) for row in parameters)
        everything = [each for same in self.functions.values() for each in same]
        spec = Spec(
            rows.values(),
            [*everything, *functions],
            family=self.family,
            path=self.path,
            host=self.host,
        )
        check_extension(spec, self)
        return spec

    def _row(self, rows: Mapping[str, Parameter], name: str) -> Parameter:
        known = self.names.get(name.lower())
        if known is None:
            msg = f"no parameter answers to {name!r}"
            raise ValueError(msg)
        return rows[known.wire]

    def to_dict(self, rows: Iterable[Parameter] | None = None) -> dict[str, Any]:
        """Give plain data for JSON, of all rows or of some."""
        chosen = self.parameters.values() if rows is None else rows
        return {
            "parameters": [_describe(row) for row in chosen],
            "functions": [
                {
                    "name": each.name,
                    "signature": each.signature,
                    "conditions": [list(condition) for condition in each.conditions],
                    "summary": each.summary,
                    "source": each.source,
                }
                for same in self.functions.values()
                for each in same
            ],
        }


def _made(
    rows: Iterable[Parameter], functions: Iterable[Function], family: str, path: str, host: str
) -> Spec:
    return Spec(rows, functions, family=family, path=path, host=host)


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
        "pushable": row.pushable,
        "observed": row.observed,
        "clause": row.clause,
        "sortable": row.sortable,
        "requires": list(row.requires) if row.requires else None,
        "excludes": list(row.excludes),
        "source": row.source,
    }
