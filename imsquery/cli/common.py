"""What commands share: the arguments that they declare, and reading filters."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError

from imsquery.limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _ActionsContainer
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any, BinaryIO


def add_filter(parser: _ActionsContainer, *, optional: bool = False) -> None:
    """Take the filter."""
    parser.add_argument(
        "filter",
        metavar="FILTER",
        nargs="?" if optional else None,
        help="the filter; - reads it from standard input",
    )


def add_options(parser: ArgumentParser) -> None:
    """Take what says how a filter is read."""
    add_allow_unlisted(parser)
    parser.add_argument(
        "--now", type=_time, metavar="TIME", help="what `now` and `today` mean, such as 2018-10-28"
    )
    add_limits(parser)


def add_allow_unlisted(parser: ArgumentParser) -> None:
    """Take whether values may be on no list."""
    parser.add_argument(
        "--allow-unlisted",
        action="store_true",
        help="take values that a list known to grow does not have, with a warning",
    )


def add_limits(parser: ArgumentParser) -> None:
    """Take how much is read at most."""
    for name, what in (("length", "code points"), ("depth", "levels"), ("count", "predicates")):
        parser.add_argument(
            f"--max-{name}",
            type=_positive,
            default=getattr(DEFAULT_LIMITS, name),
            metavar="N",
            help=f"how many {what} to take in at most (default: %(default)s)",
        )


def options(arguments: Namespace) -> dict[str, Any]:
    """Give the keyword arguments that the options stand for."""
    return {
        "allow_unlisted": arguments.allow_unlisted,
        "now": arguments.now,
        "limits": limits(arguments),
    }


def limits(arguments: Namespace) -> Limits:
    """Give the limits that the options stand for."""
    return Limits(length=arguments.max_length, depth=arguments.max_depth, count=arguments.max_count)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):  # noqa: PLR2004
        raise ArgumentTypeError(f"a number from 1 to 999999999, not {text[:40]!r}")
    return int(text)


def _time(text: str) -> datetime:
    from datetime import datetime

    from imsquery.language.times import read_time

    try:
        return datetime.fromisoformat(read_time(text).start)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"a time such as 2018-10-28T10:00:00Z, not {text[:40]!r}") from None


def add_max_requests(parser: ArgumentParser, default: int) -> None:
    """Take how many requests a plan may have."""
    parser.add_argument(
        "--max-requests",
        type=_positive,
        default=default,
        metavar="N",
        help="how many different requests to make at most, each with its pages "
        "(default: %(default)s)",
    )


def add_report_format(parser: ArgumentParser) -> None:
    """Take the form of a report."""
    parser.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="text: drawn (default); json; github: annotations for a workflow's log",
    )


def read_filter(arguments: Namespace) -> str:
    """Give the filter, from standard input where it is ``-``."""
    return read_text(arguments.filter, arguments.max_length)


def read_text(text: str, longest: int) -> str:
    """Give an argument, or what stands on standard input where it is ``-``."""
    if text != "-":
        return text
    # Four bytes are the longest code point; what is beyond the limit need not be read to refuse it.
    return decode_any(sys.stdin.buffer.read(4 * longest + 8))


def decode(data: bytes) -> str:
    """Decode a text; bytes that are no UTF-8 become surrogates, which the parser points at."""
    return data.decode("utf-8-sig", "surrogateescape")


def decode_any(data: bytes) -> str:
    """Decode a text that is only read: UTF-16, too, as shells of Windows write it."""
    return data.decode("utf-16", "replace") if data.startswith(_UTF_16) else decode(data)


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how it begins


def read_lines(stream: BinaryIO, longest: int) -> Iterator[str]:
    """Give the lines of a stream in bounded memory: of a longer line no more than its beginning."""
    size = 4 * longest + 8
    data = stream.readline(size)
    if data.startswith(_UTF_16):
        yield from _read_utf_16(data, stream, longest)
        return
    encoding = "utf-8-sig"
    while data:
        line = data
        while len(data) == size and not data.endswith(b"\n"):
            data = stream.readline(size)
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode(encoding, "surrogateescape")
        encoding = "utf-8"
        data = stream.readline(size)


def _read_utf_16(data: bytes, stream: BinaryIO, longest: int) -> Iterator[str]:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-16")("replace")
    rest = ""
    while data:
        *lines, rest = f"{rest}{decoder.decode(data)}".split("\n")
        for line in lines:
            yield line.removesuffix("\r")
        rest = rest[: longest + 1]
        data = stream.read(1 << 16)
    if rest := rest + decoder.decode(b"", final=True):
        yield rest
