"""Filters as predicates over image records, each compiled once to a Python function.

Its source refers to record keys and values only as ``c0``, ``c1``, …, which are bound elsewhere:
nothing written in a filter can become code.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from sys import intern
from types import MappingProxyType

from imsquery.evaluation.attributes import (
    is_plain_time,
    place_reader,
    read_list,
    read_number,
    read_text,
    read_time,
    reader,
    sources,
    spellings,
)
from imsquery.frozen import Frozen
from imsquery.language.operators import KEYED, NOCASE, ORDER
from imsquery.language.patterns import compile_expression, compile_glob
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Boolean, Integer, Tag
from imsquery.semantics.analysis import inspect, text_of
from imsquery.semantics.formula import And, Atom, Not, Or, fold, is_scope, leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Self

    from imsquery.language.patterns import Test
    from imsquery.language.syntax import Expr, Query
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.values import Bindable

    Predicate = Callable[[Mapping[str, Any]], bool]
    Selection = Callable[[Iterable[Mapping[str, Any]]], Iterator[Mapping[str, Any]]]
    Step = Callable[[Mapping[str, Any], list[bool]], None]

_DEEPEST = 20  # levels in one expression; Python's own parser fails at 100 to 200
_LARGEST = 1_000  # conditions in one function: while Python compiles one, it takes 8 KiB
_BUILTINS = ("isinstance", "type", "str", "int", "list", "tuple")  # that expressions use
_FEWEST_HASHED = 5  # fewer texts are found sooner one by one


class Matcher(Frozen, partial[bool]):
    """The predicate of a filter; made by :func:`matcher`.

    Matchers are equal if their filters have the same conditions, in any order.

    A ``partial`` of no arguments: Python calls it about as fast as the function itself.

    Attributes:
        text: the filter.
        spec, now, allow_unlisted, limits, values: as for :func:`matcher`.
    """

    _fields = ("text", "spec", "now", "allow_unlisted", "limits", "values")
    __slots__ = (*_fields, "_filter", "_formula", "_cache")
    text: str
    spec: Spec
    now: datetime
    allow_unlisted: bool
    limits: Limits
    values: Mapping[str, Bindable]
    _filter: Formula
    _formula: Formula
    _cache: dict[str, Selection]
    keywords: Mapping[str, Any] = MappingProxyType({})  # type: ignore[assignment]  # a dict else

    def __new__(
        cls,
        text: str,
        *,
        spec: Spec,
        now: datetime,
        allow_unlisted: bool,
        limits: Limits,
        values: Mapping[str, Bindable],
    ) -> Self:
        from imsquery.semantics.values import collected

        values = MappingProxyType(collected(values, limits))
        analysis = analyze_records(
            text, spec=spec, now=now, allow_unlisted=allow_unlisted, limits=limits, values=values
        )
        self = super().__new__(cls, compile_predicate(analysis.bound.filter))
        formula = analysis.bound.filter
        self._set(text, spec, now, allow_unlisted, limits, values, analysis.pruned, formula, {})
        return self

    if TYPE_CHECKING:

        def __init__(self, text: str, **_options: object) -> None: ...

        def __call__(self, record: Mapping[str, Any], /) -> bool:
            """Return whether a record matches."""

    def select(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Yield the records that match, in their order.

        As fast as a loop with the conditions written in it: no function is called for each record.

        >>> [*matcher("min_disk > 40").select([{"min_disk": 40}, {"min_disk": 100}])]
        [{'min_disk': 100}]
        """
        if "select" not in self._cache:
            self._cache["select"] = compile_selection(self._formula)
        return self._cache["select"](records)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matcher):
            return NotImplemented
        numbers: dict[Hashable, int] = {}

        def number(part: Hashable) -> int:
            return numbers.setdefault(part, len(numbers))

        one, two = _fingerprint(self._filter, number), _fingerprint(other._filter, number)
        return one == two and self.spec == other.spec

    def __hash__(self) -> int:
        return _fingerprint(self._filter, hash)

    def __repr__(self) -> str:
        return f"matcher({self.text!r})"


def _fingerprint(formula: Formula, number: Callable[[Hashable], int]) -> int:
    """Return the number of a simplified filter: that of its parts' numbers, in any order.

    Hence no comparison goes deeper than one level.
    """
    return fold(
        formula,
        lambda leaf: number(leaf.key),
        lambda _node, operand: number((Not, operand)),
        lambda node, operands: number((type(node), frozenset(operands))),
    )


