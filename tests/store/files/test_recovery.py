"""What a killed writer left beside a thread, and the next command puts right (docs/format.md).

The lock's note names the event that the dead writer had announced.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.file_stores import (
    ADA,
    comment,
    empty_store,
    folder_of,
    make_ticket,
    thread_of,
)

from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.move import close_ticket, reopen_ticket
from yoi_cli.tickets.relations import Link, add_relation, remove_relation

_NEVER_WRITTEN = "01JYK2Z5J8Q0V6W3N4R7T9X1AB"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


def left_announced(store: FileStore, ticket: str, event: str) -> None:
    """Leave the lock as a writer does that is killed before it clears its intent."""
    note = {"pid": 1, "command": "yoi", "intent": {"ticket": ticket, "event": event}}
    Path(store.location.lock).write_text(json.dumps(note))


def torn_files(store: FileStore, ticket: str) -> list[bytes]:
    kept = folder_of(store, ticket) / "artifacts" / ".torn"
    return [path.read_bytes() for path in kept.iterdir()] if kept.is_dir() else []


def test_a_relation_whose_removal_is_recorded_goes(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    link = Link(ticket, "related", other)
    add_relation(store, link, ADA)
    add_relation(store, Link(ticket, "blocks", other), ADA)
    relations = folder_of(store, ticket) / "artifacts" / "relations.json"
    before = relations.read_bytes()
    done = remove_relation(store, link, ADA).committed
    after = relations.read_bytes()
    relations.write_bytes(before)
    left_announced(store, ticket, done.event_ids[-1])
    comment(store, other, "The next command.")
    assert relations.read_bytes() == after


def test_a_relation_that_was_recorded_anew_after_its_removal_stays(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    link = Link(ticket, "related", other)
    add_relation(store, link, ADA)
    remove_relation(store, link, ADA)
    add_relation(store, link, ADA)
    done = comment(store, ticket, "Killed right after this.")
    left_announced(store, ticket, done.event_ids[-1])
    comment(store, other, "The next command.")
    assert [relation.key for relation in store.relations(ticket)] == [("related", other)]


def test_the_resolution_of_a_closing_that_never_came_is_set_aside(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    resolution = folder_of(store, ticket) / "resolution.md"
    resolution.write_bytes(b"All done.\n")
    left_announced(store, ticket, _NEVER_WRITTEN)
    comment(store, other, "The next command.")
    assert not resolution.exists()
    assert torn_files(store, ticket) == [b"All done.\n"]


def test_the_resolution_of_a_ticket_that_was_reopened_goes(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    close_ticket(store, ticket, "All done.", ADA)
    resolution = folder_of(store, ticket) / "resolution.md"
    text = resolution.read_bytes()
    done = reopen_ticket(store, ticket, "Not yet.", None, ADA)
    resolution.write_bytes(text)
    left_announced(store, ticket, done.event_ids[-1])
    comment(store, other, "The next command.")
    assert not resolution.exists()
    assert torn_files(store, ticket) == []
    assert b"All done." in thread_of(store, ticket).read_bytes()


def test_a_resolution_that_no_dead_writer_wrote_stays(store: FileStore) -> None:
    ticket = make_ticket(store)
    resolution = folder_of(store, ticket) / "resolution.md"
    resolution.write_bytes(b"By hand.\n")
    comment(store, ticket, "No writer died.")
    done = comment(store, ticket, "This one did, once it had written.")
    left_announced(store, ticket, done.event_ids[-1])
    comment(store, ticket, "The next command.")
    assert resolution.read_bytes() == b"By hand.\n"


def test_the_resolution_of_a_closed_ticket_stays(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    done = close_ticket(store, ticket, "All done.", ADA)
    left_announced(store, ticket, done.event_ids[-1])
    comment(store, other, "The next command.")
    assert (folder_of(store, ticket) / "resolution.md").read_bytes() == b"All done.\n"
