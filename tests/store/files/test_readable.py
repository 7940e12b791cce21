"""A thread whose events cannot all be read is not written to (docs/format.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.file_stores import TICKET, comment, empty_store, folder_of, with_thread
from support.threads import block, event_id, older

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.values import Change

CREATED = block("Made.", 0, kind="create")
TWO = CREATED + b"\n" + block("Said.", 1)
THREE = TWO + b"\n" + block("Last.", 2)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


def refused(store: FileStore, thread: bytes) -> StoreInvalidError:
    """The refusal of a comment behind `thread`, after which all is as it was."""
    path = with_thread(store, thread)
    with pytest.raises(StoreInvalidError) as caught:
        comment(store, TICKET, "New.")
    assert path.read_bytes() == thread
    assert not (folder_of(store, TICKET) / "artifacts" / ".torn").exists()
    return caught.value


#: What programs make of a thread, and the line of the first event that is not read then.
DAMAGE: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "every separator is another rule": (
        lambda data: re.sub(rb"(?m)^---$", b"_" * 70, data),
        1,
    ),
    "the separator of an event in the middle is gone": (
        lambda data: data.replace(b"Said.\n\n---\n", b"Said.\n"),
        9,
    ),
    "the separators have become headings": (
        lambda data: re.sub(rb"(?m)\n\n---$", b"\n---------", data),
        1,
    ),
    "the last two separators are gone": (
        lambda data: data[:-5].replace(b"Said.\n\n---\n", b"Said.\n"),
        9,
    ),
    "a header is broken over two lines": (
        lambda data: data.replace(b" at: ", b"\n  at: ", 1),
        1,
    ),
    "a header is indented": (lambda data: data.replace(b"\n<!-- ev", b"\n  <!-- ev", 1), 9),
    "a header is quoted": (lambda data: data.replace(b"\n<!-- ev", b"\n> <!-- ev", 1), 9),
    "a header has two spaces": (lambda data: data.replace(b" author: ", b"  author: ", 1), 1),
    "all headers are escaped": (lambda data: data.replace(b"<!--", b"&lt;!--"), 1),
    "line ends are carriage returns": (lambda data: data.replace(b"\n", b"\r"), 1),
    "it is UTF-16": (lambda data: data.decode().encode("utf-16"), 1),
    "only separators have a carriage return": (
        lambda data: data.replace(b"---\n", b"---\r\n"),
        1,
    ),
}


@pytest.mark.parametrize(("damage", "line"), DAMAGE.values(), ids=DAMAGE)
def test_nothing_is_written_behind_events_that_are_not_read(
    store: FileStore, damage: Callable[[bytes], bytes], line: int
) -> None:
    error = refused(store, damage(THREE))
    assert (error.code, error.exit_code) == ("thread_unreadable", 6)
    assert error.details["line"] == line


def test_the_event_that_made_a_ticket_is_no_torn_append(store: FileStore) -> None:
    assert refused(store, CREATED[:-4]).code == "thread_unreadable"


def test_the_first_append_to_an_empty_thread_may_be_cut(store: FileStore) -> None:
    path = with_thread(store, block("Never.", 1)[:-9])
    comment(store, TICKET, "New.")
    assert [event.body for event in store.thread(TICKET).events] == ["New."]
    assert path.read_bytes().startswith(b"<!-- event: comment")


def test_nor_is_an_item_edited_whose_thread_is_not_read(store: FileStore) -> None:
    with_thread(store, re.sub(rb"(?m)^---$", b"___", TWO))
    item = (folder_of(store, TICKET) / "item.md").read_bytes()
    with store.write() as writer, pytest.raises(StoreInvalidError, match="cannot be read"):
        writer.commit(TICKET, Change(fields={"title": "New"}))
    with store.write() as writer, pytest.raises(StoreInvalidError, match="cannot be read"):
        writer.reproject(TICKET)
    assert (folder_of(store, TICKET) / "item.md").read_bytes() == item


def test_an_event_that_was_committed_is_no_torn_append(tmp_path: Path) -> None:
    asked: list[str] = []

    def committed(path: str) -> bytes:
        asked.append(path)
        return TWO

    known = empty_store(tmp_path / "workspace")
    store = FileStore(known.location, command="a test", deadline=1.0, committed=committed)
    assert refused(store, TWO[:-4]).details["line"] == 9
    assert asked == [f".yoi/tickets/{TICKET}/thread.md"]
    (folder_of(store, TICKET) / "thread.md").write_bytes(TWO + b"\n" + block("Cut.", 2)[:-4])
    comment(store, TICKET, "New.")
    assert [event.body for event in store.thread(TICKET).events] == ["Made.", "Said.", "New."]


@pytest.mark.parametrize(
    "thread",
    [
        TWO + b"\nTyped by hand.\n",
        b"Typed by hand.\n\n" + TWO,
        b"\xef\xbb\xbf" + TWO,
        TWO.replace(b"Said.", b"\xff"),
        older("```\n<!-- event: x -->\n```") + b"\n" + block("Said.", 1),
        older("Said.").replace(b" author: ", b"  author: "),
    ],
)
def test_what_takes_no_event_away_keeps_nobody_from_writing(
    store: FileStore, thread: bytes
) -> None:
    path = with_thread(store, thread)
    comment(store, TICKET, "New.")
    assert path.read_bytes().startswith(thread)
    assert store.thread(TICKET).events[-1].body == "New."
    assert event_id(1) in path.read_text("utf-8", "replace") or thread.startswith(b"<!--")


def test_nothing_is_decided_by_a_thread_that_is_not_read(store: FileStore) -> None:
    with_thread(store, re.sub(rb"(?m)^---$", b"___", TWO))
    with store.write() as writer, pytest.raises(StoreInvalidError, match="cannot be read"):
        writer.thread(TICKET)
    assert store.thread(TICKET).events == ()


@pytest.mark.parametrize("place", ["at the end", "in the middle"])
def test_an_event_that_git_and_the_guard_left_twice_keeps_nobody_from_writing(
    store: FileStore, place: str
) -> None:
    said = block("Said.", 1)
    rest = b"" if place == "at the end" else b"\n" + block("Last.", 2)
    path = with_thread(store, TWO + b"\n" + said + rest)
    comment(store, TICKET, "New.")
    assert b"New." in path.read_bytes()

    indented = block("Hidden.", 3).replace(b"<!-- ev", b"  <!-- ev", 1)
    path.write_bytes(TWO + b"\n" + said + b"\n" + indented + b"\n" + block("Last.", 4))
    with pytest.raises(StoreInvalidError) as caught:
        comment(store, TICKET, "New.")
    assert caught.value.code == "thread_unreadable"