def matcher(
    query: str | Query | Expr,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    values: Mapping[str, Bindable] | None = None,
) -> Matcher:
    """Return a filter as a predicate over image records.

    >>> is_wanted = matcher("platform = CentOS and not supports(kvm)")
    >>> is_wanted({"__platform": "CentOS", "__support_kvm": "True"})
    False

    Args:
        query: the text, or a syntax tree; clauses are ignored.
        spec: the parameters.
        now: the meaning of ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text, and on the length of a list of values.
        values: those of placeholders, by name without `$`; see :meth:`PreparedQuery.bind`.

    Returns:
        A function of one record: a mapping like an item of the API's ``images``.  It never raises,
        whatever the record contains.

    Raises:
        QueryError: every error except ``contradiction`` (which matches nothing); also
            ``not-observable`` if the filter compares what is not in image records.
        ModuleNotFoundError: the filter uses ``matches``, and the extra ``re2`` is not installed.
        TypeError: a value has another type, or there is no placeholder of its name.
    """
    return Matcher(
        text_of(query),
        spec=spec,
        now=datetime.now(UTC) if now is None else now,
        allow_unlisted=allow_unlisted,
        limits=limits,
        values=values or {},
    )


def analyze_records(query: str | Query | Expr, **options: Any) -> Analysis:
    """Return the analysis of a query about records, as the matcher takes it.

    Args:
        query: the text, or a syntax tree.
        options: those of :func:`inspect`.

    Raises:
        QueryError: any error but ``contradiction``; what no record shows is one.
        ModuleNotFoundError: the filter uses ``matches``, and the extra ``re2`` is not installed.
        TypeError: as :func:`inspect`.
    """
    analysis = inspect(query, **options)
    _report_hidden(analysis)
    analysis.raise_errors(but="contradiction")
    analysis.require_extras()
    return analysis


def _report_hidden(analysis: Analysis) -> None:
    """Report each condition that no record shows, unless that has been said of it."""
    binder = analysis.binder
    said = {
        (each.span.start, each.span.end)
        for each in analysis.findings
        if each.code == "not-observable"
    }
    for leaf in leaves(analysis.bound.filter):
        if isinstance(leaf, Atom) and not is_observable(leaf):
            span = binder.span(leaf.first, leaf.last)
            message = f"`{leaf.parameter.name}` is not in image records; only the server can filter"
            if span not in said:
                binder.report("not-observable", message, span)


def is_observable(atom: Atom) -> bool:
    """Return whether a record shows if a condition holds; for a scope it always does."""
    return atom.parameter.observed is not None


def compile_predicate(formula: Formula) -> Predicate:
    """Compile a bound filter, each of whose conditions is observable, to a predicate."""
    code = _Code()
    final = code.make(formula)
    if not code.steps:
        predicate: Predicate = code.function(" def f(record):", f"  return {final}")
        return predicate
    steps = code.compiled_steps()

    def matches(record: Mapping[str, Any]) -> bool:
        p: list[bool] = []
        for step in steps:
            step(record, p)
        return p[-1]

    return matches


def compile_selection(formula: Formula) -> Selection:
    """Compile a bound filter, each of whose conditions is observable, to a filter of records."""
    code = _Code()
    final = code.make(formula)
    if code.steps:
        return partial(filter, compile_predicate(formula))
    # Each record takes several constants, and those that are local are the fastest.
    local = "".join(f", {name}={name}" for name in [*_BUILTINS, *code.names])
    selection: Selection = code.function(
        f" def f(records{local}):", "  for record in records:", f"   if {final}: yield record"
    )
    return selection


class _Part:
    """An expression over ``record``.

    Attributes:
        source: the expression.
        cost: of evaluating it.
        depth, size: levels and conditions in it.
    """

    __slots__ = ("cost", "depth", "size", "source")

    def __init__(self, source: str, cost: int, depth: int = 0, size: int = 1) -> None:
        self.source = source
        self.cost = cost
        self.depth = depth
        self.size = size


_TRUE = _Part("True", 0)
_FALSE = _Part("False", 0)


