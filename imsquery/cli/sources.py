"""Where commands find images: a service, several, or a file."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from urllib.parse import urlsplit

from imsquery.cli.catalog import add_catalog
from imsquery.cli.output import warn
from imsquery.client.services import Tally, open_catalogue, run_catalogue, run_services
from imsquery.compiler.query_string import check_endpoint, region_endpoint

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _ActionsContainer
    from collections.abc import Iterator

    from imsquery.client.credentials import Credentials
    from imsquery.client.services import Fetch, Keep
    from imsquery.planning.plan import Plan

ENVIRONMENT = """\
environment:
  IMSQUERY_TOKEN                          token to send
  HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK  access key to sign with, if there is no token
"""


def add_sources(parser: ArgumentParser) -> None:
    """Declare one or several services, or a file."""
    where = parser.add_mutually_exclusive_group(required=True)
    _add_endpoint(where)
    where.add_argument(
        "--region",
        action="append",
        metavar="REGION",
        help="region of the service, such as cn-north-4; can be repeated",
    )
    add_catalog(where)
    _add_timeout(parser)


def add_source(parser: ArgumentParser) -> None:
    """Declare a single service or a file; there need be none."""
    where = parser.add_mutually_exclusive_group()
    _add_endpoint(where)
    where.add_argument(
        "--region",
        type=lambda text: [text],
        metavar="REGION",
        help="region of the service, such as cn-north-4",
    )
    where.add_argument(
        "--catalog",
        type=lambda text: [Path(text)],
        metavar="FILE",
        help="file of image records to search instead of a service",
    )
    _add_timeout(parser)


def _add_endpoint(where: _ActionsContainer) -> None:
    where.add_argument(
        "--endpoint",
        metavar="URL",
        help="address of the service, with or without the path, such as /v2/cloudimages",
    )


def _add_timeout(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="time limit for each page (default: 60)",
    )


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (isfinite(number) and number > 0):
        raise ArgumentTypeError(f"expected a positive number of seconds, not {text[:40]!r}")
    return number


def places(arguments: Namespace) -> tuple[str, ...]:
    """Return the names of the places to ask, in order: regions, or a single place without one."""
    return tuple(dict.fromkeys(arguments.region or [""]))


def _endpoints(arguments: Namespace) -> dict[str, str]:
    """Map the name of each place to its endpoint.

    Raises:
        ValueError: an endpoint or a region is not one.
    """
    if arguments.endpoint is not None:
        return {"": check_endpoint(arguments.endpoint)}
    host = arguments.spec.host
    return {region: region_endpoint(region, host) for region in places(arguments)}


def run_plan(command: str, arguments: Namespace, plan: Plan, keep: Keep, tally: Tally) -> None:
    """Run a plan, in all places at once.

    Args:
        command: its name, for warnings.
        arguments: those that :func:`add_sources` declares.
        plan: what to run.
        keep: called with the place and each image.
        tally: counts the pages.

    Raises:
        FetchError: the images could not be fetched.
        ExecutionError: pages are inconsistent.
        ValueError, OSError, ModuleNotFoundError: there is no such service, or no such file.
    """
    if arguments.catalog is not None:
        run_catalogue(plan, arguments.catalog[0], keep, tally, spec=arguments.spec)
        return
    # Imported here: not for help, nor for files.
    import asyncio

    from imsquery.client.fetching import Patience

    endpoints = _endpoints(arguments)
    credentials = _credentials(command, endpoints)
    patience = Patience(timeout=arguments.timeout)
    asyncio.run(
        run_services(
            plan,
            endpoints,
            keep,
            tally,
            credentials=credentials,
            patience=patience,
            spec=arguments.spec,
        )
    )


@contextmanager
def open_source(command: str, arguments: Namespace) -> Iterator[Fetch]:
    """Open a single source, and yield the function that fetches a page; see :func:`run_plan`.

    Args:
        command: its name, for warnings.
        arguments: those that :func:`add_source` declares.
    """
    if arguments.catalog is not None:
        with open_catalogue(arguments.catalog[0], Tally(), spec=arguments.spec) as fetch:
            yield fetch
        return
    from imsquery.client.fetching import Fetcher, Patience

    endpoints = _endpoints(arguments)
    credentials = _credentials(command, endpoints)
    patience = Patience(timeout=arguments.timeout)
    (endpoint,) = endpoints.values()
    with Fetcher(endpoint, credentials, patience=patience, spec=arguments.spec) as fetcher:
        yield fetcher


def _credentials(command: str, endpoints: dict[str, str]) -> Credentials:
    """Read the credentials; warn of each endpoint to which a token would be sent unencrypted."""
    from imsquery.client.credentials import Credentials

    credentials = Credentials.from_environment(os.environ)
    for endpoint in endpoints.values():
        if credentials.token is not None and _is_unencrypted(endpoint):
            warn(command, f"the token is sent unencrypted to {endpoint}")
    return credentials


def _is_unencrypted(endpoint: str) -> bool:
    """Return whether requests leave this machine unencrypted."""
    url = urlsplit(endpoint)
    return url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}
