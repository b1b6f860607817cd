"""What commands share: common arguments, and reading filters."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from codecs import getincrementaldecoder

from imsquery.cli.encoding import ESCAPING, check_encoding, decode_all, encoding_of, most_bytes
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _ActionsContainer
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import Any, BinaryIO

    from imsquery.schema.spec import Spec


def add_filter(parser: _ActionsContainer, *, optional: bool = False) -> None:
    """Declare the filter."""
    parser.add_argument(
        "filter",
        metavar="FILTER",
        nargs="?" if optional else None,
        help="the filter; - reads standard input",
    )


def add_spec(parser: ArgumentParser) -> None:
    """Declare the cloud."""
    parser.add_argument(
        "--spec",
        type=_spec,
        default=CLOUDIMAGES,
        metavar=SPEC,
        help="the cloud: huaweicloud (default), opentelekomcloud, huaweicloudstack or glance, or a "
        "file with its parameters",
    )


SPEC = "NAME|FILE"
"""What stands for the name of a spec, or a file of one."""


def _spec(text: str) -> Spec:
    from imsquery.diagnostics.failures import reason
    from imsquery.diagnostics.terminal import visible
    from imsquery.specs import find

    try:
        return find(text)
    except (OSError, ValueError) as error:
        raise ArgumentTypeError("\n".join(map(visible, reason(error).split("\n")))) from None


def add_options(parser: ArgumentParser) -> None:
    """Declare the options for reading a filter."""
    add_spec(parser)
    add_allow_unlisted(parser)
    parser.add_argument(
        "--now",
        type=_time,
        metavar="TIME",
        help="time that `now` and `today` refer to, such as 2018-10-28",
    )
    add_limits(parser)


def add_values(parser: ArgumentParser) -> None:
    """Declare the values of placeholders; :class:`~imsquery.cli.values.Values` reads them."""
    parser.add_argument(
        "--set",
        dest="values",
        action="append",
        type=_assignment,
        default=[],
        metavar="NAME=VALUE",
        help="value of the placeholder $NAME; NAME=@FILE reads the values of a list, one a line "
        "(@- reads standard input, @@ begins a value with @); can be repeated",
    )


def _assignment(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    name = name.strip().removeprefix("$")
    if not separator or not (name.isascii() and name.isidentifier()):
        raise ArgumentTypeError(f"expected NAME=VALUE, not {text[:40]!r}")
    return name, value


def file_path(text: str) -> Path:
    """Return the path of a file; what reads paths is only loaded if there is one."""
    from pathlib import Path

    return Path(text)


def add_allow_unlisted(parser: ArgumentParser) -> None:
    """Declare ``--allow-unlisted``."""
    parser.add_argument(
        "--allow-unlisted",
        action="store_true",
        help="accept values not in open lists, with a warning",
    )


def add_limits(parser: ArgumentParser) -> None:
    """Declare the limits on a text."""
    for name, what in (
        ("length", "length, in code points"),
        ("depth", "nesting depth"),
        ("count", "number of conditions"),
    ):
        parser.add_argument(
            f"--max-{name}",
            type=_positive,
            default=getattr(DEFAULT_LIMITS, name),
            metavar="N",
            help=f"maximum {what} (default: %(default)s)",
        )


def options(arguments: Namespace) -> dict[str, Any]:
    """Return the options for reading a filter, as keyword arguments."""
    return {
        "spec": arguments.spec,
        "allow_unlisted": arguments.allow_unlisted,
        "now": arguments.now,
        "limits": limits(arguments),
    }


def limits(arguments: Namespace) -> Limits:
    """Return the limits on a text."""
    return Limits(length=arguments.max_length, depth=arguments.max_depth, count=arguments.max_count)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):  # noqa: PLR2004
        raise ArgumentTypeError(f"expected a number from 1 to 999999999, not {text[:40]!r}")
    return int(text)


def _time(text: str) -> datetime:
    from datetime import datetime

    from imsquery.language.times import read_time

    try:
        return datetime.fromisoformat(read_time(text).start)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(
            f"expected a time such as 2018-10-28T10:00:00Z, not {text[:40]!r}"
        ) from None


def add_max_requests(
    parser: ArgumentParser, default: int, pages: str = "not counting further pages"
) -> None:
    """Declare ``--max-requests``, and whether further pages count."""
    parser.add_argument(
        "--max-requests",
        type=_positive,
        default=default,
        metavar="N",
        help=f"maximum number of requests, {pages} (default: %(default)s)",
    )


def add_report_format(parser: ArgumentParser) -> None:
    """Declare the format of findings."""
    parser.add_argument(
        "--format",
        choices=("text", "json", "github", "sarif"),
        default="text",
        help="output format: drawn for a terminal (default), JSON, GitHub annotations, or SARIF",
    )


def is_interrupt(error: RuntimeError) -> bool:
    """Return whether SIGINT stopped a query of DuckDB, which has an error of its own for that."""
    return str(error) == "Query interrupted"


class UsageError(Exception):
    """An argument that cannot be used, as only reading it shows."""


def read_filter(arguments: Namespace) -> str:
    """Return the filter; see :func:`read_query`."""
    return read_query(arguments.filter, arguments.max_length)


def read_query(text: str, longest: int) -> str:
    """Return a filter from an argument, or from standard input if that is ``-``.

    Raises:
        UsageError: there is nothing in it.  More often than all images are wanted, a variable of
            a script is empty.
        QueryError: it is not UTF-8.
    """
    found = read_text(text, longest)
    if found and not found.isspace():
        return found
    place = "standard input" if text == "-" else "the filter"
    raise UsageError(f"{place} is empty; write `all` for all images")


def read_text(text: str, longest: int) -> str:
    """Return an argument, or standard input if it is ``-``.

    Raises:
        QueryError: it is not UTF-8.
    """
    if text != "-":
        return check_encoding(text)
    return decode_all(sys.stdin.buffer.read(most_bytes(longest)), longest)


def read_lines(stream: BinaryIO, longest: int) -> Iterator[str]:
    """Yield the lines of a stream, cutting long ones so that memory stays bounded.

    Pass each to :func:`check_encoding`.
    """
    size = most_bytes(longest)
    data = stream.readline(size)
    mark, codec = encoding_of(data)
    if data == mark:  # there is nothing in it
        return
    if codec != "utf-8":
        yield from _read_utf_16(data.removeprefix(mark), codec, stream, longest)
        return
    while data:
        line, mark = data.removeprefix(mark), b""
        while len(data) == size and not data.endswith(b"\n"):
            data = stream.readline(size)
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode(errors=ESCAPING)
        data = stream.readline(size)


def _read_utf_16(data: bytes, codec: str, stream: BinaryIO, longest: int) -> Iterator[str]:
    decoder = getincrementaldecoder(codec)(ESCAPING)
    rest = ""
    while data:
        *lines, rest = f"{rest}{decoder.decode(data)}".split("\n")
        for line in lines:
            yield line.removesuffix("\r")
        rest = rest[: longest + 1]
        data = stream.read(1 << 16)
    if rest := rest + decoder.decode(b"", final=True):
        yield rest
