"""The running service conforms to its OpenAPI document, and works with the vendor's own SDK."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")
schemathesis = pytest.importorskip("schemathesis")
sdk = pytest.importorskip("huaweicloudsdkims.v2")
credentials = pytest.importorskip("huaweicloudsdkcore.auth.credentials")

from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

import imsquery  # noqa: E402
from imsquery import QueryError, testing  # noqa: E402
from imsquery.evaluation.matching import matcher  # noqa: E402
from imsquery.server.app import create_app  # noqa: E402
from imsquery.server.catalogue import Catalogue  # noqa: E402
from tests.sample_queries import ROWS, conjunctions, in_order, orders  # noqa: E402
from tests.server.test_laws_of_server import holds  # noqa: E402

OPTIONS = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@pytest.fixture(scope="module")
def document(shipped: Catalogue) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(shipped))


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        ("GET", "/v2/cloudimages", schemathesis.GenerationMode.POSITIVE),
        ("GET", "/v2/cloudimages", schemathesis.GenerationMode.NEGATIVE),
        ("GET", "/healthz", schemathesis.GenerationMode.POSITIVE),
        ("GET", "/openapi.json", schemathesis.GenerationMode.POSITIVE),
        *(
            ("POST", f"/api/{name}", mode)
            for name in ("filter", "completions", "images", "why")
            for mode in schemathesis.GenerationMode
        ),
    ],
)
def test_responses_match_the_openapi_document(
    document: Any, method: str, path: str, mode: Any
) -> None:
    @OPTIONS
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # A schema cannot express which markers exist, or how many days a month has.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()


@pytest.fixture(scope="module")
def client(endpoint: str) -> Any:
    key = credentials.BasicCredentials("ak", "sk", "project")
    return sdk.ImsClient.new_builder().with_credentials(key).with_endpoint(endpoint).build()


@pytest.fixture(scope="module")
def records(shipped: Catalogue) -> list[dict[str, Any]]:
    return [json.loads(each) for each in shipped.find("limit=1000")]


ATTRIBUTES = {wire: name for name, wire in sdk.ListImagesRequest.attribute_map.items()}


def typed(row_type: str, value: str) -> object:
    """Return a value with the type that the SDK expects."""
    if row_type == "bool":
        return value == "true"
    return int(value) if row_type == "int" else value


def from_sdk(client: Any, params: Mapping[str, str], limit: int) -> list[str]:
    """List images page by page, and return their ids."""
    types = sdk.ListImagesRequest.openapi_types
    options = {
        ATTRIBUTES[name]: typed(types[ATTRIBUTES[name]], value) for name, value in params.items()
    }
    found: list[str] = []
    while True:
        after = {"marker": found[-1]} if found else {}
        page = client.list_images(sdk.ListImagesRequest(**options, **after, limit=limit)).images
        found += [image.id for image in page]
        if not page:
            return found


def has_clauses(text: str) -> bool:
    query = imsquery.parse(text)
    clauses = (query.limit, query.after, query.skip, query.limit_per, query.skip_per)
    return bool(query.order) or any(each is not None for each in clauses)


KNOWN = tuple(row for row in ROWS if row.wire in ATTRIBUTES)


def test_the_vendors_sdk_lists_filters_sorts_and_pages_as_the_matcher_matches(
    client: Any, records: list[dict[str, Any]]
) -> None:
    sizes: list[int] = []

    @OPTIONS
    @given(
        text=conjunctions(records, KNOWN) | testing.requests(max_predicates=3),
        order=orders,
        limit=st.integers(50, 400),
    )
    def ask(text: str, order: str, limit: int) -> None:
        try:
            matches = matcher(text)
        except QueryError as error:
            errors = [each for each in error.diagnostics if each.severity == "error"]
            assert {each.code for each in errors} == {"not-observable"}
            return
        params = dict(imsquery.compile(text if has_clauses(text) else text + order).params)
        for name in ("limit", "marker"):
            params.pop(name, None)
        if not params.keys() <= ATTRIBUTES.keys():
            return  # of the open family: the SDK has no names for them
        found = from_sdk(client, params, limit)

        assert found == in_order([each for each in records if matches(each)], params)
        sizes.append(len(found))

    ask()
    # Many of them found something, but not everything.
    assert sum(0 < size < len(records) for size in sizes) * 5 > len(sizes) > 10


def test_the_sdk_finds_some_images_by_each_of_the_common_queries(
    client: Any, records: list[dict[str, Any]]
) -> None:
    for kept in (
        {"__imagetype": "gold", "visibility": "public"},
        {"owner": records[0]["owner"]},
        {"visibility": "shared", "__imagetype": "shared"},
        {"__platform": "CentOS", "__support_kvm": "true"},
        {"created_at": "lt:2019-01-01T00:00:00Z"},
        {"architecture": "arm"},
    ):
        options = {ATTRIBUTES[name]: value for name, value in kept.items()}
        images = client.list_images(sdk.ListImagesRequest(**options)).images

        assert len(images) > 0
        assert len(images) == sum(
            all(holds(record, *pair) for pair in kept.items()) for record in records
        )


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.booleans())
def test_bytes_that_are_not_a_request_cause_neither_a_5xx_nor_a_hang(
    endpoint: str,
    data: bytes,
    is_query: bool,  # noqa: FBT001
) -> None:
    url = urlsplit(endpoint)
    sent = b"GET /v2/cloudimages?" + data + b" HTTP/1.1\r\nHost: x\r\n" if is_query else data
    with socket.create_connection(
        (str(url.hostname), int(url.port or 0)), timeout=10
    ) as connection:
        connection.sendall(sent + b"\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk

    assert not received.startswith(b"HTTP/1.1 5")
