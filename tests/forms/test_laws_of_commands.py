"""A command is read by every shell as the words that were meant, and asks for the same request."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import imsquery
from imsquery import QueryError
from imsquery.diagnostics.terminal import escape
from imsquery.forms.definitions import koocli
from imsquery.forms.shell import curl, quote
from imsquery.semantics.analysis import inspect
from imsquery.server.catalogue import Catalogue
from imsquery.server.runner import running
from tests.forms.recorder import Recorder, recording
from tests.forms.strategies import conditions, hostile, is_defined, text_of
from tests.strategies import Condition, unicode_text

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile"],
    "dash": ["dash"],
    "zsh": ["zsh", "-f"],
    "fish": ["fish", "--no-config"],
}
FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
# Each example starts several processes.
FEW = settings(FIXTURE, max_examples=settings().max_examples // 4)
REGION = "cn-north-4"
TOKEN = "a token"

Run = Callable[[str], bytes]


@pytest.fixture(params=SHELLS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Return what runs a script in a shell, with a stand-in for `hcloud`."""
    command = SHELLS[request.param]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    stand_in = tmp_path / "hcloud"
    stand_in.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\nprintf '\\1\\0'\n", encoding="utf-8")
    stand_in.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "IMSQUERY_TOKEN": TOKEN,
        "no_proxy": "*",
    }

    def run_script(script: str) -> bytes:
        done = subprocess.run(
            command,
            input=script.encode(),
            capture_output=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env=environment,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout

    return run_script


def words(printed: bytes) -> list[list[str]]:
    """Return the arguments of each call of the stand-in."""
    calls = printed.decode().split("\1\0")
    assert calls.pop() == ""
    return [call.split("\0")[:-1] for call in calls]


@FIXTURE
@given(texts=st.lists(hostile | unicode_text, min_size=1, max_size=10))
def test_every_shell_reads_a_quoted_word_as_it_is(texts: list[str], run: Run) -> None:
    texts = [text.translate({0: "", 1: ""}) for text in texts]

    assert words(run(f"hcloud {' '.join(map(quote, texts))}\n")) == [texts]


def is_shown(text: str) -> bool:
    return escape(text, lambda _: "") == text


@FIXTURE
@given(batch=st.lists(conditions(), min_size=1, max_size=8))
def test_koocli_gets_the_parameters_of_the_request(batch: list[list[Condition]], run: Run) -> None:
    commands, expected = [], []
    for found in batch:
        try:
            commands.append(koocli(inspect(text_of(found), allow_unlisted=True), REGION))
        except QueryError as error:
            refused = {each.message for each in error.diagnostics if each.severity == "error"}
            lacking = [each for each in found if not is_defined(each.wire)]
            hidden = [each for each in found if not is_shown(each.value) and each not in lacking]
            assert len(refused) == len(lacking) + bool(hidden) > 0
            continue
        pairs = sorted((each.wire, each.value) for each in found)
        options = [f"--{wire}={value}" for wire, value in pairs]
        expected.append(["IMS", "ListImages", f"--cli-region={REGION}", *options])

    assert words(run("\n".join([*commands, ""]))) == expected


CURL = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as found:
        yield found


@CURL
@FEW
@given(batch=st.lists(conditions(), min_size=1, max_size=4))
def test_curl_sends_the_request_with_the_token(
    batch: list[list[Condition]], run: Run, recorder: Recorder
) -> None:
    recorder.clear()
    queries = [imsquery.compile(text_of(found), allow_unlisted=True) for found in batch]
    script = "\n".join(curl(each.url(recorder.url), "IMSQUERY_TOKEN") for each in queries)

    run(f"{script}\n")

    assert recorder.targets == [f"/v2/cloudimages?{each}" for each in queries]
    assert recorder.tokens == [TOKEN] * len(queries)


@CURL
def test_curl_lists_the_images_of_a_service(run: Run, shipped: Catalogue) -> None:
    query = imsquery.compile("platform = CentOS and visibility = public order by name limit 3")
    with running(shipped, token=TOKEN) as url:
        found = json.loads(run(curl(query.url(url), "IMSQUERY_TOKEN") + "\n"))["images"]

    assert [image["name"] for image in found] == sorted(
        (image["name"] for image in found), reverse=True
    )
    assert {(image["__platform"], image["visibility"]) for image in found} == {("CentOS", "public")}
    assert len(found) == 3


@CURL
def test_curl_without_the_token_fails(run: Run, shipped: Catalogue) -> None:
    with running(shipped, token=f"{TOKEN}!") as url:
        command = curl(imsquery.compile("all").url(url), "IMSQUERY_TOKEN")
        with pytest.raises(AssertionError, match="401"):
            run(f"{command}\n")
