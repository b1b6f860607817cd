"""What holds of filters for every record: implication, equivalence, and the like, with witnesses.

Exact over the records that :mod:`imsquery.evaluation.domains` describes.  Undecided is only what
turns on a condition that cannot be looked into (a regular expression, or what no record shows), and
what would take more work than allowed; it is never guessed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from imsquery.evaluation.domains import example, is_always_there
from imsquery.evaluation.matching import is_scope
from imsquery.evaluation.search import Problem, WorkExhaustedError
from imsquery.language.syntax import Query
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import analyze
from imsquery.semantics.formula import And, Atom, Formula, Or, map_atoms, negate
from imsquery.semantics.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Mapping, Sequence

    from imsquery.language.syntax import Expr
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec

    Filter: TypeAlias = str | Query | Expr

WORK = 1_000_000
"""Steps that one question may take: some seconds at most."""


def _read_only(record: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if record is None else MappingProxyType({**record})


@frozen
class Verdict:
    """The answer to a question about filters.

    As a condition (``if verdict:``) one that is undecided raises :class:`ValueError`.

    Attributes:
        holds: ``True``, ``False``, or ``None`` where it is undecided.
        witness: an image record that proves the answer, where one record can.
        reason: why it is undecided: ``opaque`` if it turns on a condition that cannot be looked
            into, ``work`` if it would take more steps than allowed.
    """

    holds: bool | None
    witness: Mapping[str, Any] | None = field(default=None, converter=_read_only, hash=False)
    reason: Literal["opaque", "work"] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        witness = None if self.witness is None else dict(self.witness)
        return Verdict, (self.holds, witness, self.reason)

    def __bool__(self) -> bool:
        if self.holds is None:
            msg = f"undecided ({self.reason}): compare `.holds` with True, False or None"
            raise ValueError(msg)
        return self.holds


def satisfiable(
    query: Filter,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    work: int = WORK,
) -> Verdict:
    """Tell whether any image can match a filter.

    Args:
        query: the text, or a syntax tree; clauses are left aside.
        spec: the parameters.
        now: what ``now`` and ``today`` mean; the clock, read once, if not given.
        allow_unlisted: take values that an open enumeration does not list.
        limits: how much text to take in.
        work: steps that may be taken.

    Returns:
        The verdict; the witness of a yes satisfies the filter.

    Raises:
        QueryError: every finding that is an error, but for ``contradiction``.
    """
    decider = Decider(spec, now, limits, work, allow_unlisted=allow_unlisted)
    return decider.find(decider.read(query))


def implies(
    query: Filter,
    other: Filter,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    work: int = WORK,
) -> Verdict:
    """Tell whether every image that matches one filter matches another, too.

    >>> implies("platform = CentOS", "platform in (CentOS, Ubuntu)").holds
    True

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; the witness of a no satisfies the first filter and not the second.
    """
    decider = Decider(spec, now, limits, work, allow_unlisted=allow_unlisted)
    return decider.implies(decider.read(query), decider.read(other))


def disjoint(
    query: Filter,
    other: Filter,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    work: int = WORK,
) -> Verdict:
    """Tell whether no image matches both of two filters.

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; the witness of a no satisfies both filters.
    """
    decider = Decider(spec, now, limits, work, allow_unlisted=allow_unlisted)
    return decider.disjoint(decider.read(query), decider.read(other))


def equivalent(
    query: Filter,
    other: Filter,
    *,
    spec: Spec = CLOUDIMAGES,
    now: datetime | None = None,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    work: int = WORK,
) -> Verdict:
    """Tell whether the same images match two filters.

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; the witness of a no satisfies one of the filters alone.
    """
    decider = Decider(spec, now, limits, work, allow_unlisted=allow_unlisted)
    one, two = decider.read(query), decider.read(other)
    first = decider.implies(one, two)
    if first.holds is False:
        return first
    second = decider.implies(two, one)
    return first if first.holds is None and second.holds is not False else second


def _contrary(verdict: Verdict) -> Verdict:
    holds = None if verdict.holds is None else not verdict.holds
    return Verdict(holds, verdict.witness, verdict.reason)


class Decider:
    """Answers questions about filters that were each read once, at one time of the clock.

    Arguments are those of :func:`satisfiable`.
    """

    def __init__(
        self,
        spec: Spec = CLOUDIMAGES,
        now: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
        work: int = WORK,
        *,
        allow_unlisted: bool = False,
    ) -> None:
        self._spec = spec
        self._now = datetime.now(UTC) if now is None else now
        self._limits = limits
        self._work = work
        self._allow_unlisted = allow_unlisted

    def read(self, query: Filter) -> Formula:
        """Read a filter; raise :class:`QueryError` with every finding that is an error."""
        analysis = analyze(
            query,
            spec=self._spec,
            now=self._now,
            allow_unlisted=self._allow_unlisted,
            limits=self._limits,
        )
        return map_atoms(analysis.bound.filter, _without_scope)

    def implies(self, one: Formula, two: Formula) -> Verdict:
        """Tell whether no record satisfies one filter and not another."""
        one, two = simplify(one), simplify(two)
        given = {one.key, *(each.key for each in _conjuncts(one))}
        # What is asked for in so many words need not be searched for, however much it is.
        left = [each for each in _conjuncts(two) if not _is_given(each, given)]
        if not left:
            return Verdict(holds=True)
        return self.disjoint(one, negate(And(left, two.first, two.last)))

    def disjoint(self, one: Formula, two: Formula) -> Verdict:
        """Tell whether no record satisfies two filters."""
        return _contrary(self.find(And((one, two), one.first, two.last)))

    def find(self, formula: Formula) -> Verdict:
        """Look for a record that satisfies a filter."""
        try:
            problem = Problem(simplify(formula), self._spec, self._work)
            found = problem.solve(opaque=False)
            if found is not None:
                return Verdict(holds=True, witness=self._complete(found))
            if problem.is_partial:
                return Verdict(holds=None, reason="work")
            if problem.has_opaque and problem.solve(opaque=True) is not None:
                return Verdict(holds=None, reason="opaque")
        except WorkExhaustedError:
            return Verdict(holds=None, reason="work")
        return Verdict(holds=False)

    def _complete(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add what every image has."""
        always = {
            str(row.observed): example(row)
            for row in self._spec.parameters.values()
            if row.observed is not None and is_always_there(row, self._spec)
        }
        return {**always, **found}


def _without_scope(atom: Atom) -> Formula:
    """What widens a search holds for every record."""
    return And((), atom.first, atom.last) if is_scope(atom) else atom


def _conjuncts(formula: Formula) -> Sequence[Formula]:
    return formula.operands if isinstance(formula, And) else (formula,)


def _is_given(part: Formula, given: Container[Hashable]) -> bool:
    """Tell whether a part of a filter, or one of its alternatives, is among what is known."""
    if part.key in given:
        return True
    return isinstance(part, Or) and any(each.key in given for each in part.operands)
