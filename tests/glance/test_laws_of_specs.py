"""Under Glance's own spec, a plan finds what the matcher takes of the images that Glance lists."""

from __future__ import annotations

from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import QueryError, matcher, plan, testing
from imsquery import compile as compile_query
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from imsquery.schema.spec import Spec
from imsquery.specs import named
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
dense_filters = st.lists(
    st.sampled_from(PREDICATES), min_size=1, max_size=6, unique=True
).flatmap(lambda few: st.recursive(st.sampled_from(few), combined, max_leaves=8))
trees = testing.filter_trees(GLANCE, consistent=False)
page_sizes = st.sampled_from((1, 2, 3, 500))


@given(testing.requests(GLANCE), catalogues())
def test_a_request_finds_the_images_that_the_matcher_takes(
    glance: Glance, text: str, images: list[Record]
) -> None:
    glance.load(images)
    query = compile_query(text, spec=GLANCE)
    takes = matcher(text, spec=GLANCE)

    assert ids(glance.listed(str(query))) == ids(filter(takes, glance.listed()))


@given(trees, catalogues(), st.integers(1, 8), page_sizes)
def test_a_plan_finds_the_images_that_the_matcher_takes(
    glance: Glance, tree: syntax.Expr, images: list[Record], budget: int, page_size: int
) -> None:
    glance.load(images)
    text = unparse(tree)
    try:
        planned = plan(text, spec=GLANCE, max_requests=budget)
    except QueryError:
        reject()
    takes = matcher(text, spec=GLANCE)
    expected = ids(filter(takes, glance.listed()))

    assert ids(planned.execute(glance, page_size=page_size)) == expected
