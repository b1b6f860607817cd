"""Whole files: a filter on each line, and requests in sources; by the CPU time of processes."""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import harness
import queries

_ROOT = Path(__file__).parent.parent
_LINES = 20_000
_TEXTS = 1_000  # of which each line is one
_PARSE = (
    "import sys, jmespath.parser as p\n"
    "for line in open(sys.argv[1]):\n"
    "    p.Parser._CACHE.clear()\n"
    "    p.Parser().parse(line)\n"
)
_PEERS = {"jmespath": (sys.executable, "-c", _PARSE), "grep": ("grep", "-c", "cloudimages")}
_CODE = 'def images(client, page):\n    return client.get(f"/v2/servers?limit=10&page={page}")'
_URL = 'url{n} = "https://ims.example.com/v2/cloudimages?__platfrom=CentOS&limit={n}"'


def main(rounds: int) -> str:
    count = _LINES if rounds > 1 else 100
    header = ["file", "lines", "size", "lines a second", "a peer", "ratio to it"]
    with tempfile.TemporaryDirectory() as folder:
        rows = [_row(folder, *job, rounds=rounds) for job in _jobs(count)]
    note = "CPU time, start included. A batch draws 1,000 different filters of three conditions."
    return harness.table("Whole files", header, rows) + f"\n{note}\n"


def _jobs(count: int) -> list[tuple[str, str, list[str], str, list[str]]]:
    """Return what each file is, our command and lines, and those of a peer."""
    drawn = queries.drawn(3, min(count, _TEXTS))
    turns = [drawn[number % len(drawn)] for number in range(count)]
    good = [queries.ours(each) for each in turns]
    wrong = [f"{each} and platfrom = x" for each in good]
    parsed = [queries.jmespath(each) for each in turns]
    code = [_CODE] * count
    urls = [_URL.format(n=number) for number in range(count)]
    return [
        ("batch of filters", "compile --batch", good, "jmespath", parsed),
        ("batch of wrong filters", "compile --batch", wrong, "jmespath", parsed),
        ("lint, no request", "lint", code, "grep", code),
        ("lint, a wrong request a line", "lint", urls, "grep", urls),
    ]


def _row(
    folder: str,
    name: str,
    command: str,
    lines: Sequence[str],
    peer: str,
    peer_lines: Sequence[str],
    *,
    rounds: int,
) -> list[str]:
    file, peer_file = Path(folder, "lines.py"), Path(folder, "peer")
    size = file.write_text("\n".join(lines), encoding="utf-8")
    peer_file.write_text("\n".join(peer_lines), encoding="utf-8")
    ours = (sys.executable, "-m", "imsquery", *command.split(), str(file))
    calls: dict[str, harness.Call] = {"imsquery": partial(_run, *ours)}
    if importlib.util.find_spec(peer) or shutil.which(peer):
        calls[peer] = partial(_run, *_PEERS[peer], str(peer_file))
    times = harness.measure(calls, min(rounds, 3), budget=0, clock=_children)
    ratio = f"{times.ratio('imsquery', peer):,.1f}x" if peer in times else ""
    speed = len(lines) / times["imsquery"]
    return [name, f"{len(lines):,}", f"{size / 1e6:,.1f} MB", f"{speed:,.0f}", peer, ratio]


def _run(*command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert done.returncode in {0, 1} and b"Traceback" not in done.stderr  # noqa: S101, PT018 -- nothing to measure otherwise


def _children() -> float:
    """Return the CPU seconds of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(main(harness.rounds()))
