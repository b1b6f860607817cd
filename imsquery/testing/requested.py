"""Strategies for what one request asks for: comparisons, as the rows of a spec take them."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.language.operators import EQUALITY
from imsquery.language.syntax import Comparison, Expr, Literal, Membership
from imsquery.schema.kinds import Integer
from imsquery.schema.parameters import LIST, Parameter
from imsquery.schema.spec import Spec
from imsquery.schema.wire import write_list, write_pair
from imsquery.testing.values import integers, literals, moments, rows_of


class Asked(NamedTuple):
    """A comparison with a value, or with the values of a list."""

    row: Parameter
    relation: str
    values: tuple[str, ...]

    @property
    def tree(self) -> Expr:
        """The condition in the language."""
        values = tuple(map(Literal, self.values))
        if self.relation == LIST:
            return Membership(self.row.name, values)
        return Comparison(self.row.name, self.relation, values[0])

    @property
    def pair(self) -> tuple[str, str]:
        """The pair of the request, not encoded."""
        listed = write_list(self.values) if self.relation == LIST else self.values[0]
        pair = write_pair(self.row, self.relation, listed or "")
        assert pair is not None  # noqa: S101 -- only what the row takes is drawn
        return pair


@st.composite
def requested(draw: DrawFn, spec: Spec, most: int, least: int = 0) -> list[Asked]:
    """Draw comparisons that one request makes, in any order."""
    rows = [row for row in rows_of(spec) if row.clause is None and _has_comparisons(row)]
    found: dict[str, list[Asked]] = {}
    for row in draw(st.lists(st.sampled_from(rows), min_size=least, max_size=most, unique=True)):
        if row.wire in found or not spec.exclusive.get(row.wire, frozenset()).isdisjoint(found):
            continue
        found[row.wire] = draw(_comparisons(row))
        if row.requires is not None:
            wire, value = row.requires
            found[wire] = [Asked(spec.parameters[wire], "=", (value,))]
    return [each for same in found.values() for each in same]


def _has_comparisons(row: Parameter) -> bool:
    """Return whether there is a comparison to draw: not all that a service takes are."""
    forms = row.forms.keys()
    if row.is_time:
        return bool(_times(row))
    return bool(forms & {"=", LIST}) or (isinstance(row.kind, Integer) and {">=", "<="} <= forms)


def _times(row: Parameter) -> list[str]:
    """Return the operators by which a request compares times."""
    # Where a time may be absent, `!=` takes in more than a server does.
    listed = [each for each in row.forms if each != "!=" or row.total]
    if row.observed is None:  # of which a filter compares nothing else
        listed = [each for each in listed if each in EQUALITY]
    return [each for each in listed if write_pair(row, each, _MOMENT) is not None]


_MOMENT = "2018-10-28T10:00:00Z"  # as good as any: each has colons


def _comparisons(row: Parameter) -> SearchStrategy[list[Asked]]:
    """Return a strategy for the comparisons of one parameter."""
    if row.is_time:
        operators = st.sampled_from(_times(row))
        return st.builds(lambda *pair: [_one(row, *pair)], operators, moments)
    made = [_equal(row)] if "=" in row.forms else []
    choices = [each for each in row.kind.choices if _is_listable(each)]
    if LIST in row.forms and (choices or not row.kind.choices):
        lists = st.lists(literals(row).filter(_is_listable), min_size=1, max_size=3, unique=True)
        made.append(lists.map(lambda values: [_listed(row, tuple(values))]))
    if isinstance(row.kind, Integer) and {">=", "<="} <= row.forms.keys():
        made.append(_bounds(row, row.kind))
    return st.one_of(made)


def _one(row: Parameter, relation: str, value: str) -> Asked:
    return Asked(row, relation, (value,))


def _listed(row: Parameter, values: tuple[str, ...]) -> Asked:
    return Asked(row, LIST if len(values) > 1 else "=", values)


def _equal(row: Parameter) -> SearchStrategy[list[Asked]]:
    most = 2 if row.repeats else 1
    values = literals(row).filter(lambda value: write_pair(row, "=", value) is not None)
    lists = st.lists(values, min_size=1, max_size=most, unique=True)
    return lists.map(lambda found: [_one(row, "=", each) for each in found])


def _bounds(row: Parameter, kind: Integer) -> SearchStrategy[list[Asked]]:
    """Return a strategy for one bound, or both."""
    ends = st.tuples(integers(kind), integers(kind)).map(sorted)
    which = st.sampled_from((slice(0, 2), slice(0, 1), slice(1, 2)))
    both = ends.map(lambda at: [_one(row, ">=", str(at[0])), _one(row, "<=", str(at[1]))])
    return st.builds(lambda made, some: made[some], both, which)


def _is_listable(value: str) -> bool:
    return write_list([value]) is not None
