"""Boxes that together cover a filter, found without its disjunctive normal form.

For every record that satisfies the filter there is a box that contains it and that has all the
hidden conditions which the record needs in order to satisfy the filter.  Each step keeps this true:

* alternatives are collected;
* in a conjunction, each box of one part is intersected with each box of the others, or a part is
  left out;
* two boxes with the same hidden conditions may be widened to one.

Each part of the filter is covered once, by a bounded number of boxes.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import combinations, count, product

from imsquery.covering.boxes import EVERYTHING, Box, is_pushable, sort_key
from imsquery.covering.implication import follows
from imsquery.semantics.formula import And, Atom, Or, is_scope

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from imsquery.covering.boxes import Key, Shares
    from imsquery.semantics.formula import Formula

# Boxes kept for a part of the filter, per allowed request: some may turn out to be contradictory.
_WIDTH = 4
# Combinations of hidden conditions that are considered.  Each needs a request of its own, unless it
# turns out to contradict its surroundings.
_HIDDEN = 32  # per allowed request
_MAX_HIDDEN = 1_024  # for any number of requests
_MAX_PRODUCT = 16_384  # intersections made at once where no part may be left out
_ROUNDS = 8  # of dropping the parameter that most boxes differ in
_PAIRED = 128  # boxes that are compared pair by pair
_CONTEXT = 64  # conditions around a part that it is covered with: each of its boxes has them, too
_VAIN = 16  # alternatives that do not help before those are left out that let more images through


class TooManyHiddenError(Exception):
    """There are more combinations of hidden conditions than are considered."""


class Cover:
    """Boxes that together cover a simplified filter, found for one budget or several.

    Args:
        formula: the filter.
        unique: wire name of the parameter whose values each belong to a single image.
    """

    def __init__(self, formula: Formula, unique: str | None = None) -> None:
        self._formula = formula
        self._unique = unique
        self._budget = 0
        self._is_limited = False
        self._walked: list[Box] | None = None  # kept if no budget had to limit them
        self._settled: list[Box] | None = None  # the last boxes of which no two could be joined

    def within(self, budget: int) -> list[Box]:
        """Return the boxes in a fixed order.

        Args:
            budget: maximum number of boxes, not counting those that differ in hidden conditions.

        Raises:
            TooManyHiddenError: too many boxes differ in hidden conditions.
        """
        is_known = budget >= self._budget
        self._budget = budget
        self._width = budget * _WIDTH
        self._max_hidden = min(budget * _HIDDEN, _MAX_HIDDEN)
        if self._walked is None or not is_known:
            self._walked = None
            self._is_limited = False
            boxes = self._walk(self._formula)
            if self._is_limited:
                return self._shrink(boxes, budget)
            self._walked = boxes
        return self._shrink(self._walked, budget)

    def _walk(self, formula: Formula) -> list[Box]:
        # A frame is a node, its parts to come, what it and the conjunctions around it demand
        # (`None` for a contradiction), and the boxes of the parts so far.
        context = _demand(formula, EVERYTHING)
        frames = [(formula, iter(_parts(formula)), context, list[list[Box]]())]
        while True:
            node, parts, context, covers = frames[-1]
            part = next(parts, None) if context is not None else None
            if part is not None:
                inner = _demand(part, _near(context or EVERYTHING))
                frames.append((part, iter(_parts(part)), inner, []))
                continue
            frames.pop()
            result = self._combine(node, context, covers)
            if not frames:
                return result
            frames[-1][3].append(result)

    def _combine(self, node: Formula, context: Box | None, covers: list[list[Box]]) -> list[Box]:
        if context is None:
            return []
        if isinstance(node, Or):
            return self._shrink([box for boxes in covers for box in boxes], self._width)
        return self._conjoin(context, covers)

    def _conjoin(self, base: Box, covers: list[list[Box]]) -> list[Box]:
        """Intersect the alternatives of a conjunction for as long as the boxes are few enough.

        Those with hidden conditions come first, since they cannot be left out; then those that let
        the fewest images through.
        """
        boxes = [base]
        vain = 0
        ranked = sorted(covers, key=lambda cover: (not _has_hidden(cover, base), _rank(cover)))
        for alternatives in ranked:
            is_required = _has_hidden(alternatives, base)
            if not is_required and (vain == _VAIN or self._is_narrow(boxes)):
                continue
            found = self._meet(boxes, alternatives, is_required=is_required)
            if found is not None and (is_required or _weight(found) < _weight(boxes)):
                boxes = found
            else:
                vain += 1
        return boxes

    def _is_narrow(self, boxes: list[Box]) -> bool:
        """Return whether more conditions on boxes mean only more requests.

        Each is one image already, or lets so few through that no estimate can tell how few.
        """
        return all(self._unique in box.conditions for box in boxes) or not _weight(boxes)

    def _meet(
        self, boxes: list[Box], alternatives: list[Box], *, is_required: bool
    ) -> list[Box] | None:
        """Return what boxes and alternatives have in common; ``None`` for too many boxes."""
        if len(boxes) * len(alternatives) > (_MAX_PRODUCT if is_required else self._width):
            self._is_limited = True
            if is_required:
                raise TooManyHiddenError
            return None
        met = [one.meet(other) for one, other in product(boxes, alternatives)]
        found = tidy([box for box in met if box is not None])
        if len(found) <= self._budget:
            return found
        self._is_limited = True
        # Only for the first alternatives is widening boxes worth it.
        if not is_required and len(boxes) > 1:
            return None
        return self._shrink(found, self._width if is_required else self._budget)

    def _shrink(self, boxes: list[Box], budget: int) -> list[Box]:
        """Reduce boxes to a number, unless hidden conditions forbid it, and still cover all.

        Boxes that are one in two parts are always joined.  After that, pairs are widened to one,
        starting with the pair that lets the fewest additional images through.
        """
        if boxes is not self._settled:
            tidied = tidy(boxes)
            boxes = _join(tidied)
            if boxes is tidied:
                self._settled = boxes
        if len({box.hidden for box in boxes}) > self._max_hidden:
            raise TooManyHiddenError
        if len(boxes) > budget:
            self._is_limited = True
            if len(boxes) > max(budget, _PAIRED):
                boxes = tidy(_coarsen(boxes, max(budget, _PAIRED)))
            if len(boxes) > budget:
                boxes = tidy(_merge(boxes, budget))
        return boxes


def _weight(boxes: list[Box]) -> float:
    return round(sum(box.weight for box in boxes), 9)


def _parts(node: Formula) -> Sequence[Formula]:
    """Return the parts to cover one by one: all of an ``or``, and the ``or``s of an ``and``."""
    if isinstance(node, Or):
        return node.operands
    if isinstance(node, And):
        return [each for each in node.operands if isinstance(each, Or)]
    return ()


def _demand(node: Formula, context: Box) -> Box | None:
    """Add the conditions of a node itself to those around it; ``None`` for a contradiction."""
    literals = node.operands if isinstance(node, And) else (node,)
    atoms = [each for each in literals if isinstance(each, Atom) and is_pushable(each)]
    return context.narrow(sorted(atoms, key=sort_key)) if atoms else context


def _near(context: Box) -> Box:
    """Return what is known around a part; nothing if that is more than is worth repeating."""
    return context if len(context.conditions) <= _CONTEXT else EVERYTHING


def _has_hidden(boxes: list[Box], base: Box) -> bool:
    """Return whether boxes have hidden conditions that the base lacks."""
    return not all(box.hidden <= base.hidden for box in boxes)


def _rank(boxes: list[Box]) -> tuple[object, ...]:
    return _weight(boxes), len(boxes), [box.key for box in boxes]


def tidy(boxes: list[Box]) -> list[Box]:
    """Drop boxes that another covers; sort the rest, heaviest first."""
    unique = {(box.key, box.hidden): box for box in boxes}
    ordered = sorted(unique.values(), key=lambda box: (-box.weight, box.key))
    if len(ordered) > _PAIRED:
        return ordered
    kept: list[Box] = []
    for box in ordered:
        if not any(other.covers(box) for other in kept):
            kept.append(box)
    return kept


def _join(boxes: list[Box]) -> list[Box]:
    """Join boxes that differ in one parameter where every image satisfies one of the conditions.

    Examples are ``protected`` and ``not protected``, or two overlapping ranges of a time.
    """
    known: dict[Hashable, Box] = {}
    # Boxes that differ in one parameter only; none of them covers another.
    alike: dict[Hashable, list[Box]] = {}
    pending = [*reversed(boxes)]
    while pending:
        box = pending.pop()
        sides = [
            (opposite, alike.setdefault((opposite.parameter.wire, rest, box.hidden), []))
            for opposite, rest in box.complements()
        ]
        for opposite, others in sides:
            other = next((each for each in others if _fills(each, opposite)), None)
            if other is not None and known.pop((other.key, other.hidden), None) is not None:
                pending.append(box.without(opposite.parameter.wire))
                break
        else:
            known[box.key, box.hidden] = box
            for opposite, others in sides:
                for each in _note(box, opposite.parameter.wire, others):
                    known.pop((each.key, each.hidden), None)
    return boxes if len(known) == len(boxes) else tidy([*known.values()])


def _note(box: Box, wire: str, others: list[Box]) -> list[Box]:
    """Add a box to those that differ in one parameter only; return what that makes redundant."""
    atom = box.conditions[wire]
    if atom.relation == "=" and atom.parameter.kind.ordered:
        return []  # any number of single values still leaves a gap
    if any(_fills(each, atom) for each in others):
        return [box]
    narrower = [each for each in others if _fills(box, each.conditions[wire])]
    others[:] = [*(each for each in others if each not in narrower), box]
    return narrower


def _fills(box: Box, atom: Atom) -> bool:
    """Return whether a condition implies that of a box on the same parameter."""
    return follows(box.conditions[atom.parameter.wire], atom) is True


def _merge(boxes: list[Box], budget: int) -> list[Box]:
    """Widen pairs of boxes to one, starting with those that let the fewest more images through."""
    numbered = dict(enumerate(boxes))
    alike: dict[frozenset[object], list[int]] = {}
    for n, box in numbered.items():
        alike.setdefault(box.hidden, []).append(n)
    shares: Shares = {}
    order = count()  # of pairs that cost the same, the first one
    pairs = [
        (_cost(numbered[one], numbered[other], shares), next(order), one, other)
        for numbers in alike.values()
        for one, other in combinations(numbers, 2)
    ]
    heapify(pairs)
    number = len(boxes)
    while len(numbered) > budget and pairs:
        *_, one, other = heappop(pairs)
        if not (one in numbered and other in numbered):
            continue
        wide = numbered[one].widen(numbered[other])
        gone = {one, other} | {n for n, box in numbered.items() if wide.covers(box)}
        numbered = {n: box for n, box in numbered.items() if n not in gone}
        for n, box in numbered.items():
            if box.hidden == wide.hidden:
                heappush(pairs, (_cost(box, wide, shares), next(order), n, number))
        numbered[number] = wide
        number += 1
    return [*numbered.values()]


def _cost(one: Box, other: Box, shares: Shares) -> tuple[float, Key, Key]:
    """Return the additional weight of widening two boxes to one, with what breaks ties."""
    first, second = sorted((one.key, other.key))
    return round(one.widened_weight(other, shares) - one.weight - other.weight, 9), first, second


def _coarsen(boxes: list[Box], budget: int) -> list[Box]:
    """Reduce a great many boxes in few steps, by dropping the parameters that most differ in."""
    for _ in range(_ROUNDS):
        if len(boxes) <= budget:
            return boxes
        values: dict[str, set[Key]] = {}
        for box in boxes:
            for atom in box.conditions.values():
                if atom.parameter.observed is not None and not is_scope(atom):
                    values.setdefault(atom.parameter.wire, set()).add((sort_key(atom),))
        if not values:
            return boxes
        varied = max(values, key=lambda wire: (len(values[wire]), wire))
        boxes = tidy([box.without(varied) for box in boxes])
    groups: dict[frozenset[object], Box] = {}
    for box in boxes:
        known = groups.get(box.hidden)
        groups[box.hidden] = box if known is None else known.widen(box)
    return [*groups.values()]
