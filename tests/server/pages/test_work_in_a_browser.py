"""Work on tickets in a browser: from made to closed by keys alone, edits that meet, a server that
is started anew, and the console of a worker."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.browser import Visitor, until
from support.process import Program, git_program
from support.servers import Backend, serving_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.process, pytest.mark.slow]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(150):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


def press(page: Page, selector: str) -> None:
    page.wait_for_selector(selector)
    tab_to(page, selector)
    page.keyboard.press("Enter")


def make_move(page: Page, action: str, text: str | None = None) -> None:
    """Make a move on the ticket's page by keys."""
    press(page, f"#act-{action}")
    if text is not None or action == "accept":
        page.wait_for_selector("#ask[open]")
        if text is not None:
            tab_to(page, "#ask-text")
            page.keyboard.type(text)
        press(page, "#ask button.primary")


def test_the_whole_job_is_done_by_keys(
    visitor: Visitor, served: Backend, served_yoi: Program
) -> None:
    page, repo = visitor.go("/"), served_yoi.base / "repo"
    page.keyboard.press("c")
    page.wait_for_url("**/tickets/new")
    page.wait_for_selector("#ticket-form [name=title]:focus")
    page.keyboard.type("By keys alone")
    tab_to(page, "#ticket-form [name=acceptance]")
    page.keyboard.type("It is closed.")
    press(page, "#ticket-form button.primary")
    page.wait_for_url(re.compile(r"/tickets/0"))
    ticket = page.url.rpartition("/")[2]
    make_move(page, "intake", "All is settled.")
    make_move(page, "queue")
    make_move(page, "accept")
    page.wait_for_selector("#head .chip[data-state=inprogress]")
    git = git_program(served_yoi.env, served_yoi.base)
    git("switch", "--quiet", "--create", f"work/{ticket}", cwd=repo)
    (repo / "done.txt").write_text("It is done.\n")
    git("add", "done.txt", cwd=repo)
    git("commit", "--quiet", "--message", "Do it", cwd=repo)
    git("switch", "--quiet", "main", cwd=repo)
    worker = served_yoi(
        *("worker", "spawn", "--ticket", ticket, "--json", "--"), "sh", "-c", "echo at work"
    ).json["worker_id"]
    press(page, f"#run-{worker} a")
    page.wait_for_selector("#blocks >> text=at work")
    page.wait_for_selector("#worker-state .chip[data-worker=exited]")
    press(page, "#worker-head a[href*=tickets]")
    press(page, "#review-link")
    page.wait_for_selector(".diff tr.add >> text=It is done.")
    tab_to(page, "#review-form textarea")
    page.keyboard.type("Good.")
    press(page, "#review-form button.primary")
    page.wait_for_selector(".event[data-kind=review][data-status=approve]")
    make_move(page, "done")
    page.wait_for_selector("#head .chip[data-state=done]")
    make_move(page, "close", "There it is.")
    page.wait_for_selector("#head .chip[data-state=closed]")
    assert served.data("GET", f"tickets/{ticket}/state")["state"] == "closed"


def test_of_two_edits_none_is_lost(visitor: Visitor, served: Backend, served_yoi: Program) -> None:
    ticket = str(served.data("POST", "tickets", {"title": "Edited by two"})["id"])
    page = visitor.go(f"/tickets/{ticket}")
    page.click("#edit-button")
    page.fill("#edit-form [name=title]", "Mine")
    served_yoi("ticket", "edit", ticket, "--title", "Theirs", "--priority", "P1")
    page.wait_for_selector("h1 >> text=Theirs")
    page.click("#edit-form button.primary")
    page.wait_for_selector("#edit-form .conflict >> text=Theirs, as it is now")
    assert page.input_value("#edit-form [name=title]") == "Mine"
    assert served.data("GET", f"tickets/{ticket}")["ticket"]["title"] == "Theirs"
    page.reload()  # what was typed outlives the page, and still is of the revision that was seen
    assert page.input_value("#edit-form [name=title]") == "Mine"
    page.click("#edit-form button.primary")
    page.wait_for_selector("#edit-form .conflict:not([hidden])")
    page.click("#edit-form button.primary")
    page.wait_for_selector("h1 >> text=Mine")
    item = served.data("GET", f"tickets/{ticket}")["ticket"]["item"]["frontmatter"]
    assert (item["title"], item["priority"]) == ("Mine", "P1")
    visitor.troubles = [one for one in visitor.troubles if "409" not in one]


def test_a_console_goes_on_behind_a_server_that_was_started_anew(
    browser: Browser, yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "go"
    script = f"echo first; while [ ! -e '{gate}' ]; do sleep 0.05; done; echo second"
    with serving_workspace(yoi, cwd=workspace) as first:
        port = first.server.address.rpartition(":")[2]
        visitor = Visitor(browser, first)
        worker = yoi("worker", "spawn", "--json", "--", "sh", "-c", script).json
        page = visitor.go(f"/runtimes/local/workers/{worker['worker_id']}")
        page.wait_for_selector("#blocks >> text=first")
    page.wait_for_selector("#console-state >> text=lost")
    gate.touch()
    with serving_workspace(yoi, "--bind", f"127.0.0.1:{port}", cwd=workspace):
        page.wait_for_selector("#blocks >> text=second")
        page.wait_for_selector("#worker-state .chip[data-worker=exited]")
        assert (page.text_content("#blocks") or "").split() == ["first", "second"]
        visitor.context.close()


def test_a_long_console_opens_at_its_end_and_keeps_little(
    visitor: Visitor, served: Backend, served_yoi: Program
) -> None:
    line = "a line of some sixty characters, again and again and again"
    script = f"yes '{line}' | head -c 100000000; echo; echo THE END"
    worker = served_yoi("worker", "spawn", "--json", "--", "sh", "-c", script).json["worker_id"]
    served_yoi("worker", "wait", worker)
    page = visitor.page
    took = until_end(page, f"{visitor.base}/runtimes/local/workers/{worker}")
    assert took < 10.0  # a second, on a machine that does nothing else
    kept = "document.getElementById('blocks').textContent.length"
    assert page.evaluate(kept) < 1 << 20
    for _ in range(25):
        page.click("#older")
        page.wait_for_selector("#older:not([disabled])")
    assert page.evaluate(kept) < (5 << 20) + (1 << 19)
    assert page.is_visible("#jump")
    page.click("#jump")
    page.wait_for_selector("#blocks >> text=THE END")


def until_end(page: Page, address: str) -> float:
    page.goto(address, wait_until="commit")
    shown = "(document.getElementById('blocks')?.textContent ?? '').includes('THE END')"
    return until(lambda: bool(page.evaluate(shown)))
