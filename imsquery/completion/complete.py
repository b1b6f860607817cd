"""Completion of a query at a cursor.

The tables of the parser determine which terminals can follow, the spec which names, operators and
values those can be. Each candidate is then tried: completed in some way, and checked like any other
filter, together with the conditions around it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from imsquery.completion.candidates import FIXED, Candidate, Candidates
from imsquery.completion.context import Context, Texts
from imsquery.completion.position import CLAUSES, COUNTS, clauses_in, positions
from imsquery.completion.rescue import Rescue
from imsquery.completion.trial import Trial, join
from imsquery.diagnostics.source import Span
from imsquery.diagnostics.terminal import shorten
from imsquery.frozen import Frozen
from imsquery.language.lexer import quote, unquote
from imsquery.language.parser import is_within_limits
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from imsquery.completion.position import Position
    from imsquery.schema.spec import Spec

_ROOM = 1000  # code points for a proposal and what completes it
_LONGEST_DESCRIPTION = 100


class Completion(Frozen):
    """One proposal.

    Attributes:
        text: the text to insert.
        span: what it replaces, in code points of the text.
        kind: ``name``, ``function``, ``operator``, ``value``, ``placeholder`` (a value to bind
            later), ``keyword``, ``clause`` or ``punctuation``.
        description: one line about it.
    """

    text: str
    span: Span
    kind: str
    description: str = ""
    _uncompared = ("description",)

    def to_dict(self) -> dict[str, Any]:
        """Return the proposal as plain data for JSON."""
        return {
            "text": self.text,
            "span": {"start": self.span.start, "end": self.span.end},
            "kind": self.kind,
            "description": self.description,
        }


def complete(
    text: str, cursor: int, *, spec: Spec = CLOUDIMAGES, now: datetime | None = None
) -> list[Completion]:
    """Return the proposals at a cursor, best first; never raise, for any text.

    The law: from every proposal, further proposals (at the end of the last one, with the text after
    the cursor kept) lead to a text without errors. Hence no proposal contradicts the conditions
    around it, or names a parameter that has its value already; and where these contradict each
    other, only what leads to an alternative is proposed. A text that is broken elsewhere stays
    broken, but no proposal adds an error.

    Args:
        text: the query; it may be unfinished or broken.
        cursor: an offset in it, in code points; the word that it touches is completed.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; by default, the clock.
    """
    if now is None:
        now = datetime.now(UTC)
    cursor = max(0, min(cursor, len(text)))
    if len(text) + _ROOM > DEFAULT_LIMITS.length or not is_within_limits(text):
        return []
    found: dict[str, Completion] = {}
    texts = Texts(spec, now)
    for position in positions(text, cursor):
        for each in _Proposals(text, position, texts).all():
            found.setdefault(each.text, each)
    return list(found.values())


def completions_to_json(completions: Iterable[Completion]) -> dict[str, Any]:
    """Return plain data for JSON: ``{"completions": [{"text": …, "span": …, …}, …]}``."""
    return {"completions": [each.to_dict() for each in completions]}


class _Proposals:
    """The proposals at one position."""

    def __init__(self, text: str, position: Position, texts: Texts) -> None:
        self._alone = Context("", Span(0, 0), texts)
        lacks_and = bool(position.after) and self._alone.reads(join(position.after))
        if lacks_and:
            position = position.without_after()
        self._text = text
        if position.before and position.before[0][0] in CLAUSES:
            self._context = self._alone  # a clause is compatible with any filter
        else:
            self._context = Context(text, position.part, texts, lacks_and=lacks_and)
        self._position = position
        self._candidates = Candidates(texts.spec, self._context, position.prefix)
        self._rescue = Rescue(text, position, texts)
        self._context.may_require &= not self._rescue.is_needed
        self._trial = Trial(text, position, texts, self._context, self._candidates, self._rescue)

    def all(self) -> list[Completion]:
        """Return all proposals, best first; none where nothing can match any more."""
        if not self._rescue.is_possible:
            return []
        prefix = self._position.prefix.casefold()
        begun = [
            candidate
            for candidate in dict.fromkeys(self._all_candidates())
            if _bare(candidate).casefold().startswith(prefix)
        ]
        after = self._position.after
        found = [each for each in begun if self._trial.is_valid(each[0], after)]
        if not found and after and not self._is_valid_already():
            found = [each for each in begun if self._trial.is_valid(each[0], ())]
        # What is typed in full comes before what only begins like it.
        found.sort(key=lambda candidate: _bare(candidate).casefold() != prefix)
        return [
            Completion(
                self._respelled(text),
                self._position.span,
                kind,
                _described(description),
            )
            for text, kind, description in found
        ]

    def _is_valid_already(self) -> bool:
        """Return whether the condition or clause is valid by itself as it is."""
        part = self._position.part
        is_affordable = self._context.affords(len(self._position.after))
        return is_affordable and self._alone.reads(self._text[part.start : part.end])

    def _respelled(self, text: str) -> str:
        """Write a value in the quotes that it begins with."""
        mark = self._position.quote
        if not mark:
            return text
        value = _value(text)
        if mark == '"':
            return quote(value)
        return "'" + quote(value)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"

    def _all_candidates(self) -> Iterator[Candidate]:
        """Yield what the tables and the spec allow, best first."""
        position = self._position
        words = position.before
        last = words[-1][0] if words else ""
        wanted = {"value"} if position.quote else {"value", "placeholder"}
        if position.accepts("STRING") or last in COUNTS:
            yield from (each for each in self._candidates.values(words) if each[1] in wanted)
        if position.quote:
            return
        yield from self._candidates.clause_names(words)
        if position.expects_condition:
            is_called = bool(position.after) and position.after[0][0] == "LPAR"
            yield from self._candidates.conditions(is_called=is_called)
        for kind, spelled in FIXED.items():
            if position.accepts(kind) and self._is_open_to(kind):
                # Before `by …` and `case`, what begins so is one word only.
                is_cut = kind in {"ORDER", "IGNORING"} and position.after
                yield from [(kind.lower(), *spelled[0][1:])] if is_cut else spelled
        if last == "IN" and position.accepts("PLACEHOLDER"):
            found = self._candidates.values(words)
            yield from (each for each in found if each[1] == "placeholder")

    def _is_open_to(self, kind: str) -> bool:
        """Return whether a terminal keeps the text after the cursor, and clauses, in place."""
        position = self._position
        following = position.after[0][0] if position.after else ""
        if kind in CLAUSES:
            return self._is_open_to_clause(kind)
        if kind == "PER":  # it could be a name elsewhere, but never is
            counted = position.before[0][0] if position.before else ""
            return counted in COUNTS and f"{counted} PER" not in position.clauses
        if following == "BY":  # which ends no condition
            return False
        if kind in {"IGNORING", "CASE"}:  # which may be names, but are hardly meant as such
            last = position.before[-1][0] if position.before else ""
            is_after = last == "IGNORING" if kind == "CASE" else not position.expects_condition
            return is_after and self._candidates.may_ignore_case(position.before)
        if kind == "RPAR":
            return position.opened > 0
        if kind == "LPAR":
            return following != "LPAR" and self._trial.may_open(position.before)
        return True

    def _is_open_to_clause(self, kind: str) -> bool:
        position = self._position
        if not position.accepts("AFTER"):  # `limit` could be a name here, but never is
            return False
        this = clauses_in([each for each, _ in position.before])
        if this & position.clauses:  # a second `limit` must become one per group first
            return False
        if kind in this | position.clauses or not position.is_last:
            return False
        clause = join([(kind, kind.lower()), *position.after])
        return not position.after or self._context.admits(clause)


@lru_cache(maxsize=1024)
def _described(description: str) -> str:
    return shorten(description, _LONGEST_DESCRIPTION)


def _value(text: str) -> str:
    """Return the value that a literal spells."""
    return unquote(text)[0] if text[0] == '"' else text


def _bare(candidate: Candidate) -> str:
    """Return what the prefix of a proposal is compared with."""
    text, kind, _ = candidate
    return _value(text) if kind == "value" else text
