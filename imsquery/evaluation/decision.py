"""Questions about filters over all possible records, such as implication, with witnesses.

Answers are exact for the records that :mod:`imsquery.evaluation.domains` describes.  A question is
undecided only if it turns on an opaque condition (a regular expression, or what no record shows) or
would take more work than allowed.  Nothing is guessed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

from imsquery.evaluation.attributes import is_always_present
from imsquery.evaluation.domains import example
from imsquery.evaluation.search import Problem, WorkExhaustedError, conjuncts
from imsquery.frozen import Frozen
from imsquery.language.syntax import Query
from imsquery.limits import DEFAULT_LIMITS
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import analyze
from imsquery.semantics.formula import And, Atom, Formula, Or, is_scope, map_atoms, negate
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Mapping
    from typing import Any, Literal, TypeAlias

    from imsquery.language.syntax import Expr
    from imsquery.limits import Limits
    from imsquery.schema.spec import Spec
    from imsquery.semantics.values import Bindable

    Filter: TypeAlias = str | Query | Expr

WORK = 1_000_000
"""Maximum number of steps for one question, some seconds' worth."""


class Verdict(Frozen):
    """The answer to a question about filters.

    The truth value (``if verdict:``) of an undecided one raises :class:`ValueError`.

    Attributes:
        holds: ``True``, ``False``, or ``None`` if undecided.
        witness: an image record that proves the answer, if a single record can.
        reason: why it is undecided: ``opaque`` if it turns on a regular expression or on what no
            record shows, ``work`` if it would take more steps than allowed.
    """

    holds: bool | None
    witness: Mapping[str, Any] | None = None
    reason: Literal["opaque", "work"] | None = None

    def __post_init__(self) -> None:
        if self.witness is not None:
            self._assign(witness=MappingProxyType({**self.witness}))

    def __hash__(self) -> int:
        return hash((self.holds, self.reason))

    def __bool__(self) -> bool:
        if self.holds is None:
            msg = f"undecided ({self.reason}); check whether `.holds` is True, False or None"
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
    """Return whether any image can match a filter.

    Args:
        query: the text, or a syntax tree; clauses are ignored.
        spec: the parameters.
        now: the time for ``now`` and ``today``; by default the clock, read once.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.
        work: maximum number of steps.

    Returns:
        The verdict; if it holds, the witness satisfies the filter.

    Raises:
        QueryError: any error but ``contradiction``.
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
    """Return whether every image that matches one filter also matches another.

    >>> implies("platform = CentOS", "platform in (CentOS, Ubuntu)").holds
    True

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; if it does not hold, the witness satisfies only the first filter.
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
    """Return whether no image matches both of two filters.

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; if it does not hold, the witness satisfies both filters.
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
    """Return whether two filters match the same images.

    Arguments and errors are those of :func:`satisfiable`.

    Returns:
        The verdict; if it does not hold, the witness satisfies only one of the filters.
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
    """Answers questions about filters; each is read once, and ``now`` is the same for all.

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

    def read(self, query: Filter, values: Mapping[str, Bindable] | None = None) -> Formula:
        """Read a filter and the values of its placeholders.

        Raises:
            QueryError: as :func:`satisfiable`.
            TypeError: there is no placeholder of a name.
        """
        analysis = analyze(
            query,
            spec=self._spec,
            now=self._now,
            allow_unlisted=self._allow_unlisted,
            limits=self._limits,
            values=values,
        )
        return map_atoms(analysis.bound.filter, _without_scope)

    def implies(self, one: Formula, two: Formula) -> Verdict:
        """Return whether every record that satisfies one filter also satisfies another."""
        one, two = simplify(one), simplify(two)
        given = {one.key, *(each.key for each in conjuncts(one))}
        # Parts that both filters have literally need no search, however many they are.
        left = [each for each in conjuncts(two) if not _is_given(each, given)]
        if not left:
            return Verdict(holds=True)
        return self.disjoint(one, negate(And(left, two.first, two.last)))

    def disjoint(self, one: Formula, two: Formula) -> Verdict:
        """Return whether no record satisfies both of two filters."""
        return _contrary(self.find(And((one, two), one.first, two.last)))

    def find(self, formula: Formula) -> Verdict:
        """Search for a record that satisfies a filter."""
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
        """Add the attributes that every image has."""
        always = {
            str(row.observed): example(row)
            for row in self._spec.parameters.values()
            if row.observed is not None and is_always_present(row, self._spec)
        }
        return {**always, **found}


def _without_scope(atom: Atom) -> Formula:
    """Replace a condition that widens the search by ``all``: every record satisfies it."""
    return And((), atom.first, atom.last) if is_scope(atom) else atom


def _is_given(part: Formula, given: Container[Hashable]) -> bool:
    """Return whether a part of a filter, or one of its alternatives, is among the given ones."""
    if part.key in given:
        return True
    return isinstance(part, Or) and any(each.key in given for each in part.operands)
