"""Print the requests that answer a filter, and what is left to do with the results."""

from __future__ import annotations

from functools import partial

from imsquery.cli.common import (
    add_filter,
    add_max_requests,
    add_options,
    add_values,
    read_filter,
)
from imsquery.cli.output import attempt, draw, fail, print_lines
from imsquery.cli.values import options_of
from imsquery.covering.parts import MAX_REQUESTS
from imsquery.planning.planner import plan

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
examples:
  imsquery plan 'platform in (CentOS, Ubuntu) and min_disk <= 60'
  imsquery plan --set ids=@ids.txt 'id in $ids'
  imsquery plan --format mermaid 'protected or os_bit = 32'

exit status:
  0  success
  1  errors in the filter
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    add_max_requests(parser, MAX_REQUESTS)
    parser.add_argument(
        "--format",
        choices=("text", "json", "mermaid"),
        default="text",
        help="output format: a tree (default), JSON, or a Mermaid flowchart",
    )
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the plan of a filter."""
    text = read_filter(arguments)
    keywords = options_of(arguments, text)
    make_plan = partial(plan, max_requests=arguments.max_requests, **keywords)
    try:
        planned = attempt(make_plan, text)
    except ModuleNotFoundError as error:  # of an extra, which the message names
        return fail("plan", error)
    if planned is None:
        return 1
    if planned.warnings:
        draw(text, planned.warnings)
    print_lines(planned.explain(arguments.format).split("\n"), arguments.format)
    return 0
