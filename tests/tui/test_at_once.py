"""The panel, a browser, the command line and HTTP at once on one store: nothing is lost, and all
see it."""

from __future__ import annotations

import asyncio
import random
import threading
from pathlib import Path

import pytest
from support.browser import Visitor, chromium, until
from support.panel import Panel, drive
from support.process import Program
from support.servers import serving_workspace
from support.workspaces import put

pytestmark = [pytest.mark.process, pytest.mark.slow]

_BY_PANEL, _BY_BROWSER, _BY_COMMAND, _BY_HTTP = 30, 10, 50, 110
_TICKETS = 6
ACTIONS = _BY_PANEL + _BY_BROWSER + _BY_COMMAND + _BY_HTTP


def test_two_hundred_actions_at_once_lose_nothing(workspace: Path, yoi: Program) -> None:
    tickets = [put(workspace, one, "planning", title=f"Nr {one}") for one in range(1, 1 + _TICKETS)]
    said: dict[str, list[str]] = {one: [] for one in tickets}
    titles: set[str] = set()

    all_is_said = threading.Event()
    with serving_workspace(yoi, cwd=workspace) as backend:

        def by_browser() -> float:
            """Comments from pages; at the end, how long it took until the board showed the last
            change."""
            with chromium() as browser:
                visitor = Visitor(browser, backend)
                for number in range(_BY_BROWSER):
                    one, text = tickets[number % _TICKETS], f"browser {number}"
                    page = visitor.go(f"/tickets/{one}")
                    page.fill("#comment-form textarea", text)
                    page.click("#comment-form button")
                    page.wait_for_selector(f"#thread >> text={text}")
                    said[one].append(text)
                page = visitor.go("/board")
                page.wait_for_selector("#live[data-state=on]")
                all_is_said.wait(60)
                yoi("ticket", "edit", tickets[1], "--title", "Seen in the browser")
                seconds = until(
                    lambda: page.locator("text=Seen in the browser").count() > 0, seconds=10
                )
                visitor.context.close()
                assert visitor.troubles == []
                return seconds

        def by_command(seed: int, count: int) -> None:
            chance = random.Random(seed)
            for number in range(count):
                one, text = chance.choice(tickets), f"command {seed} {number}"
                if number % 5 == 4:
                    yoi("ticket", "create", "--title", text)
                    titles.add(text)
                else:
                    yoi("ticket", "comment", one, "-m", text)
                    said[one].append(text)

        def by_http(seed: int, count: int) -> None:
            chance = random.Random(seed)
            for number in range(count):
                one, text = chance.choice(tickets), f"http {seed} {number}"
                if number % 5 == 4:
                    backend.data("POST", "tickets", {"title": text})
                    titles.add(text)
                else:
                    backend.data("POST", f"tickets/{one}/events", {"text": text})
                    said[one].append(text)

        async def by_panel(panel: Panel) -> None:
            composer = panel.app.main.composer
            await panel.press("down", "tab")
            for number in range(_BY_PANEL):
                await panel.press("down" if number % 2 else "up")
                one, text = panel.selected.removeprefix("ticket:"), f"panel {number}"
                composer.insert(text)
                await panel.press("enter")
                await panel.until(lambda: not composer.message, text)
                said.setdefault(one, []).append(text)

        async def script(panel: Panel) -> None:
            others = [
                asyncio.create_task(asyncio.to_thread(call, seed, count))
                for call, seed, count in (
                    (by_command, 1, _BY_COMMAND),
                    (by_http, 2, _BY_HTTP // 2),
                    (by_http, 3, _BY_HTTP // 2),
                )
            ]
            browsing = asyncio.create_task(asyncio.to_thread(by_browser))
            await by_panel(panel)
            await asyncio.gather(*others)
            all_is_said.set()
            assert await browsing < 1
            await panel.until(lambda: titles <= set(_titles(panel)), "what the others made")
            await asyncio.to_thread(yoi, "ticket", "edit", tickets[0], "--title", "Seen by all")
            assert await panel.until(lambda: "Seen by all" in _titles(panel)) < 1
            rows = await asyncio.to_thread(backend.data, "GET", "tickets?limit=200")
            assert "Seen by all" in {row["title"] for row in rows["items"]}

        drive(workspace, script, size=(80, 40))

    assert sum(map(len, said.values())) + len(titles) == ACTIONS
    for one, texts in said.items():
        log = (workspace / ".yoi/tickets" / one / "thread.md").read_text()
        assert [text for text in texts if log.count(f"{text}\n") != 1] == []
    listed = {row["title"] for row in yoi("ticket", "list", "--all", "--json").json["tickets"]}
    assert titles <= listed
    yoi("doctor")


def _titles(panel: Panel) -> list[str]:
    return [row.ticket.title for row in panel.app.main.list.rows if row.ticket]
