"""Each command takes the spec of another cloud, by its name or in a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, ForeignName, Function, Parameter, Spec, specs
from imsquery.cli.main import COMMANDS, load, main
from imsquery.cli.shells import lines
from imsquery.schema.kinds import Enumeration

OURS = 'extends = "huaweicloudstack"\nhost = "https://ims.{region}.example"\n'
WITHOUT = {"explain", "completion", "help"}
RECORD = {"id": "a", "__support_arm": "true", "created_at": "2018-10-28T10:00:00Z", "min_disk": 40}


@pytest.fixture
def ours(tmp_path: Path) -> str:
    file = tmp_path / "ours.toml"
    file.write_text(OURS)
    return str(file)


def test_every_command_about_filters_takes_a_spec() -> None:
    for name in COMMANDS.keys() - WITHOUT:
        parser = ArgumentParser()
        load(name).add_arguments(parser)
        assert "--spec" in parser.format_help(), name


@pytest.mark.parametrize("spec", ["huaweicloudstack", "FILE"])
@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["check", "architecture = aarch64"], ""),
        (["compile", "architecture = aarch64"], "architecture=aarch64\n"),
        (["url", "--endpoint", "https://x", "architecture = aarch64"],
         "https://x/v2/cloudimages?architecture=aarch64\n"),
        (["format", "ARCHITECTURE = aarch64"], "architecture = aarch64\n"),
        (["decompile", "architecture=aarch64"], "architecture = aarch64\n"),
        (["diff", "architecture = aarch64", "architecture != x86_64"], "match the same images"),
        (["complete", "--format", "lines", "architecture = aa"], "aarch64"),
        (["sql", "--dialect", "duckdb", "architecture = aarch64"], "__support_arm"),
        (["plan", "architecture = aarch64"], "architecture=aarch64"),
        (["spec", "architecture"], "one of x86_64, aarch64"),
    ],
)  # fmt: skip
def test_a_command_reads_filters_by_the_spec(
    arguments: list[str], printed: str, spec: str, ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([*arguments, "--spec", ours if spec == "FILE" else spec])

    out = capsys.readouterr().out
    assert status == 0
    assert printed in out if not printed.endswith("\n") else out == printed


def test_a_catalogue_is_searched_by_the_spec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "images.json").write_text(json.dumps([RECORD]))
    catalog = ["--catalog", str(tmp_path / "images.json"), "--spec", "huaweicloudstack"]

    assert main(["run", *catalog, "architecture = aarch64", "--format", "ids"]) == 0
    assert capsys.readouterr().out == "a\n"
    assert main(["why", *catalog, "architecture = x86_64"]) == 0
    assert "without `architecture = x86_64`: 1 image matches" in capsys.readouterr().out
    assert main(["why", *catalog, "--id", "a", "architecture = aarch64"]) == 0
    assert capsys.readouterr().out.startswith("yes")


def test_urls_in_files_are_read_by_the_spec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.md"
    file.write_text("https://ims.x.example/v2/cloudimages?architecture=aarch64\n")

    assert main(["lint", str(file), "--spec", "huaweicloudstack"]) == 0
    assert main(["lint", str(file)]) == 1
    assert "invalid value `aarch64`" in capsys.readouterr().out


def test_the_hosts_of_regions_are_those_of_the_spec(
    ours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["url", "--region", "eu-de", "--spec", "opentelekomcloud", "all"]) == 0
    assert capsys.readouterr().out == "https://ims.eu-de.otc.t-systems.com/v2/cloudimages\n"
    assert main(["url", "--region", "our-north-1", "--spec", ours, "all"]) == 0
    assert capsys.readouterr().out == "https://ims.our-north-1.example/v2/cloudimages\n"
    assert main(["url", "--region", "eu-de", "--spec", "glance", "all"]) == 2
    assert "the spec has no host for regions; use --endpoint instead\n" in capsys.readouterr().err
    assert main(["run", "--region", "eu-de", "--spec", "glance", "all"]) == 2
    assert "the spec has no host for regions; use --endpoint instead\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("opentelecomcloud", "did you mean `opentelekomcloud`?"),
        ("nosuch", "or a file that ends with .toml or .json"),
        ("nosuch.toml", "cannot read 'nosuch.toml': no such file"),
    ],
)
def test_what_is_no_spec_is_wrong_usage(
    spec: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compile", "all", "--spec", spec]) == 2
    assert message in capsys.readouterr().err


def test_all_that_is_wrong_in_a_file_is_printed_and_cannot_drive_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('"\\u001b[2J" = 1\nextends = "nosuch"\n')

    assert main(["compile", "all", "--spec", str(file)]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert ":1:1: unknown key" in err
    assert ":2:11: unknown value `nosuch`" in err


def test_what_spec_prints_is_a_file_for_spec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form, ending in (("toml", "toml"), ("json-spec", "json")):
        assert main(["spec", "--spec", "opentelekomcloud", "--format", form]) == 0
        file = tmp_path / f"otc.{ending}"
        file.write_text(capsys.readouterr().out)
        assert Spec.load(file) == specs.opentelekomcloud
    assert main(["spec", "name", "--format", "toml"]) == 2


def test_spec_prints_all_that_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["architecture", "enterprise_project_id", "member_status", "min_ram", "tag"]
    assert main(["spec", *names]) == 0
    out = capsys.readouterr().out

    assert "`__support_arm` is read: true as arm" in out
    assert "x86 if a record has none" in out
    assert "all_granted_eps widens the search" in out
    assert "requires visibility = shared" in out
    assert "a whole number from 0 (MB)" in out
    assert "seen in `tags`" in out

    assert main(["spec", "--spec", "glance", "size", "tag", "--format", "json"]) == 0
    size, tag = json.loads(capsys.readouterr().out)["parameters"]
    assert size["written"] == {"=": "{}", ">=": "size_min={}", "<=": "size_max={}"}
    assert tag["repeats"] is True


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4))
@example("\x1b[2J")
@example("\x9b2J\u202e")
@example("a\nb")
def test_nothing_that_a_spec_says_can_drive_a_terminal(text: str) -> None:
    row = Parameter("zone", Enumeration(text), aliases=("zones",), source=text)
    call = Function("usual", (), (("name", "a"),), summary=text, source=text)
    other = ForeignName(("elsewhere",), ("zone",), note=text, source=text)
    spec = CLOUDIMAGES.extend(parameters=[row], functions=[call], foreign_names=[other])
    with redirect_stdout(StringIO()) as output:
        assert load("spec").main(Namespace(spec=spec, names=[], format="text")) == 0

    shown = output.getvalue().replace("\n", "")
    assert not {"Cc", "Cf", "Zl", "Zp"} & {category(each) for each in shown}
    assert output.getvalue().count("\n") == usual_lines() + 3


@cache
def usual_lines() -> int:
    with redirect_stdout(StringIO()) as output:
        load("spec").main(Namespace(spec=CLOUDIMAGES, names=[], format="text"))
    return output.getvalue().count("\n")


def test_a_shell_completes_by_the_spec() -> None:
    found = lines("architecture = ", spec=specs.huaweicloudstack)

    assert {each.split("\t")[0] for each in found} == {"aarch64", "x86_64"}
