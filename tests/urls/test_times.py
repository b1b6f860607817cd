"""Comparisons with times as the service reads them, and in other spellings."""

from __future__ import annotations

import pytest

from imsquery.urls.times import read_wire_time


@pytest.mark.parametrize(
    ("value", "instead"),
    [
        ("  lt : 2018-10-28 \n", ["lt:2018-10-28T00:00:00Z"]),
        ("<=2018-10-28T10:00:00Z", ["lte:2018-10-28T10:00:00Z"]),
        ("\t2018-10-28T10:00:00Z ", ["eq:2018-10-28T10:00:00Z"]),
        ("after=2018-10-28T10:00:00Z", ["gt:2018-10-28T10:00:00Z"]),
        (" ", []),
        ("lt", []),
    ],
)
def test_another_spelling_is_understood(value: str, instead: list[str]) -> None:
    assert read_wire_time(value).condition is None
    assert read_wire_time(value).instead == instead


@pytest.mark.parametrize(
    "piece",
    [("lt:", " ", "x"), ("", " ", "x"), ("x", " ", "y"), ("lt", "=: ", "x"), ("", "2018 ", "")],
)
def test_a_long_value_is_read_in_linear_time(piece: tuple[str, str, str]) -> None:
    """A pattern that is tried again at each place would take hours."""
    start, middle, end = piece

    assert read_wire_time(start + middle * 3_000_000 + end).instead == []
