"""Run the benchmarks and put their tables into README, between its two marks."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import cold_start
import harness
import matching
import planning
import reuse
import warm

README = Path(__file__).parent.parent / "README.md"
_SECTION = re.compile("(<!-- benchmarks -->\n).*(<!-- end of benchmarks -->)", re.DOTALL)


def main(rounds: int) -> str:
    measured = (warm, reuse, cold_start, matching, planning)
    tables = "\n".join(each.main(rounds) for each in measured)
    where = f"CPython {platform.python_version()} on {platform.system()} {platform.machine()}"
    return (
        f"\nMedians of one interleaved run of {rounds} rounds, {where}.\n"
        f"`python benchmarks/report.py` made these tables; `benchmarks/requirements.txt` has the "
        f"peers.\n\n{tables}\n"
    )


if __name__ == "__main__":
    count = harness.rounds()
    section = main(count)
    if count > 1:
        text = README.read_text(encoding="utf-8")
        README.write_text(_SECTION.sub(lambda m: m[1] + section + m[2], text), encoding="utf-8")
    print(section)
