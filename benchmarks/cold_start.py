"""Cold start: the time and memory of processes that handle one filter."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import harness
import queries

_ROOT = Path(__file__).parent.parent
_COMMANDS = {
    "check '<3 clauses>'": ("check", queries.example()),
    "check '<wrong>'": ("check", "platfrom = Centos && min_disk < 40"),
    "plan '<any filter>'": ("plan", "platform in (CentOS, Ubuntu) and min_disk <= 60"),
    "complete '<unfinished>'": ("complete", "platform = Ce"),
    "decompile '<request>'": ("decompile", "__platform=CentOS&created_at=lt:2018-10-28T00:00:00Z"),
    "--help": ("--help",),
}
_COMPILE = f"import imsquery; imsquery.compile({queries.example()!r})"
# Linux counts the peak of a process from its exec; getrusage would include its parent's.
_PEAK = "; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"


class Processes:
    """Runs interpreters that find modules compiled, as in an installed package."""

    def __init__(self, cache: str) -> None:
        unwanted = {"PYTHONDONTWRITEBYTECODE"}
        self._environment = {key: value for key, value in os.environ.items() if key not in unwanted}
        self._environment |= {"PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(_ROOT)}

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self._environment,
            check=False,  # a wrong filter ends with 1
            capture_output=True,
            text=True,
        )
        assert done.returncode in {0, 1} and "Traceback" not in done.stderr  # noqa: S101, PT018 -- nothing to measure otherwise
        return done.stdout


def main(rounds: int) -> str:
    with tempfile.TemporaryDirectory() as cache:
        processes = Processes(cache)
        commands: dict[str, tuple[str, ...]] = {
            "python -c pass": ("-c", "pass"),
            "import imsquery, compile 3 clauses": ("-c", _COMPILE),
            "imsquery compile '<3 clauses>'": ("-m", "imsquery", "compile", queries.example()),
        }
        commands |= {
            f"imsquery {name}": ("-m", "imsquery", *each) for name, each in _COMMANDS.items()
        }
        for module in ("jmespath", "attrs", "lark"):
            if importlib.util.find_spec(module):
                commands[f"import {module}"] = ("-c", f"import {module}")
        calls: dict[str, harness.Call] = {
            name: partial(processes.run, *command) for name, command in commands.items()
        }
        times = harness.measure(calls, rounds, budget=0, clock=time.perf_counter)
        rows = [
            [name, f"{each * 1e3:.1f} ms", f"{times.ratio(name, 'python -c pass'):.2f}x"]
            for name, each in times.items()
        ]
        shown = harness.table("Cold start", ["process", "time", "ratio to bare Python"], rows)
        if sys.platform == "linux":
            peaks = [int(processes.run("-c", code + _PEAK)) for code in ("pass", _COMPILE)]
            more = (peaks[1] - peaks[0]) / 1024
            shown += (
                f"\nPeak memory of import and a first compile: {more:.1f} MiB over bare Python.\n"
            )
    return shown


if __name__ == "__main__":
    print(main(harness.rounds()))
