"""No text can make its report drive a terminal, grow without bound, or mark the wrong place.

Whatever the text, a drawing contains nothing that a terminal acts on; its lines are bounded in
width and number; color adds nothing but color; and JSON has the line and column of each finding.
"""

from __future__ import annotations

import json
import re
from unicodedata import category, combining, east_asian_width

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import Diagnostic, Edit, Fix, Span, check
from imsquery.diagnostics.model import Applicability
from imsquery.diagnostics.render import render, render_github, render_json
from imsquery.diagnostics.terminal import cells, clip
from tests.strategies import any_text

# What a terminal acts on, or does not show.
ACTIVE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x1b\x9b\x07\r\n\t\x00\u202e\u2066\u200b\u0301\u0489中ｆ각\U0001f600\ud800"
        ),
    ),
    max_size=300,
)


@st.composite
def findings(draw: st.DrawFn) -> tuple[str, list[Diagnostic]]:
    """Draw a text and findings anywhere in it, in its words."""
    text = draw(st.one_of(hostile, any_text))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)

    def finding(
        place: list[int],
        message: str,
        edit: tuple[list[int], str] | None,
        notes: list[str],
        applicability: Applicability,
    ) -> Diagnostic:
        fixes = []
        if edit is not None:
            fixes.append(Fix(message, (Edit(Span(*edit[0]), edit[1]),), applicability))
        return Diagnostic("syntax", "error", message, Span(*place), tuple(fixes), tuple(notes))

    edits = st.none() | st.tuples(places, hostile)
    notes = st.lists(hostile, max_size=3)
    kinds = st.sampled_from(["safe", "suggested"])
    found = st.builds(finding, places, hostile, edits, notes, kinds)
    return text, draw(st.lists(found, max_size=5))


def width(line: str) -> int:
    """Return a lower bound of the width of a line: marks take no columns."""
    return sum(
        (2 if east_asian_width(c) in "WF" else 1)
        for c in line
        if not combining(c) and c.isprintable()
    )


@given(findings(), st.text(max_size=300), st.integers(0, 300))
@example(("a", [Diagnostic("syntax", "error", "\x1b[2J", Span(0, 1))]), "\x1b]0;x\x07", 80)
def test_a_drawing_is_text_of_bounded_size(
    found: tuple[str, list[Diagnostic]], name: str, columns: int
) -> None:
    text, diagnostics = found
    drawn = render(text, diagnostics, name=name, width=columns)

    assert not {category(c) for c in drawn.replace("\n", "")} & ACTIVE
    for line in drawn.split("\n"):
        assert width(line) <= 500
    assert drawn.count("\n") <= 100 * len(diagnostics)


@pytest.mark.parametrize(
    "text", ["a\r\n\r\nb", "\r\n", "\ta\r", "a\n\n中\u0301\r\n", "\u0301\u200b"]
)
def test_any_place_in_a_text_can_be_drawn(text: str) -> None:
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1):
            fix = Fix("fix", (Edit(Span(start, end), "x"),))
            found = Diagnostic("syntax", "error", "fault", Span(start, end), (fix,))
            assert "^" in render(text, [found])


@given(findings())
def test_color_changes_nothing_else(found: tuple[str, list[Diagnostic]]) -> None:
    text, diagnostics = found
    colored = render(text, diagnostics, color=True)

    plain = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in plain.split("\n")] == [
        line.rstrip() for line in render(text, diagnostics).split("\n")
    ]


@given(any_text)
def test_json_has_the_line_and_column_of_each_finding(text: str) -> None:
    found = check(text)
    written = json.loads(render_json(text, found))["diagnostics"]
    lines = text.split("\n")

    assert len(written) == len(found)
    for each in written:
        before = "\n".join([*lines[: each["line"] - 1], ""])
        assert len(before) + each["column"] - 1 == each["span"]["start"]
        before = "\n".join([*lines[: each["end_line"] - 1], ""])
        assert len(before) + each["end_column"] - 1 == each["span"]["end"]


@given(findings(), hostile)
def test_each_annotation_is_one_line(found: tuple[str, list[Diagnostic]], name: str) -> None:
    text, diagnostics = found
    written = render_github(text, diagnostics, name=name).split("\n") if diagnostics else []

    assert len(written) == len(diagnostics)
    for line in written:
        assert re.fullmatch(r"::error file=[^:,]*,[a-zA-Z=0-9,]*,title=syntax::.*", line)
        assert not {category(c) for c in line} & ACTIVE


@given(hostile, st.data())
@example("\u0301" * 50, None)
def test_a_clip_fits_in_its_width_and_contains_its_focus(
    line: str, data: st.DataObject | None
) -> None:
    line = line.replace("\n", "")
    size = data.draw(st.integers(12, 60)) if data else 20
    start = data.draw(st.integers(0, len(line))) if data else 0
    part = clip(line, start, min(start + 1, len(line)), size)

    assert sum(columns for _, columns in cells(part.shown)) <= size
    assert 0 <= part.start <= part.end <= size


@given(hostile, st.integers(0, 310), st.integers(0, 310), st.integers(-5, 90))
@example("ab", 3, 3, 80)
def test_a_place_past_the_end_of_a_line_is_its_end(
    line: str, start: int, more: int, size: int
) -> None:
    part = clip(line, start, start + more, size)

    assert 0 <= part.start <= part.end
    if start >= len(line):
        assert part == clip(line, len(line), len(line), size)
