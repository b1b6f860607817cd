"""Findings about meaning: each points at its fault, and its fix mends it."""
# ruff: noqa: E501 -- one case a line

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imsquery import QueryError, check
from imsquery import compile as compile_query
from imsquery.fixes import mend

NOW = datetime(2026, 3, 15, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code", "place", "mended"),
    [
        # Names.
        ("platfrom = CentOS", "unknown-name", "platfrom", "platform = CentOS"),
        ("__platfrom = CentOS", "unknown-name", "__platfrom", "platform = CentOS"),
        ("id = a order by nmae", "unknown-name", "nmae", "id = a order by name"),
        ("xyzzy = 1", "unknown-name", "xyzzy", None),
        ("suports(kvm)", "unknown-function", "suports", "supports(kvm)"),
        ("xyzzy(kvm)", "unknown-function", "xyzzy", None),
        ("limit = 1", "not-a-filter", "limit = 1", None),
        ("marker = a", "not-a-filter", "marker = a", None),
        ("sort_key in (name)", "not-a-filter", "sort_key in (name)", None),
        ("sort_dir is present", "not-a-filter", "sort_dir is present", None),
        ("limit", "not-a-filter", "limit", None),
        # Operators.
        ("name < x", "bad-operator", "<", None),
        ("name between a and b", "bad-operator", "between", None),
        ("protected >= true", "bad-operator", ">=", None),
        ("min_ram contains 1", "bad-operator", "contains", None),
        ("created_at not glob '2018*'", "bad-operator", "glob", None),
        ("support_kvm startswith t", "bad-operator", "startswith", None),
        ("platform", "bad-operator", "platform", "platform is present"),
        ("flavor_id", "bad-operator", "flavor_id", None),
        ("not min_ram", "bad-operator", "min_ram", "not min_ram is present"),
        # Values.
        ("visibility = publik", "bad-value", "publik", "visibility = public"),
        ("visibility in (public, publik)", "bad-value", "publik", "visibility in (public, public)"),
        ("architecture = x86_64", "bad-value", "x86_64", "architecture = x86"),
        ("architecture = AArch64", "bad-value", "AArch64", "architecture = arm"),
        (
            "platform = CentOs7", "unlisted-value", "CentOs7",
            "platform = CentOS and os_version between 7 and 7",
        ),
        ("platform != rhel", "unlisted-value", "rhel", "platform != RedHat"),
        ("platform = 'oraclelinux'", "unlisted-value", "'oraclelinux'", 'platform = "Oracle Linux"'),
        ("protected = yes", "bad-value", "yes", "protected = true"),
        ("whole_image = 0", "bad-value", "0", "whole_image = false"),
        ("support_kvm = false", "bad-value", "false", "not supports(kvm)"),
        ("__support_s4l = FALSE", "bad-value", "FALSE", "not supports(s4l)"),
        ("support_kvm != false", "bad-value", "false", "supports(kvm)"),
        ("isregistered = false", "bad-value", "false", "not isregistered"),
        ("min_disk = 30", "out-of-range", "30", "min_disk = 40"),
        ("min_disk = 2TB", "out-of-range", "2TB", "min_disk = 1024"),
        # The nearest legal number, with the operator that then means the same.
        ("os_bit > 50", "bad-value", "50", "os_bit >= 64"),
        ("os_bit < 40", "bad-value", "40", "os_bit <= 32"),
        ("created_at < 2018-10-28T10:00:00.5Z", "bad-value", "2018-10-28T10:00:00.5Z",
         "created_at <= 2018-10-28T10:00:00Z"),
        ("created_at >= 2018-10-28T10:00:00.000Z", "bad-value", "2018-10-28T10:00:00.000Z",
         "created_at >= 2018-10-28T10:00:00Z"),
        # Several values in one.
        ("platform = 'CentOS,Ubuntu'", "unlisted-value", "'CentOS,Ubuntu'",
         "platform in (CentOS, Ubuntu)"),
        ("platform!=CentOS/Ubuntu", "unlisted-value", "CentOS/Ubuntu",
         "platform not in (CentOS, Ubuntu)"),
        ("min_ram = 2KB", "bad-value", "2KB", None),
        ("os_bit = 64GB", "bad-value", "64GB", None),
        ("limit 1k", "bad-value", "1k", None),
        ("size > 1GB", "bad-value", "1GB", None),
        ("min_ram = '1,024'", "bad-value", "'1,024'", "min_ram = 1024"),
        ("os_bit = 63", "bad-value", "63", "os_bit = 64"),
        ("limit 0", "out-of-range", "0", "limit 1"),
        ("limit ten", "bad-value", "ten", None),
        ("created_at < 2018-13", "bad-value", "2018-13", None),
        ("created_at < 2018-1-2", "bad-value", "2018-1-2", "created_at < 2018-01-02"),
        ("created_at < '2018/10/28'", "bad-value", "'2018/10/28'", "created_at < 2018-10-28"),
        ("created_at > 9999", "out-of-range", "9999", None),
        ("created_at = 0000", "out-of-range", "0000", None),
        # Functions.
        ("supports()", "bad-arguments", "supports()", None),
        ("public(x)", "bad-arguments", "public(x)", None),
        ("tagged(a, b, c)", "bad-arguments", "tagged(a, b, c)", None),
        ("supports('a b')", "bad-arguments", "'a b'", None),
        ("supports(kvm, 'a=b')", "bad-arguments", "'a=b'", None),
        ("supports(xen_gpu_type)", "bad-arguments", "xen_gpu_type", None),
        ("supports(__support_kvm)", "bad-arguments", "__support_kvm", "supports(kvm)"),
        ("shared(accept)", "bad-value", "accept", "shared(accepted)"),
        # Parameters that depend on each other, and other special ones.
        ("flavor_id = physical.s4.large", "bare-metal-flavor", "physical.s4.large", "supports(s4l)"),
        ("flavor_id contains x", "not-observable", "contains", None),
        ("flavor_id is present", "not-observable", "is", None),
        ("member_status > accepted", "bad-operator", ">", None),
        ("not whole_image in (true) or owner = a and id = b", "mixed-and-or", "owner = a and id = b",
         "not whole_image in (true) or (owner = a and id = b)"),
        ("name = 'CentOS*'", "impossible-name", "'CentOS*'", "name glob 'CentOS*'"),
        ("name != 'CentOS*'", "impossible-name", "'CentOS*'", "name not glob 'CentOS*'"),
        ("tag = a.b", "legacy-tag", "a.b", 'tag = "a=b"'),
    ],
)  # fmt: skip
def test_a_finding_points_at_the_fault_and_mends_it(
    text: str, code: str, place: str, mended: str | None
) -> None:
    findings = [each for each in check(text, now=NOW) if each.code == code]

    assert len(findings) == 1
    found = findings[0]
    assert text[found.span.start : found.span.end] == place
    if mended is not None:
        assert found.fixes[0].apply(text) == mended
        assert code not in {each.code for each in check(mended, now=NOW)}


