"""The rows of a spec: parameters, members of the open family, functions."""

from __future__ import annotations

from imsquery.schema.kinds import Flag, Time

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping

    from imsquery.schema.kinds import Kind


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
