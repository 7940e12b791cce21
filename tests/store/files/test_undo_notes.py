"""What is noted of commands, so that they may be taken back, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.model.events import COMMENT, COMMIT, WORKER, NewEvent
from yoi_cli.model.ids import TicketId
from yoi_cli.model.relations import Relation
from yoi_cli.store.files.undo_notes import UndoNotes
from yoi_cli.store.formats.item_writing import render_item
from yoi_cli.store.values import Change, Committed

TICKET = TicketId("00001KVZSGT14")
OTHER = TicketId("00001KVZSGT15")
ID = "01JYK2Z5J8Q0V6W3N4R7T9X1AB"
ITEM = render_item({"title": "Ä", "state": "planning", "priority": "P2"}, "Before.\n")
RELATION = Relation(TICKET, "depends_on", OTHER, "Ada", "2026-01-01T00:00:00Z", 'a "note"')


def notes(folder: Path, key: str = "k", command: str = "yoi edit") -> UndoNotes:
    return UndoNotes(str(folder / "undo/main"), key=key, command=command, author="")


def keep(kept: UndoNotes, change: Change, *, at: int = 1_000, ticket: TicketId = TICKET) -> None:
    ids = (ID,) if change.events else ()
    done = Committed(ticket, "", ids)
    told = kept.keep_change(done, change, at, last_id=ID, item=ITEM, earlier={})
    assert told.warnings == ()


def event(kind: str = COMMENT) -> NewEvent:
    return NewEvent(kind, "Ada", "Comment", "Said.", ())


def test_what_stood_before_is_read_back_as_it_was(tmp_path: Path) -> None:
    kept = notes(tmp_path)
    fields = {"priority": "P1", "title": "Ä", "due": None, "tags": ("a", 'b"')}
    change = Change(fields=fields, removed_fields=("gone",), description="After.\n")
    keep(kept, change._replace(relations=(RELATION,)))
    (command,) = kept.commands()
    (write,) = command.writes
    assert write.fields == {
        "priority": (("P2",), ("P1",)),
        "due": ((), (None,)),
        "tags": ((), (("a", 'b"'),)),
    }
    assert write.description is not None
    assert write.description[0] == "Before.\n"
    assert (write.related, write.unrelated) == ((RELATION,), ())
    assert (command.author, command.command, command.at_ms) == ("Ada", "yoi edit", 1_000)


def test_the_writes_of_one_invocation_are_one_command(tmp_path: Path) -> None:
    for number, key in enumerate(("one", "two", "one")):
        ticket = (TICKET, OTHER)[number % 2]
        keep(notes(tmp_path, key), Change(events=(event(),)), at=number, ticket=ticket)
    found = notes(tmp_path).commands()
    assert [(one.key, len(one.writes)) for one in found] == [("two", 1), ("one", 2)]


@pytest.mark.parametrize(
    ("kind", "command"),
    [(COMMIT, "yoi edit"), (WORKER, "yoi edit"), (COMMENT, "yoi orchestrate")],
)
def test_what_happens_by_itself_is_not_noted(tmp_path: Path, kind: str, command: str) -> None:
    keep(notes(tmp_path, command=command), Change(events=(event(kind),)))
    assert notes(tmp_path).commands() == ()


def test_long_notes_keep_the_newest_commands_and_each_of_them_whole(tmp_path: Path) -> None:
    large = Change(description="x" * 60_000)
    item = render_item({"title": "T", "state": "planning"}, "y" * 60_000)
    for number in range(12):
        kept = notes(tmp_path, f"k{number // 2}")
        done = Committed(TICKET, "")
        kept.keep_change(done, large, number, last_id="", item=item, earlier={})
    found = notes(tmp_path).commands()
    assert found[-1].key == "k5"
    assert all(len(one.writes) == 2 for one in found)
    assert (tmp_path / "undo/main").stat().st_size < 1 << 19


def test_what_is_too_large_is_known_to_be_missing(tmp_path: Path) -> None:
    kept, done = notes(tmp_path), Committed(TICKET, "")
    item = render_item({"title": "T", "state": "planning"}, "y" * 300_000)
    kept.keep_change(done, Change(description="x"), 1, last_id="", item=item, earlier={})
    assert not kept.commands()[0].writes[0].is_whole


def test_a_disk_that_refuses_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "undo").write_text("in the way", encoding="utf-8")
    done = Committed(TICKET, "", (ID,))
    kept = notes(tmp_path).keep_change(
        done, Change(events=(event(),)), 1, last_id=ID, item=ITEM, earlier={}
    )
    assert "`yoi undo` will not know it" in kept.warnings[0]


def test_what_is_damaged_harms_no_other(tmp_path: Path) -> None:
    for key in ("one", "two"):
        keep(notes(tmp_path, key), Change(events=(event(),)))
    path = tmp_path / "undo/main"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"by one", b"by 0ne"))
    assert [one.key for one in notes(tmp_path).commands()] == ["two"]
    path.write_bytes(b"something else")
    assert notes(tmp_path).commands() == ()
