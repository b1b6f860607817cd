"""``imsquery run``: what it prints, where, and its exit status."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery.cli import run as command
from imsquery.cli import sources
from imsquery.client.errors import FetchError
from imsquery.server.catalogue import Catalogue
from imsquery.server.runner import running, sample
from tests.faulty_server import faulty_server, page
from tests.processes import started

IMAGES = str(Path(__file__).parents[2] / "imsquery" / "server" / "data" / "images.jsonl")
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


async def nobody_there(*_: object, **__: object) -> None:
    raise FetchError("nobody is there", "")


def wanted() -> list[str]:
    """Return the ids that the filter finds, newest first, by a plain loop."""
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


def test_explain_prints_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    run(FILTER, "--catalog", IMAGES, "--explain", "--format", "ids")
    output, errors = capsys.readouterr()

    assert output.splitlines() == wanted()
    assert "sent     " in errors
    assert "__imagetype=gold&__platform=CentOS" in errors
    assert f"matched  {len(wanted())} images; " in errors


@pytest.mark.parametrize(
    ("clause", "sent"),
    [
        ("", "__platform=CentOS&limit=500"),
        (" limit 2", "__platform=CentOS&limit=2"),
        (" limit 2 skip 3", "__platform=CentOS&limit=5"),
        # One more shows whether the last ones tie.
        (" order by name asc limit 2", "__platform=CentOS&limit=3&sort_dir=asc&sort_key=name"),
    ],
)
def test_explain_prints_the_request_that_was_sent(
    capsys: pytest.CaptureFixture[str], clause: str, sent: str
) -> None:
    run(f"platform = CentOS{clause}", "--catalog", IMAGES, "--explain")
    errors = capsys.readouterr().err.splitlines()

    assert f"sent     {sent}" in errors


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["platform = Centos and nmae = x", "--catalog", IMAGES], 1, "unknown-name"),
        (["all", "--catalog", "/nowhere"], 2, "cannot read '/nowhere': no such file"),
        (["all", "--catalog", __file__], 2, "JSON"),
        (["all", "--endpoint", "gopher://x"], 2, "not an endpoint"),
        (["all", "--region", "nowhere!"], 2, "not a region"),
        (["all", "--catalog", IMAGES, "--fields", "nmae"], 2, "did you mean `name`"),
        (["all", "--catalog", IMAGES, "--fields", ""], 2, "unknown field ''"),
        (["all", "--catalog", IMAGES, "--fields", "\x1b[31m"], 2, r"'\x1b[31m'"),
        (["all", "--catalog", str(Path(IMAGES).parent)], 2, "directory"),
        (["all", "--endpoint", "https://user:hush@host"], 2, "not an endpoint: '…host'"),
        (["all", "--endpoint", "http://host:99999"], 2, "not an endpoint"),
        (["all after nobody", "--catalog", IMAGES], 3, "marker is invalid"),
    ],
)
def test_nothing_is_printed_on_an_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str
) -> None:
    assert run(*arguments) == status
    output, errors = capsys.readouterr()

    assert output == ""
    assert message in errors


def test_a_refusal_does_not_show_the_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", "wrong-one")
    status = run("all", "--endpoint", endpoint)
    output, errors = capsys.readouterr()

    assert (status, output) == (3, "")
    assert "401" in errors
    assert "wrong-one" not in errors


def test_an_invalid_token_is_refused_without_being_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", "bad\nvalue")

    assert run("all", "--endpoint", endpoint) == 2
    assert "bad" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("service", "warned"),
    [("http://ims.invalid:1", True), ("https://ims.invalid:1", False),
     ("http://127.0.0.1:1", False), ("http://[::1]:1", False)],
)  # fmt: skip
def test_sending_a_token_unencrypted_is_warned_about(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    *,
    warned: bool,
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    monkeypatch.setattr(sources, "run_services", nobody_there)

    assert run("all", "--endpoint", service) == 3
    errors = capsys.readouterr().err
    assert (f"warning: the token is sent unencrypted to {service}" in errors) is warned
    assert TOKEN not in errors


def test_each_region_is_a_column(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    monkeypatch.setattr(sources, "region_endpoint", lambda _region, _host: endpoint)
    regions = ["--region", "cn-north-4", "--region", "eu-west-101"]
    run(FILTER, *regions, "--format", "csv", "--fields", "region,id")
    lines = capsys.readouterr().out.splitlines()

    assert lines == [
        "region,id",
        *(f"cn-north-4,{each}" for each in wanted()),
        *(f"eu-west-101,{each}" for each in wanted()),
    ]


def test_the_region_that_was_asked_replaces_that_of_the_record(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = {"id": "a", "created_at": "2020-01-01T00:00:00Z", "region": "elsewhere"}
    with Catalogue.from_records([image]) as catalogue, running(catalogue) as endpoint:
        monkeypatch.setattr(sources, "region_endpoint", lambda _region, _host: endpoint)
        run("all", "--region", "cn-north-4", "--region", "eu-west-101")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [next(iter(record.items())) for record in records] == [
        ("region", "cn-north-4"), ("region", "eu-west-101")
    ]  # fmt: skip


def test_nothing_is_printed_if_one_region_fails(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    with faulty_server(lambda _target: page([])) as broken:
        broken.script = [_refusal("403 No", {"code": "IMS.0001", "message": "\x1b[31mno"})] * 2
        places = {
            "cn-north-4": endpoint,
            "eu-west-101": broken.endpoint,
            "eu-west-0": broken.endpoint,
        }
        monkeypatch.setattr(sources, "region_endpoint", lambda region, _host: places[region])
        status = run("all", *(word for region in places for word in ("--region", region)))
    output, errors = capfd.readouterr()

    assert (status, output) == (3, "")
    assert re.fullmatch(
        r"imsquery run: eu-west-\d+: the service responded with 403: IMS\.0001 ␛\[31mno .*\n",
        errors,
    )


def _refusal(status: str, error: dict[str, str]) -> str:
    body = json.dumps({"error": error})
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}"


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([{"id": "a"}, {"id": "a"}], "the same image twice"),
        ([{"name": "a"}], "a record without an id"),
        ([{"id": 5}], "a record without an id"),
        ([{"id": None}], "a record without an id"),
    ],
)
def test_records_without_a_unique_id_are_an_error(
    capsys: pytest.CaptureFixture[str], images: list[dict[str, object]], message: str
) -> None:
    with faulty_server(lambda _target: page(images)) as server:
        status = run("all", "--endpoint", server.endpoint)
    output, errors = capsys.readouterr()

    assert (status, output) == (3, "")
    assert message in errors


def test_a_deeply_nested_record_is_printed_or_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    for depth in (10, 900, 970, 5_000):
        nested = b'{"images": [{"id": "a", "x": ' + b"[" * depth + b"]" * depth + b"}]}"
        with faulty_server(lambda target: page([]) if "marker" in target else nested) as server:  # noqa: B023
            status = run("all", "--endpoint", server.endpoint, "--timeout", "1")
        output, errors = capsys.readouterr()

        assert (status, errors) == (0, "") or (status, output) == (3, "")


IN_ASCII = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_valid_in_any_encoding(tmp_path: Path, form: str) -> None:
    image = {"id": "a", "created_at": "2020-01-01T00:00:00Z", "name": "é公\U0001f600\x9b"}
    path = tmp_path / "images.jsonl"
    path.write_text(json.dumps(image))
    written = subprocess.run(
        [sys.executable, "-m", "imsquery", "run", "all", "--catalog", path, "--format", form],
        capture_output=True, check=True, env=IN_ASCII,
    )  # fmt: skip

    assert json.loads(written.stdout) in (image, [image])


def test_an_interrupted_run_prints_nothing() -> None:
    asked = threading.Event()

    def answer(_target: str) -> bytes:
        asked.set()
        time.sleep(1)
        return page([])

    with (
        faulty_server(answer) as server,
        started("run", "all", "--endpoint", server.endpoint) as process,
    ):
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)

    assert (process.returncode, output, errors) == (130, "", "")


_WITHOUT = """
import sys
for name in {missing}:
    sys.modules[name] = None
