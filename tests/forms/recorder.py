"""A service that remembers what it was asked for, and has no images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from attrs import field, frozen


@frozen
class Recorder:
    """A running service.

    Attributes:
        url: its endpoint.
        targets: the paths with query strings that it was asked for.
        tokens: the token of each request.
    """

    url: str
    targets: list[str] = field(factory=list)
    tokens: list[str | None] = field(factory=list)

    def clear(self) -> None:
        self.targets.clear()
        self.tokens.clear()


@contextmanager
def recording() -> Iterator[Recorder]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            recorder.targets.append(self.path)
            recorder.tokens.append(self.headers["X-Auth-Token"])
            body = b'{"images": []}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder = Recorder(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join()
