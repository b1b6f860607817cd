"""What filters find in Glance as it is, under the spec of its descendant.

Glance takes names that it does not know for properties, and compares them by equality, so that most
of the vendor's parameters work there as they are written.  Left out of the spec here is what the
vendor has added beside it: relations and scopes that Glance knows nothing about.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, QueryError, matcher, plan, testing
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.schema.spec import Spec
from tests.glance.service import Glance

_ADDED = {"flavor_id", "__whole_image", "architecture", "member_status", "enterprise_project_id"}
COMMON = Spec(
    [row for row in CLOUDIMAGES.parameters.values() if row.wire not in _ADDED],
    [
        each
        for same in CLOUDIMAGES.functions.values()
        for each in same
        if _ADDED.isdisjoint(wire for wire, _ in each.conditions)
    ],
    family=CLOUDIMAGES.family,
    members=CLOUDIMAGES.members,
    path="/v2/images",
    host=CLOUDIMAGES.host,
)
# The fixture is the same for all examples, which replace the catalogue.
law = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def _as_stored(image: dict[str, Any]) -> dict[str, Any]:
    """Spell a record as Glance compares it: the vendor ignores letter case, and `k.v` is `k=v`."""
    lowered = {
        name: value.lower() if value in ("True", "False") else value
        for name, value in image.items()
    }
    if "tags" in image:
        tags = (tag if "=" in tag else tag.replace(".", "=", 1) for tag in image["tags"])
        lowered["tags"] = [*dict.fromkeys(tags)]
    return lowered


def _identified(images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the numbers that make ids distinct, so that filters find some, and Glance takes all."""
    by_id = {image["id"].rpartition("-")[0]: image for image in images}
    return [{**_as_stored(image), "id": identity} for identity, image in by_id.items()]


catalogues = testing.catalogues(COMMON, max_size=8).map(_identified)
trees = testing.filter_trees(COMMON, consistent=False)
page_sizes = st.sampled_from((1, 2, 3, 500))


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["id"] for image in images]


@law
@given(testing.requests(COMMON), catalogues)
def test_a_request_finds_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[dict[str, Any]]
) -> None:
    glance.load(images)
    query = compile_query(text, spec=COMMON)
    takes = matcher(text, spec=COMMON)

    assert ids(glance.listed(str(query))) == ids([each for each in glance.listed() if takes(each)])


@law
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
