"""A syntax error hides no finding about what can be read, and invents none."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import QueryError, check, parse
from imsquery.diagnostics.model import Diagnostic
from imsquery.testing import NearMiss, filters, near_misses
from tests import faulty

TOKENS = (
    "and", "or", "not", "(", ")", ",", "=", "<", "!=", "in", "between", "contains", "is", "absent",
    "order", "by", "limit", "after", "desc", "all", "like", "null", "&&", "|", "!", "~", ";", "%",
    "`", "'", '"', "''", "“", "”", "’", "＝", "\u00a0", "\u200b", "\0", "\u202e", "\ud800", "аnd",
    "рlatform", "platform", "os_bit", "protected", "CentOS", "64", "2018-10-28", "10:00", "$x", "$",
    "~*", "!~*", "supports", "where", "select", "sort", "platform:", ":", "[", "]", "{", "#c\n",
    "\n", "\\", "≠",
)  # fmt: skip

soups = st.lists(st.sampled_from(TOKENS) | st.just(" "), max_size=16).map("".join)
anything = soups | st.text() | faulty.queries(faults=5)
broken = st.sampled_from(faulty.BROKEN)


def seen(findings: tuple[Diagnostic, ...], start: int, end: int) -> set[tuple[str, str, int]]:
    """Return the findings within a part of a text by code, message and place in the part."""
    return {
        (each.code, each.message, each.span.start - start)
        for each in findings
        if start <= each.span.start and each.span.end <= end
    }


@given(anything)
@example("{2018-10-28supports after")
@example("()")
@example("limit = 5)")
@example("publicn) limit $(")
@example("limit = 5 'a b'present all=~")
@example("not≠")
@example("~* in (a)")
@example("?~*=x")
@example("platform=CentOS and os_bit = 64 or not protected (limit = 5 after")
def test_any_text_parses_or_has_findings_within_it(text: str) -> None:
    findings = check(text)
    for found in findings:
        places = [found.span, *(edit.span for fix in found.fixes for edit in fix.edits)]
        assert all(0 <= place.start <= place.end <= len(text) for place in places)
    try:
        parse(text)
    except QueryError as error:
        assert error.diagnostics
        assert findings


@given(near_misses(), broken)
@example(NearMiss("member_status = x and isregistered = yes", "bad-value"), "not")
def test_a_broken_condition_leaves_the_findings_of_the_rest(miss: NearMiss, wrong: str) -> None:
    text = f"({miss.text}\n)"
    alone = seen(check(text), 0, len(text))
    assert seen(check(f"{text} and {wrong}"), 0, len(text)) == alone
    start = len(f"{wrong} and ")
    assert seen(check(f"{wrong} and {text}"), start, start + len(text)) == alone


@given(filters(), broken)
def test_a_broken_condition_invents_no_finding_about_the_rest(text: str, wrong: str) -> None:
    text = f"({text}\n)"
    alone = check(text)
    found = check(f"{text} and {wrong}")
    assert seen(found, 0, len(text)) == seen(alone, 0, len(text))
    rest = [each for each in found if each.span.start > len(text)]
    assert {each.code for each in rest} <= {"syntax"}
    assert rest


UNITS = (
    "a = = b and ", "(", ")", "a b ", "a 'b' ", "a like 'b' and ", "&& ", "limit 5 limit x ",
    "%", "'", "\\'", "“", "`", "a and and ", "a in b, ", "a, ", "a = b=c and ", "limit 5 a=1 ",
    "\u00a0", "({", "platfrom = a and ", "limit = 5 and ", "not a not ", "between 1 ", "аnd ",
    "a:b ", "[a", "a = b = c and ", "a.b c ", "a = (b, c) and ", "name is null ", "sort by a ",
    "a between 1,000 ", "a between b c ", "a between b=c=", "a in (now - ", "a in (b now() ",
    "a: b ", "limit 5 (a ",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_the_work_grows_with_the_text(unit: str) -> None:
    one, eight = (calls(unit * (count // len(unit))) for count in (150, 1_200))
    assert eight < 12 * one + 5_000


def calls(text: str) -> int:
    """Return the number of function calls of a check."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        check(text)
    finally:
        sys.setprofile(None)
    return count
