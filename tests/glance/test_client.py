"""The command and its client, over a socket, as users have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from imsquery.cli.main import main
from tests.glance.service import ADMIN, MEMBER, OTHER, PROJECT, Glance, listening

NAMES = ("web", "web", "db", "db,main")


def images(number: int) -> list[dict[str, Any]]:
    """Return a catalogue of which a page of the client holds a part."""
    return [
        {
            "id": f"{each:04}",
            "name": NAMES[each % 4],
            "size": each,
            "created_at": f"2018-10-28T{each // 3600:02}:{each // 60 % 60:02}:{each % 60:02}.5Z",
            "tags": [["a"], ["a", "b"], []][each % 3],
            "visibility": "public",
            "hw_disk_bus": "scsi" if each % 2 else "ide",
        }
        for each in range(number)
    ]


@pytest.fixture
def endpoint(glance: Glance, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("IMSQUERY_TOKEN", ADMIN)
    glance.load(images(600))
    with listening(glance.application) as url:
        yield url


def run(*arguments: str) -> int:
    return main(["run", "--spec", "glance", *arguments])


def test_run_lists_what_glance_has(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = run("--endpoint", endpoint, "--format", "ids", "name in (web, 'db,main') limit 4")

    assert status == 0
    assert capsys.readouterr().out.split() == ["0599", "0597", "0596", "0595"]


@pytest.mark.parametrize("path", ["", "/", "/v2", "/v2/images", "/v2/images/"])
def test_the_endpoint_may_have_the_path(
    endpoint: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--endpoint", endpoint + path, "--count", "tag = a and tag = b") == 0
    assert capsys.readouterr().out == "200\n"


@pytest.mark.parametrize(
    ("text", "count", "pages"),
    [("all", 600, 2), ("size < 550", 550, 2), ("size >= 200 and size < 400", 200, 1),
     ("tag = a and hw_disk_bus = scsi", 200, 1), ("not tag = a and name != db", 150, 2)],
)  # fmt: skip
def test_pages_end_where_no_link_leads_on(
    endpoint: str, capsys: pytest.CaptureFixture[str], text: str, count: int, pages: int
) -> None:
    assert run("--endpoint", endpoint, "--count", "--explain", text) == 0
    told = capsys.readouterr()

    assert told.out == f"{count}\n"
    assert f"in {pages} page{'s' * (pages > 1)}" in told.err


def test_a_wrong_token_is_an_error(
    endpoint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", "wrong-token")

    assert run("--endpoint", endpoint, "all") == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "the service responded with 401: This server could not verify" in told.err
    assert "<" not in told.err
    assert "wrong-token" not in told.err


def test_a_user_lists_what_the_project_may_see(
    glance: Glance,
    endpoint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMSQUERY_TOKEN", MEMBER)
    visible = {"1": "public", "2": "shared", "3": "shared", "4": "private", "5": "private"}
    owners = {"5": PROJECT}
    glance.load(
        [
            {"id": each, "visibility": value, "owner": owners.get(each, OTHER)}
            for each, value in visible.items()
        ],
        [("2", PROJECT, "accepted"), ("3", PROJECT, "pending")],
    )

    def found(text: str) -> list[str]:
        assert run("--endpoint", endpoint, "--format", "ids", text) == 0
        return capsys.readouterr().out.split()

    assert found("all") == ["5", "2", "1"]
    assert found("shared(pending)") == ["3"]
    assert found(f"owned_by({PROJECT})") == ["5"]


def test_why_says_what_is_in_the_way(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["why", "--spec", "glance", "--endpoint", endpoint, "name = WEB and hw_disk_bus = ide"]

    assert main(asked) == 0
    assert "without `name = WEB`: 300 images match" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("name in (web, 'db,main')", {"name": 'in:"db,main",web'}),
        (
            "size between 200 and 300 and name = web",
            {"size_min": 200, "size_max": 300, "name": "web"},
        ),
        ("created_at >= 2018-10-28T00:05:00Z", {"created_at": "gte:2018-10-28T00:05:00Z"}),
        ("tag = b and protected = false", {"tag": "b", "is_protected": False}),
        (
            "visibility = public order by name asc, size desc",
            {"visibility": "public", "sort": "name:asc,size:desc"},
        ),
    ],
)
def test_openstacksdk_lists_the_same(
    endpoint: str, capsys: pytest.CaptureFixture[str], text: str, asked: dict[str, Any]
) -> None:
    from keystoneauth1.session import Session
    from keystoneauth1.token_endpoint import Token
    from openstack.connection import Connection

    session = Session(Token(endpoint, ADMIN))
    with Connection(session=session, image_endpoint_override=endpoint) as other:
        expected = [image.id for image in other.image.images(limit=500, **asked)]

    assert run("--endpoint", endpoint, "--format", "json", text) == 0
    found = [image["id"] for image in json.loads(capsys.readouterr().out)]
    assert sorted(found) == sorted(expected)
    assert found
