from __future__ import annotations

import pytest

from imsquery import CLOUDIMAGES, Limits, QueryError
from imsquery import compile as compile_query
from imsquery.specs import named
from imsquery.urls.checker import check_url, read_url
from imsquery.urls.decompiler import decompile
from tests import golden


def show(text: str) -> str:
    """Return the query, if any, and each finding with the URLs that its fixes result in."""
    lines = []
    try:
        lines.append(decompile(text))
    except QueryError as error:
        assert error.diagnostics == check_url(text)
    for found in check_url(text):
        where = text[found.span.start : found.span.end]
        lines.append(f"{found.severity}[{found.code}] {where!r}: {found.message}")
        lines += [f"    {fix.title}: {fix.apply(text)}" for fix in found.fixes]
    return "\n".join(lines)


def test_golden() -> None:
    golden.check("decompile.txt", show)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", "all"),
        ("  \n", "all"),
        ("?", "all"),
        ("#limit=1", "all"),
        ("/v2/cloudimages", "all"),
        ("/v2/cloudimages/?&&limit=1&", "limit 1"),
        ("host.example/v2/cloudimages?limit=1#limit=2", "limit 1"),
        ("https://host/proxy/v2/cloudimages?limit=1", "limit 1"),
        ("%6Cimit=%31", "limit 1"),
        ("name=a?b", "name = a?b"),
        ("'https://host/v2/cloudimages?limit=1'", "limit 1"),
        ("<https://host/v2/cloudimages?limit=1>", "limit 1"),
        ('curl "https://host/v2/cloudimages?limit=1"', "limit 1"),
        ("GET /v2/cloudimages?limit=1 HTTP/1.1\n", "limit 1"),
        ("`GET /v2/cloudimages?limit=1`", "limit 1"),
        ("owner='", 'owned_by("\'")'),
        ("tag=a=b=c", 'tagged(a, "b=c")'),
        ("tag==", 'tag = "="'),
    ],
)
def test_a_query_string_is_found_in_what_was_copied(text: str, query: str) -> None:
    assert decompile(text) == query


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("https://host?limit=1", []),
        ("https://host/?limit=1", []),
        ("https://host/v2/cloudimages/?limit=1", []),
        ("https://host/v2/images?limit=1", ["syntax"]),
        ("/v2/images", ["syntax"]),
    ],
)
def test_a_url_of_another_request_draws_a_warning(text: str, codes: list[str]) -> None:
    assert [each.code for each in check_url(text)] == codes


@pytest.mark.parametrize("separator", ["&amp;", "&amp;amp;", "&#38;", "&#x26;", "\\u0026", "\\&"])
def test_an_escaped_separator_is_unescaped(separator: str) -> None:
    text = f"__imagetype=gold{separator}limit=5#top"

    (found,) = check_url(text)

    assert (found.code, text[found.span.start : found.span.end]) == ("bad-encoding", separator)
    assert found.fixes[0].apply(text) == "__imagetype=gold&limit=5#top"


def test_the_text_after_an_escaped_separator_is_kept() -> None:
    assert [
        (each.code, [fix.apply("tag=a&amp;b") for fix in each.fixes])
        for each in check_url("tag=a&amp;b")
    ] == [("bad-encoding", ["tag=a&b"]), ("unknown-parameter", ["tag=a"])]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("__platform=CentOS%26__os_bit=64#top", ["__platform=CentOS&__os_bit=64#top"]),
        ("__platform%3DCentOS%26__os_bit%3d64", ["__platform=CentOS&__os_bit=64"]),
        ("a?limit=5%26marker=x&protected=true", ["a?limit=5&marker=x&protected=true"]),
        ("created_at=lt:2018-10-28T00:00:00Z%26limit=5",
         ["created_at=lt:2018-10-28T00:00:00Z&limit=5"]),
        ("name=a%26limit=5", ["name=a&limit=5"]),
        # What may be a value stays one, and so does what would be invalid as a pair.
        ("tag=a%26name=b", []),
        ("limit=5%26colour=red", []),
        ("limit=5%26limit=6", []),
        ("limit=5%26protected=maybe", []),
        ("limit=5%26sort_dir=asc", []),
        ("__support_xen=true%26__support_kvm_gpu_type=P4", []),
    ],
)  # fmt: skip
def test_an_encoded_separator_is_decoded(text: str, mended: list[str]) -> None:
    fixes = [fix.apply(text) for found in check_url(text) for fix in found.fixes]

    assert [each for each in fixes if "%26" not in each and "&" in each] == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("__platform = CentOS&limit=1", "__platform=CentOS&limit=1"),
        ("/v2/cloudimages?__platform:CentOS", "/v2/cloudimages?__platform=CentOS"),
        ("dir=asc&sort_key=name", "sort_dir=asc&sort_key=name"),
        # Nothing is nearer, and the server ignores it.
        ("order=asc", ""),
        ("owners=asc&limit=1", "limit=1"),
        ("__platform:nonsense&limit=1", "limit=1"),
    ],
)
def test_a_misspelt_pair_is_respelled(text: str, mended: str) -> None:
    found = next(each for each in check_url(text) if each.code == "unknown-parameter")

    assert [fix.apply(text) for fix in found.fixes] == [mended]


