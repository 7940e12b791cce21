"""The panel by its keys: what is selected, typed and done, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.api import session_at
from support.panel import Panel, drive
from support.process import Program
from support.threads import AT
from support.tickets import created, put_ticket, said
from support.workspaces import broken_relations, put

from yoi_cli.api import tickets

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("each_backend")]


def state(workspace: Path, ticket: str) -> str:
    return tickets.state_of(session_at(workspace), ticket)[1].state


def thread(workspace: Path, ticket: str) -> str:
    return (workspace / ".yoi/tickets" / ticket / "thread.md").read_text()


def test_nothing_is_selected_at_the_start_after_escape_and_by_a_refresh(
    workspace: Path, yoi: Program
) -> None:
    one, other = put(workspace, 1, "ready"), put(workspace, 2, "planning")

    async def script(panel: Panel) -> None:
        assert panel.selected == ""
        await panel.press("down")
        assert panel.selected == f"ticket:{one}"
        await panel.press("escape")
        assert panel.selected == ""
        readings = panel.app.feed.readings
        await panel.press("f5")
        await panel.until(lambda: panel.app.feed.readings > readings)
        assert panel.selected == ""
        await panel.press("end")
        assert panel.selected == f"ticket:{other}"
        yoi("ticket", "close", other, "-m", "Gone.")
        await panel.until(lambda: len(panel.app.main.list.rows) == 1)
        assert panel.selected == ""

    drive(workspace, script)


def test_text_and_selection_survive_every_refresh(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.press("down")
        await panel.type("Half a sen")
        yoi("ticket", "comment", one, "-m", "By somebody else.")
        put(workspace, 2, "planning", title="Another one")
        await panel.shows("Another one")
        assert panel.app.main.composer.text == "Half a sen"
        assert panel.selected == f"ticket:{one}"

    drive(workspace, script)


def test_a_change_by_the_command_line_shows_within_a_second(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "planning")

    async def script(panel: Panel) -> None:
        yoi("ticket", "intake", one, "-m", "Settled.")
        assert await panel.shows("gate open") < 1

    drive(workspace, script)


def test_the_list_goes_by_bucket_and_says_gate_blockers_and_action(workspace: Path) -> None:
    put(workspace, 1, "planning", title="Think about it")
    put(workspace, 2, "ready", title="Go ahead")
    put(workspace, 3, "ready", title="Not yet", depends_on="1")
    put(workspace, 4, "inprogress", title="At it")
    put(workspace, 5, "done", title="Over")
    put(workspace, 6, "closed", title="Long gone")

    async def script(panel: Panel) -> None:
        titles = [row.ticket.title for row in panel.app.main.list.rows if row.ticket]
        assert titles == ["Go ahead", "At it", "Not yet", "Over", "Think about it"]
        said = panel.text
        for word in ("gate open", "Enter: queue", "waits", "(planning)", "Enter: close"):
            assert word in said
        assert "Long gone" not in said

    drive(workspace, script)

    async def closed(panel: Panel) -> None:
        assert "Long gone" in panel.text

    drive(workspace, closed, closed_too=True)


def test_enter_queues_closes_and_asks_what_was_settled(workspace: Path) -> None:
    ready, done = put(workspace, 1, "ready", title="a"), put(workspace, 2, "done", title="b")
    planned = put(workspace, 3, "planning", title="c")

    async def script(panel: Panel) -> None:
        await panel.press("down", "enter")
        await panel.until(lambda: state(workspace, ready) == "queued")
        await panel.shows("is queued")
        await panel.press("down", "enter")
        await panel.until(lambda: state(workspace, done) == "closed")
        await panel.until(lambda: len(panel.app.main.list.rows) == 2)
        await panel.press("end", "enter")
        await panel.shows("What was settled")
        await panel.type("All of it.")
        await panel.press("enter")
        await panel.until(lambda: state(workspace, planned) == "ready")
        assert "All of it." in thread(workspace, planned)

    drive(workspace, script)


def test_a_ticket_that_somebody_moved_meanwhile_is_stale(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.press("down")
        panel.app.feed.end()  # what is on the screen is from before
        await panel.pause()
        yoi("ticket", "state", one, "queued")
        await panel.press("enter")
        await panel.shows("stale:", "is queued, not ready")

    drive(workspace, script)


def test_text_goes_where_its_target_says(workspace: Path) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.type("A new one")
        await panel.shows("Enter makes a new ticket")
        await panel.press("enter")
        await panel.shows("was made", "A new one")
        assert panel.app.main.composer.text == ""
        await panel.until(lambda: len(panel.app.main.list.rows) == 2)
        await panel.press("home", "tab")
        await panel.type("Remember\nthis.")
        await panel.shows(f"Enter comments on {one}")
        await panel.press("enter")
        await panel.until(lambda: "Remember\nthis." in thread(workspace, one))
        await panel.until(lambda: panel.app.main.composer.text == "")
        await panel.press("shift+tab")
        await panel.type("Not clear yet")
        await panel.press("enter")
        await panel.until(lambda: state(workspace, one) == "planning")
        assert "Not clear yet" in thread(workspace, one)

    drive(workspace, script)


def test_what_is_refused_keeps_its_text(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.press("down")
        panel.app.feed.end()
        yoi("ticket", "close", one, "-m", "Over.")
        await panel.type("Please rethink")
        await panel.press("enter")
        await panel.shows("stale:")
        assert panel.app.main.composer.text == "Please rethink"

    drive(workspace, script)


def test_a_filter_works_as_it_is_typed_and_escape_takes_it_away(workspace: Path) -> None:
    put(workspace, 1, "ready", title="Round prices")
    put(workspace, 2, "planning", title="Print receipts")

    async def script(panel: Panel) -> None:
        await panel.type("kept")
        await panel.press("tab", "tab")
        await panel.type("print plan")
        assert [row.ticket.title for row in panel.app.main.list.rows if row.ticket] == [
            "Print receipts"
        ]
        assert "filter print plan" in panel.text
        await panel.press("escape")
        assert len(panel.app.main.list.rows) == 2
        await panel.press("tab")
        assert panel.app.main.composer.text == "kept"

    drive(workspace, script)


def test_one_broken_record_disables_its_own_row_only(workspace: Path) -> None:
    broken, ready = put(workspace, 1, "ready"), put(workspace, 2, "ready", title="Whole")
    (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")

    async def script(panel: Panel) -> None:
        await panel.press("end")
        assert panel.selected == f"unreadable:{broken}"
        await panel.press("enter")
        await panel.shows("cannot be read")
        await panel.press("f2")
        await panel.shows("Broken", "item.md")
        await panel.press("escape", "home", "enter")
        await panel.until(lambda: state(workspace, ready) == "queued")

    drive(workspace, script)


def test_a_ticket_whose_own_relations_cannot_be_read_offers_no_action(workspace: Path) -> None:
    one = broken_relations(workspace)

    async def script(panel: Panel) -> None:
        assert "Enter:" not in panel.text
        await panel.press("down", "enter")
        await panel.shows("relations.json")
        await panel.press("f4")
        await panel.shows("Not now")
        await panel.press("enter", "escape")
        assert state(workspace, one) == "ready"

    drive(workspace, script)


def test_a_click_selects_and_does_nothing_else(workspace: Path) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.click(5, 3)
        assert panel.selected == f"ticket:{one}"
        await panel.click(5, 3)
        await panel.pause()
        assert state(workspace, one) == "ready"

    drive(workspace, script)


def test_the_board_has_a_column_for_each_state_and_gives_its_ticket_back(workspace: Path) -> None:
    put(workspace, 1, "planning", title="Think")
    two = put(workspace, 2, "ready", title="Go")

    async def script(panel: Panel) -> None:
        await panel.press("f6")
        await panel.shows("planning 1", "ready 1", "Think", "Go")
        await panel.press("down", "right")
        await panel.press("escape")
        assert panel.selected == f"ticket:{two}"

    drive(workspace, script)


def test_what_is_done_from_a_page_is_told_there(workspace: Path) -> None:
    one = put(workspace, 1, "ready")

    async def script(panel: Panel) -> None:
        await panel.press("down", "f2")
        await panel.shows("Log")
        await panel.press("f4")
        await panel.shows("Queue")
        await panel.press("enter")
        await panel.shows(f"{one} is queued", "Log")

    drive(workspace, script)


def test_a_page_comes_back_to_selection_text_and_scroll(workspace: Path) -> None:
    for number in range(1, 40):
        put(workspace, number, "ready", title=f"Ticket {number}")

    async def script(panel: Panel) -> None:
        await panel.press("pagedown", "pagedown")
        await panel.type("A draft")
        before = (panel.selected, panel.app.main.list.scroll_offset.y, panel.text)
        for key, shown in (("f2", "Log"), ("f7", "waits for no other"), ("f1", "The list")):
            await panel.press(key)
            await panel.shows(shown)
            await panel.press("escape")
            await panel.pause()
            now = (panel.selected, panel.app.main.list.scroll_offset.y, panel.text)
            assert now == before

    drive(workspace, script)


def test_what_was_typed_is_handed_back_when_the_panel_closes(workspace: Path) -> None:
    async def script(panel: Panel) -> None:
        await panel.type("Not said")
        await panel.press("ctrl+c")
        await panel.pause()
        assert panel.app.return_value == "Not said"

    drive(workspace, script)


def test_the_keys_that_are_shown_are_those_that_are_bound(workspace: Path) -> None:
    from yoi_cli.tui.keys import PLACES

    async def script(panel: Panel) -> None:
        bound = {name for one in panel.app.screen.active_bindings for name in [one]}
        for key in PLACES[0][1]:
            for name in key.names.split(","):
                assert name in bound
        head = " ".join(panel.lines[:2])
        assert not [key.shown for key in PLACES[0][1] if f"{key.shown} " in f"{head} "]
        await panel.press("f1")
        await panel.shows("The list")
        shown = panel.text
        for key in PLACES[0][1][:12]:
            assert key.shown in shown

    drive(workspace, script, size=(100, 60))


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 6)])
def test_every_screen_fits_small_terminals_and_wide_letters(
    workspace: Path, size: tuple[int, int]
) -> None:
    title = "日本語の請求書を印刷する。とても長い題名なので端末の幅に収まらない"
    put(workspace, 1, "ready", title=title, body=f"{title}\n" * 3)

    async def script(panel: Panel) -> None:
        await panel.press("down")
        for key in ("f2", "f4", "f6", "f7", "f1", "f9"):
            await panel.press(key)
            await panel.pause()
            assert len(panel.lines) <= size[1]
            await panel.press("escape")
        assert panel.selected

    drive(workspace, script, size=size)


def test_bytes_of_tickets_cannot_drive_the_terminal(workspace: Path) -> None:
    hostile = "\x1b[2J\u202eevil\x07\x9b31m [red]x[/red]"
    put(workspace, 1, "ready", title="x", body=hostile)
    item = next((workspace / ".yoi/tickets").glob("*/item.md"))
    item.write_text(item.read_text().replace("'x'", f'"{_escaped(hostile)}"'))

    async def script(panel: Panel) -> None:
        await panel.press("down")
        for key in ("", "f2", "f4", "f6", "f7"):
            if key:
                await panel.press(key)
                await panel.shows("evil")
            text = panel.text
            assert not [char for char in text if not char.isprintable() and char != "\n"]
            assert "\\x1b" in text
            if key:
                await panel.press("escape")

    drive(workspace, script)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


def test_a_ticket_with_ten_thousand_events_opens_and_goes_to_its_end(workspace: Path) -> None:
    events = [said(AT, number, f"Said {number}.") for number in range(1, 10_001)]
    put_ticket(workspace, 1, created(), *events, title="A long story")

    async def script(panel: Panel) -> None:
        await panel.press("down", "f2")
        await panel.shows("A long story", "Description")
        await panel.press("end")
        assert await panel.shows("Said 10000.") < 1

    drive(workspace, script, size=(80, 24))


def test_the_last_line_of_a_long_list_is_not_hidden_by_a_bar(workspace: Path) -> None:
    for number in range(1, 21):
        put(workspace, number, "ready", title=f"Ticket {number}")

    async def script(panel: Panel) -> None:
        await panel.press("end")
        await panel.pause()
        shown = panel.app.main.list
        assert not shown.show_horizontal_scrollbar
        assert "gate open" in panel.lines[1 + shown.size.height]

    drive(workspace, script, size=(80, 24))
