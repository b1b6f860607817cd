"""Interleaved timing: every contender takes a turn in each round, and medians are compared.

Figures are comparable only within one run, so tables show ratios.
"""

from __future__ import annotations

import gc
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence

Call = Callable[[], object]


def rounds() -> int:
    """Read the number of rounds from the command line; ``--smoke`` is one short round."""
    parser = ArgumentParser()
    parser.add_argument(
        "--smoke", action="store_true", help="run one short round, to see that everything runs"
    )
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    return 1 if arguments.smoke else int(arguments.rounds)


def measure(contenders: Mapping[str, Call], rounds: int, budget: float = 0.02) -> dict[str, float]:
    """Return the median seconds of one call of each contender.

    Args:
        contenders: name -> call.
        rounds: the number of turns of each.
        budget: the seconds that a turn should last.
    """
    # Keep the collector from visiting what other contenders imported.
    gc.collect()
    gc.freeze()
    repeats = {
        name: _repeats(call, budget if rounds > 1 else 0) for name, call in contenders.items()
    }
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            samples[name].append(_turn(call, repeats[name]))
    return {name: statistics.median(times) for name, times in samples.items()}


def _repeats(call: Call, budget: float) -> int:
    seconds = _turn(call, 1)
    return max(1, int(budget / max(seconds, 1e-7)))


def _turn(call: Call, repeats: int) -> float:
    gc.collect()
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


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
