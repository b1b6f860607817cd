"""What is wrong with the rows of a spec, before a filter can use them.

A fault is ``(place, message)``: the place is a path such as ``("parameters", "zone", "default")``,
by which a file that the rows come from can be pointed at.
"""

from __future__ import annotations

import re

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import has_surrogate, is_name
from imsquery.schema.function_faults import faults_of_function, faults_of_overloads
from imsquery.schema.kinds import Boolean, Enumeration, Flag, Integer, Text
from imsquery.schema.written import read_written, reads_as_text

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from imsquery.schema.parameters import ForeignName, Function, Parameter

    Place = tuple[str | int, ...]
    Fault = tuple[Place, str]
    Rows = Mapping[str, Parameter]

CLAUSES: Mapping[str, type] = {
    "after": Text,
    "limit": Integer,
    "order by": Enumeration,
    "direction": Enumeration,
}
"""Each clause that a request has a parameter for -> the type of its values."""

JSON: Mapping[str, type | None] = {
    "string": None, "integer": Integer, "boolean": Boolean, "strings": None,
}  # fmt: skip
"""Each type of an attribute in a record -> the type of the parameters that it is for."""

# Wire names are written into URLs without encoding.
_wire = re.compile(r"[A-Za-z0-9._-]+").fullmatch
_ending = re.compile(r"[a-z0-9_]+").fullmatch
_MOST = 2**63 - 1


def check_rows(
    rows: Iterable[Parameter],
    functions: Iterable[Function],
    foreign_names: Iterable[ForeignName],
    family: str,
) -> None:
    """Raise for rows that would fail, or make wrong requests, once a filter uses them.

    Raises:
        ValueError: its message says all that is wrong, a line each.
    """
    messages = [message for _, message in faults(rows, functions, foreign_names, family)]
    if messages:
        raise ValueError("\n".join(messages))


