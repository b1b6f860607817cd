"""A URL is found wherever it is in a text, with the findings that it has by itself."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from imsquery.linting.linter import lint
from imsquery.urls.checker import check_url
from tests.strategies import ROWS

PATH = CLOUDIMAGES.path
NAMES = [row.wire for row in ROWS] + [row.wire.lstrip("_") for row in ROWS] + ["nonsense"]
VALUES = ["", "true", "True", "gold", "Gold", "0", "x86_64", "lt:2018", "%zz", "a.b", "*a", "name"]

pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("=".join)
# An empty value at the end may be a prefix, to which a program or reader adds.
queries = (
    st.lists(pairs, min_size=1, max_size=4)
    .map("&".join)
    .filter(lambda query: not query.endswith("="))
)
wrappings = st.sampled_from(
    [
        ("", "\n"), ('url = "https://host', '"'), ("fetch('http://host:80", "')"), ("`GET ", "`"),
        ("[images](https://host", ")."), ("<https://host/proxy", ">"), ("curl https://host", " -v"),
        ('{\\"url\\": \\"', '\\"}'), ("- ", "\n- next"), ("| ", " |"), ("看 https://host", "。"),
    ]
)  # fmt: skip


@given(queries, wrappings)
@example("limit=0&name=*a", ("`GET ", "`"))
def test_a_url_is_found_wherever_it_is(query: str, around: tuple[str, str]) -> None:
    before, after = around
    text = f"first line\n{before}{PATH}?{query}{after} and more"
    start = text.index("?") + 1

    found = [(each.code, each.span.start - start, each.span.end - start) for each in lint(text)]

    assert found == [(each.code, each.span.start, each.span.end) for each in check_url(query)]


@given(queries, wrappings)
def test_a_fix_changes_the_text_as_it_changes_the_url(query: str, around: tuple[str, str]) -> None:
    before, after = around
    text = f"{before}{PATH}?{query}{after}"

    mended = [
        (
            fix.apply(text).replace("\\&", "&") if before.startswith("curl") else fix.apply(text),
            fix.title,
            fix.applicability,
        )
        for each in lint(text)
        for fix in each.fixes
    ]

    assert mended == [
        (f"{before}{PATH}?{fix.apply(query)}{after}", fix.title, fix.applicability)
        for each in check_url(query)
        for fix in each.fixes
    ]


@given(pairs)
def test_a_fix_of_a_command_does_not_end_it(query: str) -> None:
    text = f"curl https://host{PATH}?{query} -v"
    for found in lint(text):
        for fix in found.fixes:
            assert re.search(r"(?<!\\)&", fix.apply(text)) is None


@given(pairs)
def test_a_fix_of_an_element_leaves_it_xml(query: str) -> None:
    text = f"<url>{PATH}?{query}</url>"
    for found in lint(text):
        for fix in found.fixes:
            assert re.search("&(?!amp;)", fix.apply(text)) is None


@given(st.lists(pairs).map("&".join), st.sampled_from(NAMES), wrappings)
def test_a_query_without_its_last_value_has_no_finding_of_it(
    query: str, name: str, around: tuple[str, str]
) -> None:
    before, after = around
    text = f"{before}{PATH}?{query}{'&' if query else ''}{name}={after}"
    start = text.rindex(f"{name}=") + len(name)

    assert [
        each for each in lint(text) if each.code == "empty-value" and each.span.end > start
    ] == []


ADDED = [
    '"{}" // why\n  + "&{}"', '"{}" & _\n  "&{}"', 'u.append("{}").append("&{}")',
    'u = "{}"\nu += "&{}"', '["{}", "{}"].join("&")', '"{}" <> "&{}"', '"{}" ^ "&{}"',
    'u = "{}"\nif (x) u = u + \'&{}\';', "'{}' | append: '&{}'", 'get("{}", params="{}")',
    '"{}".replace("&", "&{}")', 'sb << "{}"; sb << "&{}";',
]  # fmt: skip


@given(st.sampled_from(ADDED), st.lists(pairs).map("&".join))
def test_what_may_be_added_to_a_url_is_not_missing(form: str, more: str) -> None:
    first = f"{PATH}?member_status=accepted"

    assert "requires" not in [
        each.code for each in lint(form.format(first, f"visibility=shared&{more}"))
    ]
    assert [each.code for each in lint(f'get("{first}")')] == ["requires"]


FORMATS = [
    'Sprintf("{}", n)',
    '"{}" % n',
    'String.format("{}", n)',
    'printf "{}" $n',
    't.strftime("{}")',
]


@given(st.sampled_from(FORMATS), queries)
def test_a_fix_of_a_format_adds_no_percent_sign(form: str, query: str) -> None:
    text = form.format(f"{PATH}?{query}&name=a b")
    for found in lint(text):
        for fix in found.fixes:
            assert fix.apply(text).count("%") <= text.count("%")


@given(
    st.lists(pairs.filter(lambda pair: not pair.endswith("=")), min_size=1).map("&".join),
    st.sampled_from("*_~"),
)
def test_emphasis_around_a_url_is_not_part_of_it(query: str, sign: str) -> None:
    for around in (sign, sign * 2):
        text = f"{around}{PATH}?{query}{around}"

        assert [each.code for each in lint(text)] == [each.code for each in check_url(query)]


STAND_INS = ["LIMIT", "YOUR_NAME", "N", "n", "xxx", "XX", "a/b"]


@given(st.sampled_from(NAMES), st.sampled_from(STAND_INS), wrappings)
def test_a_word_in_the_place_of_a_value_is_no_value(
    name: str, word: str, around: tuple[str, str]
) -> None:
    text = f"{around[0]}{PATH}?{name}={word}{around[1]}"

    assert not {"bad-value", "unlisted-value"} & {
        each.code for each in lint(text) if not each.fixes
    }


TIMES = ["%Y-%m-%dT%H:%M:%SZ", "%FT%TZ", "%tFT%tTZ", "%1$tFT%1$tTZ", "%Y-%m-%dT00:00:00Z", "%s"]


@given(st.sampled_from(["eq", "gt", "lte"]), st.sampled_from(TIMES), wrappings)
def test_the_format_of_a_time_may_be_any(operator: str, time: str, around: tuple[str, str]) -> None:
    assert lint(f"{around[0]}{PATH}?limit=1&created_at={operator}:{time}{around[1]}") == ()


@given(
    st.lists(st.sampled_from([PATH, f"{PATH}?", "limit=", "0", "&", "%", '"', "\n"]) | st.text())
)
@example([f"{PATH}?", "\ud800"])
@example([f"{PATH}?", "{" * 200])
def test_any_text_is_linted(parts: list[str]) -> None:
    text = "".join(parts)
    for found in lint(text):
        assert 0 <= found.span.start <= found.span.end <= len(text)
        for fix in found.fixes:
            assert fix.apply(text) != text


@given(st.text(), st.text())
def test_a_text_without_an_image_list_url_has_no_findings(before: str, after: str) -> None:
    assert lint(f"{before} /v2/images?limit=0 {after}".replace(PATH, "")) == ()