class _Code:
    """The expressions of a filter, and the constants that they refer to.

    Attributes:
        steps: expressions that are too deep or too large to be part of another one, which refers to
            their values as ``p[0]``, ``p[1]``, …; then the last is the whole filter.
    """

    def __init__(self) -> None:
        self.steps: list[_Part] = []
        self._constants: dict[str, Any] = {}
        self._names: dict[tuple[type, Any], str] = {}

    def make(self, formula: Formula) -> str:
        whole = fold(formula, self._leaf, self._negation, self._connective)
        if self.steps:
            self._apart(whole)
        return whole.source

    def compiled_steps(self) -> list[Step]:
        """Return functions that append the value of each step to a list, in turn."""
        functions: list[Step] = []
        lines: list[str] = []
        size = 0
        for step in self.steps:
            lines.append(f"  p.append({step.source})")
            size += step.size
            if size >= _LARGEST or step is self.steps[-1]:
                functions.append(self.function(" def f(record, p):", *lines))
                lines, size = [], 0
        return functions

    @property
    def names(self) -> list[str]:
        """The names of the constants."""
        return [*self._names.values()]

    def function(self, *lines: str) -> Any:
        """Compile the function ``f``, written in lines that are indented by one space or more.

        Constants that are closed over are faster; but of many, Python copies all at each call.
        """
        names = [] if len(self._names) > _LARGEST else self.names
        # All of the source was written here; constants are named by number.
        source = "\n".join([f"def make({', '.join(names)}):", *lines, " return f"])
        exec(source, self._constants)  # noqa: S102
        return self._constants.pop("make")(*(self._constants[name] for name in names))

    def _constant(self, value: Any) -> str:
        key = (type(value), value)
        if key not in self._names:
            self._names[key] = f"c{len(self._names)}"
            # A text that is the very same object as the one compared is equal at first sight.
            self._constants[self._names[key]] = intern(value) if type(value) is str else value
        return self._names[key]

    def _shallow(self, part: _Part) -> _Part:
        """Make a deep expression a step: Python's parser does not nest deeply."""
        return part if part.depth < _DEEPEST else self._apart(part)

    def _apart(self, part: _Part) -> _Part:
        self.steps.append(part)
        return _Part(f"p[{len(self.steps) - 1}]", 0)

    def _joined(self, parts: list[_Part], word: str) -> _Part:
        depth = max(part.depth for part in parts) + 1
        cost, size = (
            sum(values) for values in zip(*((each.cost, each.size) for each in parts), strict=True)
        )
        return _Part(f"({word.join(part.source for part in parts)})", cost, depth, size)

    def _fewer(self, parts: list[_Part], word: str) -> list[_Part]:
        """Make steps of so many parts that those left are few."""
        if sum(part.size for part in parts) <= _LARGEST:
            return parts
        found: list[_Part] = []
        run: list[_Part] = []
        size = 0
        for part in parts:
            run.append(part)
            size += part.size
            if size >= _LARGEST or part is parts[-1]:
                found.append(self._apart(self._joined(run, word)))
                run, size = [], 0
        return found

    def _negation(self, _node: Not, operand: _Part) -> _Part:
        return self._negated(operand)

    def _negated(self, operand: _Part) -> _Part:
        if operand in (_TRUE, _FALSE):
            return _FALSE if operand is _TRUE else _TRUE
        inner = self._shallow(operand)
        return _Part(f"(not {inner.source})", inner.cost, inner.depth + 1, inner.size)

    def _connective(self, node: And | Or, parts: list[_Part]) -> _Part:
        is_and = isinstance(node, And)
        neutral, absorbing = (_TRUE, _FALSE) if is_and else (_FALSE, _TRUE)
        if absorbing in parts:
            return absorbing
        merge = self._merge_lists if isinstance(node, Or) else self._merge_times
        kept = merge(node.operands, parts)
        # The cheapest go first; conditions have no side effects.
        inner = sorted(
            (self._shallow(part) for part in kept if part is not neutral),
            key=lambda part: part.cost,
        )
        if len(inner) < 2:  # noqa: PLR2004 -- nothing to join
            return inner[0] if inner else neutral
        word = " and " if is_and else " or "
        return self._joined(self._fewer(inner, word), word)

    def _merge_lists(self, operands: Sequence[Formula], parts: list[_Part]) -> list[_Part]:
        """Turn several equalities of one attribute into one look-up."""
        listed, kept = self._by_attribute(operands, parts, is_plain_equality)
        for key, atoms in listed.items():
            if len(atoms) == 1:
                kept.append(self._leaf(atoms[0]))
                continue
            kept.append(self._among(key, [atom.value for atom in atoms]))
        return kept

    def _among(self, key: str, values: Sequence[Any]) -> _Part:
        if len(values) < _FEWEST_HASHED:
            return _Part(self._is_one_of(f"(v := record.get({key}))", values), 2, 1)
        # Checked first, since other values may be unhashable.
        is_text = _is_text(key)
        return _Part(f"({is_text} and v in {self._constant(frozenset(values))})", 2, 1)

    def _is_one_of(self, first: str, values: Sequence[Any]) -> str:
        """Return a comparison with texts of what is ``v`` once ``first`` is evaluated."""
        names = [self._constant(value) for value in values]
        rest = [f"v == {name}" for name in names[1:]]
        return f"({' or '.join([f'{first} == {names[0]}', *rest])})"

    def _merge_times(self, operands: Sequence[Formula], parts: list[_Part]) -> list[_Part]:
        """Read a time once for all conditions on it."""
        listed, kept = self._by_attribute(operands, parts, _is_time)
        for key, atoms in listed.items():
            runs = range(0, len(atoms), _LARGEST)
            kept += [self._time(atoms[start : start + _LARGEST], key) for start in runs]
        return kept

    def _by_attribute(
        self, operands: Sequence[Formula], parts: list[_Part], is_wanted: Callable[[Atom], bool]
    ) -> tuple[dict[str, list[Atom]], list[_Part]]:
        """Return the wanted atoms by the constant of their attribute, and the other parts."""
        listed: dict[str, list[Atom]] = {}
        kept: list[_Part] = []
        for operand, part in zip(operands, parts, strict=True):
            if isinstance(operand, Atom) and is_wanted(operand):
                key = self._constant(operand.parameter.observed)
                listed.setdefault(key, []).append(operand)
            else:
                kept.append(part)
        return listed, kept

    def _leaf(self, leaf: Formula) -> _Part:
        assert isinstance(leaf, Atom)  # noqa: S101 -- unknowns are errors, reported earlier
        parameter = leaf.parameter
        assert parameter.observed is not None  # noqa: S101 -- likewise
        if is_scope(leaf):
            return _TRUE
        key = self._constant(parameter.observed)
        if leaf.relation == "!=":
            equal = Atom(parameter, "=", leaf.value, leaf.first, leaf.last)
            return self._negated(self._leaf(equal))
        if parameter.multiple:
            return self._item(leaf, key)
        if leaf.relation == "present":
            return (
                _TRUE
                if parameter.default is not None
                else _Part(f"record.get({key}) is not None", 1)
            )
        if is_plain_equality(leaf):
            return _Part(f"record.get({key}) == {self._constant(leaf.value)}", 1)
        if leaf.relation in ORDER and not parameter.kind.complete:
            return self._read(leaf, key, place_reader(parameter), 6)
        if parameter.default is not None:
            return self._mapped(leaf, key) or self._read(leaf, key, reader(parameter), 4)
        if isinstance(parameter.kind, Integer):
            number = self._constant(read_number)
            value = f"(type(v := record.get({key})) is int or (v := {number}(v)) is not None)"
            return _Part(f"({value} and v {_OPERATORS[leaf.relation]} {self._value(leaf)})", 2, 2)
        if parameter.is_time:
            return self._time([leaf], key)
        if isinstance(parameter.kind, Boolean):
            return self._truth(key, str(leaf.value))
        return self._read(leaf, key, read_text, 5)

    def _value(self, atom: Atom) -> str:
        is_bound = atom.relation in ORDER
        return self._constant(atom.parameter.kind.place(atom.value) if is_bound else atom.value)

    def _truth(self, key: str, said: str) -> _Part:
        """Return whether an attribute is a truth value, trying first how most records show it."""
        other = "false" if said == "true" else "true"
        yes = self._is_one_of("v", [said, said.capitalize()])
        no = self._is_one_of("v", [other, other.capitalize()])
        is_other = f"v is None or v is {other.capitalize()} or {no}"
        lowered = f"isinstance(v, str) and v.lower() == {self._constant(said)}"
        first = f"(v := record.get({key})) is {said.capitalize()}"
        return _Part(f"({first} or {yes} or not ({is_other}) and {lowered})", 2, 3)

    def _mapped(self, atom: Atom, key: str) -> _Part | None:
        """Return an equality that depends on one truth value; ``None`` if it is not one."""
        reading = atom.parameter.reading
        if atom.relation != "=" or reading is None:
            return None
        is_default = atom.value == atom.parameter.default
        decisive = [said for said, meant in reading.items() if (meant == atom.value) != is_default]
        if len(decisive) != 1 or decisive[0] not in {"true", "false"}:
            return None
        part = self._truth(key, decisive[0])
        return self._negated(part) if is_default else part

    def _time(self, atoms: list[Atom], key: str) -> _Part:
        """Return the conditions on one time, comparing text first: most records fail by the day.

        Of one second, the spelling without ``T`` and ``Z`` sorts before the one with both, and
        after its day.
        """
        bounds = [_is_text(key)]
        is_plain, read = self._constant(is_plain_time), self._constant(read_time)
        tests = [f"({is_plain}(v) or (v := {read}(v)) is not None)"]
        for atom in atoms:
            value, relation = self._value(atom), atom.relation
            if relation in {"=", ">", ">="}:
                bounds.append(f"v >= {self._constant(str(atom.value)[:_DAY])}")
            if relation in {"=", "<", "<="}:
                bounds.append(f"v <= {value}")
            tests.append(f"v {_OPERATORS[relation]} {value}")
        return _Part(f"({' and '.join(bounds + tests)})", 3, 2, len(atoms))

    def _read(self, atom: Atom, key: str, read: Any, cost: int) -> _Part:
        """Compare or match what a function reads from the attribute."""
        value = f"(v := {self._constant(read)}(record.get({key}))) is not None"
        if atom.relation in _OPERATORS:
            test = f"v {_OPERATORS[atom.relation]} {self._value(atom)}"
        else:
            test = self._test(atom)
            cost += 4 if atom.relation == "matches" else 0
        return _Part(f"({value} and {test})", cost, 2)

    def _test(self, atom: Atom) -> str:
        """Return the test of ``v``, a text."""
        if atom.relation == "contains":
            return f"{self._value(atom)} in v"
        if atom.relation in {"startswith", "endswith"}:
            return f"v.{atom.relation}({self._value(atom)})"
        return f"{self._constant(text_test(atom))}(v) is not None"

    def _item(self, atom: Atom, key: str) -> _Part:
        if atom.relation == "=":
            items = sources(atom.parameter, str(atom.value))
            found = " or ".join(f"{self._constant(each)} in v" for each in items)
            lists = f"type(v := record.get({key})) is list or type(v) is tuple"
            # Asked as early as what costs less: few images have a given tag.
            return _Part(f"(({lists}) and ({found}))", 1, 3)
        holds = self._constant(_any_item(atom))
        return _Part(f"{holds}(record.get({key}))", 8)


