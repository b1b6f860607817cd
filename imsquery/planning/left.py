"""What requests leave to the client, condition by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imsquery.compiler.not_expressible import slots, why_left
from imsquery.diagnostics.source import Span
from imsquery.execution.job import Condition
from imsquery.semantics.formula import And, Or

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from imsquery.planning.phrasing import Phrasing
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula


class _Piece(NamedTuple):
    """A condition of a residual.

    Attributes:
        formula: the condition.
        slots: what a request must ask for, so that there is another reason why it is left.
        place: where it is in the text.
        left: the condition with the reason.
    """

    formula: Formula
    slots: AbstractSet[str]
    place: tuple[int, int]
    left: Condition


class Leftovers:
    """The conditions of residuals; what several of them have in common is read once.

    Args:
        binder: of the filter.
        phrasing: writes its parts.
    """

    def __init__(self, binder: Binder, phrasing: Phrasing) -> None:
        self._binder = binder
        self._phrasing = phrasing
        self._known: dict[Formula, Sequence[_Piece]] = {}

    def of(self, residual: Formula, asked: AbstractSet[str]) -> tuple[Condition, ...]:
        """Return the conditions of a residual; what was written as one, like a list, stays one.

        Args:
            residual: what a request leaves of a simplified filter.
            asked: what the request asks for, by :func:`~imsquery.covering.boxes.slot`.
        """
        found: dict[tuple[int, int, str, str], Condition] = {}
        for piece in self._pieces(residual):
            left = piece.left
            if not piece.slots.isdisjoint(asked):
                left = Condition(left.text, left.span, why=why_left(piece.formula, asked))
            found[(*piece.place, left.text, left.why)] = left
        return tuple(found[key] for key in sorted(found))

    def _pieces(self, residual: Formula) -> Iterator[_Piece]:
        if not isinstance(residual, And | Or):
            yield self._piece(residual)
            return
        literals = [each for each in residual.operands if not isinstance(each, And | Or)]
        yield from self._joined(residual, literals)
        for part in residual.operands:
            if isinstance(part, And | Or):
                known = self._known.get(part)
                if known is None:
                    known = self._known[part] = [*self._within(part)]
                yield from known

    def _within(self, part: And | Or) -> Iterator[_Piece]:
        pending = [part]
        while pending:
            node = pending.pop()
            pending += [each for each in node.operands if isinstance(each, And | Or)]
            literals = [each for each in node.operands if not isinstance(each, And | Or)]
            yield from self._joined(node, literals)

    def _joined(self, node: And | Or, literals: Sequence[Formula]) -> Iterator[_Piece]:
        """Yield the conditions that a connective joins; those with one place are one."""
        by_place: dict[tuple[int, int], list[Formula]] = {}
        for literal in literals:
            by_place.setdefault(self._place(literal), []).append(literal)
        for same in by_place.values():
            yield self._piece(type(node)(same, same[0].first, same[0].last))

    def _piece(self, part: Formula) -> _Piece:
        start, end = self._place(part)
        text = self._phrasing.phrase(part)
        left = Condition(text, Span(start, end), why=why_left(part, ()))
        return _Piece(part, slots(part), (start, end), left)

    def _place(self, part: Formula) -> tuple[int, int]:
        return self._binder.span(part.first, part.last)
