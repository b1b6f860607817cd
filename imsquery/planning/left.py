"""What requests leave to the client, condition by condition."""

from __future__ import annotations

from imsquery.compiler.not_expressible import why_left
from imsquery.diagnostics.source import Span
from imsquery.execution.job import Condition
from imsquery.frozen import Frozen
from imsquery.semantics.formula import And, Atom, Or, leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from imsquery.covering.boxes import Box
    from imsquery.planning.phrasing import Phrasing
    from imsquery.semantics.binder import Binder
    from imsquery.semantics.formula import Formula


class _Piece(Frozen):
    """A condition of a residual.

    Attributes:
        formula: the condition.
        wires: of its parameters; a request that asks about one may have another reason to leave it.
        place: where it is in the text.
        left: the condition with the reason.
    """

    formula: Formula
    wires: AbstractSet[str]
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

    def of(self, residual: Formula, text: str, box: Box) -> tuple[Condition, ...]:
        """Return the conditions of a residual; what was written as one, like a list, stays one.

        Args:
            residual: what a request leaves of a simplified filter.
            text: the same as it is written.
            box: what the request asks for.
        """
        asked, wires = box.conditions.keys(), box.wires
        found: dict[tuple[int, int, str, str], Condition] = {}
        for piece in self._pieces(residual, text):
            left = piece.left
            if not piece.wires.isdisjoint(wires):
                left = Condition(left.text, left.span, why=why_left(piece.formula, asked))
            found[*piece.place, left.text, left.why] = left
        return tuple(found[key] for key in sorted(found))

    def _pieces(self, residual: Formula, text: str) -> Iterator[_Piece]:
        if not isinstance(residual, And | Or):
            yield self._piece(residual, text)
            return
        connectives = [each for each in residual.operands if isinstance(each, And | Or)]
        joined = self._joined(residual)
        for part in joined:
            is_all = not connectives and len(joined) == 1
            yield self._piece(part, text if is_all else self._phrasing.phrase(part))
        for each in connectives:
            known = self._known.get(each)
            if known is None:
                known = self._known[each] = [*self._within(each)]
            yield from known

    def _within(self, node: And | Or) -> Iterator[_Piece]:
        pending = [node]
        while pending:
            node = pending.pop()
            pending += [each for each in node.operands if isinstance(each, And | Or)]
            for part in self._joined(node):
                yield self._piece(part, self._phrasing.phrase(part))

    def _joined(self, node: And | Or) -> list[Formula]:
        """Return the conditions that a connective joins; those with one place are one."""
        by_place: dict[tuple[int, int], list[Formula]] = {}
        for each in node.operands:
            if not isinstance(each, And | Or):
                by_place.setdefault(self._place(each), []).append(each)
        return [type(node)(same, same[0].first, same[0].last) for same in by_place.values()]

    def _piece(self, part: Formula, text: str) -> _Piece:
        place = self._place(part)
        wires = {leaf.parameter.wire for leaf in leaves(part) if isinstance(leaf, Atom)}
        left = Condition(text, Span(*place), why=why_left(part, ()))
        return _Piece(part, wires, place, left)

    def _place(self, part: Formula) -> tuple[int, int]:
        return self._binder.span(part.first, part.last)
