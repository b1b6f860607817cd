"""What a person does with the page, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Browser, Locator, Page, Response, expect

import imsquery
from imsquery.diagnostics.terminal import visible
from imsquery.server.catalogue import Catalogue
from imsquery.server.page.answers import LIMITS
from imsquery.server.runner import running
from tests.browser.conftest import Opened, opening
from tests.server.test_laws_of_page import text_of, texts, units
from tests.server.test_server import TOKEN, records

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
GOOD = 'platform in (CentOS, Ubuntu) and (protected or min_ram <= 4096) and name contains "64"'
BAD = "platfrom = Centos && min_disk < 40 and protected = yes"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 360, "height": 740}


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Filter")


def written(page: Page) -> str:
    """Return the text in the editor."""
    return "\n".join(editor(page).locator(".cm-line").all_text_contents())


def findings(page: Page) -> Locator:
    return page.get_by_role("list", name="Findings").get_by_role("listitem")


def rows(page: Page) -> Locator:
    return page.locator("#images tbody tr")


def column(page: Page, name: str) -> list[str]:
    """Return what is in a column of the table."""
    titles = page.locator("#images thead th").all_text_contents()
    at = titles.index(name)
    return [each.locator("th, td").nth(at).inner_text() for each in rows(page).all()]


# -- while one types


def test_typing_shows_what_is_wrong_and_then_what_is_found(opened: Opened) -> None:
    page = opened()
    expect(page.locator("#images-count")).to_have_text("360 images")

    editor(page).press_sequentially("platfrom = CentOS")
    expect(findings(page)).to_have_count(1)
    expect(findings(page)).to_contain_text("unknown name platfrom; did you mean platform?")
    expect(page.locator("#verdict")).to_have_text("1 error")
    expect(page.locator(".cm-lintRange-error")).to_have_text("platfrom")

    editor(page).press("Escape")
    editor(page).press("ControlOrMeta+a")
    editor(page).press_sequentially("platform = CentOS and min_disk <= 60")
    expect(page.locator("#verdict")).to_have_text("No errors")
    wanted = [each for each in records() if imsquery.matcher(written(page))(each)]
    expect(page.locator("#images-count")).to_have_text(f"{len(wanted)} images")
    assert sorted(column(page, "name")) == sorted(each["name"] for each in wanted)


def test_a_click_fixes(opened: Opened) -> None:
    page = opened("platfrom = CentOS and name = 😀 and protected = yes")
    expect(findings(page)).to_have_count(4)
    page.get_by_role("button", name="Fix: write true").click()
    expect(findings(page)).to_have_count(3)
    assert written(page) == "platfrom = CentOS and name = 😀 and protected = true"

    page.get_by_role("button", name="Fix: add quotes").click()
    expect(findings(page)).to_have_count(2)
    assert written(page) == 'platfrom = CentOS and name = "😀" and protected = true'
    expect(editor(page)).to_be_focused()


def test_all_safe_fixes_are_applied_at_once(opened: Opened) -> None:
    page = opened(BAD)
    page.get_by_role("button", name="Fix all that is safe").click()

    expect(page.get_by_role("button", name="Fix all that is safe")).to_be_hidden()
    assert written(page) == "platform = Centos and min_disk < 40 and protected = true"


def test_a_key_fixes_what_is_at_the_cursor(opened: Opened) -> None:
    page = opened(BAD)
    editor(page).press("ControlOrMeta+End")
    editor(page).press("ControlOrMeta+.")
    expect(findings(page)).to_have_count(2)
    assert written(page) == BAD.replace("yes", "true")

    editor(page).press("ControlOrMeta+Home")
    editor(page).press("ControlOrMeta+.")
    expect(findings(page)).to_have_count(1)
    editor(page).press("ControlOrMeta+.")  # the nearest
    expect(page.locator("#verdict")).to_have_text("No errors")
    assert written(page) == "platform = Centos and min_disk < 40 and protected = true"


def test_a_finding_shows_its_place(opened: Opened) -> None:
    page = opened(BAD)
    page.get_by_role("button", name="use and, not &&").click()
    page.keyboard.type("and")

    assert written(page) == BAD.replace("&&", "and")


def test_completion_offers_what_can_be_written(opened: Opened) -> None:
    page = opened()
    editor(page).press_sequentially("visib")
    options = page.get_by_role("listbox").get_by_role("option")
    option = options.first
    expect(options).to_have_count(1)
    expect(option).to_contain_text("visibility")
    page.wait_for_timeout(200)  # the editor takes no Enter before one could have seen it
    editor(page).press("Enter")
    assert written(page) == "visibility"

    editor(page).press_sequentially(" = pr")
    expect(option).to_contain_text("private")
    page.wait_for_timeout(200)
    editor(page).press("Enter")
    assert written(page) == "visibility = private"

    editor(page).press_sequentially(" ")
    editor(page).press("Control+Space")
    expect(options.filter(has_text="order")).to_be_visible()


def test_the_text_is_formatted_on_request(opened: Opened) -> None:
    page = opened("PLATFORM==CentOS   AND protected")
    page.get_by_role("button", name="Format").click()

    assert written(page) == "platform = CentOS and protected"
    expect(page.get_by_role("button", name="Format")).to_be_disabled()


def test_an_example_is_a_click_away(opened: Opened) -> None:
    page = opened()
    page.get_by_role("button", name="platform = CentOS and supports(kvm)").click()

    expect(page.get_by_role("group", name="query string")).to_have_text(
        "__platform=CentOS&__support_kvm=true"
    )


# -- answers


def test_the_request_can_be_copied(opened: Opened) -> None:
    page = opened("platform = CentOS and created_at < 2018-10-28 and supports(kvm)")
    query = "__platform=CentOS&__support_kvm=true&created_at=lt:2018-10-28T00:00:00Z"
    button = page.get_by_role("button", name="Copy the query string")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == query

    page.get_by_role("textbox", name="Endpoint").fill("https://ims.cn-north-4.myhuaweicloud.com")
    url = page.get_by_role("group", name="URL")
    expect(url).to_have_text(f"https://ims.cn-north-4.myhuaweicloud.com/v2/cloudimages?{query}")
    page.get_by_role("button", name="Copy the URL").click()
    assert page.evaluate("navigator.clipboard.readText()") == url.inner_text()


def test_the_url_of_the_page_finds_the_images(opened: Opened) -> None:
    page = opened("platform = CentOS")
    url = page.get_by_role("group", name="URL").inner_text()

    listed = page.request.get(url).json()["images"]
    expect(page.locator("#images-count")).to_have_text(f"{len(listed)} images")


def test_the_plan_is_a_tree_and_a_picture(opened: Opened) -> None:
    page = opened(GOOD)
    lines = imsquery.plan(GOOD).explain().replace("`", "").splitlines()
    tree = page.locator("#plan li")

    expect(tree).to_have_count(len(lines))
    for item, line in zip(tree.all(), lines, strict=True):
        assert item.evaluate("each => each.firstChild.textContent") in line
        depth = item.evaluate(
            "each => { let n = 0; while (each = each.parentElement.closest('li')) n++; return n; }"
        )
        assert depth == len(re.match(r"[│├└─ ]*", line)[0]) // 3  # type: ignore[index]
    picture = page.get_by_role("img", name=re.compile("2 requests for"))
    expect(picture).to_be_visible()
    for text in ("__platform=CentOS", "__platform=Ubuntu", "client union", "images"):
        expect(picture).to_contain_text(text)


def test_what_no_single_request_can_express_says_so(opened: Opened) -> None:
    page = opened(GOOD)

    expect(page.locator("#request")).to_contain_text("Not a single request")
    expect(page.get_by_role("button", name="Copy the URL")).to_have_count(0)


def test_images_are_sorted_by_any_column(opened: Opened) -> None:
    page = opened("min_ram >= 0 and platform = Ubuntu")
    heading = page.get_by_role("columnheader", name="min_ram")
    expect(heading).to_be_visible()
    before = column(page, "min_ram")
    assert len(set(before)) > 2

    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert column(page, "min_ram") == sorted(before, key=int)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert column(page, "min_ram") == sorted(before, key=int, reverse=True)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") is None
    assert column(page, "min_ram") == before

    page.get_by_role("columnheader", name="name", exact=True).get_by_role("button").click()
    assert column(page, "name") == sorted(column(page, "name"))


def test_a_row_says_why_it_matches(opened: Opened) -> None:
    page = opened(GOOD)
    button = rows(page).first.get_by_role("button")
    button.click()

    expect(button).to_have_attribute("aria-pressed", "true")
    why = page.locator("#why")
    expect(why).to_contain_text(f"{button.inner_text()} matches.")
    expect(why.locator(".mark").first).to_have_text("yes")
    expect(why).to_contain_text("platform: ")


def test_an_image_that_does_not_match_can_be_asked_about_by_its_id(opened: Opened) -> None:
    page = opened("platform = CentOS")
    other = next(each for each in records() if each["__platform"] == "Ubuntu")
    page.get_by_role("textbox", name="Image id").fill(other["id"])
    page.get_by_role("textbox", name="Image id").press("Enter")

    expect(page.locator("#why")).to_contain_text("does not match")
    expect(page.locator("#why")).to_contain_text("platform: Ubuntu")


def test_the_statement_is_that_of_the_engine(opened: Opened) -> None:
    page = opened("platform = CentOS and min_ram <= 4096")
    statement = page.get_by_role("group", name="statement")
    for engine in ("duckdb", "postgres", "spark", "trino", "clickhouse", "bigquery"):
        page.get_by_role("combobox", name="Engine").select_option(engine)
        made = imsquery.sql("platform = CentOS and min_ram <= 4096", engine)
        expect(statement).to_have_text(made.sql)
    assert page.locator("#sql li").all_text_contents() == ['"CentOS"', "4096"]


def test_answers_stay_but_cannot_be_used_while_the_filter_is_faulty(opened: Opened) -> None:
    page = opened("platform = CentOS")
    expect(page.locator("#images-count")).not_to_be_empty()
    editor(page).press("ControlOrMeta+End")
    editor(page).press_sequentially(" and nope")

    expect(page.locator("#answers")).to_have_attribute("inert", "")
    expect(page.locator("#stale")).to_contain_text("the last filter without errors")
    expect(page.locator("#request code").first).to_have_text("__platform=CentOS")


# -- sharing


def test_a_link_restores_what_is_shown(opened: Opened) -> None:
    page = opened(GOOD)
    page.get_by_role("combobox", name="Engine").select_option("spark")
    rows(page).nth(2).get_by_role("button").click()
    why = page.locator("#why")
    expect(why).to_contain_text("matches")
    before = why.inner_text()
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url

    other = opened()
    other.goto(link)
    other.reload()
    expect(rows(other).nth(2).get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(other.locator("#why")).to_have_text(re.compile("matches"))
    assert other.locator("#why").inner_text() == before
    assert written(other) == GOOD
    assert other.get_by_role("combobox", name="Engine").input_value() == "spark"


def test_another_fragment_shows_another_filter(opened: Opened) -> None:
    page = opened("platform = CentOS")
    page.evaluate("location.hash = '#query=platform+%3D+Ubuntu&dialect=nope'")

    expect(page.get_by_role("group", name="query string")).to_have_text("__platform=Ubuntu")
    assert page.get_by_role("combobox", name="Engine").input_value() == "duckdb"


# -- values of others

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</td></table><h1>x</h1>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "`<b>x</b>`",
    "a&lt;b&amp;c\"'",
]


@pytest.fixture
def hostile(browser: Browser) -> Iterator[Opened]:
    images = [
        {
            "id": each,
            "name": each,
            "__os_version": each,
            "created_at": f"2020-01-0{at + 1}T00:00:00Z",
        }
        for at, each in enumerate(HOSTILE)
    ]
    with (
        Catalogue.from_records(images) as catalogue,
        running(catalogue) as url,
        opening(browser, url) as opened,
    ):
        yield opened


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_text_wherever_it_is_shown(hostile: Opened, value: str) -> None:
    quoted = json.dumps(value)
    query = f"name = {quoted} or os_version = {quoted} or name = <img/src=x/onerror=alert(1)>"
    page = hostile(query)
    expect(page.locator("#verdict")).to_contain_text("error")  # of what is not quoted
    page.locator(".cm-lintRange-error").first.hover()

    editor(page).fill(f"name = {quoted} or os_version = {quoted}")
    expect(page.locator("#images-count")).to_have_text("1 image")
    expect(rows(page).first.locator("td").first).to_have_text(value)
    rows(page).first.get_by_role("button").click()
    expect(page.locator("#why strong")).to_have_text(value)
    expect(page.locator("#plan")).to_contain_text(value.replace("`", "")[:10])
    assert page.locator("main :is(img, script, b, h1)").count() == 0
    assert page.evaluate("document.scripts.length") == 1


@pytest.fixture(scope="module")
def shared(browser: Browser, endpoint: str) -> Iterator[Page]:
    with opening(browser, endpoint) as opened:
        yield opened()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(query=texts())
def test_any_text_has_the_findings_of_the_library(shared: Page, query: str) -> None:
    """Nor does any text make the page log an error, which is looked at once it is closed."""
    query += " x"  # something, and another text than before
    # As the address bar, and then the editor, has it.
    wanted = re.sub("\r\n?", "\n", re.sub("[\ud800-\udfff]", "\ufffd", text_of(units(query))))
    with shared.expect_response(
        lambda each: each.url.endswith("/api/filter") and sent(each) == wanted
    ) as answered:
        shared.evaluate(
            "text => { location.hash = new URLSearchParams({ query: text, n: Math.random() }) }",
            query,
        )
    assert answered.value.ok
    found = imsquery.check(wanted, limits=LIMITS)

    shown = [f"{each.severity}{visible(each.message)}" for each in found]
    expect(findings(shared)).to_have_count(len(found))
    written = shared.locator("#findings li > p:first-child").all_text_contents()
    assert [each.replace("`", "") for each in written] == [each.replace("`", "") for each in shown]


def sent(response: Response) -> str:
    return str((response.request.post_data_json or {}).get("query"))


# -- for everyone


@pytest.mark.parametrize("query", ["", GOOD, BAD, f"name = {'x' * 300} or tag = {'y' * 200}"])
def test_nothing_is_cut_off_on_a_narrow_screen(opened: Opened, query: str) -> None:
    page = opened(query, viewport=NARROW)
    page.wait_for_timeout(300)  # until all answers are there
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert widths[0] == widths[1] == NARROW["width"]


def test_completions_fit_on_a_narrow_screen(opened: Opened) -> None:
    page = opened(viewport=NARROW)
    editor(page).press("Control+Space")
    box = page.get_by_role("listbox").bounding_box()

    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= NARROW["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("state", ["good", "bad", "none", "completing"])
def test_axe_finds_no_fault_in_contrast_labels_or_roles(
    opened: Opened, scheme: str, viewport: Any, state: str
) -> None:
    query = {"good": f"{GOOD} limit 5  # x", "bad": BAD, "none": "none", "completing": "none "}[
        state
    ]
    page = opened(query, viewport=viewport, color_scheme=scheme)
    if state == "good":
        rows(page).first.get_by_role("button").click()
        expect(page.locator("#why .mark").first).to_be_visible()
    if state == "bad":
        page.locator(".cm-lintRange-error").first.hover()
        expect(page.locator(".cm-diagnostic")).to_be_visible()
    if state == "completing":
        editor(page).press("ControlOrMeta+End")
        editor(page).press("Control+Space")
        expect(page.get_by_role("listbox")).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # The list of completions scrolls as one goes through it by the arrow keys, from the editor.
    rules = {"scrollable-region-focusable": {"enabled": state != "completing"}}
    found = page.evaluate("rules => axe.run(document, { rules })", rules)

    assert found["passes"], "it looked at something"
    assert [
        (each["id"], node["html"], node["failureSummary"])
        for each in found["violations"]
        for node in each["nodes"]
    ] == []


def test_axe_sees_a_fault(opened: Opened) -> None:
    page = opened()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("document.documentElement.style.setProperty('--quiet', '#ddd')")
    found = page.evaluate("axe.run(document)")

    assert [each["id"] for each in found["violations"]] == ["color-contrast"]


def focused(page: Page) -> str:
    """Return the name of what has the focus."""
    return str(
        page.evaluate(
            "(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent"
            " ?? document.activeElement.textContent).trim() || document.activeElement.id"
        )
    )


def test_everything_can_be_done_by_keyboard_alone(opened: Opened) -> None:
    page = opened()
    expect(editor(page)).to_be_focused()
    page.keyboard.type("platform = CentOS and protected = yes")
    expect(findings(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("F8")  # goes to the finding
    page.keyboard.press("Control+.")
    expect(page.locator("#verdict")).to_have_text("No errors")
    expect(page.get_by_role("group", name="query string")).to_be_visible()
    expect(page.get_by_role("button", name="Format")).to_be_disabled()

    expect(rows(page).first).to_be_visible()
    page.keyboard.press("Escape")
    stops: list[str] = []
    while len(stops) < 40 and "tabbed back" not in stops:
        page.keyboard.press("Tab")
        stops.append(focused(page))
        if page.evaluate("document.activeElement === document.body"):
            stops.append("tabbed back")
    wanted = [
        "Copy link",
        "Table of images",
        "Image id",
        "Endpoint",
        "query string",
        "Engine",
        "statement",
    ]
    assert [each for each in stops if each in wanted] == wanted
    # The table is one stop, and each heading.
    names = column(page, "name")
    assert sum(each in names for each in stops) == 1

    first = rows(page).nth(0).get_by_role("button")
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(rows(page).nth(1).get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#why")).to_contain_text("matches")
    page.keyboard.press("End")
    expect(rows(page).last.get_by_role("button")).to_be_focused()

    heading = page.get_by_role("columnheader", name="name", exact=True)
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(heading.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_what_changes_is_announced(opened: Opened) -> None:
    page = opened("platform = CentOS")

    expect(page.get_by_role("status").first).to_have_text("No errors")
    expect(page.get_by_role("status").last).to_have_text(re.compile("[0-9]+ images"))
    expect(page.get_by_role("heading", level=1)).to_have_text("imsquery")
    expect(page.get_by_role("region", name="Images").first).to_be_visible()


# -- trouble


def test_a_token_is_asked_for(browser: Browser, shipped: Catalogue) -> None:
    with running(shipped, token=TOKEN) as url, opening_with_refusals(browser, url) as page:
        expect(page.get_by_role("alert")).to_have_text("Incorrect IAM authentication information.")
        page.get_by_label("This service asks for its token").fill(TOKEN)
        page.get_by_role("button", name="Use").click()

        expect(page.locator("#images-count")).to_have_text("360 images")
        expect(page.get_by_role("alert")).to_be_hidden()
        assert TOKEN not in page.url


def test_a_service_that_has_stopped_is_noticed(browser: Browser, shipped: Catalogue) -> None:
    with running(shipped) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        expect(page.locator("#images-count")).to_have_text("360 images")
    editor(page).press_sequentially("x")

    expect(page.get_by_role("alert")).to_contain_text("imsquery serve")
    context.close()


@contextmanager
def opening_with_refusals(browser: Browser, url: str) -> Iterator[Page]:
    """Yield a page whose questions are refused at first, which the browser logs."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()
