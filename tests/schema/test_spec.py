"""The parameter table: its rows, and how it is extended."""

from __future__ import annotations

import json
import pickle
import re
from typing import Any

import pytest

from imsquery import CLOUDIMAGES, Function, Parameter, QueryError, check
from imsquery import compile as compile_query
from imsquery.schema.kinds import Enumeration, Integer, Text

# From the API reference and other public documents, copied by hand.
RESPONSE_ATTRIBUTES = [
    "file", "owner", "id", "size", "self", "schema", "status", "tags", "visibility", "name",
    "checksum", "protected", "container_format", "min_ram", "max_ram", "updated_at", "__os_bit",
    "__os_version", "__description", "disk_format", "__isregistered", "__platform", "__os_type",
    "min_disk", "virtual_env_type", "__image_source_type", "__imagetype", "created_at",
    "virtual_size", "__originalimagename", "__backup_id", "__productcode", "__image_size",
    "__data_origin", "__lazyloading", "active_at", "__os_feature_list", "__support_kvm",
    "__support_xen", "__support_largememory", "__support_diskintensive",
    "__support_highperformance", "__support_xen_gpu_type", "__support_kvm_gpu_type",
    "__support_xen_hana", "__support_kvm_infiniband", "__system_support_market",
    "__is_offshelved", "enterprise_project_id", "__root_origin", "__sequence_num",
    "__support_fc_inject", "hw_firmware_type", "hw_vif_multiqueue_enabled", "__support_arm",
    "__support_agent_list", "__system__cmkid", "__account_code", "__support_amd",
]  # fmt: skip
UNOBSERVABLE = {
    "flavor_id", "member_status", "__whole_image", "marker", "limit", "sort_key", "sort_dir"
}  # fmt: skip
SORT_KEYS = {"name", "container_format", "disk_format", "status", "id", "size", "created_at"}


def row(name: str) -> Parameter:
    found = CLOUDIMAGES.find(name)
    assert found is not None
    return found


@pytest.mark.parametrize("attribute", RESPONSE_ATTRIBUTES)
def test_every_response_attribute_is_observable(attribute: str) -> None:
    assert row(attribute).observed == attribute


def test_parameters_missing_from_records_are_not_observable() -> None:
    unobservable = {each.wire for each in CLOUDIMAGES.parameters.values() if each.observed is None}

    assert unobservable == UNOBSERVABLE
    assert row("architecture").observed == "__support_arm"
    assert row("tag").observed == "tags"


def test_the_server_sorts_by_seven_keys() -> None:
    assert set(CLOUDIMAGES.sort_keys) == SORT_KEYS


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("__platform", "__platform"),
        ("platform", "__platform"),
        ("PLATFORM", "__platform"),
        ("__Platform", "__platform"),
        ("image_type", "__imagetype"),
        ("imagetype", "__imagetype"),
        ("cmk_id", "__system__cmkid"),
        ("system__cmkid", "__system__cmkid"),
        ("registered", "__isregistered"),
        ("is_registered", "__isregistered"),
        ("tags", "tag"),
        ("support_kvm", "__support_kvm"),
        ("support_s4l", "__support_s4l"),
        ("__support_S4L", "__support_s4l"),
        ("__support_gpu_t4", "__support_gpu_t4"),
    ],
)
def test_a_parameter_is_found_by_each_of_its_names(name: str, wire: str) -> None:
    assert row(name).wire == wire


@pytest.mark.parametrize(
    "name",
    ["", "_", "__", "_platform", "___platform", "plat_form", "nosuch", "__support_", "support_",
     "__support_a-b", "__support_é", "support", "__system_cmkid"],
)  # fmt: skip
def test_other_names_find_nothing(name: str) -> None:
    assert CLOUDIMAGES.find(name) is None


def test_attributes_that_never_coexist() -> None:
    pairs = {
        frozenset((one, other)) for one, others in CLOUDIMAGES.exclusive.items() for other in others
    }

    assert pairs == {
        frozenset((f"__support_{one}", f"__support_{other}"))
        for one, other in (
            ("xen_gpu_type", "xen"), ("xen_gpu_type", "kvm"), ("kvm_gpu_type", "xen"),
            ("kvm_gpu_type", "kvm"), ("xen_hana", "xen"), ("xen_hana", "kvm"),
            ("kvm_infiniband", "xen"),
        )
    }  # fmt: skip


def test_every_row_has_a_source_and_operators() -> None:
    for each in CLOUDIMAGES.parameters.values():
        assert each.source
        assert each.kind.describe()
        assert each.kind.operators >= {"=", "!="}


