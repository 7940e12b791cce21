"""Debian's Chromium, driven by playwright: real pages, real keys."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from support.servers import Backend

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 60_000
#: axe-core, as its makers publish it (tests/support/vendored/README.md).
AXE = Path(__file__).parent / "vendored" / "axe.min.js"


@contextlib.contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """A browser, started with `options`; the test is skipped where there is none."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not here: nothing can look at the pages")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *options])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody with a browser of their own who is let in. What goes wrong in a page is kept in
    `troubles`, what it asks for in `asked` (method, and address without its query)."""

    def __init__(self, browser: Browser, backend: Backend, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
        self.backend = backend
        self.base = f"{backend.server.address}/w/{backend.workspace_id}"
        self.troubles: list[str] = []
        self.asked: set[tuple[str, str]] = set()
        self.context.on("request", lambda one: self._ask(one.method, one.url))
        self.page = self.open()
        code = backend.server.data("POST", "/api/login-codes")["path"]
        self.page.goto(f"{backend.server.address}{code}")

    def open(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said.type, said.text))
        page.on("dialog", lambda dialog: self.troubles.append(f"a dialog: {dialog.message}"))
        page.on("websocket", lambda one: self._ask("GET", one.url.replace("ws", "http", 1)))
        return page

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page

    def _hear(self, page: Page, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.troubles.append(f"{page.url}: {text}")

    def _ask(self, method: str, url: str) -> None:
        self.asked.add((method, re.sub(r"[?#].*", "", url)))


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> float:
    """Wait for a condition; how many seconds that took."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError("it did not come to pass")
        time.sleep(0.01)
    return time.monotonic() - began