def faults(
    rows: Iterable[Parameter],
    functions: Iterable[Function],
    foreign_names: Iterable[ForeignName],
    family: str,
) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a spec.

    Args:
        rows: the parameters.
        functions: the functions.
        foreign_names: names of other tools.
        family: prefix of the open family of flags.
    """
    listed = tuple(rows)
    known = {row.wire: row for row in listed}
    calls = tuple(functions)
    yield from _faults_of_names(listed, family)
    for row in listed:
        yield from _faults_of_row(row, known)
    yield from _faults_of_clauses(listed)
    yield from _faults_of_results(listed)
    yield from faults_of_overloads(calls)
    for number, function in enumerate(calls):
        for place, message in faults_of_function(function, known, family):
            yield ("functions", number, *place), message
    names = {name.lower() for row in listed for name in (row.wire, row.name, *row.aliases)}
    names |= {f"{each.name}()" for each in calls}
    for number, foreign in enumerate(foreign_names):
        for place, message in _faults_of_foreign_name(foreign, known, names):
            yield ("foreign_names", number, *place), message


def _faults_of_names(rows: Iterable[Parameter], family: str) -> Iterator[Fault]:
    taken: dict[str, Parameter] = {}
    listed = tuple(rows)
    own = {wire.lower(): row.wire for row in listed for wire in row.wires}
    bare = family.lstrip("_")
    for row in listed:
        place: Place = ("parameters", row.wire)
        for wire in sorted(row.wires):
            if own[wire.lower()] != row.wire:
                yield (*place, "operators"), f"two parameters have the name {wire!r}"
        if not _wire(row.wire):
            message = f"not a wire name: {row.wire!r}; use letters, digits, `_`, `.` and `-`"
            yield place, message
            continue
        for name in dict.fromkeys((row.wire, row.name, *row.aliases)):
            # A clause is set by its keyword; its name only has to be recognized.
            if not _is_name(name) and row.clause is None:
                yield place, f"not a name in filters: {name!r}"
            if taken.setdefault(name.lower(), row) is not row:
                yield place, f"two parameters have the name {name!r}"
            if name.lower() in own:
                yield place, f"two parameters have the name {name!r}"
            ending = name.lower().lstrip("_").removeprefix(bare)
            if ending != name.lower().lstrip("_") and row.wire != f"{family}{ending}":
                yield place, f"{name!r} is a name of the open family `{family}…`"


def _is_name(name: str) -> bool:
    is_clause = KEYWORDS.get(name.lower()) == "LIMIT"
    return name.isascii() and is_name(name) and not is_clause


def _faults_of_row(row: Parameter, rows: Rows) -> Iterator[Fault]:
    for check in (_kind, _columns, _readings, _relations, _unseen):
        for column, message in check(row, rows):
            yield ("parameters", row.wire, *([column] if column else [])), message


def _kind(row: Parameter, _rows: Rows) -> Iterator[tuple[str, str]]:
    if isinstance(row.kind, Enumeration):
        yield from _values(row.wire, row.kind)
    elif isinstance(row.kind, Integer):
        yield from _numbers(row.wire, row.kind)


def _values(wire: str, kind: Enumeration) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    if not kind.values:
        yield "values", f"{wire} has no values"
    for value in kind.values:
        if not value or has_surrogate(value):
            yield "values", f"invalid value for {wire}: {value!r}"
        other = seen.setdefault(value.casefold(), value)
        if other != value:
            yield "values", f"two values of {wire} differ only in letter case: {other!r}, {value!r}"
    for column, words in (("synonyms", kind.synonyms), ("related", kind.related)):
        for word, value in words.items():
            if word != word.casefold() or word in seen:
                yield column, f"{wire}: expected a word in lower case other than a value: {word!r}"
            if value not in kind.values:
                yield column, f"{wire}: {word!r} means {value!r}, which is not one of the values"


def _numbers(wire: str, kind: Integer) -> Iterator[tuple[str, str]]:
    ends = [end for end in (kind.least, kind.most) if end is not None]
    if any(type(end) is not int for end in (*ends, *kind.values)):
        msg = f"the ends of the range of {wire} must be integers or None"
        raise TypeError(msg)
    if ends != sorted(ends):
        yield "minimum", f"the range of {wire} is empty: from {ends[0]} to {ends[1]}"
    if any(abs(number) > _MOST for number in (*ends, *kind.values)):
        yield "maximum", f"numbers of {wire} have more than 64 bits"
    least, most = (ends[0], ends[-1]) if len(ends) > 1 else (kind.least, kind.most)
    for value in kind.values:
        if (least is not None and value < least) or (most is not None and value > most):
            yield "values", f"{wire}: {value} is not in its range"
    if len({*kind.values}) < len(kind.values):
        yield "values", f"{wire} has a value twice"


def _columns(row: Parameter, _rows: Rows) -> Iterator[tuple[str, str]]:
    wire, kind = row.wire, row.kind
    if row.json not in JSON:
        yield "json", f"{wire}: unknown type in records {row.json!r}; expected {', '.join(JSON)}"
    elif not isinstance(kind, JSON[row.json] or object):
        yield "json", f"{wire}: values of the type {kind.name} are not {row.json} in records"
    if row.observed is not None and (row.json == "strings") is not row.multiple:
        yield "json", f"{wire}: what an image can have several of is `strings` in records"
    if row.observed is not None and not (row.observed and row.observed.isprintable()):
        yield "observed", f"{wire}: not the name of an attribute: {row.observed!r}"
    if row.observed is None and not row.pushable and row.clause is None:
        yield "", f"{wire} can be neither asked for nor seen in image records"
    if row.unit is not None and not isinstance(kind, Integer):
        yield "unit", f"{wire}: only numbers have a unit"
    if row.sortable and (row.observed is None or row.multiple):
        yield "sortable", f"{wire}: image records cannot be sorted by it"
    if row.total and isinstance(kind, Flag):
        yield "total", f"{wire}: images for which a flag is false lack it, so it is never total"


def _readings(row: Parameter, _rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with scopes, default and readings, which are values."""
    wire = row.wire
    for scope in row.scopes:
        if not reads_as_text(row, scope):
            yield "scopes", f"invalid scope for {wire}: {scope!r}; expected {row.kind.describe()}"
    if row.reading is not None and row.default is None:
        yield "reading", f"{wire}: a reading needs a default, for images that it does not read"
    if row.multiple and (row.default is not None or row.reading is not None):
        yield "default", f"{wire}: what an image can have several of has no default"
    if row.default is not None and not reads_as_text(row, row.default):
        yield "default", f"invalid default for {wire}: {row.default!r}; {_expected(row)}"
    if row.default is not None and row.default in row.scopes:
        yield "default", f"{wire}: {row.default!r} is a scope, which no record carries"
    for said, value in (row.reading or {}).items():
        if not said or (said != said.lower() and said.lower() in {"true", "false"}):
            yield "reading", f"{wire}: expected `true` or `false` in lower case, not {said!r}"
        if not reads_as_text(row, value):
            yield "reading", f"invalid reading for {wire}: {value!r}; {_expected(row)}"


def _expected(row: Parameter) -> str:
    if isinstance(row.kind, Integer) or row.is_time:
        return "numbers and times have none"
    return f"expected {row.kind.describe()}"


