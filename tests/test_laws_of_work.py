"""Work grows with the text and no faster, whatever the text and whatever is asked of it.

It is counted (:mod:`tests.work`), not timed: eight times the text may be ten times the work.
Quadratic work would be sixty-four times as much.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from imsquery.compiler.checker import check
from imsquery.testing import near_misses
from tests import faulty
from tests.strategies import soup
from tests.work import Work, called, counting_copy, measured

SHORT = 64  # code points, at least
DEPTH = 12  # of what is nested; eight times as deep is within the limits


@frozen
class Family:
    """Texts of any length; ``№`` in the unit is a number that no other text has."""

    before: str
    unit: str
    after: str = ""
    closing: str = ""

    def text(self, times: int) -> str:
        count = times * (DEPTH if self.closing else max(6, SHORT // len(self.unit)))
        units = "".join(
            self.unit.replace("№", str(number))
            for number in range(times * 1_000, times * 1_000 + count)
        )
        return f"{self.before}{units}{self.after}{self.closing * count}"


# -- what is asked of a text


def mend(text: str) -> None:
    from imsquery.compiler.checker import check
    from imsquery.fixes import mend

    mend(text, lambda text: check(text, target="compile"), unsafe=True)


def format_(text: str) -> None:
    from imsquery.formatting import formatter

    with suppress(ValueError):
        formatter.format(text)


def complete(text: str) -> None:
    from imsquery.completion.complete import complete

    complete(text, 0)
    complete(text, len(text))


def decompile(text: str) -> None:
    from imsquery.urls.decompiler import decompile

    with suppress(ValueError):
        decompile(f"/v2/cloudimages?{text}")


def lint(text: str) -> None:
    from imsquery.linting.linter import lint

    lint(f"{text}/v2/cloudimages?{text}")
    lint(f"'/v2/cloudimages?{text}")
    lint(f"hcloud IMS ListImages {text}")
    lint(f'data "huaweicloud_images_image" "x" {{\n{text}\n}}')
    lint(f"import requests\nrequests.get('/v2/cloudimages', params={{{text}}})\n{text}")


def read(text: str) -> None:
    from imsquery.language.recovery.dialects.read import read

    read(text)


def report(text: str) -> None:
    from imsquery.compiler.checker import check
    from imsquery.diagnostics.errors import QueryError

    str(QueryError(text, check(text)))


def plan(text: str) -> None:
    from imsquery.planning.planner import plan

    with suppress(ValueError):
        plan(text).explain()


def plan_in_full(text: str) -> None:
    from imsquery.planning.planner import plan

    plan(text, max_requests=10_000)


# Each with the steps that it may take for a short text already.
ENTRIES: dict[Callable[[str], None], int] = {
    mend: 0,
    format_: 0,
    complete: 600_000,
    decompile: 0,
    lint: 0,
    read: 0,
    report: 600_000,
}


def assert_law(entry: Callable[[str], None], family: Family, scale: int = 1) -> None:
    measured(entry, family.text(2))  # what is imported and remembered is not counted
    short, long = (measured(entry, family.text(times * scale)) for times in (1, 8))
    assert not _exceeds(long, short, ENTRIES.get(entry, 0)), (family, short, long)


def _exceeds(long: Work, short: Work, at_once: int) -> bool:
    steps, handled = (10 * each + 2_000 for each in (short.steps, short.handled))
    return long.steps > steps + at_once or long.handled > handled + at_once


# -- texts

UNITS = (
    # what once took time in the square of the text
    "中😀", '"/a/\x00~', "->member_status=accepted ", "limit 5 & a=b ", "'", '"', "''", "'a", "[",
    "`", "\\", "$a", "%2", "!", "()", "[?a=='b'||", "(limit 5) ", "or ", "and ", ",", ";", ")", "(",
    "~*", "a~*", "R&D",
    # names, operators and values
    "x ", "x,", "é", "= ", "a = = b and ", "nosuch = a or ", "visibility = publik and ", "a not ",
    "supports or ", "limit = 5 and ", "$x or ", "1 <= ", "a=b=", "a:b ", "a:", "a;", "a&", "a||",
    "a = b ", "'a' ", "name = 'a''b' and ", "xor ", "select ", "not ", "all ", "platform in (a, ",
    "name iequals x ", "limit = 3 per x ", "created_at > last week and ", "--sort x ", "head 5 ",
    # conjunctions and lists without a fault
    "platform = CentOS and ", "id = x№ or ", "id = x№ and ", "(id = x№ or owner = x№) and ",
    "min_ram > № and ", "supports(s№x) and ", "id = $x№ and ", "nosuch№ = a or ", "Ubuntu№, ",
    # clauses
    "limit 1 ", "order by x ", "limit = 1 ", "limit 5 and a = b ", "offset 5 ",
    "sort_key = name and ",
    # characters that are not seen, or look like others
    "\u00a0", "\u200b", "\u200ba", "＝", "‘a’ ", "“", "\x01a", "🐧", "a\u0301",
    # other dialects
    "a=b&", "tag=a&", "a%20", "&amp;", "--a=b ", "--a ", "{", '{"a":', '"a": "b", ',
    "Name=a,Values=b ", "Name=a,Values=b,", "a: b\n", "a = b\n", "a = [", "- a\n", "/*", "#",
    "x /* ", "/* a */ ", "= /* ", "# a\n", "\n", "\\\n", "{x}",
    "/v2/cloudimages?a=b ", "https://a/v2/cloudimages?", "${x}", "<a>", "&lt;",
)  # fmt: skip
FAMILIES = (
    *(Family("", unit) for unit in UNITS),
    Family("(", "name=a* \n->"),
    Family("", "limit 5 & a=b ", " ("),
    Family("name = '", "true ~ protected limit > */ and "),
    Family("protected and ", "between//==after=>nandselectx ", " )"),
    Family("a: b\n", "a = ["),
    Family('{"a":', '"b",'),
    Family("a: b\n", "'"),
    Family("name matches ", "["),
    Family("name matches ", "("),
    Family("name = '", r"\q", "'"),
    Family("name = '", "\\\\", "'"),
    Family("name = '", "*", "'"),
    Family("name = '", "\x01a", "'"),
    Family("platform = 'e", "\u0301", "'"),
    Family("min_ram = ", "9"),
    Family("min_ram = ", "0", "7"),
    Family("created_at = ", "2018-"),
    Family("created_at = now-", "9"),
    Family("flavor_id = physical.", "a1."),
    Family("platform in (", "a or "),
    Family("supports(", "a or "),
    Family("supports(", "a or ", "b)"),
    Family("platform in (", "CentOS, ", "a)"),
    Family("id in (", "x№, ", "x)"),
    Family("not id in (", "x№, ", "x)"),
    Family("min_ram in (", "4 GB, ", "4)"),
    Family("platform in (", "Ubuntu 22.04, ", "x)"),
    Family("x between ", "1 "),
    Family("a = ", "b "),
    Family("", "(", "protected", ")"),
    Family("", "not (", "protected", ")"),
    Family("[?", "(", "a", ")"),
    Family('{"$not":', '{"$not":', "{}", "}"),
    Family("properties {", "properties {", "a = b", "}"),
)


# Requests in files, in each form.
REQUESTS = (
    Family("", "/v2/cloudimages?limit=0 "),
    Family("", "/v2/cloudimages?limit=0&a№=b "),
    Family("", "'/v2/cloudimages?a=b' + x "),
    Family("'/v2/cloudimages?a=b'", " + '&c=d'"),
    Family("'/v2/cloudimages?a=b'", "\n'&c=d'"),
    Family("/v2/cloudimages?", "\\_"),
    Family("", "hcloud IMS ListImages "),
    Family("", "hcloud IMS ListImages --limit=0; "),
    Family("hcloud IMS ListImages ", "--a№='b c' "),
    Family("", 'data "huaweicloud_images_image" "x" {\n'),
    Family("", 'data "huaweicloud_images_image" "x" {\n  os = "Centos"\n}\n'),
    Family('data "huaweicloud_images_image" "x" {\n', "visibilit№ = 1\n", "}"),
    Family('data "huaweicloud_images_image" "x" {\n', "a = <<A\n", "}"),
    Family('data "huaweicloud_images_image" "x" {\n', "{", "}"),
    Family("import requests\n", "requests.get('/v2/cloudimages', params={'a': 'b'})\n"),
    Family("é = 1; ", "requests.get('/v2/cloudimages', params={'a': 'b'}); "),
    Family("a = {'limit': 0}\n", "get('/v2/cloudimages', params=a)\n"),
    Family("v2/cloudimages params\n", "```python\nx = 1\n"),
    Family("from huaweicloudsdkims import *\nr = ListImagesRequest()\n", "r.a№ = 'x'\n"),
    Family("", "/v2/cloudimages?limit=0 # imsquery: ignore[a] "),
)


# Lines are indented by depth, up to a bound: their layout is left out.
NESTED = (
    Family("", "(protected and (", "protected", "))"),
    Family("", "protected and (protected or (", "id = a", "))"),
)


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import once what reports that a text is refused."""
    measured(report, "(" * 300)