def test_all_findings_come_at_once_and_in_text_order() -> None:
    text = "platfrom = CentOS and protected = yes and name < x and limit = 1 or min_disk = 1"

    assert [each.code for each in check(text)] == [
        "unknown-name", "mixed-and-or", "bad-value", "bad-operator", "not-a-filter", "out-of-range"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("platform = AlmaLinux", "warning"),
        ("visibility = community", "error"),
        ("platform in (CentOS, AlmaLinux)", "warning"),
    ],
)
def test_only_unlisted_values_can_be_allowed(text: str, severity: str) -> None:
    (strict,) = check(text)
    (lenient,) = check(text, allow_unlisted=True)

    assert strict.severity == "error"
    assert lenient.severity == severity


def test_an_allowed_value_is_sent_as_written() -> None:
    query = compile_query("platform = 'AlmaLinux 9'", allow_unlisted=True)

    assert query.query_string == "__platform=AlmaLinux%209"
    assert [each.code for each in query.warnings] == ["unlisted-value"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("platform = CentOS and platform = Ubuntu", "platform = Ubuntu"),
        ("created_at < 2018 and created_at > 2019", "created_at > 2019"),
        ("created_at < 2018 and created_at >= 2018", "created_at >= 2018"),
        ("min_ram > 4 and min_ram < 5", "min_ram < 5"),
        ("min_ram = 4 and min_ram > 4", "min_ram > 4"),
        ("min_disk between 100 and 50", "min_disk between 100 and 50"),
        ("not protected and protected", "protected"),
        ("created_at < 2017 and not created_at < 2018", "created_at < 2018"),
        ("platform = CentOS and platform != CentOS", "platform != CentOS"),
        ("platform = CentOS and platform is absent", "platform is absent"),
        ("os_version is absent and os_version contains x", "os_version contains x"),
        ("public() and visibility = private", "visibility = private"),
        ("owner = a and (owner = b or owner = c)", "owner = c"),
    ],
)
def test_a_filter_that_can_never_match_is_a_contradiction(text: str, place: str) -> None:
    found = [each for each in check(text) if each.code == "contradiction"]

    assert place in {text[each.span.start : each.span.end] for each in found}
    assert {each.severity for each in found} == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "tag = a and tag = b",
        "created_at < 2018 or created_at > 2019",
        "created_at >= 2018 and created_at <= 2018",
        "min_ram > 4 and min_ram < 6",
        "platform != CentOS and platform != Ubuntu",
        "supports(kvm) and not supports(xen_hana)",
        "enterprise_project_id = all_granted_eps and enterprise_project_id = 0",
        "platform is absent and platform != CentOS",
        "name startswith a and name startswith b",
        "supports(xen) or supports(xen_hana)",
        "visibility = shared and (member_status = accepted or member_status = pending)",
    ],
)
def test_a_filter_that_can_match_is_not_a_contradiction(text: str) -> None:
    assert [each for each in check(text) if each.severity == "error"] == []


