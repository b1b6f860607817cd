"""At the keys: what an editor asks for after each keystroke, one call at a time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import cycle, islice

import harness
import queries

import imsquery
from imsquery.fixes import mend

SIZES = (100, 1_000)  # conditions
_CALLS = 20  # of each action in a round

# Conditions of an image list as people write them, of each of the types.
_CONDITIONS = (
    "platform = CentOS", "min_ram <= {n}", "created_at > 2020-01-{day:02}", "name glob 'web-{n}*'",
    "os_version >= {n}", "not protected", "id in (a{n}, b{n})", "tag = 'team={n}'",
    "supports(kvm)", "min_disk between 40 and {disk}",
)  # fmt: skip


def joined(count: int) -> str:
    """Write a conjunction of that many names."""
    return queries.ours(queries.drawn(count, 1)[0])


def mixed(count: int) -> str:
    """Write alternatives of ten conditions each, no two alike."""
    written = [
        each.format(n=number, day=number % 28 + 1, disk=41 + number % 900)
        for number, each in enumerate(islice(cycle(_CONDITIONS), count))
    ]
    groups = [written[at : at + 10] for at in range(0, count, 10)]
    return " or ".join(f"({' and '.join(each)})" for each in groups)


def broken(text: str) -> str:
    """Write a text with another language's sign and a misspelled name in the middle."""
    at = text.index(" and ", len(text) // 2)
    return f"{text[:at]} && platfrom == CentOS{text[at:]}"


# What is asked, of a text and a broken one.
ACTIONS: dict[str, Callable[[str, str], object]] = {
    "check": lambda text, _: imsquery.check(text),
    "check a broken text": lambda _, text: imsquery.check(text),
    "mend a broken text": lambda _, text: mend(text, imsquery.check),
    "complete a name at the end": lambda text, _: complete(f"{text} and plat"),
    "complete a value at the end": lambda text, _: complete(f"{text} and disk_format = "),
    "complete anything at the end": lambda text, _: complete(f"{text} and "),
    "complete after a fault": lambda _, text: complete(f"{text} and disk_format = "),
    "complete in the middle": lambda text, _: complete(text, len(text) // 2),
    "format": lambda text, _: imsquery.format(text),
    "plan": lambda text, _: imsquery.plan(text),
}


def complete(text: str, cursor: int | None = None) -> object:
    return imsquery.complete(text, len(text) if cursor is None else cursor)


def _times(action: Callable[[str, str], object], text: str, calls: int) -> list[float]:
    """Return the seconds that each call takes in this thread, sorted; no two texts are alike."""
    texts = [f"{text} and name != x{number}" for number in range(calls + 1)]
    samples = []
    for each in texts:
        wrong = broken(each)
        start = time.thread_time()
        action(each, wrong)
        samples.append(time.thread_time() - start)
    return sorted(samples[1:])  # the first warms up


def _cell(samples: list[float]) -> str:
    late = samples[int(len(samples) * 0.95)]
    return f"{statistics.median(samples) * 1e3:,.1f} / {late * 1e3:,.1f}"


def main(rounds: int) -> str:
    calls = 1 if rounds == 1 else _CALLS * min(rounds, 5)
    shapes = {"conjunction": joined, "mixture": mixed}
    columns = [(size, shape) for size in SIZES for shape in shapes]
    rows = [
        [name, *(_cell(_times(action, shapes[shape](size), calls)) for size, shape in columns)]
        for name, action in ACTIONS.items()
    ]
    header = ["", *(f"{shape} of {size:,}" for size, shape in columns)]
    note = (
        "Milliseconds of one call, median / 95th percentile, by the thread's own clock; no two "
        "texts are alike."
    )
    return harness.table("At the keys", header, rows) + f"\n{note}\n"


if __name__ == "__main__":
    print(main(harness.rounds()))
