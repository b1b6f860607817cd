"""Strategies for image records and catalogues of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.parameters import Parameter
from imsquery.schema.spec import Spec
from imsquery.testing.values import record_values, rows_of

Record: TypeAlias = dict[str, Any]

_MOST = 12  # attributes of a record, in addition to those that every image has

_malformed = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.none() | st.integers() | st.text(max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)


def _shown(spec: Spec) -> Mapping[str, Parameter]:
    """Map each attribute of a record to the parameter that observes it."""
    rows = spec.parameters
    return MappingProxyType(
        {
            row.observed: row
            for row in rows_of(spec)
            if row.observed is not None and (row.observed == row.wire or row.observed not in rows)
        }
    )


def records(
    spec: Spec = CLOUDIMAGES,
    *,
    names: Iterable[str] | None = None,
    max_attributes: int = _MOST,
) -> SearchStrategy[Record]:
    """Return a strategy for image records, typed and spelled like items of the API's ``images``.

    Records have an id and whatever every image has, and no attributes that exclude each other.

    Args:
        spec: the attributes.
        names: parameters or attributes to include, as far as they are in image records; by
            default, all.
        max_attributes: the maximum number of them in a record.

    Raises:
        TypeError: the names are one string.
        ValueError: a name is unknown.
    """
    return _records(spec, _attributes(spec, names), max_attributes)


@st.composite
def _records(draw: DrawFn, spec: Spec, chosen: list[str], max_attributes: int) -> Record:
    shown = spec.once(_shown)
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


def _attributes(spec: Spec, names: Iterable[str] | None) -> list[str]:
    """Return the attributes that parameters observe, each once."""
    if names is None:
        return [*spec.once(_shown)]
    if isinstance(names, str):
        msg = "names must be a list, not one string"
        raise TypeError(msg)
    found: dict[str, None] = {}
    for name in names:
        row = spec.find(name)
        if row is None:
            msg = f"unknown name {name!r}"
            raise ValueError(msg)
        if row.observed is not None:
            found[row.observed] = None
    return [*found]


def _identity(spec: Spec) -> str:
    """Return the attribute that identifies an image, and that ``after`` refers to."""
    found = spec.find("id")
    if found is None or found.observed is None:
        msg = "the spec has no attribute `id`"
        raise ValueError(msg)
    return found.observed


def near_miss_records(
    spec: Spec = CLOUDIMAGES, *, names: Iterable[str] | None = None
) -> SearchStrategy[Record]:
    """Return a strategy for records with attributes of the wrong type, null, or missing.

    Raises:
        TypeError: the names are one string.
        ValueError: a name is unknown, or none is in image records.
    """
    wanted = _attributes(spec, names)
    if not wanted:
        msg = "none of the names is in image records"
        raise ValueError(msg)
    malformed = st.dictionaries(st.sampled_from(wanted), _malformed, min_size=1, max_size=4)
    return st.tuples(_records(spec, wanted, _MOST), malformed, st.booleans()).map(
        lambda drawn: drawn[1] if drawn[2] else {**drawn[0], **drawn[1]}
    )


def catalogues(
    spec: Spec = CLOUDIMAGES,
    *,
    names: Iterable[str] | None = None,
    max_size: int = 12,
    max_attributes: int = _MOST,
) -> SearchStrategy[list[Record]]:
    """Return a strategy for lists of records with distinct ids; see :func:`records`."""
    identity = _identity(spec)
    each = records(spec, names=names, max_attributes=max_attributes)
    return st.lists(each, max_size=max_size).map(
        lambda drawn: [
            # Numbered rather than drawn until distinct, so that nothing is rejected.
            {**record, identity: f"{record[identity]}-{number}"}
            for number, record in enumerate(drawn)
        ]
    )
