"""The generated tables are current, free of conflicts and the same on every machine."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lark import Lark

from imsquery.language import _tables, generate
from imsquery.language.generate import read_grammar

DIGEST = (
    "import hashlib, imsquery.language.generate as g; "
    "print(hashlib.sha256(g.render().encode()).hexdigest())"
)


def test_the_tables_are_those_of_the_grammar() -> None:
    assert generate.TARGET.read_text(encoding="utf-8") == generate.render()
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_tables_do_not_depend_on_the_hash_seed(seed: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()

    assert printed == hashlib.sha256(generate.TARGET.read_bytes()).hexdigest()


def test_a_difference_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "_tables.py"
    target.write_text("STALE = True\n")
    monkeypatch.setattr(generate, "TARGET", target)

    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="lark"):
        Lark(read_grammar(), start="query", parser="lalr", lexer="basic", debug=True)

    assert [each for each in caplog.messages if "onflict" in each] == []


def test_every_keyword_is_in_the_table() -> None:
    assert set(_tables.KEYWORDS) == {
        "absent", "after", "all", "and", "asc", "between", "by", "contains", "desc", "endswith",
        "glob", "in", "is", "limit", "matches", "none", "not", "or", "order", "per",
        "present", "skip", "startswith",
    }  # fmt: skip


def test_every_step_leads_to_a_state_or_rule_that_is_there() -> None:
    states = range(len(_tables.ACTIONS))
    steps = [step for row in _tables.ACTIONS for step in row.values()]
    left_sides = {left for left, _, _ in _tables.RULES}

    assert len(_tables.ACTIONS) == len(_tables.GOTOS)
    assert all(step in states if step >= 0 else ~step < len(_tables.RULES) for step in steps)
    assert all(step in states for row in _tables.GOTOS for step in row.values())
    assert {left for row in _tables.GOTOS for left in row} <= left_sides


def test_one_expression_covers_any_text() -> None:
    """The lexer never skips what it does not know."""
    token = re.compile(_tables.TOKEN)
    text = "a = 'b # c\n\x00 && \ud800 \"open # d\n $ $x <> \u3000 é"

    places = [match.span() for match in token.finditer(text)]
    assert places[0][0] == 0
    assert all(before[1] == after[0] for before, after in itertools.pairwise(places))
    assert places[-1] == (len(text), len(text))
