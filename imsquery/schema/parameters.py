"""The rows of a spec: parameters, members of the open family, functions, foreign names."""

from __future__ import annotations

from types import MappingProxyType

from imsquery.frozen import Frozen
from imsquery.language.operators import ORDER
from imsquery.schema.kinds import Advice, Enumeration, Flag, Integer, Text, Time, checked

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import ClassVar

    from imsquery.schema.kinds import Kind

    Form = tuple[str, str]
    Forms = tuple[Mapping[str, str], Mapping[str, Form], Mapping[str, str]]


TIME_OPERATORS = {"=": "eq:", "!=": "neq:", "<": "lt:", "<=": "lte:", ">": "gt:", ">=": "gte:"}
"""Operator -> how services write a comparison of times by it."""

LIST = "in"
"""The operator of a list of values, any of which may be there."""


def _shared(prefixes: dict[str, str]) -> Forms:
    forms = {relation: ("", prefix) for relation, prefix in prefixes.items()}
    templates = {relation: f"{prefix}{{}}" for relation, prefix in prefixes.items()}
    return MappingProxyType(templates), MappingProxyType(forms), MappingProxyType(prefixes)


_NOTHING, _EQUALITY, _TIMES = map(_shared, ({}, {"=": ""}, TIME_OPERATORS))


_NO_WIRES: frozenset[str] = frozenset()


def _written(wire: str, kind: Kind, operators: Mapping[str, str] | None, *, is_time: bool) -> Forms:
    """Return the operators of a row as they are written, as forms, and as prefixes."""
    if operators is None:
        return _TIMES if is_time else _EQUALITY
    if not operators:
        return _NOTHING
    for known in (_EQUALITY, _TIMES):
        if operators == known[0]:
            return known
    for _, fault in operator_faults(wire, kind, operators):
        msg = f"{wire}: {fault}"
        raise ValueError(msg)
    forms = {relation: _read_template(template) for relation, template in operators.items()}
    own = {relation: prefix for relation, (wire, prefix) in forms.items() if not wire}
    # Where the server looks for an operator or a list, not every value can be written as it is.
    is_certain = all(own.values()) or not any(own.values())
    if LIST in own and own[LIST] in {"", own.get("=")}:
        is_certain = False
    # Nor can a number beyond the range of the parameter, which only filters compare with.
    doubtful = {LIST, *(kind.operators & ORDER if isinstance(kind, Integer) else ())}
    prefixes = {name: own[name] for name in own if name not in doubtful} if is_certain else {}
    return MappingProxyType({**operators}), MappingProxyType(forms), MappingProxyType(prefixes)


_TEMPLATE = r"(?:([A-Za-z0-9._-]+)=)?(?:[^{}=:]+:)?\{\}"


