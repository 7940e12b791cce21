"""Pages need neither https nor this machine's own name, and a page at rest asks for nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from support.browser import Visitor, chromium
from support.process import Program
from support.servers import Backend, serving_workspace

pytestmark = pytest.mark.process


def test_plain_http_under_another_name_has_all_of_it(yoi: Program, workspace: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name = f"workshop.example:{port}"
    with (
        serving_workspace(yoi, "--bind", f"127.0.0.1:{port}", "--host", name, cwd=workspace) as it,
        chromium("--host-resolver-rules=MAP workshop.example 127.0.0.1") as browser,
    ):
        ticket = it.data("POST", "tickets", {"title": "Asked for from elsewhere"})["id"]
        page = browser.new_context().new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"http://{name}{it.server.data('POST', '/api/login-codes')['path']}")
        page.goto(f"http://{name}/w/{it.workspace_id}/tickets/{ticket}")
        assert page.evaluate("isSecureContext") is False
        page.wait_for_selector("#live[data-state=on]")
        page.fill("#comment-form textarea", "Said over plain HTTP.")
        page.click("#comment-form button")
        page.wait_for_selector("#thread >> text=Said over plain HTTP.")
        assert wrong == []


def test_a_page_at_rest_asks_for_nothing(
    visitor: Visitor, served: Backend, served_yoi: Program
) -> None:
    ticket = served.data("POST", "tickets", {"title": "Looked at"})["id"]
    spawn = ("worker", "spawn", "--ticket", ticket, "--json", "--", "sh", "-c")
    worker = served_yoi(*spawn, "echo at work; exec sleep 60").json["worker_id"]
    pages = [visitor.page, visitor.open(), visitor.open()]
    paths = ("/board", f"/tickets/{ticket}", f"/runtimes/local/workers/{worker}")
    for page, path in zip(pages, paths, strict=True):
        page.goto(f"{visitor.base}{path}")
        page.wait_for_selector("#live[data-state=on]")
    pages[2].wait_for_selector("#blocks >> text=at work")
    pages[0].wait_for_timeout(1500)  # what the connections themselves asked for is over
    asked: list[str] = []
    visitor.context.on("request", lambda request: asked.append(request.url))
    pages[0].wait_for_timeout(1500)
    served_yoi("worker", "stop", worker)
    assert asked == []
    pages[2].wait_for_selector("#worker-state .chip[data-worker=killed]")
    assert asked, "control: a change is asked for"
