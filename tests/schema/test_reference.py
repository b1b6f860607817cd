"""Request parameters and requests of the API reference, copied by hand from its page."""

from __future__ import annotations

from typing import TypeAlias
from urllib.parse import parse_qsl

import pytest

from imsquery import CLOUDIMAGES, QueryError
from imsquery import compile as compile_query

UUID = "bc6bed6e-ba3a-4447-afcc-449174a3eb52"
PROJECT = "1bed856811654c1cb661a6ca845ebc77"
Values: TypeAlias = tuple[list[str], list[tuple[str, str | None]]]
FLAG: Values = (["true"], [("false", "bad-value"), ("yes", "bad-value"), ("1", "bad-value")])
BOOLEAN: Values = (
    ["true", "false"],
    [("yes", "bad-value"), ("0", "bad-value"), ("tru", "bad-value")],
)
TIMES: Values = (
    ["2018-10-28T10:00:00Z", "'2018-10-28 10:00:00'"],
    [
        ("2018-10-28T10:00:00.5Z", "bad-value"),
        ("2018-W43", "bad-value"),
        ("2018-02-30", "bad-value"),
        ("28/10/2018", "bad-value"),
        ("2018-10-28T24:00:00Z", "bad-value"),
        ("9999", None),
        ("tomorrow", "bad-value"),
        ("now-1M", "bad-value"),
    ],
)

# Parameter -> documented values, and near misses with the code of each.
PARAMETERS: dict[str, Values] = {
    "__isregistered": FLAG,
    "__imagetype": (["gold", "private", "shared", "market"], [("golden", "unlisted-value")]),
    "__whole_image": BOOLEAN,
    "__system__cmkid": ([UUID], []),
    "protected": BOOLEAN,
    "visibility": (["public", "private", "shared"], [("community", "bad-value")]),
    "owner": ([PROJECT], []),
    "id": ([UUID], []),
    "status": (
        ["queued", "saving", "deleted", "killed", "active"],
        [("activ", "bad-value"), ("available", "bad-value")],
    ),
    "name": (["CentOS 7.3 64bit with sdx"], []),
    "flavor_id": (["s6.large.2"], [("physical.s4.large", "bare-metal-flavor")]),
    "container_format": (["bare"], [("bar", "unlisted-value")]),
    "disk_format": (
        ["vhd", "zvhd", "raw", "qcow2", "iso", "zvhd2"],
        [("vmdk", "unlisted-value"), ("qcow", "unlisted-value")],
    ),
    "min_ram": (
        ["0", "2048"],
        [("-1", "out-of-range"), ("2KB", "bad-value"), ("1.5", "bad-value"), ("1e3", "bad-value")],
    ),
    "min_disk": (
        ["40", "100", "1024"],
        [("39", "out-of-range"), ("1025", "out-of-range"), ("40MB", "bad-value")],
    ),
    "__os_bit": (["32", "64"], [("16", "bad-value"), ("64bit", "bad-value")]),
    "__platform": (
        [
            "Windows", "Ubuntu", "RedHat", "SUSE", "CentOS", "Debian", "OpenSUSE", "Oracle Linux",
            "Fedora", "Other", "CoreOS", "EulerOS", "Huawei Cloud EulerOS",
        ],
        [("Cent OS", "unlisted-value"), ("AlmaLinux", "unlisted-value")],
    ),
    "__os_type": (["Linux", "Windows", "Other"], [("Unix", "bad-value")]),
    "tag": (["a=b", "team"], []),
    "member_status": (["accepted", "rejected", "pending"], [("all", "bad-value")]),
    "__support_kvm": FLAG,
    "__support_xen": FLAG,
    "__support_largememory": FLAG,
    "__support_diskintensive": FLAG,
    "__support_highperformance": FLAG,
    "__support_xen_gpu_type": (["M60_vGPU"], [("true", "unlisted-value")]),
    "__support_kvm_gpu_type": (
        ["P4", "M60", "V100_vGPU", "P2V_V100", "P100", "V100", "RTX5000"],
        [("V200", "unlisted-value")],
    ),
    "__support_xen_hana": FLAG,
    "__support_kvm_infiniband": FLAG,
    "virtual_env_type": (
        ["FusionCompute", "Ironic", "DataImage", "IsoImage"],
        [("Fusion", "bad-value")],
    ),
    "enterprise_project_id": (["0", UUID, "all_granted_eps"], []),
    "created_at": TIMES,
    "updated_at": TIMES,
    "architecture": (
        ["x86", "arm"],
        [("x86_64", "bad-value"), ("aarch64", "bad-value"), ("amd64", "bad-value")],
    ),
}  # fmt: skip

