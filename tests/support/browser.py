"""Debian's Chromium, driven by playwright: real pages, real keys."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec
import pytest

from yoi_cli.server.backend.table import ROUTES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request
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
    `troubles`, what it asks for in `asked` (method, and address without its query), and what of
    that no route declares in `undeclared`."""

    def __init__(self, browser: Browser, backend: Backend, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
        self.backend = backend
        self.base = f"{backend.server.address}/w/{backend.workspace_id}"
        self.troubles: list[str] = []
        self.asked: set[tuple[str, str]] = set()
        self.undeclared: list[str] = []
        self.context.on("request", self._request)
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

    def _request(self, request: Request) -> None:
        self._ask(request.method, request.url)
        _, _, path = request.url.partition(self.backend.server.address)
        if path.startswith("/api"):
            self.undeclared += undeclared(request.method, path, request.post_data)

    def _ask(self, method: str, url: str) -> None:
        self.asked.add((method, re.sub(r"[?#].*", "", url)))


def undeclared(method: str, address: str, body: str | None) -> list[str]:
    """What of a request for the api no route of `yoi serve` declares: itself, a word of its query,
    or its body."""
    path, _, query = address.partition("?")
    asked = f"{method} {path}"
    for route in ROUTES:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.path))
        if route.method != method or not re.fullmatch(pattern, path):
            continue
        known = route.query.__struct_encode_fields__ if route.query is not None else ()
        found = [f"{asked}: {word}" for word in parse_qs(query, True) if word not in known]
        try:
            if body is not None:
                msgspec.json.decode(body, type=route.body or type(None))
        except msgspec.MsgspecError as error:
            found.append(f"{asked}: {error}")
        return found
    return [asked]


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> float:
    """Wait for a condition; how many seconds that took."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError("it did not come to pass")
        time.sleep(0.01)
    return time.monotonic() - began
