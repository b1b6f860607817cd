"""Bytes as text: UTF-8, or UTF-16 with a byte order mark, as Windows shells write it.

A byte that belongs to no character becomes half of a surrogate pair, the way Python passes on
arguments of a command (PEP 383).  A text that contains one has a single finding,
``bad-encoding``: nothing else that could be said of it would be of use.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, register_error

from imsquery.late import Late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from imsquery.diagnostics.errors import QueryError

_MARKS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}
ESCAPING = "imsquery-escape"
"""The error handler that turns each byte into half of a surrogate pair."""
_ESCAPED = 0xDC00
_escaped = Late("[\udc00-\udcff]").search
_LOOKED_AT = 4096  # code points, to recognize an encoding
_ENOUGH = 4  # a quarter of all characters, or half of every other


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(_ESCAPED + byte) for byte in bad), error.end


register_error(ESCAPING, _escape)


def most_bytes(longest: int) -> int:
    """Return how much to read so that a text is known to exceed a limit, without reading it all.

    Args:
        longest: the limit in code points, which have up to four bytes.
    """
    return 4 * longest + 8


def encoding_of(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark at the start, if any, and the encoding."""
    return next((each for each in _MARKS.items() if data.startswith(each[0])), (b"", "utf-8"))


def decode(data: bytes) -> str:
    """Decode a text, with each byte that is not text escaped."""
    mark, codec = encoding_of(data)
    return data.removeprefix(mark).decode(codec, ESCAPING)


def decode_all(data: bytes, longest: int) -> str:
    """Decode a text, all of which must be text.

    What exceeds the limit is cut off: it may end in the middle of a character.

    Raises:
        QueryError: it is not UTF-8.
    """
    mark, codec = encoding_of(data)
    return check_encoding(decode(data)[: longest + 1], codec, len(mark))


def check_encoding(text: str, codec: str = "utf-8", before: int = 0) -> str:
    """Return a text that was decoded.

    Args:
        text: with bytes that are not text escaped.
        codec: its encoding.
        before: the length of its byte order mark.

    Raises:
        QueryError: a byte of it could not be decoded, or it is UTF-16 without a byte order mark.
    """
    if text.isascii() and "\0" not in text:
        return text
    if _is_utf_16(text[:_LOOKED_AT]):
        message = "this is UTF-16 without a byte order mark; save it as UTF-8"
        raise _bad_encoding(text.replace("\0", ""), message, (0, 1))
    found = _escaped(text)
    if found is None:
        return text
    offset = before + len(text[: found.start()].encode(codec, "surrogatepass"))
    byte = f"unexpected byte 0x{ord(found[0]) - _ESCAPED:02X} at offset {offset}"
    raise _bad_encoding(text, f"not {codec.upper()[:6]}: {byte}", found.span())


def _is_utf_16(text: str) -> bool:
    """Return whether every other byte is zero, as in a Latin text read as UTF-8."""
    counts = sorted((text[::2].count("\0"), text[1::2].count("\0")))
    return counts[0] == 0 and counts[1] * _ENOUGH >= len(text)


def _bad_encoding(text: str, message: str, span: tuple[int, int]) -> QueryError:
    from imsquery.diagnostics.errors import QueryError
    from imsquery.diagnostics.model import diagnostic

    return QueryError(text, [diagnostic("bad-encoding", message, span)])