def _relations(row: Parameter, rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the other rows that a row refers to."""
    wire = row.wire
    pairs = {"requires": row.requires, "goes_with": row.goes_with}
    for column, other in [
        *(("excludes", each) for each in row.excludes),
        *((column, pair[0]) for column, pair in pairs.items() if pair is not None),
    ]:
        if other not in rows:
            yield column, f"{wire} refers to the unknown parameter {other!r}"
        elif other == wire:
            yield column, f"{wire} refers to itself"
        elif rows[other].clause is not None or row.clause is not None:
            yield column, f"{wire}: {column} applies to filters, not to clauses"
    for other in row.excludes:
        if row.total or (other in rows and rows[other].total):
            always = wire if row.total else other
            yield "excludes", f"{wire} excludes {other}, but every image has {always}"
    for column, pair in pairs.items():
        needed = rows.get(pair[0]) if pair is not None else None
        if needed is None or pair is None:
            continue
        if not reads_as_text(needed, pair[1]):
            yield column, f"{wire}: invalid value for {needed.wire}: {pair[1]!r}; {_text(needed)}"
        if column == "requires":
            yield from _requirement(row, needed)


def _text(row: Parameter) -> str:
    if isinstance(row.kind, Integer) or row.is_time:
        return "numbers and times cannot be referred to"
    return f"expected {row.kind.describe()}"


def _requirement(row: Parameter, needed: Parameter) -> Iterator[tuple[str, str]]:
    if not needed.pushable:
        yield "requires", f"{row.wire} requires {needed.wire}, which no request can ask for"
    if needed.requires is not None:
        yield "requires", f"{row.wire} requires {needed.wire}, which itself requires something"
    if needed.wire in row.excludes or row.wire in needed.excludes:
        yield "requires", f"{row.wire} requires {needed.wire}, and excludes it"


def _unseen(row: Parameter, _rows: Rows) -> Iterator[tuple[str, str]]:
    for value, (why, instead) in (row.unseen or {}).items():
        if value != value.lower() or not why:
            yield "unseen", f"{row.wire}: expected a value in lower case, and why: {value!r}"
        if instead and read_written(row, instead) is None:
            yield "unseen", f"invalid value for {row.wire}: {instead!r}"


def _faults_of_clauses(rows: tuple[Parameter, ...]) -> Iterator[Fault]:
    found: dict[str, Parameter] = {}
    for row in rows:
        if row.clause is None:
            continue
        place = ("parameters", row.wire, "clause")
        if row.clause not in CLAUSES:
            yield place, f"{row.wire}: unknown clause {row.clause!r}; {_listed(CLAUSES)}"
        elif not isinstance(row.kind, CLAUSES[row.clause]):
            yield place, f"{row.wire}: values of the type {row.kind.name} cannot set `{row.clause}`"
        elif found.setdefault(row.clause, row) is not row:
            yield place, f"{row.wire} and {found[row.clause].wire} set the same clause"
        elif not row.pushable or row.observed is not None:
            yield place, f"{row.wire}: a clause is part of requests, and of no record"
    for clause in CLAUSES.keys() - found.keys() - {"direction"}:  # which a list of keys has
        yield ("parameters",), f"no parameter sets the clause {clause!r}"
    yield from _faults_of_order(rows, found)


def _faults_of_order(
    rows: tuple[Parameter, ...], clauses: Mapping[str, Parameter]
) -> Iterator[Fault]:
    sortable = [row.wire for row in rows if row.sortable]
    for clause, values in (("order by", sortable), ("direction", ["asc", "desc"])):
        row = clauses.get(clause)
        if row is None or {*row.kind.choices} == {*values}:
            continue
        message = f"{row.wire}: its values are {_listed(values)}"
        if clause == "order by":
            message = f"{row.wire}: its values are the sortable parameters: {_listed(values)}"
        yield ("parameters", row.wire, "values"), message


def _faults_of_results(rows: tuple[Parameter, ...]) -> Iterator[Fault]:
    """Yield what plans lack to know images by, and to put them in order."""
    names = {name.lower(): row for row in rows for name in (row.wire, row.name, *row.aliases)}
    identity = names.get("id")
    if identity is None:
        yield ("parameters",), "no parameter is called `id`, which tells images apart"
    elif identity.observed is None or identity.json != "string":
        place = ("parameters", identity.wire, "observed" if identity.observed is None else "json")
        yield place, f"{identity.wire}: image records must show it, as a string: it is their `id`"
    elif "=" not in identity.forms:
        place = ("parameters", identity.wire, "operators")
        yield place, f"{identity.wire}: requests must be able to ask for an image by its `id`"
    if not any(row.is_time and row.sortable for row in rows):
        yield ("parameters",), "no time is sortable; the newest images come first by default"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(str, names)) or "none"


def _faults_of_foreign_name(
    foreign: ForeignName, rows: Rows, names: Container[str]
) -> Iterator[tuple[Place, str]]:
    if not foreign.names:
        yield (), "a foreign name has no names"
    for name in foreign.names:
        if name != name.lower().replace("-", "_") or not name:
            yield ("names",), f"expected a name in lower case, with `_` for `-`: {name!r}"
    for column, meanings in (("means", foreign.means), ("guesses", foreign.guesses)):
        for meaning in meanings:
            shown = ", ".join(foreign.names)
            if _wire(meaning) and meaning not in rows:
                yield (column,), f"{shown} refers to the unknown parameter {meaning!r}"
            elif not _wire(meaning) and not _is_condition(meaning, names):
                yield (column,), f"{shown}: not a condition on a parameter: {meaning!r}"


def _is_condition(text: str, names: Container[str]) -> bool:
    """Return whether a text is one condition, on a parameter or by a function that there is."""
    from imsquery.diagnostics.errors import QueryError
    from imsquery.language.syntax import Call, parse

    try:
        condition = parse(text).filter
    except QueryError:
        return False
    name = str(getattr(condition, "name", "")).lower()
    return (f"{name}()" if isinstance(condition, Call) else name) in names
