"""Instructions of a compile, counted by valgrind: the same on a busy machine as on an idle one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import harness
import queries
import warm

from imsquery import compile as compile_query

_ROOT = Path(__file__).parent.parent
_FEW, _MANY = 40, 120  # texts of two runs, whose difference is what is counted
_SIZES = {name: size for name, size in warm.SIZES.items() if size != 30}
_NAMES = (*warm.OURS, "jmespath", "cql2 (Rust)")


def work(name: str, size: int, count: int) -> None:
    """Compile or parse that many texts, of which others like them were before."""
    load, write = (
        warm.PEERS[name] if name in warm.PEERS else (lambda: compile_query, warm.OURS[name])
    )
    parse = load()
    texts = [write(each) for each in queries.drawn(size, _FEW + _MANY)]
    for text in texts[: _FEW + count]:
        parse(text)


def count(name: str, size: int) -> float:
    """Return the instructions of one text."""
    with ThreadPoolExecutor() as pool:  # nothing is timed
        runs = [pool.submit(_instructions, name, str(size), str(each)) for each in (_FEW, _MANY)]
    few, many = (each.result() for each in runs)
    return (many - few) / (_MANY - _FEW)


def _instructions(*arguments: str) -> int:
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    # Not by way of the link of a virtual environment, which valgrind does not follow.
    interpreter = str(Path(sys.executable).resolve())
    paths = os.pathsep.join([str(_ROOT), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": paths}
    done = subprocess.run(
        [*tool, interpreter, __file__, "--work", *arguments],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"Collected : ([0-9]+)", done.stderr)
    if found is None:
        raise RuntimeError(done.stderr)
    return int(found[1])


def main(rounds: int) -> str:
    if shutil.which("valgrind") is None:
        return "No valgrind: no instructions are counted.\n"
    rows = []
    for name in _NAMES if rounds > 1 else _NAMES[:1]:
        sizes = _SIZES.values() if rounds > 1 else [1]
        try:
            rows.append([name, *(f"{count(name, size) / 1e3:,.0f}" for size in sizes)])
        except subprocess.CalledProcessError:  # the peer is not installed
            continue
    header = ["thousand instructions", *(_SIZES if rounds > 1 else ["1 clause"])]
    return harness.table("Instructions of a compile", header, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        print(main(harness.rounds()))
