"""Comparisons with times as the service reads them, and what others were meant as."""

from __future__ import annotations

import time

import pytest

from imsquery.wire_times import read_wire_time


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


def seconds(value: str) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        read_wire_time(value)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(
    "piece",
    [("lt:", " ", "x"), ("", " ", "x"), ("x", " ", "y"), ("lt", "=: ", "x"), ("", "2018 ", "")],
)
def test_a_long_value_takes_no_more_time_than_its_length(piece: tuple[str, str, str]) -> None:
    start, middle, end = piece
    short, long = (seconds(start + middle * count + end) for count in (4_000, 64_000))

    assert long < 16 * 6 * max(short, 1e-5)
