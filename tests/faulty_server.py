"""A server on a real socket that responds as scripted, faults included."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Answer = Callable[[str], bytes]
"""Returns the body of the right response to a request target."""

FAULTS = ("reset", "truncated", "short", "slow", "garbage", "nothing", "429", "500", "503")


class FaultyServer:
    """Handles one request per connection.

    Attributes:
        script: the faults of the next responses, in order; after that, responses are right.
            ``again`` repeats the page that was last sent for the same request.
        requests: the heads of the requests so far.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.script: list[str] = []
        self.requests: list[str] = []
        self._last: dict[str, bytes] = {}  # target without its marker -> body
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self._converse(connection)

    def close(self) -> None:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _converse(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65_536)
            if not received:
                return
            head += received
        self.requests.append(head.decode("latin-1"))
        fault = self.script.pop(0) if self.script else ""
        target = head.split(b" ")[1].decode("ascii")
        request = re.sub("&?marker=[^&]*", "", target)
        if fault != "again" or request not in self._last:
            self._last[request] = self._answer(target)
        self._send(connection, fault, self._last[request])

    def _send(self, connection: socket.socket, fault: str, body: bytes) -> None:
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)  # close with RST
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif fault == "truncated":
            connection.sendall(_response("200 OK", body)[: -len(body) // 2 or None])
        elif fault == "short":
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[: len(body) // 2]
            )
        elif fault == "slow":
            for byte in _response("200 OK", body):
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
        elif fault == "garbage":
            connection.sendall(b"\x00\xff" * 100)
        elif fault.isdigit():
            told = json.dumps({"error": {"message": "busy", "code": "APIGW.0308"}}).encode()
            connection.sendall(_response(f"{fault} Busy", told, "Retry-After: 0\r\n"))
        elif fault.startswith("HTTP/"):
            connection.sendall(fault.encode("latin-1"))
        elif fault != "nothing":
            connection.sendall(_response("200 OK", body))


def _response(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode("ascii") + body


@contextmanager
def faulty_server(answer: Answer) -> Iterator[FaultyServer]:
    server = FaultyServer(answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def page(images: list[dict[str, Any]]) -> bytes:
    return json.dumps({"images": images}).encode()
