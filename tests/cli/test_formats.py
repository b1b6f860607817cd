"""Batches of filters in each output format."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

import pytest

from imsquery import CLOUDIMAGES
from imsquery.cli.formats import FORMATS
from imsquery.cli.main import main
from tests import golden

WHERE = ("--region", "cn-north-4")


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, batch: str
) -> str:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(batch.encode())))
    main([*arguments, "--batch", "-"])
    return capsys.readouterr().out


def test_batches_in_each_format_match_the_golden_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def produce(given: str) -> str:
        form, _, batch = given.partition("\n")
        return printed(monkeypatch, capsys, "url", *WHERE, "--format", form, batch=batch).rstrip()

    golden.check("formats.txt", produce)


def test_plain_is_the_default_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = "platform = CentOS\nnope\nall\n"
    outputs = [
        printed(monkeypatch, capsys, "url", *WHERE, *form, batch=batch)
        for form in ([], ["--format", "plain"])
    ]

    url = "https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages"
    assert outputs == [f"{url}?__platform=CentOS\n{url}\n"] * 2


def test_one_filter_has_formats_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "--format", "json", "protected"]) == 0
    assert main(["compile", "--format", "csv", "--signing", "tag = 'a=b'"]) == 0
    assert main(["url", *WHERE, "--format", "json", "nope = 1"]) == 1
    assert capsys.readouterr().out == (
        '[{"filter":"protected","query_string":"protected=true"}\n]\n'
        "filter,signing_string\ntag = 'a=b',tag=a%3Db\n"
    )


def test_a_filter_is_a_call_of_the_sdk(capsys: pytest.CaptureFixture[str]) -> None:
    filled = ["--set", "name=it's", "name = $name and protected limit 5"]
    assert main(["compile", "--format", "python", *filled]) == 0
    assert main(["compile", "--format", "python", "whole_image = true"]) == 1
    printed = capsys.readouterr()

    assert printed.out == 'ListImagesRequest(limit=5, name="it\'s", protected=True)\n'
    assert "warning[impossible-name]" in printed.err
    assert "error[not-expressible]: the SDK has no parameter `whole_image`" in printed.err


def test_a_command_that_cannot_be_shown_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = BytesIO()
    stream = TextIOWrapper(output, "ascii", errors="backslashreplace")
    command = ["url", *WHERE, "--format", "koocli"]
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", stream)
        assert main([*command, "name = 公共"]) == 2
        assert main([*command, "name = a"]) == 0
        stream.flush()

    assert "standard output is not UTF-8" in capsys.readouterr().err
    assert output.getvalue() == b"hcloud IMS ListImages --cli-region=cn-north-4 --name=a\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compile", "--signing", "--format", "python"], "--signing is of a query string"),
        (["url", "--endpoint", "http://h", "--format", "koocli"], "koocli needs --region"),
        (["url", *WHERE, "--format", "koocli", "--spec", "glance"], "is for another service"),
        (["url", *WHERE, "--format", "terraform", "--spec", "glance"], "is for another service"),
        (["compile", "--format", "python", "--spec", "glance"], "is for another service"),
        (["url", "--endpoint", "http://h", "--format", "terraform"], "terraform needs --region"),
    ],
)
def test_a_form_without_a_meaning_is_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "all"]) == 2
    assert message in capsys.readouterr().err


def test_a_query_string_has_no_infinity_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "--format", "infinity", "protected"]) == 2
    assert "invalid choice" in capsys.readouterr().err


def test_queries_are_lettered_like_those_of_grafana(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = (("all", "https://host") for _ in range(26 * 26 + 27))
    queries = json.loads("".join(FORMATS["infinity"](pairs, "url", CLOUDIMAGES)))
    letters = [query["refId"] for query in queries]

    assert (letters[0], letters[25:28], letters[-2:]) == ("A", ["Z", "AA", "AB"], ["ZZ", "AAA"])
    assert len(set(letters)) == len(letters)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_length_of_a_batch(form: str) -> None:
    def peak(count: int) -> int:
        def pairs() -> Iterator[tuple[str, str]]:
            for number in range(count):
                yield f"name = '{number}'", f"https://host?name={number}"

        tracemalloc.start()
        for _ in FORMATS[form](pairs(), "url", CLOUDIMAGES):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)

    assert peak(5_000) < 2 * peak(50) + 10_000


def test_a_grafana_query_works_with_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    """Do what the data source does: fetch, select the root, pick the columns."""
    pytest.importorskip("duckdb")
    httpx = pytest.importorskip("httpx")
    from imsquery.server.runner import running, sample

    with sample() as catalogue, running(catalogue) as endpoint:
        main(["url", "--endpoint", endpoint, "--format", "infinity", "platform = CentOS limit 5"])
        (query,) = json.loads(capsys.readouterr().out)
        answer = httpx.request(query["url_options"]["method"], query["url"]).json()
    rows = [
        [image.get(column["selector"]) for column in query["columns"]]
        for image in answer[query["root_selector"]]
    ]

    assert len(rows) == 5
    shown = {column["text"]: value for column, value in zip(query["columns"], rows[0], strict=True)}
    assert shown["platform"] == "CentOS"
    assert isinstance(shown["min_disk"], int)
    assert None not in {shown["name"], shown["id"], shown["created_at"]}
