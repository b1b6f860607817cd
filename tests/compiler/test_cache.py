"""Compiling a text again: the same result, never a stale one, in bounded memory."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, tzinfo
from typing import Self

import pytest

import imsquery
from imsquery import CLOUDIMAGES, Limits, QueryError
from imsquery.compiler import compiling


@pytest.fixture(autouse=True)
def _empty() -> None:
    compiling._compile.cache_clear()


def test_a_text_compiled_before_returns_the_same_object() -> None:
    assert imsquery.compile("limit 1") is imsquery.compile("limit 1")


def test_a_text_that_reads_the_clock_is_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        day_of_month = 1

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2026, 1, cls.day_of_month, tzinfo=tz)

    monkeypatch.setattr("imsquery.semantics.literals.datetime", Clock)
    first = str(imsquery.compile("created_at < now"))
    Clock.day_of_month = 2

    assert first == "created_at=lt:2026-01-01T00:00:00Z"
    assert str(imsquery.compile("created_at < now")) == "created_at=lt:2026-01-02T00:00:00Z"
    assert str(imsquery.compile("not created_at >= today")) == "created_at=lt:2026-01-02T00:00:00Z"


def test_a_text_with_a_given_time_is_not_cached() -> None:
    for day in (1, 2):
        now = datetime(2026, 1, day, tzinfo=UTC)
        query = imsquery.compile("created_at < now", now=now)
        assert str(query) == f"created_at=lt:2026-01-0{day}T00:00:00Z"


def test_another_spec_or_option_has_another_result() -> None:
    text = "platform = AlmaLinux"
    spec = CLOUDIMAGES.extend(values={"platform": ["almalinux"]})

    assert imsquery.compile(text, allow_unlisted=True).warnings
    assert str(imsquery.compile(text, spec=spec)) == "__platform=almalinux"
    with pytest.raises(QueryError):
        imsquery.compile(text)


def test_a_tighter_limit_refuses_a_cached_text() -> None:
    imsquery.compile("owner = abcdef")

    with pytest.raises(QueryError, match="too-long"):
        imsquery.compile("owner = abcdef", limits=Limits(length=5))


def test_a_refused_text_is_refused_again() -> None:
    for _ in range(2):
        with pytest.raises(QueryError):
            imsquery.compile("nonsense = 1")


def test_memory_is_bounded() -> None:
    for number in range(3_000):
        imsquery.compile(f"limit {number + 1}")

    assert compiling._compile.cache_info().currsize <= 512


def test_threads_may_share_it() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def work(seed: int) -> bool:
        numbers = [(seed * 7919 + step * 104_729) % 900 + 1 for step in range(3_000)]
        return all(str(imsquery.compile(f"limit {each}")) == f"limit={each}" for each in numbers)

    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)

    assert compiling._compile.cache_info().currsize <= 512
