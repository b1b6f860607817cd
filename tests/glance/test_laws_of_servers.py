"""The model of Glance, and the local server under its spec, answer as Glance does."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import QueryError, plan
from imsquery.execution.pages import Page
from imsquery.server.catalogue import Catalogue
from imsquery.testing.wire import encoded
from tests.glance.common import ids
from tests.glance.service import Glance
from tests.glance.test_laws_of_specs import GLANCE, dense_catalogues, dense_filters
from tests.glance_model import GlanceModel

Record = dict[str, Any]
ORDERS = (
    "", "sort=id:asc", "sort=id", "sort=created_at:asc", "sort=created_at:desc,id:asc",
    "sort=status:asc,id:asc", "sort=name:asc,id:asc", "sort=name:desc,created_at:asc,id:desc",
    "sort=size:asc,id:asc", "sort=status,name,id",
)  # fmt: skip


def asked(text: str) -> str:
    """Return the first request of a filter's plan."""
    try:
        return str(plan(text, spec=GLANCE).requests[0].query)
    except (QueryError, IndexError):
        reject()


def alike(images: list[Record]) -> list[Record]:
    """Leave out fractions of a second, which are not shown, and tags that the model respells."""
    return [
        {
            **image,
            "created_at": image["created_at"][:19],
            "updated_at": image["updated_at"][:19],
            "tags": [tag for tag in image.get("tags", ()) if tag != "k.v"],
        }
        for image in images
    ]


@given(
    dense_filters, dense_catalogues.map(alike), st.sampled_from(ORDERS),
    st.integers(0, 11), st.integers(0, 10) | st.none(),
)  # fmt: skip
def test_a_page_has_the_same_images_and_link(
    glance: Glance, text: str, images: list[Record], order: str, limit: int, marker: int | None
) -> None:
    glance.load(images)
    listed = glance.listed()
    after = (
        []
        if marker is None or marker >= len(images) or "size" in order
        else [("marker", str(marker))]
    )
    pairs = [
        *parse_qsl(asked(text), keep_blank_values=True),
        *parse_qsl(order),
        ("limit", str(limit)),
        *after,
    ]
    query = encoded(sorted(pairs))
    page = glance.page_of(query)
    model = GlanceModel(listed)(query)
    assert isinstance(model, Page)

    assert ids(model) == ids(page)
    assert (model.next is None) == (page.next is None)
    with Catalogue.from_records(listed, spec=GLANCE) as catalogue:
        found = catalogue.find(query)
        assert ids(map(json.loads, found)) == ids(page)
        assert (catalogue.next_page(query.encode(), found) is None) == (page.next is None)
