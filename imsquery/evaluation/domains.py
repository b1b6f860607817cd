"""Domains: the values of a record's attribute, as far as some conditions can tell them apart.

Decisions are made over this model of records:

* an attribute is present or absent; the id and total attributes are always present;
* a number is in the range of its type, or is one of its listed values; a closed enumeration has one
  of its values; a truth value is ``true`` or ``false``; a time is a second of the years 1 to 9999;
  everything else, open enumerations included, is any text;
* tags are any set of texts;
* attributes that the reference says never coexist never do; otherwise they are independent.

Conditions on an attribute divide its values into classes; one value of each class is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_

from imsquery.evaluation.attributes import is_always_present, sources
from imsquery.evaluation.automata import Texts, TooManyTextsError, effort
from imsquery.evaluation.matching import compile_predicate, is_plain_equality
from imsquery.frozen import Frozen
from imsquery.language.times import format_time
from imsquery.schema.kinds import Boolean, Enumeration, Integer

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from imsquery.evaluation.matching import Predicate
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Atom

ABSENT = None
_MIDDLE = "2020-01-01T00:00:00Z"
_SECOND = timedelta(seconds=1)


class Value(Frozen):
    """One value of an attribute, which represents its class.

    Attributes:
        raw: the value in a record, ``None`` if absent; for a list, one item.
        truths: a bit for each condition on the attribute, set if the value satisfies it.
    """

    raw: Any
    truths: int


class Domain(Frozen):
    """The values of an attribute that some conditions can tell apart.

    Attributes:
        values: one for each class.
        is_list: whether a record has any set of these values.
        is_complete: whether these are all classes; otherwise there may be more.
    """

    values: tuple[Value, ...]
    is_list: bool
    is_complete: bool = True


class Choice:
    """The values that are still possible for an attribute; immutable.

    Attributes:
        values: the values that it may have; for a list, that it may contain.
        held: bits of the conditions that some item of a list must satisfy.
    """

    __slots__ = ("_all", "_some", "held", "values")

    def __init__(self, values: Sequence[Value], held: int = 0) -> None:
        self.values = values
        self.held = held
        self._some = reduce(or_, (value.truths for value in values), 0)
        self._all = reduce(and_, (value.truths for value in values), -1)

    def truth(self, bit: int, *, is_list: bool) -> bool | None:
        """Return whether a condition holds for all that is possible, for nothing, or neither."""
        always = self.held if is_list else self._all
        if not self._some >> bit & 1:
            return False
        return True if always >> bit & 1 else None

    def where(self, holds: int, fails: int, *, is_list: bool) -> Choice | None:
        """Return what is possible if some conditions hold and others fail; ``None`` for nothing.

        Args:
            holds: bits of the conditions that hold.
            fails: bits of those that fail.
            is_list: whether a value is an item of a list, where each condition that holds may be
                satisfied by another item.
        """
        if is_list:
            values = [value for value in self.values if not value.truths & fails]
            choice = Choice(values, self.held | holds)
            # All items that are possible are possible together.
            return None if choice.held & ~choice._some else choice
        values = [
            value
            for value in self.values
            if not value.truths & fails and value.truths & holds == holds
        ]
        return Choice(values) if values else None


class _Classifier:
    """Finds the class of a value: the conditions on an attribute that it satisfies."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        # Equalities are looked up, since a value satisfies few of many.
        self._equal: dict[Any, int] = {}
        self._tests: list[tuple[int, Predicate]] = []
        for bit, atom in enumerate(atoms):
            found = _sources(atom)
            if found is None:
                self._tests.append((bit, compile_predicate(atom)))
            for raw in found or ():
                self._equal[raw] = self._equal.get(raw, 0) | 1 << bit

    def cost(self, raw: Any) -> int:
        """Return the steps that :meth:`truths` takes."""
        return (len(self._tests) + 1) * effort(len(str(raw)))

    def truths(self, raw: Any, record: dict[str, Any]) -> int:
        """Return a bit for each condition that a value satisfies, given a record that has it."""
        found = sum(1 << bit for bit, test in self._tests if test(record))
        return found | self._equal.get(raw, 0)


