"""Pages of images over HTTP: all of one or an error, and another try where one may help."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import ssl
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

try:
    import httpx
except ModuleNotFoundError as _missing:
    _message = "fetching images needs HTTPX; install imsquery[http]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from attrs import field, frozen

from imsquery.client.errors import FetchError
from imsquery.client.signing import AccessKey, sign
from imsquery.compiler.query_string import check_endpoint
from imsquery.diagnostics.terminal import shorten
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.server.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from types import TracebackType
    from typing import Any, Self, TypeVar

    from imsquery.schema.spec import Spec

    Record = dict[str, Any]
    Client = TypeVar("Client")

TOKEN_VARIABLE = "IMSQUERY_TOKEN"
ACCESS_VARIABLE = "HUAWEICLOUD_SDK_AK"
SECRET_VARIABLE = "HUAWEICLOUD_SDK_SK"
_SECURITY_VARIABLE = "HUAWEICLOUD_SDK_SECURITY_TOKEN"
_PROJECT_VARIABLE = "HUAWEICLOUD_SDK_PROJECT_ID"

MAX_PAGE = 64 << 20  # bytes of one page
_TOO_MANY = 429
_OK = 200
_SHOWN = 300  # characters of what a service says that an error repeats
# How an answer may be packed.  In two layers, a page of a terabyte fits into a piece of an answer.
_ENCODINGS = {"", "identity", "gzip", "deflate"}
_header_value = re.compile(r"[!-~]+").fullmatch


@frozen
class Patience:
    """How long to try.

    Attributes:
        attempts: requests for one page, at most.
        timeout: seconds for one request and its whole answer.
        pause: seconds before the second attempt; each further pause may be twice as long.
        longest: seconds that a pause takes at most, whatever the service asks for.
    """

    attempts: int = 5
    timeout: float = 60.0
    pause: float = 0.5
    longest: float = 60.0


@frozen
class Credentials:
    """What proves who asks: a token, or else an access key, or nothing at all."""

    token: str | None = field(default=None, repr=False)
    key: AccessKey | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Take credentials from variables: the token, or what the vendor's SDKs read.

        Raises:
            ValueError: one holds what no header can; or a key has no secret.
        """
        names = (TOKEN_VARIABLE, ACCESS_VARIABLE, SECRET_VARIABLE, _SECURITY_VARIABLE,
                 _PROJECT_VARIABLE)  # fmt: skip
        for name in names:
            if environment.get(name) and not _header_value(environment[name]):
                # HTTP libraries would put the value into their message.
                raise ValueError(f"{name} contains characters that a header cannot hold")
        token, access, secret, security, project = (environment.get(each) or None for each in names)
        if token is not None:
            return cls(token)
        if (access is None) != (secret is None):
            raise ValueError(f"{ACCESS_VARIABLE} and {SECRET_VARIABLE}: one without the other")
        if access is None or secret is None:
            return cls()
        return cls(None, AccessKey(access, secret, security, project))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not show anywhere."""
        key = self.key
        found = (self.token, *((key.secret, key.security_token) if key else ()))
        return tuple(each for each in found if each)


class _Auth(httpx.Auth):
    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token, key = self._credentials.token, self._credentials.key
        if token is not None:
            request.headers["X-Auth-Token"] = token
        elif key is not None:
            path, _, query = request.url.raw_path.decode("ascii").partition("?")
            signed = {"Host": request.headers["Host"]}
            request.headers.update(
                sign(key, request.method, path, query, signed, datetime.now(UTC))
            )
        yield request


class _Requests:
    """What both fetchers do alike: make requests, judge answers, decide on another try."""

    def __init__(
        self, endpoint: str, credentials: Credentials, patience: Patience, spec: Spec
    ) -> None:
        self._url = check_endpoint(endpoint) + spec.path
        self._credentials = credentials
        self._patience = patience
        self.attempts = 0
        """Requests sent so far."""

    def _options(self) -> dict[str, Any]:
        # No redirects: credentials are for the endpoint that was named.
        return {
            "auth": _Auth(self._credentials),
            "timeout": self._patience.timeout,
            "follow_redirects": False,
            "headers": {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": "imsquery",
            },
        }

    def _open(self, client: Callable[..., Client]) -> Client:
        """Make a client; it reads which proxies and certificates the environment names."""
        try:
            return client(**self._options())
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            # The message would have the address of the proxy, and that may have a password.
            name = type(error).__name__
            message = f"the environment names a proxy or certificates that are of no use ({name})"
            raise ValueError(message) from None

    def _address(self, query: str) -> str:
        return f"{self._url}?{query}" if query else self._url

    def _read(self, query: str, response: httpx.Response, body: bytes) -> list[Record]:
        """Give the records of an answer.

        Raises:
            _Again: another try may help.
            FetchError: it will not.
        """
        status = response.status_code
        if status != _OK:
            error = self._refused(query, status, body)
            if status == _TOO_MANY or status >= 500:  # noqa: PLR2004
                raise _Again(error, _retry_after(response.headers.get("Retry-After")))
            raise error
        try:
            # Strictly: what is printed must be JSON again.
            page = read_json(body.decode("utf-8-sig"))
        except RecursionError:
            raise FetchError("the answer is nested too deep", query, status) from None
        except ValueError:
            raise _Again(FetchError("the answer is no JSON", query, status)) from None
        images = page.get("images") if isinstance(page, dict) else None
        if not isinstance(images, list) or not all(isinstance(each, dict) for each in images):
            raise FetchError("the answer is no list of images", query, status)
        return images

    def _refused(self, query: str, status: int, body: bytes) -> FetchError:
        said, code = _explanation(body, self._credentials.secrets)
        message = f"the service answered {status}" + (f": {said}" if said else "")
        return FetchError(message, query, status, code)

    def _pause(self, again: _Again, attempt: int) -> float:
        """Give the seconds to wait before another try.

        Raises:
            FetchError: there is none left, or the service wants a longer pause than there may be.
        """
        patience = self._patience
        if attempt >= patience.attempts:
            again.error.message += f"; gave up after {attempt} attempts"
            raise again.error
        if again.after is not None:
            if again.after > patience.longest:
                again.error.message += f"; it asks to wait for {again.after:.0f} seconds"
                raise again.error
            return again.after
        # Random, so that clients that failed together do not come back together.
        backoff = min(patience.pause * 2.0 ** (attempt - 1), patience.longest)
        return backoff * random.uniform(0.5, 1.0)  # noqa: S311


class _Again(Exception):  # noqa: N818 -- a wish, not an error of its own
    """Another try may help; ``after`` so many seconds, if the service said so."""

    def __init__(self, error: FetchError, after: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.after = after


class Fetcher(_Requests):
    """Fetches pages; safe to call from several threads.

    A service that sends the head of an answer in small pieces can take longer than the time-out,
    which is then for each piece; :class:`AsyncFetcher` ends in time whatever it does.

    Args:
        endpoint: scheme and host, such as ``https://ims.cn-north-4.myhuaweicloud.com``.
        credentials: who asks.
        patience: how long to try.
        spec: whose path to ask.

    Raises:
        ValueError: the endpoint is none.
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials = Credentials(),
        *,
        patience: Patience = Patience(),
        spec: Spec = CLOUDIMAGES,
    ) -> None:
        super().__init__(endpoint, credentials, patience, spec)
        self._client = self._open(httpx.Client)

    def __call__(self, query: str) -> list[Record]:
        """Fetch the page of a query string.

        Raises:
            FetchError: it could not be had, or only in part.
        """
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._read(query, *self._ask(query))
            except _Again as again:
                time.sleep(self._pause(again, attempt))
        raise AssertionError  # the last pause raises

    def _ask(self, query: str) -> tuple[httpx.Response, bytes]:
        self.attempts += 1
        deadline = time.monotonic() + self._patience.timeout
        body = bytearray()
        with (
            _as_broken_connection(query),
            self._client.stream("GET", self._address(query)) as response,
        ):
            _check_encoding(query, response)
            for chunk in response.iter_bytes():
                body += chunk
                _check_progress(query, body, deadline)
        return response, bytes(body)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncFetcher(_Requests):
    """Fetches pages without blocking; otherwise like :class:`Fetcher`."""

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials = Credentials(),
        *,
        patience: Patience = Patience(),
        spec: Spec = CLOUDIMAGES,
    ) -> None:
        super().__init__(endpoint, credentials, patience, spec)
        self._client = self._open(httpx.AsyncClient)

    async def __call__(self, query: str) -> list[Record]:
        """Fetch the page of a query string.

        Raises:
            FetchError: it could not be had, or only in part.
        """
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._read(query, *await self._ask(query))
            except _Again as again:
                await asyncio.sleep(self._pause(again, attempt))
        raise AssertionError  # the last pause raises

    async def _ask(self, query: str) -> tuple[httpx.Response, bytes]:
        self.attempts += 1
        deadline = time.monotonic() + self._patience.timeout
        body = bytearray()
        with _as_broken_connection(query):
            async with (
                # The time-out of the library is for each piece of an answer alone.
                asyncio.timeout(self._patience.timeout),
                self._client.stream("GET", self._address(query)) as response,
            ):
                _check_encoding(query, response)
                async for chunk in response.aiter_bytes():
                    body += chunk
                    _check_progress(query, body, deadline)
        return response, bytes(body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


@contextmanager
def _as_broken_connection(query: str) -> Iterator[None]:
    """Take what goes wrong on the way for a reason to try again."""
    try:
        yield
    except (httpx.TimeoutException, TimeoutError):
        raise _Again(FetchError("the service did not answer in time", query)) from None
    except httpx.InvalidURL as error:
        raise FetchError(f"no URL can ask for it: {error}", query) from None
    except (httpx.TransportError, httpx.DecodingError) as error:
        reason = shorten(str(error) or type(error).__name__, _SHOWN)
        failed = FetchError(f"the connection failed: {reason}", query)
        raise failed if _is_final(error) else _Again(failed) from None


def _is_final(error: BaseException | None) -> bool:
    """Tell whether another try would fail, too: no such host, or none that can be trusted."""
    while error is not None:
        if isinstance(error, ssl.SSLError) and not isinstance(error, _CUT_OFF):
            return True
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
            return True
        error = error.__cause__ or error.__context__
    return False


_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


def _check_encoding(query: str, response: httpx.Response) -> None:
    """See that an answer is packed once at most, before anything is unpacked."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchError(f"the answer is packed as {encoding[:40]!r}", query)


def _check_progress(query: str, body: bytearray, deadline: float) -> None:
    """See that an answer ends, and in time."""
    if time.monotonic() > deadline:
        raise _Again(FetchError("the service did not answer in time", query))
    if len(body) > MAX_PAGE:
        raise FetchError(f"the answer is longer than {MAX_PAGE:,} bytes", query)


def _retry_after(value: str | None) -> float | None:
    """Read a number of seconds or a date; RFC 9110, 10.2.3."""
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


def _explanation(body: bytes, secrets: Iterable[str]) -> tuple[str, str | None]:
    """Read what went wrong, as the service or the gateway in front of it says it.

    Args:
        body: of the answer.
        secrets: what must not be repeated.
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
    said = [_without(secrets, each) for each in (code, message) if isinstance(each, str) and each]
    return shorten(" ".join(said), _SHOWN), said[0][:_SHOWN] if isinstance(
        code, str
    ) and code else None


def _without(secrets: Iterable[str], text: str) -> str:
    # Before it is cut off, which could leave the beginning of one.
    for secret in secrets:
        text = text.replace(secret, "…")
    return text
