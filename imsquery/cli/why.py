"""Say why a filter matches an image or not, or why it matches none.

With --id, or with an image record (a JSON object) on standard input: print which conditions hold,
and what the record shows.  With --id, the service is asked about conditions that no record shows,
such as those on `flavor_id`.  With a service or a file alone: print the smallest sets of conditions
that, left out, find some images, and the nearest values.  For that, images are listed, the newest
first, as far as --max-requests allows.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from imsquery.cli.common import (
    UsageError,
    add_filter,
    add_max_requests,
    add_options,
    add_values,
    read_filter,
)
from imsquery.cli.encoding import check_encoding, decode
from imsquery.cli.no_match import Budget, OutOfRequestsError, find_reasons
from imsquery.cli.output import as_json, attempt, fail, terminal_width
from imsquery.cli.reasons import describe
from imsquery.cli.sources import ENVIRONMENT, add_source, open_source
from imsquery.cli.values import options_of
from imsquery.client.errors import FetchError
from imsquery.covering.parts import MAX_REQUESTS
from imsquery.diagnostics.terminal import visible
from imsquery.evaluation.matching import compile_predicate, is_observable
from imsquery.evaluation.why import judge, why
from imsquery.evaluation.written import read_written
from imsquery.execution.run import ExecutionError
from imsquery.language.lexer import spell
from imsquery.planning.phrasing import phrase
from imsquery.planning.planner import plan
from imsquery.semantics.formula import Atom, leaves
from imsquery.server.strict_json import read_json

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from imsquery.evaluation.why import Outcome
    from imsquery.planning.plan import Plan
    from imsquery.semantics.formula import Formula

_FAILED, _NONE = 3, 4  # exit statuses
_MAX_REQUESTS = 20  # 10,000 images
_LONGEST = 16 * 1024 * 1024  # bytes of a record
EPILOG = f"""\
{ENVIRONMENT}
examples:
  imsquery why --region cn-north-4 --id 7ca2cf6e-f3ef-4f30-8b0e-4ea0e79dd3b7 'platform = CentOS'
  imsquery why 'platform = CentOS and min_disk <= 60' < image.json
  imsquery why --catalog images.json 'name = ubuntu and min_disk > 100'

exit status:
  0  success
  1  errors in the filter
  2  wrong usage
  {_FAILED}  the images could not be fetched
  {_NONE}  no image has the id
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser)
    add_source(parser)
    parser.add_argument("--id", metavar="ID", help="id of the image to look at")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format (default: text)"
    )
    add_max_requests(parser, _MAX_REQUESTS, "counting further pages")
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print why an image matches, or why none does."""
    is_alone = not (arguments.endpoint or arguments.region or arguments.catalog)
    _check_usage(arguments, is_alone=is_alone)
    question = _Question(arguments)
    try:
        if is_alone:
            return question.about_record(_read_record())
        if attempt(question.plan, question.text) is None:
            return 1
        with open_source("why", arguments) as fetch:
            budget = Budget(fetch, arguments.max_requests)
            if arguments.id is not None:
                return question.about_id(arguments.id, budget)
            return question.about_none(budget)
    except OutOfRequestsError:
        return fail("why", f"no answer within --max-requests {arguments.max_requests}", _FAILED)
    except (FetchError, ExecutionError) as error:
        return fail("why", error, _FAILED)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        return fail("why", error)


def _check_usage(arguments: Namespace, *, is_alone: bool) -> None:
    if arguments.id is not None:
        check_encoding(arguments.id)
        if is_alone:
            raise UsageError("--id is of an image of --endpoint, --region or --catalog")
    if is_alone and (arguments.filter == "-" or sys.stdin.isatty()):
        raise UsageError("expected --endpoint, --region, --catalog or a record on standard input")


def _read_record() -> dict[str, Any]:
    """Read a JSON object from standard input.

    Raises:
        ValueError: it is something else.
    """
    data = sys.stdin.buffer.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise ValueError(f"the record is longer than {_LONGEST:,} bytes")
    try:
        record = read_json(decode(data).strip())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"standard input is not a JSON object: {error}") from None
    if not isinstance(record, dict):
        raise ValueError("standard input is not a JSON object")  # noqa: TRY004 -- not an argument
    return record


class _Question:
    """A filter with its options."""

    def __init__(self, arguments: Namespace) -> None:
        self.text = read_filter(arguments)
        self._options = options_of(arguments, self.text)
        self._options["now"] = arguments.now or datetime.now(UTC)
        self._is_json = arguments.format == "json"

    def plan(self, text: str) -> Plan:
        """Plan the filter."""
        return plan(text, **self._options)

    def about_record(self, record: dict[str, Any]) -> int:
        """Print the outcome for a record."""
        outcome = attempt(lambda text: why(text, record, **self._options), self.text)
        return 1 if outcome is None else self._print(outcome)

    def about_id(self, identity: str, fetch: Budget) -> int:
        """Print the outcome for an image; what its record does not show is asked for."""
        spec = self._options["spec"]
        wanted = f"{spec.names['id'].name} = {spell(identity)}"
        record = next(plan(wanted, spec=spec).execute(fetch), None)
        if record is None:
            return fail("why", f"no image has the id {identity!r}", _NONE)

        def holds(condition: Formula) -> bool:
            atoms = [each for each in leaves(condition) if isinstance(each, Atom)]
            if all(map(is_observable, atoms)):
                return compile_predicate(condition)(record)
            required = [
                f"{spec.parameters[wire].name} = {spell(value)}"
                for wire, value in filter(None, (atom.parameter.requires for atom in atoms))
            ]
            asked = " and ".join([wanted, f"({phrase(condition)})", *required])
            planned = plan(asked, spec=spec, allow_unlisted=True)
            return next(planned.execute(fetch), None) is not None

        return self._print(judge(read_written(self.text, **self._options), record, holds))

    def _print(self, outcome: Outcome) -> int:
        drawn = outcome.draw(terminal_width(sys.stdout))
        print(as_json(outcome.to_dict(), indent=2) if self._is_json else drawn)
        return 0

    def about_none(self, fetch: Budget) -> int:
        """Print why no images match, if none does."""
        if next(self.plan(self.text).execute(fetch), None) is not None:
            print(
                as_json({"matches": True}, 2)
                if self._is_json
                else "images match; `imsquery run` prints them"
            )
            return 0
        reasons = find_reasons(self.text, fetch, max_requests=MAX_REQUESTS, **self._options)
        if self._is_json:
            print(as_json({"matches": False, **reasons.to_dict(), "requests": fetch.sent}, 2))
        else:
            print("\n".join(visible(line) for line in describe(reasons)))
        return 0
