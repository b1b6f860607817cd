from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.linting.linter import lint

URL = "GET /v2/cloudimages?imagetype=gold&limit=0"
BOTH = ["unknown-parameter", "out-of-range"]


def codes(text: str) -> list[str]:
    return [found.code for found in lint(text)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{URL} # imsquery: ignore", []),
        (f"{URL} // imsquery: ignore", []),
        (f"{URL} <!-- imsquery: ignore -->", []),
        (f"{URL} -- imsquery: ignore", []),
        (f"{URL} /* imsquery:ignore */", []),
        (f"{URL} # imsquery: ignore[out-of-range]", ["unknown-parameter"]),
        (f"{URL} # imsquery: ignore[out-of-range, unknown-parameter]", []),
        (f"{URL} # imsquery: ignore[bad-value]", BOTH),
        (f"{URL} # imsquery: ignore[]", BOTH),
        (f"{URL} # imsquery: ignored", BOTH),
        (f"{URL} imsquery: ignore", BOTH),
        (f"{URL} # noqa  # imsquery: ignore", []),
        (f"  # imsquery: ignore\n{URL}", []),
        (f"x # imsquery: ignore\n{URL}", BOTH),
        (f"{URL}\n# imsquery: ignore", BOTH),
        (f"# imsquery: ignore\n\n{URL}", BOTH),
        (f"{URL} # imsquery: ignore\n{URL}", BOTH),
    ],
)
def test_a_comment_is_about_its_line_or_the_next(text: str, left: list[str]) -> None:
    assert codes(text) == left


def test_a_comment_at_either_end_of_a_request_is_about_all_of_it() -> None:
    command = "hcloud IMS ListImages \\\n  --imagetype=gold \\\n  --limit=0"

    assert codes(command) == BOTH
    assert codes(f"# imsquery: ignore\n{command}") == []
    assert codes(f"{command} # imsquery: ignore[out-of-range]") == ["unknown-parameter"]


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_only_lines_with_a_comment_lose_their_findings(ignored: list[bool]) -> None:
    lines = [URL + (" # imsquery: ignore" if each else "") for each in ignored]

    assert codes("\n".join(lines)) == BOTH * ignored.count(False)
