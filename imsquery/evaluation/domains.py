"""What an attribute of a record can be, as far as some conditions can tell values apart.

The model of records that decisions are made over:

* an attribute is there or not; the id, and what else every image has (``total``), always is;
* a number lies within the range of its type, or is one of those listed; a closed enumeration has
  one of its values; a truth value is ``true`` or ``false``; a time is a second of the years 1 to
  9999; all else, open enumerations too, is any text;
* tags are any set of texts;
* attributes that the reference says never coexist never do; otherwise they are independent.

Conditions on an attribute cut its values into classes; one value of each class is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from attrs import frozen

from imsquery.evaluation.attributes import is_always_present, tag_sources
from imsquery.evaluation.automata import Texts, TooManyTextsError, effort
from imsquery.evaluation.matching import compile_predicate, is_plain_equality
from imsquery.language.times import format_time
from imsquery.schema.kinds import Boolean, Enumeration, Integer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.evaluation.matching import Predicate
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Atom

ABSENT = None
_MIDDLE = "2020-01-01T00:00:00Z"
_SECOND = timedelta(seconds=1)


@frozen
class Value:
    """One value of an attribute, standing for its class.

    Attributes:
        raw: as a record has it, ``None`` for none; of a list, one item.
        truths: a bit for each condition on the attribute: set if the value satisfies it.
    """

    raw: Any
    truths: int


@frozen
class Domain:
    """The values of an attribute that some conditions can tell apart.

    Attributes:
        values: one for each class.
        is_list: a record has any set of these values.
        is_complete: there is no other class; otherwise there may be.
    """

    values: tuple[Value, ...]
    is_list: bool
    is_complete: bool = True


class Choice:
    """What is still possible of one attribute; immutable.

    Attributes:
        values: that it may have; of a list, that it may hold.
        held: bits of conditions that some item of a list must satisfy.
    """

    __slots__ = ("_all", "_some", "held", "values")

    def __init__(self, values: Sequence[Value], held: int = 0) -> None:
        self.values = values
        self.held = held
        self._some = reduce(or_, (value.truths for value in values), 0)
        self._all = reduce(and_, (value.truths for value in values), -1)

    def truth(self, bit: int, *, is_list: bool) -> bool | None:
        """Tell whether a condition holds in all that is possible, in none, or neither."""
        always = self.held if is_list else self._all
        if not self._some >> bit & 1:
            return False
        return True if always >> bit & 1 else None

    def where(self, holds: int, fails: int, *, is_list: bool) -> Choice | None:
        """Give what is possible if some conditions hold and others do not; ``None`` if nothing is.

        Args:
            holds: bits of those that hold.
            fails: bits of those that do not.
            is_list: of a list, each condition that holds needs an item of its own at most.
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


def make_domain(attribute: str, atoms: Sequence[Atom], spec: Spec, most: int) -> Domain:
    """Give the classes of an attribute's values.

    Args:
        attribute: of a record.
        atoms: the conditions on it; none with a regular expression.
        spec: the parameters.
        most: steps of looking for them.
    """
    row = _row_of(attribute, atoms, spec)
    # Of many equalities a value satisfies few: there is no need to try them all.
    own: dict[Any, int] = {}
    tests: list[tuple[int, Predicate]] = []
    for bit, atom in enumerate(atoms):
        sources = _sources(atom)
        if sources is None:
            tests.append((bit, compile_predicate(atom)))
        for raw in sources or ():
            own[raw] = own.get(raw, 0) | 1 << bit

    def truths(record: dict[str, Any]) -> int:
        return sum(1 << bit for bit, test in tests if test(record))

    classes: dict[int, Any] = {}
    is_complete = True
    steps = 0
    try:
        for raw in _candidates(row, atoms, most):
            steps += (len(tests) + 1) * effort(len(str(raw)))
            said = truths({attribute: [raw] if row.multiple else raw})
            classes.setdefault(said | own.get(raw, 0), raw)
            if steps > most:
                is_complete = False
                break
    except TooManyTextsError:
        is_complete = False
    values = [Value(raw, said) for said, raw in classes.items()]
    if not row.multiple and not is_always_present(row, spec):
        # First, so that a witness has no attribute that it does not need.
        values.insert(0, Value(ABSENT, truths({})))
    return Domain(tuple(values), row.multiple, is_complete)


def _sources(atom: Atom) -> tuple[Any, ...] | None:
    """Give the raw values that satisfy an equality of texts; ``None`` for other conditions."""
    if is_plain_equality(atom):
        return (atom.value,)
    if atom.parameter.multiple and atom.relation == "=":
        return tag_sources(str(atom.value))
    return None


def make_hidden_domain(atoms: Sequence[Atom]) -> Domain:
    """Give the values of a parameter that no record shows: equality is all that is asked of it."""
    row = atoms[0].parameter
    bits = {atom.value: 1 << bit for bit, atom in enumerate(atoms)}
    values = [
        Value(value, bits.get(value, 0)) for value in dict.fromkeys([*row.kind.choices, *bits])
    ]
    if not row.total:
        values.insert(0, Value(ABSENT, 0))
    return Domain(tuple(values), row.multiple)


def _row_of(attribute: str, atoms: Sequence[Atom], spec: Spec) -> Parameter:
    """Give the row that says what is in an attribute, whatever other rows it shows."""
    own = spec.parameters.get(attribute)
    return own if own is not None else atoms[0].parameter


def example(row: Parameter) -> Any:
    """Give a value of an attribute about which nothing is asked."""
    return next(_candidates(row, (), 1))


def _candidates(row: Parameter, atoms: Sequence[Atom], most: int) -> Iterator[Any]:
    """Give raw values, at least one of each class."""
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
        yield from Texts(own, row, most).find()


def _numbers(kind: Integer, limits: Iterable[int]) -> list[int]:
    if kind.values:
        return list(kind.values)
    near = {limit + step for limit in limits for step in (-1, 0, 1)}
    near.add(kind.least if kind.least is not None else 0)
    least = kind.least if kind.least is not None else -(2**63)
    most = kind.most if kind.most is not None else 2**63 - 1
    return sorted(number for number in near if least <= number <= most)


def _times(limits: Iterable[str]) -> list[str]:
    near = {_MIDDLE}
    for limit in limits:
        moment = datetime.fromisoformat(limit)
        for step in (-_SECOND, 0 * _SECOND, _SECOND):
            try:
                near.add(format_time(moment + step))
            except OverflowError:  # there is no such second
                continue
    return sorted(near)
