"""Images in each output format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imsquery import CLOUDIMAGES
from imsquery.cli import images as output

IMAGES: list[dict[str, Any]] = [{"id": "a", "name": "公共 1"}, {"id": "b", "tags": ["x=y"]}]


def printed(form: str, fields: str | None = None, images: list[dict[str, Any]] = IMAGES) -> str:
    chosen = None if fields is None else output.read_fields(fields, CLOUDIMAGES)
    return "\n".join(output.lines(images, form, chosen, CLOUDIMAGES))


def test_json_lines_hold_whole_records() -> None:
    assert [json.loads(line) for line in printed("jsonl").split("\n")] == IMAGES


@pytest.mark.parametrize("images", [IMAGES, IMAGES[:1], []])
def test_json_is_one_array(images: list[dict[str, Any]]) -> None:
    assert json.loads(printed("json", images=images)) == images


def test_fields_are_chosen_by_any_of_their_names() -> None:
    assert printed("jsonl", "ID,tag") == '{"id":"a"}\n{"id":"b","tags":["x=y"]}'
    assert printed("csv", "id,__platform,tags") == 'id,__platform,tags\na,,\nb,,"[""x=y""]"'


@pytest.mark.parametrize("fields", ["nmae", "flavor_id", "", "id,,name", "limit"])
def test_an_unknown_field_is_refused(fields: str) -> None:
    with pytest.raises(ValueError, match=r"field|record"):
        output.read_fields(fields, CLOUDIMAGES)


def test_a_table_is_aligned_and_safe_to_print() -> None:
    images = [{"id": "a", "name": "公共"}, {"id": "b\x1b[31m", "name": "x\ny"}]

    assert printed("table", "name,id", images) == "name  id\n公共  a\nx␊y   b␛[31m"


def test_a_table_with_blank_characters_is_aligned() -> None:
    images = [{"id": "a", "name": "e\u0301x"}, {"id": "b", "name": "\u3164"}]

    assert printed("table", "name,id", images) == "name      id\ne\u0301x        a\n<U+3164>  b"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        (' "=1', '"\' ""=1"'),
        ("a;=1", "a;'=1"),
        ("a,b", '"a,b"'),
        ("a\n=b", "a\\n=b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("公共 镜像-1", "公共 镜像-1"),
        (-1, "-1"),
        (True, "true"),
        ("", '""'),
    ],
)
def test_no_cell_is_a_formula_or_unsafe_to_print(name: object, cell: str) -> None:
    assert printed("csv", "name", [{"id": "a", "name": name}]) == f"name\n{cell}"


def test_json_is_safe_to_print() -> None:
    written = printed("jsonl", "name", [{"name": "\x1b\x9b\x7f\u202e\ud800\U000e0001\u3000é"}])

    assert written == ('{"name":"\\u001b\\u009b\\u007f\\u202e\\ud800\\udb40\\udc01\u3000é"}')


def test_a_wide_space_is_shown_as_it_is() -> None:
    assert printed("table", "name,id", [{"name": "公\u3000共", "id": "a"}]) == (
        "name    id\n公\u3000共  a"
    )


def test_a_table_shows_the_usual_fields() -> None:
    header = printed("table").split("\n")[0].split()

    assert header == ["name", "platform", "os_version", "status", "visibility", "id", "created_at"]


def test_ids_are_printed_one_per_line() -> None:
    assert printed("ids") == "a\nb"
    assert printed("ids", images=[{"id": "a\nb"}]) == "a\\nb"
