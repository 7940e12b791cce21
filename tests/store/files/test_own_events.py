"""Which events a clone wrote itself, kept beside its claims."""

from __future__ import annotations

from pathlib import Path

from yoi_cli.model.events import NewEvent
from yoi_cli.model.ids import TicketId
from yoi_cli.model.own_events import is_own, mark_of_new
from yoi_cli.store.files.own_events import FileOwnEvents
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event

TICKET = TicketId("00001KVZSGT14")
ID = "01JYK2Z5J8Q0V6W3N4R7T9X1AB"
NEW = NewEvent(
    "review", 'Ada "A" Lovelace', "Review: approve", "First.\n\n---x", (("status", "approve"),)
)


def test_what_was_added_is_known_and_nothing_else(tmp_path: Path) -> None:
    own = FileOwnEvents(str(tmp_path / "own"))
    assert own.of(TICKET) == frozenset()
    own.add(TICKET, ["a 1"])
    own.add(TICKET, ["b 2", "c 3"])
    assert own.of(TICKET) == {"a 1", "b 2", "c 3"}
    assert own.of("00001KVZKSTE2") == frozenset()


def test_an_event_is_known_again_once_it_was_written_and_read() -> None:
    block = encode_event(NEW, at="2026-01-01T00:00:00Z", event_id=ID)
    (read,) = parse_thread(block).thread.events
    assert "lines" in read.attributes
    marks = {mark_of_new(NEW, ID)}
    assert is_own(read, marks)
    assert not is_own(read._replace(attributes={**read.attributes, "status": "x"}), marks)
    assert not is_own(read._replace(author="Mallory"), marks)
    assert not is_own(read._replace(kind="claim"), marks)
    assert not is_own(read._replace(id=None), marks)
    crlf = parse_thread(block.replace(b"\n", b"\r\n")).thread.events[0]
    assert is_own(crlf, marks), "line ends say nothing of who wrote it"
