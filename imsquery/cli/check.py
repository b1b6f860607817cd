"""Report errors and warnings in filters, with fixes.

A fix is safe if its meaning is certain; one that is a guess is a suggestion.
"""

from __future__ import annotations

import sys
from functools import partial

from imsquery.cli.batch import add_batch
from imsquery.cli.common import (
    add_options,
    add_report_format,
    add_values,
    file_path,
    options,
    read_filter,
    read_lines,
)
from imsquery.cli.encoding import check_encoding
from imsquery.cli.output import fail, findings_of, print_diff, print_text
from imsquery.cli.report import Checked, print_report
from imsquery.cli.values import Values
from imsquery.compiler.checker import check
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from imsquery.cli.files import TextFile
    from imsquery.diagnostics.model import Diagnostic

    Check = Callable[[str], tuple[Diagnostic, ...]]

EPILOG = """\
examples:
  imsquery check 'platfrom = CentOS'
  imsquery check --fix 'platfrom = CentOS && protected = yes'
  imsquery check --files filters/*.imsq
  imsquery check --batch filters.txt --format github

exit status:
  0  no errors
  1  errors in a filter; with --fix, --unsafe-fixes or --diff, errors that are left
  2  wrong usage, or a file that cannot be read or written
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    where = add_batch(parser)
    where.add_argument(
        "--files",
        nargs="+",
        type=file_path,
        metavar="FILE",
        help="files with a filter each; --fix changes them in place",
    )
    parser.add_argument(
        "--target",
        choices=("plan", "compile"),
        default="plan",
        help="compile: also report what does not fit in one request (default: plan)",
    )
    add_report_format(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--fix", action="store_true", help="print the filter with safe fixes applied")
    what.add_argument(
        "--diff",
        action="store_true",
        help="print a diff of what --fix would change, and one of what --unsafe-fixes would",
    )
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="apply suggestions, too, whose meaning is a guess; implies --fix",
    )
    add_values(parser)
    add_options(parser)


def main(arguments: Namespace) -> int:
    """Print the findings, or the fixed filters."""
    keywords = options(arguments)
    values = Values(arguments)

    def find(text: str) -> tuple[Diagnostic, ...]:
        found = check(text, target=arguments.target, values=values.of(text), **keywords)
        return _noted(found, text) if found and arguments.filter is not None else found

    failed: list[int] = []
    texts = _texts(arguments, failed)
    show: Callable[[Sequence[Diagnostic]], str]
    if arguments.fix or arguments.diff or arguments.unsafe_fixes:
        checked = (_fix(each, find, arguments, failed) for each in texts)
        show, stream = partial(_summarize_left, unsafe=arguments.unsafe_fixes), sys.stderr
    else:
        checked = (Checked(each.name, each.text, each.bad or find(each.text)) for each in texts)
        show, stream = _summarize, sys.stdout
    is_list = arguments.filter is None
    found = print_report(checked, arguments.format, stream, show, is_list=is_list)
    values.check_used()
    return max([*failed, int(any(each.severity == "error" for each in found))])


# What follows imports what draws and mends findings: most filters have none.


def _noted(found: tuple[Diagnostic, ...], text: str) -> tuple[Diagnostic, ...]:
    from imsquery.cli.files import with_file_note

    return with_file_note(found, text, "--files")


def _summarize(found: Sequence[Diagnostic]) -> str:
    from imsquery.diagnostics.render import summarize

    return summarize(found, fixable=True)


def _summarize_left(found: Sequence[Diagnostic], *, unsafe: bool) -> str:
    from imsquery.diagnostics.render import summarize_left

    return summarize_left(found, unsafe=unsafe)


class _Text(Frozen):
    """A text to check.

    Attributes:
        name: such as that of its file.
        text: what is in it.
        bad: the finding that it is not UTF-8, if so.
        file: to be changed in place.
    """

    name: str
    text: str
    bad: tuple[Diagnostic, ...] = ()
    file: TextFile | None = None


def _texts(arguments: Namespace, failed: list[int]) -> Iterator[_Text]:
    """Yield the texts to check; add the exit status of files that cannot be read."""
    for path in arguments.files or ():
        try:
            yield _read_file(path, arguments.max_length)
        except OSError as error:
            failed.append(fail("check", error))
    if arguments.batch is not None:
        name, stream = arguments.batch
        with stream:
            for number, line in enumerate(read_lines(stream, arguments.max_length), 1):
                yield _read(f"{name}:{number}", partial(check_encoding, line))
    if arguments.filter is not None:
        yield _read("query", partial(read_filter, arguments))


def _read_file(path: Path, longest: int) -> _Text:
    from imsquery.cli.files import TextFile

    try:
        file = TextFile.read(path, longest)
    except ValueError as error:
        return _bad(str(path), error)
    return _Text(str(path), file.text, file=file)


def _read(name: str, read: Callable[[], str]) -> _Text:
    try:
        return _Text(name, read())
    except ValueError as error:
        return _bad(name, error)


def _bad(name: str, error: ValueError) -> _Text:
    found = findings_of(error)
    return _Text(name, getattr(error, "text", ""), found)


def _fix(each: _Text, find: Check, arguments: Namespace, failed: list[int]) -> Checked:
    """Apply fixes, safe ones first, and print or write the result, or what would change.

    Returns:
        The mended text, with what is left to mend.
    """
    if each.bad:
        return Checked(each.name, each.text, each.bad)
    from imsquery.fixes import mend

    safe, left = mend(each.text, find)
    mended, rest = safe, left
    if arguments.diff or arguments.unsafe_fixes:
        mended, rest = mend(safe, find, unsafe=True)
    if arguments.diff:
        between = "before" if safe == each.text else "safe: --fix"
        print_diff(each.text, safe, each.name, ("before", "safe: --fix"))
        print_diff(safe, mended, each.name, (between, "suggested: --unsafe-fixes"))
    elif each.file is None:
        print_text(mended)
    elif mended != each.text:
        try:
            each.file.write(mended)
        except OSError as error:
            failed.append(fail("check", error, action="write"))
    if arguments.unsafe_fixes:
        return Checked(each.name, mended, rest)
    return Checked(each.name, safe, left)
