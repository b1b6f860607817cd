"""Predicates over records: what matches, what does not, and that no value makes them raise."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from imsquery import CLOUDIMAGES, Limits, QueryError, check
from imsquery.evaluation.matching import matcher


class Text(str):
    """A subclass of str, as some JSON and YAML readers return."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("query", "record"),
    [
        ("platform = CentOS", {"__platform": Text("CentOS")}),
        ("platform in (CentOS, Ubuntu)", {"__platform": Text("CentOS")}),
        ("platform startswith Cent", {"__platform": Text("CentOS")}),
        ("supports(kvm)", {"__support_kvm": Text("True")}),
        ("lazyloading = true", {"__lazyloading": Text("TRUE")}),
        ("max_ram > 1024", {"max_ram": Text("2048")}),
        ("created_at >= 2018", {"created_at": Text("2018-10-28 10:00:00")}),
        ("tag = 'a=b'", {"tags": [Text("a.b")]}),
        ("tag = a", {"tags": ("a",)}),
        ("tag in ('a=b', c)", {"tags": ["a.b"]}),
        ("created_at in (2018-10-28T10:00:00Z, 2019)", {"created_at": "2018-10-28 10:00:00"}),
        ("architecture = arm", {"__support_arm": Text("True")}),
        ("enterprise_project_id = 0", {"enterprise_project_id": 0}),
        ("created_at = 2018-10-28", {"created_at": "2018-10-28T23:59:59.999Z"}),
        ("created_at > 2018-10-28T10:00:00Z", {"created_at": "2018-10-28 10:00:01"}),
        ("min_ram = 64", {"min_ram": "+64"}),
        ("protected", {"protected": "True"}),
    ],
)
def test_other_spellings_of_a_value_match(query: str, record: dict[str, Any]) -> None:
    assert matcher(query)(record) is True


IMAGE = {
    "id": "i1", "__platform": "CentOS", "name": "CentOS 7.6", "min_ram": 64, "max_ram": "2048",
    "__os_bit": "64", "protected": False, "__support_kvm": "true", "__support_arm": "false",
    "created_at": "2018-10-28T10:00:00Z", "tags": ["team=web", "old.key", "plain"],
    "__lazyloading": "False", "enterprise_project_id": "p1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        # alternatives, one or several of an attribute
        ("platform = CentOS or name = a", "platform = Ubuntu or name = a"),
        ("name = a or platform = CentOS or name = b", "name = a or platform = Debian or name = b"),
        ("name = a or platform = CentOS", "name = a or platform = Debian"),
        ("name = a or platform in (Debian, CentOS)", "name = a or platform in (Debian, Ubuntu)"),
        ("platform = CentOS and id = i1", "platform = CentOS and platform = Ubuntu"),
        ("platform in (Ubuntu, CentOS)", "platform in (Ubuntu, Debian)"),
        ("platform not in (Ubuntu, Debian)", "platform not in (Ubuntu, CentOS)"),
        ("platform != Ubuntu", "platform != CentOS"),
        ("owner != x", "owner = x"),
        # texts
        ("name contains OS", "name contains os"),
        ("name startswith Cent", "name startswith OS"),
        ("name endswith '7.6'", "name endswith 7"),
        ("name glob 'C?nt*7.?'", "name glob 'C?nt*7'"),
        ("name matches '^C.*[67]$'", "name matches '^c'"),
        ("name not contains x", "name not contains C"),
        # numbers, or numbers as text
        ("min_ram = 64", "min_ram = 65"),
        ("min_ram < 65", "min_ram < 64"),
        ("min_ram <= 64", "min_ram <= 63"),
        ("min_ram > 63", "min_ram > 64"),
        ("min_ram >= 64", "min_ram >= 65"),
        ("min_ram != 63", "min_ram != 64"),
        ("min_ram between 64 and 64", "min_ram between 65 and 70"),
        ("min_ram not between 1 and 63", "min_ram not between 1 and 64"),
        ("max_ram > 999", "max_ram < 999"),
        ("os_bit = 64", "os_bit = 32"),
        # times
        ("created_at < 2018-10-28T10:00:01Z", "created_at < 2018-10-28T10:00:00Z"),
        ("created_at <= 2018-10-28T10:00:00Z", "created_at <= 2018-10-28T09:59:59Z"),
        ("created_at > 2018-10-28T09:59:59Z", "created_at > 2018-10-28T10:00:00Z"),
        ("created_at >= 2018-10-28T10:00:00Z", "created_at >= 2018-10-28T10:00:01Z"),
        ("created_at = 2018-10-28T10:00", "created_at = 2018-10-28T09:59"),
        ("created_at != 2018-10-28T10:00:01Z", "created_at != 2018-10-28T10:00:00Z"),
        ("created_at != 2018-10-27", "created_at != 2018-10-28"),
        ("created_at between 2018 and 2018-10-28", "created_at between 2017 and 2018-10-27"),
        # Booleans
        ("protected = false", "protected"),
        ("not protected", "not protected = false"),
        ("supports(kvm)", "supports(xen)"),
        ("lazyloading = false", "lazyloading = true"),
        # tags
        ("tag = 'team=web'", "tag = 'team=www'"),
        ("tag = 'old=key'", "tag = 'old-key'"),
        ("tag = old.key", "tag = 'plain='"),
        ("tagged(plain)", "tagged(web)"),
        ("tagged(team)", "tagged(key)"),
        ("tag startswith team", "tag startswith web"),
        ("tag endswith '=key'", "tag endswith old"),
        ("tag contains 'm=w'", "tag contains 'm.w'"),
        ("tag glob 'old=*'", "tag glob 'plain?'"),
        ("tag matches '^plain$'", "tag matches '^lain'"),
        ("tag != 'team.web'", "tag != plain"),
        # presence, and defaults of missing attributes
        ("name is present", "name is absent"),
        ("owner is absent", "owner is present"),
        ("tag is present", "tag is absent"),
        ("architecture = x86", "architecture = arm"),
        ("architecture is present", "architecture is absent"),
        ("enterprise_project_id = p1", "enterprise_project_id = 0"),
        ("enterprise_project_id = all_granted_eps", "enterprise_project_id = p"),
        ("enterprise_project_id startswith p", "enterprise_project_id startswith 0"),
        ("all", "none"),
    ],
)
def test_a_record_matches_or_does_not(yes: str, no: str) -> None:
    assert matcher(yes)(IMAGE) is True
    assert matcher(no)(IMAGE) is False


