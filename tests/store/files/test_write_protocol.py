"""The order of writing, compare-and-swap and projection (docs/format.md, "Writing")."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest
from support.file_stores import (
    ADA,
    TICKET,
    comment,
    empty_store,
    folder_of,
    item_of,
    make_ticket,
    open_store,
    thread_of,
    with_thread,
)
from support.process import script_program
from support.threads import AT, block, event_id, older

from yoi_cli.errors import ConflictError
from yoi_cli.model.events import NewEvent
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.append import WHOLE_READ_LIMIT, read_tail
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.values import Change
from yoi_cli.tickets.move import close_ticket, move_ticket
from yoi_cli.tickets.move_rules import MoveRequest
from yoi_cli.tickets.relations import Link, add_relation


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


# Order


def test_a_writer_writes_what_is_referred_to_then_the_event_then_projections(
    env: dict[str, str], workspace: Path
) -> None:
    python = script_program("faulty.py", env, workspace)
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    run = python("log", "0", "ticket", "close", ticket, "-m", "Done.", cwd=workspace)
    said = re.sub(r"-\d+$", "", run.err.replace(f"{workspace}/.yoi/tickets/", ""), flags=re.M)
    calls = [line for line in said.splitlines() if "store.lock" not in line]
    assert calls == [
        "unlink .tmp-resolution.md",
        f"write {ticket}/.tmp-resolution.md",
        f"fsync {ticket}/.tmp-resolution.md",
        "rename .tmp-resolution.md",
        f"fsync {ticket}",
        f"write {ticket}/thread.md",
        f"fdatasync {ticket}/thread.md",
        f"utime {ticket}/thread.md",
        "unlink .tmp-item.md",
        f"write {ticket}/.tmp-item.md",
        f"fsync {ticket}/.tmp-item.md",
        "rename .tmp-item.md",
        f"fsync {ticket}",
        f"write {workspace}/.git/yoi/journal/main",
        f"write {workspace}/.git/yoi/undo/main",
    ]
    lines = said.splitlines()
    assert "store.lock" in lines[lines.index("unlink .tmp-resolution.md") - 1]
    assert "store.lock" in lines[-1]


def test_the_events_of_one_command_go_in_together(env: dict[str, str], workspace: Path) -> None:
    python = script_program("faulty.py", env, workspace)
    ticket = make_ticket(open_store(workspace, in_git=True))
    run = python("log", "0", "ticket", "state", ticket, "ready", cwd=workspace)
    assert len(re.findall(r"^write .*/thread\.md$", run.err, re.M)) == 1
    kinds = [event.kind for event in open_store(workspace).thread(ticket).events]
    assert kinds == ["create", "intake_summary", "state_changed"]


def test_a_new_ticket_appears_whole_and_synced(env: dict[str, str], workspace: Path) -> None:
    python = script_program("faulty.py", env, workspace)
    run = python("log", "0", "ticket", "create", "-t", "x", cwd=workspace)
    calls = [line for line in run.err.splitlines() if "store.lock" not in line]
    renamed = next(n for n, line in enumerate(calls) if line.startswith("rename .tmp-"))
    *calls, made, journal, made_notes, notes = calls
    assert made == f"mkdir {workspace}/.git/yoi/journal"
    assert journal == f"write {workspace}/.git/yoi/journal/main"
    assert made_notes == f"mkdir {workspace}/.git/yoi/undo"
    assert notes == f"write {workspace}/.git/yoi/undo/main"
    written = [line.removeprefix("write ") for line in calls if line.startswith("write ")]
    assert all(f"fsync {path}" in calls[:renamed] for path in written)
    assert {Path(path).name for path in written} == {"item.md", "thread.md", ".gitkeep"}
    assert calls[renamed + 1 :] == [f"fsync {workspace}/.yoi/tickets"]


# Compare-and-swap and projection


def test_a_move_that_expects_another_state_writes_nothing(store: FileStore) -> None:
    ticket = make_ticket(store)
    before = thread_of(store, ticket).read_bytes(), item_of(store, ticket).read_bytes()
    for request in (MoveRequest("ready", expect="queued"), MoveRequest("inprogress")):
        with pytest.raises(ConflictError):
            move_ticket(store, ticket, request, ADA)
    with pytest.raises(ConflictError):
        close_ticket(store, ticket, "Done.", ADA, expect="done")
    assert (thread_of(store, ticket).read_bytes(), item_of(store, ticket).read_bytes()) == before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_replaced_keeps_its_permissions(store: FileStore, mode: int) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    add_relation(store, Link(ticket, "related", other), ADA)
    relations = folder_of(store, ticket) / "artifacts" / "relations.json"
    for path in (item_of(store, ticket), relations):
        path.chmod(mode)
    move_ticket(store, ticket, MoveRequest("ready"), ADA)
    add_relation(store, Link(ticket, "supersedes", other), ADA)
    assert store.item(ticket).state == "ready"
    assert b"supersedes" in relations.read_bytes()
    modes = [path.stat().st_mode & 0o777 for path in (item_of(store, ticket), relations)]
    assert modes == [mode, mode]


def test_every_write_brings_the_item_in_line_with_the_thread(store: FileStore) -> None:
    ticket = make_ticket(store)
    item = item_of(store, ticket)
    item.write_bytes(item.read_bytes().replace(b"state: 'planning'", b"state: 'done'"))
    comment(store, ticket, "New.")
    assert store.item(ticket).state == "planning"


def test_an_append_to_a_large_thread_reads_only_its_end(store: FileStore) -> None:
    size = 200_000
    blocks = [block("x" * size, number) for number in range(WHOLE_READ_LIMIT // size + 2)]
    path = with_thread(store, b"\n".join(blocks))
    with Directory.open(str(path.parent), "ticket") as directory:
        tail = read_tail(directory, whole=False)
        whole = read_tail(directory, whole=True)
    assert tail.offset > 0
    assert tail.size - tail.offset < 2 * size
    assert tail.parsed.thread.greatest_id == whole.parsed.thread.greatest_id
    new = comment(store, TICKET, "New.").event_ids[0]
    assert new > max(event.identity for event in whole.parsed.thread.events)
    assert path.read_bytes().startswith(b"\n".join(blocks) + b"\n<!-- event: comment ")


def test_a_large_thread_of_an_older_store_is_appended_to_as_well(store: FileStore) -> None:
    thread = (older("x" * 1000) + b"\n") * (WHOLE_READ_LIMIT // 1000)
    path = with_thread(store, thread)
    comment(store, TICKET, "New.")
    assert path.read_bytes().startswith(thread)
    assert store.thread(TICKET).events[-1].body == "New."


def test_a_move_on_a_large_thread_is_decided_by_all_of_it(store: FileStore) -> None:
    moves = (
        f"<!-- event: state_changed author: hare at: {AT} from: planning to: ready field: state -->"
        "\n\n## State changed\n\n---\n\n"
    )
    filler = b"\n".join(block("x" * 100_000, number) for number in range(15))
    with_thread(store, moves.encode() + filler)
    assert move_ticket(store, TICKET, MoveRequest("queued"), ADA).origin == "ready"
    assert store.item(TICKET).state == "queued"


def test_two_events_of_one_change_have_rising_ids(store: FileStore) -> None:
    ticket = make_ticket(store)
    new = tuple(NewEvent("comment", "Ada Example", "Comment", text) for text in ("a", "b", "c"))
    with store.write() as writer:
        done = writer.commit(ticket, Change(events=new))
    assert list(done.event_ids) == sorted(set(done.event_ids))
    written = [event.id for event in store.thread(ticket).events]
    assert tuple(written[1:]) == done.event_ids
    assert written == sorted(written, key=str)


def test_a_process_that_writes_for_long_keeps_no_descriptor_of_a_write(store: FileStore) -> None:
    ticket = make_ticket(store)
    comment(store, ticket, "First.")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(5):
        comment(store, ticket, f"Comment {number}.")
    assert len(os.listdir("/proc/self/fd")) <= before


def test_an_id_that_none_can_follow_stops_no_writer(store: FileStore) -> None:
    ticket = make_ticket(store)
    path = thread_of(store, ticket)
    last = block("From the end of time.", 2).replace(event_id(2).encode(), b"7" + b"Z" * 25)
    path.write_bytes(path.read_bytes() + b"\n" + last)
    for text in ("first", "second"):
        comment(store, ticket, text)
    ids = [event.id or "" for event in store.thread(ticket).events]
    assert ids[1] == "7" + "Z" * 25
    assert ids[0] < ids[2] < ids[3] < ids[1]


# Many tickets at once


def test_an_unfinished_folder_that_cannot_be_removed_is_removed_by_the_next_writer(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_ticket(store)
    tickets = folder_of(store, other).parent
    files = dict(store.files(other))

    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as refusing, store.write() as writer:
        refusing.setattr("yoi_cli.store.files.atomic_folder.os.rmdir", refuses)
        writer.install_all({TicketId(f"{number:013}"): files for number in range(3)})
    assert len(store.ids()) == 4
    assert [path.name for path in tickets.glob(".tmp-*")] == [".tmp-0000000000000"]
    comment(store, other, "The next writer.")
    assert [*tickets.glob(".tmp-*")] == []
    assert len(store.ids()) == 4
