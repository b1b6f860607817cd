"""Compare two filters.

If they do not match the same images, print an image that only one of them matches.  Clauses such
as `limit` are ignored.
"""

from __future__ import annotations

from functools import partial

from imsquery.cli.common import add_options, add_values, limits, options, read_query
from imsquery.cli.output import as_json, attempt, fail, warn
from imsquery.cli.values import Values
from imsquery.evaluation.decision import Decider, Verdict
from imsquery.language.syntax import Everything, parse

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from typing import Any

    from imsquery.language.syntax import Query

    Verdicts = dict[str, Verdict]

_NAMES = ("first", "second")
_UNDECIDED = 3  # exit status
_TITLES = {"only_first": "only the first", "only_second": "only the second", "both": "both"}
_REASONS = {
    "opaque": "it depends on a regular expression, or on what image records do not show",
    "work": "it would take too many steps",
}
EPILOG = f"""\
example:
  imsquery diff 'platform = CentOS' 'platform in (CentOS, Ubuntu)'

exit status:
  0  the filters match the same images
  1  they do not, or one has errors
  2  wrong usage
  {_UNDECIDED}  undecided
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    for name in _NAMES:
        parser.add_argument(name, metavar=name.upper(), help="a filter; - reads standard input")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format (default: text)"
    )
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print how two filters differ."""
    if arguments.first == arguments.second == "-":
        return fail("diff", "only one filter can come from standard input")
    texts = [read_query(text, arguments.max_length) for text in (arguments.first, arguments.second)]
    values = Values(arguments)
    given = [values.of(text) for text in texts]
    values.check_used()
    decider = Decider(**options(arguments))
    first, second = (
        attempt(partial(decider.read, values=each), text, name=name)
        for text, each, name in zip(texts, given, _NAMES, strict=True)
    )
    if first is None or second is None:
        return 1
    if len({_clauses(text, arguments) for text in texts}) > 1:
        warn("diff", "the filters have different clauses; clauses are not compared")
    # Each holds, or comes with an image that proves that it does not.
    verdicts = {
        "only_first": decider.implies(first, second),
        "only_second": decider.implies(second, first),
        "both": decider.disjoint(first, second),
    }
    if arguments.format == "json":
        print(as_json(_to_dict(verdicts), indent=2))
    else:
        print("\n".join(_lines(verdicts)))
    return _status(verdicts)


def _clauses(text: str, arguments: Namespace) -> Query:
    """Return the clauses of a query, which has no errors."""
    return parse(text, limits=limits(arguments)).evolve(filter=Everything())


def _relation(verdicts: Verdicts) -> str:
    """Return how the filters relate, as far as that is known."""
    first, second = verdicts["only_first"].holds, verdicts["only_second"].holds
    if first and second:
        return "both filters match the same images"
    if verdicts["both"].holds:
        return "no image matches both filters"
    if first:
        return "the second filter includes the first"
    if second:
        return "the first filter includes the second"
    if first is None and second is None:
        return "undecided whether both filters match the same images"
    return "the filters differ"


def _lines(verdicts: Verdicts) -> Iterator[str]:
    yield _relation(verdicts)
    for name, verdict in verdicts.items():
        if verdict.witness is not None:
            yield f"{_TITLES[name]}: {as_json(dict(verdict.witness))}"
        elif verdict.reason is not None:
            yield f"{_TITLES[name]}: undecided ({_REASONS[verdict.reason]})"


def _to_dict(verdicts: Verdicts) -> dict[str, Any]:
    return {
        "relation": _relation(verdicts),
        **{
            name: None if verdict.witness is None else dict(verdict.witness)
            for name, verdict in verdicts.items()
        },
        "undecided": {
            name: _REASONS[verdict.reason]
            for name, verdict in verdicts.items()
            if verdict.reason is not None
        },
    }


def _status(verdicts: Verdicts) -> int:
    answers = [verdicts[name].holds for name in ("only_first", "only_second")]
    if False in answers:
        return 1
    return _UNDECIDED if None in answers else 0
