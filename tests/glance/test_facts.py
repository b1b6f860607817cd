"""What Glance itself does: the facts that specs and the model of the server rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.glance.service import ADMIN, MEMBER, OTHER, PROJECT, Glance, RefusedError


def images(**columns: list[Any]) -> list[dict[str, Any]]:
    """Return records with ids 0, 1, … that differ in some columns; the later, the newer."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [
        {"id": str(number), "created_at": f"2018-01-01T00:00:{number:02}Z", **row}
        for number, row in enumerate(rows)
    ]


def found(glance: Glance, query: str) -> str:
    return "".join(image["id"] for image in glance(query))


def status(glance: Glance, query: str) -> int:
    return glance.respond(query)[0]


# -- equality


def test_an_unknown_name_is_a_property_so_that_a_typo_finds_nothing(glance: Glance) -> None:
    glance.load(images(__platform=["CentOS", "Ubuntu"]))

    assert found(glance, "__platform=CentOS") == "0"
    assert found(glance, "__platfrom=CentOS") == ""
    assert found(glance, "__platform=centos") == ""


def test_an_image_without_a_property_equals_nothing(glance: Glance) -> None:
    glance.load(images(__support_kvm=["true", "True", None]))

    assert found(glance, "__support_kvm=true") == "0"
    assert found(glance, "__support_kvm=false") == ""
    assert found(glance, "__support_kvm=") == ""


def test_an_empty_name_is_not_the_same_as_no_name(glance: Glance) -> None:
    glance.load(images(name=["", None]))

    assert found(glance, "name=") == "0"


@pytest.mark.parametrize("name", ["min_disk", "min_ram", "size", "virtual_size"])
def test_numbers_are_compared_by_equality_and_ranges(glance: Glance, name: str) -> None:
    glance.load(images(**{name: [10, 40, 100]}))

    assert found(glance, f"{name}=40") == "1"
    assert found(glance, f"{name}_min=40") == "21"
    assert found(glance, f"{name}_max=40") == "10"
    assert found(glance, f"{name}_min=11&{name}_max=99") == "1"
    assert status(glance, f"{name}_min=x") == 400


def test_no_property_has_a_range(glance: Glance) -> None:
    glance.load(images(__os_bit=["32", "64"]))

    assert status(glance, "__os_bit_min=32") == 500


@pytest.mark.parametrize("value", ["True", "FALSE", "1", ""])
@pytest.mark.parametrize("name", ["protected", "os_hidden"])
def test_truth_values_are_true_and_false(glance: Glance, name: str, value: str) -> None:
    expected = 200 if name == "os_hidden" and value.lower() in {"true", "false"} else 400

    assert status(glance, f"{name}={value}") == expected


def test_protected_is_true_or_false_of_each_image(glance: Glance) -> None:
    glance.load(images(protected=[True, False]))

    assert found(glance, "protected=true") == "0"
    assert found(glance, "protected=false") == "1"


# -- several values


@pytest.mark.parametrize("name", ["id", "name", "status", "container_format", "disk_format"])
def test_a_list_finds_each_of_its_values(glance: Glance, name: str) -> None:
    values = ["a", "b,c", "d"]
    identified = [{name: value} if name == "id" else {"id": value, name: value} for value in values]
    glance.load(identified)

    listed = {image[name] for image in glance(f'{name}=in:"b,c",d')}
    assert listed == ({"b,c", "d"} if name != "status" else set())
    assert status(glance, f"{name}=a:b") == 400
    assert status(glance, f'{name}=in:a,"b') == 400


def test_only_five_names_take_lists(glance: Glance) -> None:
    glance.load(images(__platform=["CentOS", "in:CentOS,Ubuntu"], owner=["a", "in:a,b"]))

    assert found(glance, "__platform=in:CentOS,Ubuntu") == "1"
    assert found(glance, "owner=in:a,b") == "1"
    assert status(glance, "visibility=in:public,private") == 400


def test_repeated_tags_are_and(glance: Glance) -> None:
    glance.load(images(tags=[["a"], ["a", "b"], ["b"]]))

    assert found(glance, "tag=a&tag=b") == "1"
    assert found(glance, "tag=b") == "21"


def test_a_tag_is_compared_as_a_whole_without_spaces_around_it(glance: Glance) -> None:
    glance.load(images(tags=[["k=v"], ["k.v"], ["k"], [" k"]]))

    assert found(glance, "tag=k") == "2"
    assert found(glance, "tag=%20k%20") == "2"
    assert found(glance, "tag=k=v") == "0"


