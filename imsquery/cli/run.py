"""``imsquery run``."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imsquery.cli.common import (
    add_filter,
    add_max_requests,
    add_options,
    options,
    read_filter,
)
from imsquery.cli.images import FORMATS, REGION, lines, read_fields
from imsquery.cli.output import Progress, attempt, fail, print_lines, warn
from imsquery.client.errors import FetchError
from imsquery.client.services import Tally, run_catalogue, run_services
from imsquery.compiler.query_string import check_endpoint, region_endpoint
from imsquery.execution.run import ExecutionError
from imsquery.planning.planner import MAX_REQUESTS, plan
from imsquery.schema.cloudimages import CLOUDIMAGES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from imsquery.planning.plan import Plan

    Record = dict[str, Any]

_FAILED = 3  # the exit status where the filter is fine and the images could not be had


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--endpoint", metavar="URL", help="scheme and host of the service")
    where.add_argument(
        "--region", action="append", metavar="REGION", help="such as cn-north-4; may be repeated"
    )
    where.add_argument(
        "--catalog", type=Path, metavar="FILE", help="image records to ask instead of a service"
    )
    parser.add_argument(
        "--format",
        choices=list(FORMATS),
        help="table on a terminal (default), else jsonl (default)",
    )
    parser.add_argument("--fields", metavar="NAMES", help="what to show, such as name,os_version")
    parser.add_argument(
        "--explain", action="store_true", help="say what was sent, fetched and left out"
    )
    add_max_requests(parser, MAX_REQUESTS)
    parser.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="SECONDS", help="of a page; default: 60"
    )
    add_options(parser)
    parser.epilog = (
        "A token is taken from IMSQUERY_TOKEN, or else a key from HUAWEICLOUD_SDK_AK and\n"
        "HUAWEICLOUD_SDK_SK.  Either all images are printed or none.  Of several regions, each\n"
        "gives as many images as a limit says.\n\n"
        f"{parser.epilog or 'exit status:'}, {_FAILED} the images could not be fetched"
    )


def seconds(text: str) -> float:
    """Read a number of seconds; its name is what argparse calls it where that fails."""
    number = float(text)
    if not (math.isfinite(number) and number > 0):
        raise ValueError(text)
    return number


def main(arguments: Namespace) -> int:
    """Print the images that a filter finds."""
    text = read_filter(arguments)
    make_plan = partial(plan, max_requests=arguments.max_requests, **options(arguments))
    try:
        chosen = arguments.fields
        fields = None if chosen is None else read_fields(chosen, CLOUDIMAGES)
        planned = attempt(make_plan, text)
    except (ValueError, ModuleNotFoundError) as error:
        return fail("run", error)
    if planned is None:
        return 1
    progress = Progress("images fetched")
    tally = Tally(progress.update)
    try:
        records = _run(arguments, planned, tally)
    except (FetchError, ExecutionError) as error:
        return fail("run", error, _FAILED)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("run", error)
    finally:
        progress.clear()
    form = arguments.format or ("table" if sys.stdout.isatty() else "jsonl")
    # All of them before the first is printed: what fails, fails with nothing printed.
    print_lines(list(lines(records, form, fields, CLOUDIMAGES)), form)
    if arguments.explain:
        sys.stdout.flush()
        print(planned.explain(), tally.describe(len(records)), sep="\n", end="", file=sys.stderr)
    return 0


def _run(arguments: Namespace, planned: Plan, tally: Tally) -> list[Record]:
    if arguments.catalog is not None:
        return run_catalogue(planned, arguments.catalog, tally)
    from imsquery.client.fetching import Credentials, Patience

    endpoints = _endpoints(arguments)
    credentials = Credentials.from_environment(os.environ)
    for endpoint in endpoints.values():
        if credentials.token is not None and _is_overheard(endpoint):
            warn("run", f"anybody on the way to {endpoint} can read the token")
    found = asyncio.run(
        run_services(
            planned,
            endpoints,
            tally,
            credentials=credentials,
            patience=Patience(timeout=arguments.timeout),
        )
    )
    if len(endpoints) == 1:
        return found[0]
    return [
        # Where it is found counts, whatever it says of itself; and comes first.
        {REGION: region} | record | {REGION: region}
        for region, records in zip(endpoints, found, strict=True)
        for record in records
    ]


def _is_overheard(endpoint: str) -> bool:
    """Tell whether requests leave this machine as plain text."""
    url = urlsplit(endpoint)
    return url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}


def _endpoints(arguments: Namespace) -> dict[str, str]:
    """Map the name of each place to its endpoint; an endpoint alone needs no name."""
    if arguments.endpoint is not None:
        return {"": check_endpoint(arguments.endpoint)}
    return {region: region_endpoint(region, CLOUDIMAGES.host) for region in arguments.region}
