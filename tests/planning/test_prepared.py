"""Prepared queries: values of placeholders, and errors for those that are invalid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from imsquery import Limits, QueryError, parse, prepare

EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "values", "query_string"),
    [
        ("owner = $x", {"x": "' or all #"}, "owner=%27%20or%20all%20%23"),
        ("owner = $x", {"x": ""}, "owner="),
        ("owner = $x", {"x": "$x"}, "owner=%24x"),
        ("platform = $x", {"x": "oracle linux"}, "__platform=Oracle%20Linux"),
        ("not platform != $x", {"x": "CentOS"}, "__platform=CentOS"),
        ("min_disk = $x", {"x": 100}, "min_disk=100"),
        ("min_disk = $x", {"x": "0100"}, "min_disk=100"),
        ("protected = $x", {"x": False}, "protected=false"),
        ("protected != $x", {"x": False}, "protected=true"),
        ("support_kvm = $x", {"x": True}, "__support_kvm=true"),
        ("created_at < $x", {"x": date(2018, 10, 28)}, "created_at=lt:2018-10-28T00:00:00Z"),
        ("created_at <= $x", {"x": date(2018, 10, 28)}, "created_at=lt:2018-10-29T00:00:00Z"),
        (
            "created_at <= $x",
            {"x": datetime(2018, 10, 28, 10, tzinfo=UTC)},
            "created_at=lte:2018-10-28T10:00:00Z",
        ),
        (
            "created_at = $x",
            {"x": datetime(2018, 10, 28, 18, tzinfo=EAST)},
            "created_at=eq:2018-10-28T10:00:00Z",
        ),
        ("owner in $x", {"x": ("a", "a")}, "owner=a"),
        ("owner in $x", {"x": iter(["a"])}, "owner=a"),
        ("owner in ($x, $y)", {"x": "a", "y": "a"}, "owner=a"),
        ("id = a or owner in $x", {"x": []}, "id=a"),
        ("id = a and owner not in $x", {"x": []}, "id=a"),
        ("supports($x, $y)", {"x": "kvm", "y": "s4l"}, "__support_kvm=true&__support_s4l=true"),
        ("tagged($k, $v)", {"k": "{1}", "v": "b=c"}, "tag=%7B1%7D=b=c"),
        (
            "shared($x)",
            {"x": "pending"},
            "__imagetype=shared&member_status=pending&visibility=shared",
        ),
        ("limit $n after $m", {"n": 5, "m": "a&b"}, "limit=5&marker=a%26b"),
        ("owner = $x and id = $x", {"x": "a"}, "id=a&owner=a"),
        ("owner = a", {}, "owner=a"),
    ],
)
def test_a_value_means_its_literal(text: str, values: dict[str, Any], query_string: str) -> None:
    assert prepare(text).bind(**values).query_string == query_string


@pytest.mark.parametrize(
    ("text", "values", "code", "place"),
    [
        ("visibility = $x", {"x": "publik"}, "bad-value", "$x"),
        ("platform = $x", {"x": "AlmaLinux"}, "unlisted-value", "$x"),
        ("min_disk = $x", {"x": 30}, "out-of-range", "$x"),
        ("min_disk = $x", {"x": 10**5000}, "out-of-range", "$x"),
        ("min_disk = $x", {"x": True}, "bad-value", "$x"),
        ("protected = $x", {"x": 1}, "bad-value", "$x"),
        ("support_kvm = $x", {"x": False}, "bad-value", "$x"),
        ("owner = $x", {"x": "\ud800"}, "bad-value", "$x"),
        ("owner in $x", {"x": ["a", "\udfff"]}, "bad-value", "$x"),
        ("supports($x)", {"x": "a&b=c"}, "bad-arguments", "$x"),
        ("flavor_id = $x", {"x": "physical.s4.large"}, "bare-metal-flavor", "$x"),
        ("limit $n", {"n": 0}, "out-of-range", "$n"),
        ("owner in $x", {"x": ["a", "b"]}, "not-expressible", "owner in $x"),
        ("owner = a and owner = $x", {"x": "b"}, "contradiction", "owner = $x"),
        ("member_status = $x", {"x": "pending"}, "requires", "member_status = $x"),
        ("supports(xen) and supports($x)", {"x": "xen_hana"}, "mutually-exclusive", "supports($x)"),
    ],
)
def test_an_invalid_value_is_a_finding_at_its_placeholder(
    text: str, values: dict[str, Any], code: str, place: str
) -> None:
    prepared = prepare(text)
    with pytest.raises(QueryError) as caught:
        prepared.bind(**values)

    found = {each.code: each for each in caught.value.diagnostics if each.severity == "error"}
    assert text[found[code].span.start : found[code].span.end] == place
    assert caught.value.text == text


@pytest.mark.parametrize(
    "text", ["nosuch = $x", "owner = $x and", "name < $x", "limit $x limit $y"]
)
def test_errors_that_no_value_can_mend_are_reported_at_once(text: str) -> None:
    with pytest.raises(QueryError):
        prepare(text)


def test_each_placeholder_needs_a_value() -> None:
    prepared = prepare("owner = $x and id = $y limit $z")

    assert prepared.placeholders == ("x", "y", "z")
    with pytest.raises(QueryError) as caught:
        prepared.bind(y="a")
    assert [each.code for each in caught.value.diagnostics] == ["unbound-placeholder"] * 2


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("owner = $x", {"x": "a", "y": "b"}),
        ("owner = $x", {"y": "b"}),
        ("owner = $x", {"x": None}),
        ("owner = $x", {"x": 1.5}),
        ("owner = $x", {"x": b"a"}),
        ("owner = $x", {"x": ["a"]}),
        ("owner in $x", {"x": "abc"}),
        ("owner in $x", {"x": 5}),
        ("owner in $x", {"x": [None]}),
        ("owner in ($x)", {"x": ["a"]}),
    ],
)
def test_a_value_of_another_type_is_a_type_error(text: str, values: dict[str, Any]) -> None:
    prepared = prepare(text)
    with pytest.raises(TypeError):
        prepared.bind(**values)


def test_a_prepared_query_can_be_bound_again_and_again() -> None:
    prepared = prepare("owner = $x and visibility = public")
    first = prepared.bind(x="a")
    with pytest.raises(QueryError):
        prepared.bind(x="\ud800")

    assert str(prepared.bind(x="b")) == "owner=b&visibility=public"
    assert str(first) == "owner=a&visibility=public"


def test_a_tree_is_prepared_like_its_text() -> None:
    text = "owner = $x or none"

    assert prepare(parse(text)).bind(x="a") == prepare(text).bind(x="a")


def test_now_can_be_set() -> None:
    now = datetime(2026, 3, 15, 10, 20, 30, tzinfo=UTC)
    prepared = prepare("created_at > now-7d and updated_at < $t", now=now)

    assert str(prepared.bind(t="now")) == (
        "created_at=gt:2026-03-08T10:20:30Z&updated_at=lt:2026-03-15T10:20:30Z"
    )


def test_an_endless_list_is_too_many() -> None:
    prepared = prepare("owner in $x", limits=Limits(count=100))

    with pytest.raises(QueryError, match="too-many"):
        prepared.bind(x=iter(lambda: "a", None))


def test_the_request_has_the_warnings() -> None:
    query = prepare("name = $x").bind(x="CentOS*")

    assert [each.code for each in query.warnings] == ["impossible-name"]


def test_a_time_that_utc_cannot_represent_is_out_of_range() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(QueryError) as caught:
        prepare("created_at < $before").bind(before=first)

    assert [found.code for found in caught.value.diagnostics] == ["out-of-range"]


def test_a_placeholder_may_be_called_self() -> None:
    assert str(prepare("owner = $self").bind(self="x")) == "owner=x"
