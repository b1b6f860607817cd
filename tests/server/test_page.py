"""The page over HTTP: who may ask, what is sent along, and how a question is refused."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.provisional import domains

pytest.importorskip("duckdb")
httpx = pytest.importorskip("httpx")

from imsquery import CLOUDIMAGES  # noqa: E402
from imsquery.engines.dialects.named import DIALECTS  # noqa: E402
from imsquery.server.catalogue import Catalogue  # noqa: E402
from imsquery.server.page.answers import LIMITS, MAX_COLUMNS, MAX_PAGES, MAX_ROWS  # noqa: E402
from imsquery.server.page.assets import TYPES, read_assets  # noqa: E402
from imsquery.server.page.routes import MOST_BYTES  # noqa: E402
from imsquery.server.runner import running  # noqa: E402
from tests.server.test_server import TOKEN, start  # noqa: E402

JSON = {"content-type": "application/json"}
FILTER = {"query": "platform = CentOS", "endpoint": "https://example.org", "dialect": "duckdb"}


@pytest.fixture(scope="module")
def client(endpoint: str) -> Iterator[Any]:
    with httpx.Client(base_url=endpoint) as client:
        yield client


@contextmanager
def serving(images: list[dict[str, Any]]) -> Iterator[Any]:
    """Serve images, and yield a client."""
    with (
        Catalogue.from_records(images) as catalogue,
        running(catalogue) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield client


def ask(client: Any, name: str, **fields: Any) -> Any:
    response = client.post(f"/api/{name}", content=json.dumps(fields), headers=JSON)
    assert response.status_code == 200
    return response.json()


def refused(response: Any) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["message"].endswith(".")
    return response.status_code, error["code"]


# -- files


def test_the_page_is_at_the_root_and_loads_nothing_from_elsewhere(client: Any) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "//" not in response.text.replace("<!doctype", "")
    assert "<style" not in response.text
    assert "style=" not in response.text
    assert '<script type="module" src="main.js"></script>' in response.text


@pytest.mark.parametrize("name", sorted(read_assets()))
def test_every_file_has_its_type_and_the_policy(client: Any, name: str) -> None:
    response = client.get("/" if name == "index.html" else f"/{name}")
    policy = response.headers["content-security-policy"]

    assert response.content == read_assets()[name]
    assert response.headers["content-type"] == TYPES[name[name.rindex(".") :]]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/../app.py", "/%2e%2e/app.py", "/assets/", "/page.css/", "/x.js"]
)
def test_nothing_else_is_served(client: Any, path: str) -> None:
    assert refused(client.get(path)) == (404, "APIGW.0101")


def test_the_engines_of_the_page_are_those_there_are() -> None:
    page = read_assets()["index.html"].decode()

    assert [name for name in DIALECTS if f'<option value="{name}">' in page] == [*DIALECTS]
    assert page.count("<option") == len(DIALECTS)


# -- questions


def test_a_filter_is_answered_with_its_request_plan_and_statement(client: Any) -> None:
    found = ask(client, "filter", **FILTER)

    assert found["findings"] == []
    assert found["request"] == {
        "query_string": "__platform=CentOS",
        "url": "https://example.org/v2/cloudimages?__platform=CentOS",
    }
    assert found["plan"]["rows"][1] == {
        "depth": 1, "text": "GET /v2/cloudimages?__platform=CentOS"
    }  # fmt: skip
    assert found["sql"]["params"] == ["CentOS"]
    assert "CentOS" not in found["sql"]["sql"]


def test_a_faulty_filter_is_answered_with_findings_alone(client: Any) -> None:
    found = ask(client, "filter", **FILTER | {"query": "platfrom = Centos && 😀"})

    assert [each["code"] for each in found["findings"]][:2] == ["unknown-name", "syntax"]
    assert found["mended"].startswith("platform = Centos and ")
    assert found["request"] is found["plan"] is found["sql"] is found["formatted"] is None


@pytest.mark.parametrize(
    ("name", "fields", "problem"),
    [
        ("images", {"query": "platform = $p"}, "`$p` has no value"),
        ("images", {"query": "platfrom = CentOS"}, "unknown name"),
        ("images", {"query": "min_disk = 999999999999999999999"}, "expected a whole number"),
        ("why", {"query": "all", "image": "nope"}, "no image has this id"),
        ("why", {"query": "all", "image": "\ud800"}, "surrogate"),
        ("why", {"query": "tag in", "image": "nope"}, "no image has this id"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: Any, name: str, fields: dict[str, str], problem: str
) -> None:
    assert problem in ask(client, name, **fields)["problem"]


def test_an_endpoint_that_is_none_is_a_problem_of_the_request_alone(client: Any) -> None:
    found = ask(client, "filter", **FILTER | {"endpoint": "javascript:alert(1)"})

    assert "endpoint" in found["request"]["problem"]
    assert found["plan"]["rows"]


def test_a_filter_that_is_too_long_is_a_finding(client: Any) -> None:
    query = "a" * (LIMITS.length + 1)
    found = ask(client, "filter", **FILTER | {"query": query})

    assert [each["code"] for each in found["findings"]] == ["too-long"]
    assert ask(client, "completions", query=query, cursor=0) == {"completions": []}


def image(number: int) -> dict[str, Any]:
    return {"id": f"{number:06}", "name": f"n{number % 7}", "created_at": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("query", "count", "ended"),
    [
        ("all", MAX_ROWS, "more"),
        ("limit 3", 3, "all"),
        ("name in (n1, nothing) limit 500", MAX_ROWS, "all"),
        ("name contains nothing", 0, "stopped"),
        ("order by name", 0, "stopped"),
    ],
)
def test_an_answer_is_limited_however_large_the_catalogue(
    query: str, count: int, ended: str
) -> None:
    images = [image(number) for number in range(MAX_PAGES * 500 + 1)]
    with serving(images) as client:
        found = ask(client, "images", query=query)

    assert (len(found["images"]), found["ended"]) == (count, ended)
    assert found["looked_at"] <= MAX_PAGES * 500


def test_columns_are_limited(client: Any) -> None:
    query = " or ".join(f"__support_x{number} = true" for number in range(100))

    assert len(ask(client, "images", query=query)["columns"]) == MAX_COLUMNS


def test_the_page_goes_by_the_spec_of_the_catalogue() -> None:
    spec = CLOUDIMAGES.extend(values={"platform": ["AlmaLinux"]})
    record = image(1) | {"__platform": "AlmaLinux"}
    with (
        Catalogue.from_records([record], spec=spec) as catalogue,
        running(catalogue) as url,
        httpx.Client(base_url=url) as client,
    ):
        query = "platform = almalinux"
        assert ask(client, "filter", **FILTER | {"query": query})["findings"] == []
        assert len(ask(client, "images", query=query)["images"]) == 1
        assert ask(client, "why", query=query, image=record["id"])["holds"]
        found = ask(client, "completions", query="platform = Alma", cursor=15)
        assert [each["text"] for each in found["completions"]] == ["AlmaLinux"]


def test_what_a_record_has_is_shown_and_hides_nothing() -> None:
    names = ["<img src=x onerror=alert(1)>", "a\u202egnp.exe", "\x00\x1b[31m", "x" * 1_000]
    images = [image(number) | {"name": name} for number, name in enumerate(names)]
    with serving(images) as client:
        found = ask(client, "images", query="order by id asc")

    shown = [each["cells"][0] for each in found["images"]]
    assert shown[0] == names[0]  # it is text to the page
    assert all(each.isprintable() for each in shown)
    assert max(map(len, shown)) <= 300


# -- who may ask


def test_only_json_is_read(client: Any) -> None:
    body = json.dumps(FILTER)
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ):
        response = client.post("/api/filter", content=body, headers={"content-type": media_type})
        assert refused(response) == (415, "bad-media-type")
    for media_type in ("application/json", "Application/JSON; charset=utf-8"):
        response = client.post("/api/filter", content=body, headers={"content-type": media_type})
        assert response.status_code == 200


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '{"query": 1' + "0" * 9_999, "\xff"])
def test_what_is_not_json_is_refused(client: Any, body: str) -> None:
    content = body.encode("latin-1")
    response = client.post("/api/filter", content=content, headers=JSON)

    assert refused(response) == (400, "bad-json")


def test_a_body_that_is_too_long_is_refused(client: Any) -> None:
    long = b" " * (MOST_BYTES + 1)
    for content in (long, iter([long])):  # of a known length, or in chunks
        response = client.post("/api/filter", content=content, headers=JSON)
        assert refused(response) == (413, "too-large")


def test_the_longest_filter_fits_however_it_is_escaped(client: Any) -> None:
    body = json.dumps({"query": "😀" * LIMITS.length, "cursor": 0})
    assert len(body) <= MOST_BYTES

    response = client.post("/api/completions", content=body, headers=JSON)
    assert response.status_code == 200


@given(domains(), st.sampled_from(["", ":8000"]))
def test_no_name_of_another_can_be_the_host(client: Any, name: str, port: str) -> None:
    """A page at a name that was made to mean this machine would be of the same origin."""
    response = client.post("/api/filter", json=FILTER, headers={"host": name + port})

    assert refused(response) == (403, "bad-host")


@given(st.ip_addresses(), st.sampled_from(["", ":8000"]))
def test_any_address_can_be_the_host(client: Any, address: Any, port: str) -> None:
    name = f"[{address}]" if ip_address(address).version == 6 else str(address)
    response = client.post("/api/filter", json=FILTER, headers={"host": name + port})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("LOCALHOST:80", 200), ("app.localhost:8000", 200), ("[::1]:80", 200),
        ("", 403), ("localhost.example.org", 403), ("notlocalhost", 403), ("127.0.0.1.nip.io", 403),
        ("127.0.0.1@example.org", 403), ("[::1", 403), ("localhost:x", 403),
        ("example.org@127.0.0.1", 403), ("a[::1]", 403), ("[localhost", 403),
    ],
)  # fmt: skip
def test_a_host_is_an_address_or_localhost(client: Any, host: str, status: int) -> None:
    response = client.post("/api/filter", json=FILTER, headers={"host": host})

    assert response.status_code == status


def test_questions_need_the_token_and_files_do_not(shipped: Catalogue) -> None:
    with running(shipped, token=TOKEN) as url, httpx.Client(base_url=url) as client:
        assert client.get("/").status_code == 200
        assert refused(client.post("/api/images", json={"query": ""})) == (401, "APIGW.0301")
        sent = {"X-Auth-Token": TOKEN}
        response = client.post("/api/images", json={"query": "limit 1"}, headers=sent)
        assert len(response.json()["images"]) == 1


def test_a_question_is_posted(client: Any) -> None:
    assert refused(client.get("/api/filter")) == (405, "APIGW.0101")
    assert refused(client.post("/api/nothing", json={})) == (404, "APIGW.0101")
    assert refused(client.post("/api/filter", json={})) == (400, "bad-question")


def test_no_other_origin_is_allowed_to_read(client: Any) -> None:
    headers = {"origin": "https://example.org", "access-control-request-method": "POST"}
    response = client.options("/api/filter", headers=headers)

    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("is_broken_off", [False, True])
def test_an_unfinished_question_does_not_keep_it_from_stopping(
    is_broken_off: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    with start() as server:
        assert server.stdout is not None
        url = urlsplit(server.stdout.readline().rsplit(maxsplit=1)[-1])
        server.stdout.readline()
        with socket.create_connection((str(url.hostname), int(url.port or 0))) as slow:
            slow.sendall(
                b"POST /api/images HTTP/1.1\r\nHost: localhost\r\n"
                b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query": '
            )
            time.sleep(0.5)
            if is_broken_off:
                slow.close()
                time.sleep(0.5)
            server.send_signal(signal.SIGTERM)
            output, errors = server.communicate(timeout=30)

    assert (server.returncode, output, errors) == (0, "", "")
