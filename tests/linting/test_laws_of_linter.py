"""A URL is found wherever it is in a text, with the findings that it has by itself."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from imsquery.linting.linter import lint
from imsquery.urls.checker import check_url
from tests.strategies import ROWS

PATH = CLOUDIMAGES.path
NAMES = [row.wire for row in ROWS] + [row.wire.lstrip("_") for row in ROWS] + ["nonsense"]
VALUES = ["", "true", "True", "gold", "Gold", "0", "x86_64", "lt:2018", "%zz", "a.b", "*a", "name"]

queries = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("=".join), min_size=1, max_size=4
).map("&".join)
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
        (fix.apply(text), fix.title, fix.applicability) for each in lint(text) for fix in each.fixes
    ]

    assert mended == [
        (f"{before}{PATH}?{fix.apply(query)}{after}", fix.title, fix.applicability)
        for each in check_url(query)
        for fix in each.fixes
    ]


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
