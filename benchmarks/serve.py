"""``imsquery serve`` with many images: start-up, memory, throughput and latency."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import harness
import images

# Request -> its query string; `{id}` is the id of an image in the catalogue.
QUERIES = {
    "first image": "limit=1",
    "first page": "limit=500",
    "public by platform": "__imagetype=gold&__platform=CentOS&limit=50",
    "by platform and feature": "__platform=CentOS&__support_kvm=true&limit=50",
    "by tag": "limit=50&tag=team=web",
    "by time": "created_at=lt:2019-01-01T00:00:00Z&limit=50",
    "by id": "id={id}",
    "by name, no match": "name=nobody",
    "sorted by name": "limit=50&sort_key=name",
    "next page": "limit=50&marker={id}",
}


_HEADER = [
    "request", "median, new", "99th percentile, new", "new a second, 1 client",
    "repeated a second, 1 client", "4 clients",
]  # fmt: skip
_OURS = (sys.executable, "-m", "imsquery", "serve", "--port", "0")
_BARE = """
import socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

async def answer(request):
    return Response(b"{}", media_type="application/json")

app = Starlette(routes=[Route("/", answer)])
tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
tcp.bind(("127.0.0.1", 0))
tcp.listen()
print(f"http://127.0.0.1:{tcp.getsockname()[1]}/", flush=True)
uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error")).run([tcp])
"""
_READER = """
import sys, duckdb
duckdb.execute("CREATE TABLE images AS SELECT * FROM read_ndjson_auto(?)", [sys.argv[1]])
"""


def write(path: Path, count: int) -> str:
    """Write a catalogue, and return the id of one of its images."""
    identity = ""
    with path.open("w", encoding="utf-8") as file:
        for image in images.images(count):
            file.write(json.dumps(image, ensure_ascii=False) + "\n")
            identity = image["id"]
    return identity


def vary(query: str, number: int) -> str:
    """Return a query string that was not sent yet, for the same images: the last limit counts."""
    unlike = f"limit={number + 2}"
    return f"{unlike}&{query}" if "limit=" in query else f"{query}&{unlike}"


def ask(url: str, query: str, count: int, start_at: int | None = None) -> list[float]:
    """Send requests over one connection, and return the seconds that each took.

    Args:
        url: of the service.
        query: the query string.
        count: the number of requests.
        start_at: where they count from, if each is to be another one.
    """
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    seconds = []
    for number in range(count):
        sent = query if start_at is None else vary(query, start_at + number)
        start = time.perf_counter()
        connection.request("GET", f"{address.path}?{sent}")
        response = connection.getresponse()
        response.read()
        seconds.append(time.perf_counter() - start)
        assert response.status == 200, query  # noqa: S101 -- nothing to measure otherwise
    connection.close()
    return seconds


def ask_together(url: str, query: str, count: int, clients: int) -> float:
    """Send requests from several clients at once, and return the responses per second."""
    threads = [threading.Thread(target=ask, args=(url, query, count)) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count * clients / (time.perf_counter() - start)


def resident(pid: int, which: str) -> float:
    """Return the resident memory of a process in MB: current (RSS) or peak (HWM); Linux only."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    line = next(each for each in status.read_text().splitlines() if each.startswith(f"Vm{which}"))
    return int(line.split()[1]) / 1024


@contextmanager
def serving(command: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Start a service, and yield its URL and its process."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 -- for the type checker
            yield server.stdout.readline().split()[-1], server.pid
        finally:
            server.terminate()


def measure_many(count: int, repeats: int) -> str:
    """Measure a large catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.jsonl")
        identity = write(path, count)
        size = path.stat().st_size / 1e6
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", _READER, str(path)], check=True)
        read = time.perf_counter() - start
        start = time.perf_counter()
        with serving((*_OURS, "--catalog", str(path))) as (url, process):
            ready = time.perf_counter() - start
            queries = {name: query.format(id=identity) for name, query in QUERIES.items()}
            rows = measure_queries(url, queries, repeats)
            memory, peak = resident(process, "RSS"), resident(process, "HWM")
    note = (
        f"{size:,.0f} MB of JSON, ready after {ready:.1f} s; the database's own reader takes\n"
        f"{read:.1f} s. {memory:,.0f} MB resident at the end, {peak:,.0f} at peak."
    )
    return harness.table(f"Serve {count:,} images", _HEADER, rows) + f"\n{note}\n"


def measure_few(repeats: int) -> str:
    """Measure the sample, and a service that does nothing."""
    names = ("public by platform", "by tag", "by name, no match", "sorted by name")
    with serving(_OURS) as (url, _):
        rows = measure_queries(url, {name: QUERIES[name] for name in names}, repeats)
    with serving((sys.executable, "-c", _BARE)) as (url, _):
        rows += measure_queries(url, {"bare Starlette": "limit=1"}, repeats)
    return harness.table("Serve the sample, 360 images", _HEADER, rows)


def measure_queries(url: str, queries: Mapping[str, str], repeats: int) -> list[list[str]]:
    return [measure_query(url, name, query, repeats) for name, query in queries.items()]


def measure_query(url: str, name: str, query: str, repeats: int) -> list[str]:
    ask(url, query, min(3, repeats))
    new = sorted(ask(url, query, repeats, start_at=0))
    repeated = ask(url, query, repeats)
    slow = new[min(len(new) - 1, int(len(new) * 0.99))]
    alone = [f"{repeats / sum(seconds):,.0f}" for seconds in (new, repeated)]
    together = f"{ask_together(url, query, repeats, 4):,.0f}"
    times = [harness.microseconds(each) for each in (statistics.median(new), slow)]
    return [name, *times, *alone, together]


def main(rounds: int) -> str:
    if rounds == 1:
        return "\n".join([measure_few(3), measure_many(300, 3)])
    return "\n".join([measure_few(1_000), measure_many(1_000_000, 200)])


if __name__ == "__main__":
    print(main(harness.rounds()))
