"""Strategies for image records and catalogues of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.cloudimages import CLOUDIMAGES
from imsquery.spec import Parameter, Spec
from imsquery.testing.values import record_values

Record: TypeAlias = dict[str, Any]

_lies = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.none() | st.integers() | st.text(max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)


@lru_cache(maxsize=8)
def _shown(spec: Spec) -> Mapping[str, Parameter]:
    """Map each attribute of a record to the parameter that says what is in it."""
    rows = spec.parameters
    return MappingProxyType(
        {
            row.observed: row
            for row in rows.values()
            if row.observed is not None and (row.observed == row.wire or row.observed not in rows)
        }
    )


@st.composite
def records(
    draw: DrawFn,
    spec: Spec = CLOUDIMAGES,
    *,
    names: Iterable[str] | None = None,
    max_attributes: int = 12,
) -> Record:
    """Give image records, typed and spelled as the API's ``images`` items are.

    An id and what every image has are always there, and attributes that never coexist never do.

    Args:
        draw: given by Hypothesis.
        spec: what attributes there are.
        names: parameters or attributes of interest; all if not given.
        max_attributes: how many of them a record has at most.
    """
    shown = _shown(spec)
    chosen = list(shown) if names is None else [*_attributes(spec, names)]
    record = {
        attribute: draw(record_values(row))
        for attribute, row in shown.items()
        if row.total or attribute == _identity(spec)
    }
    there = st.lists(st.sampled_from(chosen), unique=True, max_size=max_attributes)
    for attribute in draw(there) if chosen else ():
        if spec.exclusive.get(attribute, frozenset()).isdisjoint(record):
            record.setdefault(attribute, draw(record_values(shown[attribute])))
    return record


def _attributes(spec: Spec, names: Iterable[str]) -> dict[str, None]:
    """Give the attributes that show parameters, each once."""
    rows = [spec.find(name) for name in names]
    return dict.fromkeys(row.observed for row in rows if row is not None and row.observed)


def _identity(spec: Spec) -> str:
    """Give the attribute that is an image's own: what ``after`` names."""
    found = spec.find("id")
    if found is None or found.observed is None:
        msg = "a spec without an attribute `id`"
        raise ValueError(msg)
    return found.observed


def near_miss_records(
    spec: Spec = CLOUDIMAGES, *, names: Iterable[str] | None = None
) -> SearchStrategy[Record]:
    """Give records that lie: attributes of the wrong type, null, or missing though always there."""
    wanted = list(_shown(spec)) if names is None else [*_attributes(spec, names)]
    lies = st.dictionaries(st.sampled_from(wanted), _lies, min_size=1, max_size=4)
    return st.tuples(records(spec, names=wanted), lies, st.booleans()).map(
        lambda drawn: drawn[1] if drawn[2] else {**drawn[0], **drawn[1]}
    )


def catalogues(
    spec: Spec = CLOUDIMAGES,
    *,
    names: Iterable[str] | None = None,
    max_size: int = 12,
    max_attributes: int = 12,
) -> SearchStrategy[list[Record]]:
    """Give lists of records whose ids differ; see :func:`records`."""
    wanted = None if names is None else tuple(names)
    identity = _identity(spec)
    each = records(spec, names=wanted, max_attributes=max_attributes)
    return st.lists(each, max_size=max_size).map(
        lambda drawn: [
            # Numbered rather than drawn until they differ: nothing is rejected.
            {**record, identity: f"{record[identity]}-{number}"}
            for number, record in enumerate(drawn)
        ]
    )
