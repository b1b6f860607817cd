"""``imsquery serve``."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from imsquery.cli.output import fail

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.server.catalogue import Catalogue

TOKEN_VARIABLE = "IMSQUERY_SERVE_TOKEN"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--catalog",
        type=Path,
        metavar="FILE",
        help="image records as JSON, JSON Lines or Parquet (default: the sample catalogue)",
    )
    parser.add_argument(
        "--database",
        type=Path,
        metavar="FILE",
        help="keep the database there; without --catalog, serve one that is there already",
    )
    parser.add_argument(
        "--memory", default="2GB", help="what the database may hold in memory (default: 2GB)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to serve at (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=int, default=8000, help="0 for any (default: 8000)")
    parser.epilog = (
        f"With {TOKEN_VARIABLE} in the environment, requests must carry it as X-Auth-Token.\n"
        f"{parser.epilog or ''}"
    )


def main(arguments: Namespace) -> int:
    """Serve until told to stop."""
    # From here on, so that what is stopped while it loads leaves no temporary files.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _serve(arguments)
    except KeyboardInterrupt:
        return 0  # as asked
    except (OSError, ValueError, OverflowError, ModuleNotFoundError) as error:
        return fail("serve", error)
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(arguments: Namespace) -> int:
    from imsquery.server.runner import listen, serve

    token = os.environ.get(TOKEN_VARIABLE) or None
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise ValueError(f"{TOKEN_VARIABLE} holds characters that a header cannot")
    # The address first: that it is taken need not wait for a catalogue to load.
    with listen(arguments.host, arguments.port) as listener, _load(arguments) as catalogue:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host

        def announce() -> None:
            where = f"http://{shown}:{port}{catalogue.spec.path}"
            print(f"serving {len(catalogue):,} images at {where}", flush=True)

        serve(catalogue, listener, token=token, ready=announce)
    return 0


def _load(arguments: Namespace) -> Catalogue:
    from imsquery.server.catalogue import Catalogue
    from imsquery.server.runner import sample
    from imsquery.server.validation import CatalogueError

    database, memory = arguments.database, arguments.memory
    if arguments.catalog is None:
        return (
            sample(memory=memory) if database is None else Catalogue.open(database, memory=memory)
        )
    if database is not None and database.exists():
        raise CatalogueError(f"{database}: there already; leave --catalog away to serve it")
    return Catalogue.from_file(arguments.catalog, database=database, memory=memory)
