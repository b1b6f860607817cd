"""Asking again, until there is an answer or time is up."""

from __future__ import annotations

import re
import time
from argparse import ArgumentTypeError

from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SHORTEST, _LONGEST = 5.0, 60.0  # seconds between attempts
_SHARE = 10  # a pause is this part of the time waited
INTERVALS = "asks every 5 seconds, and less often the longer it waits, up to once a minute"
"""How often, for the help."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_duration = re.compile(r"([0-9]{1,6})([smhd])").fullmatch


class Clock(Frozen):
    """A clock: tests pass one that takes no time.

    Attributes:
        now: returns the seconds since some moment.
        sleep: waits for some seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


def read_duration(text: str) -> int:
    """Return the seconds of a duration such as ``10m``, an argument of a command."""
    match = _duration(text)
    if match is None:
        raise ArgumentTypeError(
            f"expected a duration such as 90s, 10m, 2h or 1d, not {text[:40]!r}"
        )
    return int(match[1]) * _UNITS[match[2]]


def attempts(longest: float, clock: Clock) -> Iterator[int]:
    """Yield the number of each attempt: the first at once, the last when time is up.

    Args:
        longest: seconds; 0 for a single attempt.
        clock: measures them.
    """
    start = clock.now()
    number = 1
    yield number
    while (waited := clock.now() - start) < longest:
        pause = min(max(waited / _SHARE, _SHORTEST), _LONGEST)
        clock.sleep(min(pause, longest - waited))
        number += 1
        yield number
