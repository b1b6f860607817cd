"""The requests that a filter takes, and filters that too few requests would answer.

What image records do not show can only be asked for.  So no plan finds a filter with two values of
such a parameter at once, or with more alternatives than there may be requests.
"""

from __future__ import annotations

from itertools import islice

from imsquery.covering.boxes import is_pushable, slot
from imsquery.covering.cover import Cover, TooManyHiddenError
from imsquery.covering.implication import assume, drop_certain, drop_contradictions, drop_moot
from imsquery.covering.intervals import unite_ranges
from imsquery.semantics.formula import And, Atom, Or, Unknown, leaves
from imsquery.semantics.lists import gather, spread

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.covering.boxes import Box
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import Formula

MAX_REQUESTS = 8
"""How many requests a plan may have by default."""

_AMPLE = 256  # requests, and conditions of a filter that so many are considered for
_MOST_LISTS = 2  # in such a filter: the alternatives of more are multiplied out


class _NoPlanError(Exception):
    """No plan finds a filter: why, and the condition that keeps it from one, if it is one."""

    def __init__(self, message: str, part: Atom | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.part = part


def narrow(analysis: Analysis) -> Formula:
    """Return a checked filter without what makes no difference to its requests."""
    formula = drop_certain(analysis.pruned, analysis.binder.spec)
    return drop_moot(unite_ranges(drop_contradictions(formula)))


class Parted:
    """A narrowed filter with what covers it.

    Attributes:
        formula: the filter.
        lists: the same, with lists as one condition.
        cover: of that.
    """

    def __init__(self, formula: Formula, spec: Spec) -> None:
        identity = spec.find("id")
        self.formula = formula
        self.lists = gather(formula)
        self.cover = Cover(self.lists, None if identity is None else identity.wire)


def find_parts(
    parted: Parted, analysis: Analysis, budget: int = MAX_REQUESTS
) -> list[tuple[Box, Formula]]:
    """Return the conditions of each request with its residual; report why there are no requests.

    Where a condition is unreadable, waits for a value, or has no plan by itself, there is nothing
    to add.

    Args:
        parted: the filter, narrowed.
        analysis: of the filter, checked.
        budget: maximum number of requests.
    """
    formula = parted.formula
    if not analysis.has_plan or any(isinstance(leaf, Unknown) for leaf in leaves(formula)):
        return []
    binder = analysis.binder
    for leaf in leaves(formula):
        if isinstance(leaf, Atom) and leaf.parameter.observed is None and not is_pushable(leaf):
            message = (
                f"`{leaf.parameter.name}` is not in image records, and no request can have this"
            )
            binder.report("not-observable", f"{message} value", binder.span(leaf.first, leaf.last))
            return []
    try:
        return _parts(parted, budget)
    except _NoPlanError as error:
        part = error.part
        span = (0, len(analysis.text)) if part is None else binder.span(part.first, part.last)
        binder.report("not-observable", error.message, span)
        return []


def report_no_plan(analysis: Analysis) -> None:
    """Report what keeps a plan with default options from finding a checked filter."""
    if analysis.asks_hidden and not _is_asked_at_once(analysis.formula):
        find_parts(Parted(narrow(analysis), analysis.binder.spec), analysis)


def _is_asked_at_once(formula: Formula) -> bool:
    """Return whether any request can have all hidden conditions of a filter: each is required."""
    asked: set[str] = set()
    for part in formula.operands if type(formula) is And else (formula,):
        if type(part) is Atom:
            if part.parameter.observed is None:
                place = slot(part)
                if place in asked or not is_pushable(part):
                    return False
                asked.add(place)
        elif any(type(leaf) is Atom and leaf.parameter.observed is None for leaf in leaves(part)):
            return False
    return True


def _parts(parted: Parted, budget: int) -> list[tuple[Box, Formula]]:
    lists = parted.lists
    try:
        boxes = parted.cover.within(budget)
    except TooManyHiddenError:
        message = (
            f"too many combinations of parameters that are not in image records for {budget:,} "
            "requests; use fewer at a time or raise `max_requests`"
        )
        raise _NoPlanError(message) from None
    parts = []
    for box in boxes:
        unasked = {atom.key for atom in box.unasked}
        residual = unite_ranges(assume(lists, box.conditions.values(), unasked))
        if lists is not parted.formula:
            residual = spread(residual)
        if isinstance(residual, Or) and not residual.operands:
            continue
        if box.unasked:
            raise _two_values(box.unasked[0])
        parts.append((box, residual))
        if len(parts) > budget:
            raise _over_budget(boxes, budget)
    return parts


def enough(parted: Parted, boxes: list[Box], budget: int) -> int | None:
    """Return how many requests would fetch fewer images than those allowed; ``None`` if none."""
    formula = parted.formula
    parts = formula.operands if isinstance(formula, And) else (formula,)
    lists = sum(isinstance(each, Or) for each in parts)
    if len(boxes) > budget or not 0 < lists <= _MOST_LISTS:
        return None
    if len([*islice(leaves(formula), _AMPLE + 1)]) > _AMPLE:
        return None
    try:
        more = parted.cover.within(_AMPLE)
    except TooManyHiddenError:
        return None
    is_less = sum(box.weight for box in more) < sum(box.weight for box in boxes)
    return len(more) if is_less and len(more) > budget else None


def _two_values(atom: Atom) -> _NoPlanError:
    name = atom.parameter.name
    message = (
        f"ask for one `{name}` at a time: it is not in image records, and a request takes one value"
    )
    return _NoPlanError(message, atom)


def _over_budget(boxes: list[Box], budget: int) -> _NoPlanError:
    hidden = [
        atom for box in boxes for atom in box.conditions.values() if atom.parameter.observed is None
    ]
    first = min(hidden, key=lambda atom: atom.first)
    message = (
        f"raise `max_requests`: `{first.parameter.name}` is not in image records, so each "
        f"alternative needs its own request (up to {len(boxes):,}; {budget:,} allowed)"
    )
    return _NoPlanError(message, first)
