"""Debian's Chromium, and pages in it that must not complain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

TIMEOUT = 30_000  # milliseconds: the machine may be busy
CHROMIUM = "/usr/bin/chromium"
# As root, and without the requests that a browser makes on its own account.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Opened = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, endpoint: str) -> Iterator[Opened]:
    """Return a function that opens the page with a filter."""
    with opening(browser, endpoint) as opened:
        yield opened


@contextmanager
def opening(browser: Browser, endpoint: str) -> Iterator[Opened]:
    """Yield a function that opens pages of a service.

    At the end, none may have logged an error, broken its policy, or asked anyone else.
    """
    contexts = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on(
            "console",
            lambda message: complaints.append(f"{message.type}: {message.text} {message.location}"),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: _check_origin(request.url, endpoint, complaints))

    def open_page(query: str = "", *, is_awaited: bool = True, **options: Any) -> Page:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        watch(page)
        page.goto(f"{endpoint}/#{urlencode({'query': query})}" if query else endpoint)
        if is_awaited:
            expect(page.locator("#verdict")).not_to_have_text("Loading…")
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    assert complaints == []


def _check_origin(url: str, endpoint: str, complaints: list[str]) -> None:
    if urlsplit(url).netloc != urlsplit(endpoint).netloc:
        complaints.append(f"request: {url[:80]}")
