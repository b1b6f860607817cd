"""``imsquery plan`` and ``imsquery diff``: what they print, and how they exit."""

from __future__ import annotations

import json
import sys
from typing import TypeAlias

import pytest

from imsquery import matcher
from imsquery.cli.main import main
from tests import golden

Captured: TypeAlias = pytest.CaptureFixture[str]

CENTOS = "platform = CentOS"
EITHER = "platform in (CentOS, Ubuntu)"


def test_plans_read_like_this(capsys: Captured) -> None:
    def produce(given: str) -> str:
        assert main(["plan", *given.splitlines()]) == 0
        return capsys.readouterr().out.rstrip("\n")

    golden.check("plan.txt", produce)


def test_differences_read_like_this(capsys: Captured) -> None:
    def produce(given: str) -> str:
        status = main(["diff", *given.splitlines()])
        out, err = capsys.readouterr()
        return f"{out}{err}exit {status}"

    golden.check("diff.txt", produce)


def test_a_plan_as_json_has_positions_in_the_filter(capsys: Captured) -> None:
    text = "min_ram <= 4096 and platform = CentOS limit 3"

    assert main(["plan", "--format", "json", text]) == 0

    plan = json.loads(capsys.readouterr().out)
    (request,) = plan["requests"]
    spans = [
        text[each["span"]["start"] : each["span"]["end"]]
        for each in (*request["server"], *request["client"])
    ]
    assert request["query_string"] == "__platform=CentOS"
    assert spans == ["platform = CentOS", "min_ram <= 4096"]
    assert (plan["limit"], request["limited"]) == (3, False)


def test_a_plan_has_no_more_requests_than_allowed(capsys: Captured) -> None:
    for most, count in (("1", 1), ("2", 2), ("9", 2)):
        assert main(["plan", "--format", "json", "--max-requests", most, EITHER]) == 0
        assert len(json.loads(capsys.readouterr().out)["requests"]) == count


@pytest.mark.parametrize("most", ["0", "-1", "two", "1" * 5000])
def test_max_requests_must_be_a_number_from_1(most: str, capsys: Captured) -> None:
    assert main(["plan", "--max-requests", most, "all"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["platfrom = x", "not flavor_id = x", "(", "name = $x"])
def test_errors_in_the_filter_are_drawn(text: str, capsys: Captured) -> None:
    assert main(["plan", text]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error[")


def test_a_plan_names_the_extra_that_it_lacks(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)

    assert main(["plan", "name matches '^read nowhere else'"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "imsquery[re2]" in err


def test_a_difference_is_proved_by_images(capsys: Captured) -> None:
    assert main(["diff", "--format", "json", CENTOS, EITHER]) == 1

    found = json.loads(capsys.readouterr().out)
    assert found["only_first"] is None
    assert not matcher(CENTOS)(found["only_second"])
    assert matcher(EITHER)(found["only_second"])
    assert matcher(CENTOS)(found["both"])
    assert found["undecided"] == {}


def test_both_filters_are_checked_before_they_are_compared(capsys: Captured) -> None:
    assert main(["diff", "platfrom = x", "os_bit = 16"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "first:1:1" in err
    assert "second:1:10" in err


def test_one_clock_serves_both_filters() -> None:
    assert (
        main(["diff", "created_at < now", "not created_at >= now and created_at is present"]) == 0
    )


def test_only_one_filter_comes_from_standard_input(capsys: Captured) -> None:
    assert main(["diff", "-", "-"]) == 2
    assert capsys.readouterr().out == ""


def test_no_difference_drives_the_terminal(capsys: Captured) -> None:
    for form in ("text", "json"):
        main(["diff", "--format", form, r"name = '\u001b[31m\u202e'", "name = a"])
        printed = capsys.readouterr().out

        assert r"\u001b[31m\u202e" in printed
        assert all(each.isprintable() for each in printed.splitlines())


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("all limit 1", "all", True),
        ("all order by name", "all order by name desc", True),
        ("all limit 1", "PROTECTED limit 1", False),
    ],
)
def test_a_difference_of_clauses_is_said_not_to_be_compared(
    first: str,
    second: str,
    said: bool,  # noqa: FBT001 -- a case
    capsys: Captured,
) -> None:
    assert main(["diff", "--format", "json", first, second]) == (0 if said else 1)

    output = capsys.readouterr()
    json.loads(output.out)
    assert ("clauses are not compared" in output.err) is said