def operator_faults(
    wire: str, kind: Kind, operators: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield each operator of a row that no request could be written or read by, and why.

    Args:
        wire: the wire name of the row.
        kind: the type of its values.
        operators: how each is written.
    """
    import re

    seen: dict[str, str] = {}
    for relation, template in operators.items():
        match = re.fullmatch(_TEMPLATE, template)
        # What a service calls a pattern is hardly what the language does.
        possible = [*sorted(kind.operators - {"glob", "matches"}), LIST]
        if relation not in possible:
            known = ", ".join(f"`{each}`" for each in possible)
            yield relation, f"unknown operator `{relation}` ({kind.name}); expected {known}"
        elif match is None:
            expected = "`{}`, `op:{}` or `name={}`"
            yield relation, f"invalid form `{template}` of `{relation}`; expected {expected}"
        elif match[1] == wire:
            yield relation, f"write `{template.removeprefix(f'{wire}=')}`, not `{template}`"
        else:
            first = seen.setdefault(template, relation)
            # A list may be written as its values alone, of which there may be one.
            if first != relation and {first, relation} != {"=", LIST}:
                yield relation, f"`{first}` and `{relation}` have the same form"


def _read_template(template: str) -> Form:
    wire, _, prefix = template.removesuffix("{}").rpartition("=")
    return wire, prefix


def _refuse_texts(*listed: object) -> None:
    """Raise for a text in the place of a list: its letters are not meant."""
    for each in listed:
        if each.__class__ is str:
            raise TypeError(each)


class Parameter(Frozen):
    """One row: a request parameter, a response attribute, or both.

    Attributes:
        wire: the name that the service uses.
        name: the short name: the wire name without leading underscores.
        kind: the type of its values.
        is_time: whether that type is a time.
        operators: operator -> how a request writes a comparison by it: ``{}`` for the value, after
            what the server knows the operator by, such as ``lt:{}``; ``name={}`` for a request
            parameter with a name of its own, such as ``size_min={}``.  By default, equality (of a
            time, any comparison); empty if the server cannot filter by it.  ``in`` takes values
            joined by commas.
        repeats: whether a request can ask for several values, all of which must be there.
        pushable: whether the server can filter by it.
        forms: operator -> wire name of its own, or nothing, and what is written before the value.
        prefixes: the same for operators that any value makes the one pair of its wire name with.
        wires: the wire names of single comparisons.
        observed: the attribute of a record that shows it; ``None`` if none does.
        json: its type in a record: ``string``, ``integer``, ``boolean`` or ``strings`` (a list).
        aliases: further names.
        unit: the unit of its numbers, such as ``MB``.
        clause: the clause that sets it, such as ``limit``, if it is not a filter.
        sortable: whether the server can sort by it.
        multiple: whether an image can have several values of it at once.
        total: whether every image has a value, so that the server can answer a complement too.
        scopes: values that widen the search and that no record carries.
        reading: value of the observed attribute -> value of the parameter, where they differ.
        default: the value of an image whose record has none, or none that is read; of what no
            record shows, the value of the images that are listed unless a request asks for others.
        requires: ``(wire name, value)`` that a request must contain as well.
        excludes: wire names of attributes that no image has together with this one.
        goes_with: ``(wire name, value)``: images with another value of that have none of this.
        unseen: value -> ``(why no image is found by it, what to write instead)``; the latter is
            empty if there is nothing.
        source: where the facts come from.
    """

    _fields: ClassVar[tuple[str, ...]] = (
        "wire", "kind", "operators", "repeats", "observed", "json", "aliases", "unit", "clause",
        "sortable", "multiple", "total", "scopes", "reading", "default", "requires", "excludes",
        "goes_with", "unseen", "source",
    )  # fmt: skip
    __slots__ = (*_fields, "forms", "prefixes", "wires", "pushable", "doubts", "is_time", "name")
    wire: str
    name: str
    kind: Kind
    is_time: bool
    operators: Mapping[str, str]
    repeats: bool
    forms: Mapping[str, Form]
    prefixes: Mapping[str, str]
    wires: frozenset[str]
    pushable: bool
    observed: str | None
    json: str
    aliases: tuple[str, ...]
    unit: str | None
    clause: str | None
    sortable: bool
    multiple: bool
    total: bool
    scopes: tuple[str, ...]
    reading: Mapping[str, str] | None
    default: str | None
    requires: tuple[str, str] | None
    excludes: tuple[str, ...]
    goes_with: tuple[str, str] | None
    unseen: Mapping[str, tuple[str, str]] | None
    doubts: bool
    source: str

    @checked
    def __init__(
        self,
        wire: str,
        kind: Kind,
        *,
        operators: Mapping[str, str] | None = None,
        repeats: bool = False,
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
        goes_with: tuple[str, str] | None = None,
        unseen: Mapping[str, tuple[str, str]] | None = None,
        source: str,
    ) -> None:
        _refuse_texts(aliases, scopes, excludes)
        is_time = isinstance(kind, Time)
        written, forms, prefixes = _written(wire, kind, operators, is_time=is_time)
        self._set(
            wire,
            kind,
            written,
            repeats,
            wire if observed == "" else observed,
            json,
            tuple(aliases),
            unit,
            clause,
            sortable,
            multiple,
            total,
            tuple(scopes),
            None if reading is None else MappingProxyType({**reading}),
            default,
            requires,
            tuple(excludes),
            goes_with,
            None if unseen is None else MappingProxyType({**unseen}),
            source,
            forms,
            prefixes,
            frozenset(own for own, _ in forms.values() if own) if operators else _NO_WIRES,
            bool(forms),
            unseen is not None or kind.doubts,
            is_time,
            wire.lstrip("_"),
        )

    def __hash__(self) -> int:
        return hash(self.wire)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.wire}: {self.kind.name}>"

    @property
    def selects(self) -> bool:
        """Whether images with another value than the default are listed only if asked for."""
        return self.observed is None and self.default is not None

    def doubt(self, value: str) -> Advice | None:
        """Return why no image is found by a value; called only if it ``doubts``."""
        if self.unseen is None or value.lower() not in self.unseen:
            return self.kind.doubt(value)
        why, instead = self.unseen[value.lower()]
        return Advice("never-matches", "warning", why, value=instead or None)

    def with_kind(self, kind: Kind) -> Parameter:
        """Return the same row with another type."""
        return self.evolve(kind=kind)


class Member(Parameter):
    """The row of a member of an open family of flags: only its names are its own.

    A filter may name thousands of members, so one holds nothing else.
    """

    _fields = ("wire",)
    __slots__ = ()
    kind = Flag()
    is_time = repeats = False
    pushable = True
    operators, forms, prefixes = _EQUALITY
    wires = _NO_WIRES
    json = "string"
    aliases = ()
    unit = clause = reading = default = requires = goes_with = unseen = None
    sortable = multiple = total = doubts = False
    scopes = excludes = ()
    source = "R1: the note on flavor_id; a label for each bare-metal board type"

    def __init__(self, wire: str) -> None:
        _set_wire(self, wire)
        _set_name(self, wire.lstrip("_"))
        _set_observed(self, wire)


class Property(Member):
    """The row of a property: any name that a spec has no row for, if it says that there are such.

    It is written in one way only, since another may be another property.
    """

    __slots__ = ()
    kind = Text()
    source = "the spec: any other name is a property"

    def __init__(self, wire: str) -> None:
        _set_wire(self, wire)
        _set_name(self, wire)
        _set_observed(self, wire)


class UnaskedProperty(Property):
    """The row of a property that the server cannot be asked about, for its name."""

    __slots__ = ()
    pushable = False
    operators, forms, prefixes = _NOTHING

    def __init__(self, wire: str) -> None:
        super().__init__(wire)


_set_wire, _set_name, _set_observed = (
    getattr(Parameter, slot).__set__ for slot in ("wire", "name", "observed")
)


SKIP = Parameter(
    "skip",
    Integer(),
    operators={},
    observed=None,
    clause="skip",
    source="the language; no service takes it",
)
"""The number of the clause ``skip``, which no request has a parameter for."""


def with_sort_keys(rows: Iterable[Parameter]) -> list[Parameter]:
    """Return rows of which the sort key has the sortable ones as its values."""
    listed = list(rows)
    sortable = [row.wire for row in listed if row.sortable]

    def settle(row: Parameter) -> Parameter:
        kind = row.kind
        if row.clause != "order by" or not isinstance(kind, Enumeration):
            return row
        kept = [value for value in kind.values if value in sortable]
        return row.with_kind(kind.of_values([*kept, *sortable]))

    return [*map(settle, listed)]


HOLE = r"\{([0-9]+)\}"
"""The pattern of an argument in a condition of a function."""


class Function(Frozen):
    """One row: a function of the language and the conditions that it means.

    Attributes:
        name: its name.
        parameters: the names of its arguments, for messages and completion.
        conditions: ``(wire name, value)``; either may contain ``{0}``, ``{1}`` for an argument.
        variadic: whether it takes one or more arguments; the conditions hold for each.
        relation: what its conditions compare by: ``=``, or ``tagged`` for the key of a tag.
        summary: what it finds, in a few words.
        source: where the facts come from.
    """

    __slots__ = _fields = (
        "name", "parameters", "conditions", "variadic", "relation", "summary", "source"
    )  # fmt: skip
    name: str
    parameters: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    variadic: bool
    relation: str
    summary: str
    source: str

    @checked
    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        conditions: tuple[tuple[str, str], ...],
        *,
        variadic: bool = False,
        relation: str = "=",
        summary: str,
        source: str,
    ) -> None:
        listed = tuple(conditions)
        _refuse_texts(parameters, conditions, *listed)
        pairs = tuple((wire, value) for wire, value in listed)
        self._set(name, tuple(parameters), pairs, variadic, relation, summary, source)

    @property
    def signature(self) -> str:
        """The call, such as ``supports(feature, …)``."""
        return f"{self.name}({', '.join(self.parameters)}{', …' if self.variadic else ''})"


class ForeignName(Frozen):
    """One row: names that other tools use, and what they mean here.

    A meaning is the wire name of a parameter, or a condition for a name that is one by itself.  Of
    several meanings, those count that the rest of the condition goes with.

    Attributes:
        names: as they are written elsewhere; letter case is ignored, and ``-`` is read as ``_``.
        means: what they certainly mean; nothing at all if they have no counterpart here.
        guesses: what they may mean.
        note: what else to tell about them.
        source: where they come from.
    """

    __slots__ = _fields = ("names", "means", "guesses", "note", "source")
    names: tuple[str, ...]
    means: tuple[str, ...]
    guesses: tuple[str, ...]
    note: str
    source: str

    @checked
    def __init__(
        self,
        names: tuple[str, ...],
        means: tuple[str, ...] = (),
        *,
        guesses: tuple[str, ...] = (),
        note: str = "",
        source: str,
    ) -> None:
        _refuse_texts(names, means, guesses)
        self._set(tuple(names), tuple(means), tuple(guesses), note, source)

    @property
    def meanings(self) -> tuple[str, ...]:
        """All meanings, the certain ones first."""
        return *self.means, *self.guesses
