"""Under Glance's own spec, a plan finds what the matcher takes of the images that Glance lists."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

import pytest
from hypothesis import assume, example, given, reject
from hypothesis import strategies as st

from imsquery import QueryError, check_url, decompile, matcher, parse, plan, testing
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.planning.plan import Plan
from imsquery.schema.spec import Spec
from imsquery.specs import named
from tests.clause_meaning import results
from tests.glance.common import ids, kept_ids
from tests.glance.service import Glance
from tests.plan_strategies import combined

WHOLE = named("glance")
# What no record shows has laws of its own: `member_status`, and images that are not listed unasked.
GLANCE = Spec(
    [row for row in WHOLE.parameters.values() if row.wire not in {"member_status", "os_hidden"}],
    [
        each
        for same in WHOLE.functions.values()
        for each in same
        if "member_status" not in dict(each.conditions)
    ],
    family=WHOLE.family,
    path=WHOLE.path,
    host=WHOLE.host,
    next_links=WHOLE.next_links,
    properties=WHOLE.properties,
)
Record = dict[str, Any]
fractions = st.sampled_from(("", "", ".000001", ".5", ".999999"))


@st.composite
def catalogues(draw: st.DrawFn) -> list[Record]:
    """Draw images of which Glance lists all, with times between the seconds that it shows."""
    images = kept_ids(draw(testing.catalogues(GLANCE, max_size=8)))
    for image in images:
        if image.get("visibility") == "community":
            del image["visibility"]
        for name in ("created_at", "updated_at"):
            image[name] = image[name].rstrip("Z") + draw(fractions)
    return images


# -- few conditions on few values, so that most filters find some images

PREDICATES = (
    "name = a", "name in (a, b)", "name in (b, 'd:e', 'x,y')", "name != a", "name = 'd:e'",
    "name = 'q\"q'", "name in ('q\"q', a)", "name = ''", "name = 'in:a'", "name in ('', a)",
    "name = ' a'", "name = 'b\\\\'", "name in ('b\\\\', 'x,y')",
    "name = A ignoring case", "name glob 'a*'", "name is present", "name is absent",
    "id in ('0', '1', '3', '9')", "id != '2'", "status = active", "status in (active, saving)",
    "status not in (active)", "container_format = bare", "container_format in (bare, ovf)",
    "disk_format in (raw, qcow2)", "disk_format is absent",
    "size >= 5", "size > 5", "size between 4 and 6", "size < 4", "size = 5", "size != 5",
    "size is absent", "min_disk >= 40", "min_disk <= 40", "min_disk = 40", "not min_disk > 39",
    "min_disk in (40, 60)", "min_ram < 1", "min_ram > 0", "virtual_size >= 5",
    "tag = a", "tag = b", "tag in (a, b)", "tag != c", "tag = ' a'", "tag is absent",
    "tag contains a", "tag = 'k=v'", "tag = 'k.v'",
    "created_at < 2018-10-28", "created_at >= 2018-10-28", "created_at = 2018-10-28",
    "created_at between 2018-10-27 and 2018-10-28",
    *(f"{name} {operator} 2018-10-28T10:00:00Z"
      for name in ("created_at", "updated_at")
      for operator in ("<", "<=", ">", ">=", "=", "!=")),
    "protected", "not protected", "visibility = shared", "visibility in (public, private)",
    "visibility != public", "owner = p", "checksum = c", "os_hash_algo = c", "os_hash_value != c",
    "hw_disk_bus = scsi", "hw_disk_bus in (scsi, ide)", "hw_disk_bus != scsi",
    "hw_disk_bus is absent", "os_distro = Ubuntu", "os_distro = ubuntu", "__platform = CentOS",
    "all", "none",
)  # fmt: skip
_times = st.builds(
    "{}{}".format,
    st.sampled_from(("2018-10-27T00:00:00", "2018-10-28T09:59:59", "2018-10-28T10:00:00",
                     "2018-10-28T10:00:01", "2018-10-29T00:00:00")),
    fractions,
)  # fmt: skip
_images = st.fixed_dictionaries(
    {
        "protected": st.booleans(),
        "min_disk": st.sampled_from((20, 40, 60)),
        "min_ram": st.sampled_from((0, 1)),
        "created_at": _times,
        "updated_at": _times,
        "status": st.sampled_from(("active", "saving", "queued")),
        "visibility": st.sampled_from(("shared", "public", "private")),
    },
    optional={
        "name": st.sampled_from(("a", "b", "c", "d:e", "x,y", 'q"q', "A", "", "in:a", " a", "b\\")),
        "size": st.integers(3, 7),
        "virtual_size": st.integers(3, 7),
        "tags": st.lists(
            st.sampled_from(("a", "b", "c", "k=v", "k.v", " a")), unique=True, max_size=3
        ),
        "container_format": st.sampled_from(("bare", "ovf", "ova")),
        "disk_format": st.sampled_from(("raw", "qcow2", "iso")),
        "owner": st.sampled_from(("p", "q")),
        "checksum": st.sampled_from(("c", "d")),
        "os_hash_algo": st.sampled_from(("c", "d")),
        "os_hash_value": st.sampled_from(("c", "d")),
        "hw_disk_bus": st.sampled_from(("scsi", "ide", "")),
        "os_distro": st.sampled_from(("Ubuntu", "ubuntu")),
        "__platform": st.just("CentOS"),
    },
)
dense_catalogues = st.lists(_images, max_size=10).map(
    lambda found: [{**image, "id": str(number)} for number, image in enumerate(found)]
)
dense_filters = st.lists(st.sampled_from(PREDICATES), min_size=1, max_size=6, unique=True).flatmap(
    lambda few: st.recursive(st.sampled_from(few), combined, max_leaves=8)
)
trees = testing.filter_trees(GLANCE, consistent=False)
page_sizes = st.sampled_from((1, 2, 3, 500))
budgets = st.integers(1, 8)

_names = st.sampled_from(
    ("created_at", "created_at", "id", "name", "status", "size", "updated_at", "min_disk",
     "visibility", "protected")
)  # fmt: skip
_keys = st.lists(
    st.tuples(_names, st.sampled_from(("", " asc", " desc"))),
    min_size=1, max_size=3, unique_by=lambda key: key[0],
)  # fmt: skip
_counted = st.tuples(st.integers(1, 3), _names)
clauses = st.tuples(
    st.just("") | _keys.map(lambda keys: " order by " + ", ".join(map("".join, keys))),
    st.just("") | st.integers(1, 12).map(" limit {}".format),
    st.just("") | st.integers(0, 4).map(" skip {}".format),
    st.just("") | st.builds(lambda each: " limit {} per {}".format(*each), _counted),
    st.just("") | st.builds(lambda each: " skip {} per {}".format(*each), _counted),
).map("".join)


def planned(text: str, budget: int) -> Plan:
    """Plan a query; reject one that is rightly refused."""
    try:
        return plan(text, spec=GLANCE, max_requests=budget)
    except QueryError as error:
        codes = {each.code for each in error.diagnostics if each.severity == "error"}
        assert codes <= {"contradiction"}
        reject()


def expected(glance: Glance, text: str, written: str) -> list[str]:
    """Return the ids of listed images that the matcher takes, as clauses have them."""
    listed = glance.listed()
    takes = matcher(text, spec=GLANCE)
    return results(parse(f"all{written}"), listed, [each for each in listed if takes(each)])


def check_request(glance: Glance, text: str) -> None:
    try:
        query = compile_query(text, spec=GLANCE)
    except QueryError:
        reject()
    found = ids(glance.listed(str(query)))

    assert sorted(found) == sorted(expected(glance, text, ""))


@given(testing.requests(GLANCE), catalogues())
def test_a_request_finds_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[Record]
) -> None:
    glance.load(images)
    check_request(glance, text)


@given(dense_filters, dense_catalogues)
def test_a_compiled_filter_finds_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[Record]
) -> None:
    glance.load(images)
    check_request(glance, text)


@given(trees, catalogues(), budgets, page_sizes)
def test_a_plan_finds_the_images_that_the_matcher_takes(
    glance: Glance, tree: syntax.Expr, images: list[Record], budget: int, size: int
) -> None:
    glance.load(images)
    text = unparse(tree)
    made = planned(text, budget)

    assert ids(made.execute(glance.page_of, page_size=size)) == expected(glance, text, "")


@given(dense_filters, dense_catalogues, clauses, budgets, page_sizes)
def test_clauses_apply_to_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[Record], written: str, budget: int, size: int
) -> None:
    glance.load(images)
    made = planned(text + written, budget)
    found = ids(made.execute(glance.page_of, page_size=size))

    assert len(made.requests) <= budget
    assert found == expected(glance, text, written)


@given(dense_filters, dense_catalogues, clauses, budgets, page_sizes, st.integers(0, 8))
def test_a_cursor_resumes_where_it_was_taken(
    glance: Glance, text: str, images: list[Record], written: str, budget: int, size: int, stop: int
) -> None:
    glance.load(images)
    made = planned(text + written, budget)
    run = made.execute(glance.page_of, page_size=size)
    found = ids(islice(run, stop))
    found += ids(made.execute(glance.page_of, page_size=size, cursor=run.cursor))

    assert found == expected(glance, text, written)


@given(dense_filters, dense_catalogues, clauses, budgets, page_sizes, st.data())
def test_results_start_after_an_image(
    glance: Glance,
    text: str,
    images: list[Record],
    written: str,
    budget: int,
    size: int,
    data: st.DataObject,
) -> None:
    assume(images)
    glance.load(images)
    written += f" after '{data.draw(st.sampled_from(ids(images)))}'"
    found = ids(planned(text + written, budget).execute(glance.page_of, page_size=size))

    assert found == expected(glance, text, written)


@given(dense_filters, dense_catalogues, clauses, page_sizes, st.integers(1, 4))
def test_running_concurrently_finds_the_same(
    glance: Glance, text: str, images: list[Record], written: str, size: int, concurrency: int
) -> None:
    glance.load(images)
    made = planned(text + written, 8)

    async def run() -> list[str]:
        found = made.aexecute(glance.apage_of, page_size=size, concurrency=concurrency)
        return [image["id"] async for image in found]

    assert asyncio.run(run()) == expected(glance, text, written)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", "13"),
        ("not os_hidden", "13"),
        ("os_hidden", "02"),
        ("os_hidden or not os_hidden", "0123"),
        ("os_hidden in (true, false) and name = a", "01"),
        ("name = a and (os_hidden != true or os_hidden)", "01"),
        ("os_hidden or name = a", "012"),
    ],
)
def test_hidden_images_are_found_where_they_are_asked_for(
    glance: Glance, text: str, expected: str
) -> None:
    hidden = [True, False, True, False]
    glance.load(
        [
            {"id": str(at), "name": "a" if at < 2 else "b", "os_hidden": each}
            for at, each in enumerate(hidden)
        ]
    )

    assert "".join(sorted(ids(plan(text, spec=WHOLE).execute(glance.page_of)))) == expected


_older = st.lists(
    st.sampled_from(("sort_key=name", "sort_key=id", "sort_key=updated_at", "sort_dir=asc",
                     "sort_dir=desc")),
    max_size=5,
)  # fmt: skip


@given(_older, dense_catalogues)
@example(["sort_dir=asc", "sort_dir=desc"], [])
def test_an_order_in_its_older_form_reads_back_as_the_same(
    glance: Glance, pairs: list[str], images: list[Record]
) -> None:
    glance.load(images)
    query = "&".join(pairs)
    status, _ = glance.respond(query)
    assert (status == 200) is (not check_url(query, spec=WHOLE))
    assume(status == 200)
    read = str(compile_query(decompile(query, spec=WHOLE), spec=WHOLE))

    assert ids(glance.listed(read)) == ids(glance.listed(query))


# -- what one request does


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("name in (a, b, 'x,y') and status = active", "name=in:a%2Cb%2C%22x%2Cy%22&status=active"),
        ("id in ('1', '2')", "id=in:1%2C2"),
        ("status in (active, saving)", "status=in:active%2Csaving"),
        ("container_format in (bare, ovf)", "container_format=in:bare%2Covf"),
        ("disk_format in (raw, qcow2)", "disk_format=in:qcow2%2Craw"),
        ("size > 5 and size <= 9", "size_max=9&size_min=6"),
        ("min_disk between 20 and 40", "min_disk_max=40&min_disk_min=20"),
        ("min_ram >= 1GB", "min_ram_min=1024"),
        ("tag = a and tag = b", "tag=a&tag=b"),
        ("created_at <= 2018-10-28T10:00:00Z", "created_at=lt:2018-10-28T10:00:01Z"),
        ("created_at > 2018-10-28T10:00:00Z", "created_at=gte:2018-10-28T10:00:01Z"),
        ("hw_disk_bus = scsi", "hw_disk_bus=scsi"),
        ("not protected", "protected=false"),
        (
            "all order by name asc, created_at desc limit 5",
            "limit=5&sort=name:asc%2Ccreated_at:desc",
        ),
    ],
)
def test_one_request_does(glance: Glance, text: str, query: str) -> None:
    (request,) = plan(text, spec=GLANCE).requests

    assert request.exact
    assert str(request.query) == str(compile_query(text, spec=GLANCE)) == query
    assert glance.respond(query)[0] == 200
