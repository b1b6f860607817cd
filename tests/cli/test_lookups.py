"""``imsquery run`` as scripts use it: one image, none, counts, groups, and waiting."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("httpx")

from imsquery.cli import run as command
from imsquery.cli import sources
from imsquery.cli.main import main
from imsquery.cli.waiting import Clock
from imsquery.planning import planner
from tests.faulty_server import faulty_server, page
from tests.processes import started

Captured: TypeAlias = pytest.CaptureFixture[str]
TIMES = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
IMAGES = [
    {
        "id": "a",
        "name": "web",
        "min_disk": 40,
        "__support_kvm": "true",
        "tags": ["x=1"],
        "self": "/v2/a",
        **TIMES,
    },
    {"id": "b", "name": "web", "min_disk": 60, "__support_kvm": "True", "self": "/v2/b", **TIMES},
    {"id": "c", "name": "db", "min_disk": 60, "tags": ["x=1", "y"], **TIMES},
]
Run: TypeAlias = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the command over a file of images."""
    path = tmp_path / "images.jsonl"
    path.write_text("\n".join(map(json.dumps, IMAGES)))
    return lambda *arguments: main(["run", "--catalog", str(path), *arguments])


class Time:
    """A clock that takes no time.

    Attributes:
        waited: the seconds waited so far.
    """

    def __init__(self, wake: Callable[[float], object] = lambda _waited: None) -> None:
        self.waited = 0.0
        self._wake = wake

    def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self._wake(self.waited)

    def clock(self) -> Clock:
        return Clock(lambda: self.waited, self.sleep)


# -- one image


def test_the_one_image_is_printed(run: Run, capsys: Captured) -> None:
    assert run("--one", "--format", "ids", "name = db") == 0
    assert capsys.readouterr() == ("c\n", "")


def test_none_where_one_is_wanted_exits_with_4(run: Run, capsys: Captured) -> None:
    assert run("--one", "--format", "json", "name = dbs") == 4
    assert capsys.readouterr() == (
        "",
        "imsquery run: warning: no images match; nearest values: `db`\n",
    )


def test_several_where_one_is_wanted_exits_with_5_and_tells_them_apart(
    run: Run, capsys: Captured
) -> None:
    assert run("--one", "name = web") == 5
    assert capsys.readouterr() == (
        "",
        (
            "imsquery run: expected one image, found 2; they differ in:\n"
            "  min_disk  60; 40\n"
            "  tag       (absent); x=1\n"
            "  id        b; a\n"
        ),
    )


def test_several_regions_with_an_image_each_are_several_images(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with faulty_server(lambda target: page([] if "marker" in target else IMAGES[:1])) as server:
        monkeypatch.setattr(sources, "region_endpoint", lambda *_: server.endpoint)
        regions = ["--region", "cn-north-4", "--region", "eu-west-101"]

        assert main(["run", "all", "--one", *regions]) == 5
        assert main(["run", "all", "--count-by", "region", "--format", "csv", *regions]) == 0
    output, errors = capsys.readouterr()

    assert errors.endswith("they differ in:\n  region  cn-north-4; eu-west-101\n")
    assert output == "region,count\ncn-north-4,1\neu-west-101,1\n"


def test_what_differs_is_safe_to_print(tmp_path: Path, capsys: Captured) -> None:
    images = [{"id": f"id-{each}", "name": f"\x1b[31m{each}\n" * 30, **TIMES} for each in "ab"]
    path = tmp_path / "images.jsonl"
    path.write_text("\n".join(map(json.dumps, images)))

    assert main(["run", "--catalog", str(path), "--one", "all"]) == 5
    errors = capsys.readouterr().err
    assert errors.count("\n") == 3
    assert errors.replace("\n", "").isprintable()
    assert max(map(len, errors.splitlines())) < 150


# -- none


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-empty", "name = db"], 0),
        (["--fail-empty", "name = x"], 4),
        (["name = x"], 0),
        (["--fail-empty", "--count", "name = x"], 4),
        (["--fail-empty", "--distinct", "name", "name = x"], 4),
        (["--count", "name = x"], 0),
    ],
)
def test_no_images_can_be_a_failure(run: Run, arguments: list[str], status: int) -> None:
    assert run(*arguments) == status


