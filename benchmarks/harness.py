"""Interleaved timing: every contender takes a turn in each round, and medians are compared.

Figures are comparable only within one run, so tables show ratios: the median of those of each
round, whose turns follow each other.  Work of one thread is timed by the time that the thread had.
"""

from __future__ import annotations

import gc
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence

Call = Callable[[], object]
Clock = Callable[[], float]


def rounds() -> int:
    """Read the number of rounds from the command line; ``--smoke`` is one short round."""
    parser = ArgumentParser()
    parser.add_argument(
        "--smoke", action="store_true", help="run one short round, to see that everything runs"
    )
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    return 1 if arguments.smoke else int(arguments.rounds)


class Times(dict[str, float]):
    """Contender -> median seconds of one call."""

    def __init__(self, samples: Mapping[str, Sequence[float]]) -> None:
        super().__init__({name: statistics.median(times) for name, times in samples.items()})
        self._samples = samples

    def ratio(self, name: str, base: str) -> float:
        """Return the median of the ratios of two contenders, round by round."""
        pairs = zip(self._samples[name], self._samples[base], strict=True)
        return statistics.median(one / other for one, other in pairs)


def measure(
    contenders: Mapping[str, Call],
    rounds: int,
    budget: float = 0.02,
    clock: Clock = time.thread_time,
) -> Times:
    """Time calls.

    Args:
        contenders: name -> call.
        rounds: the number of turns of each.
        budget: the seconds that a turn should last.
        clock: ``time.perf_counter`` for calls that wait, for processes or other threads.
    """
    # Keep the collector from visiting what other contenders imported.
    gc.collect()
    gc.freeze()
    repeats = {
        name: _repeats(call, budget if rounds > 1 else 0, clock)
        for name, call in contenders.items()
    }
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            samples[name].append(_turn(call, repeats[name], clock))
    return Times(samples)


def _repeats(call: Call, budget: float, clock: Clock) -> int:
    """Warm a call up, and return how often it fits into a turn."""
    seconds = _turn(call, 1, clock)
    for share in (100, 10):  # the first call is a cold one
        seconds = _turn(call, max(1, int(budget / share / max(seconds, 1e-7))), clock)
    return max(1, int(budget / max(seconds, 1e-7)))


def _turn(call: Call, repeats: int, clock: Clock) -> float:
    gc.collect()
    start = clock()
    for _ in range(repeats):
        call()
    return (clock() - start) / repeats


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table under a heading."""
    lines = [f"## {title}", "", _row(header), _row(["---"] * len(header))]
    return "\n".join([*lines, *map(_row, rows), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def microseconds(seconds: float) -> str:
    """Format a time in micro- or milliseconds."""
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"


def ratio(seconds: float, base: float) -> str:
    """Format a time as a multiple of another."""
    return f"{seconds / base:.2f}x"
