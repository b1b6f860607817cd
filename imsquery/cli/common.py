"""What commands share: common arguments, and reading filters."""

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
    """Declare the filter."""
    parser.add_argument(
        "filter",
        metavar="FILTER",
        nargs="?" if optional else None,
        help="the filter; - reads standard input",
    )


def add_options(parser: ArgumentParser) -> None:
    """Declare the options for reading a filter."""
    add_allow_unlisted(parser)
    parser.add_argument(
        "--now",
        type=_time,
        metavar="TIME",
        help="time that `now` and `today` refer to, such as 2018-10-28",
    )
    add_limits(parser)


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


def add_max_requests(parser: ArgumentParser, default: int) -> None:
    """Declare ``--max-requests``."""
    parser.add_argument(
        "--max-requests",
        type=_positive,
        default=default,
        metavar="N",
        help="maximum number of requests, not counting further pages (default: %(default)s)",
    )


def add_report_format(parser: ArgumentParser) -> None:
    """Declare the format of findings."""
    parser.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="output format: drawn for a terminal (default), JSON, or GitHub annotations",
    )


def read_filter(arguments: Namespace) -> str:
    """Return the filter."""
    return read_text(arguments.filter, arguments.max_length)


def read_text(text: str, longest: int) -> str:
    """Return an argument, or standard input if it is ``-``."""
    if text != "-":
        return text
    # A code point has up to four bytes; what exceeds the limit is refused without reading it all.
    return decode_any(sys.stdin.buffer.read(4 * longest + 8))


def decode(data: bytes) -> str:
    """Decode UTF-8; other bytes become surrogates, which the parser reports in place."""
    return data.decode("utf-8-sig", "surrogateescape")


def decode_any(data: bytes) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark, as Windows shells write it."""
    return data.decode("utf-16", "replace") if data.startswith(_UTF_16) else decode(data)


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks


def read_lines(stream: BinaryIO, longest: int) -> Iterator[str]:
    """Yield the lines of a stream, cutting long ones so that memory stays bounded."""
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
