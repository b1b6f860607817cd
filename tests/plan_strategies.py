"""Strategies for planning: catalogues with hidden facts, filters about them, and orders."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, testing
from tests.server_model import ModelServer

_FLAVORS = ("s6.large.2", "c6.xlarge.4", "s3.medium.2")


@frozen
class World:
    """Images, and what the server knows about each but does not show."""

    images: list[dict[str, Any]]
    hidden: dict[str, dict[str, Any]]

    def server(self, *, glance_ties: bool = False) -> ModelServer:
        return ModelServer(self.images, self.hidden, glance_ties=glance_ties)


_hidden = st.fixed_dictionaries(
    {
        "flavors": st.sets(st.sampled_from(_FLAVORS), max_size=2),
        "whole_image": st.booleans(),
    },
    optional={"member_status": st.sampled_from(("accepted", "rejected", "pending"))},
)


@st.composite
def worlds(draw: st.DrawFn, max_size: int = 12) -> World:
    """Return catalogues with few distinct times, so that many images tie."""
    images = draw(testing.catalogues(max_size=max_size))
    times = st.sampled_from(
        ("2018-10-28T10:00:00Z", "2018-10-28T10:00:01Z", "2019-01-01T00:00:00Z")
    )
    for image in images:
        if draw(st.booleans()):
            image["created_at"] = draw(times)
    return World(images, {image["id"]: draw(_hidden) for image in images})


# -- few conditions on few values, so that most filters match some images

PREDICATES = (
    "platform = CentOS", "platform in (CentOS, Ubuntu, Debian)", "platform != CentOS",
    "status = active", "status != active", "min_ram = 1", "min_ram < 2", "min_ram >= 1",
    "min_ram between 1 and 2", "min_ram is present", "created_at < 2018-10-28",
    "created_at >= 2018-10-28", "created_at = 2018-10-28", "created_at = 2018-10-28T10:00:00Z",
    "created_at != 2018-10-28T10:00:00Z", "created_at <= 2018-10-28T10:00:00Z",
    "created_at > 2018-10-28T09:59:59Z", "updated_at < 2019", "tag = a", "tag = 'a=b'",
    "tag = 'a.b'", "tag startswith a", "tag is present", "protected", "protected = false",
    "supports(kvm)", "not supports(kvm)", "architecture = arm", "support_arm = true",
    "flavor_id = f", "flavor_id = g", "whole_image", "whole_image = false", "shared(pending)",
    "(visibility = shared and member_status = accepted)", "visibility = shared",
    "enterprise_project_id = all_granted_eps", "enterprise_project_id = 0",
    "enterprise_project_id = p", "name = ab", "name glob 'a*'", "name contains b",
    "name is absent", "lazyloading = true", "id in (i1, i2)", "all", "none",
)  # fmt: skip


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return filters joined by ``and`` or ``or``, or one negated."""
    lists = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        lists.map(lambda parts: f"({' and '.join(parts)})"),
        lists.map(lambda parts: f"({' or '.join(parts)})"),
        inner.map(lambda part: f"not {part}"),
    )


dense_filters = st.lists(st.sampled_from(PREDICATES), min_size=1, max_size=6, unique=True).flatmap(
    lambda few: st.recursive(st.sampled_from(few), combined, max_leaves=8)
)
"""Filters of a few conditions, each of which appears several times."""

_dense_images = st.fixed_dictionaries(
    {
        "protected": st.booleans(),
        "created_at": st.sampled_from(
            ("2018-10-27T00:00:00Z", "2018-10-28T09:59:59Z", "2018-10-28T10:00:00Z",
             "2018-10-28 10:00:00", "2019-01-01T00:00:00Z")
        ),
        "updated_at": st.sampled_from(("2018-10-28T10:00:00Z", "2019-05-01T00:00:00Z")),
    },
    optional={
        "__platform": st.sampled_from(("CentOS", "Ubuntu", "Debian")),
        "status": st.sampled_from(("active", "saving")),
        "min_ram": st.integers(0, 3),
        "tags": st.lists(st.sampled_from(("a", "a=b", "a.b", "c")), unique=True, max_size=2),
        "__support_kvm": st.sampled_from(("true", "True")),
        "__support_arm": st.sampled_from(("true", "false", "True")),
        "visibility": st.sampled_from(("shared", "public")),
        "__imagetype": st.sampled_from(("shared", "gold")),
        "enterprise_project_id": st.sampled_from(("p", "0")),
        "name": st.sampled_from(("ab", "a", "b")),
        "__lazyloading": st.sampled_from(("True", "true", "false")),
    },
)  # fmt: skip
_dense_hidden = st.fixed_dictionaries(
    {"flavors": st.sets(st.sampled_from("fg")), "whole_image": st.booleans()},
    optional={"member_status": st.sampled_from(("accepted", "pending"))},
)


@st.composite
def dense_worlds(draw: st.DrawFn, max_size: int = 10) -> World:
    """Return catalogues of the values that :data:`PREDICATES` are about."""
    drawn = draw(st.lists(_dense_images, max_size=max_size))
    images: list[dict[str, Any]] = [
        {**image, "id": f"i{number}"} for number, image in enumerate(drawn)
    ]
    return World(images, {image["id"]: draw(_dense_hidden) for image in images})


orders = st.sampled_from(
    ["", *(
        f" order by {row.name}{direction}"
        for row in CLOUDIMAGES.parameters.values()
        if row.observed is not None and not row.multiple
        for direction in ("", " asc", " desc")
    )]
)  # fmt: skip
"""The ``order by`` clause for every attribute that results can be sorted by, or no clause."""

server_orders = st.sampled_from(
    ["", *(
        f" order by {row.name}{direction}"
        for row in CLOUDIMAGES.parameters.values()
        if row.sortable
        for direction in ("", " asc", " desc")
    )]
)  # fmt: skip


# -- all clauses but `after`

_OBSERVED = [
    row.name
    for row in CLOUDIMAGES.parameters.values()
    if row.observed is not None and not row.multiple
]
# Few values each, so that images tie and groups have several.
_FEW_VALUES = ("created_at", "created_at", "id", "platform", "status", "min_ram", "protected")
names = st.sampled_from(_FEW_VALUES) | st.sampled_from(_OBSERVED)
_keys = st.tuples(names, st.sampled_from(["", " asc", " desc"]))


def _joined(keys: list[tuple[str, str]]) -> str:
    return " order by " + ", ".join(map("".join, keys)) if keys else ""


_counted = st.tuples(st.integers(1, 3), names)
clauses = st.tuples(
    st.lists(_keys, max_size=3, unique_by=lambda key: key[0]).map(_joined),
    st.just("") | st.builds(" limit {}".format, st.integers(1, 14)),
    st.just("") | st.builds(" skip {}".format, st.integers(0, 6)),
    st.just("") | st.builds(lambda each: " limit {} per {}".format(*each), _counted),
    st.just("") | st.builds(lambda each: " skip {} per {}".format(*each), _counted),
).flatmap(lambda parts: st.permutations(parts).map("".join))
"""Clauses in any order, so that each of them applies to some images."""
