"""The reasons why a filter finds nothing, as data and in words."""

from __future__ import annotations

from imsquery.diagnostics.edits import clip
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

_MOST_SETS = 5  # to print


class LeftOut(Frozen):
    """Conditions without which a filter finds images.

    Attributes:
        conditions: as they are written, in text order.
        alternative: that of an ``or`` in which they are; empty if there is only one.
        names: the parameters that they compare.
        is_all: whether nothing is left of the filter, or of an alternative of it.
        images: how many it finds.
        but_for_case: how many of these match but for letter case.
        nearest: name of a parameter, and the values that are nearest to those asked for.
    """

    conditions: tuple[str, ...]
    alternative: str
    names: tuple[str, ...]
    is_all: bool
    images: int
    but_for_case: int
    nearest: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_telling(self) -> bool:
        """Whether there is more to it than that any image is found without an alternative."""
        return not (self.is_all and self.alternative) or bool(self.but_for_case or self.nearest)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "conditions": [*self.conditions],
            **({"alternative": self.alternative} if self.alternative else {}),
            "images": self.images,
            "but_for_case": self.but_for_case,
            "nearest": {name: [*values] for name, values in self.nearest},
        }


class Reasons(Frozen):
    """Why a filter finds nothing.

    Attributes:
        images: how many images were looked at.
        is_complete: whether these are all.
        left_out: the smallest sets of conditions to leave out, those that find most images first;
            a single empty one if images match.
    """

    images: int
    is_complete: bool
    left_out: tuple[LeftOut, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain values."""
        return {
            "images": self.images,
            "complete": self.is_complete,
            "left_out": [each.to_dict() for each in self.left_out],
        }


def why_none(reasons: Reasons) -> str:
    """Return why no images were found, on one line."""
    if not reasons.images:
        return "there are no images"
    found = reasons.left_out
    if any(not each.conditions for each in found):
        return "images match, but the clauses leave none"
    if not found:
        return "no images match"
    in_case = next((each for each in found if each.but_for_case), None)
    if in_case is not None:
        names = ", ".join(f"`{name}`" for name in in_case.names)
        return f"no images match; {names}: {_match(in_case.but_for_case)} but for letter case"
    best = max(found, key=lambda each: (bool(each.nearest), each.images))
    said = ["no images match"]
    if not best.is_all:
        said.append(f"without {_listed(best)}, {_match(best.images)}")
    elif len(best.conditions) > 1:
        said.append("no image meets any of the conditions")
    return "; ".join(said + _nearest(best))


def describe(reasons: Reasons) -> list[str]:
    """Return why no images were found, a set of conditions on each line."""
    looked = _images(reasons.images) + " looked at"
    if not reasons.is_complete:
        looked += ", the newest; more were not within --max-requests"
    elif not reasons.images:
        return ["there are no images"]
    if any(not each.conditions for each in reasons.left_out):
        return ["images match, but the clauses leave none"]
    lines = [f"no images match ({looked})"]
    telling = [each for each in reasons.left_out if each.is_telling]
    for each in telling[:_MOST_SETS]:
        found = f"without {_listed(each)}: {_match(each.images)}"
        if each.but_for_case:
            found += f", {each.but_for_case:,} of them but for letter case"
        lines.append("; ".join([found, *_nearest(each)]))
    more = len(telling) - _MOST_SETS
    return [*lines, f"and {more:,} other sets of as many conditions"] if more > 0 else lines


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _match(count: int) -> str:
    return f"{_images(count)} match" + "es" * (count == 1)


def _listed(left_out: LeftOut) -> str:
    *others, last = [f"`{clip(each)}`" for each in left_out.conditions]
    listed = f"{', '.join(others)} and {last}" if others else last
    is_part = left_out.alternative and not left_out.is_all
    return f"{listed} in `{clip(left_out.alternative)}`" if is_part else listed


def _nearest(left_out: LeftOut) -> list[str]:
    """Return the nearest values, with the name where there could be several."""
    return [
        f"nearest values{f' of `{name}`' * (len(left_out.conditions) > 1)}: "
        + ", ".join(f"`{clip(each)}`" for each in values)
        for name, values in left_out.nearest
    ]
