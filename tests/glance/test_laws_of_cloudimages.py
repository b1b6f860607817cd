"""What filters find in Glance as it is, under the spec of its descendant.

Glance takes names that it does not know for properties, and compares them by equality, so that most
of the vendor's parameters work there as they are written.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import QueryError, matcher, plan, testing
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from tests.glance.common import COMMON, catalogues, ids
from tests.glance.service import Glance

trees = testing.filter_trees(COMMON, consistent=False)
page_sizes = st.sampled_from((1, 2, 3, 500))


@given(testing.requests(COMMON), catalogues)
def test_a_request_finds_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[dict[str, Any]]
) -> None:
    glance.load(images)
    query = compile_query(text, spec=COMMON)
    takes = matcher(text, spec=COMMON)

    assert ids(glance.listed(str(query))) == ids([each for each in glance.listed() if takes(each)])


@given(trees, catalogues, st.integers(1, 8), page_sizes)
def test_a_plan_finds_the_images_that_the_matcher_takes(
    glance: Glance, tree: syntax.Expr, images: list[dict[str, Any]], budget: int, page_size: int
) -> None:
    glance.load(images)
    text = unparse(tree)
    try:
        planned = plan(text, spec=COMMON, max_requests=budget)
    except QueryError:
        reject()
    takes = matcher(text, spec=COMMON)
    expected = [each for each in glance.listed() if takes(each)]

    assert ids([*planned.execute(glance, page_size=page_size)]) == ids(expected)
