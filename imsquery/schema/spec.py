"""The parameter spec: look-ups over all rows, and how it is extended."""

from __future__ import annotations

import re
from types import MappingProxyType

from imsquery.schema.kinds import Enumeration, Integer
from imsquery.schema.parameters import Function, Member, Parameter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_board = re.compile(r"[a-z0-9_]+").fullmatch


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
        from imsquery.schema.extension import check_extension

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
        check_extension(spec.parameters, spec.functions, self.clauses)
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
