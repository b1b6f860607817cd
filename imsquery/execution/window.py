"""What the clauses let through of a sequence of images: ``skip … per`` to ``limit``.

They apply in this order: ``skip … per``, ``limit … per``, ``skip``, ``limit``.
"""

from __future__ import annotations

import math
from collections import Counter
from enum import Enum

from imsquery.execution.ordering import Shown, group_of
from imsquery.frozen import Frozen
from imsquery.schema.parameters import Parameter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T")
    Counts = Mapping[Shown, int]


class PerGroup(Frozen):
    """A number of images of each group, of those that show the same value of a parameter.

    Attributes:
        count: the number.
        parameter: what groups are by; the images that do not show it are a group, too.
    """

    count: int
    parameter: Parameter

    def _compared(self) -> tuple[object, ...]:
        return self.count, self.parameter.wire

    def __str__(self) -> str:
        return f"{self.count} per {self.parameter.name}"


class Slice(Frozen):
    """The clauses that count images.

    Attributes:
        skip_per: how many to leave out at the beginning of each group.
        limit_per: how many to keep of each group after that.
        skip: how many to leave out of what is left.
        limit: the maximum number of results.
    """

    skip_per: PerGroup | None = None
    limit_per: PerGroup | None = None
    skip: int = 0
    limit: int | None = None

    @property
    def total(self) -> int | None:
        """How many images in all it depends on; ``None`` if that depends on the images."""
        if self.limit is None or self.skip_per is not None or self.limit_per is not None:
            return None
        return self.skip + self.limit

    @property
    def is_plain(self) -> bool:
        """Whether the limit is all there is."""
        return not (self.skip or self.skip_per or self.limit_per)

    @property
    def is_bounded(self) -> bool:
        """Whether it ever leaves out what comes late."""
        return self.limit is not None or self.limit_per is not None


class Fate(Enum):
    """What becomes of an image: it is a result, skipped, or beyond the limit of its group."""

    RESULT = "result"
    SKIPPED = "skipped"
    BEYOND = "beyond"


class Window:
    """The clauses applied to one image after the other.

    It keeps a number for each group, none of which grows beyond that of its clause.

    Args:
        clauses: the clauses.
        count: results before the first image.
        skipped_per, kept_per: images of each group before it.

    Attributes:
        count: results up to now.
        is_full: whether the limit is reached.
    """

    def __init__(
        self,
        clauses: Slice,
        count: int = 0,
        skipped_per: Counts | None = None,
        kept_per: Counts | None = None,
    ) -> None:
        self._clauses = clauses
        self.count = count
        self._most = math.inf if clauses.limit is None else clauses.limit
        self.is_full = count >= self._most
        # There are results only once enough was skipped.
        self._skipped = clauses.skip if count else 0
        self._is_plain = clauses.is_plain
        self._skipped_per: Counter[Shown] = Counter(skipped_per or {})
        self._kept_per: Counter[Shown] = Counter(kept_per or {})
        self._counted: list[tuple[Counter[Shown], Shown]] = []
        self._lengths: list[int] = []  # of the list above, at each result

    def passed_on(
        self, items: Sequence[T], record_of: Callable[[T], Mapping[str, Any]]
    ) -> tuple[Sequence[T], Sequence[T]]:
        """Count the next images, up to the limit.

        Returns:
            The results among them, and those beyond the limit of their group.
        """
        if self._is_plain:
            results = items if self._most == math.inf else items[: int(self._most) - self.count]
            self.count += len(results)
            self.is_full = self.count >= self._most
            return results, ()
        found: dict[Fate, list[T]] = {fate: [] for fate in Fate}
        for item in items:
            if self.is_full:
                break
            found[self.pass_on(record_of(item))].append(item)
        return found[Fate.RESULT], found[Fate.BEYOND]

    def pass_on(self, record: Mapping[str, Any]) -> Fate:
        """Count the next image."""
        clauses = self._clauses
        if clauses.skip_per and not self._is_counted(clauses.skip_per, self._skipped_per, record):
            return Fate.SKIPPED
        if clauses.limit_per and self._is_counted(clauses.limit_per, self._kept_per, record):
            return Fate.BEYOND
        if self._skipped < clauses.skip:
            self._skipped += 1
            return Fate.SKIPPED
        self.count += 1
        self.is_full = self.count >= self._most
        self._lengths.append(len(self._counted))
        return Fate.RESULT

    def _is_counted(self, per: PerGroup, counts: Counter[Shown], record: Mapping[str, Any]) -> bool:
        """Count an image of a group; return whether there were enough of them before."""
        group = group_of(per.parameter, record)
        if counts[group] >= per.count:
            return True
        counts[group] += 1
        self._counted.append((counts, group))
        return False

    def settle(self) -> None:
        """Note that all results are returned."""
        if self._lengths:
            del self._counted[: self._lengths[-1]]
            self._lengths.clear()

    def counts(self, left: int) -> tuple[Counts, Counts]:
        """Return the images of each group, skipped and kept, up to a result.

        Args:
            left: how many results there are after it.
        """
        found = Counter(self._skipped_per), Counter(self._kept_per)
        length = self._lengths[-1 - left] if left < len(self._lengths) else 0
        for counts, group in self._counted[length:]:
            found[counts is self._kept_per][group] -= 1
        return +found[0], +found[1]
