"""Candidates tried: a proposal is one that can be completed to a valid condition or clause."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, islice

from imsquery.completion.candidates import FIXED
from imsquery.completion.context import HOLE, LONGEST_KEPT
from imsquery.completion.position import COUNTS, is_in_list
from imsquery.completion.position import words as words_of
from imsquery.frozen import Frozen
from imsquery.language._tables import ACTIONS
from imsquery.language.lalr import run, shift
from imsquery.language.lexer import END, Tokens, spell
from imsquery.language.parser import is_within_limits

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.completion.candidates import Candidates
    from imsquery.completion.context import Context, Texts
    from imsquery.completion.position import Position, Word
    from imsquery.completion.rescue import Rescue
    from imsquery.language.lalr import Stack
    from imsquery.schema.parameters import Parameter

_MOST_TRIED = 300  # ways to complete one proposal
_NEAR = 8  # words after the cursor that are tried before all of them are

# What separates whole conditions and clauses; some of it occurs within them, too.
_SEPARATORS = frozenset({"AND", "OR", "COMMA", "RPAR", "ORDER", "LIMIT", "SKIP", "AFTER"})
# What is tried, in this order, to complete a condition: what takes no value comes first.
_CONTINUATIONS = (
    "IS", "PRESENCE", "OPERATOR", "AND", "RPAR", "LPAR", "BY", "CASE", "IN", "BETWEEN", "MATCH",
    "NOT",
)  # fmt: skip
_STAND_IN = "x"  # for a text that only the user knows


class Trial(Frozen):
    """Tries candidates at one position.

    Attributes:
        text: the text of the query.
        position: the position in it.
        texts: analyzes texts.
        context: the conditions around the position.
        candidates: the candidates there.
        rescue: the ways on from a contradiction.
    """

    text: str
    position: Position
    texts: Texts
    context: Context
    candidates: Candidates
    rescue: Rescue

    def is_valid(self, text: str, after: Sequence[Word]) -> bool:
        """Return whether what begins with a candidate can be completed.

        Args:
            text: the candidate.
            after: the end of the condition or clause.
        """
        position = self.position
        proposed = split(text)
        kind = proposed[0][0]
        if kind in _SEPARATORS and not _is_inner(position.before):
            is_bare = len(position.before) == 1  # a name: not every one is a condition
            return (
                self._keeps_limits(text)
                and self.rescue.may_follow(kind)
                and (not is_bare or self.context.admits(join(position.before)))
                and (kind in {"AND", "RPAR"} or self._stays_completable(kind))
            )
        if position.expects_condition and kind in {"NOT", "LPAR"}:
            return self._keeps_limits(text)
        begun = [[*position.before, *proposed]]
        if kind == "PLACEHOLDER":
            # It will be bound to a valid value: one must be compatible with the context.
            begun = [[*position.before, *split(each)] for each in self._values(position.before)]
        continuations = self._leading_to_rest if after else self._endings
        tried = islice(chain.from_iterable(map(continuations, begun)), _MOST_TRIED)
        return any(self._is_admitted(each, after) for each in tried)

    def may_open(self, words: Sequence[Word]) -> bool:
        """Return whether a parenthesis may follow; after a lone name only that of a function."""
        return len(words) != 1 or words[0][1].lower() in self.texts.spec.functions

    def _is_admitted(self, words: Sequence[Word], after: Sequence[Word]) -> bool:
        """Return whether a condition or clause with this beginning and end is valid.

        The end may be as long as the text: most of those that cannot follow differ early.
        """
        if after and _run([*words, *after[:_NEAR]]) is None:
            return False
        size = len(words) + len(after)
        return self.context.affords(size) and self.context.admits(join([*words, *after]))

    def _keeps_limits(self, text: str) -> bool:
        span = self.position.span
        return is_within_limits(f"{self.text[: span.start]} {text} all {self.text[span.end :]}")

    def _stays_completable(self, kind: str) -> bool:
        """Return whether what the conditions require can still be added after an `or` or clause."""
        requiring = [row for row in self.texts.spec.parameters.values() if row.requires is not None]
        if not any(self._may_mention(row) for row in requiring):
            return True
        required = dict.fromkeys(row.requires for row in requiring if row.requires is not None)
        added = "".join(
            f" and {self.texts.spec.parameters[wire].name} = {spell(value)}"
            for wire, value in required
        )
        span = self.position.span
        begun, rest = self.text[: span.start], self.text[span.end :]
        closed = ")" * self.position.opened
        best = self.texts.unanswered(f"{begun}{added}{closed} {rest}")
        if kind != "OR":
            return self.texts.unanswered(f"{begun} {rest}") <= best
        after = f"{closed}{added}" if closed else ""
        return self.texts.unanswered(f"{begun} or {HOLE}{after} {rest}") <= best

    def _may_mention(self, row: Parameter) -> bool:
        """Return whether the text may name a parameter, or a function of it."""
        calls = [
            each.name
            for same in self.texts.spec.functions.values()
            for each in same
            if any(wire == row.wire for wire, _ in each.conditions)
        ]
        text = self.text.lower()
        return any(name.lower() in text for name in (row.name, *row.aliases, *calls))

    # -- ways to continue

    def _endings(
        self, words: Sequence[Word], known: Stack | None = (0, None), run: int = 0
    ) -> Iterator[Sequence[Word]]:
        """Yield conditions or clauses that begin with these words; a list gets no more items.

        The states after the first few words are known.
        """
        stack = _run(words[run:], known)
        if END in _accepted(stack):
            yield words
            if len(words) > 1 or words[0][0] != "WORD":
                return
        for text in self._next(stack, words):
            yield from self._endings([*words, *split(text)], stack, len(words))

    def _leading_to_rest(self, words: Sequence[Word]) -> Iterator[Sequence[Word]]:
        """Yield these words, alone and with one more before the rest of the condition."""
        yield words
        if _is_inner(words):
            yield [*words, ("COMMA", ",")]
        for text in self._next(_run(words), words):
            yield [*words, *split(text)]

    def _next(self, stack: Stack | None, words: Sequence[Word]) -> Iterator[str]:
        """Yield what can be next on the way to the end of a condition or clause."""
        last = words[-1][0]
        accepted = _accepted(stack)
        if last in {"NOT", "LPAR"} and "ALL" in accepted:
            yield "all"
        else:
            yield from (text for text, _, _ in self.candidates.clause_names(words))
            if "STRING" in accepted or last in COUNTS:
                yield from self._values(words)
            inner = _is_inner(words)
            for kind in _CONTINUATIONS:
                if kind == "LPAR" and not self.may_open(words):
                    continue
                if kind in accepted and (inner or kind not in _SEPARATORS):
                    yield from (text for text, _, _ in FIXED[kind])

    def _values(self, words: Sequence[Word]) -> list[str]:
        """Return the values to try, with a stand-in for a free text."""
        found = self.candidates.values(words)
        values = [*(text for text, kind, _ in found if kind == "value"), _STAND_IN]
        return [f"({value})" for value in values] if words[-1][0] == "IN" else values


def split(text: str) -> tuple[Word, ...]:
    """Split a text into words."""
    return _split_again(text) if len(text) <= LONGEST_KEPT else tuple(words_of(Tokens(text)))


@lru_cache(maxsize=1024)  # the same candidates come again and again
def _split_again(text: str) -> tuple[Word, ...]:
    return tuple(words_of(Tokens(text)))


def join(words: Iterable[Word]) -> str:
    """Join words into a text."""
    return " ".join(lexeme for _, lexeme in words)


def _run(words: Iterable[Word], stack: Stack | None = (0, None)) -> Stack | None:
    """Run the tables over a condition or clause alone; ``None`` if it does not parse."""
    return run((kind for kind, _ in words), stack)


@lru_cache(maxsize=256)  # a condition alone is at one of few places in the tables
def _accepted(stack: Stack | None) -> frozenset[str]:
    """Return the terminals that may follow."""
    if stack is None:
        return frozenset()
    return frozenset(kind for kind in ACTIONS[stack[0]] if shift(stack, kind) is not None)


def _is_inner(words: Sequence[Word]) -> bool:
    """Return whether a comma, a parenthesis or an `and` would be part of the condition itself."""
    kinds = [kind for kind, _ in words]
    return is_in_list(kinds) or kinds.count("BETWEEN") > kinds.count("AND")
