"""In Polars, a filter finds the rows whose records the matcher takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pytest
from hypothesis import given

from imsquery.engines.polars import polars
from imsquery.language import syntax
from tests.engines.filters import batches, systematic
from tests.engines.oracle import check, readable
from tests.engines.polars_frames import LAYOUTS, frame
from tests.engines.records import RECORDS, conform


@pytest.mark.parametrize(("name", "types"), LAYOUTS.items())
@given(batches)
def test_a_frame_is_filtered_as_by_the_matcher(
    name: str, types: Mapping[str, str], trees: Sequence[syntax.Expr]
) -> None:
    find = partial(numbers, name)

    check(readable(trees), [conform(record, types) for record in RECORDS], find)


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_operator_on_each_value_finds_the_same(name: str) -> None:
    records = [conform(record, LAYOUTS[name]) for record in RECORDS]

    check(systematic(), records, partial(numbers, name))


def numbers(name: str, text: str) -> set[int]:
    made = polars(text, columns=frame(name).schema, allow_unlisted=True)
    return set(frame(name).filter(made)["n"])
