"""Attributes of records read by type, and the patterns that match them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from imsquery import CLOUDIMAGES, Parameter
from imsquery.evaluation.attributes import (
    read,
    read_list,
    read_number,
    read_time,
    read_truth,
)
from imsquery.evaluation.decision import disjoint
from imsquery.evaluation.matching import matcher
from imsquery.language.patterns import compile_expression, compile_glob, read_glob
from imsquery.schema.kinds import Tag, Text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (True, "true"), (False, "false"), ("true", "true"), ("tRUE", "true"), ("FALSE", "false"),
        ("yes", None), ("", None), (1, None), (0, None), (None, None), (["true"], None),
    ],
)  # fmt: skip
def test_a_truth_value_is_read_in_any_letter_case(raw: Any, expected: str | None) -> None:
    assert read_truth(raw) == expected
    assert read(CLOUDIMAGES.parameters["protected"], {"protected": raw}) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (64, 64), ("064", 64), ("-1", -1), ("+64", 64), ("9" * 20, 10**20 - 1),
        ("0" * 30 + "64", 64), ("9" * 601, None),
        (True, None), (64.0, None), ("", None), ("6 4", None), (None, None),
    ],
)  # fmt: skip
def test_a_number_is_read_from_a_number_or_text(raw: Any, expected: int | None) -> None:
    assert read_number(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2018-10-28T10:00:00Z", "2018-10-28T10:00:00Z"),
        ("2018-10-28 10:00:00.123456", "2018-10-28T10:00:00Z"),
        ("2018-10-28T23:59:59", "2018-10-28T23:59:59Z"),
        ("2018-10-28T10:00:00.Z", None),
        ("2018-10-28T10:00Z", None),
        ("2019-02-29T10:00:00Z", None),
        (20181028, None),
    ],
)
def test_a_time_is_read_in_either_format_of_the_service(raw: Any, expected: str | None) -> None:
    assert read_time(raw) == expected
    assert read(CLOUDIMAGES.parameters["created_at"], {"created_at": raw}) == expected


@pytest.mark.parametrize(
    ("stored", "found_as"),
    [
        ("a", ("a",)),
        ("a=b", ("a=b",)),
        ("a.b", ("a.b", "a=b")),
        ("a.b.c", ("a.b.c", "a=b.c")),  # split at the first dot
        ("a=b.c", ("a=b.c",)),
        ("a.b=c", ("a.b=c",)),  # the dot is part of the key
    ],
)
def test_a_tag_with_a_dot_is_also_found_by_key_and_value(
    stored: str, found_as: tuple[str, ...]
) -> None:
    assert Tag().spellings(stored) == found_as
    for asked in ("a", "a=b", "a.b", "a.b.c", "a=b.c", "a.b=c", "a=b=c", "a.b.c=d"):
        assert (stored in Tag().sources(asked)) is (asked in found_as)
        assert matcher(f"tag = '{asked}'")({"tags": [stored]}) is (asked in found_as)


def test_the_items_of_another_list_are_compared_as_written() -> None:
    """Only tags have a second spelling."""
    labels = Parameter("labels", Text(), operators={}, json="strings", multiple=True, source="test")
    spec = CLOUDIMAGES.extend(parameters=[labels])
    record = {"labels": ["a.b"]}

    assert matcher("labels = a.b and labels contains .", spec=spec)(record)
    assert not matcher("labels = 'a=b' or labels contains '='", spec=spec)(record)
    found = disjoint("labels = 'a=b'", "labels startswith a.", spec=spec)
    assert found.witness is not None
    assert len(found.witness["labels"]) == 2


def test_the_items_of_a_list_are_its_texts() -> None:
    assert read_list(["a", 1, None, "b"]) == ["a", "b"]
    assert read_list(("a",)) == ["a"]
    assert read_list("ab") == []
    assert read_list(None) == []


@pytest.mark.parametrize(
    ("raw", "architecture"), [(True, "arm"), ("TRUE", "arm"), (False, "x86"), (["true"], "x86")]
)
def test_the_architecture_is_read_from_the_support_for_arm(raw: Any, architecture: str) -> None:
    row = CLOUDIMAGES.parameters["architecture"]

    assert read(row, {"__support_arm": raw}) == architecture


def test_a_glob_is_read_token_by_token() -> None:
    assert read_glob(r"a*?\*\?\\b") == ["a", None, "", "*", "?", "\\", "\\", "b"]


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (".", ".", "a"),
        ("a?c", "abc", "ac"),
        ("?", "\n", ""),
        ("a*b*c", "a1b2c", "a1c2b"),
        ("*ab*ab*", "abab", "aab"),
        ("**", "", None),
        (r"\*", "*", "a"),
        ("XX", "XX", "."),
    ],
)
def test_a_glob_matches_a_whole_text(pattern: str, yes: str, no: str | None) -> None:
    is_match = compile_glob(pattern)

    assert is_match(yes)
    assert no is None or not is_match(no)


def test_without_re2_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    compile_expression.cache_clear()

    with pytest.raises(ModuleNotFoundError) as caught:
        matcher("name matches 'a pattern that no other test has'")
    assert str(caught.value) == "`matches` needs RE2; install imsquery[re2]"
    assert caught.value.name == "re2"