@pytest.mark.parametrize("family", NESTED)
def test_work_grows_with_the_depth_and_no_faster(family: Family) -> None:
    assert_law(mend, family)


@pytest.mark.parametrize("entry", [mend, format_, decompile, lint, read])
def test_work_grows_with_the_text_and_no_faster(entry: Callable[[str], None]) -> None:
    for family in FAMILIES:
        assert_law(entry, family)


def test_work_grows_with_the_requests_in_a_file_and_no_faster() -> None:
    for family in REQUESTS:
        assert_law(lint, family)


@pytest.mark.parametrize("entry", [complete, report])
@pytest.mark.parametrize("unit", ["a||", "'", "中😀", "in (x, ", "name != a№ and "])
def test_what_takes_a_while_for_any_text_takes_little_more_for_a_long_one(
    entry: Callable[[str], None], unit: str
) -> None:
    assert_law(entry, Family("", unit))


PLANNED = (
    Family("supports(", "b№, ", "b)"),
    Family("", "(supports(a№x) or supports(b№x)) and ", "protected"),
    Family("", "supports(a№x) and (name = x№ or tag = y№) and ", "protected"),
    Family("", "(supports(a№x) and name = x№) or ", "protected"),
    Family("", "(name = x№ or owner = x№) and ", "protected"),
    Family("id in (", "x№, ", "x)"),
)
IN_FULL = (
    Family("id in (", "x№, ", "x)"),
    Family("min_ram > 5 and id in (", "x№, ", "x) and not protected"),
)


