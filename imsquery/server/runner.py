"""Running the application."""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

try:
    import uvicorn
except ModuleNotFoundError as _missing:
    _message = "the server needs uvicorn; install imsquery[server]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.server.app import create_app
from imsquery.server.catalogue import MEMORY, Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imsquery.schema.spec import Spec

HOST = "127.0.0.1"
PORT = 8000
_PATIENCE = 5  # seconds for open requests to finish
_BACKLOG = 2048  # connections that may wait


def sample(spec: Spec = CLOUDIMAGES, *, memory: str = MEMORY) -> Catalogue:
    """Load the sample catalogue: a few hundred made-up images."""
    with as_file(files("imsquery.server") / "data" / "images.jsonl") as path:
        return Catalogue.from_file(path, spec=spec, memory=memory)


def listen(host: str = HOST, port: int = PORT) -> socket.socket:
    """Listen on an address.

    Args:
        host: loopback, unless other machines are to reach the service.
        port: 0 for any that is free.

    Raises:
        OSError: the address is in use, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    created = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # asyncio only disables Nagle's algorithm, which delays small answers, if it sees the protocol.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, created.detach())


def serve(
    catalogue: Catalogue,
    listener: socket.socket,
    *,
    token: str | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve a catalogue until SIGINT or SIGTERM; open requests are answered first.

    Args:
        catalogue: what to list.
        listener: from :func:`listen`; closed at the end.
        token: what clients must send, if anything.
        ready: called once requests are accepted.
    """
    # Once it has stopped, uvicorn raises the signal again; by then there is nothing left to do.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        ready()
        _server(catalogue, token).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        listener.close()


@contextmanager
def running(catalogue: Catalogue, *, token: str | None = None) -> Iterator[str]:
    """Serve a catalogue in a thread, for tests.

    >>> with sample() as catalogue, running(catalogue) as endpoint:
    ...     print(endpoint.partition("127.0.0.1")[0])
    http://

    Args:
        catalogue: what to list.
        token: what clients must send, if anything.

    Yields:
        The endpoint, such as ``http://127.0.0.1:8000``.
    """
    with listen(port=0) as listener:
        server = _server(catalogue, token)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _server(catalogue: Catalogue, token: str | None) -> uvicorn.Server:
    app = create_app(catalogue, token=token)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    return uvicorn.Server(config)
