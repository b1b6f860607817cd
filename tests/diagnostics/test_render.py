"""Reports: drawn, as JSON, and as annotations."""

from __future__ import annotations

import json
import re
from unicodedata import category

import pytest

from imsquery import Diagnostic, Edit, Fix, Span, check
from imsquery.diagnostics.model import Applicability, Severity
from imsquery.diagnostics.render import (
    render,
    render_github,
    render_json,
    summarize,
    summarize_left,
)
from imsquery.diagnostics.terminal import cells, clip, shorten, visible, wrap
from tests import golden


def draw(text: str) -> str:
    return render(text, check(text))


def test_drawings_match_the_golden_file() -> None:
    golden.check("diagnostics.txt", draw)


def test_characters_that_could_drive_the_terminal_are_drawn_by_name() -> None:
    assert draw('status = "a\x1b[2Jb\u202ec"').splitlines()[-7:] == [
        "error[syntax]: unescaped U+202E in a value",
        " --> query:1:17",
        "  |",
        '1 | status = "a␛[2Jb<U+202E>c"',
        "  |                 ^^^^^^^^",
        "  = suggestion: write `\\u202e`",
        '1 + status = "a␛[2Jb\\u202ec"',
    ]


def fault(
    start: int,
    end: int,
    *edits: tuple[int, int, str],
    severity: Severity = "error",
    applicability: Applicability = "safe",
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    changes = tuple(Edit(Span(s, e), new) for s, e, new in edits)
    fixes = (Fix("mend it", changes, applicability),) if edits else ()
    return Diagnostic(
        "syntax",
        severity,
        "it is wrong",
        Span(start, end),
        fixes,
        notes,
    )


KINDS = {
    "e": fault(0, 1),
    "w": fault(0, 1, severity="warning"),
    "s": fault(0, 1, (0, 1, "x"), applicability="suggested"),
    "E": fault(0, 1, (0, 1, "x")),
    "W": fault(0, 1, (0, 1, "x"), severity="warning"),
}
"""Findings by letter: errors and warnings, in upper case with a safe fix, ``s`` with another."""


def body(drawn: str) -> list[str]:
    """Return the lines of a drawing after its head."""
    return drawn.split("\n")[3:]


def test_nothing_is_drawn_without_findings() -> None:
    assert render("a", []) == ""
    assert render_github("a", []) == ""


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "carets"),
    [
        ("abc", 1, 2, "1 | abc", "  |  ^"),
        ("abc", 3, 3, "1 | abc", "  |    ^"),
        ("", 0, 0, "1 |", "  | ^"),
        ("a\n", 2, 2, "2 |", "  | ^"),
        ("a\r\nb", 0, 1, "1 | a", "  | ^"),
        ("中文b", 2, 3, "1 | 中文b", "  |     ^"),
        ("中文b", 1, 2, "1 | 中文b", "  |   ^^"),
        ("e\u0301b", 2, 3, "1 | e\u0301b", "  |  ^"),
        ("\u0301b", 1, 2, "1 | \u25cc\u0301b", "  |  ^"),
        ("\tb", 1, 2, "1 |     b", "  |     ^"),
        ("\x1b[2Jb", 4, 5, "1 | ␛[2Jb", "  |     ^"),
        ("a\u202eb", 1, 2, "1 | a<U+202E>b", "  |  ^^^^^^^^"),
        ("a\u200bb", 2, 3, "1 | a<U+200B>b", "  |          ^"),
        ("각b", 1, 2, "1 | 각b", "  |   ^"),
        ("\ud800b", 1, 2, "1 | <U+D800>b", "  |         ^"),
    ],
)
def test_carets_are_below_what_they_mark(
    text: str, start: int, end: int, line: str, carets: str
) -> None:
    assert body(render(text, [fault(start, end)])) == [line, carets]


def test_a_span_over_several_lines_has_a_bracket_on_the_left() -> None:
    assert body(render("a (b\nc\nd) e", [fault(2, 9)])) == [
        "1 |   a (b",
        "  |  ___^",
        "2 | | c",
        "3 | | d) e",
        "  | |__^",
    ]


def test_a_tall_span_is_cut_in_the_middle() -> None:
    text = "(\n" + "x\n" * 5_000 + ")"
    drawn = body(render(text, [fault(0, len(text))]))

    assert len(drawn) < 10
    assert drawn[-2] == "5002 | | )"


def test_a_fix_shows_what_it_would_write() -> None:
    assert body(render("ab cd", [fault(0, 2, (0, 2, "xyz"))]))[2:] == [
        "  = help: mend it",
        "1 + xyz cd",
    ]


