"""One ticket with what is around it, and the windows on its thread."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.threads import read
from support.tickets import created, put_ticket, said, ticket

from yoi_cli.model.event_views import EventWindow
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.show import Neighbour, neighbours, show_ticket


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


EVENTS = read(b"\n".join(said(f"2026-06-0{day}T00:00:00Z", day, f"{day}") for day in range(1, 6)))


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        (EventWindow(), "12345"),
        (EventWindow(newest=2), "45"),
        (EventWindow(newest=0), ""),
        (EventWindow(newest=9), "12345"),
        (EventWindow(since="2026-06-04T00:00:00Z"), "45"),
        (EventWindow(newest=1, since="2026-06-02T00:00:00Z"), "5"),
        (EventWindow(newest=4, since="2026-06-04T00:00:00Z"), "45"),
    ],
)
def test_a_window_shows_the_newest_events_in_their_order(window: EventWindow, shown: str) -> None:
    assert "".join(event.body for event in window.of(EVENTS)) == shown


def test_neighbours_are_known_in_both_directions(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, title="needed", state="done")
    two = put_ticket(tmp_path, 2, relations=(("depends_on", ticket(1)), ("related", ticket(99))))
    put_ticket(tmp_path, 3, title="waits", relations=(("depends_on", two),))
    broken = put_ticket(tmp_path, 4, relations=(("related", two),))
    (tmp_path / ".yoi/tickets" / broken / "item.md").write_text("broken")
    view = show_ticket(store, two).view
    assert neighbours(store, view.around) == {
        ticket(1): Neighbour("needed", "done"),
        ticket(99): Neighbour("", "", "missing"),
        ticket(3): Neighbour("waits", "planning"),
        broken: Neighbour("", "", "unreadable"),
    }


def test_the_state_shown_is_that_of_the_log(store: FileStore, tmp_path: Path) -> None:
    one = put_ticket(tmp_path, 1, created(), state="done")
    assert show_ticket(store, one).view.folded.state == "planning"
