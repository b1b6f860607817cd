"""``imsquery run``: what it prints, where, and its exit status."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery.client import command
from imsquery.server.serving import running, sample

IMAGES = str(Path(__file__).parent.parent / "imsquery" / "data" / "images.jsonl")
TOKEN = "hush-hush"
FILTER = "platform in (CentOS, Ubuntu) and min_disk <= 60 and imagetype = gold"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(arguments))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with sample() as catalogue, running(catalogue, token=TOKEN) as url:
        yield url


def wanted() -> list[str]:
    """Give the ids of what the filter finds, newest first, by a plain loop."""
    records = [json.loads(line) for line in Path(IMAGES).read_text(encoding="utf-8").splitlines()]
    found = [
        (each["created_at"], each["id"]) for each in records
        if each.get("__platform") in {"CentOS", "Ubuntu"}
        and each["min_disk"] <= 60 and each["__imagetype"] == "gold"
    ]  # fmt: skip
    return [identity for _, identity in sorted(found, reverse=True)]


def test_a_pipe_gets_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    status = run(FILTER, "--catalog", IMAGES)
    output, errors = capsys.readouterr()

    assert (status, errors) == (0, "")
    assert [json.loads(line)["id"] for line in output.splitlines()] == wanted()
    assert len(wanted()) > 5


@pytest.mark.parametrize("form", ["ids", "csv", "json", "jsonl", "table"])
def test_service_and_file_print_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str, form: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    statuses = [
        run(FILTER, "--format", form, *source)
        for source in (["--catalog", IMAGES], ["--endpoint", endpoint])
    ]
    half = capsys.readouterr().out.splitlines()
    middle = len(half) // 2

    assert statuses == [0, 0]
    assert half[:middle] == half[middle:]
    assert all(identity in "".join(half) for identity in wanted())


def test_fields_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    run(FILTER, "--catalog", IMAGES, "--fields", "id", "--format", "csv")

    assert capsys.readouterr().out.splitlines() == ["id", *wanted()]


def test_it_explains_itself_apart_from_the_images(capsys: pytest.CaptureFixture[str]) -> None:
    run(FILTER, "--catalog", IMAGES, "--explain", "--format", "ids")
    output, errors = capsys.readouterr()

    assert output.splitlines() == wanted()
    assert "sent     " in errors
    assert "__imagetype=gold&__platform=CentOS" in errors
    assert f"printed  {len(wanted())} images; " in errors


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["platform = Centos and nmae = x", "--catalog", IMAGES], 1, "unknown-name"),
        (["all", "--catalog", "/nowhere"], 2, "No such file"),
        (["all", "--catalog", __file__], 2, "JSON"),
        (["all", "--endpoint", "gopher://x"], 2, "not an endpoint"),
        (["all", "--region", "nowhere!"], 2, "not a region"),
        (["all", "--catalog", IMAGES, "--fields", "nmae"], 2, "did you mean name"),
        (["all after nobody", "--catalog", IMAGES], 3, "marker is invalid"),
    ],
)
def test_where_something_is_wrong_nothing_is_printed(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str
) -> None:
    assert run(*arguments) == status
    output, errors = capsys.readouterr()

    assert output == ""
    assert message in errors


def test_a_refusal_is_told_without_the_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", "wrong-one")
    status = run("all", "--endpoint", endpoint)
    output, errors = capsys.readouterr()

    assert (status, output) == (3, "")
    assert "401" in errors
    assert "wrong-one" not in errors


def test_a_token_that_no_header_can_hold_is_told_unseen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", "bad\nvalue")

    assert run("all", "--endpoint", endpoint) == 2
    assert "bad" not in capsys.readouterr().err


def test_each_region_is_a_column(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    monkeypatch.setattr(command, "region_endpoint", lambda _region, _host: endpoint)
    regions = ["--region", "cn-north-4", "--region", "eu-west-101"]
    run(FILTER, *regions, "--format", "csv", "--fields", "region,id")
    lines = capsys.readouterr().out.splitlines()

    assert lines == [
        "region,id",
        *(f"cn-north-4,{each}" for each in wanted()),
        *(f"eu-west-101,{each}" for each in wanted()),
    ]


@pytest.mark.parametrize(
    "arguments",
    [["all"], ["all", "--catalog", IMAGES, "--endpoint", "http://x"],
     ["all", "--catalog", IMAGES, "--timeout", "-1"]],
)  # fmt: skip
def test_wrong_usage_ends_in_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(*arguments)

    assert raised.value.code == 2
