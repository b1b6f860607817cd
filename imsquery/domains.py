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
from itertools import count, repeat
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from imsquery.kinds import Boolean, Enumeration, Integer
from imsquery.matching import compile_predicate, is_plain_equality
from imsquery.patterns import read_glob
from imsquery.reading import tag_sources
from imsquery.times import format_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.formula import Atom
    from imsquery.spec import Parameter, Spec

ABSENT = None
_MIDDLE = "2020-01-01T00:00:00Z"
_SECOND = timedelta(seconds=1)


class TooManyClassesError(Exception):
    """Conditions cut the values of an attribute into more classes than are looked at."""


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
        attribute: of a record.
        atoms: the conditions, by the number of their bit.
        values: one for each class.
        is_list: a record has any set of these values.
    """

    attribute: str
    atoms: tuple[Atom, ...]
    values: tuple[Value, ...]
    is_list: bool


def make_domain(attribute: str, atoms: Sequence[Atom], spec: Spec, most: int) -> Domain:
    """Give the classes of an attribute's values.

    Args:
        attribute: of a record.
        atoms: the conditions on it; none with a regular expression.
        spec: the parameters.
        most: steps of looking for texts.

    Raises:
        TooManyClassesError: that was not enough.
    """
    row = _row_of(attribute, atoms, spec)
    # Of many equalities a value satisfies its own alone: there is no need to try them all.
    own = {atom.value: 1 << bit for bit, atom in enumerate(atoms) if is_plain_equality(atom)}
    tests = [
        (bit, compile_predicate(atom))
        for bit, atom in enumerate(atoms)
        if not is_plain_equality(atom)
    ]

    def truths(record: dict[str, Any]) -> int:
        return sum(1 << bit for bit, test in tests if test(record))

    classes: dict[int, Any] = {}
    steps = 0
    for raw in _candidates(row, atoms, most):
        steps += len(tests) + 1
        if steps > most:
            raise TooManyClassesError
        said = truths({attribute: [raw] if row.multiple else raw})
        classes.setdefault(said | own.get(raw, 0), raw)
    values = [Value(raw, said) for said, raw in classes.items()]
    if not row.multiple and not is_always_there(row, spec):
        # First, so that a witness has no attribute that it does not need.
        values.insert(0, Value(ABSENT, truths({})))
    return Domain(attribute, tuple(atoms), tuple(values), row.multiple)


def make_hidden_domain(atoms: Sequence[Atom]) -> Domain:
    """Give the values of a parameter that no record shows: equality is all that is asked of it."""
    row = atoms[0].parameter
    bits = {atom.value: 1 << bit for bit, atom in enumerate(atoms)}
    values = [
        Value(value, bits.get(value, 0)) for value in dict.fromkeys([*row.kind.choices, *bits])
    ]
    if not row.total:
        values.insert(0, Value(ABSENT, 0))
    return Domain(row.wire, tuple(atoms), tuple(values), row.multiple)


def is_always_there(row: Parameter, spec: Spec) -> bool:
    """Tell whether every image has an attribute."""
    return row.total or row is spec.find("id")


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
        yield from _Texts(own, row, most).find()


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
        moment = datetime.fromisoformat(limit[:19])
        for step in (-_SECOND, 0 * _SECOND, _SECOND):
            try:
                near.add(format_time(moment + step))
            except OverflowError:  # there is no such second
                continue
    return sorted(near)


class _Texts:
    """Looks for texts that satisfy each possible set of conditions, the shortest first.

    Each condition is a pattern, and a pattern an automaton; all of them read a text together.  A
    text that is named in an equality is a path of its own, as long as it is followed.
    """

    def __init__(self, atoms: Sequence[Atom], row: Parameter, most: int) -> None:
        named = {str(atom.value) for atom in atoms if atom.relation == "="}
        if row.multiple:
            named = {source for text in named for source in tag_sources(text)}
        # What widens a search is no value of any record.
        self._known = named | set(row.scopes)
        self._named = sorted(named - set(row.scopes))
        self._patterns = [_Automaton(_glob_of(atom)) for atom in atoms if atom.relation != "="]
        self._is_tag = row.multiple
        self._most = most

    def find(self) -> Iterator[str]:
        yield from self._named
        if self._patterns:
            yield from self._walk()
        else:
            yield next(text for text in _texts() if text not in self._known)

    def _walk(self) -> Iterator[str]:
        """Read all texts at once, letter by letter, and give one for each state they lead to."""
        prefixes = {text[:end] for text in self._known for end in range(len(text) + 1)}
        letters = self._letters()
        start = self._start()
        seen = {(start, "" if prefixes else None)}
        reached = [("", start)]
        steps = 0
        while reached:
            further: list[tuple[str, _State]] = []
            for text, state in reached:
                if text and text not in self._known:
                    yield text
                for letter in letters:
                    steps += len(self._patterns)
                    if steps > self._most:
                        raise TooManyClassesError
                    longer, after = text + letter, self._step(state, letter)
                    mark = (after, longer if longer in prefixes else None)
                    if mark not in seen:
                        seen.add(mark)
                        further.append((longer, after))
            reached = further
        yield ""  # last, since it makes a poor witness

    def _letters(self) -> list[str]:
        used = {letter for pattern in self._patterns for letter in pattern.letters}
        used.update(letter for text in self._known for letter in text)
        if self._is_tag:
            used |= {".", "="}
        return [next(each for each in _texts() if each not in used), *sorted(used)]

    def _start(self) -> _State:
        states = tuple(pattern.start for pattern in self._patterns)
        return (False, False, states, states if self._is_tag else ())

    def _step(self, state: _State, letter: str) -> _State:
        """Read a letter; of a tag, also as it is spelled with `=` for its first dot."""
        has_dot, has_equals, plain, upgraded = state
        other = "=" if letter == "." and not has_dot else letter
        return (
            self._is_tag and (has_dot or letter == "."),
            self._is_tag and (has_equals or letter == "="),
            tuple(map(_Automaton.step, self._patterns, plain, repeat(letter))),
            tuple(map(_Automaton.step, self._patterns, upgraded, repeat(other))),
        )


_State: TypeAlias = tuple[bool, bool, tuple[int, ...], tuple[int, ...]]


def _texts() -> Iterator[str]:
    """Give texts to choose a new one from: letters first, each character once, without end."""
    yield from "xyzabcdefghijklmnopqrstuvwABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    # More characters than any text within the limits has.
    yield from (chr(code) for code in range(0x4E00, 0xA000))
    yield from (f"x{number}" for number in count())


class _Automaton:
    """A glob as an automaton: a state is the set of its places, as bits, that are reached."""

    def __init__(self, glob: Sequence[str | None]) -> None:
        self.letters = frozenset(token for token in glob if token)
        self._runs = self._bits(glob, None)
        self._any = self._bits(glob, "")
        self._by_letter = {letter: self._bits(glob, letter) for letter in self.letters}
        self.start = self._through_runs(1)

    def _bits(self, glob: Sequence[str | None], token: str | None) -> int:
        return sum(1 << place for place, each in enumerate(glob) if each == token)

    def _through_runs(self, state: int) -> int:
        """A run may be of no letters."""
        while (wider := state | (state & self._runs) << 1) != state:
            state = wider
        return state

    def step(self, state: int, letter: str) -> int:
        """Give the state after a letter."""
        passing = state & (self._any | self._by_letter.get(letter, 0))
        return self._through_runs(state & self._runs | passing << 1)


def _glob_of(atom: Atom) -> list[str | None]:
    text = str(atom.value)
    match atom.relation:
        case "contains":
            return [None, *text, None]
        case "startswith":
            return [*text, None]
        case "endswith":
            return [None, *text]
        case _:
            return read_glob(text)
