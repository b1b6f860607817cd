"""The result of a compile: pairs, canonical and signing form, URL."""

from __future__ import annotations

import copy
import pickle

import pytest

from imsquery import CompiledQuery
from imsquery import compile as compile_query
from imsquery.compiler.query_string import region_endpoint


def test_pairs_are_in_ascii_order() -> None:
    query = compile_query("visibility = public and name = b and os_bit = 64 and architecture = arm")

    assert query.query_string == "__os_bit=64&architecture=arm&name=b&visibility=public"
    assert list(query.params) == ["__os_bit", "architecture", "name", "visibility"]
    assert str(query) == query.query_string
    assert repr(query) == f"CompiledQuery('{query.query_string}')"


@pytest.mark.parametrize(
    ("value", "canonical", "signing"),
    [
        ("a b", "a%20b", "a%20b"),
        ("a+b", "a%2Bb", "a%2Bb"),
        ("a&b=c", "a%26b=c", "a%26b%3Dc"),
        ("a=b", "a=b", "a%3Db"),
        ("10:00", "10:00", "10%3A00"),
        ("-._~", "-._~", "-._~"),
        ("50%", "50%25", "50%25"),
        ("/?#", "%2F%3F%23", "%2F%3F%23"),
        ("é", "%C3%A9", "%C3%A9"),
        ("公共", "%E5%85%AC%E5%85%B1", "%E5%85%AC%E5%85%B1"),
        ("🐧", "%F0%9F%90%A7", "%F0%9F%90%A7"),
        ("e\u0301", "e%CC%81", "e%CC%81"),
        ("*'()!,;@", "%2A%27%28%29%21%2C%3B%40", "%2A%27%28%29%21%2C%3B%40"),
        ("", "", ""),
    ],
)
def test_values_are_encoded_as_in_the_reference(value: str, canonical: str, signing: str) -> None:
    literal = value.replace("'", r"\'")
    query = compile_query(f"owner = '{literal}'")

    assert query.query_string == f"owner={canonical}"
    assert query.signing_string == f"owner={signing}"
    assert query.params == {"owner": value}


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("https://ims.cn-north-4.myhuaweicloud.com", "https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages"),
        ("https://ims.cn-north-4.myhuaweicloud.com/", "https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages"),
        ("http://localhost:8080", "http://localhost:8080/v2/cloudimages"),
        ("http://[::1]:80", "http://[::1]:80/v2/cloudimages"),
        ("https://proxy/ims", "https://proxy/ims/v2/cloudimages"),
    ],
)  # fmt: skip
def test_a_url_has_a_query_only_if_there_are_pairs(endpoint: str, url: str) -> None:
    assert compile_query("").url(endpoint) == url
    assert compile_query("limit 1").url(endpoint) == f"{url}?limit=1"


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "localhost", "ftp://host", "file:///etc/passwd", "https://", "https://host?x=1",
        "https://host#x", "https://user:password@host", "https://host name", "https://host\n",
        "https://host\r\nx: y", "//host", "javascript:alert(1)", "https://-host",
        "https://host:port", "https://hôst", "https://host:65536", "https://host:99999",
    ],
)  # fmt: skip
def test_an_invalid_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="not an endpoint"):
        compile_query("limit 1").url(endpoint)


def test_a_password_in_an_endpoint_is_not_shown() -> None:
    with pytest.raises(ValueError, match="not an endpoint: '…host'") as raised:
        compile_query("limit 1").url("https://user:hush@host")

    assert "hush" not in str(raised.value)


def test_a_region_has_its_endpoint() -> None:
    host = "https://ims.{region}.example.com"

    for region in ("cn-north-4", "eu-de", "moscow", "r1", "7"):
        assert region_endpoint(region, host) == f"https://ims.{region}.example.com"
    for region in (
        "",
        "-cn",
        "cn-",
        "CN-NORTH-4",
        "cn north",
        "cn_north",
        "cn.north",
        "cn-north-4.evil.com/",
        "a-" + "b" * 99,
        "a-b\n",
        "\uff11",
    ):
        with pytest.raises(ValueError, match="not a region"):
            region_endpoint(region, host)


def test_a_compiled_query_is_a_value() -> None:
    query = compile_query("visibility = public")
    same = compile_query("VISIBILITY = Public  # the same")
    other = compile_query("visibility = private")

    assert query == same
    assert hash(query) == hash(same)
    assert query != other
    assert query != query.query_string
    assert len({query, same, other}) == 2


def test_a_compiled_query_is_immutable() -> None:
    query = compile_query("visibility = public")

    with pytest.raises(AttributeError):
        query.query_string = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del query.query_string
    with pytest.raises(TypeError):
        query.params["x"] = "y"  # type: ignore[index]
    with pytest.raises(AttributeError):
        query.anything = 1


@pytest.mark.parametrize("text", ["", "tag = a.b and name = '*'", "supports(kvm) order by name"])
def test_a_compiled_query_can_be_sent_to_another_process(text: str) -> None:
    query = compile_query(text)
    for again in (pickle.loads(pickle.dumps(query)), copy.copy(query), copy.deepcopy(query)):  # noqa: S301
        assert isinstance(again, CompiledQuery)
        assert again == query
        assert again.params == query.params
        assert again.warnings == query.warnings
        assert again.url("https://host") == query.url("https://host")
