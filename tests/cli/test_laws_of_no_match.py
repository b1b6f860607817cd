"""The sets of conditions that are named are the smallest that, left out, find images: all of them.

Checked by trying every set, with the meaning of the language and what only the server knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

pytest.importorskip("httpx")

from imsquery import CLOUDIMAGES, QueryError, parse, plan
from imsquery.cli.nearest import Near
from imsquery.cli.no_match import Budget, find_reasons
from imsquery.cli.reasons import Reasons, describe, why_none
from imsquery.diagnostics.edits import clip
from imsquery.evaluation.written import read_written
from imsquery.language.unparse import unparse
from imsquery.limits import DEFAULT_LIMITS
from tests.meaning import holds
from tests.plan_strategies import PREDICATES, World, combined, dense_worlds

NOW = datetime(2024, 1, 1, tzinfo=UTC)
OPTIONS: dict[str, Any] = {
    "now": NOW, "allow_unlisted": False, "limits": DEFAULT_LIMITS, "values": {}
}  # fmt: skip

grouped = combined(st.sampled_from(PREDICATES)).filter(lambda text: " or " in text)


@st.composite
def alternatives(draw: st.DrawFn) -> list[list[str]]:
    """Draw what is joined by ``and``, in alternatives that are joined by ``or``."""
    count = draw(st.sampled_from([1, 1, 1, 2, 3]))
    pool = [each for each in PREDICATES if " and " not in each]
    one = st.sampled_from(pool) | (grouped if count == 1 else st.nothing())
    drawn = [draw(st.lists(one, min_size=1, max_size=4, unique=True)) for _ in range(count)]
    # An `or` by itself is several alternatives, not one condition.
    return [[*each, "all"] if len(each) == 1 and " or " in each[0] else each for each in drawn]


def written(drawn: list[list[str]]) -> str:
    return " or ".join(f"({' and '.join(each)})" if len(each) > 1 else each[0] for each in drawn)


def reasons_of(text: str, world: World, most: int | None = None) -> Reasons:
    """Find the reasons; reject filters that are rightly refused."""
    try:
        plan(text, now=NOW)
    except QueryError:
        reject()
    fetch = Budget(world.server(), most)  # type: ignore[arg-type]
    return find_reasons(text, fetch, CLOUDIMAGES, max_requests=8, **OPTIONS)


def smallest(drawn: list[list[str]], world: World) -> list[tuple[tuple[str, ...], int]]:
    """Return the smallest sets that, left out, find images, and how many each finds."""
    found: list[tuple[tuple[str, ...], int]] = []
    searched = world.searched(parse(written(drawn)).filter)
    for size in range(1 + max(map(len, drawn))):
        for each in drawn:
            for left_out in combinations(range(len(each)), size):
                count = sum(
                    all(
                        holds(parse(text).filter, image, world.hidden[image["id"]])
                        for number, text in enumerate(each)
                        if number not in left_out
                    )
                    for image in searched
                )
                if count and len(each) >= size:
                    found.append((tuple(spelled(each[number]) for number in left_out), count))
        if found:
            return sorted(found)
    return []


def spelled(text: str) -> str:
    return unparse(parse(text).filter)


def a_world(**image: Any) -> World:
    """Return a world of one image."""
    return World([{"id": "i0", "created_at": "2020-01-01T00:00:00Z", **image}], {"i0": {}})


@given(alternatives(), dense_worlds())
@example([["flavor_id = f", "whole_image", "name = ab"]], a_world(name="a"))
@example([["shared(pending)", "name = b"], ["none"]], a_world())
@example([["all"]], a_world())
@example([["name = ab", "(name = ab or status = active)"]], a_world())
def test_the_sets_named_are_the_smallest_and_find_as_many_as_is_said(
    drawn: list[list[str]], world: World
) -> None:
    reasons = reasons_of(written(drawn), world)

    assert reasons.is_complete
    assert sorted((each.conditions, each.images) for each in reasons.left_out) == smallest(
        drawn, world
    )


@given(alternatives(), dense_worlds(), st.integers(0, 4))
def test_within_few_requests_what_is_said_is_true_of_some_images(
    drawn: list[list[str]], world: World, most: int
) -> None:
    server = world.server()
    try:
        plan(written(drawn), now=NOW)
    except QueryError:
        reject()
    fetch = Budget(server, most)  # type: ignore[arg-type]
    reasons = find_reasons(written(drawn), fetch, CLOUDIMAGES, max_requests=8, **OPTIONS)

    assert fetch.sent == len(server.asked) <= most
    wanted = {conditions for conditions, _ in smallest(drawn, world)}
    sizes = {len(each) for each in wanted}
    for each in reasons.left_out:
        assert each.images > 0
        assert len(each.conditions) >= min(sizes)
    if reasons.is_complete:
        assert {each.conditions for each in reasons.left_out} == wanted


@given(alternatives(), dense_worlds())
def test_reasons_are_safe_to_print_and_name_each_set(drawn: list[list[str]], world: World) -> None:
    reasons = reasons_of(written(drawn), world)
    lines = describe(reasons)

    assert len(why_none(reasons).splitlines()) == 1
    assert len(lines) <= 7
    if reasons.left_out and reasons.left_out[0].conditions:
        assert len(lines) <= 1 + min(len(reasons.left_out), 5) + (len(reasons.left_out) > 5)
        for each in reasons.left_out:
            told = all(any(clip(text) in line for line in lines) for text in each.conditions)
            assert told or len(lines) == 7 or (each.is_all and not each.nearest)
    assert reasons.to_dict()["complete"]


# -- letter case


cased = st.text("aBß", min_size=1, max_size=3)


@given(
    st.sampled_from(["=", "contains", "startswith", "endswith"]),
    cased,
    st.lists(cased | st.none(), min_size=1, max_size=5),
)
def test_images_match_but_for_letter_case_if_folded_texts_do(
    operator: str, asked: str, names: list[str | None]
) -> None:
    (image,) = a_world().images
    images = [
        {**image, "id": f"i{number}", "__description": name} for number, name in enumerate(names)
    ]
    world = World(images, {})
    reasons = reasons_of(f"description {operator} {asked}", world)
    test = {
        "=": str.__eq__, "contains": str.__contains__,
        "startswith": str.startswith, "endswith": str.endswith,
    }[operator]  # fmt: skip
    matching = sum(name is not None and bool(test(name, asked)) for name in names)
    folded = sum(
        name is not None and bool(test(name.casefold(), asked.casefold())) for name in names
    )

    (found,) = reasons.left_out
    if matching:
        assert found.conditions == ()
    else:
        assert (found.images, found.but_for_case) == (len(names), folded)


# -- nearest values


def nearest(text: str, records: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    found = read_written(text, spec=CLOUDIMAGES, **OPTIONS)
    near = Near(found.meaning(found.filter))
    for record in records:
        near.add(record)
    return dict(near.values())


@given(st.integers(40, 1024), st.lists(st.integers(40, 1024), max_size=6))
def test_the_nearest_numbers_are_those_of_least_distance(asked: int, shown: list[int]) -> None:
    found = nearest(f"min_disk = {asked}", [{"min_disk": each} for each in shown])
    wanted = sorted({(abs(each - asked), each) for each in shown})[:3]

    assert found.get("min_disk", ()) == tuple(str(each) for _, each in wanted)


def texts_near() -> Iterator[tuple[str, list[dict[str, Any]], dict[str, tuple[str, ...]]]]:
    names = [{"name": each} for each in ("Ubuntu 22", "ubuntu-20", "CentOS", "Ubuntu 22")]
    yield "name = 'Ubunut 22'", names, {"name": ('"Ubuntu 22"', "ubuntu-20")}
    yield "name in (centos, x)", names, {"name": ("CentOS",)}
    yield "not name = CentoS", names, {}
    yield "name != CentoS", names, {}
    yield "name glob 'CentoS*'", names, {}
    yield "tagged(taem, a)", [{"tags": ["team=a", "x"]}], {"tag": ('"team=a"',)}
    yield (
        "min_disk between 50 and 60",
        [{"min_disk": 45}, {"min_disk": 200}],
        {"min_disk": ("45", "200")},
    )
    yield "created_at = 2020", [
        {"created_at": "2019-12-31T00:00:00Z"}, {"created_at": "2010-01-01T00:00:00Z"},
        {"created_at": 5},
    ], {"created_at": ("2019-12-31T00:00:00Z", "2010-01-01T00:00:00Z")}  # fmt: skip
    yield (
        "public()",
        [{"__imagetype": "private", "visibility": "public"}],
        {"visibility": ("public",)},
    )
    yield "protected", [{"protected": False}], {}


@pytest.mark.parametrize(("text", "records", "wanted"), [*texts_near()])
def test_nearest_values_are_of_what_is_asked_for(
    text: str, records: list[dict[str, Any]], wanted: dict[str, tuple[str, ...]]
) -> None:
    assert nearest(text, records) == wanted


# -- what the service requires


def test_what_the_service_requires_is_asked_for_with_what_requires_it() -> None:
    images = a_world(visibility="shared", name="a").images
    world = World(images, {"i0": {"member_status": "pending"}})

    (found,) = reasons_of(
        "name = b and member_status = pending and visibility = shared", world
    ).left_out
    assert found.conditions == ("name = b",)
    (found,) = reasons_of(
        "name = a and member_status = accepted and visibility = shared", world
    ).left_out
    assert found.conditions == ("member_status = accepted",)


def test_of_many_conditions_that_records_do_not_show_one_or_all_are_left_out() -> None:
    conditions = [f"flavor_id = f{number} or name = a" for number in range(8)]
    world = World(a_world(name="b").images, {"i0": {"flavors": ["f0"]}})
    fetch = Budget(world.server())  # type: ignore[arg-type]
    text = " and ".join(f"({each})" for each in conditions)
    reasons = find_reasons(text, fetch, CLOUDIMAGES, max_requests=16, **OPTIONS)

    assert [each.conditions for each in reasons.left_out] == [tuple(conditions)]
    assert reasons.images == 1
    assert fetch.sent < 50


def test_the_alternative_is_named_in_which_a_condition_is_left_out() -> None:
    reasons = reasons_of("name = x and name = a or name = x and name = b", a_world(name="a"))

    assert describe(reasons) == [
        "no images match (1 image looked at)",
        "without `name = x` in `name = x and name = a`: 1 image matches",
    ]
    assert reasons.to_dict()["left_out"][0]["alternative"] == "name = x and name = a"


def test_an_alternative_that_no_image_comes_near_is_not_named() -> None:
    text = " or ".join(f"name = x{number}" for number in range(20))

    assert describe(reasons_of(text, a_world(name="a"))) == ["no images match (1 image looked at)"]
    assert describe(reasons_of(f"{text} or name = A", a_world(name="a"))) == [
        "no images match (1 image looked at)",
        "without `name = A`: 1 image matches, 1 of them but for letter case; nearest values: `a`",
    ]


def test_if_nothing_could_be_tried_nothing_is_said() -> None:
    assert why_none(Reasons(3, is_complete=False, left_out=())) == "no images match"
    assert describe(Reasons(3, is_complete=True, left_out=())) == [
        "no images match (3 images looked at)"
    ]
