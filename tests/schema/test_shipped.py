"""The specs that ship: what each is, and that it is sound."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from imsquery import CLOUDIMAGES, QueryError, Spec, SpecError, check, specs
from imsquery import compile as compile_query


@pytest.mark.parametrize("name", specs.NAMES)
def test_each_is_sound_and_says_where_each_row_comes_from(name: str) -> None:
    spec = getattr(specs, name)

    assert spec is specs.named(name) is specs.find(name)
    assert spec.extend() == spec
    assert all(row.source for row in spec.parameters.values())
    assert all(row.source for row in spec.foreign_names)


def test_the_names_are_those_of_the_files_and_of_the_schema() -> None:
    package = files("imsquery.schema")
    names = {path.name.removesuffix(".toml") for path in (package / "clouds").iterdir()}
    schema = json.loads((package / "files" / "spec.schema.json").read_text(encoding="utf-8"))

    assert {*specs.NAMES} == {"huaweicloud", *names}
    assert schema["properties"]["extends"]["enum"] == [*specs.NAMES]
    assert specs.huaweicloud is CLOUDIMAGES
    assert {*dir(specs)} >= {*specs.NAMES}
    with pytest.raises(AttributeError, match="nosuch"):
        _ = specs.nosuch
    with pytest.raises(KeyError):
        specs.named("nosuch")


@pytest.mark.parametrize(
    ("name", "text", "query"),
    [
        ("opentelekomcloud", "platform = 'Red Hat'", "__platform=Red%20Hat"),
        ("opentelekomcloud", "min_disk = 1", "min_disk=1"),
        ("huaweicloudstack", "architecture = aarch64", "architecture=aarch64"),
        ("huaweicloudstack", "os_version = 'CentOS 7.4'", "__os_version=CentOS%207.4"),
        ("glance", "name in (a, b) and size >= 1gb", "name=in:a%2Cb&size_min=1073741824"),
        ("glance", "tag = a and tag = b and os_distro = x", "os_distro=x&tag=a&tag=b"),
        ("glance", "order by name asc, created_at desc", "sort=name:asc%2Ccreated_at:desc"),
        ("glance", "shared(pending)", "member_status=pending&visibility=shared"),
    ],
)  # fmt: skip
def test_each_compiles_as_its_service_reads_it(name: str, text: str, query: str) -> None:
    assert str(compile_query(text, spec=specs.named(name))) == query


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("opentelekomcloud", "architecture = x86"),
        ("opentelekomcloud", "flavor_id = s6.large.2"),
        ("huaweicloudstack", "flavor_id = s6.large.2"),
        ("huaweicloudstack", "architecture = sparc"),
        ("huaweicloud", "os_version = x"),
        ("glance", "platfrm and min_disk"),
    ],
)
def test_each_refuses_what_its_service_lacks(name: str, text: str) -> None:
    with pytest.raises(QueryError):
        compile_query(text, spec=specs.named(name))


def test_a_file_is_found_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('extends = "opentelekomcloud"\nhost = "https://ims.{region}.example"\n')
    spec = specs.find(str(file))

    assert spec == Spec.load(file)
    assert spec.parameters == specs.opentelekomcloud.parameters
    assert spec.host == "https://ims.{region}.example"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("opentelecomcloud", "did you mean `opentelekomcloud`"),
        ("nosuch", "expected huaweicloud, opentelekomcloud"),
    ],
)
def test_what_is_neither_a_name_nor_a_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        specs.find(text)


def test_a_file_has_an_ending_that_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("a: 1")

    with pytest.raises(ValueError, match=r"ends with .toml or .json"):
        specs.find(str(tmp_path / "ours.yaml"))
    with pytest.raises(OSError, match=r"nosuch.toml"):
        specs.find(str(tmp_path / "nosuch.toml"))
    with pytest.raises(ValueError, match="expected toml or json"):
        CLOUDIMAGES.dump("yaml")


WRONG = """\
extends = "huaweicloud"
without = ["flavour_id", "architecture"]

[parameters.__platform]
minimum = 5
values = ["A", 7]

[parameters.zone]
source = "ours"
"""


def test_all_that_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(WRONG)

    with pytest.raises(SpecError) as caught:
        Spec.load(file)
    assert str(caught.value).replace(str(file), "ours") == (
        "ours:2:12: the extended spec has no `flavour_id`; did you mean `flavor_id`?\n"
        "ours:5:1: a parameter of the type enumeration has no `minimum`\n"
        "ours:6:16: expected a text, not `7`\n"
        "ours:8:13: the key `type` is missing"
    )


def test_a_row_keeps_what_its_file_does_not_change(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('extends = "huaweicloud"\n[parameters.min_disk]\nminimum = 1\nunit = ""\n')
    old, new = CLOUDIMAGES.parameters["min_disk"], Spec.load(file).parameters["min_disk"]

    assert (new.kind.describe(), new.unit) == ("a whole number from 1 to 1024", None)
    assert (new.json, new.source) == (old.json, old.source)


def test_reading_a_query_loads_no_file() -> None:
    code = "import sys, imsquery; imsquery.compile('all'); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()

    assert "imsquery.schema.spec" in found
    assert {"tomllib", "json", "imsquery.specs", "imsquery.schema.faults"}.isdisjoint(found)


def test_names_that_a_spec_lacks_mean_nothing_there() -> None:
    (found,) = check("arch = x86", spec=specs.opentelekomcloud)

    assert found.code == "unknown-name"
    assert found.fixes == ()
