"""A long thread is decided on by its headers alone (docs/format.md, "Writing")."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.file_stores import ADA, empty_store, make_ticket, thread_of

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.model.events import new_event
from yoi_cli.model.fold import fold
from yoi_cli.store.files import append
from yoi_cli.store.files.append import WHOLE_READ_LIMIT
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.thread import ParsedThread, parse_thread
from yoi_cli.store.values import Change
from yoi_cli.tickets.lookup import state_of
from yoi_cli.tickets.move import move_ticket
from yoi_cli.tickets.move_rules import MoveRequest


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


def read_in_part(data: bytes) -> ParsedThread:
    assert len(data) < WHOLE_READ_LIMIT
    return parse_thread(data)


#: So many of these events are no thread that is read whole.
LONG = 1_500


def test_a_move_of_a_long_thread_is_decided_as_that_of_one_that_is_read_whole(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_ticket(store)
    with store.write() as writer:
        said = new_event("comment", ADA, "x" * 100)
        writer.commit(ticket, Change(events=(said,) * LONG))
    monkeypatch.setattr(append, "parse_thread", read_in_part)
    for state in ("ready", "queued", "inprogress", "done"):
        assert move_ticket(store, ticket, MoveRequest(state), ADA).state == state
        assert state_of(store, ticket)[1] == fold(store.thread(ticket).events)
        assert store.item(ticket).state == state
    ids = [event.id for event in store.thread(ticket).events]
    assert ids == sorted(set(map(str, ids)))
    with pytest.raises(ConflictError, match="cannot be queued"):
        move_ticket(store, ticket, MoveRequest("queued"), ADA)


def test_a_long_thread_with_an_event_that_cannot_be_read_takes_no_move(store: FileStore) -> None:
    ticket = make_ticket(store)
    with store.write() as writer:
        said = new_event("comment", ADA, "x" * 100)
        writer.commit(ticket, Change(events=(said,) * LONG))
    path = thread_of(store, ticket)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"<!-- event: comment", b"<!-- event: comment -->", 1))
    with pytest.raises(StoreInvalidError) as failed:
        move_ticket(store, ticket, MoveRequest("ready"), ADA)
    assert failed.value.code == "thread_unreadable"


HEADER = b"<!-- event: state_changed author: x at: 2026-12-01T00:00:00Z from: planning to: done "


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data + data[data.rfind(b"\n<!-- event: ") :],
        lambda data: data + b"\n" + HEADER + b"field: state id: 01K",
        lambda data: data.replace(b"xxx\n", b"```\n\\" + HEADER + b"-->\n", 1),
        lambda data: data.replace(b"\n---\n", b"\n---\nText between.\n", 1),
    ],
    ids=["crlf", "twice", "torn", "look_alike", "text_between"],
)
def test_a_long_thread_with_anything_odd_is_moved_as_by_reading_all_of_it(
    store: FileStore, change: Callable[[bytes], bytes]
) -> None:
    ticket = make_ticket(store)
    with store.write() as writer:
        said = new_event("comment", ADA, "x" * 100)
        writer.commit(ticket, Change(events=(said,) * LONG))
    path = thread_of(store, ticket)
    path.write_bytes(change(path.read_bytes()))
    before = [event.id for event in store.thread(ticket).events]
    move_ticket(store, ticket, MoveRequest("ready"), ADA)
    thread = parse_thread(path.read_bytes()).thread
    assert fold(thread.events).state == store.item(ticket).state == "ready"
    assert [event.id for event in thread.events][: len(before)] == before
    assert max(map(str, before)) < str(thread.events[-1].id)
    assert "torn" not in {fault.code for fault in thread.faults}
