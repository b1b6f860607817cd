"""Fetch the images that match a filter, from services or from a file.

All images are printed, or none.  If several regions are given, a limit applies to each of them.
Instead of the images, their number can be printed, or the values of an attribute.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from imsquery.cli.answers import Count, Groups, Images, differences
from imsquery.cli.catalog import is_in_place, search, settle_filter
from imsquery.cli.common import (
    UsageError,
    add_filter,
    add_max_requests,
    add_options,
    add_values,
    limits,
    read_filter,
)
from imsquery.cli.images import FORMATS, read_field, read_fields
from imsquery.cli.output import Progress, attempt, draw_error, fail, note, print_lines, warn
from imsquery.cli.sources import ENVIRONMENT, add_sources, places, run_plan
from imsquery.cli.values import options_of
from imsquery.cli.waiting import INTERVALS, Clock, attempts, read_duration
from imsquery.client.errors import FetchError
from imsquery.client.services import Tally, open_catalogue
from imsquery.covering.parts import MAX_REQUESTS
from imsquery.diagnostics.errors import QueryError
from imsquery.diagnostics.terminal import visible
from imsquery.execution.run import ExecutionError
from imsquery.language.syntax import Query, parse
from imsquery.planning.planner import plan

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from imsquery.cli.answers import Answer
    from imsquery.language.syntax import Expr
    from imsquery.planning.plan import Plan
    from imsquery.schema.spec import Spec

CLOCK = Clock()
_SECOND = 2  # attempt
_FAILED, _NONE, _SEVERAL = 3, 4, 5  # exit statuses
EPILOG = f"""\
{ENVIRONMENT}
examples:
  imsquery run --region cn-north-4 'public() and platform = CentOS limit 5'
  imsquery run --catalog images.json --fields name,os_version 'min_disk <= 60'
  imsquery run --region cn-north-4 --one --format ids 'name = web-1 and status = active'
  imsquery run --region cn-north-4 --wait 30m 'name = web-2 and status = active'
  imsquery run --region cn-north-4 --count-by os_version 'platform = Ubuntu'
  imsquery run --region cn-north-4 --set ids=@ids.txt 'id in $ids'
  imsquery run 'not supports(kvm) limit 2 per platform' --catalog fleet/*.parquet

exit status:
  0  success
  1  errors in the filter
  2  wrong usage
  {_FAILED}  the images could not be fetched
  {_NONE}  no images (--one, --fail-empty, --wait)
  {_SEVERAL}  several images (--one)
"""


class _Asked(NamedTuple):
    """A plan that was run, and what came of it."""

    plan: Plan
    tally: Tally
    answer: Answer


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser, optional=True)
    add_sources(parser)
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
    _add_answers(parser)
    parser.add_argument(
        "--fail-empty", action="store_true", help=f"exit with {_NONE} if no images match"
    )
    parser.add_argument(
        "--wait",
        type=read_duration,
        metavar="TIME",
        help="if no images match, ask again until some do, for up to a time such as 10m "
        f"(s, m, h, d): {INTERVALS}; then exit with {_NONE}",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="print the plan, and what was sent and fetched, to standard error",
    )
    add_max_requests(parser, MAX_REQUESTS)
    add_values(parser)
    add_options(parser)


def _add_answers(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--one",
        action="store_true",
        help=f"require exactly one image: exit with {_NONE} if there are none, and with "
        f"{_SEVERAL} if there are several, after printing what they differ in",
    )
    what.add_argument("--count", action="store_true", help="print the number of images")
    what.add_argument(
        "--count-by",
        metavar="NAME",
        help="print the values of an attribute, and how many images have each",
    )
    what.add_argument("--distinct", metavar="NAME", help="print the values of an attribute")


def main(arguments: Namespace) -> int:
    """Print the images that match a filter, or what was asked of them."""
    settle_filter(arguments)
    _check_usage(arguments)
    lookup = _Lookup(arguments)
    try:
        _new_answer(arguments)
        planned = attempt(lookup.plan, lookup.text)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("run", error)
    if planned is None:
        return 1
    try:
        asked = lookup.ask(planned)
    except QueryError as error:  # of what files in place cannot be searched for
        draw_error(error)
        return 1
    except (FetchError, ExecutionError) as error:
        return fail("run", error, _FAILED)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("run", error)
    return lookup.finish(asked)


def _check_usage(arguments: Namespace) -> None:
    given = [
        option
        for option, value in (
            ("--count", arguments.count or None),
            ("--count-by", arguments.count_by),
            ("--distinct", arguments.distinct),
        )
        if value is not None
    ]
    for option, is_given in (
        ("--fields", arguments.fields is not None),
        ("--format ids", arguments.format == "ids"),
    ):
        if given and is_given:
            raise UsageError(f"{option} is about images, and {given[0]} prints none")


def _new_answer(arguments: Namespace) -> Answer:
    """Return what takes the images.

    Raises:
        ValueError: a name is not of an attribute of images.
    """
    if arguments.count:
        return Count()
    spec = arguments.spec
    name = arguments.distinct if arguments.count_by is None else arguments.count_by
    if name is not None:
        is_counted = arguments.count_by is not None
        return Groups(read_field(name, spec), spec, is_counted=is_counted)
    fields = None if arguments.fields is None else read_fields(arguments.fields, spec)
    return Images(places(arguments), fields, spec)


class _Lookup:
    """A filter with its options, and what is asked of the images that match it."""

    def __init__(self, arguments: Namespace) -> None:
        self.text = read_filter(arguments)
        self._arguments = arguments
        self._options = options_of(arguments, self.text)

    @cached_property
    def _in_place(self) -> bool:
        return is_in_place(self._arguments)

    def plan(self, text: str) -> Plan:
        """Plan the filter; its order is dropped if nothing depends on it."""
        planned = self._plan(text)
        if planned.order.by_server or isinstance(_new_answer(self._arguments), Images):
            return planned
        query = parse(text, limits=limits(self._arguments))
        # To sort images before they are counted, the client would have to keep them all.
        is_order_alone = query == Query(query.filter, order=query.order)
        return self._plan(query.filter) if is_order_alone else planned

    def _plan(self, query: str | Expr) -> Plan:
        return plan(query, max_requests=self._arguments.max_requests, **self._options)

    def ask(self, planned: Plan) -> _Asked:
        """Run the plan, again and again if that was asked for, until there is an image."""
        progress = Progress("images fetched")
        try:
            # What can never match is not waited for.
            patience = (planned.requests and self._arguments.wait) or 0
            for number in attempts(patience, CLOCK):
                if number == _SECOND:
                    progress.clear()
                    note("run", "no images match yet; asking again until some do")
                if number > 1:  # `now` is later now
                    planned = self.plan(self.text)
                asked = _Asked(planned, Tally(progress.update), _new_answer(self._arguments))
                self._fetch(asked)
                if asked.answer.count:
                    break
        finally:
            progress.clear()
        return asked

    def _fetch(self, asked: _Asked) -> None:
        keep = asked.answer.keep
        if self._in_place:
            search(self._arguments, self.text, keep, **self._options)
        else:
            run_plan("run", self._arguments, asked.plan, keep, asked.tally)

    def finish(self, asked: _Asked) -> int:
        """Print the answer; return the exit status."""
        arguments, answer = self._arguments, asked.answer
        status = _status(arguments, answer.count)
        if not (arguments.one and status):
            form = arguments.format or _usual_format(arguments)
            # Format all before printing any: if that fails, nothing has been printed.
            print_lines(list(answer.lines(form)), form)
        sys.stdout.flush()
        if status == _SEVERAL and isinstance(answer, Images):
            _print_differences(answer, arguments.spec)
        if answer.count == 0 and not arguments.count:
            warn("run", self._why_none())
        if arguments.explain and self._in_place:
            print(f"searched {len(arguments.catalog):,} files in place", file=sys.stderr)
        elif arguments.explain:
            told = asked.tally.describe(answer.count)
            print(asked.plan.explain(), told, sep="\n", end="", file=sys.stderr)
        return status

    def _why_none(self) -> str:
        """Return why no images were found, as far as that is known without a service."""
        if self._in_place:
            return "no images match"
        if self._arguments.catalog is None:
            return "no images match; `imsquery why` says which conditions leave none"
        from imsquery.cli.no_match import Budget, find_reasons
        from imsquery.cli.reasons import why_none

        spec = self._arguments.spec
        with open_catalogue(self._arguments.catalog[0], Tally(), spec=spec) as fetch:
            return why_none(
                find_reasons(
                    self.text,
                    Budget(fetch),
                    max_requests=self._arguments.max_requests,
                    **self._options,
                )
            )


def _status(arguments: Namespace, count: int) -> int:
    if arguments.one and count > 1:
        return _SEVERAL
    is_failure = arguments.one or arguments.fail_empty or arguments.wait is not None
    return _NONE if is_failure and count == 0 else 0


def _usual_format(arguments: Namespace) -> str:
    return "table" if arguments.count or sys.stdout.isatty() else "jsonl"


def _print_differences(answer: Images, spec: Spec) -> None:
    """Print what images differ in, an attribute a line, to help choose one."""
    fail("run", f"expected one image, found {answer.count:,}; they differ in:")
    found = differences(answer.records, spec)
    width = max(len(name) for name, _ in found)
    for name, values in found:
        print(f"  {name:{width}}  {visible('; '.join(values))}", file=sys.stderr)
