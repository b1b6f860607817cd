"""Automata that find a text for each possible set of conditions on a text.

Each condition is a pattern, and each pattern an automaton: a glob, or a bound on the version in a
text.  All of them read a text at the same time.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from imsquery.evaluation.attributes import sources
from imsquery.language.operators import KEYED, NOCASE, ORDER
from imsquery.language.patterns import read_glob
from imsquery.schema.kinds import Tag
from imsquery.schema.versions import version_in

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Atom

_Glob: TypeAlias = "list[str | None]"
_State: TypeAlias = "tuple[bool, bool, tuple[Hashable, ...], tuple[Hashable, ...]]"
_Link: TypeAlias = "tuple[_Link, str] | None"


class TooManyTextsError(Exception):
    """Finding the texts would take too many steps."""


def effort(length: int) -> int:
    """Return the steps that a text or pattern of some length takes."""
    return 1 + length // 256


class Texts:
    """A search for texts, one for each possible set of satisfied conditions, shortest first.

    Texts named in equalities are tracked apart from the patterns, for as long as they are followed.

    Args:
        atoms: the conditions, without regular expressions.
        row: the parameter that the attribute belongs to.
        work: maximum number of steps.
    """

    def __init__(self, atoms: Sequence[Atom], row: Parameter, work: int) -> None:
        equal = [str(atom.value) for atom in atoms if atom.relation == "="]
        named = {source for text in equal for source in sources(row, text)}
        # No record has a value that widens the search.
        self._named = sorted(named - set(row.scopes))
        self._known = _Trie([*self._named, *row.scopes])
        self._bounds = [str(atom.value) for atom in atoms if atom.relation in ORDER]
        self._keys = [str(atom.value) for atom in atoms if atom.relation == KEYED]
        read = [atom for atom in atoms if atom.relation not in ORDER | {"=", KEYED}]
        self._globs = [_glob_of(atom) for atom in read if not atom.relation.endswith(NOCASE)]
        self._folded = [_glob_of(atom) for atom in read if atom.relation.endswith(NOCASE)]
        self._is_tag = isinstance(row.kind, Tag)
        self._work = work

    def find(self) -> Iterator[str]:
        """Yield the texts; raises :class:`TooManyTextsError` after too many steps."""
        yield from self._named
        if not (self._globs or self._folded or self._bounds or self._keys):
            yield next(text for text in _fresh() if text not in self._known)
            return
        samples = [*_samples([*self._globs, *self._folded]), *self._bounds, *self._keys]
        yield from (text for text in samples if text not in self._known)
        yield from self._walk()
        yield ""  # last, since it is a poor witness

    def _walk(self) -> Iterator[str]:
        """Read all texts in parallel, letter by letter; yield one for each way to be accepted."""
        patterns: list[Automaton] = [GlobAutomaton(glob) for glob in self._globs]
        patterns += map(FoldedAutomaton, self._folded)
        patterns += map(BoundAutomaton, dict.fromkeys(self._bounds))
        patterns += map(KeyAutomaton, self._keys)
        read = [*self._globs, *self._folded, *self._bounds, *self._keys]
        cost = 1 + sum(effort(len(each)) for each in read)
        letters = self._letters(patterns)
        start = self._start(patterns)
        seen = {(start, _Trie.ROOT)}
        accepted = set[object]()
        # A text is a linked list from its last letter, since copies would take too much memory.
        reached: list[tuple[_State, int, _Link]] = [(start, _Trie.ROOT, None)]
        steps = 0
        while reached:
            further: list[tuple[_State, int, _Link]] = []
            for state, node, link in reached:
                for letter in letters:
                    steps += cost
                    if steps > self._work:
                        raise TooManyTextsError
                    after = self._step(patterns, state, letter)
                    mark = (after, self._known.follow(node, letter))
                    if mark in seen:
                        continue
                    seen.add(mark)
                    further.append((*mark, (link, letter)))
                    result = self._accepts(patterns, after)
                    if result not in accepted and not self._known.ends_at(mark[1]):
                        accepted.add(result)
                        yield _spell((link, letter))
            reached = further

    def _letters(self, patterns: Sequence[Automaton]) -> list[str]:
        used = {letter for pattern in patterns for letter in pattern.letters}
        used |= self._known.letters
        if self._is_tag:
            used |= {".", "="}
        if self._folded:
            named = {each for glob in self._folded for each in glob if each}
            used |= _long_foldings(used, named)
        return [next(each for each in _fresh() if each not in used), *sorted(used)]

    def _start(self, patterns: Sequence[Automaton]) -> _State:
        states = tuple(pattern.start for pattern in patterns)
        return (False, False, states, states if self._is_tag else ())

    def _step(self, patterns: Sequence[Automaton], state: _State, letter: str) -> _State:
        """Read a letter; of a tag, also in the spelling with `=` for the first dot."""
        has_dot, has_equals, plain, upgraded = state
        other = "=" if letter == "." and not has_dot else letter
        return (
            self._is_tag and (has_dot or letter == "."),
            self._is_tag and (has_equals or letter == "="),
            tuple(each.step(at, letter) for each, at in zip(patterns, plain, strict=True)),
            tuple(each.step(at, other) for each, at in zip(patterns, upgraded, strict=False)),
        )

    def _accepts(self, patterns: Sequence[Automaton], state: _State) -> object:
        """Return the class of a text that ends here: which patterns accept which spelling of it."""
        *spelling, plain, upgraded = state
        return (
            *spelling,
            *(each.accepts(at) for each, at in zip(patterns, plain, strict=True)),
            *(each.accepts(at) for each, at in zip(patterns, upgraded, strict=False)),
        )


def _spell(link: _Link) -> str:
    letters = []
    while link is not None:
        link, letter = link
        letters.append(letter)
    return "".join(reversed(letters))


class _Trie:
    """Some texts as a trie: a node for each prefix."""

    ROOT = 0
    NOWHERE = -1

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)
        self._next: dict[tuple[int, str], int] = {}
        self._ends: set[int] = set()
        for text in self._texts:
            node = self.ROOT
            for letter in text:
                node = self._next.setdefault((node, letter), len(self._next) + 1)
            self._ends.add(node)

    @property
    def letters(self) -> set[str]:
        return {letter for _, letter in self._next}

    def __contains__(self, text: object) -> bool:
        return text in self._texts

    def follow(self, node: int, letter: str) -> int:
        """Return the node after a letter; ``NOWHERE`` if no text continues like that."""
        return self._next.get((node, letter), self.NOWHERE)

    def ends_at(self, node: int) -> bool:
        return node in self._ends


def _samples(globs: Sequence[_Glob]) -> Iterator[str]:
    """Yield texts likely to satisfy all patterns together, then each on its own."""
    texts = ["".join("x" if token == "" else token or "" for token in glob) for glob in globs]
    open_ended = [
        (glob[0] is None, glob[-1] is not None, text)
        for glob, text in zip(globs, texts, strict=True)
        if glob and None in {glob[0], glob[-1]}
    ]
    yield "".join(dict.fromkeys(text for *_, text in sorted(open_ended)))
    yield from texts


def _fresh() -> Iterator[str]:
    """Yield texts without end to pick an unused one from: single letters first, each once."""
    yield from "xyzabcdefghijklmnopqrstuvwABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    # More characters than a text within the limits can contain.
    yield from (chr(code) for code in range(0x4E00, 0xA000))
    yield from (f"x{number}" for number in count())


class Automaton(Protocol):
    """Reads a text letter by letter; letters that it does not name are all alike to it."""

    letters: frozenset[str]
    start: Any

    def step(self, state: Any, letter: str) -> Any:
        """Return the state after a letter."""

    def accepts(self, state: Any) -> bool | None:
        """Return the class of a text that ends here."""


class GlobAutomaton:
    """A glob as an automaton: a state is the set of places reached, as bits."""

    def __init__(self, glob: _Glob) -> None:
        places: dict[str | None, int] = {}
        for place, token in enumerate(glob):
            places[token] = places.get(token, 0) | 1 << place
        self.letters = frozenset(token for token in glob if token)
        self._runs = places.get(None, 0)
        self._any = places.get("", 0)
        self._by_letter = places
        self._final = 1 << len(glob)
        self.start = self._through_runs(1)

    def _through_runs(self, state: int) -> int:
        """Also reach what follows a run, which may be empty; runs are never adjacent."""
        return state | (state & self._runs) << 1

    def step(self, state: int, letter: str) -> int:
        """Return the state after a letter."""
        passing = state & (self._any | self._by_letter.get(letter, 0))
        return self._through_runs(state & self._runs | passing << 1)

    def accepts(self, state: int) -> bool:
        """Return whether a text may end here."""
        return bool(state & self._final)


class FoldedAutomaton:
    """A glob that reads the folding of a text."""

    def __init__(self, glob: _Glob) -> None:
        self._glob = GlobAutomaton(glob)
        self.start = self._glob.start
        folded = self._glob.letters
        self.letters = frozenset(letter for each in folded for letter in unfold().get(each, each))

    def step(self, state: int, letter: str) -> int:
        """Return the state after a letter, which may fold to several."""
        for each in letter.casefold():
            state = self._glob.step(state, each)
        return state

    def accepts(self, state: int) -> bool:
        """Return whether a text may end here."""
        return self._glob.accepts(state)


@cache
def unfold() -> Mapping[str, str]:
    """Map each letter that others fold to, to itself and all whose folding contains it."""
    found: dict[str, str] = {}
    for code in range(_LAST_CASED + 1):
        letter = chr(code)
        folding = letter.casefold()
        if folding != letter:
            for each in folding:
                found[each] = found.get(each, each) + letter
    return found


_LAST_CASED = 0x1FFFF  # no letter with case is beyond the first two planes


def _long_foldings(used: Container[str], named: Container[str]) -> set[str]:
    """Return an unused letter for each length of a folding above 1, if none of it is named."""
    found: dict[int, str] = {}
    for letter in "".join(unfold().values()):
        folding = letter.casefold()
        if len(folding) > 1 and letter not in used and not any(each in named for each in folding):
            found.setdefault(len(folding), letter)
    return {*found.values()}


class BoundAutomaton:
    """The version in a text against a bound: not below it, below it, or none.

    A state is the part being read, how many digits of it were, without leading zeros, how they
    compare with the first digits of the bound, and whether a dot was read after them; or else the
    answer, once nothing that follows can change it.
    """

    letters = frozenset("0123456789.")
    start = (0, 0, 0, "")

    def __init__(self, bound: str) -> None:
        self._parts = [digits for _, digits in version_in(bound) or ()]

    def step(self, state: Any, letter: str) -> Any:
        """Return the state after a letter."""
        if isinstance(state, bool):
            return state
        part, count, sign, place = state
        if "0" <= letter <= "9" and letter.isascii():
            if place == ".":
                part, count, sign = part + 1, 0, 0
            return self._read_digit(part, count, sign, letter)
        if not place:
            return state
        if letter == "." and place == "0":
            settled = self._compare(part, count, sign)
            return (part, count, sign, ".") if settled == 0 else settled > 0
        return self.accepts(state)

    def accepts(self, state: Any) -> bool | None:
        """Return the class of a text that ends here."""
        if isinstance(state, bool):
            return state
        part, count, sign, place = state
        if not place:
            return None
        settled = self._compare(part, count, sign)
        return settled > 0 or (settled == 0 and part + 1 >= len(self._parts))

    def _read_digit(self, part: int, count: int, sign: int, digit: str) -> Any:
        if part >= len(self._parts):
            return True  # all parts of the bound were met
        wanted = self._parts[part]
        if count or digit != "0":
            if sign == 0 and count < len(wanted):
                sign = (digit > wanted[count]) - (digit < wanted[count])
            count += 1
        return True if count > len(wanted) else (part, count, sign, "0")

    def _compare(self, part: int, count: int, sign: int) -> int:
        """Compare a whole part with that of the bound: below, equal to or above 0."""
        return sign if count == len(self._parts[part]) else -1


class KeyAutomaton:
    """Whether a tag is a key, or has it.

    A state is how many letters of the key were read, whether a dot was read after them, or the
    answer.
    """

    start: Any = 0

    def __init__(self, key: str) -> None:
        self._key = key
        self._ends_at_dot = "." not in key
        self.letters = frozenset(f"{key}.=")

    def step(self, state: Any, letter: str) -> Any:
        """Return the state after a letter."""
        if isinstance(state, bool):
            return state
        if state == ".":  # an equals sign would end a longer key
            return state if letter != "=" else False
        if state < len(self._key):
            return state + 1 if letter == self._key[state] else False
        if letter == "." and self._ends_at_dot:
            return "."
        return letter == "="

    def accepts(self, state: Any) -> bool:
        """Return whether a tag may end here."""
        return state in (True, ".") or (state is not False and state == len(self._key))


def _glob_of(atom: Atom) -> _Glob:
    text = str(atom.value)
    match atom.relation.removesuffix(NOCASE):
        case "=":
            return [*text]
        case "contains":
            return [None, *text, None] if text else [None]
        case "startswith":
            return [*text, None]
        case "endswith":
            return [None, *text]
        case _:
            glob = read_glob(text)
            return [
                token
                for token, before in zip(glob, ["", *glob], strict=False)
                if token is not None or before is not None
            ]
