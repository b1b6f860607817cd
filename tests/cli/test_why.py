"""``imsquery why``: what it prints of one image, and of none."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery.cli.main import main
from imsquery.server.catalogue import Catalogue
from imsquery.server.runner import running
from tests.faulty_server import faulty_server, page

Captured: TypeAlias = pytest.CaptureFixture[str]

TIMES = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
IMAGES = [
    {"id": "a", "name": "Ubuntu-22", "min_disk": 40, "visibility": "shared",
     "__imagetype": "shared", "flavor_id": ["s6.large.2"], "member_status": "pending", **TIMES},
    {"id": "b", "name": "Ubuntu-22", "min_disk": 60, "tags": ["\x1b[31mred"], **TIMES},
    {"id": "c", "name": "CentOS-7", "min_disk": 60, **TIMES},
]  # fmt: skip


@pytest.fixture
def catalogue(tmp_path: Path) -> str:
    path = tmp_path / "images.jsonl"
    path.write_text("\n".join(map(json.dumps, IMAGES)))
    return str(path)


class Input:
    """Standard input."""

    def __init__(self, data: bytes, *, is_terminal: bool = False) -> None:
        self.buffer = io.BytesIO(data)
        self.isatty = lambda: is_terminal


Pipe: TypeAlias = Callable[[object], None]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Put a record on standard input."""
    return lambda value: monkeypatch.setattr(sys, "stdin", Input(json.dumps(value).encode()))


# -- a record


def test_a_record_on_standard_input_is_judged(pipe: Pipe, capsys: Captured) -> None:
    pipe(IMAGES[1])

    assert main(["why", "name = CentOS-7 and (min_disk > 50 or tagged(red))"]) == 0
    assert capsys.readouterr().out == (
        "no   name = CentOS-7 and (min_disk > 50 or tagged(red))\n"
        '├─ no   name = CentOS-7  (name: "Ubuntu-22")\n'
        "└─ yes  min_disk > 50 or tagged(red)\n"
        "   ├─ yes  min_disk > 50  (min_disk: 60)\n"
        '   └─ no   tagged(red)  (tags: ["\\u001b[31mred"])\n'
    )


def test_an_outcome_can_be_json(pipe: Pipe, capsys: Captured) -> None:
    pipe(IMAGES[1])

    assert (
        main(
            ["why", "--format", "json", "not tagged(red) and min_disk = $disk", "--set", "disk=60"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out) == {
        "filter": "not tagged(red) and min_disk = $disk",
        "holds": True,
        "parts": [
            {"filter": "not tagged(red)", "holds": True, "shown": {"tags": ["\x1b[31mred"]}},
            {"filter": "min_disk = $disk", "holds": True, "shown": {"min_disk": 60}},
        ],
    }


def test_lines_are_cut_at_the_width_of_a_terminal(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    pipe({"name": "x" * 200})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")

    assert main(["why", f"name = {'y' * 200}"]) == 0
    assert [len(line) for line in capsys.readouterr().out.splitlines()] == [50]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "standard input is not a JSON object"),
        (b"[]", "standard input is not a JSON object"),
        (b"{", "standard input is not a JSON object"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"[" * 100_000, "standard input is not a JSON object"),
        (b"\xff\xfe", "standard input is not a JSON object"),
    ],
)
def test_what_is_no_record_is_wrong_usage(
    data: bytes, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(data))

    assert main(["why", "all"]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert said in errors
    assert errors.count("\n") == 1


def test_a_record_is_not_read_without_end(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b" " * (17 * 1024 * 1024)))

    assert main(["why", "all"]) == 2
    assert "longer than 16,777,216 bytes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["all", "--id", "a"], ["-"], ["all", "--region", "a", "--endpoint", "b"], []],
)
def test_without_an_image_or_a_place_to_look_usage_is_wrong(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b"all"))

    assert main(["why", *arguments]) == 2
    assert "usage: imsquery why" in capsys.readouterr().err


def test_nobody_waits_for_a_record_from_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(b"", is_terminal=True))

    assert main(["why", "all"]) == 2
    assert "expected --endpoint, --region, --catalog or a record" in capsys.readouterr().err


def test_a_filter_with_errors_is_drawn(pipe: Pipe, catalogue: str, capsys: Captured) -> None:
    pipe({})
    for source in ([], ["--catalog", catalogue], ["--catalog", catalogue, "--id", "a"]):
        assert main(["why", "platfrom = CentOS", *source]) == 1
        output, errors = capsys.readouterr()
        assert output == ""
        assert "error[unknown-name]" in errors


# -- an image by its id


def test_an_image_is_looked_up_by_its_id(catalogue: str, capsys: Captured) -> None:
    with Catalogue.from_records(IMAGES) as images, running(images) as endpoint:
        for source in (["--catalog", catalogue], ["--endpoint", endpoint]):
            assert main(["why", "name = CentOS-7 and not min_disk = 40", "--id", "a", *source]) == 0
    outputs = capsys.readouterr().out

    assert outputs == 2 * (
        "no   name = CentOS-7 and not min_disk = 40\n"
        '├─ no   name = CentOS-7  (name: "Ubuntu-22")\n'
        "└─ no   not min_disk = 40  (min_disk: 40)\n"
    )


