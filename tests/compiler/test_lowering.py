"""Lowering: filters that are a single request, and those that are not, with the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from imsquery import QueryError, check, parse
from imsquery import compile as compile_query

NOW = datetime(2026, 3, 15, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "query_string"),
    [
        # De Morgan and double negation.
        ("not not protected", "protected=true"),
        ("not (not protected or owner != a)", "owner=a&protected=true"),
        ("not (platform != CentOS or not supports(kvm))", "__platform=CentOS&__support_kvm=true"),
        ("not (owner != a or (id != b or name != c))", "id=b&name=c&owner=a"),
        ("not owner not in (a)", "owner=a"),
        # Repeats, absorption, neutral elements.
        ("owner in (a, a, 'a')", "owner=a"),
        ("owner = a or owner = a", "owner=a"),
        ("owner = a and (owner = a or id = b)", "owner=a"),
        ("owner = a or (owner = a and id = b)", "owner=a"),
        ("(owner = a and id = b) or (id = b and owner = a)", "id=b&owner=a"),
        ("owner = a and all", "owner=a"),
        ("owner = a or none", "owner=a"),
        ("owner = a or all", ""),
        ("owner = a or owner != a", ""),
        ("created_at < 2018 or created_at >= 2018", ""),
        ("not none", ""),
        # Complements that the server has.
        ("protected != true", "protected=false"),
        ("not whole_image", "__whole_image=false"),
        ("not created_at < 2018-10-28", "created_at=gte:2018-10-28T00:00:00Z"),
        ("not created_at <= 2018-10-28T10:00:00Z", "created_at=gt:2018-10-28T10:00:00Z"),
        ("not created_at > 2018-10-28", "created_at=lt:2018-10-29T00:00:00Z"),
        ("not updated_at = 2018-10-28T10:00:00Z", "updated_at=neq:2018-10-28T10:00:00Z"),
        ("not updated_at != 2018-10-28T10:00:00Z", "updated_at=eq:2018-10-28T10:00:00Z"),
        ("created_at not in (2018-10-28T10:00:00Z)", "created_at=neq:2018-10-28T10:00:00Z"),
        # Times.
        ("created_at <= 2018-10-28T10:00", "created_at=lt:2018-10-28T10:01:00Z"),
        ("created_at > 2018-10", "created_at=gte:2018-11-01T00:00:00Z"),
        ("created_at < 2018-10-28T10:00:00+08:00", "created_at=lt:2018-10-28T02:00:00Z"),
        ("created_at > now-7d", "created_at=gt:2026-03-08T10:20:30Z"),
        ("created_at <= today-1d", "created_at=lt:2026-03-15T00:00:00Z"),
        # Functions.
        ("supports(KVM, s4l)", "__support_kvm=true&__support_s4l=true"),
        ("tag = a", "tag=a"),
        ("tagged('a b', 'c&d')", "tag=a%20b=c%26d"),
        ("tagged('{1}', x)", "tag=%7B1%7D=x"),
        # Clauses.
        ("order by created_at asc", "sort_dir=asc&sort_key=created_at"),
        ("order by ID desc", "sort_dir=desc&sort_key=id"),
        ("limit 0500", "limit=500"),
        ("after 'a b' limit 5 order by size", "limit=5&marker=a%20b&sort_key=size"),
    ],
)
def test_a_filter_that_is_a_single_request_compiles(text: str, query_string: str) -> None:
    assert compile_query(text, now=NOW).query_string == query_string


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("platform = CentOS or platform = Ubuntu", ["platform = CentOS or platform = Ubuntu"]),
        ("owner = a and (id = b or id = c)", ["(id = b or id = c)"]),
        ("id in (a, b)", ["id in (a, b)"]),
        ("owner != a and id = b", ["owner != a"]),
        ("not (owner = a and id = b)", ["(owner = a and id = b)"]),
        ("created_at > 2017-01 and created_at < 2018", ["created_at < 2018"]),
        ("created_at between 2017 and 2018", ["created_at between 2017 and 2018"]),
        ("tagged(a, b) and tag = b", ["tag = b"]),
        ("tagged(a) and protected", ["tagged(a)"]),
        ("min_ram <= 4096", ["min_ram <= 4096"]),
        ("name glob 'CentOS*' and owner = a", ["name glob 'CentOS*'"]),
        ("created_at is present", ["created_at is present"]),
        ("not supports(kvm)", ["supports(kvm)"]),
        ("none", ["none"]),
        ("os_version = x and owner = a and min_ram < 5", ["os_version = x", "min_ram < 5"]),
    ],
)
def test_the_finding_points_at_what_is_not_expressible(text: str, places: list[str]) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(text)

    found = [each for each in caught.value.diagnostics if each.code == "not-expressible"]
    assert sorted({text[each.span.start : each.span.end] for each in found}) == sorted(places)
    assert all("`plan`" in each.message for each in found)
    assert "not-expressible" not in {each.code for each in check(text)}


@pytest.mark.parametrize("key", ["platform", "updated_at", "max_ram", "os_version"])
def test_the_server_does_not_sort_by_every_attribute(key: str) -> None:
    with pytest.raises(QueryError, match="unknown-sort-key") as caught:
        compile_query(f"order by {key}")

    assert "created_at" in caught.value.diagnostics[0].message
    assert check(f"order by {key}") == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("owner in (a, $x, $y)", ["$x", "$y"]),
        ("not (owner = $x or name glob $y)", ["$x", "$y"]),
        ("limit $n after $m", ["$n", "$m"]),
        ("tagged($k, $v)", ["$k", "$v"]),
        ("owner in $list", ["$list"]),
    ],
)
def test_a_placeholder_without_a_value_is_unbound(text: str, places: list[str]) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(text)

    found = [each for each in caught.value.diagnostics if each.code == "unbound-placeholder"]
    assert [text[each.span.start : each.span.end] for each in found] == places


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 15, 10, 20, 30),  # noqa: DTZ001 -- taken as UTC
        datetime(2026, 3, 15, 10, 20, 30, 999_999, tzinfo=UTC),
        datetime(2026, 3, 15, 18, 20, 30, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_the_clock_can_be_given_in_any_zone(now: datetime) -> None:
    assert str(compile_query("created_at < now", now=now)) == "created_at=lt:2026-03-15T10:20:30Z"


def test_the_clock_is_read_once_per_compile() -> None:
    query = compile_query("created_at < now and updated_at >= now")
    created, updated = (value.partition(":")[2] for value in query.params.values())

    assert created == updated
    assert abs(datetime.now(UTC) - datetime.fromisoformat(created)) < timedelta(minutes=5)


def test_the_request_carries_its_warnings() -> None:
    query = compile_query("tag = a.b and name = 'x*'")

    assert [each.code for each in query.warnings] == ["legacy-tag", "impossible-name"]
    assert query.query_string == "name=x%2A&tag=a.b"
    assert compile_query("tag = a").warnings == ()


def test_a_tree_compiles_as_its_text_does() -> None:
    text = "not (owner != a or not supports(kvm)) order by name limit 5"

    assert compile_query(parse(text)) == compile_query(text)


def test_a_refusal_is_a_value_error_with_all_findings() -> None:
    with pytest.raises(ValueError, match="unknown-name") as caught:
        compile_query("nosuch = 1 and owner = a")

    assert isinstance(caught.value, QueryError)
    assert caught.value.text == "nosuch = 1 and owner = a"
    assert [each.code for each in caught.value.diagnostics] == ["unknown-name"]


@pytest.mark.parametrize("query", [b"limit 1", None, 5, ["limit 1"]])
def test_a_query_is_text_or_a_tree(query: object) -> None:
    with pytest.raises(TypeError, match="expected text or a syntax tree"):
        compile_query(query)  # type: ignore[arg-type]


def test_now_is_a_datetime() -> None:
    with pytest.raises(TypeError, match="expected a datetime, not date"):
        compile_query("created_at < now", now=date(2020, 1, 1))  # type: ignore[arg-type]


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown target 'complie'; expected 'plan' or 'compile'"):
        check("all", target="complie")  # type: ignore[arg-type]
