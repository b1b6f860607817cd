"""Golden files: inputs with their expected output, as text to be read and reviewed.

A case is ``=== title``, the input, ``---``, and what is expected.  With ``UPDATE_GOLDEN=1`` in the
environment, the expected parts are rewritten, for a person to review.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

_FOLDER = Path(__file__).parent / "golden"
_TITLE = "=== "
_DIVIDER = "---\n"


@frozen
class Case:
    title: str
    given: str
    expected: str


def read(name: str) -> list[Case]:
    """Return the cases of a file, without line breaks at the end of either part."""
    _, *blocks = f"\n{(_FOLDER / name).read_text(encoding='utf-8')}".split(f"\n{_TITLE}")
    return [_parse(block) for block in blocks]


def _parse(block: str) -> Case:
    title, _, body = block.partition("\n")
    given, divider, expected = f"\n{body}".partition(f"\n{_DIVIDER}")
    assert divider, f"no --- in the case {title!r}"
    return Case(title, given.removeprefix("\n"), expected.rstrip("\n"))


def check(name: str, produce: Callable[[str], str]) -> None:
    """Compare the output for each input of a file with the expected one."""
    cases = read(name)
    produced = [produce(case.given) for case in cases]
    if os.environ.get("UPDATE_GOLDEN"):
        blocks = [
            f"{_TITLE}{case.title}\n{case.given}\n{_DIVIDER}{text}\n"
            for case, text in zip(cases, produced, strict=True)
        ]
        (_FOLDER / name).write_text("\n".join(blocks), encoding="utf-8")
        return
    for case, text in zip(cases, produced, strict=True):
        if text != case.expected:
            pytest.fail(f"{name}: {case.title}\n{text}\n--- expected\n{case.expected}")