def test_of_any_other_repeated_parameter_the_last_counts(glance: Glance) -> None:
    glance.load(images(__platform=["CentOS", "Ubuntu", "CentOS"]))

    assert found(glance, "__platform=CentOS&__platform=Ubuntu") == "1"
    assert (
        found(glance, "created_at=gte:2018-01-01T00:00:01Z&created_at=lt:2018-01-01T00:00:01Z")
        == "0"
    )


# -- times


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("", "1"), ("eq:", "1"), ("neq:", "20"), ("lt:", "0"), ("lte:", "10"), ("gt:", "2"),
     ("gte:", "21")],
)  # fmt: skip
@pytest.mark.parametrize("time", ["2018-01-01T00:00:01Z", "2018-01-01T08:00:01%2B08:00"])
def test_times_are_compared_by_six_operators(
    glance: Glance, operator: str, expected: str, time: str
) -> None:
    glance.load(images(name=["a", "b", "c"]))

    assert found(glance, f"created_at={operator}{time}") == expected


def test_times_have_fractions_of_a_second_that_are_not_shown(glance: Glance) -> None:
    glance.load([{"id": "0", "created_at": "2018-01-01T00:00:01.500000Z"}])

    assert glance("")[0]["created_at"] == "2018-01-01T00:00:01Z"
    assert found(glance, "created_at=eq:2018-01-01T00:00:01Z") == ""
    assert found(glance, "created_at=lte:2018-01-01T00:00:01Z") == ""
    assert found(glance, "created_at=gt:2018-01-01T00:00:01Z") == "0"
    assert found(glance, "created_at=gte:2018-01-01T00:00:01Z") == "0"
    assert found(glance, "created_at=lt:2018-01-01T00:00:02Z") == "0"


def test_a_time_that_is_none_is_refused(glance: Glance) -> None:
    assert status(glance, "created_at=soon") == 400
    assert status(glance, "created_at=like:2018-01-01T00:00:01Z") == 400


# -- what is listed


def test_deleted_and_killed_images_are_not_listed(glance: Glance) -> None:
    states = ["active", "deleted", "killed", "queued", "saving", "deactivated", "pending_delete"]
    glance.load(images(status=states))

    assert found(glance, "") == "5430"
    assert found(glance, "status=killed") == ""
    assert found(glance, "status=deleted") == ""
    assert found(glance, "status=deactivated") == "5"


def test_hidden_images_are_only_listed_by_themselves(glance: Glance) -> None:
    glance.load(images(os_hidden=[True, False]))

    assert found(glance, "") == "1"
    assert found(glance, "os_hidden=false") == "1"
    assert found(glance, "os_hidden=true") == "0"


VISIBILITIES = ["public", "private", "shared", "community"]


@pytest.mark.parametrize("value", VISIBILITIES)
def test_a_visibility_finds_its_images(glance: Glance, value: str) -> None:
    glance.load(images(visibility=VISIBILITIES))

    assert found(glance, f"visibility={value}") == str(VISIBILITIES.index(value))


def test_an_unknown_visibility_or_member_status_is_refused(glance: Glance) -> None:
    assert status(glance, "visibility=secret") == 400
    assert status(glance, "member_status=new") == 400


def test_a_user_sees_public_images_and_those_of_the_project(glance: Glance) -> None:
    glance.load(images(visibility=VISIBILITIES * 2, owner=[OTHER] * 4 + [PROJECT] * 4))
    glance.token = MEMBER

    assert found(glance, "") == "76540"
    assert found(glance, "visibility=all") == "765430"
    assert found(glance, "visibility=community") == "73"
    assert found(glance, "visibility=private") == "5"


def test_a_shared_image_is_listed_once_it_is_accepted(glance: Glance) -> None:
    states = ["accepted", "pending", "rejected"]
    shared = images(visibility=["shared"] * 3 + ["public"], owner=[OTHER] * 4)
    glance.load(shared, [(str(n), PROJECT, state) for n, state in enumerate(states)])
    glance.token = MEMBER

    assert found(glance, "") == "30"
    assert found(glance, "visibility=shared") == "0"
    assert found(glance, "visibility=shared&member_status=pending") == "1"
    assert found(glance, "visibility=shared&member_status=all") == "210"


def test_a_member_status_alone_filters_nothing_but_shared_images(glance: Glance) -> None:
    shared = images(visibility=["shared", "shared", "public"], owner=[OTHER] * 3)
    members = [("0", PROJECT, "accepted"), ("1", PROJECT, "pending")]
    glance.load(shared, members)
    glance.token = MEMBER

    assert found(glance, "member_status=pending") == "21"