_DAY = len("2018-10-28")
_OPERATORS = {"=": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _is_text(key: str) -> str:
    """Return the test of whether an attribute, which becomes ``v``, is a text."""
    return f"(type(v := record.get({key})) is str or isinstance(v, str))"


def _is_time(atom: Atom) -> bool:
    return atom.parameter.is_time and atom.relation in _OPERATORS


def is_plain_equality(atom: Atom) -> bool:
    """Return whether an equality compares the attribute with a text, as written."""
    parameter = atom.parameter
    if atom.relation != "=" or parameter.multiple or parameter.is_time:
        return False
    if parameter.reading is not None or atom.value == parameter.default:
        return False
    if atom.value in parameter.scopes:
        return False
    return not isinstance(parameter.kind, Integer | Boolean)


def text_test(atom: Atom) -> Test:
    """Return the test of a text by a condition on it: ``None`` if it fails."""
    relation, value = atom.relation, str(atom.value)
    if relation in ORDER:
        return _bound_test(atom)
    if relation == KEYED:
        return _key_test(atom)
    if not relation.endswith(NOCASE):
        return _text_test(relation, value)
    test = _text_test(relation.removesuffix(NOCASE), value)
    return lambda text: test(text.casefold())


def _text_test(relation: str, value: str) -> Test:
    match relation:
        case "glob":
            return compile_glob(value)
        case "matches":
            search = compile_expression(value)
            return lambda text: search(text) or None
        case "contains":
            return lambda text: value in text or None
        case "startswith":
            return lambda text: text.startswith(value) or None
        case "endswith":
            return lambda text: text.endswith(value) or None
        case _:
            return lambda text: text == value or None


def _key_test(atom: Atom) -> Test:
    kind, key = atom.parameter.kind, str(atom.value)
    assert isinstance(kind, Tag)  # noqa: S101 -- as the binder makes it
    return lambda text: kind.has_key(text, key) or None


def _bound_test(atom: Atom) -> Test:
    """Return the test of a text by what an order comparison looks at in it."""
    place, is_low = atom.parameter.kind.place, atom.relation == ">="
    bound = place(atom.value)

    def test(text: str) -> bool | None:
        found = place(text)
        return (found is not None and (found >= bound) is is_low) or None

    return test


def _any_item(atom: Atom) -> Callable[[Any], bool]:
    """Return the test of a list: whether it has an item, or one that matches."""
    if atom.relation == "present":
        return lambda value: bool(read_list(value))
    test, row = text_test(atom), atom.parameter
    return lambda value: any(
        test(spelling) is not None for item in read_list(value) for spelling in spellings(row, item)
    )
