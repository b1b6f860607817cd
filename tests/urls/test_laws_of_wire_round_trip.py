"""The standard library parses a canonical query string back to exactly the bound pairs."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from hypothesis import given

from imsquery import compile as compile_query
from tests.strategies import Condition, conjunctions, quoted, unicode_text

ENDPOINT = "https://ims.cn-north-4.myhuaweicloud.com"


def pairs_of(query_string: str) -> list[tuple[str, str]]:
    return parse_qsl(query_string, keep_blank_values=True, strict_parsing=bool(query_string))


@given(conjunctions())
def test_a_query_string_parses_back_to_its_pairs(found: list[Condition]) -> None:
    query = compile_query(" and ".join(each.text for each in found))
    expected = sorted({each.wire: each.value for each in found}.items())

    assert pairs_of(query.query_string) == expected
    assert pairs_of(query.signing_string) == expected
    assert list(query.params.items()) == expected
    assert pairs_of(urlsplit(query.url(ENDPOINT)).query) == expected


@given(unicode_text)
def test_any_unicode_value_arrives_unchanged(value: str) -> None:
    query = compile_query(f"owner = {quoted(value)}")

    assert pairs_of(query.query_string) == [("owner", value)]
    assert query.query_string.isascii()


@given(unicode_text)
def test_only_unreserved_characters_are_not_encoded(value: str) -> None:
    query = compile_query(f"owner = {quoted(value)}")
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    sent = query.query_string.removeprefix("owner=")
    signed = query.signing_string.removeprefix("owner=")

    assert set(sent) <= plain | set(":=%")
    assert set(signed) <= plain | {"%"}
    assert unquote_to_bytes(sent) == unquote_to_bytes(signed) == value.encode()
    assert sent.count("%") * 3 + sum(c in plain | set(":=") for c in sent) >= len(sent)
