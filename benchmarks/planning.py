"""Planning of growing filters, of clauses that a request can express and others."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import harness

from imsquery.planning.planner import plan

SIZES = (10, 30, 100)


def _condition(random_: random.Random, number: int) -> str:
    return random_.choice(
        [
            f"supports(board{number})",
            f"min_ram <= {number}",
            f"not name glob 'a{number}*'",
            f"created_at >= 2020-01-{number % 28 + 1:02}",
            f"tag = 'team=t{number}'",
            "status in (active, queued)",
            "created_at < 2030",
        ]
    )


def mixed(count: int, *, outer: str, inner: str) -> str:
    """Write clauses of two conditions each; those of a smaller count begin a larger one."""
    random_ = random.Random(1)
    return f" {outer} ".join(
        f"({_condition(random_, 2 * n)} {inner} {_condition(random_, 2 * n + 1)})"
        for n in range(count)
    )


SHAPES: dict[str, Callable[[int], str]] = {
    "and of or": lambda count: mixed(count, outer="and", inner="or"),
    "or of and": lambda count: mixed(count, outer="or", inner="and"),
    "and of or, flags only": lambda count: " and ".join(
        f"(supports(a{n}) or supports(b{n}))" for n in range(count)
    ),
}


def main(rounds: int) -> str:
    rows = []
    for shape, write in SHAPES.items():
        texts = {count: write(count) for count in SIZES}
        contenders: dict[str, harness.Call] = {
            str(count): partial(plan, text) for count, text in texts.items()
        }
        times = harness.measure(contenders, rounds)
        base = times[str(SIZES[0])] / SIZES[0]
        for count, text in texts.items():
            seconds = times[str(count)]
            rows.append(
                [
                    shape,
                    str(count),
                    str(len(plan(text).requests)),
                    harness.microseconds(seconds),
                    harness.ratio(seconds / count, base),
                ]
            )
    header = ("shape", "clauses", "requests", "time", "per clause, ratio to 10")
    return harness.table("Planning", header, rows)


if __name__ == "__main__":
    print(main(harness.rounds()))
