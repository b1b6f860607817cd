"""Fetching: retries, timeouts, refusals, credentials."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

httpx = pytest.importorskip("httpx")

from imsquery import compile as compile_query  # noqa: E402
from imsquery.client import responses  # noqa: E402
from imsquery.client.credentials import Credentials  # noqa: E402
from imsquery.client.errors import FetchError  # noqa: E402
from imsquery.client.fetching import AsyncFetcher, Fetcher, Patience  # noqa: E402
from imsquery.execution.pages import Page  # noqa: E402
from imsquery.specs import named  # noqa: E402
from tests.faulty_server import FAULTS, FaultyServer, faulty_server, page  # noqa: E402

IMAGES: list[dict[str, Any]] = [{"id": "a", "name": "公共 1"}, {"id": "b", "tags": ["x=y"]}]
QUICK = Patience(timeout=0.4, pause=0.01, longest=2)
HUSH = "hush-hush"

Fetch = Callable[..., list[dict[str, Any]]]


def fetch_blocking(server: FaultyServer, query: str = "", **options: Any) -> list[dict[str, Any]]:
    with Fetcher(server.endpoint, patience=QUICK, **options) as fetch:
        return fetch(query)


def fetch_async(server: FaultyServer, query: str = "", **options: Any) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        async with AsyncFetcher(server.endpoint, patience=QUICK, **options) as fetch:
            return await fetch(query)

    return asyncio.run(run())


@pytest.fixture(params=[fetch_blocking, fetch_async])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server(lambda _target: page(IMAGES)) as server:
        yield server


def answer(status: str, body: bytes = b"", headers: str = "") -> str:
    """Return a response for the script, byte for byte."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head + body.decode("latin-1")


# -- requests


@pytest.mark.parametrize(
    "query", ["", "__platform=Oracle%20Linux&created_at=lt:2018-10-28T00:00:00Z", "tag=a=b%26c%2F"]
)
def test_the_query_string_is_sent_as_it_is(fetch: Fetch, server: FaultyServer, query: str) -> None:
    assert fetch(server, query) == IMAGES
    sent = server.requests[0].split("\r\n", 1)[0]
    assert sent == f"GET /v2/cloudimages{'?' if query else ''}{query} HTTP/1.1"


def test_an_endpoint_may_have_a_path_and_must_be_valid(server: FaultyServer) -> None:
    with Fetcher(server.endpoint + "/ims/") as fetch:
        fetch("limit=1")

    assert server.requests[0].startswith("GET /ims/v2/cloudimages?limit=1 ")
    with pytest.raises(ValueError, match="not an endpoint"):
        Fetcher("ftp://host")


# -- retries


@pytest.mark.parametrize("fault", FAULTS)
def test_a_temporary_fault_is_retried(fetch: Fetch, server: FaultyServer, fault: str) -> None:
    server.script = [fault, fault]

    assert fetch(server) == IMAGES
    assert len(server.requests) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lasting_fault_is_an_error(fetch: Fetch, server: FaultyServer, fault: str) -> None:
    server.script = [fault] * 99
    with pytest.raises(FetchError, match="gave up after 5 attempts"):
        fetch(server, "limit=3")

    assert len(server.requests) == 5


@pytest.mark.parametrize("status", ["301", "400", "401", "403", "404", "409", "422"])
def test_an_invalid_request_is_not_retried(fetch: Fetch, server: FaultyServer, status: str) -> None:
    body = b'{"error": {"message": "no", "code": "IMG.0024"}}'
    headers = f"Location: {server.endpoint}/elsewhere\r\n"
    server.script = [answer(f"{status} No", body, headers)]
    with pytest.raises(FetchError) as raised:
        fetch(server, "limit=3")

    assert len(server.requests) == 1
    assert (raised.value.status, raised.value.code) == (int(status), "IMG.0024")
    assert (
        str(raised.value)
        == f"the service responded with {status}: IMG.0024 no (asked for 'limit=3')"
    )


