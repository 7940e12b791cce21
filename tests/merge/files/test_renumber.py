"""A ticket under a new id: its own files, and those of others, as pure bytes."""

from __future__ import annotations

import json

from support.threads import block, older
from support.tree_files import Files

from yoi_cli.merge.files.renumber import (
    OURS,
    THEIRS,
    RenumberedFiles,
    free_id_after,
    made_twice,
    renumbered_side,
    renumbered_ticket,
    with_note,
)
from yoi_cli.merge.ports import Renumbering
from yoi_cli.model.events import CREATE
from yoi_cli.model.ids import TicketId
from yoi_cli.store.formats.thread import parse_thread

OLD, NEW, OTHER = (TicketId(f"00001KVZZZZZ{n}") for n in "012")
CHANGE = Renumbering(OLD, NEW)
FIRST, LATER = block("One.", 1, kind=CREATE), block("Two.", 2, kind=CREATE)


def relations(ticket: str, target: str) -> bytes:
    entry = {"ticket_id": ticket, "kind": "depends_on", "target": target}
    entry |= {"author": "ada", "at": "2026-06-25T16:30:32Z"}
    return (json.dumps({"version": 1, "relations": [entry]}, indent=2) + "\n").encode()


def plan(ticket: str, related: str) -> bytes:
    entry = {"id": "x-1", "ticket_id": ticket, "kind": "after", "related_ticket": related}
    return (json.dumps(entry | {"author": "ada", "at": "now", "odd": 1}) + "\n").encode()


def test_threads_without_an_event_in_common_are_two_tickets() -> None:
    assert made_twice(FIRST, LATER)
    assert not made_twice(FIRST, FIRST + b"\n" + LATER)
    assert not made_twice(FIRST, FIRST.replace(b"\n", b"\r\n"))
    assert not made_twice(FIRST, b"")


def test_the_ticket_begun_later_gives_way_whoever_has_it() -> None:
    assert renumbered_side(FIRST, LATER) == THEIRS
    assert renumbered_side(LATER, FIRST) == OURS


def test_a_new_id_is_the_next_that_is_free() -> None:
    assert free_id_after(OLD, {OLD}) == NEW
    assert free_id_after(OLD, {OLD, NEW}) == OTHER


def test_its_own_files_name_the_new_id_and_other_files_keep_their_bytes() -> None:
    files = {
        "thread.md": FIRST,
        "item.md": b"names " + OLD.encode(),
        "artifacts/relations.json": relations(OLD, OTHER),
        "artifacts/orchestration-plan.jsonl": plan(OLD, OTHER),
    }

    made = renumbered_ticket(files, CHANGE)

    assert made["item.md"] == files["item.md"]
    assert made["thread.md"].startswith(FIRST)
    assert made["artifacts/relations.json"] == relations(NEW, OTHER)
    assert json.loads(made["artifacts/orchestration-plan.jsonl"]) == json.loads(plan(NEW, OTHER))


def test_the_note_is_one_more_event_and_the_same_in_every_clone() -> None:
    for thread in (FIRST, FIRST.replace(b"\n", b"\r\n"), older("x"), b""):
        made = with_note(thread, CHANGE)
        parsed = parse_thread(made).thread
        before = parse_thread(thread).thread.events
        assert made == with_note(thread, CHANGE)
        assert len(parsed.events) == len(before) + 1
        assert not parsed.faults
        assert parsed.events[-1].id == parsed.greatest_id
        assert OLD in parsed.events[-1].body


def test_a_whole_side_reads_as_if_its_ticket_had_been_made_under_the_new_id() -> None:
    root = ".yoi/tickets"
    side = Files(
        {
            f"{root}/{OLD}/thread.md": FIRST,
            f"{root}/{OTHER}/thread.md": LATER,
            f"{root}/{OTHER}/artifacts/relations.json": relations(OTHER, OLD),
            f"{root}/{OTHER}/artifacts/orchestration-plan.jsonl": b"not JSON " + OLD.encode(),
            ".yoi/objectives/x/item.md": b"---\ntitle: 'x'\nlinked_tickets: ['%b']\n---\n"
            % OLD.encode(),
        }
    )

    files = RenumberedFiles(side, CHANGE, root)

    assert f"{root}/{OLD}" not in files.kinds
    assert files.kinds[f"{root}/{NEW}/thread.md"] == "file"
    assert files.read(f"{root}/{NEW}/thread.md") == with_note(FIRST, CHANGE)
    assert files.read(f"{root}/{OTHER}/artifacts/relations.json") == relations(OTHER, NEW)
    assert NEW.encode() in files.read(".yoi/objectives/x/item.md")
    assert files.mark(f"{root}/{OLD}/thread.md") is None
    untouched, touched = f"{root}/{OTHER}/thread.md", f"{root}/{OTHER}/artifacts/relations.json"
    assert files.mark(untouched) == side.mark(untouched)
    for path in (touched, f"{root}/{OTHER}", root):
        assert files.mark(path) != side.mark(path)
    broken = f"{root}/{OTHER}/artifacts/orchestration-plan.jsonl"
    assert files.read(broken) == side.read(broken)
