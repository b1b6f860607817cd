"""Signatures: the vendor's published example, and its own SDK as a second opinion."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.client.signing import AccessKey, canonical_request, sign
from imsquery.compiler.query_string import encode
from imsquery.testing import pairs

# Source: vendor documentation, "API Request Signing Guide", the example in its chapter on the
# algorithm, with its key.
PATH = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"
QUERY = "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
HEADERS = {"Content-Type": "application/json", "Host": "service.region.example.com"}
MOMENT = datetime(2019, 11, 15, 3, 36, 55, tzinfo=UTC)
KEY = AccessKey("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc")
REQUEST = """\
GET
/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/
limit=2&marker=13551d6b-755d-4757-b956-536f674975c0
content-type:application/json
host:service.region.example.com
x-sdk-date:20191115T033655Z

content-type;host;x-sdk-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"""
DIGEST = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
AUTHORIZATION = (
    "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, "
    "SignedHeaders=content-type;host;x-sdk-date, "
    "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
)


@pytest.mark.parametrize("query", [QUERY, "&".join(reversed(QUERY.split("&"))), f"&{QUERY}&"])
def test_the_published_example_is_canonical_in_any_order(query: str) -> None:
    headers = {name.lower(): value for name, value in HEADERS.items()}
    request = canonical_request("get", PATH, query, {**headers, "x-sdk-date": "20191115T033655Z"})

    assert request == REQUEST
    assert hashlib.sha256(request.encode()).hexdigest() == DIGEST


def test_the_published_example_has_the_published_signature() -> None:
    added = sign(KEY, "GET", PATH, QUERY, HEADERS, MOMENT)

    assert added == {"X-Sdk-Date": "20191115T033655Z", "Authorization": AUTHORIZATION}


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("created_at=lt:2018-10-28T10:00:00Z", "created_at=lt%3A2018-10-28T10%3A00%3A00Z"),
        ("tag=a=b", "tag=a%3Db"),
        ("name=a%20b~c", "name=a%20b~c"),
        ("name=a+b", "name=a%20b"),
        ("name=%e5%85%ac", "name=%E5%85%AC"),
        ("name", "name="),
        ("status=active&__platform=x", "__platform=x&status=active"),
        ("tag=b&tag=a", "tag=a&tag=b"),
        ("", ""),
    ],
)
def test_a_query_is_signed_sorted_and_encoded(query: str, canonical: str) -> None:
    assert canonical_request("GET", "/v2/cloudimages", query, {}).split("\n")[2] == canonical


def test_a_temporary_key_and_a_project_are_signed_too() -> None:
    key = AccessKey("ak", "sk", "temporary", "project")
    added = sign(key, "GET", "/", "", {"Host": "h"}, MOMENT)

    assert added["X-Security-Token"] == "temporary"
    assert added["X-Project-Id"] == "project"
    assert "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token," in added["Authorization"]


def test_no_secret_shows() -> None:
    shown = repr(AccessKey("ak", "hush", "temporary"))

    assert "hush" not in shown
    assert "temporary" not in shown


@given(pairs(), st.text("abAB01_-.~/", max_size=12), st.datetimes(datetime(2000, 1, 1)))  # noqa: DTZ001
def test_the_vendors_sdk_signs_alike(
    asked: list[tuple[str, str]], ending: str, moment: datetime
) -> None:
    signer = pytest.importorskip("huaweicloudsdkcore.signer.signer")
    credentials = pytest.importorskip("huaweicloudsdkcore.auth.credentials")
    request_type = pytest.importorskip("huaweicloudsdkcore.sdk_request").SdkRequest
    path = "/v2/cloudimages" + ("/" + ending.strip("/") if ending.strip("/") else "")
    headers = {"Host": HEADERS["Host"], "X-Sdk-Date": moment.strftime("%Y%m%dT%H%M%SZ")}
    theirs = request_type(
        method="GET", schema="https", host=HEADERS["Host"], resource_path=path,
        query_params=list(asked), header_params=dict(headers), body="",
    )  # fmt: skip
    expected = signer.Signer(credentials.BasicCredentials(KEY.access, KEY.secret, "p")).sign(theirs)
    query = "&".join(f"{name}={encode(value)}" for name, value in asked)
    added = sign(KEY, "GET", path, query, {"Host": HEADERS["Host"]}, moment)

    assert added["Authorization"] == expected.header_params["Authorization"]
