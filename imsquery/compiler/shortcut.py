"""The shortcut of most queries: conditions joined by ``and``, from lexemes to pairs at once.

A table holds what is known of a spec: name -> operator -> value as written -> pair; a call has no
operator.  What is missing is read by the row, and kept if its type has few values.  Anything that
is not plain, or that there could be a finding about, is left to parser and binder.
"""

from __future__ import annotations

from imsquery.compiler.query_string import CompiledQuery, encode, is_plain
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import NAMES, QUOTES, unquote
from imsquery.language.operators import EQUALITY, OPERATORS
from imsquery.language.times import read_time, time_condition
from imsquery.schema.kinds import RefusedValue
from imsquery.schema.parameters import Member

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from imsquery.language.lexer import Lexemes
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    T = TypeVar("T")
    # Wire name, value, and both as a query string has them.
    Pair = tuple[str, str, str]

# What is kept: names, or values of a name, and their length.
_MOST, _LONGEST = 1024, 64
_CONJUNCTIONS = frozenset({"and", "AND"})


class _Declined(LookupError):  # noqa: N818 -- not an error: the query goes the full way
    """Something is not plain, or not without a finding."""


class _Values(dict[str, "Pair"]):
    """Value as written -> the pair that a comparison with it by ``=`` makes."""

    __slots__ = ("_advise", "_begins", "_choices", "_doubt", "_prefix", "_read", "_wire")

    def __init__(self, parameter: Parameter, prefix: str) -> None:
        kind = parameter.kind
        self._wire = parameter.wire
        self._prefix = prefix
        self._begins = _begin(parameter.wire, prefix)
        self._choices = {each.casefold() for each in kind.choices}
        self._read = kind.read
        self._advise = kind.advise if kind.advises else None
        doubt = kind.doubt if parameter.unseen is None else parameter.doubt
        self._doubt = doubt if parameter.doubts else None

    def __missing__(self, lexeme: str) -> Pair:
        literal = lexeme
        if lexeme[0] in QUOTES or lexeme.lower() in KEYWORDS:
            literal = _literal(lexeme)
        choices, advise, doubt = self._choices, self._advise, self._doubt
        if choices and literal.casefold() not in choices:
            raise _Declined
        try:
            value = self._read(literal)
        except RefusedValue:
            raise _Declined from None
        if type(value) is not str:
            value = str(value)
        if advise is not None and advise(literal) is not None:
            raise _Declined
        if doubt is not None and doubt(value) is not None:
            raise _Declined
        written = value if is_plain(value) else encode(value)
        pair = self._wire, self._prefix + value, self._begins + written
        if choices:
            _keep(self, lexeme, pair)
        return pair


class _Times(dict[str, "Pair"]):
    """Time as written -> the pair that a comparison with it makes; keeps none."""

    __slots__ = ("_prefixes", "_relation", "_wire")

    def __init__(self, parameter: Parameter, relation: str, prefixes: Mapping[str, str]) -> None:
        self._wire = parameter.wire
        self._relation = relation
        self._prefixes = {
            each: (prefix, _begin(parameter.wire, prefix)) for each, prefix in prefixes.items()
        }

    def __missing__(self, lexeme: str) -> Pair:
        literal = _literal(lexeme) if lexeme[0] in QUOTES else lexeme
        try:  # without a clock, which a time may depend on
            relation, moment = time_condition(self._relation, read_time(literal))
        except (ValueError, OverflowError):
            raise _Declined from None
        prefix, begins = self._prefixes[relation]
        return self._wire, prefix + moment, begins + moment  # which needs no encoding


class _Features(dict[str, "Pair"]):
    """Feature or board type as written -> the pair of its flag."""

    __slots__ = ("_spec", "_value")

    def __init__(self, spec: Spec, value: str) -> None:
        self._spec = spec
        self._value = value

    def __missing__(self, lexeme: str) -> Pair:
        spec, literal = self._spec, _literal(lexeme)
        is_written_out = literal.lstrip("_").lower().startswith(spec.family.lstrip("_"))
        flag = None if is_written_out else spec.feature(literal)
        if flag is None or not flag.kind.standalone:
            raise _Declined
        pair = _comparisons(flag, spec)["="][self._value]
        _keep(self, lexeme, pair)
        return pair


