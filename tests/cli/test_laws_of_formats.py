"""Whatever a filter contains, another reader of each format finds its URL, and no syntax in it."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import imsquery
from imsquery import CLOUDIMAGES, testing
from imsquery.cli.formats import FORMATS
from tests.strategies import quoted

ENDPOINT = "https://ims.cn-north-4.myhuaweicloud.com"

# Syntax of one of the formats, of spreadsheets or of Grafana.
hostile = st.text(
    st.sampled_from("|\\`;='\"<>&*_[]{}$!#~+-@,:.%＝＠\t\n a1公\x7f\x9b\u2028\xa0"), max_size=12
)
values = hostile | st.text(max_size=12)
comments = values.map(lambda text: "  # " + re.sub(r"[\r\n]", " ", text)) | st.just("")
lines = st.one_of(
    st.builds("name = {}{}".format, values.map(quoted), comments),
    st.builds("tagged({}, {}){}".format, values.map(quoted), values.map(quoted), comments),
    st.builds("{}{}".format, st.sampled_from(["all", " protected ", "", "\t(all)"]), comments),
    testing.requests().filter(lambda text: "\n" not in text),
)


def compiled(texts: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        try:
            pairs.append((text, imsquery.compile(text).url(ENDPOINT)))
        except imsquery.QueryError:
            continue
    return pairs


def written(form: str, pairs: list[tuple[str, str]]) -> str:
    lines = [*FORMATS[form](iter(pairs), "url", CLOUDIMAGES)]

    assert all(each.isprintable() or each in "\xa0\u3000 " for line in lines for each in line)
    return "\n".join(lines) + "\n"


batches = st.lists(lines, max_size=5).map(compiled)


@given(batches)
def test_json_reads_back(pairs: list[tuple[str, str]]) -> None:
    text = written("json", pairs)
    text.encode()

    assert json.loads(text) == [{"filter": each, "url": url} for each, url in pairs]


FORMULA = re.compile(r"""(?:^|;)["'\s]*[=+\-@＝＋－＠]""")


@given(batches)
@example([("=1+1", "https://host")])
@example([(" @x; -1", "https://host")])
@example([("a;\"=cmd|' /C calc'!A1\"", "https://host")])
def test_csv_reads_back_and_has_no_formula(pairs: list[tuple[str, str]]) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", pairs), newline=""), strict=True))

    assert rows[0] == ["filter", "url"]
    assert [row[1] for row in rows[1:]] == [url for _, url in pairs]
    for row in rows:
        for cell in row:
            found = FORMULA.search(cell)
            # After an apostrophe, any spreadsheet takes the rest as text.
            assert found is None or found[0].lstrip(";").startswith("'")


class Cells(HTMLParser):
    """Collects the texts and links of the cells of a table, and all tags."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in {"td", "th"}:
            self.cells.append("")
        if tag == "a":
            self.links += [str(value) for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def shown(text: str) -> str:
    """Return a filter as a page shows it: spaces collapsed, invisible characters escaped."""
    visible = "".join(
        each
        if each.isprintable() or each in "\t\xa0\u3000"
        else each.encode("unicode_escape").decode()
        for each in text.strip(" ")
    )
    return " ".join(visible.split())


@given(batches)
@example([("name = 'a|b`c'", "https://host/v2/cloudimages?name=a%7Cb%60c")])
@example([("name = '\\\\|x'", "https://host/v2/cloudimages")])
def test_markdown_shows_filters_and_links(pairs: list[tuple[str, str]]) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    page = Cells()
    page.feed(
        markdown_it.MarkdownIt("gfm-like", {"linkify": False}).render(written("markdown", pairs))
    )
    page.close()

    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "a", "code"}
    assert len(page.cells) == 2 + 2 * len(pairs)
    # A renderer may decode the text of a link; its target is what counts.
    assert page.links == [url for _, url in pairs]
    assert [" ".join(each.split()) for each in page.cells[2::2]] == [
        shown(each) for each, _ in pairs
    ]


@given(batches)
def test_grafana_queries_match_its_schema_and_contain_no_variables(
    pairs: list[tuple[str, str]],
) -> None:
    text = written("infinity", pairs)
    queries = json.loads(text)

    assert [query["url"] for query in queries] == [url for _, url in pairs]
    # `$x`, `${x}`, `[[x]]` and `{{x}}` are variables in a dashboard.
    assert not re.search(r"\$|\{\{|\[\[", text)
    for query in queries:
        chosen = {"type": "json", "source": "url", "parser": "backend", "format": "table"}
        assert chosen.items() <= query.items()
        assert query["url_options"]["method"] == "GET"
        assert query["root_selector"] == "images"
        for column in query["columns"]:
            assert column.keys() == {"selector", "text", "type"}
            assert column["type"] in {"string", "number", "timestamp"}
            assert CLOUDIMAGES.find(column["selector"]) is not None
