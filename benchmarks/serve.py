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
from argparse import ArgumentParser
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


def measure(count: int, repeats: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.jsonl")
        identity = write(path, count)
        size = path.stat().st_size / 1e6
        start = time.perf_counter()
        command = [sys.executable, "-m", "imsquery", "serve", "--port", "0", "--catalog", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None  # noqa: S101 -- for the type checker
                url = server.stdout.readline().split()[-1]
                ready = time.perf_counter() - start
                rows = [measure_query(url, name, query.format(id=identity), repeats)
                        for name, query in QUERIES.items()]  # fmt: skip
                memory = resident(server.pid, "RSS")
                peak = resident(server.pid, "HWM")
            finally:
                server.terminate()
    title = f"Serve {count:,} images ({size:,.1f} MB of JSON)"
    header = [
        "request",
        "median, new",
        "99th percentile, new",
        "median, repeated",
        "per second, 1 client",
        "per second, 4 clients",
    ]
    note = (
        f"Ready after {ready:.1f} s; {memory:,.0f} MB resident at the end, {peak:,.0f} at peak.\n"
    )
    return harness.table(title, header, rows) + f"\n{note}"


def measure_query(url: str, name: str, query: str, repeats: int) -> list[str]:
    ask(url, query, min(3, repeats))
    new = sorted(ask(url, query, repeats, start_at=0))
    seconds = sorted(ask(url, query, repeats))
    median = statistics.median(seconds)
    slow = new[min(len(new) - 1, int(len(new) * 0.99))]
    alone = len(seconds) / sum(seconds)
    together = ask_together(url, query, repeats, 4)
    times = [harness.microseconds(each) for each in (statistics.median(new), slow, median)]
    return [name, *times, f"{alone:,.0f}", f"{together:,.0f}"]


def main() -> str:
    parser = ArgumentParser()
    parser.add_argument("--smoke", action="store_true", help="use a few images and requests")
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=200)
    arguments = parser.parse_args()
    if arguments.smoke:
        return measure(300, 3)
    return measure(arguments.images, arguments.repeats)


if __name__ == "__main__":
    print(main())