@pytest.mark.parametrize("body", [b'{"images": 1}', b"[]", b"null", b'{"images": [null]}', b"{}"])
def test_a_response_of_another_shape_is_an_error(
    fetch: Fetch, server: FaultyServer, body: bytes
) -> None:
    server.script = [answer("200 OK", body)]
    with pytest.raises(FetchError, match="is not a list of images"):
        fetch(server)


@pytest.mark.parametrize(
    "body",
    [
        b'{"images": [{"id": "a", "x": NaN}]}',
        b'{"images": [{"id": "a", "x": 1e999}]}',
        b'{"images": [{"id": "a", "x": ' + b"1" * 10_000 + b"}]}",
        b'{"images": [{"id": "\xff"}]}',
        b"<html>log in</html>",
        b"",
    ],
)
def test_a_response_that_is_not_json_is_an_error(
    fetch: Fetch, server: FaultyServer, body: bytes
) -> None:
    server.script = [answer("200 OK", body)] * 5
    with pytest.raises(FetchError, match="is not JSON; gave up after 5 attempts"):
        fetch(server)


def test_a_response_that_is_nested_too_deep_is_an_error(fetch: Fetch, server: FaultyServer) -> None:
    server.script = [answer("200 OK", b'{"images": ' + b"[" * 100_000)]
    with pytest.raises(FetchError, match="the response is nested too deep"):
        fetch(server)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nrubbish\r\n",
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ima',
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        f"HTTP/1.1 200 OK\r\nX: {'a' * 200_000}\r\n\r\n{{}}",
        answer("200 OK", b"rubbish", "Content-Encoding: gzip\r\n"),
    ],
)
def test_a_response_that_breaks_the_protocol_is_an_error(
    fetch: Fetch, server: FaultyServer, rubbish: str
) -> None:
    server.script = [rubbish] * 5
    with pytest.raises(FetchError, match=r"the connection failed: .*; gave up after 5 attempts"):
        fetch(server)


def compressed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def test_a_response_may_be_compressed(fetch: Fetch, server: FaultyServer) -> None:
    server.script = [answer("200 OK", compressed(page(IMAGES)), "Content-Encoding: gzip\r\n")]

    assert fetch(server) == IMAGES


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "GZIP,DEFLATE"])
def test_a_response_in_another_encoding_is_not_decoded(
    fetch: Fetch, server: FaultyServer, encoding: str
) -> None:
    body = compressed(compressed(page(IMAGES)))
    server.script = [answer("200 OK", body, f"Content-Encoding: {encoding}\r\n")]
    with pytest.raises(FetchError, match="unsupported encoding of the response"):
        fetch(server)