CLAUSES = {
    "marker": (f"after {UUID}", {"marker": UUID}),
    "limit": ("limit 1", {"limit": "1"}),
    "sort_key": ("order by name", {"sort_key": "name"}),
    "sort_dir": ("order by name asc", {"sort_dir": "asc", "sort_key": "name"}),
}

accepted = [(name, value) for name, (values, _) in PARAMETERS.items() for value in values]
refused = [(name, *miss) for name, (_, misses) in PARAMETERS.items() for miss in misses if miss[1]]


def quoted(value: str) -> str:
    return value if value.startswith("'") else f'"{value}"'


def companion(name: str) -> str:
    return " and visibility = shared" if name == "member_status" else ""


def test_these_are_the_parameters_of_the_reference() -> None:
    assert len(PARAMETERS) + len(CLAUSES) == 38
    pushable = {row.wire for row in CLOUDIMAGES.parameters.values() if row.pushable}
    assert pushable == PARAMETERS.keys() | CLAUSES.keys()


@pytest.mark.parametrize(("name", "value"), accepted)
def test_a_documented_value_is_accepted(name: str, value: str) -> None:
    params = compile_query(f"{name} = {quoted(value)}{companion(name)}").params

    sent = "eq:2018-10-28T10:00:00Z" if name.endswith("_at") else value
    assert params[name] == sent


@pytest.mark.parametrize(("name", "value"), [each for each in accepted if each[0] != "name"])
def test_a_name_may_lack_underscores_and_differ_in_letter_case(name: str, value: str) -> None:
    short = name.lstrip("_").upper()

    assert compile_query(f"{short} = {quoted(value)}{companion(name)}") == compile_query(
        f"{name} = {quoted(value)}{companion(name)}"
    )


@pytest.mark.parametrize(("name", "value", "code"), refused)
def test_a_near_miss_is_refused_with_its_code(name: str, value: str, code: str) -> None:
    text = f"{name} = {quoted(value)}{companion(name)}"
    with pytest.raises(QueryError) as caught:
        compile_query(text)

    (found,) = [each for each in caught.value.diagnostics if each.severity == "error"]
    assert found.code == code
    assert text[found.span.start : found.span.end] == quoted(value)


@pytest.mark.parametrize(("name", "clause"), CLAUSES.items())
def test_paging_and_sorting_are_clauses(name: str, clause: tuple[str, dict[str, str]]) -> None:
    text, expected = clause

    assert dict(compile_query(text).params) == expected
    with pytest.raises(QueryError, match="not-a-filter"):
        compile_query(f"{name} = 1")


