"""Print a filter in canonical layout, or reformat files in place."""

from __future__ import annotations

from functools import partial

from imsquery.cli.common import add_filter, add_limits, add_spec, file_path, limits, read_filter
from imsquery.cli.files import TextFile
from imsquery.cli.output import attempt, draw_error, fail, print_diff, print_text
from imsquery.formatting.formatter import format as format_query

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

EPILOG = """\
examples:
  imsquery format 'PLATFORM==CentOS AND (protected)'
  imsquery format --check --files filters/*.imsq

exit status:
  0  success
  1  errors in a filter; with --check or --diff, something would change
  2  wrong usage
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_filter(parser, optional=True)
    parser.add_argument(
        "--files",
        nargs="+",
        default=[],
        type=file_path,
        metavar="FILE",
        help="reformat files in place",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true", help="write nothing; list files that would change"
    )
    what.add_argument(
        "--diff", action="store_true", help="write nothing; print a diff of what would change"
    )
    add_spec(parser)
    add_limits(parser)


def main(arguments: Namespace) -> int:
    """Print a reformatted filter, or reformat files."""
    if (arguments.filter is None) == (not arguments.files):
        return fail("format", "expected either FILTER or --files")
    if arguments.filter is not None:
        return _format_text(read_filter(arguments), arguments)
    return max(_format_file(path, arguments) for path in arguments.files)


def _format_text(text: str, arguments: Namespace) -> int:
    formatted = attempt(partial(format_query, spec=arguments.spec, limits=limits(arguments)), text)
    if formatted is None:
        return 1
    if arguments.diff:
        print_diff(text, formatted, "query")
    elif not arguments.check:
        print_text(formatted)
    changed = text.replace("\r\n", "\n").rstrip("\n") != formatted
    return int((arguments.check or arguments.diff) and changed)


def _format_file(path: Path, arguments: Namespace) -> int:
    try:
        file = TextFile.read(path, arguments.max_length)
        formatted = format_query(file.text, spec=arguments.spec, limits=limits(arguments))
        # Keep its line ends: changing them would change every line.
        content = f"{formatted}\n".replace("\n", "\r\n" if "\r\n" in file.text else "\n")
        changed = file.text.rstrip("\r\n") != content.rstrip("\r\n")
    except OSError as error:
        return fail("format", error)
    except ValueError as error:
        draw_error(error, name=str(path))
        return 1
    if arguments.diff:
        print_diff(file.text, formatted, str(path))
    elif arguments.check and changed:
        print(path)
    elif changed and not arguments.check:
        try:
            file.write(content)
        except OSError as error:
            return fail("format", error, action="write")
    return int((arguments.check or arguments.diff) and changed)