@pytest.mark.parametrize("text", ["__platform=CentOS,Ubuntu", "sort_key=name,id"])
def test_several_values_in_one_have_no_fix(text: str) -> None:
    (found,) = check_url(text)

    assert not found.fixes


def test_unlisted_values_can_be_allowed() -> None:
    text = "__platform=AlmaLinux"
    with pytest.raises(QueryError):
        decompile(text)

    query = decompile(text, allow_unlisted=True)

    assert compile_query(query, allow_unlisted=True).query_string == text
    assert [each.severity for each in check_url(text, allow_unlisted=True)] == ["warning"]


def test_values_of_an_extended_spec_are_known() -> None:
    spec = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]})

    assert decompile("__platform=AlmaLinux", spec=spec) == "platform = AlmaLinux"


def test_pairs_have_spans() -> None:
    text = "GET /v2/cloudimages?limit=1&__platform=Oracle+Linux#x"

    pairs = read_url(text).pairs

    assert [(pair.name, pair.value) for pair in pairs] == [
        ("limit", "1"),
        ("__platform", "Oracle Linux"),
    ]
    assert [text[pair.span.start : pair.span.end] for pair in pairs] == [
        "limit=1",
        "__platform=Oracle+Linux",
    ]


def test_overridden_pairs_are_removed_with_the_last_one() -> None:
    text = "limit=0&status=active&limit&limit"

    fixes = [each.fixes[0].apply(text) for each in check_url(text) if each.code == "empty-value"]

    assert fixes == ["status=active&"]


def test_a_character_that_masks_templates_is_an_ordinary_value() -> None:
    assert decompile("name=%EE%80%80") == decompile("name=\ue000") == 'name = "\ue000"'


def test_findings_come_in_text_order() -> None:
    found = check_url("limit=0&imagetype=gold&name=%ff")

    assert [each.code for each in found] == ["out-of-range", "unknown-parameter", "bad-encoding"]


def test_very_many_unknown_names_take_little_time() -> None:
    text = "&".join(f"x{number}=1" for number in range(9_999))

    assert len(check_url(text)) == 9_999


def test_limits() -> None:
    limits = Limits(length=10, count=3)

    assert [each.code for each in check_url("a=1&b=2&c=3&d=4", limits=limits)] == ["too-many"]
    assert [each.code for each in check_url("x" * 121, limits=limits)] == ["too-long"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sort_key=name", "order by name"),
        ("sort_dir=asc", "order by created_at asc"),
        ("sort_key=name&sort_dir=asc&limit=3", "order by name asc limit 3"),
        ("sort_key=name&sort_key=id&sort_dir=asc", "order by name asc, id asc"),
        ("sort_dir=desc&sort_key=name&sort_dir=asc&sort_key=id", "order by name desc, id asc"),
    ],
)
def test_an_order_in_its_older_form_reads_back(query: str, text: str) -> None:
    assert decompile(query, spec=named("glance")) == text


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("sort_key=nam", "bad-value", "invalid value `nam` for `sort_key`; expected one of id, "),
        ("sort_key=owner", "unknown-sort-key", "invalid value `owner` for `sort_key`"),
        (
            "sort_dir=up",
            "bad-value",
            "invalid value `up` for `sort_dir`; expected one of asc, desc",
        ),
        ("sort_key=name&sort=id", "repeated-parameter", "`sort_key` beside `sort`; the server "),
        ("sort_key=id&sort_dir=asc&sort_dir=asc", "bad-value", "2 times `sort_dir` for 1 sort "),
        ("sort_dir=asc&sort_dir=asc", "bad-value", "2 times `sort_dir` for 1 sort keys"),
    ],
)
def test_what_is_wrong_with_an_order_in_its_older_form_is_said(
    query: str, code: str, message: str
) -> None:
    (found,) = check_url(query, spec=named("glance"))

    assert found.code == code
    assert found.message.startswith(message)
