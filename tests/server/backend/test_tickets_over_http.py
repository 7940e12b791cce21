"""Tickets by `yoi serve`: the same tickets, moves and refusals as on the command line."""

from __future__ import annotations

import pytest
from support.data import Data
from support.process import Program
from support.servers import Backend

pytestmark = pytest.mark.process


def create(backend: Backend, title: str, **others: Data) -> str:
    body = {"title": title, "acceptance": ["It works."], **others}
    return str(backend.data("POST", "tickets", body)["id"])


def test_a_ticket_goes_from_made_to_closed(backend: Backend, yoi: Program) -> None:
    ticket = create(backend, "A button", tags=["ui"], priority="P1")
    row = backend.data("GET", "tickets?tag=ui")["items"][0]
    assert (row["id"], row["action"], row["state"]) == (ticket, "intake", "planning")
    backend.data("POST", f"tickets/{ticket}/ready", {"text": "Settled.", "seen": "planning"})
    backend.data("POST", f"tickets/{ticket}/queue", {"seen": "ready"})
    assert yoi("ticket", "state", ticket, "--json").json["state"] == "queued"
    backend.data("POST", f"tickets/{ticket}/events", {"text": "Soon."})
    backend.data("POST", f"tickets/{ticket}/state", {"state": "inprogress"})
    backend.data("POST", f"tickets/{ticket}/state", {"state": "done"})
    backend.data("POST", f"tickets/{ticket}/close", {"text": "There it is."})
    assert backend.data("GET", f"tickets/{ticket}/state")["state"] == "closed"
    assert backend.data("GET", "tickets")["counts"]["closed"] == 1
    kinds = [one["kind"] for one in backend.data("GET", f"tickets/{ticket}/events")["items"]]
    assert kinds[0] == "create" and "comment" in kinds


def test_a_change_by_the_command_line_shows_at_once(backend: Backend, yoi: Program) -> None:
    ticket = create(backend, "Seen")
    yoi("ticket", "edit", ticket, "--title", "Seen anew")
    assert backend.data("GET", "tickets")["items"][0]["title"] == "Seen anew"


def test_an_edit_of_another_revision_is_refused_and_loses_nothing(backend: Backend) -> None:
    ticket = create(backend, "Edited")
    seen = backend.data("GET", f"tickets/{ticket}")["revision"]
    done = backend.data(
        "PATCH", f"tickets/{ticket}", {"expected_revision": seen, "title": "By the first"}
    )
    late = {"expected_revision": seen, "title": "By the second", "description": "Lost?"}
    assert backend.error("PATCH", f"tickets/{ticket}", late) == (409, "item_changed")
    found = backend.data("GET", f"tickets/{ticket}")
    assert (found["ticket"]["title"], found["revision"]) == ("By the first", done["revision"])
    backend.data("PATCH", f"tickets/{ticket}", {**late, "expected_revision": done["revision"]})
    assert "Lost?" in backend.data("GET", f"tickets/{ticket}")["ticket"]["item"]["body"]


def test_a_move_is_no_edit_so_both_can_be_made_at_once(backend: Backend) -> None:
    ticket = create(backend, "Moved meanwhile")
    seen = backend.data("GET", f"tickets/{ticket}")["revision"]
    backend.data("POST", f"tickets/{ticket}/ready", {"text": "Settled."})
    backend.data("PATCH", f"tickets/{ticket}", {"expected_revision": seen, "priority": "P0"})


def test_a_refused_move_says_why_and_with_its_own_status(backend: Backend) -> None:
    first, second = create(backend, "First"), create(backend, "Second")
    relation = {"kind": "depends_on", "target": first}
    backend.data("POST", f"tickets/{second}/relations", relation)
    backend.data("POST", f"tickets/{second}/ready", {"text": "Settled."})
    assert backend.error("POST", f"tickets/{second}/queue", {}) == (409, "blocked")
    stale = {"seen": "planning", "text": "x"}
    assert backend.error("POST", f"tickets/{second}/close", stale) == (409, "state_unexpected")
    assert backend.error("POST", f"tickets/{second}/moves", {"action": "fly"})[0] == 400
    assert backend.data("GET", "tickets?blocked=true")["items"][0]["id"] == second
    backend.data("DELETE", f"tickets/{second}/relations/depends_on/{first}")
    backend.data("POST", f"tickets/{second}/queue", {})


def test_lists_come_in_pages_that_miss_and_repeat_nothing(backend: Backend) -> None:
    made = {create(backend, f"Ticket {number}") for number in range(5)}
    for sort in ("updated", "created", "priority", "board"):
        found: list[str] = []
        cursor = ""
        while True:
            page = backend.data("GET", f"tickets?sort={sort}&limit=2{cursor}")
            found += [item["id"] for item in page["items"]]
            assert page["total"] == len(made)
            if not page["page"]["has_more"]:
                break
            cursor = f"&cursor={page['page']['next_cursor']}"
        assert sorted(found) == sorted(made), sort


def test_unknown_names_are_refused_by_name(backend: Backend) -> None:
    answer = backend.server.ask(
        "POST", backend.path("tickets"), {"title": "x", "assigne": "somebody"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"field": "assigne"}
    assert backend.error("GET", "tickets?limit=0") == (400, "limit")
