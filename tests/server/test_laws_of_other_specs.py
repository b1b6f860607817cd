"""The local server answers requests of other specs as their service does."""

from __future__ import annotations

import asyncio
import json
import operator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx
import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, check_url, decompile, matcher, plan, testing
from imsquery import compile as compile_query
from imsquery.language.unparse import unparse
from imsquery.schema.spec import Spec
from imsquery.server.app import create_app
from imsquery.server.catalogue import Catalogue
from imsquery.server.openapi import describe
from imsquery.server.requests import Refusal
from imsquery.specs import named
from imsquery.testing.wire import encoded
from imsquery.testing.wire import pairs as wire_pairs
from tests.glance_like import GLANCE, ODD, REPEATED
from tests.glance_model import BadRequestError, GlanceModel

pytestmark = pytest.mark.usefixtures("each_way")

SPECS = st.sampled_from((GLANCE, REPEATED))


def ids(records: list[str]) -> list[str]:
    return [json.loads(record)["id"] for record in records]


@given(st.data(), SPECS)
def test_a_request_finds_what_the_service_finds(data: st.DataObject, spec: Spec) -> None:
    pairs = data.draw(wire_pairs(spec))
    query = encoded(pair for pair in pairs if pair[0] not in {"marker", "member_status"})
    images = data.draw(testing.catalogues(spec))
    if data.draw(st.booleans()) and images:
        query = "&".join(filter(None, [query, f"marker={quote(images[0]['id'])}"]))
        images = [*filter(dict, images)]
    with closing(Catalogue.from_records(images, spec=spec)) as catalogue:
        try:
            wanted = [image["id"] for image in GlanceModel(images)(query)]
        except BadRequestError:  # the marker is not among what is found
            return
        assert ids(catalogue.find(query)) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "name=in:%22a", "name=xx:a", "size_min=a", "sort=nope", "sort=name:up", "min_disk_max=-",
        "created_at=in:2018-01-01T00:00:00Z", "name=in:a%22b",
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_refused(query: str) -> None:
    with (
        closing(Catalogue.from_records([], spec=GLANCE)) as catalogue,
        pytest.raises(Refusal),
    ):
        catalogue.find(query)


def test_directions_are_as_many_as_sort_keys() -> None:
    query = "sort_key=name&sort_dir=asc&sort_dir=desc"
    with (
        closing(Catalogue.from_records([], spec=REPEATED)) as catalogue,
        pytest.raises(Refusal, match="one for each key"),
    ):
        catalogue.find(query)


@given(st.data(), st.sampled_from((GLANCE, REPEATED, ODD)), st.booleans())
def test_a_plan_over_the_local_server_finds_what_it_matches(
    data: st.DataObject,
    spec: Spec,
    is_consistent: bool,  # noqa: FBT001 -- drawn
) -> None:
    trees = testing.filter_trees(spec, consistent=is_consistent)
    text = unparse(data.draw(testing.request_trees(spec) | trees))
    images = data.draw(testing.catalogues(spec))
    if "member_status" in text:
        reject()
    try:
        made = plan(text, spec=spec)
    except QueryError as error:
        assert {each.code for each in error.diagnostics} <= {"contradiction"}
        reject()
    with closing(Catalogue.from_records(images, spec=spec)) as catalogue:

        def fetch(query: str) -> list[dict[str, Any]]:
            return [json.loads(record) for record in catalogue.find(query)]

        found = [each["id"] for each in made.execute(fetch, page_size=5)]

    is_wanted = matcher(text, spec=spec)
    assert sorted(found) == sorted(each["id"] for each in images if is_wanted(each))


# A key that is there already would have no effect but on how Glance sorts what ties.
_older = st.builds(
    operator.add,
    st.lists(st.sampled_from(["sort_key=name", "sort_key=id", "sort_key=updated_at"]), unique=True),
    st.lists(st.sampled_from(["sort_dir=asc", "sort_dir=desc"]), max_size=4),
)


@given(_older, testing.catalogues(GLANCE))
@example(["sort_dir=asc", "sort_dir=desc"], [])
def test_an_order_in_its_older_form_is_the_one_that_it_reads_back_as(
    pairs: list[str], images: list[dict[str, Any]]
) -> None:
    spec, query = named("glance"), "&".join(pairs)
    with closing(Catalogue.from_records(images, spec=spec)) as catalogue:
        try:
            wanted = [image["id"] for image in GlanceModel(images)(query)]
        except BadRequestError:
            with pytest.raises(Refusal):
                catalogue.find(query)
            assert check_url(query, spec=spec)
            return
        read = str(compile_query(decompile(query, spec=spec), spec=spec))

        assert ids(catalogue.find(query)) == wanted
        assert [image["id"] for image in GlanceModel(images)(read)] == wanted


LISTINGS = {
    "name = a": {False},
    "name = a and not os_hidden": {False},
    "name = a and os_hidden": {True},
    "name = a and (os_hidden or not os_hidden)": {True, False},
    "name = a and not (os_hidden and not os_hidden)": {True, False},
    "(name = a and os_hidden != true) or (os_hidden and name = a)": {True, False},
    "name = a and os_hidden in (true, false)": {True, False},
}
"""A filter of images called `a` -> whether it finds hidden ones, others, or both."""


@given(st.sampled_from([*LISTINGS]), st.lists(st.sampled_from((True, False, "true", None))))
def test_what_is_not_listed_unasked_is_found_where_it_is_asked_for(
    text: str, hidden: list[bool | str | None]
) -> None:
    spec = named("glance")
    images = [
        image(number) | {"name": "a", "os_hidden": each} for number, each in enumerate(hidden)
    ]
    with closing(Catalogue.from_records(images, spec=spec)) as catalogue:
        made = plan(text, spec=spec)
        found = made.execute(lambda query: [json.loads(each) for each in catalogue.find(query)])

        wanted = [f"i{at}" for at, each in enumerate(hidden) if bool(each) in LISTINGS[text]]
        assert sorted(each["id"] for each in found) == sorted(wanted)


def image(number: int) -> dict[str, Any]:
    day = f"2018-01-{number + 1:02}T00:00:00Z"
    return {"id": f"i{number}", "created_at": day, "updated_at": day, "min_disk": 1,
            "protected": False, "name": "a & b", "tags": ["a"]}  # fmt: skip


def test_links_lead_through_all_pages() -> None:
    async def follow(catalogue: Catalogue) -> list[str]:
        found: list[str] = []
        link = "/v2/images?limit=2&name=a+%26+b&tag=a"
        transport = httpx.ASGITransport(app=create_app(catalogue))
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
            while link:
                page = (await client.get(link)).json()
                found += [each["id"] for each in page["images"]]
                link = page.get("next")
        return found

    with closing(Catalogue.from_records(map(image, range(5)), spec=GLANCE)) as catalogue:
        assert asyncio.run(follow(catalogue)) == ["i4", "i3", "i2", "i1", "i0"]


def test_the_document_has_every_parameter_of_the_spec() -> None:
    listing = describe(GLANCE)["paths"]["/v2/images"]["get"]
    names = {each["name"] for each in listing["parameters"]}
    query = plan("size between 1 and 2 and tag = a and name in (a, b)", spec=GLANCE).requests[0]

    assert names >= {name for name, _ in parse_qsl(query.query_string)}
    assert {"sort", "min_disk_min", "marker"} <= names
    assert "checksum" not in names