def test_units_are_those_of_the_reference() -> None:
    units = {each.wire: each.unit for each in CLOUDIMAGES.parameters.values() if each.unit}

    assert units == {"min_ram": "MB", "min_disk": "GB", "max_ram": "MB", "__image_size": "bytes"}


def test_the_table_is_plain_data() -> None:
    described = json.loads(json.dumps(CLOUDIMAGES.to_dict()))
    platform = next(each for each in described["parameters"] if each["wire"] == "__platform")

    assert len(described["parameters"]) == len(CLOUDIMAGES.parameters)
    assert platform["open"] is True
    assert "Oracle Linux" in platform["values"]
    assert {each["name"] for each in described["functions"]} == {
        "supports", "tagged", "public", "owned_by", "shared", "bare_metal"
    }  # fmt: skip


def test_an_extended_spec_accepts_more_than_the_original() -> None:
    spec = CLOUDIMAGES.extend(
        values={"__platform": ["AlmaLinux"], "visibility": ["community"]},
        ranges={"min_disk": (1, None), "MIN_RAM": (512, 4096)},
    )

    assert str(compile_query("platform = almalinux", spec=spec)) == "__platform=AlmaLinux"
    assert str(compile_query("visibility = COMMUNITY", spec=spec)) == "visibility=community"
    assert str(compile_query("min_disk = 4096", spec=spec)) == "min_disk=4096"
    for text in ("platform = almalinux", "visibility = community", "min_disk = 4096"):
        with pytest.raises(QueryError):
            compile_query(text)
    with pytest.raises(QueryError, match="out-of-range"):
        compile_query("min_ram = 511", spec=spec)
    with pytest.raises(QueryError, match="a whole number up to 9"):
        compile_query("min_ram = 10", spec=CLOUDIMAGES.extend(ranges={"min_ram": (None, 9)}))


def test_a_spec_can_be_extended_by_parameters_and_functions() -> None:
    spec = CLOUDIMAGES.extend(
        parameters=[
            Parameter("__region", Enumeration("north", "south"), aliases=("zone",), source="test"),
            Parameter("__note", Text(), operators={}, source="test"),
        ],
        functions=[
            Function("here", (), (("__region", "north"),), summary="ours", source="test"),
            Function("at", ("where",), (("__region", "{0}"),), summary="there", source="test"),
        ],
    )

    assert str(compile_query("zone = SOUTH", spec=spec)) == "__region=south"
    assert str(compile_query("here()", spec=spec)) == "__region=north"
    assert str(compile_query("at(south)", spec=spec)) == "__region=south"
    with pytest.raises(QueryError, match="not-expressible"):
        compile_query("note = x", spec=spec)
    assert CLOUDIMAGES.find("zone") is None
    assert "here" not in CLOUDIMAGES.functions


def row_of(wire: str, **columns: Any) -> Parameter:
    return Parameter(wire, Text(), source="test", **columns)


def function_of(name: str, wire: str, value: str = "{0}") -> Function:
    return Function(name, ("x",), ((wire, value),), summary="ours", source="test")


