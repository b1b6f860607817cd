"""Why a filter finds nothing: the smallest sets of conditions that, left out, find some images.

The images are listed once and each is judged by all conditions: those that it fails are the only
ones that must be left out to find it.  What records do not show has to be asked of the service:
such conditions are in the request, and left out of it in a further one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

from imsquery.cli.nearest import Near, folded
from imsquery.cli.reasons import LeftOut, Reasons
from imsquery.diagnostics.errors import QueryError
from imsquery.evaluation.matching import compile_predicate, is_observable
from imsquery.evaluation.written import read_written
from imsquery.frozen import Frozen
from imsquery.language.syntax import And, Not, Or
from imsquery.language.unparse import unparse
from imsquery.planning.phrasing import phrase
from imsquery.planning.planner import plan
from imsquery.semantics import formula as bound

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from imsquery.client.services import Fetch
    from imsquery.evaluation.written import Written
    from imsquery.language.syntax import Expr
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import Formula

    Record = Mapping[str, Any]
    Predicate = Callable[[Record], bool]


_MOST_HIDDEN = 4  # conditions; of more, only one or all are left out


class OutOfRequestsError(Exception):
    """No more requests are allowed."""


class Budget:
    """Fetches pages, up to a number of them.

    Args:
        fetch: returns the page of a query string.
        most: maximum number of pages; ``None`` for any number.

    Attributes:
        sent: the requests so far.
    """

    def __init__(self, fetch: Fetch, most: int | None = None) -> None:
        self.sent = 0
        self._fetch = fetch
        self._most = most

    def __call__(self, query: str) -> list[dict[str, Any]]:
        """Fetch a page; raises :class:`OutOfRequestsError`."""
        if self.sent == self._most:
            raise OutOfRequestsError
        self.sent += 1
        return self._fetch(query)


def find_reasons(
    text: str, fetch: Budget, spec: Spec, *, max_requests: int, **options: Any
) -> Reasons:
    """Find out why a query finds nothing.

    Args:
        text: the query, which has no errors; its clauses are ignored.
        fetch: returns the page of a query string.
        spec: the parameters.
        max_requests: maximum number of requests of a plan.
        options: all others of :func:`plan`.

    Raises:
        FetchError, ExecutionError: the images could not be fetched.
    """
    options["now"] = options["now"] or datetime.now(UTC)
    written = read_written(text, spec=spec, **options)
    del options["values"]  # they are part of what the filter means
    tree = written.filter
    if isinstance(tree, Or):
        alternatives = [_Alternative.of(each, written, unparse(each)) for each in tree.operands]
    else:
        alternatives = [_Alternative.of(tree, written)]
    search = _Search(alternatives, str(spec.names["id"].observed))
    for base, tries in search.requests():
        if min(len(each.dropped) for each in tries) > search.fewest:
            break
        try:
            planned = plan(base, spec=spec, max_requests=max_requests, **options)
        except QueryError:  # part of a filter need not be one
            continue
        try:
            for record in planned.execute(fetch):
                search.judge(record, tries)
        except OutOfRequestsError:
            search.is_complete = False
            break
    return search.reasons()


class _Condition(Frozen):
    """One of the conditions that are joined by ``and``."""

    text: str
    meaning: Formula
    is_hidden: bool
    is_met: Predicate

    @classmethod
    def of(cls, expr: Expr, meaning: Formula) -> _Condition:
        atoms = [leaf for leaf in bound.leaves(meaning) if isinstance(leaf, bound.Atom)]
        is_hidden = not all(map(is_observable, atoms))
        is_met = _always if is_hidden else compile_predicate(meaning)
        return cls(unparse(expr), meaning, is_hidden, is_met)


def _always(_record: Record) -> bool:
    return True


class _Alternative(Frozen):
    """What is joined by ``and``, in a filter or in an alternative of its ``or``."""

    conditions: tuple[_Condition, ...]
    text: str
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @classmethod
    def of(cls, expr: Expr, written: Written, text: str = "") -> _Alternative:
        parts: list[tuple[Expr, Formula]]
        match expr:
            case And(operands):
                parts = [(each, written.meaning(each)) for each in operands]
            case Not(Or(operands)):
                parts = [(Not(each), bound.negate(written.meaning(each))) for each in operands]
            case _:
                parts = [(expr, written.meaning(expr))]
        return cls(tuple(_Condition.of(*each) for each in parts), text)

    def tries(self) -> Iterator[_Try]:
        """Yield the ways to leave out what records do not show, the fewest conditions first."""
        hidden = [number for number, each in enumerate(self.conditions) if each.is_hidden]
        counts: Iterable[int] = range(len(hidden) + 1)
        if len(hidden) > _MOST_HIDDEN:
            counts = 0, 1, len(hidden)
        for count in counts:
            for dropped in combinations(hidden, count):
                yield _Try(self, frozenset(dropped))


class _Try(Frozen):
    """An alternative without some of the conditions that records do not show."""

    alternative: _Alternative
    dropped: frozenset[int]

    def request(self) -> str:
        """Return the filter of the images to look at: what only the service can answer.

        And what the service requires with it, and what widens its search.
        """
        conditions = self.alternative.conditions
        hidden = [
            each
            for number, each in enumerate(conditions)
            if each.is_hidden and number not in self.dropped
        ]
        required = {
            atom.parameter.requires[0]
            for each in hidden
            for atom in _atoms(each)
            if atom.parameter.requires is not None
        }
        shown = [
            each
            for each in conditions
            if not each.is_hidden
            and any(
                atom.parameter.wire in required or bound.is_scope(atom) for atom in _atoms(each)
            )
        ]
        return phrase(bound.And([each.meaning for each in hidden + shown], 0, 0))

    def failed(self, record: Record, most: float) -> frozenset[int] | None:
        """Return the conditions that must be left out to find an image; ``None`` if too many."""
        failed = set(self.dropped)
        for number, each in enumerate(self.alternative.conditions):
            if len(failed) > most:
                return None
            if not each.is_met(record):
                failed.add(number)
        return frozenset(failed) if len(failed) <= most else None


def _atoms(condition: _Condition) -> Iterator[bound.Atom]:
    return (each for each in bound.leaves(condition.meaning) if isinstance(each, bound.Atom))


class _Group:
    """The images that a set of conditions keeps from being found."""

    def __init__(self, alternative: _Alternative, failed: frozenset[int]) -> None:
        conditions = [alternative.conditions[number] for number in sorted(failed)]
        shown = [each.meaning for each in conditions if not each.is_hidden]
        self._conditions = conditions
        self._alternative = alternative.text
        self._is_all = len(conditions) == len(alternative.conditions)
        self._images = 0
        self._but_for_case = 0
        self._near = [Near(each) for each in shown]
        changed = [folded(each) for each in shown]
        self._folded: Predicate | None = None
        if len(shown) == len(conditions) and None not in changed:
            whole = bound.And([each for each in changed if each is not None], 0, 0)
            self._folded = compile_predicate(whole)

    def add(self, record: Record) -> None:
        self._images += 1
        for each in self._near:
            each.add(record)
        if self._folded is not None:
            self._but_for_case += self._folded(record)

    def left_out(self) -> LeftOut:
        return LeftOut(
            conditions=tuple(each.text for each in self._conditions),
            alternative=self._alternative,
            names=tuple(
                {atom.parameter.name: 0 for each in self._conditions for atom in _atoms(each)}
            ),
            is_all=self._is_all,
            images=self._images,
            but_for_case=self._but_for_case,
            nearest=tuple(found for each in self._near for found in each.values()),
        )


class _Search:
    """Looks for the smallest sets; only those of the least size so far are kept."""

    def __init__(self, alternatives: Sequence[_Alternative], identity: str) -> None:
        self.is_complete = True
        self.fewest: float = float("inf")
        self._alternatives = alternatives
        self._groups: dict[tuple[_Alternative, frozenset[int]], _Group] = {}
        self._identity = identity
        self._seen: set[object] = set()

    def requests(self) -> list[tuple[str, list[_Try]]]:
        """Return what to ask for, with what can be judged by its images, fewest left out first."""
        found: dict[str, list[_Try]] = {}
        for alternative in self._alternatives:
            for each in alternative.tries():
                found.setdefault(each.request(), []).append(each)
        return sorted(found.items(), key=lambda item: min(len(each.dropped) for each in item[1]))

    def judge(self, record: Record, tries: Sequence[_Try]) -> None:
        self._seen.add(record[self._identity])
        for each in tries:
            failed = each.failed(record, self.fewest)
            if failed is None:
                continue
            if len(failed) < self.fewest:
                self.fewest = len(failed)
                self._groups.clear()
            key = each.alternative, failed
            if key not in self._groups:
                self._groups[key] = _Group(*key)
            self._groups[key].add(record)

    def reasons(self) -> Reasons:
        found = [each.left_out() for each in self._groups.values()]
        found.sort(key=lambda each: -each.images)
        return Reasons(len(self._seen), self.is_complete, tuple(found))
