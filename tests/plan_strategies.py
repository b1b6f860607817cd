"""Catalogues with what the server knows and does not show, and orders to list them in."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, testing
from tests.server_model import ModelServer

_FLAVORS = ("s6.large.2", "c6.xlarge.4", "s3.medium.2")


@frozen
class World:
    """Images, and what the server knows of each besides."""

    images: list[dict[str, Any]]
    hidden: dict[str, dict[str, Any]]

    def server(self, *, glance_ties: bool = False) -> ModelServer:
        return ModelServer(self.images, self.hidden, glance_ties=glance_ties)


_secrets = st.fixed_dictionaries(
    {
        "flavors": st.sets(st.sampled_from(_FLAVORS), max_size=2),
        "whole_image": st.booleans(),
    },
    optional={"member_status": st.sampled_from(("accepted", "rejected", "pending"))},
)


@st.composite
def worlds(draw: st.DrawFn, max_size: int = 12) -> World:
    """Give catalogues of few different times, so that many images are tied."""
    images = draw(testing.catalogues(max_size=max_size))
    times = st.sampled_from(
        ("2018-10-28T10:00:00Z", "2018-10-28T10:00:01Z", "2019-01-01T00:00:00Z")
    )
    for image in images:
        if draw(st.booleans()):
            image["created_at"] = draw(times)
    return World(images, {image["id"]: draw(_secrets) for image in images})


orders = st.sampled_from(
    ["", *(
        f" order by {row.name}{direction}"
        for row in CLOUDIMAGES.parameters.values()
        if row.observed is not None and not row.multiple
        for direction in ("", " asc", " desc")
    )]
)  # fmt: skip
"""The clause for every attribute that images can be sorted by, or none."""

server_orders = st.sampled_from(
    ["", *(
        f" order by {row.name}{direction}"
        for row in CLOUDIMAGES.parameters.values()
        if row.sortable
        for direction in ("", " asc", " desc")
    )]
)  # fmt: skip
