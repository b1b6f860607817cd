"""Serve a local image list for tests and demonstrations.

The service answers `GET /v2/cloudimages` from a file of image records, or from a sample of 360
made-up images; at `/` is a page to try filters on them.
"""

from __future__ import annotations

import errno
import os
import signal
from argparse import ArgumentTypeError
from pathlib import Path

from imsquery.cli.common import add_spec, is_interrupt
from imsquery.cli.output import fail

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    import socket
    from argparse import ArgumentParser, Namespace

    from imsquery.server.catalogue import Catalogue

_LAST_PORT = 65_535
TOKEN_VARIABLE = "IMSQUERY_SERVE_TOKEN"
EPILOG = f"""\
If {TOKEN_VARIABLE} is set, requests must send its value as X-Auth-Token.

examples:
  imsquery serve
  imsquery serve --catalog images.json --port 0

exit status:
  0  stopped by SIGINT or SIGTERM
  2  wrong usage, or a catalogue that cannot be served
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_spec(parser)
    parser.add_argument(
        "--catalog",
        type=Path,
        metavar="FILE",
        help="image records as JSON, JSON Lines or Parquet (default: the sample)",
    )
    parser.add_argument(
        "--database",
        type=Path,
        metavar="FILE",
        help="keep the database in FILE; without --catalog, serve the one that is there",
    )
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        default="1GB",
        help="memory limit of the database (default: %(default)s)",
    )
    parser.add_argument(
        "--host",
        type=_host,
        metavar="ADDRESS",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8000,
        help="port to listen on; 0 for any that is free (default: %(default)s)",
    )


def _host(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ArgumentTypeError(f"expected an address such as 127.0.0.1, not {text[:40]!r}")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= _LAST_PORT):  # noqa: PLR2004
        raise ArgumentTypeError(f"expected a port from 0 to {_LAST_PORT}, not {text[:40]!r}")
    return int(text)


def main(arguments: Namespace) -> int:
    """Serve until told to stop."""
    # Before loading: if that is interrupted, no temporary files are left.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _serve(arguments)
    except KeyboardInterrupt:
        return 0  # as requested
    except RuntimeError as error:
        if is_interrupt(error):
            return 0
        raise
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("serve", error)
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(arguments: Namespace) -> int:
    from imsquery.server.runner import serve

    token = os.environ.get(TOKEN_VARIABLE) or None
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError(f"{TOKEN_VARIABLE} contains characters that a header cannot hold")
    # The address first: that it is in use is known before a catalogue is loaded.
    with _listen(arguments.host, arguments.port) as listener, _load(arguments) as catalogue:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host

        def announce() -> None:
            where = f"http://{shown}:{port}"
            print(f"serving {len(catalogue):,} images at {where}{catalogue.spec.path}")
            print(f"try filters in a browser at {where}/", flush=True)

        serve(catalogue, listener, token=token, ready=announce)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Raises:
        ValueError: it cannot be used.
    """
    from imsquery.server.runner import listen

    try:
        return listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"port {port} is in use; choose another with --port, or 0 for any that is free"
        elif error.errno == errno.EACCES:
            why = f"permission to listen on port {port} denied; choose one from 1024 with --port"
        else:
            why = f"cannot listen on {host!r}; choose an address of this machine with --host, such "
            why += "as 127.0.0.1, or 0.0.0.0 to let other machines connect"
        raise ValueError(why) from None


def _load(arguments: Namespace) -> Catalogue:
    from imsquery.server.catalogue import Catalogue
    from imsquery.server.runner import sample
    from imsquery.server.validation import CatalogueError

    database, memory, spec = arguments.database, arguments.memory, arguments.spec
    if arguments.catalog is None:
        return (
            sample(spec, memory=memory)
            if database is None
            else Catalogue.open(database, spec=spec, memory=memory)
        )
    if database is not None and database.exists():
        raise CatalogueError(f"{database} already exists; omit --catalog to serve it")
    return Catalogue.from_file(arguments.catalog, database=database, spec=spec, memory=memory)