def test_a_fix_that_is_a_guess_is_a_suggestion() -> None:
    found = fault(0, 2, (0, 2, "xyz"), applicability="suggested")

    assert body(render("ab cd", [found]))[2:] == ["  = suggestion: mend it", "1 + xyz cd"]
    assert render_github("ab cd", [found]).endswith("it is wrong; suggestion: mend it")


def test_notes_are_drawn_before_fixes_and_wrapped() -> None:
    found = fault(0, 2, (0, 2, "xyz"), notes=("one\x1b[2J", "中文 " * 13 + "中文"))

    assert body(render("ab cd", [found], width=50))[2:] == [
        "  = note: one␛[2J",
        "  = note: 中文 中文 中文 中文 中文 中文 中文 中文",
        "          中文 中文 中文 中文 中文 中文",
        "  = help: mend it",
        "1 + xyz cd",
    ]
    assert "; note: one␛[2J; note: 中文" in render_github("ab cd", [found])


@pytest.mark.parametrize("width", [1, 40, 60, 132])
def test_a_drawing_is_as_wide_as_asked_but_not_too_narrow(width: int) -> None:
    text = "x" * 300 + "\n" + "y" * 300
    found = [fault(150, 151, (150, 151, "z")), fault(150, 400, notes=("word " * 99,))]
    lines = render(text, found, width=width).split("\n")

    assert max(map(len, lines)) == max(width, 40)


@pytest.mark.parametrize(
    ("severities", "fixable", "said"),
    [
        ("", True, ""),
        ("e", False, "Found 1 error. imsquery explain syntax says more."),
        ("e", True, "Found 1 error. imsquery explain syntax says more."),
        ("ww", True, "Found 2 warnings. imsquery explain syntax says more."),
        (
            "esEW",
            True,
            (
                "Found 3 errors and 1 warning; 2 fixable with --fix, "
                "1 with --unsafe-fixes. imsquery explain syntax says more."
            ),
        ),
    ],
)
def test_a_report_ends_with_what_was_found(severities: str, fixable: bool, said: str) -> None:  # noqa: FBT001 -- a case
    assert summarize([KINDS[each] for each in severities], fixable=fixable) == said


def test_the_last_line_names_the_code_unless_there_are_several() -> None:
    other = Diagnostic("bad-value", "error", "", Span(0, 1))

    assert summarize([other, other]).endswith("imsquery explain bad-value says more.")
    assert summarize([other, KINDS["e"]]).endswith("imsquery explain CODE says more.")


@pytest.mark.parametrize(
    ("severities", "unsafe", "said"),
    [
        ("", False, ""),
        ("e", False, "1 error left"),
        ("esss", False, "4 errors left; 3 suggestions not applied"),
        ("sw", False, "1 error and 1 warning left; 1 suggestion not applied"),
        ("sw", True, "1 error and 1 warning left"),
    ],
)
def test_what_fixes_leave_is_counted(severities: str, unsafe: bool, said: str) -> None:  # noqa: FBT001 -- a case
    assert summarize_left([KINDS[each] for each in severities], unsafe=unsafe) == said


def test_a_fix_of_several_lines_shows_the_ones_that_it_changes() -> None:
    drawn = body(render("a\nb\nc\nd", [fault(0, 1, (0, 0, "("), (4, 5, "e)"))]))

    assert drawn[3:] == ["1 + (a", "3 + e)"]


def test_a_fix_that_adds_lines_shows_the_first() -> None:
    drawn = body(render("ab", [fault(0, 1, (1, 1, "\n" * 50 + "x"))]))

    assert drawn[3:] == ["1 + a"]


def test_many_findings_are_counted_and_errors_come_before_warnings() -> None:
    text = "x" * 500
    warnings = [fault(place, place + 1, severity="warning") for place in range(400)]
    drawn = render(text, [*warnings, fault(450, 451)])

    assert drawn.count("warning[") == 39
    assert drawn.count("error[") == 1
    assert drawn.endswith("\n\n… and 361 more warnings")


def test_errors_that_are_not_drawn_are_counted() -> None:
    found = [fault(0, 1)] * 41 + [fault(0, 1, severity="warning")]

    assert render("x", found).endswith("… and 1 more error and 1 more warning")


def test_a_huge_text_is_never_printed_whole() -> None:
    text = "a" * 30_000 + " \u0301" * 20_000 + "\n" * 10_000
    drawn = render(text, [fault(0, len(text)), fault(15_000, 40_000), fault(len(text), len(text))])

    assert len(drawn) < 3_000