@pytest.mark.parametrize("is_compressed", [True, False])
def test_an_endless_response_is_an_error(
    fetch: Fetch,
    server: FaultyServer,
    monkeypatch: pytest.MonkeyPatch,
    is_compressed: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(responses, "MAX_PAGE", 1 << 20)
    body = b" " * (8 << 20)
    headers = "Content-Encoding: gzip\r\n" if is_compressed else ""
    server.script = [answer("200 OK", compressed(body) if is_compressed else body, headers)]
    with pytest.raises(FetchError, match="longer than 1,048,576 bytes"):
        fetch(server)


def test_an_untrusted_service_is_asked_once(fetch: Fetch) -> None:
    def refuse(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connections.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 400 Speak TLS elsewhere\r\n\r\n")

    connections: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plain = threading.Thread(target=refuse, args=(listener,))
        plain.start()
        server = FaultyServer(lambda _target: b"")
        server.endpoint = f"https://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with pytest.raises(FetchError, match=r"the connection failed: .*SSL") as raised:
                fetch(server, credentials=Credentials(HUSH))
        finally:
            server.close()
            listener.shutdown(socket.SHUT_RDWR)
            plain.join()

    assert len(connections) == 1
    assert HUSH not in f"{raised.value!r}{connections}"


def test_an_unknown_host_is_looked_up_once(
    fetch: Fetch, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_: object, **__: object) -> None:
        asked.append(1)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    asked: list[int] = []
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    server.endpoint = "http://images.invalid"
    with pytest.raises(FetchError, match=r"the connection failed: .*no such name") as raised:
        fetch(server)

    assert "attempts" not in str(raised.value)
    assert len(asked) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", [f"ftp://u:{HUSH}@host", f"http://u:{HUSH}@ho st:x"])
def test_an_invalid_proxy_is_refused_without_being_shown(
    fetch: Fetch, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(ValueError, match="invalid proxy or certificates") as raised:
        fetch(server)

    assert HUSH not in repr(raised.value)


def in_seconds(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "least"),
    [("1", 1.0), (in_seconds(-100), 0.0), ("soon", 0.0), ("-1", 0.0), ("", 0.0)],
    ids=["seconds", "a time that has passed", "a word", "a negative number", "nothing"],
)
def test_retry_after_is_respected(server: FaultyServer, header: str, least: float) -> None:
    server.script = [answer("429 Busy", b"", f"Retry-After: {header}\r\n")]
    start = time.monotonic()
    fetch_blocking(server)

    assert least <= time.monotonic() - start < least + 0.9


@pytest.mark.parametrize(
    "header", ["3600", in_seconds(3_600), "9" * 400], ids=["seconds", "a time", "many digits"]
)
def test_a_long_wait_is_an_error(fetch: Fetch, server: FaultyServer, header: str) -> None:
    server.script = [answer("503 Busy", b"", f"Retry-After: {header}\r\n")]
    with pytest.raises(FetchError, match="it asks to wait"):
        fetch(server)


def test_a_response_must_end_in_time(fetch: Fetch, server: FaultyServer) -> None:
    server.script = ["slow"] * 99
    start = time.monotonic()
    with pytest.raises(FetchError, match="did not respond in time"):
        fetch(server)

    assert time.monotonic() - start < 10


def test_the_head_of_a_response_must_end_in_time_too(server: FaultyServer) -> None:
    server.script = ["slow"] * 5  # the head alone takes three times the timeout
    start = time.monotonic()
    with pytest.raises(FetchError, match="did not respond in time"):
        fetch_async(server)

    assert time.monotonic() - start < 4.5


def test_a_refused_connection_is_an_error(fetch: Fetch, server: FaultyServer) -> None:
    server.close()
    with pytest.raises(FetchError, match="the connection failed"):
        fetch(server)


# -- credentials


def test_a_token_is_sent_in_its_header_only(
    fetch: Fetch, server: FaultyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"error_code": "APIGW.0301", "error_msg": f"bad token {HUSH}"}).encode()
    server.script = ["", answer("401 No", echo)]
    credentials = Credentials.from_environment({"IMSQUERY_TOKEN": HUSH})
    fetch(server, "limit=1", credentials=credentials)
    with pytest.raises(FetchError) as raised:
        fetch(server, "limit=1", credentials=credentials)

    assert f"\r\nX-Auth-Token: {HUSH}\r\n" in server.requests[0]
    assert server.requests[0].count(HUSH) == 1
    shown = f"{raised.value} {raised.value!r} {credentials!r} {caplog.text}"
    assert "APIGW.0301 bad token …" in shown
    assert HUSH not in shown


@pytest.mark.parametrize(
    "error",
    [
        {"code": HUSH, "message": "no"},
        {"code": "x", "message": "y" * 293 + HUSH},
        {"error_code": f"a{HUSH}b", "error_msg": f"{HUSH}{HUSH}"},
        {"code": 401, "message": [HUSH]},
    ],
)
def test_a_token_in_a_response_is_not_quoted(
    fetch: Fetch, server: FaultyServer, error: dict[str, Any]
) -> None:
    server.script = [answer("401 No", json.dumps({"error": error}).encode())]
    with pytest.raises(FetchError) as raised:
        fetch(server, credentials=Credentials(HUSH))

    for length in range(len(HUSH), 4, -1):
        assert HUSH[:length] not in f"{raised.value} {raised.value!r} {raised.value.code}"


def test_credentials_do_not_follow_a_redirect(fetch: Fetch, server: FaultyServer) -> None:
    with faulty_server(lambda _target: page(IMAGES)) as other:
        server.script = [answer("307 Over There", b"", f"Location: {other.endpoint}/\r\n")]
        with pytest.raises(FetchError, match="the service responded with 307"):
            fetch(server, credentials=Credentials(HUSH))

        assert other.requests == []


def test_a_key_signs_and_its_secret_stays(fetch: Fetch, server: FaultyServer) -> None:
    environment = {"HUAWEICLOUD_SDK_AK": "ak", "HUAWEICLOUD_SDK_SK": HUSH}
    fetch(server, "tag=a=b", credentials=Credentials.from_environment(environment))

    assert (
        "\r\nAuthorization: SDK-HMAC-SHA256 Access=ak, SignedHeaders=host;x-sdk-date, "
        in (server.requests[0])
    )
    assert HUSH not in server.requests[0]


def test_each_attempt_is_signed_again(server: FaultyServer) -> None:
    environment = {"HUAWEICLOUD_SDK_AK": "ak", "HUAWEICLOUD_SDK_SK": HUSH}
    server.script = [answer("429 Busy", b"", "Retry-After: 1\r\n")]
    fetch_blocking(server, credentials=Credentials.from_environment(environment))
    dates = [
        line for request in server.requests for line in request.split("\r\n")
        if line.lower().startswith("x-sdk-date")
    ]  # fmt: skip

    assert len(set(dates)) == 2


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"IMSQUERY_TOKEN": f"{HUSH}\r\nX: y"}, "IMSQUERY_TOKEN contains characters"),
        ({"IMSQUERY_TOKEN": f"{HUSH}é"}, "IMSQUERY_TOKEN contains characters"),
        ({"HUAWEICLOUD_SDK_AK": "ak"}, "set both .* or neither"),
        ({"HUAWEICLOUD_SDK_SK": HUSH}, "set both .* or neither"),
    ],
)
def test_unusable_credentials_are_refused_without_being_shown(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        Credentials.from_environment(environment)

    assert HUSH not in str(raised.value)


def test_without_credentials_nothing_is_sent(server: FaultyServer) -> None:
    fetch_blocking(server, credentials=Credentials.from_environment({"IMSQUERY_TOKEN": ""}))

    assert "auth" not in server.requests[0].lower()


# -- links to the next page


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"images": IMAGES, "next": "/v2/images?marker=b"}, "/v2/images?marker=b"),
        ({"images": IMAGES, "next": None}, None),
        ({"images": IMAGES}, None),
    ],
)
def test_a_page_has_its_link_where_the_spec_has_links(
    fetch: Fetch, server: FaultyServer, body: dict[str, Any], expected: str | None
) -> None:
    server.script = [answer("200 OK", json.dumps(body).encode())] * 2
    plain = fetch(server)
    linked = fetch(server, spec=named("glance"))

    assert plain == linked == IMAGES
    assert isinstance(linked, Page)
    assert linked.next == expected
    assert not isinstance(plain, Page)


def test_markup_in_a_message_is_not_shown(fetch: Fetch, server: FaultyServer) -> None:
    told = {
        "code": "404 Not Found",
        "message": "No <b>such</b> image.<br /><br />\n\n",
        "title": "",
    }
    server.script = [answer("404 Not Found", json.dumps(told).encode())]
    with pytest.raises(FetchError) as raised:
        fetch(server, "id=x")

    assert raised.value.message == "the service responded with 404: No such image."
    assert raised.value.code is None


@pytest.mark.parametrize(
    "path", ["", "/", "/v2", "/v2/", "/v2/images", "/v2/images/", "//v2/images"]
)
@pytest.mark.parametrize("prefix", ["", "/image", "/v1"])
def test_an_endpoint_may_have_the_path_or_the_beginning_of_it(prefix: str, path: str) -> None:
    endpoint = f"http://v2{prefix}{path}"

    assert (
        compile_query("all", spec=named("glance")).url(endpoint) == f"http://v2{prefix}/v2/images"
    )
