"""What can stand at a place in a filter.

The tables of the parser say which terminals can follow, the spec which names, operators and values
those can be.  Each of them is then tried: finished in some way, and put to the same checks as any
filter, along with the conditions around it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from imsquery.completion.candidates import FIXED, Draft, Repertoire, Word
from imsquery.completion.context import HOLE, Surroundings, unanswered
from imsquery.completion.position import CLAUSES, places
from imsquery.completion.position import words as words_of
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.source import Span
from imsquery.diagnostics.terminal import shorten
from imsquery.language.lalr import shift
from imsquery.language.lexer import END, Tokens, quote, spell, unquote
from imsquery.language.parser import tokenize
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.completion.position import Place
    from imsquery.language.lalr import Stack
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

_ROOM = 1000  # code points that a proposal and what finishes it may take up
_MOST_TRIED = 300  # ways to finish one proposal
_NEAR = 8  # words behind the cursor that are looked at before all of them are
_LONGEST_DESCRIPTION = 100


@frozen
class Completion:
    """One proposal.

    Attributes:
        text: what to put there.
        span: what it takes the place of, in code points of the text.
        kind: ``name``, ``function``, ``operator``, ``value``, ``placeholder`` (a value to be bound
            later), ``keyword``, ``clause`` or ``punctuation``.
        description: one line about it.
    """

    text: str
    span: Span
    kind: str
    description: str = field(default="", eq=False)

    def to_dict(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {
            "text": self.text,
            "span": {"start": self.span.start, "end": self.span.end},
            "kind": self.kind,
            "description": self.description,
        }


def complete(
    text: str, cursor: int, *, spec: Spec = CLOUDIMAGES, now: datetime | None = None
) -> list[Completion]:
    """Give what can stand at the cursor, best first; never raises, for any text.

    The law: whatever is proposed, there is a way to go on from it (further proposals, at the place
    where the last one ended, followed by what stands behind the cursor) to a text that
    :func:`imsquery.check` finds no error in, provided that some text does that begins with what is
    before the cursor and ends with what is behind it.  Hence nothing is proposed that contradicts
    the conditions around it, and no parameter that has one value already.  A text that is broken
    elsewhere stays so, but no proposal adds to what is wrong with it.

    Args:
        text: of the query; it may be unfinished or broken.
        cursor: offset in it, in code points; the word that it touches is what is completed.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
    """
    if now is None:
        now = datetime.now(UTC)
    cursor = max(0, min(cursor, len(text)))
    if len(text) + _ROOM > DEFAULT_LIMITS.length or not _is_within_limits(text):
        return []
    found: dict[str, Completion] = {}
    for place in places(text, cursor):
        is_apart = _is_apart(place, spec, now)
        if is_apart:
            place = evolve(place, after=(), finish=place.end, is_last=False)  # noqa: PLW2901
        for each in _Proposals(text, place, spec, now, is_apart=is_apart).all():
            found.setdefault(each.text, each)
    return list(found.values())


def completions_to_json(completions: Iterable[Completion]) -> dict[str, Any]:
    """Give plain data for JSON: ``{"completions": [{"text": …, "span": …, …}, …]}``."""
    return {"completions": [each.to_dict() for each in completions]}


def _is_apart(place: Place, spec: Spec, now: datetime) -> bool:
    """Tell whether what is behind the cursor is a whole condition, and no end of this one."""
    return bool(place.after) and Surroundings("", 0, 0, spec, now).admit(_join(place.after))


def _is_within_limits(text: str) -> bool:
    try:
        tokenize(text)
    except QueryError:
        return False
    return True


# What stands between whole conditions and clauses; some of it within them, too.
_JOINING = frozenset({"AND", "OR", "COMMA", "RPAR", "ORDER", "LIMIT", "AFTER"})
# What is tried in order to finish a condition.
_FINISHING = (
    "OPERATOR",
    "PRESENCE",
    "AND",
    "RPAR",
    "LPAR",
    "BY",
    "IN",
    "IS",
    "BETWEEN",
    "MATCH",
    "NOT",
)
_STAND_IN = "x"  # for a text that only the user knows


class _Proposals:
    """Finds what can stand at one place."""

    def __init__(
        self, text: str, place: Place, spec: Spec, now: datetime, *, is_apart: bool
    ) -> None:
        self._now = now
        self._text = text
        self._place = place
        self._spec = spec
        if place.before and place.before[0][0] in CLAUSES:
            text, begin, finish = "", 0, 0  # a clause goes with any filter
        else:
            begin, finish = place.begin, place.finish
        self._around = Surroundings(text, begin, finish, spec, now, is_apart=is_apart)
        self._repertoire = Repertoire(spec, self._around, place.prefix)

    def all(self) -> list[Completion]:
        """Give all proposals, best first."""
        prefix = self._place.prefix.casefold()
        begun = [
            draft
            for draft in dict.fromkeys(self._drafts())
            if _bare(draft).casefold().startswith(prefix)
        ]
        after = self._place.after
        drafts = [draft for draft in begun if self._is_right(draft[0], after)]
        if not drafts and after and not self._is_right_already():
            drafts = [draft for draft in begun if self._is_right(draft[0], ())]
        # What was typed to its end comes first, whatever else begins like it.
        drafts.sort(key=lambda draft: _bare(draft).casefold() != prefix)
        span = Span(self._place.start, self._place.end)
        return [
            Completion(
                self._respelled(text), span, kind, shorten(description, _LONGEST_DESCRIPTION)
            )
            for text, kind, description in drafts
        ]

    def _respelled(self, text: str) -> str:
        """Write a value in the quotes that it was begun with."""
        mark = self._place.quote
        if not mark:
            return text
        value = _value(text)
        if mark == '"':
            return quote(value)
        return "'" + quote(value)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"

    # -- what there is

    def _drafts(self) -> Iterator[Draft]:
        """Give what the tables and the spec allow, the best first."""
        place = self._place
        words = place.before
        last = words[-1][0] if words else ""
        if place.accepts("STRING") or last == "LIMIT":
            yield from (
                each for each in self._repertoire.values(words) if each[1] in self._wanted()
            )
        if place.quote:
            return
        if last == "BY":
            yield from self._repertoire.sort_keys()
        if place.expects_condition:
            is_called = bool(place.after) and place.after[0][0] == "LPAR"
            yield from self._repertoire.conditions(is_called=is_called)
        for kind, drafts in FIXED.items():
            if place.accepts(kind) and self._is_open_to(kind):
                # Where `by …` is there already, the clause begins with one word only.
                yield from (
                    [("order", *drafts[0][1:])] if kind == "ORDER" and place.after else drafts
                )
        if last == "IN" and place.accepts("PLACEHOLDER"):
            yield from (each for each in self._repertoire.values(words) if each[1] == "placeholder")

    def _wanted(self) -> set[str]:
        return {"value"} if self._place.quote else {"value", "placeholder"}

    def _is_open_to(self, kind: str) -> bool:
        """Tell whether a terminal would leave what is behind the cursor, and clauses, in place."""
        place = self._place
        if kind in CLAUSES:
            return self._is_open_to_clause(kind)
        if place.after and place.after[0][0] == "BY":  # the end of no condition
            return False
        if kind == "RPAR":
            return place.opened > 0
        if kind == "LPAR":
            is_there = bool(place.after) and place.after[0][0] == "LPAR"
            return not is_there and self._may_open(place.before)
        return True

    def _is_open_to_clause(self, kind: str) -> bool:
        place = self._place
        if not place.accepts("AFTER"):  # `limit` might be meant as a name, and never is
            return False
        used = {*place.clauses, *(each for each, _ in place.before)}
        if kind in used or not place.is_last:
            return False
        return not place.after or self._around.admit(_join([(kind, kind.lower()), *place.after]))

    # -- trying them

    def _is_right(self, text: str, after: Sequence[Word]) -> bool:
        """Tell whether what begins with a proposal can be finished to something right.

        Args:
            text: the proposal.
            after: how the condition or clause ends.
        """
        place = self._place
        proposed = _words(text)
        kind = proposed[0][0]
        words = [*place.before, *proposed]
        if kind in _JOINING and not _is_inner(place.before):
            is_bare = len(place.before) == 1  # a name: not all can stand alone
            return (
                self._keeps_limits(text)
                and (not is_bare or self._around.admit(_join(place.before)))
                and (kind in {"AND", "RPAR"} or self._leaves_a_way(kind))
            )
        if place.expects_condition and kind in {"NOT", "LPAR"}:
            return self._keeps_limits(text)
        begun = [words]
        if kind == "PLACEHOLDER":
            # Bound later, and then it has to be right: some value must go with what is around.
            fillings = self._fillings(place.before)
            begun = [[*place.before, *_words(each)] for each in fillings]
        endings = self._leading_to if after else self._endings
        tried = islice(chain.from_iterable(endings(each) for each in begun), _MOST_TRIED)
        return any(self._is_admitted(each, after) for each in tried)

    def _is_admitted(self, words: Sequence[Word], after: Sequence[Word]) -> bool:
        """Tell whether a condition or clause with this beginning and end is right.

        The end may be as long as the text: most that cannot follow is told from how it begins.
        """
        if after and _states([*words, *after[:_NEAR]]) is None:
            return False
        size = len(words) + len(after)
        return self._around.affords(size) and self._around.admit(_join([*words, *after]))

    def _is_right_already(self) -> bool:
        """Tell whether the condition or clause is right as it stands."""
        place = self._place
        return self._around.affords(len(place.after)) and self._around.admit(
            self._text[place.begin : place.finish]
        )

    def _leading_to(self, words: Sequence[Word]) -> Iterator[Sequence[Word]]:
        """Give what may stand before the given end of a condition: at most one more word."""
        yield words
        if _is_inner(words):
            yield [*words, ("COMMA", ",")]
        for text in self._next(_states(words), words):
            yield [*words, *_words(text)]

    def _keeps_limits(self, text: str) -> bool:
        place = self._place
        return _is_within_limits(
            f"{self._text[: place.start]} {text} all {self._text[place.end :]}"
        )

    def _leaves_a_way(self, kind: str) -> bool:
        """Tell whether what the conditions so far ask for can be added behind an `or` or clause."""
        asking = [row for row in self._spec.parameters.values() if row.requires is not None]
        if not any(self._may_mention(row) for row in asking):
            return True
        needed = dict.fromkeys(row.requires for row in asking if row.requires is not None)
        added = "".join(
            f" and {self._spec.parameters[wire].name} = {spell(value)}" for wire, value in needed
        )
        begun, rest = self._text[: self._place.start], self._text[self._place.end :]
        closed = ")" * self._place.opened
        best = unanswered(f"{begun}{added}{closed} {rest}", self._spec, self._now)
        if kind != "OR":
            return unanswered(f"{begun} {rest}", self._spec, self._now) <= best
        behind = f"{closed}{added}" if closed else ""
        return unanswered(f"{begun} or {HOLE}{behind} {rest}", self._spec, self._now) <= best

    def _may_mention(self, row: Parameter) -> bool:
        """Tell whether a parameter may be named in the text, by itself or by a function."""
        calls = [
            each.name
            for same in self._spec.functions.values()
            for each in same
            if any(wire == row.wire for wire, _ in each.conditions)
        ]
        text = self._text.lower()
        return any(name.lower() in text for name in (row.name, *row.aliases, *calls))

    def _endings(self, words: Sequence[Word]) -> Iterator[Sequence[Word]]:
        """Give conditions or clauses that begin with these words; the list is never lengthened."""
        stack = _states(words)
        if _accepts(stack, END):
            yield words
            if len(words) > 1 or words[0][0] != "WORD":
                return
        for text in self._next(stack, words):
            yield from self._endings([*words, *_words(text)])

    def _may_open(self, words: Sequence[Word]) -> bool:
        """Tell whether a parenthesis may follow: behind a lone name only if it is a function's."""
        return len(words) != 1 or words[0][1].lower() in self._spec.functions

    def _fillings(self, words: Sequence[Word]) -> list[str]:
        """Give values to try, or something that stands for a free text."""
        is_list = words[-1][0] == "IN"
        drafts = self._repertoire.values(words)
        values = [text for text, kind, _ in drafts if kind == "value"] or [_STAND_IN]
        return [f"({value})" for value in values] if is_list else values

    def _next(self, stack: Stack | None, words: Sequence[Word]) -> Iterator[str]:
        """Give what could come next on the way to the end of a condition or clause."""
        last = words[-1][0]
        if last in {"NOT", "LPAR"} and _accepts(stack, "ALL"):
            yield "all"
        elif last == "BY":
            yield from (text for text, _, _ in self._repertoire.sort_keys())
        else:
            if _accepts(stack, "STRING") or last == "LIMIT":
                yield from self._fillings(words)
            inner = _is_inner(words)
            for kind in _FINISHING:
                if kind == "LPAR" and not self._may_open(words):
                    continue
                if _accepts(stack, kind) and (inner or kind not in _JOINING):
                    yield from (text for text, _, _ in FIXED[kind])


def _words(text: str) -> list[Word]:
    return words_of(Tokens(text))


def _join(words: Iterable[Word]) -> str:
    return " ".join(lexeme for _, lexeme in words)


def _states(words: Iterable[Word]) -> Stack | None:
    """Run the tables over a condition or clause alone; ``None`` where they cannot take it."""
    stack: Stack | None = (0, None)
    for kind, _ in words:
        stack = shift(stack, kind) if stack is not None else None
    return stack


def _accepts(stack: Stack | None, kind: str) -> bool:
    return stack is not None and shift(stack, kind) is not None


def _is_inner(words: Sequence[Word]) -> bool:
    """Tell whether a comma, a parenthesis or an `and` would be part of the condition itself."""
    kinds = [kind for kind, _ in words]
    is_list = kinds.count("LPAR") > kinds.count("RPAR")
    return is_list or kinds.count("BETWEEN") > kinds.count("AND")


def _value(text: str) -> str:
    """Give the value that a literal spells."""
    return unquote(text)[0] if text[0] == '"' else text


def _bare(draft: Draft) -> str:
    """Give what the prefix of a proposal is compared with."""
    text, kind, _ = draft
    return _value(text) if kind == "value" else text
