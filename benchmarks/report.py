"""Run the benchmarks and write their tables to ``benchmarks/README.md``."""

from __future__ import annotations

import platform
from pathlib import Path

import cold_start
import engines
import execution
import files
import harness
import instructions
import keys
import matching
import planning
import reuse
import serve
import warm

PAGE = Path(__file__).parent / "README.md"


def main(rounds: int) -> str:
    """Measure all, and print each table as soon as it is made."""
    tables = []
    for each in (
        warm, instructions, keys, reuse, cold_start, matching, planning, execution, files, serve,
        engines,
    ):  # fmt: skip
        tables.append(each.main(rounds))
        print(tables[-1], flush=True)
    where = f"CPython {platform.python_version()} on {platform.system()} {platform.machine()}"
    return (
        "# Benchmarks\n\n"
        f"Medians of one interleaved run of {rounds} rounds, {where}. Written by\n"
        "`python benchmarks/report.py`; `benchmarks/requirements.txt` lists the peers.\n\n"
    ) + "\n".join(tables)


if __name__ == "__main__":
    count = harness.rounds()
    page = main(count)
    if count > 1:  # a smoke run measures nothing
        PAGE.write_text(page, encoding="utf-8")