def test_a_contradiction_in_one_branch_is_a_warning() -> None:
    text = "protected or (owner = a and owner = b)"

    assert [(each.code, each.severity) for each in check(text)] == [("contradiction", "warning")]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("member_status = pending", "member_status = pending and visibility = shared"),
        ("id = a and member_status = pending", "id = a and member_status = pending and visibility = shared"),
        ("member_status = pending limit 5", "member_status = pending and visibility = shared limit 5"),
        ("member_status = pending or member_status = pending",
         "(member_status = pending or member_status = pending) and visibility = shared"),
    ],
)  # fmt: skip
def test_a_required_condition_is_added(text: str, mended: str) -> None:
    (found,) = check(text)

    assert found.code == "requires"
    assert found.message == "`member_status` requires `visibility = shared`"
    assert found.fixes[0].apply(text) == mended
    assert check(mended) == ()


@pytest.mark.parametrize(
    "text",
    ["protected or member_status = pending", "member_status = pending and visibility = private"],
)
def test_a_required_condition_is_not_added_where_that_would_not_help(text: str) -> None:
    (found,) = [each for each in check(text) if each.code == "requires"]

    assert found.fixes == ()


@pytest.mark.parametrize(
    "text",
    [
        "not flavor_id = x",
        "flavor_id != x",
        "not member_status = pending",
        "flavor_id not in (a, b)",
        "not (flavor_id = x and platform = CentOS)",
        "not enterprise_project_id = all_granted_eps",
        "not shared(pending)",
        "order by flavor_id",
        "order by tag",
    ],
)
def test_a_question_that_only_a_record_could_answer_is_not_observable(text: str) -> None:
    assert "not-observable" in {each.code for each in check(text)}


def test_the_server_is_asked_for_the_complement_of_a_boolean() -> None:
    assert check("not whole_image") == ()
    assert str(compile_query("not whole_image")) == "__whole_image=false"


@pytest.mark.parametrize("character", ["\uff41", "\u0430", "\u017f", "\u212a", "\u00df"], ids=ascii)
def test_a_name_with_a_look_alike_is_an_error(character: str) -> None:
    """Even if folding its letter case gives a known name."""
    for text in (f"pl{character}tform = x", f"{character} = x", f"{character}upports(kvm)"):
        assert "error" in {each.severity for each in check(text)}
        with pytest.raises(QueryError):
            compile_query(text)


def test_a_name_is_suggested_even_if_its_value_would_be_refused() -> None:
    assert [found.code for found in check("protectd = null")] == ["unknown-name"]


