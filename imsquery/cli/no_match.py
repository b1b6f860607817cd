"""Why a filter matches none of some images, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from imsquery.diagnostics.edits import clip
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.suggest import nearest
from imsquery.evaluation.attributes import read
from imsquery.evaluation.matching import matcher
from imsquery.language.syntax import And, Comparison, Literal, Match, Membership, parse
from imsquery.language.unparse import unparse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from imsquery.language.syntax import Expr
    from imsquery.limits import Limits
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

    Record = Mapping[str, Any]
    Predicate = Callable[[Record], bool]

_MOST_VALUES = 3


def why_none(text: str, records: Sequence[Record], spec: Spec, **options: Any) -> str:
    """Return why a query finds none of the images.

    Only the conditions that are joined by ``and`` are looked at, each on its own.

    Args:
        text: the query, which has no errors.
        records: the images.
        spec: the parameters.
        options: those of :func:`matcher`.
    """
    if not records:
        return "there are no images"
    limits: Limits = options["limits"]
    whole = parse(text, limits=limits).filter
    parts = whole.operands if isinstance(whole, And) else (whole,)
    try:
        conditions = [_Condition(each, matcher(each, spec=spec, **options)) for each in parts]
    except QueryError:  # what records do not show
        return "no images match"
    if not _sort(records, conditions):
        return "images match, but the clauses leave none"
    found = [each for each in conditions if each.images]
    for each in found:
        same = each.but_for_case(spec, options)
        if same:
            name = getattr(each.part, "name", "")
            return f"no images match; `{name}`: {_match(same)} but for letter case"
    if not found:
        return "no images match, nor if any one condition is left out"
    best = max(found, key=lambda each: (bool(each.values(spec)), len(each.images)))
    parted = f"without `{clip(unparse(best.part))}`, {_match(len(best.images))}"
    listed = ", ".join(f"`{each}`" for each in best.values(spec))
    said = ["no images match"]
    said += [parted] * (len(conditions) > 1)
    said += [f"nearest values: {listed}"] * bool(listed)
    return "; ".join(said)


def _sort(records: Sequence[Record], conditions: Sequence[_Condition]) -> bool:
    """Add each image that fails a single condition to it; return whether all images fail one."""
    for record in records:
        failed = [each for each in conditions if not each.is_met(record)]
        if not failed:
            return False
        if len(failed) == 1:
            failed[0].images.append(record)
    return True


def _match(count: int) -> str:
    return "1 image matches" if count == 1 else f"{count:,} images match"


@frozen
class _Condition:
    """A condition, and the images that meet all others but not this one."""

    part: Expr
    is_met: Predicate
    images: list[Record] = field(factory=list)

    def but_for_case(self, spec: Spec, options: Mapping[str, Any]) -> int:
        """Return how many of the images would match if letter case were ignored."""
        part = self.part
        if not isinstance(part, Comparison | Match | Membership) or part.ignoring_case:
            return 0
        try:
            is_met = matcher(evolve(part, ignoring_case=True), spec=spec, **options)
        except QueryError:  # an operator that compares no texts
            return 0
        return sum(map(is_met, self.images))

    def values(self, spec: Spec) -> list[str]:
        """Return the values of the images that are nearest to what the condition asks for."""
        part = self.part
        if not (isinstance(part, Comparison) and isinstance(part.value, Literal)):
            return []
        row = spec.find(part.name)
        if row is None or part.operator == "!=":
            return []
        shown = {each for each in (read(row, record) for record in self.images) if each is not None}
        return _nearest(part.value.text, shown, row)[:_MOST_VALUES]


def _nearest(written: str, shown: set[str | int], row: Parameter) -> list[str]:
    numbers = [each for each in shown if isinstance(each, int)]
    if numbers and written.isascii() and written.isdigit():
        return [str(each) for each in sorted(numbers, key=lambda each: abs(each - int(written)))]
    if row.is_time:
        return []
    return nearest(written, sorted(map(str, shown)))