@pytest.mark.parametrize(
    ("text", "request_of_the_reference"),
    [
        ("imagetype = gold order by name limit 1", "__imagetype=gold&sort_key=name&limit=1"),
        ("public()", "__imagetype=gold&visibility=public&protected=true"),
        (f"owned_by({PROJECT})", f"owner={PROJECT}"),
        (
            "shared(accepted)",
            "member_status=accepted&visibility=shared&__imagetype=shared",
        ),
        (
            "shared(rejected)",
            "member_status=rejected&visibility=shared&__imagetype=shared",
        ),
        (
            "shared(pending)",
            "member_status=pending&visibility=shared&__imagetype=shared",
        ),
        (
            "bare_metal(s4l)",
            "__imagetype=gold&__support_s4l=true&virtual_env_type=Ironic",
        ),
        ("created_at < 2018-10-28T10:00:00Z", "created_at=lt:2018-10-28T10:00:00Z"),
        ("updated_at < '2018-10-28 10:00:00'", "updated_at=lt:2018-10-28T10:00:00Z"),
        ("tagged(a, b)", "tag=a=b"),
        ('tag = "a=b"', "tag=a=b"),
    ],
)
def test_the_requests_of_the_reference_compile_literally(
    text: str, request_of_the_reference: str
) -> None:
    sent = str(compile_query(text))

    assert sorted(sent.split("&")) == sorted(request_of_the_reference.split("&"))
    assert sorted(parse_qsl(sent)) == sorted(parse_qsl(request_of_the_reference))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (
            "platform=CentOS and created_at < 2018-10-28 and supports(kvm)",
            "__platform=CentOS&__support_kvm=true&created_at=lt:2018-10-28T00:00:00Z",
        ),
        (
            'platform = "oracle linux" and min_disk = 0100',
            "__platform=Oracle%20Linux&min_disk=100",
        ),
        ("all", ""),
        ("", ""),
        ("not (platform != CentOS)", "__platform=CentOS"),
        ("platform in (CentOS)", "__platform=CentOS"),
        ("not protected", "protected=false"),
        ("created_at <= 2018-10-28", "created_at=lt:2018-10-29T00:00:00Z"),
        ("created_at > 2018-12", "created_at=gte:2019-01-01T00:00:00Z"),
        ("created_at != 2018-10-28T10:00:00+08:00", "created_at=neq:2018-10-28T02:00:00Z"),
        ("not created_at < 2018", "created_at=gte:2018-01-01T00:00:00Z"),
    ],
)
def test_canonical_forms(text: str, canonical: str) -> None:
    assert str(compile_query(text)) == canonical


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("platform = CentOS or platform = Ubuntu", "not-expressible", None),
        ("created_at > 2018-01 and created_at < 2019", "not-expressible", "created_at < 2019"),
        ("tag = a and tag = b", "not-expressible", "tag = b"),
        ("min_ram <= 4096", "not-expressible", "min_ram <= 4096"),
        ('name glob "CentOS*"', "not-expressible", None),
        ("created_at = 2018-10-28", "not-expressible", None),
        ("platform = CentOS and platform = Ubuntu", "contradiction", "platform = Ubuntu"),
        ("created_at < 2018 and created_at > 2019", "contradiction", "created_at > 2019"),
        ("member_status = pending", "requires", "member_status = pending"),
        ("supports(xen) and supports(xen_hana)", "mutually-exclusive", "supports(xen_hana)"),
        ("supports(xen, kvm_infiniband)", "mutually-exclusive", None),
        ("not flavor_id = x", "not-observable", "flavor_id = x"),
        ("flavor_id contains x", "not-observable", "contains"),
        ("order by platform", "unknown-sort-key", "platform"),
        ("owner = $x", "unbound-placeholder", "$x"),
        ("name < x", "bad-operator", "<"),
        ("supports()", "bad-arguments", "supports()"),
        ("foo(x)", "unknown-function", "foo"),
        ("plaform = x", "unknown-name", "plaform"),
    ],
)
def test_an_error_has_a_code_and_a_place(text: str, code: str, place: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(text)

    found = {each.code: each for each in caught.value.diagnostics}
    assert code in found
    assert text[found[code].span.start : found[code].span.end] == (place or text)


@pytest.mark.parametrize(
    ("text", "code", "mended"),
    [
        ("name = 'CentOS*'", "impossible-name", "name glob 'CentOS*'"),
        ("tag = a.b", "legacy-tag", 'tag = "a=b"'),
        (
            "protected or id = x and owner = y",
            "mixed-and-or",
            "protected or (id = x and owner = y)",
        ),
    ],
)
def test_a_doubtful_query_has_a_warning_with_a_fix(text: str, code: str, mended: str) -> None:
    from imsquery import check

    (found,) = check(text)
    assert (found.code, found.severity) == (code, "warning")
    assert " ".join(found.fixes[0].apply(text).split()) == mended