# -- counts and groups


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["--count"], "3\n"),
        (["--count", "--format", "json"], '{"count":3}\n'),
        (["--count", "--format", "csv"], "count\n3\n"),
        (["--count-by", "min_disk"], '{"min_disk":60,"count":2}\n{"min_disk":40,"count":1}\n'),
        (["--count-by", "name", "--format", "table"], "name  count\nweb   2\ndb    1\n"),
        (["--count-by", "support_kvm", "--format", "csv"],
         "support_kvm,count\ntrue,2\n(absent),1\n"),
        (["--count-by", "support_kvm", "--format", "json"],
         '[{"support_kvm":true,"count":2}\n,{"support_kvm":null,"count":1}\n]\n'),
        (["--count-by", "tag", "--format", "csv"], "tag,count\nx=1,2\n(absent),1\ny,1\n"),
        (["--distinct", "min_disk"], '{"min_disk":40}\n{"min_disk":60}\n'),
        (["--distinct", "__Os_Version"], '{"__Os_Version":null}\n'),
    ],
)  # fmt: skip
def test_counts_and_groups_are_printed_in_each_format(
    run: Run, capsys: Captured, arguments: list[str], output: str
) -> None:
    assert run(*arguments, "all") == 0
    assert capsys.readouterr() == (output, "")


def test_the_number_of_none_is_printed_without_a_warning(run: Run, capsys: Captured) -> None:
    assert run("--count", "name = x") == 0
    assert capsys.readouterr() == ("0\n", "")


def test_clauses_apply_before_images_are_counted(run: Run, capsys: Captured) -> None:
    assert run("--count-by", "name", "--format", "csv", "all order by name limit 2") == 0
    assert capsys.readouterr().out == "name,count\nweb,2\n"


def test_nothing_is_sorted_to_be_counted(run: Run, capsys: Captured) -> None:
    """The client would have to keep all images to sort them."""
    for counting in (["--count"], ["--count-by", "min_disk"], ["--distinct", "min_disk"]):
        assert run(*counting, "--explain", "name in (web, db) order by os_version") == 0
        assert "client sort" not in capsys.readouterr().err
    assert run("--explain", "name in (web, db) order by os_version") == 0
    assert "client sort" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--count-by", "--distinct"])
@pytest.mark.parametrize(
    ("name", "said"), [("nmae", "did you mean `name`"), ("flavor_id", "not in image records")]
)
def test_a_name_that_images_lack_is_wrong_usage(
    run: Run, capsys: Captured, option: str, name: str, said: str
) -> None:
    assert run(option, name, "all") == 2
    assert said in capsys.readouterr().err


# -- waiting


def test_a_run_waits_until_there_is_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    path = tmp_path / "images.jsonl"
    path.write_text(json.dumps(IMAGES[0]))

    def wake(waited: float) -> None:
        if waited >= 20:
            path.write_text(json.dumps(IMAGES[2]))

    time = Time(wake)
    monkeypatch.setattr(command, "CLOCK", time.clock())

    assert (
        main(["run", "--catalog", str(path), "--wait", "10m", "--format", "ids", "name = db"]) == 0
    )
    assert capsys.readouterr() == (
        "c\n", "imsquery run: no images match yet; asking again until some do\n"
    )  # fmt: skip
    assert time.waited == 20


def test_a_wait_ends_when_time_is_up(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    time = Time()
    monkeypatch.setattr(command, "CLOCK", time.clock())

    assert run("--wait", "1m", "--count", "name = x") == 4
    assert capsys.readouterr().out == "0\n"
    assert time.waited == 60


def test_now_is_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(target: str) -> bytes:
        asked.append(target)
        return page([])

    moments = iter(["2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z"])

    def plan(text: str, **options: Any) -> Any:
        return real(text.replace("now", next(moments)), **options)

    real = planner.plan
    monkeypatch.setattr(command, "plan", plan)
    monkeypatch.setattr(command, "CLOCK", Time().clock())
    with faulty_server(answer) as server:
        place = ["--endpoint", server.endpoint]
        assert main(["run", "created_at < now", "--wait", "5s", *place]) == 4

    assert ["00:01:00Z" in each for each in asked] == [False, True]


def test_nothing_is_waited_for_that_can_never_match(run: Run) -> None:
    assert run("--wait", "1d", "none") == 4
    assert run("--wait", "0s", "name = nosuch") == 4


def test_an_interrupted_wait_prints_nothing_but_that_it_waits(tmp_path: Path) -> None:
    path = tmp_path / "images.jsonl"
    path.write_text(json.dumps(IMAGES[0]))
    with started("run", "--catalog", str(path), "--wait", "1d", "name = x") as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith("asking again until some do\n")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)

    assert (process.returncode, output, errors) == (130, "", "")
