"""Whether a filter that contradicts itself can still match once more is written at the cursor."""

from __future__ import annotations

from functools import cached_property

from imsquery.completion.context import HOLE
from imsquery.completion.position import CLAUSES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

    from imsquery.completion.context import Texts
    from imsquery.completion.position import Position
    from imsquery.diagnostics.model import Diagnostic

# What makes a branch match, or under a `not` keeps it from matching, whatever is around it.
_OR_ALL = " or all or all"
_AND_NONE = " and none and none"
_WAYS = (_OR_ALL, _AND_NONE)
_DEAD = frozenset({"contradiction", "mutually-exclusive"})


class Rescue:
    """The ways on from a contradiction at one position.

    Only an alternative that follows makes the filter match again: one after `or`, or within a `not`
    after `and`.

    Args:
        text: the text of the query.
        position: the position in it.
        texts: analyzes texts.
    """

    def __init__(self, text: str, position: Position, texts: Texts) -> None:
        self._position = position
        self._texts = texts
        self._before, self._after = text[: position.span.start], text[position.span.end :]
        self._outside = text[: position.part.start], text[position.part.end :]

    @cached_property
    def is_needed(self) -> bool:
        """Whether the rest of the text contradicts itself, whatever is written at the position."""
        closing = ")" * self._position.opened
        return self._contradicts_itself(f"{self._holed}{closing} {self._outside[1]}")

    @cached_property
    def is_possible(self) -> bool:
        """Whether there is a way to a match."""
        if not self.is_needed:
            return True
        position = self._position
        if position.after or self._is_in_clause:  # nothing can be written after the condition
            return False
        after = self._outside[1]
        return any(self._matches(f"{self._holed}{way}", position.opened, after) for way in _WAYS)

    @property
    def _is_in_clause(self) -> bool:
        before = self._position.before
        return bool(before) and before[0][0] in CLAUSES

    @property
    def _holed(self) -> str:
        """The text up to the position, with any condition in the place of the one there."""
        before, _ = self._outside
        if self._is_in_clause:
            return before
        kinds = [kind for kind, _ in self._position.before]
        closed = kinds.count("RPAR") - kinds.count("LPAR")  # outer parentheses, after the condition
        return f"{before} {HOLE}{')' * closed}"

    def may_follow(self, kind: str) -> bool:
        """Return whether a terminal after a whole condition leaves a way to a match."""
        before, after, opened = self._before, self._after, self._position.opened
        if kind in CLAUSES:
            return not self._is_dead_for_good
        if not _is_dead(self._found):
            return True
        if kind == "OR":
            return self._matches(f"{before}{_OR_ALL}", opened, after)
        if kind == "AND" and any(each.code == "requires" for each in self._found):
            return self._matches(f"{before} and {HOLE}{_OR_ALL}", opened, after)
        if kind == "AND":
            return self._can_match(f"{before}{_AND_NONE}{')' * opened} {after}")
        if kind == "RPAR":
            return any(self._matches(f"{before}){way}", opened - 1, after) for way in _WAYS)
        return True

    @cached_property
    def _is_dead_for_good(self) -> bool:
        """Whether the filter contradicts itself with nothing more but clauses at the position."""
        closing = ")" * self._position.opened
        return self._contradicts_itself(f"{self._before}{closing} {self._outside[1]}")

    @cached_property
    def _found(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the text with nothing more at the position."""
        closing = ")" * self._position.opened
        return self._texts.analyze(f"{self._before}{closing} {self._after}").findings

    def _matches(self, begun: str, opened: int, after: str) -> bool:
        """Return whether a text can match once its parentheses are closed, with a way on."""
        closed = f"{')' * opened}{_OR_ALL}" if opened > 0 else ""
        return self._can_match(f"{begun}{closed} {after}")

    def _contradicts_itself(self, text: str) -> bool:
        return _is_dead(self._texts.analyze(text).findings)

    def _can_match(self, text: str) -> bool:
        return self._texts.analyze(text).can_match


def _is_dead(found: Iterable[Diagnostic]) -> bool:
    """Return whether a filter contradicts itself, as a whole."""
    return any(each.code in _DEAD and each.severity == "error" for each in found)