def test_a_clipped_line_keeps_the_carets_in_place() -> None:
    for place in (0, 150, 299):
        text = "a" * place + "中" + "b" * (299 - place)
        line, carets = body(render(text, [fault(place, place + 1)]))
        column = line.index("中")

        assert carets == "  |" + " " * (column - 3) + "^^"
        assert ("…" in line[:column], "…" in line[column:]) == (place > 0, place < 299)


def test_color_is_off_by_default() -> None:
    found = [fault(0, 1, (0, 1, "b"))]
    colored = render("a c", found, color=True)

    assert "\x1b[" not in render("a c", found)
    assert "\x1b[1;31m^\x1b[0m" in colored
    assert "\x1b[1;32mb\x1b[0m c" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render("a c", found)


def test_a_hostile_name_or_message_cannot_drive_the_terminal() -> None:
    found = Diagnostic("syntax", "error", "\x1b]0;x\x07 \r\n forged" + "y" * 9_999, Span(0, 1))
    drawn = render("a", [found], name="f\x1b[2J\nerror[syntax]: forged")

    assert drawn.count("\n") == 4
    assert not {category(c) for c in drawn.replace("\n", "")} & {"Cc", "Cf"}
    assert len(drawn) < 1_000


def test_json_has_documented_keys() -> None:
    text = "status = active\nand os_bit = 65"
    found = [fault(29, 31, (29, 31, "64"), notes=("see the manual",))]

    assert json.loads(render_json(text, found, name="q.txt")) == {
        "name": "q.txt",
        "diagnostics": [
            {
                "code": "syntax",
                "severity": "error",
                "message": "it is wrong",
                "notes": ["see the manual"],
                "span": {"start": 29, "end": 31},
                "line": 2,
                "column": 14,
                "end_line": 2,
                "end_column": 16,
                "fixes": [
                    {
                        "title": "mend it",
                        "applicability": "safe",
                        "edits": [{"span": {"start": 29, "end": 31}, "text": "64"}],
                    }
                ],
            }
        ],
    }


def test_json_is_ascii() -> None:
    assert render_json("\ud800中\x1b", check("\ud800中\x1b")).isascii()
    assert json.loads(render_json("", [])) == {"name": "query", "diagnostics": []}


def test_annotations_are_escaped() -> None:
    found = Diagnostic("syntax", "warning", "50% of\n::error::", Span(2, 3))

    assert render_github("a\nb", [found], name="a,b:c%\n.txt") == (
        "::warning file=a%2Cb%3Ac%25␊.txt,line=2,endLine=2,col=1,endColumn=2,title=syntax"
        "::50%25 of␊::error::"
    )


def test_an_annotation_over_several_lines_has_no_columns() -> None:
    assert render_github("a\nb", [fault(0, 3, (0, 1, "b"))]) == (
        "::error file=query,line=1,endLine=2,title=syntax::it is wrong; fix: mend it"
    )


def test_invisible_characters_are_shown_by_name() -> None:
    assert (
        visible("a\tb\x00\x7f\x9b\u2028\ufeff\ue000") == "a    b␀␡<U+009B><U+2028><U+FEFF><U+E000>"
    )
    assert visible("e" + "\u0301" * 5) == "e\u0301\u0301\u0301<U+0301><U+0301>"
    assert sum(width for _, width in cells("中a\u0301")) == 3


def test_shorten_keeps_as_much_as_fits() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
    assert shorten("中中", 3) == "中…"


def test_lines_are_broken_at_spaces() -> None:
    assert wrap("", 9) == [""]
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one twotwotwo", 7) == ["one", "twotwotwo"]
    assert wrap("中文 中文", 9) == ["中文 中文"]
    assert wrap("中文 中文", 8) == ["中文", "中文"]


@pytest.mark.parametrize("width", [3, 5, 10])
def test_a_clip_fits_in_its_width_and_shows_its_focus(width: int) -> None:
    for place in range(12):
        part = clip("abcdefghijkl", place, place + 1, width)

        assert len(part.shown) <= width
        assert part.shown[part.start : part.end] == "abcdefghijkl"[place]


def test_a_windows_line_end_is_not_part_of_a_line() -> None:
    text = "platfrom = CentOS\r\nand protected = yes\r\n"
    drawn = render(text, check(text))

    assert "1 + platform = CentOS\n" in f"{drawn}\n"
    assert "2 + and protected = true\n" in f"{drawn}\n"
    assert "\N{SYMBOL FOR CARRIAGE RETURN}" not in drawn