from imsquery.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("missing", "arguments", "message"),
    [
        ("httpx", ["run", "all", "--endpoint", "http://localhost:1"],
         "imsquery run: fetching images needs HTTPX; install imsquery[http]\n"),
        ("duckdb", ["run", "all", "--catalog", IMAGES],
         "imsquery run: a catalogue needs DuckDB; install imsquery[server]\n"),
        ("duckdb", ["serve", "--port", "0"],
         "imsquery serve: a catalogue needs DuckDB; install imsquery[server]\n"),
        ("starlette", ["serve", "--port", "0"],
         "imsquery serve: the server needs Starlette; install imsquery[server]\n"),
        ("uvicorn", ["serve", "--port", "0"],
         "imsquery serve: the server needs uvicorn; install imsquery[server]\n"),
        ("re2", ["run", "name matches '^a'", "--catalog", IMAGES], "install imsquery[re2]\n"),
    ],
)  # fmt: skip
def test_an_extra_that_is_not_installed_is_named(
    missing: str, arguments: list[str], message: str
) -> None:
    # A module that is `None` cannot be imported, nor can its submodules.
    modules = [missing] if missing != "starlette" else ["starlette", "starlette.applications"]
    ended = subprocess.run(
        [sys.executable, "-c", _WITHOUT.format(missing=modules), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith(message)
    assert ended.stderr.count("\n") == 1


def test_no_option_takes_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    options = re.findall(r"--[a-z-]+", capsys.readouterr().out)

    assert not [each for each in options if re.search("token|key|secret|pass|auth|ak|sk", each)]


def test_an_explanation_has_no_secret_and_is_safe_to_print(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", TOKEN)
    text = 'name contains "\\u001b[31m" or name = "\\u009b" or platform = CentOS and min_disk < 100'
    assert run(text, "--endpoint", endpoint, "--explain") == 0
    output, errors = capsys.readouterr()

    assert TOKEN not in output + errors
    assert "fetched" in errors
    assert all(each.isprintable() or each == "\n" for each in output + errors)


IMAGE = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ubuntu-22", "no images match; `name`: 2 images match but for letter case"),
        ("name contains ubuntu and min_disk = 40",
         "no images match; `name`: 1 image matches but for letter case"),
        ("name in (x, UBUNTU-22)", "no images match; `name`: 2 images match but for letter case"),
        ("name = Ubunut-22 and protected = false",
         ("no images match; without `name = Ubunut-22`, 2 images match; "
          "nearest values: `Ubuntu-22`")),
        ("name = x and min_disk = 50",
         ("no images match; no image meets any of the conditions; "
          "nearest values of `min_disk`: `40`, `60`")),
        ("name = Ubuntu-22 and min_disk > 100",
         "no images match; without `min_disk > 100`, 2 images match; nearest values: `60`, `40`"),
        ("name = Ubuntu-22 and created_at < 2019",
         ("no images match; without `created_at < 2019`, 2 images match; "
          "nearest values: `2020-01-01T00:00:00Z`")),
        ("name != Ubuntu-22 and protected",
         "no images match; no image meets any of the conditions"),
        ("name != Ubuntu-22 and protected and min_disk = 40",
         "no images match; without `name != Ubuntu-22` and `protected`, 1 image matches"),
        ("name = x and min_disk = 40 or name = Ubuntu-22 and min_disk between 50 and 55",
         ("no images match; without `min_disk between 50 and 55` in "
          "`name = Ubuntu-22 and min_disk between 50 and 55`, 2 images match; "
          "nearest values: `60`, `40`")),
        ("flavor_id = x and name = ubuntu-22",
         ("no images match; no image meets any of the conditions; "
          "nearest values of `name`: `Ubuntu-22`")),
        ("protected", "no images match"),
        ("min_disk = 50",
         "no images match; nearest values: `40`, `60`"),
        ("none", "no images match"),
        ("flavor_id = x", "no images match"),
        ("all order by created_at after a", "images match, but the clauses leave none"),
        ('name = "\\u001b[2J"', "no images match"),
    ],
)  # fmt: skip
def test_a_run_without_images_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    images = [
        {"id": "a", "name": "Ubuntu-22", "min_disk": 40, "protected": False, **IMAGE},
        {"id": "b", "name": "Ubuntu-22", "min_disk": 60, "protected": False, **IMAGE},
    ]
    path = tmp_path / "images.jsonl"
    path.write_text("\n".join(map(json.dumps, images)))

    assert run(text, "--catalog", str(path)) == 0
    assert capsys.readouterr() == ("", f"imsquery run: warning: {said}\n")


def test_a_service_without_images_is_no_mystery(capsys: pytest.CaptureFixture[str]) -> None:
    with faulty_server(lambda _target: page([])) as server:
        assert run("all", "--endpoint", f"{server.endpoint}/v2/cloudimages") == 0

    assert capsys.readouterr() == (
        "",
        (
            "imsquery run: warning: no images match; "
            "`imsquery why` says which conditions leave none\n"
        ),
    )


@pytest.mark.parametrize(
    "arguments",
    [["all"], ["all", "--catalog", IMAGES, "--endpoint", "http://x"],
     ["all", "--catalog", IMAGES, "--timeout", "-1"],
         ["all", "--catalog", IMAGES, "--timeout", "nan"],
         ["all", "--catalog", IMAGES, "--max-requests", "0"]],
)  # fmt: skip
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(*arguments)

    assert raised.value.code == 2
