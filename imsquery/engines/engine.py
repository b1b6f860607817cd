"""What an engine writes for each form of condition."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.engines.columns import Column

T = TypeVar("T")


class Engine(ABC, Generic[T]):
    """What an engine writes for each form; ``T`` is its expression.

    A condition may be unknown instead of false.  Texts are compared by code point.
    """

    # -- connectives

    @abstractmethod
    def constant(self, value: bool) -> T:
        """Return a truth value."""

    @abstractmethod
    def join(self, parts: Sequence[T], *, is_and: bool) -> T:
        """Join two or more conditions by ``and`` or ``or``."""

    @abstractmethod
    def unless(self, condition: T) -> T:
        """Return the complement: true where a condition is unknown."""

    @abstractmethod
    def cases(self, steps: Sequence[tuple[T, bool]], rest: T) -> T:
        """Return the verdict of the first condition that holds, else that of the rest."""

    def fold(self, parts: Sequence[T | bool], *, is_and: bool) -> T | bool:
        """Join any number of conditions, some of which are always the same."""
        if any(part is (not is_and) for part in parts):
            return not is_and
        kept = [part for part in parts if not isinstance(part, bool)]
        if not kept:
            return is_and
        return kept[0] if len(kept) == 1 else self.join(kept, is_and=is_and)

    def complement(self, condition: T | bool) -> T | bool:
        """Return the complement of a condition that may be always the same."""
        return not condition if isinstance(condition, bool) else self.unless(condition)

    def decide(self, steps: Sequence[tuple[T | bool, bool]], rest: T | bool) -> T | bool:
        """Return the verdict of the first condition that holds, else the rest."""
        kept: list[tuple[T, bool]] = []
        for condition, verdict in steps:
            if condition is True:
                rest = verdict
                break
            if not isinstance(condition, bool):
                kept.append((condition, verdict))
        if not kept:
            return rest
        return self.cases(kept, self.constant(rest) if isinstance(rest, bool) else rest)

    # -- values, each null where the column has no such value

    @abstractmethod
    def present(self, column: Column) -> T:
        """Return whether there is a value."""

    @abstractmethod
    def absent(self, column: Column) -> T:
        """Return whether there are no clauses."""

    @abstractmethod
    def native(self, column: Column) -> T:
        """Return a number or truth value."""

    @abstractmethod
    def text(self, column: Column) -> T:
        """Return a text."""

    @abstractmethod
    def scalar(self, column: Column) -> T:
        """Return a text, or a number or truth value of JSON as text."""

    @abstractmethod
    def second(self, column: Column) -> T:
        """Return a time stamp without its fraction of a second."""

    @abstractmethod
    def number_key(self, text: T) -> T:
        """Return a text that sorts as the number in a text does: by sign, length and digits."""

    @abstractmethod
    def time_key(self, text: T) -> T:
        """Return the time in a text, as ``2018-10-28T10:00:00``."""

    @abstractmethod
    def is_time(self, text: T) -> T:
        """Return whether a text is a time; nothing else has a :meth:`time_key` of use."""

    @abstractmethod
    def lowered(self, text: T) -> T:
        """Return a text with its ASCII letters, at least, in lower case."""

    @abstractmethod
    def only(self, value: T, condition: T) -> T:
        """Return a value where a condition holds, else null."""

    @abstractmethod
    def coalesce(self, value: T, default: str) -> T:
        """Return a text, or the default instead of null."""

    @abstractmethod
    def choose(self, steps: Sequence[tuple[T, str]], default: str) -> T:
        """Return the text of the first condition that holds, else the default."""

    # -- tests

    @abstractmethod
    def compare(self, value: T, relation: str, other: str | int | bool) -> T:
        """Compare with a constant."""

    @abstractmethod
    def among(self, value: T, others: Sequence[str | int]) -> T:
        """Return whether a value is one of several."""

    @abstractmethod
    def compare_moment(self, column: Column, relation: str, moment: str) -> T:
        """Compare a time stamp with a time."""

    @abstractmethod
    def only_whole(self, column: Column) -> T:
        """Return a number if it has no fraction, else null."""

    @abstractmethod
    def exists(self, value: T) -> T:
        """Return whether a value is not null."""

    @abstractmethod
    def missing(self, value: T) -> T:
        """Return whether a value is null."""

    @abstractmethod
    def no_longer(self, text: T, length: int) -> T:
        """Return whether a text has at most so many characters."""

    @abstractmethod
    def contains(self, text: T, part: str) -> T: ...

    @abstractmethod
    def starts_with(self, text: T, part: str) -> T: ...

    @abstractmethod
    def ends_with(self, text: T, part: str) -> T: ...

    @abstractmethod
    def like(self, text: T, pattern: Sequence[str | None]) -> T:
        """Match a glob over the whole text; see :func:`~imsquery.language.patterns.read_glob`."""

    @abstractmethod
    def matches(self, text: T, pattern: str) -> T:
        """Search by a regular expression of RE2.

        Raises:
            NotPortableError: the engine cannot express it.
        """

    @abstractmethod
    def any_item(self, column: Column, test: Callable[[T], T]) -> T:
        """Return whether a text in a list passes a test."""

    @abstractmethod
    def respelled(self, tag: T) -> T:
        """Return the newer spelling of a tag, ``key=value`` for ``key.value``, else the same."""
