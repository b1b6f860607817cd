"""The static build: the same page over a server of files, with Python in the browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import imsquery
from tests.browser.conftest import opening
from tests.browser.test_page import column, editor, rows
from tests.server.test_server import records
from web.static_build import make

LOADING = 60_000  # milliseconds: Python and the package, on a machine that is busy


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".mjs": "text/javascript",  # noqa: RUF012
                      ".wasm": "application/wasm", ".css": "text/css", ".html": "text/html",
                      ".svg": "image/svg+xml", "": "application/octet-stream"}  # fmt: skip

    def log_message(self, *_: Any) -> None:
        """Keep the output to the tests."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    make(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_page_works_without_a_service(browser: Browser, site: str) -> None:
    with opening(browser, site) as opened:
        page = opened("platfrom = CentOS", is_awaited=False)
        expect(page.locator("#verdict")).to_have_text("1 error", timeout=LOADING)
        page.get_by_role("button", name=re.compile("Fix: |Suggestion: ")).first.click()
        expect(page.locator("#verdict")).to_have_text("No errors")

        editor(page).press("ControlOrMeta+End")
        editor(page).press_sequentially(" and min_ram <= 2048 order by name asc")
        query = "platform = CentOS and min_ram <= 2048"
        wanted = [each for each in records() if imsquery.matcher(query)(each)]
        expect(page.locator("#images-count")).to_have_text(f"{len(wanted)} images")
        assert column(page, "name") == sorted(each["name"] for each in wanted)

        rows(page).first.get_by_role("button").click()
        expect(page.locator("#why")).to_contain_text("matches")
        expect(page.get_by_role("group", name="statement")).to_contain_text("SELECT")
        expect(page.get_by_role("img", name=re.compile("1 request"))).to_be_visible()

        # What the sample does not show is said, not guessed.
        editor(page).fill("whole_image = true")
        expect(page.locator("#images-count")).to_contain_text("whole_image is not in image records")