def test_an_administrator_sees_all_images_whatever_their_members(glance: Glance) -> None:
    glance.load(images(visibility=VISIBILITIES, owner=[OTHER] * 4), [("2", PROJECT, "pending")])
    glance.token = ADMIN

    assert found(glance, "member_status=rejected") == "210"
    assert found(glance, "visibility=all") == "3210"


# -- order


def test_the_newest_come_first_and_then_the_greatest_id(glance: Glance) -> None:
    same = {"created_at": "2018-01-01T00:00:09Z"}
    glance.load([*images(name=["a", "b"]), {"id": "x", **same}, {"id": "y", **same}])

    assert found(glance, "") == "yx10"
    assert found(glance, "sort_dir=asc") == "01xy"
    assert found(glance, "sort_key=created_at&sort_dir=asc") == "01xy"


def test_what_ties_is_sorted_by_time_and_id_in_the_direction_of_the_last_key(
    glance: Glance,
) -> None:
    glance.load(images(name=["b", "a", "b", "a"]))

    assert found(glance, "sort_key=name&sort_dir=asc") == "1302"
    assert found(glance, "sort_key=name&sort_dir=desc") == "2031"
    assert found(glance, "sort_key=name") == "2031"


def test_there_may_be_several_sort_keys_in_two_forms(glance: Glance) -> None:
    glance.load(images(name=["b", "a", "b", "a"], min_disk=[1, 1, 2, 2], status=["active"] * 4))

    keys = (
        "sort_key=status&sort_dir=asc&sort_key=name&sort_dir=asc&sort_key=created_at&sort_dir=desc"
    )
    assert found(glance, keys) == "3120"
    assert found(glance, "sort=status:asc,name:asc,created_at:desc") == "3120"
    assert found(glance, "sort_key=name&sort_key=created_at&sort_dir=asc") == "1302"
    assert status(glance, "sort_key=name&sort_key=id&sort_dir=asc&sort_dir=asc&sort_dir=asc") == 400
    assert status(glance, "sort=name&sort_key=id") == 400


def test_the_keys_that_images_are_sorted_by(glance: Glance) -> None:
    known = {"name", "status", "container_format", "disk_format", "size", "id", "created_at",
             "updated_at"}  # fmt: skip
    others = {"min_disk", "owner", "visibility", "__platform", ""}

    assert {key for key in known | others if status(glance, f"sort_key={key}") == 200} == known
    assert status(glance, "sort_dir=up") == 400


# -- pages


def test_limits(glance: Glance) -> None:
    glance.load([{"id": str(number)} for number in range(1001)])

    assert len(glance("")) == 25
    assert len(glance("limit=2000")) == 1000
    assert glance("limit=0") == []
    assert status(glance, "limit=-1") == 400
    assert status(glance, "limit=x") == 400


def test_the_marker_is_exclusive(glance: Glance) -> None:
    glance.load(images(name=["a", "b", "c"]))

    assert found(glance, "marker=1") == "0"
    assert found(glance, "marker=0") == ""
    assert status(glance, "marker=9") == 400


def test_a_full_page_has_a_link_to_the_next(glance: Glance) -> None:
    glance.load(images(name=["a", "b", "c"]))

    assert glance.page("limit=2")["next"] == "/v2/images?limit=2&marker=1"
    assert "next" in glance.page("limit=3")  # although there is no more
    assert glance.page("limit=3&marker=0").keys() == {"images", "first", "schema"}


@pytest.mark.parametrize("asked", ["tag=a&tag=b", "sort_key=name&sort_key=id"])
def test_the_link_to_the_next_page_forgets_what_was_repeated(glance: Glance, asked: str) -> None:
    glance.load(images(tags=[["a", "b"], ["b"]]))
    last = asked.rpartition("&")[2]
    marker = glance.page(f"{asked}&limit=1")["images"][0]["id"]

    assert glance.page(f"{asked}&limit=1")["next"] == f"/v2/images?{last}&limit=1&marker={marker}"


def test_pages_sorted_by_what_images_may_lack_lose_some(glance: Glance) -> None:
    glance.load(images(size=[None, 1, 2]))

    assert found(glance, "sort_key=size&sort_dir=asc") == "012"
    assert found(glance, "sort_key=size&sort_dir=asc&limit=1") == "0"
    assert found(glance, "sort_key=size&sort_dir=asc&marker=0") == ""


# -- faults


def test_an_error_is_json_where_that_is_accepted(glance: Glance) -> None:
    state, body = glance.get("/v2/images?protected=maybe", accept="application/json")

    assert state == 400
    assert json.loads(body)["title"] == "Bad Request"


def test_a_wrong_token_is_refused(glance: Glance) -> None:
    glance.token = "wrong"

    with pytest.raises(RefusedError) as raised:
        glance("")
    assert raised.value.status == 401