def test_a_row_replaces_the_one_with_its_wire_name() -> None:
    spec = CLOUDIMAGES.extend(parameters=[Parameter("min_disk", Integer(1, 8), source="test")])

    assert str(compile_query("min_disk = 8", spec=spec)) == "min_disk=8"
    assert len(spec.parameters) == len(CLOUDIMAGES.parameters)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": {"nosuch": ["x"]}}, ValueError, "unknown parameter 'nosuch'"),
        ({"values": {"owner": ["x"]}}, ValueError, "owner is not an enumeration"),
        ({"values": {"min_disk": ["1"]}}, ValueError, "min_disk is not an enumeration"),
        ({"values": {"platform": "AlmaLinux"}}, TypeError, "not one string"),
        ({"ranges": {"owner": (1, 2)}}, ValueError, "owner has no range"),
        ({"ranges": {"os_bit": (1, 2)}}, ValueError, "os_bit has no range"),
        (
            {"parameters": [Parameter("zone", Text(), aliases=("Platform",), source="test")]},
            ValueError,
            "two parameters have the name 'Platform'",
        ),
        ({"values": {"platform": [5]}}, TypeError, "values of platform must be strings"),
        ({"values": {"platform": [""]}}, ValueError, "invalid value for __platform: ''"),
        ({"values": {"platform": ["\ud800"]}}, ValueError, "invalid value for __platform"),
        ({"values": {"platform": ["CENTOS"]}}, ValueError, "differ only in letter case"),
        ({"ranges": {"min_disk": (5, 1)}}, ValueError, "min_disk is empty: from 5 to 1"),
        ({"ranges": {"min_disk": (1.5, 2)}}, TypeError, "must be integers or None"),
        ({"parameters": [row_of("a&b=c", aliases=("x",))]}, ValueError, "not a wire name: 'a&b=c'"),
        ({"parameters": [row_of("größe")]}, ValueError, "not a wire name"),
        ({"parameters": [row_of("and")]}, ValueError, "not a name in filters: 'and'"),
        (
            {"parameters": [row_of("x", aliases=("a b",))]},
            ValueError,
            "not a name in filters: 'a b'",
        ),
        (
            {"parameters": [row_of("x", requires=("y", "1"))]},
            ValueError,
            "refers to the unknown parameter 'y'",
        ),
        (
            {"parameters": [row_of("x", excludes=("y",))]},
            ValueError,
            "refers to the unknown parameter 'y'",
        ),
        (
            {"parameters": [row_of("x", goes_with=("y", "1"))]},
            ValueError,
            "refers to the unknown parameter 'y'",
        ),
        ({"parameters": [row_of("limit")]}, ValueError, "not a name in filters: 'limit'"),
        ({"parameters": [row_of("marker")]}, ValueError, "no parameter sets the clause"),
        ({"functions": [function_of("F", "id")]}, ValueError, "not a function name: 'F'"),
        (
            {"functions": [function_of("f", "nosuch")]},
            ValueError,
            "f refers to the unknown parameter 'nosuch'",
        ),
        ({"functions": [function_of("f", "id", "{1}")]}, ValueError, "f has no argument {1}"),
        (
            {"functions": [function_of("f", "id", "{}")]},
            ValueError,
            "f: '{}' has a brace that is not part of an argument",
        ),
        (
            {"functions": [function_of("f", "protected", "yes")]},
            ValueError,
            "f: invalid value for protected",
        ),
        ({"functions": [function_of("owned_by", "id")]}, ValueError, "the same number of"),
    ],
)
def test_an_inconsistent_extension_is_refused(
    change: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        CLOUDIMAGES.extend(**change)  # type: ignore[arg-type]


def test_the_members_of_the_open_family_are_flags() -> None:
    member = row("__support_s4l")

    assert (member.name, member.observed, member.kind.name) == (
        "support_s4l", "__support_s4l", "flag"
    )  # fmt: skip
    assert member.pushable
    assert "__support_s4l" not in CLOUDIMAGES.parameters


def test_a_row_says_what_finds_nothing() -> None:
    spec = CLOUDIMAGES.extend(
        parameters=[
            row_of("shade", unseen={"grey": ("nothing is grey", "gray")}, goes_with=("id", "a"))
        ]
    )

    assert [each.message for each in check("shade = GREY", spec=spec)] == ["nothing is grey"]
    assert [each.message for each in check("shade = x and id = b", spec=spec)] == [
        "`shade` finds only images with `id = a`"
    ]
    assert check("shade = x and id = a", spec=spec) == ()


def test_words_for_values_survive_an_extension() -> None:
    spec = CLOUDIMAGES.extend(values={"imagetype": ["community"]})

    (found,) = check("imagetype = public", spec=spec)
    assert [fix.apply("imagetype = public") for fix in found.fixes] == ["imagetype = gold"]


@pytest.mark.parametrize(
    ("operators", "message"),
    [
        ({"like": "{}"}, r"unknown operator `like` \(text\)"),
        ({">=": "{}"}, r"unknown operator `>=` \(text\)"),
        ({"=": "x"}, "invalid form `x` of `=`"),
        ({"=": "{}{}"}, "invalid form"),
        ({"=": "{0}"}, "invalid form"),
        ({"=": "a b={}"}, "invalid form"),
        ({"=": "~{}"}, "invalid form"),
        ({"=": "zone={}"}, "write `{}`, not `zone={}`"),
        ({"=": "x:{}", "contains": "x:{}"}, "`=` and `contains` have the same form"),
        ({"=": "{}", "contains": "{}"}, "`=` and `contains` have the same form"),
    ],
)
def test_an_operator_that_no_request_could_have_is_refused(
    operators: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Parameter("zone", Text(), operators=operators, source="test")


def test_a_comparison_of_its_own_has_a_name_of_its_own() -> None:
    row = Parameter("zone", Integer(), operators={">=": "min_ram={}"}, source="test")

    with pytest.raises(ValueError, match="two parameters have the name 'min_ram'"):
        CLOUDIMAGES.extend(parameters=[row])


def test_a_row_with_other_operators_is_copied_as_it_is() -> None:
    row = Parameter("zone", Text(), operators={"=": "{}", "in": "in:{}"}, source="test")

    assert pickle.loads(pickle.dumps(row)) == row  # noqa: S301 -- our own
    assert row.with_kind(Text()).operators == row.operators
