"""The proposals at a cursor, by example; the cursor is written `|`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imsquery import CLOUDIMAGES, Span
from imsquery.completion.complete import Completion, complete, completions_to_json


def at(marked: str) -> list[Completion]:
    before, _, after = marked.partition("|")
    return complete(before + after, len(before))


def texts(marked: str) -> list[str]:
    return [each.text for each in at(marked)]


def values(marked: str) -> list[str]:
    return [each.text for each in at(marked) if each.kind == "value"]


def test_a_query_may_begin_with_any_name_function_keyword_or_clause() -> None:
    kinds = {each.text: each.kind for each in at("|")}

    assert kinds["platform"] == kinds["os_version"] == kinds["support_kvm"] == "name"
    assert kinds["supports("] == kinds["public()"] == "function"
    assert kinds["not"] == kinds["all"] == "keyword"
    assert kinds["order by"] == kinds["limit"] == kinds["after"] == "clause"
    assert not {"and", "or", ")", "marker", "sort_key"} & set(kinds)


def test_proposals_begin_with_what_was_typed_in_any_letter_case() -> None:
    assert texts("pl|") == texts("PL|") == ["platform"]
    assert texts("platform = C|") == ["CentOS", "CoreOS"]
    assert texts("platform = cent|") == ["CentOS"]
    assert texts("platform = CentOS ORD|") == ["order by"]
    assert texts("xyz|") == []


def test_a_name_is_spelled_as_it_begins() -> None:
    assert texts("__pla|") == ["__platform"]
    assert texts("image_t|") == ["image_type"]
    assert "imagetype" in texts("image|")


def test_the_word_under_the_cursor_is_replaced() -> None:
    assert [(each.text, each.span) for each in at("status = active and pl|at = CentOS")] == [
        ("platform", Span(20, 24))
    ]
    assert {each.span for each in at("platform = |")} == {Span(11, 11)}


def test_a_type_has_its_operators() -> None:
    assert texts("created_at |")[:8] == ["=", "!=", "<", "<=", ">", ">=", "in", "between"]
    assert "<" not in texts("platform |")
    assert {"contains", "glob", "matches", "in", "is", "not"} <= set(texts("name |"))


def test_what_is_not_in_image_records_is_only_compared_for_equality() -> None:
    assert texts("flavor_id |") == ["=", "in"]
    assert "not" not in texts("flavor_id |")


def test_only_a_boolean_or_flag_is_a_condition_by_itself() -> None:
    assert "and" in texts("protected |")
    assert "and" in texts("support_kvm |")
    assert "and" not in texts("platform |")


def test_values_are_those_of_the_type() -> None:
    assert values("os_bit = |") == ["32", "64"]
    assert values("protected = |") == ["true", "false"]
    assert values("support_kvm = |") == ["true"]
    assert "now-7d" in values("created_at > |")
    assert values("min_disk = |")[0] == "40"
    assert texts("name = |") == ["$name"]


def test_a_value_that_needs_quotes_has_them() -> None:
    assert '"Oracle Linux"' in values("platform = |")
    assert texts('platform = "Or|') == ['"Oracle Linux"']
    assert texts("platform = 'Or|") == ["'Oracle Linux'"]
    assert texts("platform = 'cent|") == ["'CentOS'"]
    assert [each.span for each in at('platform = "Or|a" and protected')] == [Span(11, 16)]


def test_a_keyword_as_a_value_is_quoted() -> None:
    spec = CLOUDIMAGES.extend(values={"platform": ["None"]})

    assert '"None"' in [each.text for each in complete("platform = N", 12, spec=spec)]


def test_an_operator_can_continue() -> None:
    assert {"<=", "2048"} <= set(texts("min_ram <|"))
    assert texts("platform !|") == ["!="]


def test_a_list_has_each_value_once() -> None:
    assert "CentOS" not in values("platform in (CentOS, |")
    assert texts("protected in (true, false|") == ["false"]
    assert set(texts("platform in (CentOS |")) == {",", ")"}
    assert texts("platform in (CentOS | )") == [","]
    assert texts("(platform in (CentOS | )") == [",", ")"]


def test_what_a_list_leaves_open_can_be_compared_again() -> None:
    assert {"=", "!=", "in", "glob"} <= set(texts("name in (a, b) and name |"))
    assert texts("name in (a, b) and name = |") == ["a", "b", "$name"]
    assert texts("name glob 'a*' and name = |") == ["$name"]
    assert "=" in texts("name != a and name |")
    assert texts("name in (a, b) or name = |") == ["$name"]


def test_functions_take_their_arguments() -> None:
    assert values("shared(|") == ["accepted", "rejected", "pending"]
    assert "kvm" in values("supports(|")
    assert "kvm" not in values("supports(kvm, |")
    assert texts("owned_by(|") == ["$project"]
    assert texts("tagged(a |") == [",", ")"]
    assert texts("tagged(a, b |") == [")"]
    assert "supports" in texts("sup|(kvm)")


def test_a_parameter_with_a_value_is_not_proposed_again() -> None:
    assert "platform" in texts("status = active and |")
    assert "platform" not in texts("platform = CentOS and |")
    assert "platform" not in texts("| and platform = CentOS")
    assert "platform" in texts("platform = CentOS or |")
    assert "tag" in texts("tag = a and |")
    assert "platform" not in texts("not (platform != CentOS or |")


def test_no_value_contradicts_the_rest() -> None:
    assert "CentOS" not in values("platform != CentOS and platform = |")
    assert values("platform in (CentOS, Ubuntu) and platform = |") == ["Ubuntu", "CentOS"]
    assert values("platform = | and platform in (CentOS, Ubuntu)") == ["Ubuntu", "CentOS"]
    below = values("min_ram < 4096 and min_ram > |")
    assert all(int(each) < 4096 for each in below if each.isdigit())
    assert [each for each in below if each.endswith("B")] == ["512MB", "1GB", "2GB"]
    assert "5" in values("min_ram > 4 and min_ram < 6 and min_ram = |")


def test_no_time_contradicts_the_rest() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    text = "created_at > today and created_at < "

    assert complete(text, len(text), now=noon) == []
    text = "created_at >= today and created_at < "
    assert "now-1h" in [each.text for each in complete(text, len(text), now=noon)]
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    assert "now-1h" not in [each.text for each in complete(text, len(text), now=midnight)]


def test_no_name_contradicts_the_rest() -> None:
    assert "member_status" in texts("visibility = shared and |")
    assert "member_status" not in texts("visibility = private and |")
    assert "shared(" not in texts("visibility = private and |")
    assert "support_xen_hana" not in texts("supports(xen) and |")
    assert "xen_hana" not in texts("supports(xen, |")


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("platform = CentOS and platform = Ubuntu |", ["or"]),
        ("(platform = CentOS and platform = Ubuntu |)", ["or"]),
        ("(platform = CentOS and platform = Ubuntu |", ["or", ")"]),
        ("not (platform != CentOS or platform != Ubuntu |)", ["and"]),
        ("platform = CentOS and platform = Ubuntu | limit 5", ["or"]),
        ("platform = CentOS and platform = Ubuntu order by |", []),
        ("platform = CentOS and platform = Ubuntu limit |", []),
        ("(platform = CentOS and platform = Ubuntu) and (|)", []),
        ("protected or platform = CentOS and platform = Ubuntu |",
         ["and", "or", "order by", "limit", "skip", "after"]),
    ],
)  # fmt: skip
def test_after_a_contradiction_only_an_alternative_helps(marked: str, expected: list[str]) -> None:
    assert texts(marked) == expected


def test_an_alternative_to_a_contradiction_is_completed() -> None:
    assert "platform" in texts("platform = CentOS and platform = Ubuntu or |")
    assert values("protected and not protected and os_bit = |") == ["32", "64"]


def test_what_no_record_shows_is_asked_for_once() -> None:
    assert "flavor_id" not in texts("flavor_id = a and |")


def test_what_a_condition_requires_comes_first() -> None:
    assert texts("member_status = accepted and |")[0] == "visibility"
    assert values("member_status = accepted and visibility = |") == ["shared"]
    assert texts("member_status = accepted |") == ["and"]
    assert texts("member_status = accepted | and visibility = shared") == ["and"]
    assert texts("(member_status = accepted |") == ["and", "or", ")"]
    assert texts("(member_status = accepted |)") == ["and"]
    assert "or" in texts("member_status = accepted and visibility = shared |")


def test_after_a_condition_come_connectives_and_clauses() -> None:
    assert texts("platform = CentOS |") == ["and", "or", "order by", "limit", "skip", "after"]
    assert texts("(platform = CentOS |") == ["and", "or", ")"]
    assert texts("(platform = CentOS |)") == ["and", "or"]
    assert texts("platform = CentOS | limit 5") == ["and", "or", "order by", "skip", "after"]
    assert texts("platform = CentOS | and protected") == ["and", "or"]


def test_clauses_have_their_arguments_and_occur_once() -> None:
    assert texts("order by |")[0] == "id"
    assert "min_ram" in texts("order by |")
    assert not {"tag", "flavor_id", "limit"} & set(texts("order by |"))
    assert texts("order by name |") == [",", "asc", "desc", "limit", "skip", "after"]
    assert "name" not in texts("order by name, |")
    assert texts("order by name, |")[0] == "id"
    assert texts("order |") == ["by"]
    assert texts("limit |")[0] == "1"
    assert texts("limit 5 |") == ["per", "order by", "skip", "after"]
    assert texts("skip |")[0] == "0"
    assert texts("after |") == ["$after"]
    assert texts("(l|") == ["lazyloading"]


def test_groups_are_counted_once_for_each_keyword() -> None:
    assert {"platform", "status", "visibility"} <= set(texts("limit 5 per |")[:12])
    assert not {"tag", "flavor_id", "limit"} & set(texts("limit 5 per |"))
    assert texts("limit 5 per name |") == ["order by", "limit", "skip", "after"]
    assert texts("limit 5 limit 6 |") == ["per"]
    assert texts("limit 5 per name limit 6 |") == ["order by", "skip", "after"]
    assert "per" in texts("limit 5 per name skip 6 |")


def test_the_beginning_of_a_clause_fits_its_end() -> None:
    assert texts("protected o|r by name") == ["order"]
    assert texts("protected o|rder by name") == ["order"]
    assert texts("protected l|imit 5") == ["limit"]
    assert "after" in texts("protected a|fter a1")


def test_a_broken_text_is_read_up_to_the_cursor() -> None:
    assert values("platform = CentOS && os_bit = |") == ["32", "64"]
    assert values("foo ~~ bar and os_bit = |") == ["32", "64"]
    assert values("platform = CentOS os_bit = |") == ["32", "64"]
    assert values("os_bit = | and and foo bar ((") == ["32", "64"]
    assert texts("platform like |") == []


def test_the_text_after_the_cursor_counts() -> None:
    assert texts("pl| = CentOS") == ["platform"]
    assert texts("| = CentOS") == ["platform", *texts("| = CentOS")[1:]]
    assert "os_bit" not in texts("| = CentOS")
    assert "CentOS" in values("platform in (| , Ubuntu)")


def test_nothing_is_proposed_in_a_comment() -> None:
    assert texts("platform = CentOS # and |") == []
    assert texts("# a comment\npl|") == ["platform"]
    assert texts("name = '# |") == []


@pytest.mark.parametrize("cursor", [-5, 99])
def test_a_cursor_outside_the_text_is_moved_into_it(cursor: int) -> None:
    inside = max(0, min(cursor, 2))

    assert complete("pl", cursor) == complete("pl", inside)


def test_every_proposal_has_a_description_of_one_line() -> None:
    for each in (*at("|"), *at("platform |"), *at("platform = |"), *at("platform = CentOS |")):
        assert each.description
        assert "\n" not in each.description
        assert len(each.description) <= 100


def test_the_json_shape() -> None:
    assert completions_to_json(complete("platform = ce", 13)) == {
        "completions": [
            {
                "text": "CentOS",
                "span": {"start": 11, "end": 13},
                "kind": "value",
                "description": "value of platform",
            }
        ]
    }


def test_limits_are_kept() -> None:
    nested = "(" * 200
    assert "(" not in texts(f"{nested}|")
    assert "not" not in texts(f"{nested}|")
    assert "platform" in texts(f"{nested}|")
    assert complete("x" * 70_000, 5) == []


def test_a_long_filter_is_completed() -> None:
    names = " and ".join(f"name != a{number}" for number in range(3_000))

    assert "platform" in texts(f"{names} and |")


def test_a_long_list_after_the_cursor_hides_no_value() -> None:
    listed = ", ".join(["CentOS"] * 6_000)

    assert "Ubuntu" in texts(f"platform in (|, {listed})")
