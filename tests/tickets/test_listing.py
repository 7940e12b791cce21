"""Which tickets a list shows, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.tickets import created, moved, put_ticket, ticket

from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.listing import Listing, Selection, list_tickets, wanted


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def titles(listing: Listing) -> list[str]:
    return [str(row.fields["title"]) for row in listing.tickets]


def listed(store: FileStore, selection: Selection | None = None) -> list[str]:
    return titles(list_tickets(store, selection or Selection()))


def asking(**words: set[str]) -> Selection:
    return Selection(fields=wanted(words))


@pytest.fixture
def six_states(store: FileStore, tmp_path: Path) -> FileStore:
    for number, state in enumerate(("closed", "done", "inprogress", "queued", "ready", "planning")):
        put_ticket(tmp_path, number, title=state, state=state)
    return store


def test_all_but_the_closed_are_listed(six_states: FileStore) -> None:
    assert listed(six_states) == ["done", "inprogress", "queued", "ready", "planning"]


def test_closed_ones_come_when_they_are_asked_for(six_states: FileStore) -> None:
    assert "closed" in listed(six_states, Selection(closed_too=True))
    assert listed(six_states, Selection(states=frozenset({"closed"}))) == ["closed"]


def test_a_state_that_is_none_hides_no_ticket(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, state="wontfix")
    assert listed(store) == ["A ticket"]


def test_every_tag_must_be_there(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, title="both", fields={"tags": ("ui", "slow")})
    put_ticket(tmp_path, 2, title="one", fields={"tags": ("ui",)})
    put_ticket(tmp_path, 3, title="text", fields={"tags": "ui"})
    assert listed(store, asking(tags={"ui", "slow"})) == ["both"]
    assert listed(store, asking(tags={"ui"})) == ["both", "one", "text"]


def test_one_assignee_and_one_priority_of_several_will_do(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, title="a", fields={"assignee": "ada", "priority": "P0"})
    put_ticket(tmp_path, 2, title="b", fields={"assignee": "bob", "priority": "p1"})
    put_ticket(tmp_path, 3, title="c", fields={"assignee": None})
    assert listed(store, asking(assignee={"ada", "bob"})) == ["a", "b"]
    assert listed(store, asking(assignee={""})) == ["c"]
    assert listed(store, asking(priority={"p1", "P4"})) == ["b"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("updated", ["b", "A", "c"]),
        ("created", ["c", "b", "A"]),
        ("priority", ["b", "A", "c"]),
        ("state", ["c", "A", "b"]),
        ("title", ["A", "b", "c"]),
        ("id", ["A", "b", "c"]),
    ],
)
def test_each_sort_key_has_its_natural_order(
    store: FileStore, tmp_path: Path, sort: str, order: list[str]
) -> None:
    rows = (
        ("A", "ready", "2026-06-02", "P2"),
        ("b", "done", "2026-06-03", "P1"),
        ("c", "planning", "2026-06-01", None),
    )
    for number, (title, state, day, priority) in enumerate(rows):
        put_ticket(
            tmp_path,
            number,
            title=title,
            state=state,
            updated_at=f"{day}T00:00:00Z",
            fields={"priority": priority, "created_at": f"2026-05-0{number + 1}T00:00:00Z"},
        )
    assert listed(store, Selection(sort=sort)) == order
    assert listed(store, Selection(sort=sort, reverse=True)) == order[::-1]


@pytest.mark.parametrize("reverse", [False, True])
def test_among_equals_the_id_decides(store: FileStore, tmp_path: Path, reverse: bool) -> None:
    for number, title in enumerate("abc"):
        put_ticket(tmp_path, number, title=title)
    assert listed(store, Selection(reverse=reverse)) == ["a", "b", "c"]


def test_a_limit_tells_how_many_there_are(six_states: FileStore) -> None:
    listing = list_tickets(six_states, Selection(limit=2))
    assert (len(listing.tickets), listing.total) == (2, 5)


def test_a_broken_ticket_is_named_beside_the_others(six_states: FileStore, tmp_path: Path) -> None:
    (tmp_path / ".yoi/tickets" / ticket(3) / "item.md").write_text("no frontmatter")
    (tmp_path / ".yoi/tickets" / ticket(99)).symlink_to(tmp_path)
    listing = list_tickets(six_states, asking(tags={"none"}))
    assert [(one.ticket, one.error.code) for one in listing.unreadable] == [
        (ticket(3), "item_frontmatter_missing"),
        (ticket(99), "path_unsafe"),
    ]
    assert titles(listing) == []


def test_blocked_is_whoever_waits_for_an_unresolved_ticket(
    store: FileStore, tmp_path: Path
) -> None:
    done = (
        created(),
        moved("2026-06-02T00:00:00Z", 1, "planning", "ready"),
        moved("2026-06-02T00:00:00Z", 2, "ready", "queued"),
        moved("2026-06-02T00:00:00Z", 3, "queued", "inprogress"),
        moved("2026-06-02T00:00:00Z", 4, "inprogress", "done"),
    )
    open_, resolved = put_ticket(tmp_path, 1, title="open"), put_ticket(tmp_path, 2, *done)
    put_ticket(tmp_path, 3, title="waits", relations=(("depends_on", open_),))
    put_ticket(tmp_path, 4, title="free", relations=(("depends_on", resolved),))
    put_ticket(tmp_path, 5, title="related", relations=(("related", open_),))
    put_ticket(tmp_path, 6, title="blocker", relations=(("blocks", ticket(7)),))
    put_ticket(tmp_path, 7, title="held")
    put_ticket(tmp_path, 8, title="lost", relations=(("depends_on", ticket(99)),))
    put_ticket(tmp_path, 9, title="over", state="closed", relations=(("depends_on", open_),))
    listing = list_tickets(store, Selection(only_blocked=True, closed_too=True))
    assert titles(listing) == ["waits", "held", "lost"]
    assert listing.blockers is not None
    assert [b.ticket for b in listing.blockers[ticket(7)]] == [ticket(6)]
    assert [b.problem for b in listing.blockers[ticket(8)]] == ["missing"]


def test_a_blocker_that_cannot_be_read_blocks(store: FileStore, tmp_path: Path) -> None:
    broken = put_ticket(tmp_path, 1)
    (tmp_path / ".yoi/tickets" / broken / "thread.md").unlink()
    put_ticket(tmp_path, 2, title="waits", relations=(("depends_on", broken),))
    assert listed(store, Selection(only_blocked=True)) == ["waits"]


def test_unreadable_relations_are_named_among_the_blocked(store: FileStore, tmp_path: Path) -> None:
    one = put_ticket(tmp_path, 1, relations=(("depends_on", ticket(2)),))
    put_ticket(tmp_path, 2)
    (tmp_path / ".yoi/tickets" / one / "artifacts/relations.json").write_text("{")
    listing = list_tickets(store, Selection(only_blocked=True))
    assert [(broken.ticket, broken.error.code) for broken in listing.unreadable] == [
        (one, "relations_invalid")
    ]
