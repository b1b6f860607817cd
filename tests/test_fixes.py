"""Fixes applied, and the fixes of names and clauses."""

from __future__ import annotations

import pytest

from imsquery import check
from imsquery.diagnostics.model import Diagnostic, diagnostic
from imsquery.fixes import apply_fixes, mend


def fix(*edits: tuple[int, int, str]) -> Diagnostic:
    return diagnostic("syntax", "a fault", (edits[0][0], edits[0][1]), [("mend it", edits)])


def fixes(text: str) -> list[str]:
    """Return the text with each fix of its findings applied by itself."""
    return [each.apply(text) for found in check(text) for each in found.fixes]


def test_fixes_that_are_apart_are_applied_together() -> None:
    assert apply_fixes("abcd", [fix((2, 3, "C")), fix((0, 1, "A"))], unsafe=True) == "AbCd"


def test_a_fix_between_the_edits_of_another_is_applied() -> None:
    assert (
        apply_fixes("abcd", [fix((0, 0, "("), (4, 4, ")")), fix((1, 2, "B"))], unsafe=True)
        == "(aBcd)"
    )


def test_the_first_of_overlapping_fixes_is_applied() -> None:
    assert apply_fixes("abcd", [fix((1, 4, "X")), fix((0, 2, "Y"))], unsafe=True) == "Ycd"
    assert (
        apply_fixes("abcd", [fix((0, 1, "A"), (3, 4, "D")), fix((2, 4, "Y"))], unsafe=True)
        == "AbcD"
    )


def test_two_insertions_at_one_place_are_not_applied_together() -> None:
    assert apply_fixes("ab", [fix((1, 1, ")")), fix((1, 1, "))"))], unsafe=True) == "a)b"


def test_the_texts_of_two_fixes_do_not_run_together() -> None:
    assert apply_fixes("!!a", [fix((0, 1, "not")), fix((1, 2, "not "))], unsafe=True) == "not!a"
    assert apply_fixes("a,!b", [fix((1, 2, "")), fix((2, 3, "not "))], unsafe=True) == "a!b"
    assert apply_fixes("a))", [fix((1, 2, "")), fix((2, 3, ""))], unsafe=True) == "a"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("name=x;protected", "name=x and protected"),
        ("name = x; protected; limit 5;", "name = x and protected limit 5"),
        ("platform in (CentOS; Ubuntu)", "platform in (CentOS, Ubuntu)"),
        ("!!protected", "not not protected"),
        ("protected||!!public()", "protected or not not public()"),
    ],
)
def test_signs_of_other_languages_are_translated(text: str, mended: str) -> None:
    assert mend(text, check, unsafe=True) == (mended, ())


def test_only_the_first_fix_of_a_finding_is_applied() -> None:
    both = [("one", [(0, 1, "A")]), ("other", [(0, 1, "B")])]
    assert apply_fixes("a", [diagnostic("syntax", "a fault", (0, 1), both)], unsafe=True) == "A"


def test_a_finding_without_a_fix_leaves_the_text() -> None:
    assert apply_fixes("a", [diagnostic("syntax", "a fault", (0, 1))], unsafe=True) == "a"


def test_mending_repeats_until_no_finding_has_a_fix() -> None:
    mended, left = mend("platfrom＝centos && os_bit = 64 limit = 5", check, unsafe=True)
    assert (mended, left) == ("platform=centos and os_bit = 64 limit 5", ())


def test_mending_returns_the_remaining_findings() -> None:
    mended, left = mend("protected && platform =", check, unsafe=True)
    assert mended == "protected and platform ="
    assert [found.code for found in left] == ["syntax"]


def test_fixes_that_never_settle_are_not_applied() -> None:
    def restless(_text: str) -> list[Diagnostic]:
        return [fix((0, 0, "a"))]

    assert mend("", restless, unsafe=True) == ("", (*restless(""),))


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("platform=CentOS and limit = 1", "platform=CentOS limit 1"),
        ("limit = 1 and platform=CentOS", "platform=CentOS limit 1"),
        ("protected and limit == 007 and registered", "protected and registered limit 7"),
        ("limit = 1", "limit 1"),
        ("sort_key = name", "order by name"),
        ("protected and __sort_key = name limit 5", None),
        ("protected and sort_key = created_at limit 5", "protected limit 5 order by created_at"),
        ("marker = a-b and protected", "protected after a-b"),
        ("protected and marker = 'a b'", 'protected after "a b"'),
        ("protected and limit = $n", "protected limit $n"),
        ("protected and limit = 0", None),
        ("protected and limit > 5", None),
        ("protected and limit = 5 limit 6", None),
        ("limit = 5 and limit = 6", None),
        ("protected or limit = 5", None),
        ("not limit = 5", None),
        ("(limit = 5 and protected)", "(protected) limit 5"),
        ("protected and ((limit = 5))", "protected limit 5"),
        ("protected and limit = 5 # all", "protected limit 5 # all"),
        ("limit = 5 and # all\nprotected # x", "# all\nprotected limit 5 # x"),
        ("(public() or limit = 5) and protected", None),
        ("not (limit = 5 and protected)", None),
        ("sort_dir = 'desc' and protected order by name", "protected order by name desc"),
        ("(sort_dir = 'ASC') order by name limit 5", "order by name asc limit 5"),
        ("sort_dir = 'desc' order by name asc", None),
        ("sort_dir = 'desc' and sort_dir = 'asc' order by name", None),
        ("sort_dir = 'up' order by name", None),
        ("protected and sort_key = owner", None),
        ("protected and sort_dir = up", None),
        ("protected and # why\n limit = 5", None),
    ],
)
def test_a_clause_written_as_a_condition_is_moved_to_the_end(text: str, mended: str | None) -> None:
    assert fixes(text) == ([] if mended is None else [mended])


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("platfrom = CentOS", ["platform = CentOS"]),
        ("platfrom = 7", []),
        ("platfrom = and protected", ["platform = and protected"]),
        ("order by nmae", ["order by name"]),
        ("suports(kvm)", ["supports(kvm)"]),
        ("suports()", []),
    ],
)
def test_another_name_is_offered_if_the_condition_is_valid_with_it(
    text: str, mended: list[str]
) -> None:
    assert fixes(text)[:1] == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("member_status = pending", "member_status = pending and visibility = shared"),
        ("flavor_id = physical.s4.large", "supports(s4l)"),
        ("tag = a.b", 'tag = "a=b"'),
        ("support_kvm = false", "not supports(kvm)"),
        ("architecture = x86_64", "architecture = x86"),
        ("protected = yes", "protected = true"),
        ("min_disk = 4", "min_disk = 40"),
        ("platform = null", "platform is absent"),
        ("min_ram!=NULL", "min_ram is present"),
        ("name = null", "name is absent"),
        ("description != NULL", "description is present"),
        ("description in (null, x)", "description in (null, x)"),
        ("supports(support_kvm)", "supports(kvm)"),
        ("protected or registered and os_bit=64", "protected or (registered and os_bit=64)"),
        ("created_at < 2018/10/28", "created_at < 2018-10-28"),
    ],
)
def test_other_findings_have_fixes(text: str, mended: str | None) -> None:
    assert mend(text, check, unsafe=True)[0] == (text if mended is None else mended)
