"""Any other name is a property, but for those that Glance takes for something else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imsquery import QueryError, matcher, plan
from imsquery.specs import named
from tests.glance.common import ids
from tests.glance.service import Glance

GLANCE = named("glance")
# Of the names that a request may have, what Glance's own reader takes out first.
READ = ("limit", "marker", "member_status", "tag", "sort", "sort_key", "sort_dir")


def columns() -> set[str]:
    """Return what Glance's class of images has, which a filter is compared with first."""
    from glance.db.sqlalchemy import models
    from sqlalchemy.orm import configure_mappers

    configure_mappers()
    return {name for name in dir(models.Image) if not name.startswith("_")}


def test_no_name_that_glance_takes_for_its_own_is_a_property(glance: Glance) -> None:
    assert glance.listed() == []
    rows = {name: GLANCE.find(name) for name in columns() | {*READ}}

    assert {"metadata", "deleted", "properties", "size"} <= rows.keys()
    assert not [name for name, row in rows.items() if row and name not in {
        *GLANCE.parameters, "tags",
    }]  # fmt: skip


names = st.from_regex(r"\A_{0,2}[a-z]{2,5}(_[a-zA-Z0-9]{1,4}){0,2}(_min|_max)?\Z")


@given(names, st.sampled_from(("a", "b")), st.booleans())
def test_a_property_is_found_whatever_its_name(
    glance: Glance,
    name: str,
    value: str,
    negated: bool,  # noqa: FBT001 -- drawn
) -> None:
    text = f"{'not ' * negated}{name} = {value}"
    try:
        made = plan(text, spec=GLANCE)
    except QueryError:  # a keyword, or one slip away from another name
        assume(False)  # noqa: FBT003 -- which rejects the example
    glance.load([{"id": "1", name: "a"}, {"id": "2", name: "b"}, {"id": "3"}])
    listed = glance.listed()

    assert ids(made.execute(glance.page_of)) == ids(filter(matcher(text, spec=GLANCE), listed))


@pytest.mark.parametrize(
    ("text", "query"),
    [("hw_x = a", "hw_x=a"), ("hw_x_min = a", ""), ("HW_X = a", "HW_X=a"), ("__x = a", "__x=a")],
)
def test_glance_is_asked_about_a_property_that_it_can_find(text: str, query: str) -> None:
    (request,) = plan(text, spec=GLANCE).requests

    assert str(request.query) == query