def test_what_records_do_not_show_is_asked_of_the_service(catalogue: str, capsys: Captured) -> None:
    text = (
        "flavor_id = s6.large.2 and min_disk = 40 or shared(pending) or "
        "member_status = accepted and visibility = shared or flavor_id in (x, y)"
    )

    assert main(["why", text, "--catalog", catalogue, "--id", "a"]) == 0
    assert capsys.readouterr().out == (
        "yes  (flavor_id = s6.large.2 and min_disk = 40) or shared(pending) or "
        "(member_status = accepted and visibility = shared) or flavor_id in (x, y)\n"
        "├─ yes  flavor_id = s6.large.2 and min_disk = 40\n"
        "│  ├─ yes  flavor_id = s6.large.2\n"
        "│  └─ yes  min_disk = 40  (min_disk: 40)\n"
        '├─ yes  shared(pending)  (visibility: "shared"; imagetype: "shared")\n'
        "├─ no   member_status = accepted and visibility = shared\n"
        "│  ├─ no   member_status = accepted\n"
        '│  └─ yes  visibility = shared  (visibility: "shared")\n'
        "└─ no   flavor_id in (x, y)\n"
    )


@pytest.mark.parametrize("identity", ["x", "' or id = 'a", "", "\x1b[31m"])
def test_an_unknown_id_exits_with_4(catalogue: str, identity: str, capsys: Captured) -> None:
    assert main(["why", "all", "--catalog", catalogue, "--id", identity]) == 4
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors == f"imsquery why: no image has the id {identity!r}\n"


# -- none


def test_the_conditions_to_leave_out_are_printed(catalogue: str, capsys: Captured) -> None:
    assert main(["why", "name = ubuntu-22 and min_disk = $disk", "--set", "disk=60",
                 "--catalog", catalogue]) == 0  # fmt: skip
    assert capsys.readouterr() == (
        (
            "no images match (3 images looked at)\n"
            "without `name = ubuntu-22`: 2 images match, 1 of them but for letter case; "
            "nearest values: `Ubuntu-22`\n"
        ),
        "",
    )


def test_the_conditions_to_leave_out_can_be_json(catalogue: str, capsys: Captured) -> None:
    assert main(["why", "name = ubuntu-22 and min_disk = 70 and flavor_id = x", "--format", "json",
                 "--catalog", catalogue]) == 0  # fmt: skip
    assert json.loads(capsys.readouterr().out) == {
        "matches": False,
        "images": 3,
        "complete": True,
        "left_out": [
            {
                "conditions": ["name = ubuntu-22", "min_disk = 70", "flavor_id = x"],
                "images": 3,
                "but_for_case": 0,
                "nearest": {"name": ["Ubuntu-22"], "min_disk": ["60", "40"]},
            }
        ],
        "requests": 4,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = CentOS-7", "images match; `imsquery run` prints them\n"),
        (
            "name = CentOS-7 order by created_at after c",
            "images match, but the clauses leave none\n",
        ),
        ("none", "no images match (3 images looked at)\nwithout `none`: 3 images match\n"),
    ],
)
def test_images_that_match_need_no_reason(
    catalogue: str, text: str, said: str, capsys: Captured
) -> None:
    assert main(["why", text, "--catalog", catalogue]) == 0
    assert capsys.readouterr() == (said, "")


def test_no_images_at_all_are_the_reason(capsys: Captured) -> None:
    with faulty_server(lambda _target: page([])) as server:
        assert main(["why", "name = a", "--endpoint", server.endpoint]) == 0
    assert capsys.readouterr() == ("there are no images\n", "")


def test_no_more_requests_are_sent_than_allowed(capsys: Captured) -> None:
    with Catalogue.from_records(IMAGES) as images, running(images) as endpoint:
        place = ["--endpoint", endpoint, "--max-requests"]
        assert main(["why", "name = a", *place, "2"]) == 0
        assert main(["why", "name glob 'a*'", *place, "1"]) == 3
        assert main(["why", "name glob 'a*'", *place, "3", "--format", "json"]) == 0
    output, errors = capsys.readouterr()
    first, second, *rest = output.splitlines()

    assert (
        first
        == "no images match (3 images looked at, the newest; more were not within --max-requests)"
    )
    assert second == "without `name = a`: 3 images match"
    assert json.loads("".join(rest))["complete"] is False
    assert errors == "imsquery why: no answer within --max-requests 1\n"


def test_reasons_are_safe_to_print(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "images.jsonl"
    path.write_text(json.dumps({"id": "a", "name": "ubuntu\x1b[31m\n", **TIMES}))

    assert main(["why", r"name = 'ubuntu\u001b[31mm'", "--catalog", str(path)]) == 0
    output = capsys.readouterr().out
    assert output.count("\n") == 2
    assert output.replace("\n", "").isprintable()


def test_a_service_that_fails_is_no_answer(capsys: Captured) -> None:
    with faulty_server(lambda _target: page([])) as server:
        server.script = ["HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]
        assert main(["why", "all", "--endpoint", server.endpoint]) == 3
    assert capsys.readouterr().out == ""
    assert main(["why", "all", "--endpoint", "gopher://x"]) == 2
    assert main(["why", "all", "--region", "nowhere!"]) == 2
    assert main(["why", "all", "--catalog", "/nowhere"]) == 2


def test_a_token_sent_unencrypted_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setitem(os.environ, "IMSQUERY_TOKEN", "hush-hush")

    assert main(["why", "all", "--endpoint", "http://ims.invalid:1", "--timeout", "0.1"]) == 3
    errors = capsys.readouterr().err
    assert "imsquery why: warning: the token is sent unencrypted to http://ims.invalid:1" in errors
    assert "hush" not in errors
