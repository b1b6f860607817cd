"""Findings as SARIF are valid by its schema, and say where the findings and their edits are.

``sarif-2.1.0.json`` is the schema of OASIS as Microsoft's SARIF Multitool ships it (MIT).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery import check, lint
from imsquery.cli.main import main
from imsquery.diagnostics.model import Diagnostic
from imsquery.diagnostics.render import render_github
from imsquery.diagnostics.sarif import sarif_log, sarif_results

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)

PARTS = [
    "platfrom",
    "=",
    "Centos",
    "&&",
    "\n",
    "\r\n",
    "镜",
    "\U0001f600",
    "'",
    " ",
    "(",
    "limit 0",
]
texts = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def offset(text: str, line: int, column: int) -> int:
    """Return the offset of a line and column as SARIF counts them."""
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


def part(text: str, region: dict[str, int]) -> tuple[int, int]:
    return (
        offset(text, region["startLine"], region["startColumn"]),
        offset(text, region["endLine"], region["endColumn"]),
    )


@given(texts, names)
def test_any_log_is_valid(text: str, name: str) -> None:
    VALIDATOR.validate(sarif_log(sarif_results(text, check(text), name), "1.0"))


@given(texts)
def test_a_result_is_where_the_finding_is(text: str) -> None:
    found = check(text)
    results = sarif_results(text, found, "file")

    assert [
        (each["ruleId"], part(text, each["locations"][0]["physicalLocation"]["region"]))
        for each in results
    ] == [(each.code, (each.span.start, each.span.end)) for each in found]


@given(texts)
def test_the_replacements_are_the_fix(text: str) -> None:
    found = check(text)
    results = sarif_results(text, found, "file")

    for each, result in zip(found, results, strict=True):
        assert [_apply(text, fix) for fix in result.get("fixes", [])] == [
            fix.apply(text) for fix in each.fixes
        ]


@given(texts, names.filter(lambda name: not name.startswith((".", "/"))), st.integers(0, 3))
def test_a_file_is_called_as_in_its_repository(text: str, name: str, dots: int) -> None:
    found = check(text)
    written = "./" * dots + name

    assert sarif_results(text, found, written) == sarif_results(text, found, name)
    assert render_github(text, found, written) == render_github(text, found, name)


def _apply(text: str, fix: dict[str, Any]) -> str:
    (change,) = fix["artifactChanges"]
    edits = [
        (*part(text, each["deletedRegion"]), each["insertedContent"]["text"])
        for each in change["replacements"]
    ]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def test_each_rule_is_the_one_of_its_index() -> None:
    found: tuple[Diagnostic, ...] = lint("/v2/cloudimages?imagetype=gold&limit=0&limit=0&a=")
    log = sarif_log(sarif_results("", found, "file"), "1.0")
    rules = log["runs"][0]["tool"]["driver"]["rules"]

    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize("command", [["lint"], ["check", "--files"]])
def test_a_command_writes_one_log_for_all_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    one, other = tmp_path / "a b.imsq", tmp_path / "é.imsq"
    one.write_text("platform = Centos and /v2/cloudimages?limit=0\n", encoding="utf-8")
    other.write_text("\n/v2/cloudimages?imagetype=gold\n", encoding="utf-8")

    assert main([*command, str(one), str(other), "--format", "sarif"]) == 1

    log = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(log)
    files = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[2]
        for each in log["runs"][0]["results"]
    }
    assert files == {"a%20b.imsq", "%C3%A9.imsq"}
