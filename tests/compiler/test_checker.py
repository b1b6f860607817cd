"""``check`` finds errors in a text if and only if ``plan`` refuses it."""

from __future__ import annotations

import pytest

from imsquery import QueryError, check
from imsquery.planning.planner import plan


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name matches '('", "bad-value"),
        ("name matches '(' or all", "bad-value"),
        ("platform = $x limit 0", "out-of-range"),
        ("order by tag", "not-observable"),
        ("nosuch = 1 and (", "unknown-name"),
        ("(", "syntax"),
    ],
)
def test_a_text_with_an_error_has_no_plan(text: str, code: str) -> None:
    assert code in {each.code for each in check(text) if each.severity == "error"}
    with pytest.raises(QueryError, match=code):
        plan(text)


@pytest.mark.parametrize(
    "text", ["", "none", "name matches '^a' or all", "platform in (CentOS, Ubuntu) order by name"]
)
def test_a_text_without_an_error_has_a_plan(text: str) -> None:
    assert check(text) == ()
    assert plan(text).text == text
