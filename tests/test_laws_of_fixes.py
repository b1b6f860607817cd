"""A fix that is applied removes its finding and adds none.

Findings are compared by code and message, since an edit moves the places of those after it. The
message of a ``contradiction`` quotes the text, which a fix changes: it counts by its code. A
finding about a condition keeps it from being read; once that is mended, how the condition fits with
the others is known for the first time. What is found then is not due to the fix: see ``TOGETHER``.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import QueryError, check
from imsquery.diagnostics.model import Diagnostic, diagnostic
from imsquery.fixes import apply_fixes, mend
from imsquery.formatting.formatter import format as format_query
from imsquery.testing import near_misses
from tests import faulty
from tests.strategies import soup

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC
TOGETHER = frozenset({
    "contradiction", "mutually-exclusive", "requires", "not-observable", "not-expressible",
    "unbound-placeholder", "unknown-sort-key", "never-matches",
})  # fmt: skip
"""Codes of findings about combined conditions, or about what fits in one request."""

targets = st.sampled_from(["plan", "compile"])


def find(text: str, target: str = "plan") -> tuple[Diagnostic, ...]:
    return check(text, target="compile" if target == "compile" else "plan", now=NOW)


def bag(findings: tuple[Diagnostic, ...]) -> Counter[tuple[str, str]]:
    return Counter(map(key, findings))


def key(found: Diagnostic) -> tuple[str, str]:
    return found.code, "" if found.code == "contradiction" else found.message


def assert_law(text: str, target: str) -> None:
    before = find(text, target)
    for found in before:
        for fix in found.fixes:
            mended = fix.apply(text)
            after = bag(find(mended, target))
            assert after[key(found)] < bag(before)[key(found)], (found, mended)
            added = after - bag(before)
            if found.code != "syntax":
                added = Counter({each: n for each, n in added.items() if each[0] not in TOGETHER})
            assert not added, (found, mended)


@pytest.mark.parametrize("broken", faulty.BROKEN)
@pytest.mark.parametrize("rest", ["and protected or os_bit = 64", "or (protected) and limit = 5"])
def test_no_fix_is_about_a_place_that_something_without_a_fix_is_in(broken: str, rest: str) -> None:
    assert_law(f"{broken} {rest}", "plan")
    assert_law(f"member_status = pending and {broken} {rest}", "plan")


@given(faulty.queries(), targets)
@example("platform in ) CentOS", "plan")
@example("(protected limit 5 and os_bit = 64", "plan")
@example("where sort_key = name limit 5", "plan")
@example("member_status = pending and (os_bit = 64 or protected order by name", "plan")
@example("protected and member_status = pending & platform = (CentOS) after x", "plan")
@example("protected or public() and tagged(a, b)", "plan")
@example("protected || platform:CentOS", "compile")
@example("platform=CentOS=and os_bit", "plan")
@example('tag =%"a.b"', "plan")
@example("os_bit ! = 64 and os_bit = 64", "plan")
@example("id in $ids&&limit = 5 order by name", "plan")
@example("where marker = x AND, member_status = pending order by name", "plan")
@example("not limit 5, 10", "plan")
@example("name = order аnd protected", "plan")
@example("all and and limit = 5 or public()", "plan")
@example("supports(kvm;; platform = CentOS", "plan")
@example("supports(kvm, name = 'a b'", "plan")
@example("os_version not null sort by name", "plan")
@example("where protected not present", "plan")
@example("supports(kvm and platform = CentOS ；platform = CentOS", "plan")
@example("name = order ；platform = CentOS", "plan")
@example("platform = CentOS&&limit = 5", "plan")
@example("protected or created_at < 2018 and created_at > now()", "plan")
@example("(protected and protected, limit = 5 and protected)", "plan")
@example("platform:(CentOS OR Ubuntu)", "plan")
@example("protected or public() and min_disk = [40 to *]", "plan")
@example("name like 'Cent%' and platform:(CentOS) or platform = CentOS", "compile")
@example("name like 'Cent%' and min_disk:>40", "plan")
def test_a_fix_removes_its_finding_and_adds_none(text: str, target: str) -> None:
    assert_law(text, target)


@given(near_misses().map(lambda miss: miss.text + " ignoring case"), targets)
@example("tag:team = web ignoring case", "plan")
@example("flavr_id = x ignoring case", "plan")
def test_a_fix_before_ignoring_case_adds_no_finding(text: str, target: str) -> None:
    assert_law(text, target)


@given(near_misses().map(lambda miss: miss.text), targets)
def test_a_fix_of_a_near_miss_removes_its_finding_and_adds_none(text: str, target: str) -> None:
    assert_law(text, target)


@given(faulty.queries(faults=4) | soup)
@example("platform = CentOS order and protected or os_bit = 64")
def test_mending_ends_where_mending_again_changes_nothing(text: str) -> None:
    for unsafe in (False, True):
        mended, left = mend(text, find, unsafe=unsafe)
        assert left == find(mended)
        assert mend(mended, find, unsafe=unsafe) == (mended, left)
        assert settles(text, unsafe=unsafe)


def settles(text: str, *, unsafe: bool) -> bool:
    """Return whether fixes come to an end by themselves, at a text that no fix changes."""
    for _ in range(10):
        before, text = text, apply_fixes(text, find(text), unsafe=unsafe)
        if text == before:
            return True
    return False


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
def test_mending_twice_is_mending_once_whatever_the_fixes_do(steps: list[tuple[int, int]]) -> None:
    leads = {"a" * before: "a" * after for before, after in steps}

    def check(text: str) -> tuple[Diagnostic, ...]:
        fixes = [("mend it", [(0, len(text), leads[text])])] if text in leads else []
        return (diagnostic("syntax", text, (0, len(text)), fixes),)

    for text in leads:
        once = mend(text, check, unsafe=True)
        assert mend(once[0], check, unsafe=True) == once


@given(faulty.queries(faults=4))
@example("protected||!!public()")
@example("platform = CentOS&&!protected")
@example("name=x;protected")
@example("platform = CentOS;; platform =")
@example("platform = CentOS or Ubuntu and platform = CentOS")
@example("platform = CentOS and protected or Ubuntu")
@example("(public() order by name) order by name")
@example("name like 'Cent%' and platform:(CentOS)")
@example("member_status = pending and public")
@example("where public or public")
@example("platfrm public or public")
@example("platform = a and platform = a||platform = a and platform = a limit 5, 10")
@example("where created_at:[2018 TO 2019]")
def test_mending_at_once_equals_mending_one_by_one(text: str) -> None:
    at_once, _ = mend(text, find, unsafe=True)
    one_by_one = text
    while fixes := [found.fixes[0] for found in find(one_by_one) if found.fixes]:
        one_by_one = fixes[0].apply(one_by_one)

    assert formatted(at_once) == formatted(one_by_one)


def formatted(text: str) -> str:
    try:
        return format_query(text)
    except QueryError:
        for sign in "()":
            text = text.replace(sign, f" {sign} ")
        return " ".join(text.split())


@given(faulty.queries(faults=4))
def test_remaining_findings_have_no_fix(text: str) -> None:
    _, left = mend(text, find, unsafe=True)
    assert not any(found.fixes for found in left)