@pytest.mark.parametrize(
    "query",
    [
        "enterprise_project_id = 0", "enterprise_project_id is present", "architecture = x86",
        "architecture is present", "tag is absent", "created_at is absent",
    ],
)  # fmt: skip
def test_an_empty_record_has_only_defaults(query: str) -> None:
    assert matcher(query)({})


@pytest.mark.parametrize(
    "time",
    [
        "2018-13-01T10:00:00Z", "2018-02-30T10:00:00Z", "2018-10-28T24:00:00Z", "2018-10-28",
        "2018-10-28T23:59:60Z", "2018-10-28T10:00:00ZZ", "2018-10-28T10:00:00Z\n",
        "0000-01-01T00:00:00Z", "\uff12018-10-28T10:00:00Z", 20181028, None, b"2018",
    ],
)  # fmt: skip
def test_an_invalid_time_is_neither_before_nor_after_another(time: Any) -> None:
    record = {"created_at": time}

    assert not matcher("created_at < 9999")(record)
    assert not matcher("created_at >= 0001")(record)


@pytest.mark.parametrize(
    "said",
    [
        None, True, 0, 64.0, float("nan"), 10**400, "4" * 5_000, " 64", "6_4", "\u0666\u0664",
        b"64", Decimal(64), Decimal("sNaN"), [64], {"64": 64}, {64}, object(), NotImplemented,
        "\ud800", ["\ud800", None, [[]]],
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "query",
    [
        "min_ram = 64", "os_bit in (32, 64)", "platform = CentOS", "platform in (CentOS, Ubuntu)",
        "name = a or name = b", "description contains a", "description glob '*a?'",
        "description matches '^a'", "protected", "supports(kvm)", "lazyloading = false",
        "architecture = arm", "tag = 'a=b'", "tag contains b", "tagged(a)",
        "enterprise_project_id = x", "created_at < 2018", "updated_at = 2018-10-28",
    ],
)  # fmt: skip
def test_a_value_of_another_type_does_not_match(query: str, said: Any) -> None:
    attributes = (
        "min_ram", "__os_bit", "__platform", "name", "__description", "protected", "tags",
        "__support_kvm", "__lazyloading", "enterprise_project_id", "created_at", "updated_at",
    )  # fmt: skip
    record = dict.fromkeys(attributes, said)
    is_wanted = matcher(query)
    is_true = said is True and query in {"protected", "supports(kvm)"}

    assert is_wanted(record) is is_true
    assert matcher(f"not ({query})")(record) is not is_true


def test_now_can_be_set() -> None:
    is_wanted = matcher("created_at > now-1d", now=datetime(2018, 10, 29, 9, tzinfo=UTC))

    assert is_wanted({"created_at": "2018-10-28T09:00:01Z"})
    assert not is_wanted({"created_at": "2018-10-28T09:00:00Z"})


def test_the_spec_and_the_limits_can_be_set() -> None:
    spec = CLOUDIMAGES.extend(values={"__platform": ["AlmaLinux"]})

    assert matcher("platform = almalinux", spec=spec)({"__platform": "AlmaLinux"})
    with pytest.raises(QueryError, match="too-many"):
        matcher("min_ram = 1 or min_ram = 2", limits=Limits(count=1))


def test_a_parameter_missing_from_records_is_refused_at_its_place() -> None:
    query = "platform = CentOS and flavor_id = a"
    with pytest.raises(QueryError) as caught:
        matcher(query)
    (found,) = caught.value.diagnostics

    assert (found.code, query[found.span.start : found.span.end]) == (
        "not-observable",
        "flavor_id = a",
    )
    assert found.message == "`flavor_id` is not in image records; only the server can filter"


def test_an_unlisted_value_is_refused_unless_allowed() -> None:
    with pytest.raises(QueryError, match="unlisted-value"):
        matcher("platform = AlmaLinux")

    assert matcher("platform = AlmaLinux", allow_unlisted=True)({"__platform": "AlmaLinux"})


def test_a_value_is_never_code() -> None:
    text = '\'); import os #\\"""{0}%s\n'
    record = {"__description": text}
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")

    for form in ("= {}", "in ({}, b)", "contains {}", "startswith {}", "endswith {}"):
        assert matcher(f"description {form.format(chr(39) + quoted + chr(39))}")(record)


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", "(?=a)", r"\1", "a**", "(?P<n>"])
def test_an_invalid_regular_expression_is_a_finding_at_its_place(pattern: str) -> None:
    written = f"'{pattern.replace(chr(92), chr(92) * 2)}'"
    query = f"min_ram = 1 and description matches {written}"
    with pytest.raises(QueryError) as caught:
        matcher(query)
    (found,) = caught.value.diagnostics

    assert (found.code, query[found.span.start : found.span.end]) == ("bad-value", written)
    assert check(query) == (found,)


class Watched(dict[str, Any]):
    """A record that notes which attributes are read, in order."""

    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__(record)
        self.seen: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.append(key)
        return super().get(key, default)


def test_cheap_conditions_are_evaluated_first() -> None:
    query = (
        "os_version matches a and tag contains a and description contains a and architecture = arm"
        " and tag = a and created_at > 2018 and status in (active, saving) and min_ram > 1"
        " and protected and name is present and platform = CentOS"
    )
    cheapest_first = [
        "name", "__platform", "__support_arm", "status", "min_ram", "protected", "tags",
        "created_at", "__description", "tags", "__os_version",
    ]  # fmt: skip
    record = Watched(
        {
            "__platform": "CentOS", "status": "active", "min_ram": 2, "protected": True,
            "tags": ["a"], "created_at": "2019-01-01T00:00:00Z", "__support_arm": "true",
            "__description": "a", "__os_version": "a", "name": "a",
        }
    )  # fmt: skip

    assert matcher(query)(record)
    assert record.seen == cheapest_first


def test_thousands_of_conditions_and_deep_nesting_are_one_predicate() -> None:
    many = " or ".join(f"(owner = a{n} and supports(b{n}))" for n in range(1_700))
    deep = "(" * 99 + "protected" + " or owner = a and name = b)" * 99

    assert matcher(many)({"owner": "a1699", "__support_b1699": "true"})
    assert not matcher(many)({"owner": "a1699", "__support_b1698": "true"})
    assert matcher(deep)({"owner": "a", "name": "b"})
    assert matcher("not " * 199 + "protected")({})


def test_a_predicate_may_nest_as_deeply_as_its_filter() -> None:
    count = 30_000
    closing = (f" or owner = a{n})" if n % 2 else f" and supports(a{n}))" for n in range(count))
    text = "(" * count + "platform = CentOS" + "".join(closing)
    is_wanted = matcher(text, limits=Limits(length=10**7, depth=10**6, count=10**6))
    record = {f"__support_a{n}": "true" for n in range(count)} | {"__platform": "CentOS"}

    assert is_wanted(record)
    assert not is_wanted({"__platform": "CentOS"})
