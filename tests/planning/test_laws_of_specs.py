"""What a spec says that its server takes is pushed, means the filter, and reads back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import QueryError, check, check_url, decompile, matcher, parse, plan, prepare, testing
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.planning.plan import Plan
from imsquery.schema.spec import Spec
from imsquery.testing.requested import requested
from imsquery.testing.wire import encoded
from imsquery.testing.wire import pairs as wire_pairs
from tests.clause_meaning import results
from tests.glance_like import GLANCE, ODD, REPEATED
from tests.glance_model import GlanceModel
from tests.plan_strategies import combined
from tests.strategies import soup

SPECS = st.sampled_from((GLANCE, REPEATED))
ALL_SPECS = SPECS | st.just(ODD)
Images = list[dict[str, Any]]
REFUSALS = {"contradiction", "requires", "not-observable"}

# -- few conditions on few values, so that most filters match some images

PREDICATES = (
    "name = a", "name in (a, b)", "name in (b, c, 'd:e')", "name != a", "name in ('x,y', a)",
    "name in ('q\"q', b)", "name = 'd:e'", "name contains d", "name is present",
    "name = A ignoring case", "status = active", "status in (active, saving)",
    "status not in (active)", "size >= 5", "size > 5", "size between 4 and 6", "size < 4",
    "size = 5", "size != 5", "size is absent", "min_disk >= 40", "min_disk <= 40",
    "min_disk = 40", "not min_disk > 39", "min_disk in (40, 60)", "tag = a", "tag = b",
    "tag in (a, b)", "tag != c", "tag = 'k=v'", "tagged(k)", "created_at < 2018-10-28",
    "created_at >= 2018-10-28", "created_at between 2018-10-27 and 2018-10-28", "protected",
    "not protected", "visibility = shared", "checksum = a",
    "(visibility = shared and member_status = pending)", "all", "none",
)  # fmt: skip


filters = st.lists(st.sampled_from(PREDICATES), min_size=1, max_size=6, unique=True).flatmap(
    lambda few: st.recursive(st.sampled_from(few), combined, max_leaves=8)
)
_times = ("2018-10-27T00:00:00Z", "2018-10-28T00:00:00Z", "2018-10-28T10:00:00Z")
_images = st.fixed_dictionaries(
    {
        "protected": st.booleans(),
        "min_disk": st.sampled_from((20, 40, 60)),
        "created_at": st.sampled_from(_times),
        "updated_at": st.sampled_from(_times),
    },
    optional={
        "name": st.sampled_from(("a", "b", "c", "d:e", "x,y", 'q"q', "A")),
        "status": st.sampled_from(("active", "saving", "queued")),
        "size": st.integers(3, 7),
        "tags": st.lists(st.sampled_from(("a", "b", "c", "k=v", "k.v")), unique=True, max_size=3),
        "visibility": st.sampled_from(("shared", "public")),
        "checksum": st.sampled_from(("a", "b")),
    },
)
catalogues = st.lists(_images, max_size=10).map(
    lambda found: [{**image, "id": f"i{number}"} for number, image in enumerate(found)]
)
members = st.dictionaries(
    st.sampled_from([f"i{number}" for number in range(10)]),
    st.sampled_from(("pending", "accepted")),
)


def planned(text: str, spec: Spec, budget: int = 8) -> Plan:
    """Plan a filter; reject one that is rightly refused."""
    try:
        return plan(text, spec=spec, max_requests=budget)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= REFUSALS
        reject()


def ids(images: Any) -> list[str]:
    return [image["id"] for image in images]


def shown(text: str) -> str:
    """Return a filter that records show: whether one is a pending member is one of its tags."""
    return text.replace("(visibility = shared and member_status = pending)", "tag = is-pending")


def with_members(images: Images, known: Mapping[str, str]) -> Images:
    return [
        {**image, "tags": [*image.get("tags", []), "is-pending"]}
        if image.get("visibility") == "shared" and known.get(image["id"]) == "pending"
        else image
        for image in images
    ]


@given(SPECS, filters, catalogues, members, st.integers(1, 8), st.sampled_from((1, 2, 500)))
def test_a_plan_finds_the_images_that_satisfy_the_filter(
    spec: Spec, text: str, images: Images, known: dict[str, str], budget: int, size: int
) -> None:
    server = GlanceModel(images, known, has_links=spec.next_links)
    made = planned(text, spec, budget)

    found = ids(made.execute(server, page_size=size))

    is_wanted = matcher(shown(text), spec=spec)
    wanted = [image["id"] for image in with_members(images, known) if is_wanted(image)]
    assert sorted(found) == sorted(wanted)
    assert len(made.requests) <= budget


@given(SPECS, filters, catalogues, members)
def test_a_compiled_filter_finds_the_images_that_satisfy_it(
    spec: Spec, text: str, images: Images, known: dict[str, str]
) -> None:
    try:
        query = compile_query(text, spec=spec)
    except QueryError:
        reject()

    found = ids(GlanceModel(images, known)(str(query)))

    is_wanted = matcher(shown(text), spec=spec)
    wanted = [image["id"] for image in with_members(images, known) if is_wanted(image)]
    assert sorted(found) == sorted(wanted)


@given(SPECS, filters, catalogues)
def test_what_compiles_reads_back_to_an_equivalent_filter(
    spec: Spec, text: str, images: Images
) -> None:
    try:
        query = compile_query(text, spec=spec)
    except QueryError:
        reject()
    read = decompile(str(query), spec=spec)

    assert compile_query(read, spec=spec) == query
    if "member_status" not in text:
        one, other = matcher(text, spec=spec), matcher(read, spec=spec)
        assert [*map(one, images)] == [*map(other, images)]


@given(st.data(), ALL_SPECS)
def test_a_request_of_the_spec_compiles_and_reads_back(data: st.DataObject, spec: Spec) -> None:
    tree = data.draw(testing.request_trees(spec))
    query = compile_query(unparse(tree), spec=spec)

    assert compile_query(decompile(str(query), spec=spec), spec=spec) == query
    assert not [each for each in check_url(str(query), spec=spec) if each.severity == "error"]


@given(st.data(), ALL_SPECS)
def test_a_request_without_findings_is_what_its_filter_compiles_to(
    data: st.DataObject, spec: Spec
) -> None:
    text = encoded(data.draw(wire_pairs(spec)))

    assert not check_url(text, spec=spec)
    assert str(compile_query(decompile(text, spec=spec), spec=spec)) == text


@given(st.data(), ALL_SPECS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    data: st.DataObject, spec: Spec, random: Random
) -> None:
    tree = data.draw(testing.request_trees(spec))
    operands = [*tree.operands] if isinstance(tree, syntax.And) else [tree]
    again = [*operands, *random.sample(operands, random.randint(0, len(operands)))]
    random.shuffle(again)
    text = " and ".join(map(unparse, again))

    assert compile_query(text, spec=spec) == compile_query(unparse(tree), spec=spec)
    assert plan(text, spec=spec).requests == plan(unparse(tree), spec=spec).requests


@given(st.data(), ALL_SPECS)
def test_what_is_one_request_is_planned_as_that_request(data: st.DataObject, spec: Spec) -> None:
    text = unparse(data.draw(testing.request_trees(spec)))
    (request,) = plan(text, spec=spec).requests

    assert request.exact
    assert [pair for each in request.pushed for pair in [each.pair]] == [*request.query.pairs]


@given(st.data(), SPECS)
def test_any_filter_of_the_spec_has_a_plan_that_finds_what_it_matches(
    data: st.DataObject, spec: Spec
) -> None:
    tree = data.draw(testing.filter_trees(spec, consistent=False))
    images = data.draw(testing.catalogues(spec))
    text = unparse(tree)
    made = planned(text, spec)
    if "member_status" in text:
        reject()

    found = ids(made.execute(GlanceModel(images, has_links=spec.next_links)))

    assert sorted(found) == sorted(ids(filter(matcher(text, spec=spec), images)))


_hostile = st.lists(
    st.tuples(
        st.sampled_from(
            ("name", "id", "size_min", "min_disk_max", "tag", "sort", "sort_key", "sort_dir",
             "created_at", "limit", "marker", "and", "x", "Name", "__name", "in", "status")
        ),
        st.text('in:,"\\ab05-%&=;', max_size=8)
        | st.sampled_from(("in:a,b", "desc", "name:asc,id")),
    ),
    max_size=5,
)  # fmt: skip


@given(_hostile, ALL_SPECS)
def test_any_request_is_refused_or_read(pairs: list[tuple[str, str]], spec: Spec) -> None:
    text = "&".join(f"{name}={value}" for name, value in pairs)
    try:
        read = decompile(text, spec=spec)
    except QueryError as error:
        assert error.diagnostics
        assert error.diagnostics == check_url(text, spec=spec)
    else:
        plan(read, spec=spec)


@given(SPECS, catalogues, st.integers(1, 12))
def test_pages_end_with_the_last_link(spec: Spec, images: Images, size: int) -> None:
    server = GlanceModel(images, has_links=spec.next_links)

    assert len(ids(plan("all", spec=spec).execute(server, page_size=size))) == len(images)
    full = len(images) // size
    assert len(server.asked) == full + 1 + (not spec.next_links and len(images) % size > 0)


@pytest.mark.parametrize("spec", [GLANCE, REPEATED])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name in (b, a) and status = active", "name=in:a%2Cb&status=active"),
        ("min_disk >= 40 and min_disk <= 100", "min_disk_max=100&min_disk_min=40"),
        ("size > 5 and size < 9", "size_max=8&size_min=6"),
        ("tag = b and tag = a", "tag=a&tag=b"),
        ("name = 'a:b'", "name=in:a:b"),
    ],
)
def test_one_request_does_for(spec: Spec, text: str, expected: str) -> None:
    (request,) = plan(text, spec=spec).requests

    assert request.exact
    assert str(request.query) == str(compile_query(text, spec=spec)) == expected


_keys = st.tuples(
    st.sampled_from(("name", "size", "status", "created_at", "id")),
    st.sampled_from(("", " asc", " desc")),
)
_orders = st.lists(_keys, max_size=3, unique_by=lambda key: key[0]).map(
    lambda keys: " order by " + ", ".join(map("".join, keys)) if keys else ""
)
orders = st.builds(
    str.__add__, _orders, st.just("") | st.builds(" limit {}".format, st.integers(1, 6))
)


@given(SPECS, filters, orders, catalogues, st.sampled_from((1, 2, 500)))
def test_a_plan_finds_images_in_the_order_of_its_keys(
    spec: Spec, text: str, order: str, images: Images, size: int
) -> None:
    made = planned(text + order, spec)
    if "member_status" in text:
        reject()
    server = GlanceModel(images, has_links=spec.next_links)
    found = [*filter(matcher(text, spec=spec), images)]

    assert ids(made.execute(server, page_size=size)) == results(parse(f"all{order}"), images, found)


@given(SPECS, orders, catalogues)
def test_a_compiled_order_is_that_of_the_server(spec: Spec, order: str, images: Images) -> None:
    query = compile_query(f"all{order}", spec=spec)
    parsed = parse(f"all{order}")
    names = [key.name for key in parsed.order] or ["created_at"]
    values = {image["id"]: [image.get(name) for name in names] for image in images}
    found = ids(GlanceModel(images)(str(query)))

    # Glance breaks ties by the creation time, and then by id, mostly down.
    assert [values[each] for each in found] == [
        values[each] for each in results(parsed, images, images)
    ]


@given(SPECS, orders, catalogues, st.data())
def test_a_plan_can_be_resumed_after_every_image(
    spec: Spec, order: str, images: Images, data: st.DataObject
) -> None:
    made = plan(f"all{order}", spec=spec)
    run = made.execute(GlanceModel(images, has_links=spec.next_links), page_size=2)
    whole = ids(made.execute(GlanceModel(images), page_size=2))
    taken = ids(islice(run, data.draw(st.integers(0, len(whole)))))

    rest = made.execute(GlanceModel(images), page_size=3, cursor=run.cursor)

    assert [*taken, *ids(rest)] == whole


@given(st.data(), ALL_SPECS)
def test_values_are_bound_as_if_they_were_written(data: st.DataObject, spec: Spec) -> None:
    asked = data.draw(requested(spec, 4))
    parts, values = [], {}
    for number, each in enumerate(asked):
        name = f"v{number}"
        is_list = each.relation == "in"
        parts.append(f"{each.row.name} {each.relation} ${name}")
        values[name] = [*each.values] if is_list else each.values[0]
    text = " and ".join(parts) or "all"
    written = " and ".join(unparse(each.tree) for each in asked) or "all"

    assert prepare(text, spec=spec).bind(**values) == compile_query(written, spec=spec)
    assert plan(text, spec=spec, values=values).requests == plan(written, spec=spec).requests


@pytest.mark.parametrize("spec", [GLANCE, REPEATED])
def test_only_what_a_request_cannot_do_is_reported(spec: Spec) -> None:
    text = "name in (a, b) and size > 5 and checksum = c order by name, size skip 5"
    found = check(text, spec=spec, target="compile")

    assert [text[each.span.start : each.span.end] for each in found] == ["checksum = c", "skip 5"]


_parts = st.sampled_from(
    ("(tag = t{0} and size >= {0})", "(name = n{0} and min_disk <= {0})",
     "(size between {0} and 5)", "(name in (n{0}, a) and tag = b)",
     "(tag = a and tag = t{0})", "name = n{0}")
)  # fmt: skip


@given(SPECS, st.lists(_parts, min_size=1, max_size=3), st.integers(1, 200), catalogues)
def test_a_filter_of_many_alternatives_has_a_plan_that_finds_what_it_matches(
    spec: Spec, parts: list[str], count: int, images: Images
) -> None:
    text = " or ".join(parts[at % len(parts)].format(at) for at in range(count))
    made = plan(text, spec=spec)

    found = ids(made.execute(GlanceModel(images, has_links=spec.next_links)))

    assert sorted(found) == sorted(ids(filter(matcher(text, spec=spec), images)))


@given(soup, ALL_SPECS)
def test_any_text_is_refused_or_planned(text: str, spec: Spec) -> None:
    try:
        plan(text, spec=spec)
    except QueryError as error:
        assert error.diagnostics
    assert isinstance(check(text, spec=spec, target="compile"), tuple)
