"""Pages of images over HTTP: a whole page or an error, with retries where they may help."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime

try:
    import httpx
except ModuleNotFoundError as _missing:
    _message = "fetching images needs HTTPX; install imsquery[http]"
    raise ModuleNotFoundError(_message, name=_missing.name) from _missing

from attrs import frozen

from imsquery.client.credentials import ANONYMOUS, Credentials
from imsquery.client.responses import (
    TryAgain,
    check_encoding,
    check_progress,
    connection_errors,
    read_images,
)
from imsquery.client.signing import sign
from imsquery.compiler.query_string import check_endpoint
from imsquery.schema.cloudimages import CLOUDIMAGES

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType
    from typing import Any, Self, TypeVar

    from imsquery.schema.spec import Spec

    Record = dict[str, Any]
    Client = TypeVar("Client")


@frozen
class Patience:
    """How long to keep trying.

    Attributes:
        attempts: maximum number of requests for one page.
        timeout: seconds for one request and its whole response.
        pause: seconds before the second attempt; later pauses double.
        longest: maximum seconds of a pause, whatever the service asks for.
    """

    attempts: int = 5
    timeout: float = 60.0
    pause: float = 0.5
    longest: float = 60.0


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
    """What both fetchers share: requests, responses, and when to try again."""

    def __init__(
        self, endpoint: str, credentials: Credentials, patience: Patience, spec: Spec
    ) -> None:
        self._url = check_endpoint(endpoint, spec.path) + spec.path
        self._has_links = spec.next_links
        self._credentials = credentials
        self._patience = patience
        self.attempts = 0
        """Requests sent so far."""

    def _options(self) -> dict[str, Any]:
        # No redirects: credentials are for this endpoint only.
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
        """Return a client, with the proxies and certificates of the environment."""
        try:
            return client(**self._options())
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            # The message would contain the address of the proxy, which may contain a password.
            name = type(error).__name__
            message = f"invalid proxy or certificates in the environment ({name})"
            raise ValueError(message) from None

    def _address(self, query: str) -> str:
        return f"{self._url}?{query}" if query else self._url

    def _read(self, query: str, response: httpx.Response, body: bytes) -> list[Record]:
        secrets = self._credentials.secrets
        return read_images(query, response, body, secrets, links=self._has_links)

    def _pause(self, again: TryAgain, attempt: int) -> float:
        """Return the seconds to wait before trying again.

        Raises:
            FetchError: no attempts are left, or the service asks for too long a pause.
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
        # Random, so that clients that failed together do not all come back at once.
        backoff = min(patience.pause * 2.0 ** (attempt - 1), patience.longest)
        return backoff * random.uniform(0.5, 1.0)  # noqa: S311


class Fetcher(_Requests):
    """Fetches pages; safe to call from several threads.

    While headers arrive, the timeout is for each chunk, so that a slow service can exceed it in
    total; :class:`AsyncFetcher` always ends in time.

    Args:
        endpoint: scheme and host, such as ``https://ims.cn-north-4.myhuaweicloud.com``, with or
            without the path of the image list, or the beginning of it.
        credentials: sent or signed with.
        patience: how long to keep trying.
        spec: the path of the image list, and whether its pages have links to the next.

    Raises:
        ValueError: the endpoint is invalid.
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials = ANONYMOUS,
        *,
        patience: Patience = Patience(),
        spec: Spec = CLOUDIMAGES,
    ) -> None:
        super().__init__(endpoint, credentials, patience, spec)
        self._client = self._open(httpx.Client)

    def __call__(self, query: str) -> list[Record]:
        """Fetch the page of a query string.

        Raises:
            FetchError: the page could not be fetched as a whole.
        """
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._read(query, *self._ask(query))
            except TryAgain as again:
                time.sleep(self._pause(again, attempt))
        raise AssertionError  # the last pause raises

    def _ask(self, query: str) -> tuple[httpx.Response, bytes]:
        self.attempts += 1
        deadline = time.monotonic() + self._patience.timeout
        body = bytearray()
        with (
            connection_errors(query),
            self._client.stream("GET", self._address(query)) as response,
        ):
            check_encoding(query, response)
            for chunk in response.iter_bytes():
                body += chunk
                check_progress(query, body, deadline)
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
        credentials: Credentials = ANONYMOUS,
        *,
        patience: Patience = Patience(),
        spec: Spec = CLOUDIMAGES,
    ) -> None:
        super().__init__(endpoint, credentials, patience, spec)
        self._client = self._open(httpx.AsyncClient)

    async def __call__(self, query: str) -> list[Record]:
        """Fetch the page of a query string.

        Raises:
            FetchError: the page could not be fetched as a whole.
        """
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._read(query, *await self._ask(query))
            except TryAgain as again:
                await asyncio.sleep(self._pause(again, attempt))
        raise AssertionError  # the last pause raises

    async def _ask(self, query: str) -> tuple[httpx.Response, bytes]:
        self.attempts += 1
        deadline = time.monotonic() + self._patience.timeout
        body = bytearray()
        with connection_errors(query):
            async with (
                # The timeout of the library is for each chunk of a response.
                asyncio.timeout(self._patience.timeout),
                self._client.stream("GET", self._address(query)) as response,
            ):
                check_encoding(query, response)
                async for chunk in response.aiter_bytes():
                    body += chunk
                    check_progress(query, body, deadline)
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
