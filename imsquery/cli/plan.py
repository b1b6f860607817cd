"""``imsquery plan``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from imsquery.cli.common import (
    add_filter,
    add_max_requests,
    add_options,
    draw,
    options,
    read_filter,
)
from imsquery.diagnostics.errors import QueryError
from imsquery.planning.planner import MAX_REQUESTS, plan

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    add_max_requests(parser, MAX_REQUESTS)
    parser.add_argument(
        "--format",
        choices=("text", "json", "mermaid"),
        default="text",
        help="text: a tree (default); json; mermaid: a flow chart",
    )
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the plan of a filter."""
    text = read_filter(arguments)
    try:
        planned = plan(text, max_requests=arguments.max_requests, **options(arguments))
    except QueryError as error:
        draw(text, error.diagnostics)
        return 1
    except ModuleNotFoundError as error:  # of an extra, which it names
        print(f"imsquery plan: {error}", file=sys.stderr)
        return 2
    if planned.warnings:
        draw(text, planned.warnings)
    print(planned.explain(arguments.format))
    return 0
