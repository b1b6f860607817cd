"""The model of the server answers as Glance does, but for what its descendant does otherwise.

What is left out of the law is listed here: each is a difference, which a test of its own shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import testing
from imsquery.testing.wire import encoded
from tests.glance.common import COMMON, catalogues, ids
from tests.glance.service import Glance, RefusedError
from tests.server_model import BadRequestError, ModelServer

Pairs = list[tuple[str, str]]
Record = dict[str, Any]

# One pair, or several of which one is chosen: values that are odd, or wrong.
ODD: Mapping[str, Sequence[str]] = {
    "created_at": (
        "2018-10-28T10:00:00Z", "2018-10-28 10:00:00", "gt:2018-10-28", "soon", "", "eq:",
        "lte:2018-10-28T10:00:00+08:00", "like:2018-10-28T10:00:00Z", "lt:gt:2018-10-28",
    ),
    "limit": ("0", "1", "2", "+1", "-1", "x", ""),
    "sort_key": ("owner", "", "name", "status", "size", "id"),
    "sort_dir": ("up", "asc", "desc"),
    "marker": ("a1", "b2", "nowhere", ""),
    "protected": ("maybe", "True", "true", ""),
    "min_disk": ("x", "40", ""),
    "name": ("a", "", "a:b", ":"),
    "visibility": ("secret", "", "all", "community"),
    "status": ("deleted", "killed", "", "active:"),
    "tag": ("a", " a ", "", "b"),
    "__support_kvm": ("true", "false", ""),
    "__nope": ("x", ""),
    "size": ("0", "1"),
}  # fmt: skip
PAGE = {"limit", "marker", "sort_key", "sort_dir"}
odd = st.sampled_from([*ODD]).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(ODD[name]))
)


def _asked(valid: Pairs, more: Pairs) -> Pairs:
    """Join pairs, of those that make a page each once."""
    joined = [*valid, *more]
    page = {name: value for name, value in joined if name in PAGE}
    return [*(pair for pair in joined if pair[0] not in PAGE), *page.items()]


requests = st.builds(_asked, testing.pairs(COMMON, max_predicates=2), st.lists(odd, max_size=3))


def answer(server: Callable[[str], Any], query: str) -> list[str] | str:
    """Return the ids of a page, or that there is none."""
    try:
        return ids(server(query))
    except BadRequestError:
        return "refused"
    except RefusedError as error:
        assert error.status == 400
        return "refused"


def is_compared(asked: Pairs, images: Sequence[Record]) -> bool:
    """Return whether both should answer alike."""
    names = dict(asked)
    lacks_size = any(image["size"] is None for image in images)
    return (
        names.get("visibility") != "all"
        and not (names.get("sort_key") == "size" and "marker" in names and lacks_size)
    )  # fmt: skip


@given(requests, catalogues)
def test_the_model_answers_as_glance_does(
    glance: Glance, asked: Pairs, images: list[Record]
) -> None:
    glance.load(images)
    listed = glance.listed()
    query = encoded(asked)

    if is_compared(asked, listed):
        model = ModelServer(listed, glance_ties=True)
        assert answer(model, query) == answer(glance, query)


# -- what the vendor's service does otherwise, by its reference, and the model with it

ONE: Record = {"id": "1", "created_at": "2018-01-01T00:00:01Z"}
TWO: Record = {"id": "2", "created_at": "2018-01-01T00:00:02Z"}


@pytest.mark.parametrize(
    ("query", "images", "by_glance", "by_model"),
    [
        pytest.param(
            "__support_kvm=true", [{**ONE, "__support_kvm": "True"}], "", "1",
            id="the letter case of flags does not matter",
        ),
        pytest.param(
            "tag=k=v", [{**ONE, "tags": ["k.v"]}], "", "1",
            id="a tag is stored with a full stop and asked for with an equals sign",
        ),
        pytest.param(
            "visibility=all", [{**ONE, "visibility": "private"}], "1", "",
            id="there is no visibility `all`",
        ),
        pytest.param(
            "", [{**ONE, "id": str(number)} for number in range(30)],
            "".join(map(str, sorted(range(30), key=str)[:-26:-1])),
            "".join(map(str, sorted(range(30), key=str)[::-1])),
            id="pages are longer",
        ),
        pytest.param(
            "sort_key=size&sort_dir=asc&marker=1", [ONE, {**TWO, "size": 5}], "", "2",
            id="images are not lost that lack the sort key",
        ),
        pytest.param(
            "architecture=arm", [{**ONE, "__support_arm": "true"}], "", "1",
            id="there are parameters that are no attributes",
        ),
        pytest.param(
            "enterprise_project_id=all_granted_eps", [ONE], "", "1",
            id="there are scopes",
        ),
    ],
)  # fmt: skip
def test_the_vendor_does_otherwise(
    glance: Glance, query: str, images: list[Record], by_glance: str, by_model: str
) -> None:
    glance.load(images)
    model = ModelServer(glance.listed())

    assert "".join(ids(glance(query))) == by_glance
    assert "".join(answer(model, query)) == by_model


def test_the_vendor_breaks_ties_by_the_id_alone(glance: Glance) -> None:
    glance.load([{**ONE, "id": "2", "name": "n"}, {**TWO, "id": "1", "name": "n"}])

    assert ids(glance("sort_key=name&sort_dir=asc")) == ["2", "1"]
    assert ids(ModelServer(glance.listed())("sort_key=name&sort_dir=asc")) == ["1", "2"]
    tied = ModelServer(glance.listed(), glance_ties=True)
    assert ids(tied("sort_key=name&sort_dir=asc")) == ["2", "1"]


def test_the_vendor_takes_member_status_with_shared_images_alone(glance: Glance) -> None:
    glance.load([ONE])

    assert ids(glance("member_status=pending")) == ["1"]
    assert answer(ModelServer(glance.listed()), "member_status=pending") == "refused"
