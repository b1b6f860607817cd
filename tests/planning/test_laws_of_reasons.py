"""A plan leaves a condition to the client only if a single request with it would be refused.

Its reason is that of the refusal.
"""

from __future__ import annotations

from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import QueryError, check, testing
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.planning.planner import plan

JOINED = "the server joins conditions by `and` only"
ONCE = "one request compares `"


@given(testing.filter_trees(max_predicates=5), st.integers(1, 8))
def test_conditions_are_left_for_the_reason_stated(tree: syntax.Expr, budget: int) -> None:
    try:
        made = plan(unparse(tree), max_requests=budget)
    except QueryError:
        reject()

    for request in made.requests:
        assert all(each.why == "" for each in request.pushed)
        pushed = [each.text for each in request.pushed]
        for each in request.left:
            if each.why.startswith(JOINED):
                whole = f"({request.residual})"
                assert any(JOINED in message for message in refusals(whole)), each
            elif each.why.startswith(ONCE):
                # Two values that contradict each other are another finding, and reason enough.
                both = refusals(" and ".join([*pushed, f"({each.text})"]))
                assert any(each.why in m or "can never match" in m for m in both), each
            else:
                alone = refusals(each.text)
                assert any(each.why in m or JOINED in m for m in alone), each


def refusals(text: str) -> list[str]:
    """Return why a filter is not a single request."""
    return [each.message for each in check(text, target="compile") if each.severity == "error"]