class _Table(dict[str, "Mapping[str, Mapping[str, Pair]]"]):
    """Name as written -> operator, or nothing for a call -> value as written -> pair."""

    __slots__ = ("careful", "spec")

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        rows = spec.parameters.values()
        has_others = (row.wire for row in rows if row.requires or row.goes_with or row.excludes)
        self.careful = frozenset(has_others)

    def __missing__(self, name: str) -> Mapping[str, Mapping[str, Pair]]:
        is_name = KEYWORDS.get(name.lower(), "WORD") in NAMES
        parameter = self.spec.find(name) if is_name else None
        found = {} if parameter is None else _comparisons(parameter, self.spec)
        if name.lower() in self.spec.functions:
            found = {**found, **self._calls(name)}
        if found:
            _keep(self, name, found)
        return found

    def fit(self, wires: set[str]) -> bool:
        """Return whether certainly none of some pairs requires, excludes or implies another."""
        for wire in self.careful & wires:
            row = self.spec.parameters[wire]
            if row.requires or row.goes_with or not wires.isdisjoint(row.excludes):
                return False
        return True

    def _calls(self, name: str) -> dict[str, Mapping[str, Pair]]:
        """Return the call with one argument, if it is one condition with that as its value."""
        for function in self.spec.functions.get(name.lower(), ()):
            if len(function.parameters) != 1 and not function.variadic:
                continue
            if len(function.conditions) != 1 or function.relation != "=":
                return {}
            [(wire, value)] = function.conditions
            parameter = self.spec.parameters.get(wire)
            if parameter is None:
                return {} if "{" in value else {"": _Features(self.spec, value)}
            compared = _comparisons(parameter, self.spec) if value == "{0}" else {}
            return {"": compared["="]} if "=" in compared else {}
        return {}


def _comparisons(parameter: Parameter, spec: Spec) -> dict[str, Mapping[str, Pair]]:
    """Return operator as written -> value as written -> pair."""
    if type(parameter) is Member:  # there may be many: what is usual will do
        pair = parameter.wire, "true", f"{parameter.wire}=true"
        values = {"true": pair, "'true'": pair, '"true"': pair}
        return {"=": values, "==": values} if spec.is_known(parameter) else {}
    if parameter.clause is not None:
        return {}
    relations = _relations(parameter)
    made: dict[str, Mapping[str, Pair]] = {
        relation: _Times(parameter, relation, relations)
        if parameter.is_time
        else _Values(parameter, relations[relation])
        for relation in relations
    }
    return {written: made[each] for written, each in OPERATORS.items() if each in made}


def _relations(parameter: Parameter) -> Mapping[str, str]:
    """Return relation -> what a request writes before the value, if that is all it means."""
    allowed = parameter.kind.operators
    if parameter.observed is None:
        allowed &= EQUALITY
    if not parameter.is_time:
        allowed &= {"="}
    elif not parameter.total:
        allowed -= {"!="}
    return {each: parameter.prefixes[each] for each in allowed & parameter.prefixes.keys()}


def _literal(lexeme: str) -> str:
    if lexeme[0] in QUOTES:
        literal, faults = unquote(lexeme)
        if not faults:
            return literal
    elif lexeme.lower() not in KEYWORDS:
        return lexeme
    raise _Declined


def _begin(wire: str, prefix: str) -> str:
    """Write what a pair begins with."""
    return f"{wire}={prefix if is_plain(prefix) else encode(prefix)}"


def _keep(known: dict[str, T], key: str, value: T) -> None:
    """Remember what was found, within bounds; begin anew where it becomes too much."""
    if len(key) > _LONGEST:
        return
    if len(known) >= _MOST:
        known.clear()
    known[key] = value


_tables: dict[int, _Table] = {}
_MOST_SPECS = 8


def _table_of(spec: Spec) -> _Table:
    """Make the table of a spec; it holds the spec, so that nothing else has its ``id``."""
    if len(_tables) >= _MOST_SPECS:
        _tables.clear()
    table = _tables[id(spec)] = _Table(spec)
    return table


def compile_plain(found: Sequence[Lexemes], spec: Spec, limits: Limits) -> CompiledQuery | None:
    """Return the request of a query whose lexemes are given; ``None`` if it is not plain."""
    if not found or len(found) > limits.count:
        return None
    *others, (name, operator, _, value, _, connective, _, _) = found
    if not name or connective:
        return None
    for each in others:  # before any work is done
        if each[5] not in _CONJUNCTIONS:
            return None
    table = _tables.get(id(spec))
    if table is None:
        table = _table_of(spec)
    try:
        last = table[name][operator][value]
        if not others and last[0] not in table.careful:  # as many queries are
            return CompiledQuery([last[:2]], last[2], spec.path)
        pairs = [table[name][operator][value] for name, operator, _, value, _, _, _, _ in others]
    except LookupError:
        return None
    pairs.append(last)
    wires = {wire for wire, _, _ in pairs}
    if len(wires) < len(pairs):
        pairs = [*{*pairs}]  # the same condition twice does no harm
    if len(wires) < len(pairs) or not (table.careful.isdisjoint(wires) or table.fit(wires)):
        return None
    pairs.sort()
    written = "&".join([text for _, _, text in pairs])
    return CompiledQuery([(wire, value) for wire, value, _ in pairs], written, spec.path)