@pytest.mark.parametrize("family", PLANNED)
def test_a_plan_takes_time_in_proportion_to_the_filter(family: Family) -> None:
    assert_law(plan, family, 8)  # enough for there to be no more requests for a longer one


@pytest.mark.parametrize("family", PLANNED[1:5])
def test_a_plan_takes_time_in_proportion_to_its_requests(family: Family) -> None:
    def plan(number: str) -> None:
        from imsquery.planning.planner import plan

        plan(family.text(16), max_requests=int(number))

    few, many = (measured(plan, number) for number in ("8", "64"))
    assert not _exceeds(many, few, 0), (family, few, many)


@pytest.mark.parametrize("family", IN_FULL)
def test_a_list_is_planned_in_full_in_proportion_to_its_length(family: Family) -> None:
    assert_law(plan_in_full, family)


@cache
def glance() -> Any:
    """Return the spec in terms of the copy whose work is counted."""
    return run_path(str(Path(__file__).with_name("glance_like.py")))["GLANCE"]


LISTED = (
    Family("name in (", "x№, ", "x)"),
    Family("size > 5 and id in (", "x№, ", "x) and name in (a, b) and not protected"),
    Family("", "(name = x№ or size = №) and ", "protected"),
    Family("", "tag = x№ and ", "protected"),
    Family("", "(tag = x№ and size >= №) or ", "protected"),
)


