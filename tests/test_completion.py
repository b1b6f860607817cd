"""What is proposed, where."""

from __future__ import annotations

import json

import pytest

from imsquery.completion import complete, completions_to_json


def proposals(marked: str) -> list[str]:
    """Give the texts proposed where the bar stands."""
    cursor = marked.index("|")
    return [each.text for each in complete(marked.replace("|", "", 1), cursor)]


@pytest.mark.parametrize(
    ("marked", "some"),
    [
        ("|", ["platform", "created_at", "supports(", "public()", "not", "limit"]),
        ("plat|", ["platform"]),
        ("PLAT|", ["platform"]),
        ("__plat|", ["platform"]),
        ("platform |", ["=", "!=", "in (", "not in (", "glob", "is present"]),
        ("min_ram |", ["<", ">=", "between"]),
        ("protected |", ["=", "and", "or", "order by"]),
        ("platform = |", ["CentOS", '"Oracle Linux"']),
        ("platform = cent|", ["CentOS"]),
        ('platform = "Orac|', ['"Oracle Linux"']),
        ("platform in (CentOS, |", ["Ubuntu"]),
        ("created_at < |", ["now-7d", "today"]),
        ("created_at between today |", ["and"]),
        ("os_version is |", ["present", "absent"]),
        ("name not |", ["glob", "in ("]),
        ("supports(|", ["kvm", "xen_hana"]),
        ("supports(kvm, |", ["largememory"]),
        ("shared(|", ["accepted", "pending"]),
        ("platform = CentOS |", ["and", "or", "order by", "limit", "after"]),
        ("(platform = CentOS |", ["and", "or", ")"]),
        ("order |", ["by"]),
        ("order by |", ["name", "created_at", "os_version"]),
        ("order by name |", ["asc", "desc", "limit"]),
        ("limit |", ["100"]),
        ("pl| = CentOS and owner = x", ["platform"]),
        ("foo bar baz and prot|", ["protected"]),
        ("name = 'unclosed\nand prot|", ["protected"]),
    ],
)
def test_what_can_stand_is_proposed(marked: str, some: list[str]) -> None:
    assert set(some) <= set(proposals(marked))


@pytest.mark.parametrize(
    ("marked", "none"),
    [
        ("platform |", ["<", "between", "and"]),
        ("min_ram |", ["contains", "glob"]),
        ("platform = CentOS and |", ["platform", "limit", "marker", "order by"]),
        ("platform = CentOS and not platform = |", ["CentOS"]),
        ("supports(xen) and |", ["support_xen_hana", "support_kvm_infiniband"]),
        ("supports(xen, |", ["xen_hana"]),
        ("visibility = public and |", ["member_status"]),
        ("limit 5 |", ["limit"]),
        ("order by |", ["flavor_id", "tag"]),
        ("flavor_id |", ["is present", "glob"]),
        ("visibility = | and visibility = public", ["shared", "private"]),
        ("# plat|", ["platform"]),
        ("order by name |", ["and"]),
    ],
)
def test_what_check_would_refuse_is_not_proposed(marked: str, none: list[str]) -> None:
    assert not set(none) & set(proposals(marked))


def test_what_begins_with_the_word_comes_first() -> None:
    assert proposals("os|")[:3] == ["os_bit", "os_type", "os_version"]


def test_a_proposal_replaces_the_word_at_the_cursor() -> None:
    (found,) = complete("protected and platf = CentOS", 17)

    assert (found.span.start, found.span.end) == (14, 19)
    assert found.kind == "name"


def test_the_cursor_lies_within_the_text() -> None:
    with pytest.raises(ValueError, match="cursor 3 is outside the text"):
        complete("ab", 3)


def test_proposals_as_json() -> None:
    (first, *_) = json.loads(completions_to_json(complete("platform = Cent", 15)))

    assert first == {
        "text": "CentOS",
        "start": 11,
        "end": 15,
        "kind": "value",
        "description": "a value of platform",
    }
