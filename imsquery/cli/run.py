"""Fetch the images that match a filter, from services or from a file.

All images are printed, or none.  If several regions are given, a limit applies to each of them.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from argparse import ArgumentTypeError
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imsquery.cli.catalog import add_catalog, is_in_place, search, settle_filter
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

_FAILED = 3  # exit status
EPILOG = f"""\
environment:
  IMSQUERY_TOKEN                          token to send
  HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK  access key to sign with, if there is no token

examples:
  imsquery run --region cn-north-4 'public() and platform = CentOS limit 5'
  imsquery run --catalog images.json --fields name,os_version 'min_disk <= 60'
  imsquery run 'not supports(kvm) limit 2 per platform' --catalog fleet/*.parquet

exit status:
  0  success
  1  errors in the filter
  2  wrong usage
  {_FAILED}  the images could not be fetched
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser, optional=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--endpoint", metavar="URL", help="address of the service, with or without /v2/cloudimages"
    )
    where.add_argument(
        "--region",
        action="append",
        metavar="REGION",
        help="region of the service, such as cn-north-4; can be repeated",
    )
    add_catalog(where)
    parser.add_argument(
        "--format",
        choices=list(FORMATS),
        help="output format (default: table on a terminal, jsonl otherwise)",
    )
    parser.add_argument(
        "--fields",
        metavar="NAMES",
        help="what to print of each image, such as name,os_version",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="print the plan, and what was sent and fetched, to standard error",
    )
    add_max_requests(parser, MAX_REQUESTS)
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="time limit for each page (default: 60)",
    )
    add_options(parser)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ArgumentTypeError(f"expected a positive number of seconds, not {text[:40]!r}")
    return number


def main(arguments: Namespace) -> int:
    """Print the images that match a filter."""
    settle_filter(arguments)
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
        in_place = is_in_place(arguments)
        records = search(arguments, text) if in_place else _run(arguments, planned, tally)
    except (FetchError, ExecutionError) as error:
        return fail("run", error, _FAILED)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("run", error)
    finally:
        progress.clear()
    form = arguments.format or ("table" if sys.stdout.isatty() else "jsonl")
    # Format all before printing any: if that fails, nothing has been printed.
    print_lines(list(lines(records, form, fields, CLOUDIMAGES)), form)
    if not records:
        sys.stdout.flush()
        warn("run", "no images match" if in_place else _why_none(arguments, text))
    if arguments.explain and in_place:
        sys.stdout.flush()
        print(f"searched {len(arguments.catalog):,} files in place", file=sys.stderr)
    elif arguments.explain:
        sys.stdout.flush()
        print(planned.explain(), tally.describe(len(records)), sep="\n", end="", file=sys.stderr)
    return 0


def _run(arguments: Namespace, planned: Plan, tally: Tally) -> list[Record]:
    if arguments.catalog is not None:
        return run_catalogue(planned, arguments.catalog[0], tally)
    from imsquery.client.credentials import Credentials
    from imsquery.client.fetching import Patience

    endpoints = _endpoints(arguments)
    credentials = Credentials.from_environment(os.environ)
    for endpoint in endpoints.values():
        if credentials.token is not None and _is_unencrypted(endpoint):
            warn("run", f"the token is sent unencrypted to {endpoint}")
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
        # The region that was asked comes first, and replaces what the record says.
        {REGION: region} | record | {REGION: region}
        for region, records in zip(endpoints, found, strict=True)
        for record in records
    ]


def _why_none(arguments: Namespace, text: str) -> str:
    """Return why no images were found, as far as that is known without a service."""
    if arguments.catalog is None:
        return "no images match; `imsquery plan` prints what is asked of the service"
    from imsquery.cli.no_match import why_none

    records = run_catalogue(plan("all"), arguments.catalog[0], Tally())
    return why_none(text, records, CLOUDIMAGES, **options(arguments))


def _is_unencrypted(endpoint: str) -> bool:
    """Return whether requests leave this machine unencrypted."""
    url = urlsplit(endpoint)
    return url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}


def _endpoints(arguments: Namespace) -> dict[str, str]:
    """Map the name of each region to its endpoint; a single endpoint needs no name."""
    if arguments.endpoint is not None:
        return {"": check_endpoint(arguments.endpoint)}
    return {region: region_endpoint(region, CLOUDIMAGES.host) for region in arguments.region}