@pytest.mark.parametrize("family", LISTED)
def test_a_plan_with_lists_and_ranges_takes_time_in_proportion_to_the_filter(
    family: Family,
) -> None:
    def plan(text: str) -> None:
        from imsquery.planning.planner import plan

        plan(text, spec=glance())

    assert_law(plan, family, 8)


def merged(requests: int, images: int, order: str) -> Work:
    """Return the work of running a plan that has as many requests, after it was made."""
    found = [
        {
            "id": f"i{n:05}",
            "created_at": f"2020-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        }
        for n in range(images)
    ]
    if not order.endswith("asc"):
        found.reverse()
    shares = {f"o{n}": found[n::requests] for n in range(requests)}
    places = {each["id"]: n for share in shares.values() for n, each in enumerate(share, 1)}

    def fetch(query: str) -> list[dict[str, str]]:
        asked = dict(parse_qsl(query))
        start = places[asked["marker"]] if "marker" in asked else 0
        return shares[asked["owner"]][start : start + 4]

    def run(count: int) -> None:
        assert len([*made.execute(fetch, page_size=4)]) == count

    with counting_copy():
        from imsquery.planning.planner import plan

        made = plan(f"owner in ({', '.join(shares)}){order}", max_requests=requests)
    assert len(made.requests) == requests
    return measured(lambda _: run(images), "")


ARRIVING = (" order by created_at", " order by created_at asc", " order by id asc")


@pytest.mark.parametrize("order", ARRIVING)
def test_an_image_takes_hardly_more_work_with_more_requests(order: str) -> None:
    merged(8, 64, order)  # what is imported is not counted
    few, many = merged(8, 4_096, order), merged(256, 4_096, order)
    assert many.steps < 2 * few.steps, (few, many)
    assert many.handled < 2 * few.handled, (few, many)


@pytest.mark.parametrize("order", ARRIVING)
def test_running_a_plan_takes_work_in_proportion_to_the_images(order: str) -> None:
    merged(8, 64, order)
    few, many = merged(8, 512, order), merged(8, 4_096, order)
    assert not _exceeds(many, few, 0), (few, many)


@pytest.mark.parametrize("piece", ["{}b", "{}?b", "a?{}b", "a*{}b*?"])
def test_a_glob_takes_no_longer_than_its_pattern_and_the_text_together(piece: str) -> None:
    def match(letters: str) -> None:
        from imsquery.language.patterns import compile_glob

        pattern = "*" + piece.format(letters) + "*"
        assert not called(compile_glob(pattern), letters * 2)

    measured(match, "a")
    short, long = (measured(match, "a" * count) for count in (200, 1_600))
    assert not _exceeds(long, short, 0), (short, long)


fragments = soup.map(lambda text: text[:6]) | st.sampled_from(
    faulty.CONDITIONS + faulty.MISTAKEN + faulty.BROKEN + faulty.JOINTS + faulty.MISTAKEN_JOINTS
    + faulty.CLAUSES + faulty.MISTAKEN_CLAUSES
)  # fmt: skip
families = st.builds(
    Family,
    st.just("") | fragments,
    st.lists(fragments, min_size=1, max_size=3).map("".join).filter(bool),
    st.just("") | fragments,
)


@settings(max_examples=15)
@given(st.sampled_from([mend, format_, read]), families)
def test_work_grows_with_any_text_and_no_faster(
    entry: Callable[[str], None], family: Family
) -> None:
    assert_law(entry, family)


@given(near_misses().map(lambda miss: miss.text) | st.sampled_from(faulty.MISTAKEN))
def test_what_is_made_of_a_text_is_freed_at_once(text: str) -> None:
    check(text)  # what is remembered from then on, and loaded
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        check(text)
        assert gc.collect() == 0
    finally:
        gc.enable()
        gc.unfreeze()