def make_domain(attribute: str, atoms: Sequence[Atom], spec: Spec, work: int) -> Domain:
    """Return the classes of an attribute's values.

    Args:
        attribute: its name in a record.
        atoms: the conditions on it, without regular expressions.
        spec: the parameters.
        work: maximum number of steps.
    """
    row = _row_of(attribute, atoms, spec)
    classifier = _Classifier(atoms)
    classes: dict[int, Any] = {}
    is_complete = True
    try:
        for raw in _candidates(row, atoms, work):
            record = {attribute: [raw] if row.multiple else raw}
            classes.setdefault(classifier.truths(raw, record), raw)
            work -= classifier.cost(raw)
            if work < 0:
                is_complete = False
                break
    except TooManyTextsError:
        is_complete = False
    values = [Value(raw, truths) for truths, raw in classes.items()]
    if not row.multiple and not is_always_present(row, spec):
        # First, so that a witness has no attribute that it does not need.
        values.insert(0, Value(ABSENT, classifier.truths(ABSENT, {})))
    return Domain(tuple(values), row.multiple, is_complete)


def _sources(atom: Atom) -> tuple[Any, ...] | None:
    """Return the raw values that satisfy an equality of texts; ``None`` for other conditions."""
    if is_plain_equality(atom):
        return (atom.value,)
    if atom.parameter.multiple and atom.relation == "=":
        return sources(atom.parameter, str(atom.value))
    return None


def make_hidden_domain(atoms: Sequence[Atom]) -> Domain:
    """Return the values of a parameter that no record shows, which has equalities only."""
    row = atoms[0].parameter
    bits = {atom.value: 1 << bit for bit, atom in enumerate(atoms)}
    values = [
        Value(value, bits.get(value, 0)) for value in dict.fromkeys([*row.kind.choices, *bits])
    ]
    if not row.total:
        values.insert(0, Value(ABSENT, 0))
    return Domain(tuple(values), row.multiple)


def _row_of(attribute: str, atoms: Sequence[Atom], spec: Spec) -> Parameter:
    """Return the row whose own attribute it is; other rows may be read from it, too."""
    own = spec.parameters.get(attribute)
    return own if own is not None else atoms[0].parameter


def example(row: Parameter) -> Any:
    """Return a value of an attribute that no condition is about."""
    return next(_candidates(row, (), 1))


def _candidates(row: Parameter, atoms: Sequence[Atom], work: int) -> Iterator[Any]:
    """Yield raw values, at least one of each class."""
    kind = row.kind
    if row.is_time:
        yield from _times(str(atom.value) for atom in atoms if atom.relation != "present")
    elif isinstance(kind, Integer):
        numbers = _numbers(kind, [atom.value for atom in atoms if isinstance(atom.value, int)])
        yield from numbers if row.json == "integer" else map(str, numbers)
    elif isinstance(kind, Boolean):
        yield from (True, False) if row.json == "boolean" else ("true", "false")
    elif isinstance(kind, Enumeration) and not kind.is_open:
        yield from kind.values
    else:
        own = [atom for atom in atoms if atom.relation != "present"]
        yield from Texts(own, row, work).find()


def _numbers(kind: Integer, bounds: Iterable[int]) -> list[int]:
    if kind.values:
        return list(kind.values)
    near = {bound + step for bound in bounds for step in (-1, 0, 1)}
    near.add(kind.least if kind.least is not None else 0)
    least = kind.least if kind.least is not None else -(2**63)
    most = kind.most if kind.most is not None else 2**63 - 1
    return sorted(number for number in near if least <= number <= most)


def _times(bounds: Iterable[str]) -> list[str]:
    near = {_MIDDLE}
    for bound in bounds:
        moment = datetime.fromisoformat(bound)
        for step in (-_SECOND, 0 * _SECOND, _SECOND):
            try:
                near.add(format_time(moment + step))
            except OverflowError:  # there is no such second
                continue
    return sorted(near)
