"""Boxes that together take in a filter, found without its disjunctive normal form.

For every record that satisfies the filter there is a box that the record satisfies, and that has
all the hidden conditions which the record needs to satisfy it.  That is what makes each step sound:

* alternatives are put side by side;
* in a conjunction each box of one part is met with each of the others', or parts are left out;
* two boxes with the same hidden conditions may be widened to one.

Each part of the filter is covered once, and by a bounded number of boxes.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from imsquery.planning.boxes import EVERYTHING, Box, is_askable, sort_key
from imsquery.planning.implication import follows
from imsquery.semantics.formula import And, Atom, Or

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from imsquery.planning.boxes import Key
    from imsquery.semantics.formula import Formula

_WIDTH = 4  # boxes kept for a part, for each request that there may be: later ones may contradict
# Combinations of hidden conditions that are looked at: each needs a request of its own, unless it
# turns out to contradict what it stands beside.
_HIDDEN = 32  # for each request that there may be
_MOST_HIDDEN = 1_024  # for any number of requests
_MOST_MET = 16_384  # pairs of boxes met at once where none may be left out
_ROUNDS = 8  # of dropping what tells the most boxes apart
_PAIRED = 128  # boxes of which every pair is looked at


class TooManyHiddenError(Exception):
    """More combinations of hidden conditions than are looked at."""


def cover(formula: Formula, most: int, unique: str | None = None) -> list[Box]:
    """Give boxes that together take in a simplified filter, in a fixed order.

    Args:
        formula: the filter.
        most: how many boxes there may be, but for those that differ in hidden conditions.
        unique: name of the parameter that one image at most has a value of.

    Raises:
        TooManyHiddenError: there are too many of the latter.
    """
    return _Cover(most, unique).cover(formula)


class _Cover:
    """Walks over a filter, from the leaves up, knowing what each part stands beside."""

    def __init__(self, most: int, unique: str | None) -> None:
        self._unique = unique
        self._width = most * _WIDTH
        self._most = most
        self._most_hidden = min(most * _HIDDEN, _MOST_HIDDEN)

    def cover(self, formula: Formula) -> list[Box]:
        return self._shrink(self._walk(formula), self._most)

    def _walk(self, formula: Formula) -> list[Box]:
        # A frame is a node, its parts to come, what the conjunctions around demand (`None` if that
        # cannot be), and the boxes of the parts so far.
        context = _demand(formula, EVERYTHING)
        frames = [(formula, iter(_parts(formula)), context, list[list[Box]]())]
        while True:
            node, parts, context, covers = frames[-1]
            part = next(parts, None) if context is not None else None
            if part is not None:
                inner = _demand(part, context or EVERYTHING)
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
        """Meet the alternatives of a conjunction as long as there are not too many boxes.

        Those with hidden conditions come first, since they cannot be left out; then those that let
        the fewest images through.
        """
        boxes = [base]
        ranked = sorted(covers, key=lambda cover: (not _hides(cover, base), _rank(cover)))
        for alternatives in ranked:
            must = _hides(alternatives, base)
            if not must and all(self._unique in box.conditions for box in boxes):
                continue  # to ask for less than one image is to ask more often
            if len(boxes) * len(alternatives) > (_MOST_MET if must else self._width):
                if must:
                    raise TooManyHiddenError
                continue
            met = [one.meet(other) for one, other in product(boxes, alternatives)]
            found = tidy([box for box in met if box is not None])
            if len(found) > self._most:
                # Only of the first alternatives is there more to be had by widening boxes.
                if not must and len(boxes) > 1:
                    continue
                found = self._shrink(found, self._width if must else self._most)
            if must or _weight(found) < _weight(boxes):
                boxes = found
        return boxes

    def _shrink(self, boxes: list[Box], most: int) -> list[Box]:
        """Give no more boxes, where hidden conditions do not forbid it, that take in all.

        Boxes that make up one are joined in any case.  Beyond that the two are widened to one,
        again and again, that let the fewest further images through.
        """
        boxes = _join(tidy(boxes))
        if len({box.hidden for box in boxes}) > self._most_hidden:
            raise TooManyHiddenError
        if len(boxes) > max(most, _PAIRED):
            boxes = tidy(_coarsen(boxes, max(most, _PAIRED)))
        if len(boxes) > most:
            boxes = tidy(_merge(boxes, most))
        return boxes


def _weight(boxes: list[Box]) -> float:
    return round(sum(box.weight for box in boxes), 9)


def _parts(node: Formula) -> Sequence[Formula]:
    """Give what is covered apart: all alternatives, and those of a conjunction."""
    if isinstance(node, Or):
        return node.operands
    if isinstance(node, And):
        return [each for each in node.operands if isinstance(each, Or)]
    return ()


def _demand(node: Formula, context: Box) -> Box | None:
    """Give what a node itself demands, and what it stands beside; ``None`` if that cannot be."""
    literals = node.operands if isinstance(node, And) else (node,)
    atoms = [each for each in literals if isinstance(each, Atom) and is_askable(each)]
    return context.narrow(sorted(atoms, key=sort_key)) if atoms else context


def _hides(boxes: list[Box], base: Box) -> bool:
    """Tell whether boxes have hidden conditions that do not hold anyway."""
    return any(box.hidden != base.hidden for box in boxes)


def _rank(boxes: list[Box]) -> tuple[object, ...]:
    return _weight(boxes), len(boxes), [box.key for box in boxes]


def tidy(boxes: list[Box]) -> list[Box]:
    """Drop repeats, and boxes that another takes in; those that let most through come first.

    Of equal weights, what widens the search comes first: it may take in what does not.
    """
    unique = {(box.key, box.hidden): box for box in boxes}
    ordered = sorted(unique.values(), key=lambda box: (-box.weight, -box.scopes, box.key))
    if len(ordered) > _PAIRED:
        return ordered
    kept: list[Box] = []
    for box in ordered:
        if not any(other.takes_in(box) for other in kept):
            kept.append(box)
    return kept


def _join(boxes: list[Box]) -> list[Box]:
    """Put boxes together that differ in one condition, where each image satisfies one of the two.

    Those are ``protected`` and ``not protected``, or two ranges of a time.
    """
    known: dict[Hashable, Box] = {}
    # Boxes that differ in one parameter alone: those that take in no other of them.
    alike: dict[Hashable, list[Box]] = {}
    pending = [*reversed(boxes)]
    while pending:
        box = pending.pop()
        sides = [
            (contrary, alike.setdefault((contrary.parameter.wire, rest, box.hidden), []))
            for contrary, rest in box.contraries()
        ]
        for contrary, others in sides:
            other = next((each for each in others if _fills(each, contrary)), None)
            if other is not None and known.pop((other.key, other.hidden), None) is not None:
                pending.append(box.without(contrary.parameter.wire))
                break
        else:
            known[box.key, box.hidden] = box
            for contrary, others in sides:
                for each in _note(box, contrary.parameter.wire, others):
                    known.pop((each.key, each.hidden), None)
    return boxes if len(known) == len(boxes) else tidy([*known.values()])


def _note(box: Box, wire: str, others: list[Box]) -> list[Box]:
    """Put a box with those that differ in one parameter alone; give what others take in."""
    atom = box.conditions[wire]
    if atom.relation == "=" and atom.parameter.kind.ordered:
        return []  # a great many of them never make up all there is
    if any(_fills(each, atom) for each in others):
        return [box]
    narrower = [each for each in others if _fills(box, each.conditions[wire])]
    others[:] = [*(each for each in others if each not in narrower), box]
    return narrower


def _fills(box: Box, atom: Atom) -> bool:
    """Tell whether what a box demands of a parameter holds for all that satisfy a condition."""
    return follows(box.conditions[atom.parameter.wire], atom) is True


def _merge(boxes: list[Box], most: int) -> list[Box]:
    """Widen pairs of boxes to one, those first that let the fewest further images through."""
    numbered = dict(enumerate(boxes))
    number = len(boxes)
    alike: dict[frozenset[object], list[int]] = {}
    for n, box in numbered.items():
        alike.setdefault(box.hidden, []).append(n)
    costs = {
        (one, other): cost
        for numbers in alike.values()
        for one, other in combinations(numbers, 2)
        if (cost := _cost(numbered[one], numbered[other])) is not None
    }
    while len(numbered) > most and costs:
        one, other = min(costs, key=costs.__getitem__)
        wide = numbered[one].widen(numbered[other])
        gone = {one, other} | {n for n, box in numbered.items() if wide.takes_in(box)}
        numbered = {n: box for n, box in numbered.items() if n not in gone}
        costs = {pair: cost for pair, cost in costs.items() if gone.isdisjoint(pair)}
        for n, box in numbered.items():
            cost = _cost(box, wide)
            if cost is not None:
                costs[n, number] = cost
        numbered[number] = wide
        number += 1
    return [*numbered.values()]


def _cost(one: Box, other: Box) -> tuple[float, Key, Key] | None:
    """Give what widening two boxes to one would let through on top; ``None`` if it may not be."""
    if one.hidden != other.hidden:
        return None
    first, second = sorted((one.key, other.key))
    return round(one.shared_weight(other) - one.weight - other.weight, 9), first, second


def _coarsen(boxes: list[Box], most: int) -> list[Box]:
    """Reduce a great many boxes in few steps: drop what tells most of them apart."""
    for _ in range(_ROUNDS):
        if len(boxes) <= most:
            return boxes
        values: dict[str, set[Key]] = {}
        for box in boxes:
            for part in box.key:
                if box.conditions[part[0]].parameter.observed is not None:
                    values.setdefault(part[0], set()).add((part,))
        if not values:
            return boxes
        telling = max(values, key=lambda wire: (len(values[wire]), wire))
        boxes = tidy([box.without(telling) for box in boxes])
    groups: dict[frozenset[object], Box] = {}
    for box in boxes:
        known = groups.get(box.hidden)
        groups[box.hidden] = box if known is None else known.widen(box)
    return [*groups.values()]
