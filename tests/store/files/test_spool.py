"""The spool: a note is there whole or not at all, and what is no note is nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.file_stores import empty_store, make_ticket, open_store

from yoi_cli.model.commits import Note, RewrittenCommit
from yoi_cli.store.files.spool import FileSpool
from yoi_cli.tickets.commit_notes import settle
from yoi_cli.workspace.settling import settle_spool

A, B = "a" * 40, "b" * 40
TICKET = "0000000000001"
NOTE = Note("commit", TICKET, A, "Ada", 5, "work/x", "Subject \\u202e", ("M a", "A b"), 3)


@pytest.fixture
def spool(tmp_path: Path) -> FileSpool:
    return FileSpool(str(tmp_path / "local" / "spool"))


def test_a_note_is_read_as_it_was_put(spool: FileSpool) -> None:
    rewrite = Note(
        "rewrite",
        TICKET,
        B,
        "Ada",
        4,
        how="amend",
        pairs=(RewrittenCommit(A, B, "x"),),
        dropped=(A,),
    )
    for note in (NOTE, rewrite):
        spool.put(note)
    assert [spooled.note for spooled in spool.pending()] == [rewrite, NOTE]


def test_the_same_note_put_twice_is_one(spool: FileSpool) -> None:
    spool.put(NOTE)
    spool.put(NOTE._replace(at=9))
    assert len(spool.pending()) == 1


def test_a_note_whose_name_would_lead_elsewhere_is_refused(spool: FileSpool) -> None:
    for ticket in ("../../x", "a/b", "", "x" * 14):
        with pytest.raises(ValueError, match="no note"):
            spool.put(NOTE._replace(ticket=ticket))


def test_what_is_no_note_is_named_and_neither_used_nor_removed(
    spool: FileSpool, tmp_path: Path
) -> None:
    spool.put(NOTE)
    folder = tmp_path / "local/spool"
    (good,) = folder.iterdir()
    entry = json.loads(good.read_bytes())
    wrong: dict[str, bytes] = {
        "empty.json": b"",
        "list.json": b"[]",
        "deep.json": b"[" * 100_000,
        "copy.json": good.read_bytes(),
        f"commit-{B}-{TICKET}.json": json.dumps(entry | {"commit": 5}).encode(),
        f"merge-{A}-{TICKET}.json": json.dumps(entry | {"what": "merge", "at": -1}).encode(),
        f"rewrite-{A}-{TICKET}.json": json.dumps(
            entry | {"what": "rewrite", "pairs": [["x", "y"]]}
        ).encode(),
    }
    for name, data in wrong.items():
        (folder / name).write_bytes(data)
    (folder / "link.json").symlink_to(good)
    os.mkfifo(folder / "fifo.json")
    facts = spool.facts()
    assert facts.notes == (NOTE,)
    assert set(facts.unreadable) == {*wrong, "link.json", "fifo.json"}


def test_half_written_files_are_passed_over_and_swept_once_they_are_old(
    spool: FileSpool, tmp_path: Path
) -> None:
    spool.put(NOTE)
    old, young = (tmp_path / "local/spool" / f".tmp-{name}" for name in ("old", "young"))
    for path in (old, young):
        path.write_text("{")
    os.utime(old, (0, 0))
    assert spool.facts().unreadable == ()
    spool.sweep()
    assert (old.exists(), young.exists()) == (False, True)


def test_notes_are_settled_in_their_order_and_each_once(spool: FileSpool, tmp_path: Path) -> None:
    store = empty_store(tmp_path / "w")
    ticket = make_ticket(store)
    for n, commit in ((2, A), (1, B)):
        spool.put(NOTE._replace(ticket=ticket, commit=commit, at=n))
    kept = list(spool.pending())
    with store.write() as writer:
        assert settle(writer, spool, japanese=False).written == 2
    for spooled in kept:  # as a crash between the append and the removal leaves them
        spool.put(spooled.note)
    with store.write() as writer:
        assert settle(writer, spool, japanese=False).written == 0
    told = [e.attributes.get("commit") for e in store.thread(ticket).events]
    assert told[1:] == [B, A]
    assert spool.pending() == []


def test_a_note_on_a_ticket_that_cannot_be_written_keeps_no_other_back(
    spool: FileSpool, tmp_path: Path
) -> None:
    store = empty_store(tmp_path / "w")
    broken, sound = make_ticket(store), make_ticket(store)
    (Path(store.location.path) / broken / "thread.md").unlink()
    for ticket in (broken, sound, TICKET):
        spool.put(NOTE._replace(ticket=ticket))
    with store.write() as writer:
        settle_spool(str(tmp_path / "local/spool"), writer, japanese=False)
    left = {spooled.note.ticket for spooled in spool.pending()}
    assert left == {broken, TICKET}
    assert open_store(tmp_path / "w").thread(sound).events[-1].attributes["commit"] == A