def test_a_time_that_ends_too_late_differs_from_one_out_of_range() -> None:
    (found,) = check("created_at <= 9999")
    (other,) = check("created_at <= 0000")

    assert found.message == "`9999` ends after 9999-12-31T23:59:59Z; write it to the second"
    assert other.message == "`0000` is outside the years 1 to 9999"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("1 <= min_ram", "min_ram >= 1"),
        ("protected and 4096 > min_ram", "protected and min_ram < 4096"),
        ("CentOS = platform", "platform = CentOS"),
        ("platform = CentOS or Ubuntu", "platform = CentOS or platform = Ubuntu"),
        ("os_bit = 64 or 32 or protected", "os_bit = 64 or os_bit = 32 or protected"),
        ("name = a or 'b c' or d", None),
        ("platform = CentOS or Ubuntu or Debian",
         "platform = CentOS or platform = Ubuntu or platform = Debian"),
        ("platform = CentOS or nosuch", None),
        ("platform = CentOS or (Ubuntu and protected)",
         "platform = CentOS or (platform = Ubuntu and protected)"),
        ("platform != CentOS or Ubuntu", None),
        ("platform = CentOS and Ubuntu", None),
        ("nosuch > 5", None),
        ("5 > nosuch", None),
    ],
)  # fmt: skip
def test_a_value_in_place_of_a_name_is_moved(text: str, mended: str | None) -> None:
    found = [each for each in check(text) if each.code == "unknown-name"]

    assert found or mended is None
    assert mend(text, check, unsafe=True)[0] == mended or not any(each.fixes for each in found)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("tag:Owner = TeamA", "tagged(Owner, TeamA)"),
        ("tags.Owner != 'Team A' and protected", 'not tagged(Owner, "Team A") and protected'),
        ("tag:Owner in (a, b)", None),
        ("tag:Owner > a", None),
        ("public", "public()"),
        ("not public and KVM", "not public() and supports(kvm)"),
        ("-platform = CentOS", "not platform = CentOS"),
        ("exists(name)", "name is present"),
        ("not isnull( os_version )", "not os_version is absent"),
        ("exists(colour)", None),
        ("exists(name, tag)", None),
        ("protected and -supports = kvm", None),
        ("owned_by", None),
        ("https://ims/v2/images", None),
        ("/v2/cloudimages", "all"),
    ],
)
def test_an_unknown_name_is_rewritten_as_it_was_meant(text: str, mended: str | None) -> None:
    found = check(text)

    assert {each.code for each in found} <= {"unknown-name", "unknown-function"}
    assert found
    assert mend(text, check, unsafe=True)[0] == (mended or text)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("-platform:CentOS", "not platform = CentOS"),
        ("min_disk:40..100", "min_disk between 40 and 100"),
        ("platform:(CentOS)", "platform in (CentOS)"),
        ('-platform:"CentOS"', 'not platform = "CentOS"'),
        ("min_disk:>40", "min_disk>40"),
    ],
)
def test_the_syntax_of_search_boxes_is_mended(text: str, mended: str) -> None:
    assert mend(text, check, unsafe=True) == (mended, ())


def test_a_url_is_recognized() -> None:
    (found,) = check("https://ims/v2/images")

    assert found.message == "this is a URL, not a filter; use `decompile` to get its filter"
    assert check("/* protected")[0].message == "unknown name `/*`"
    (found,) = check("https://ims/v2/cloudimages?limit=1")
    assert found.message == "this is a URL, not a query"


@pytest.mark.parametrize("text", ["limit", "protected and limit"])
def test_a_clause_expects_a_value(text: str) -> None:
    (found,) = check(text)

    assert (found.code, found.message) == ("not-a-filter", "expected a value after `limit`")


def test_a_clause_takes_no_list() -> None:
    (found,) = [each for each in check("limit '1/2'") if each.code == "bad-value"]

    assert found.fixes == ()


@pytest.mark.parametrize(
    ("literal", "meant"),
    [("-7days", "now-7d"), ("today+2weeks", "today+2w"), ("now-1hr", "now-1h"),
     ("Tomorrow", "today+1d"), ("-7d", "now-7d"), ("-7D", "now-7d"), ("NOW-1H", "now-1h"),
     ("now-3months", "now-3mo"), ("-2Years", "now-2y"), ("-1MO", "now-1mo"), ("-7x", None),
     ("lately", None)],
)  # fmt: skip
def test_another_spelling_of_a_relative_time_is_mended(literal: str, meant: str | None) -> None:
    (found,) = check(f"created_at > {literal}")

    assert found.code == "bad-value"
    assert [fix.edits[0].text for fix in found.fixes] == ([meant] if meant else [])
    assert all(fix.applicability == "safe" for fix in found.fixes)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("now-1M", "`1m` (minutes) or `1mo` (months)"),
        ("-12M", "`12m` (minutes) or `12mo` (months)"),
        ("TODAY-1M", "`1m` (minutes) or `1mo` (months)"),
        ("today-3h", "`d`, `w`, `mo` or `y` after `today`"),
        ("last_week-1d", "nothing after `last_week`"),
        ("Yesterday+1h", "nothing after `yesterday`"),
    ],
)
def test_a_relative_time_in_doubt_has_no_fix(literal: str, expected: str) -> None:
    (found,) = check(f"created_at > {literal}")

    assert (found.code, found.fixes) == ("bad-value", ())
    assert found.message.endswith(f"expected {expected}")
