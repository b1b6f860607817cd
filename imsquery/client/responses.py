"""Responses of the image list: records, or an error and whether trying again may help."""

from __future__ import annotations

import re
import socket
import ssl
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from imsquery.client.errors import FetchError
from imsquery.diagnostics.terminal import shorten
from imsquery.execution.pages import Page
from imsquery.server.strict_json import read_json

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Record = dict[str, Any]

MAX_PAGE = 64 << 20  # bytes of one page
_TOO_MANY = 429
_OK = 200
_SERVER_ERROR = 500
_SHOWN = 300  # characters of a response in a message
# Accepted encodings of a response.  Compressed twice, a terabyte would fit into one chunk.
_ENCODINGS = {"", "identity", "gzip", "deflate"}


class TryAgain(Exception):  # noqa: N818 -- a request, not an error of its own
    """Asks to try again, ``after`` as many seconds as the service said, if it did."""

    def __init__(self, error: FetchError, after: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.after = after


def read_images(
    query: str, response: httpx.Response, body: bytes, secrets: Iterable[str], *, links: bool
) -> list[Record]:
    """Return the records of a response.

    Args:
        query: what was asked for.
        response: its status and headers.
        body: its body.
        secrets: values to remove from messages.
        links: whether it says, by a link to the next page, that there is one.

    Raises:
        TryAgain: trying again may help.
        FetchError: it will not.
    """
    status = response.status_code
    if status != _OK:
        error = _refusal(query, status, body, secrets)
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            raise TryAgain(error, _retry_after(response.headers.get("Retry-After")))
        raise error
    try:
        # Strictly, since what is printed must be JSON again.
        page = read_json(body.decode("utf-8-sig"))
    except RecursionError:
        raise FetchError("the response is nested too deep", query, status) from None
    except ValueError:
        raise TryAgain(FetchError("the response is not JSON", query, status)) from None
    images = page.get("images") if isinstance(page, dict) else None
    if not isinstance(images, list) or not all(isinstance(each, dict) for each in images):
        raise FetchError("the response is not a list of images", query, status)
    # Followed as it is, the link would lead elsewhere: it may be to another host, and Glance's
    # forgets all but the last of what is repeated.
    return Page(images, page.get("next")) if links else images


def _refusal(query: str, status: int, body: bytes, secrets: Iterable[str]) -> FetchError:
    said, code = _explain(body, secrets, str(status))
    message = f"the service responded with {status}" + (f": {said}" if said else "")
    return FetchError(message, query, status, code)


@contextmanager
def connection_errors(query: str) -> Iterator[None]:
    """Turn errors of the connection into reasons to try again, or into final ones."""
    try:
        yield
    except (httpx.TimeoutException, TimeoutError):
        raise TryAgain(FetchError("the service did not respond in time", query)) from None
    except httpx.InvalidURL as error:
        raise FetchError(f"the query does not fit in a URL: {error}", query) from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = shorten(str(error) or type(error).__name__, _SHOWN)
        failed = FetchError(f"the connection failed: {reason}", query)
        raise failed if _is_final(error) else TryAgain(failed) from None


def _is_final(error: BaseException | None) -> bool:
    """Return whether trying again cannot help: unknown host, or untrusted certificate."""
    while error is not None:
        if isinstance(error, ssl.SSLError) and not isinstance(error, _CUT_OFF):
            return True
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
            return True
        error = error.__cause__ or error.__context__
    return False


_markup = re.compile(r"<[^<>]{0,40}>")  # which WebOb has in messages of JSON, too

_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


def check_encoding(query: str, response: httpx.Response) -> None:
    """Raise for a response with an unexpected encoding, before anything is decompressed."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchError(f"unsupported encoding of the response: {encoding[:40]!r}", query)


def check_progress(query: str, body: bytearray, deadline: float) -> None:
    """Raise for a response that takes too long, or is too long."""
    if time.monotonic() > deadline:
        raise TryAgain(FetchError("the service did not respond in time", query))
    if len(body) > MAX_PAGE:
        raise FetchError(f"the response is longer than {MAX_PAGE:,} bytes", query)


def _retry_after(value: str | None) -> float | None:
    """Parse a ``Retry-After`` header, seconds or a date; RFC 9110, 10.2.3."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _explain(body: bytes, secrets: Iterable[str], status: str) -> tuple[str, str | None]:
    """Return the error message and code in a response of the service or its gateway.

    Args:
        body: of the response.
        secrets: values to remove from the message.
        status: that it has; a code that only repeats it is dropped.
    """
    try:
        told = read_json(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "", None
    told = told.get("error", told) if isinstance(told, dict) else None
    if not isinstance(told, dict):
        return "", None
    message = told.get("message") or told.get("error_msg")
    code = told.get("code") or told.get("error_code")
    if isinstance(code, str) and code.startswith(f"{status} "):  # `404 Not Found`, of WebOb
        code = None
    said = [_redact(secrets, each) for each in (code, message) if isinstance(each, str) and each]
    shown = " ".join(_markup.sub(" ", " ".join(said)).split())
    return shorten(shown, _SHOWN), said[0][:_SHOWN] if isinstance(code, str) and code else None


def _redact(secrets: Iterable[str], text: str) -> str:
    # Before the text is shortened, which could leave the beginning of a secret.
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
