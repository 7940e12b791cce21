"""What an append does to the end of a thread (docs/format.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import TICKET, comment, empty_store, folder_of, with_thread
from support.threads import block, event_id, older

from yoi_cli.store.files.append import WHOLE_READ_LIMIT, read_tail
from yoi_cli.store.files.store import FileStore


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


def appended(store: FileStore, thread: bytes) -> bytes:
    """What stands behind `thread` after a comment; `thread` itself must not have changed."""
    path = with_thread(store, thread)
    comment(store, TICKET, "New.")
    after = path.read_bytes()
    assert after.startswith(thread)
    return after[len(thread) :]


@pytest.mark.parametrize(
    ("ending", "gap"),
    [
        (b"---\n", b"\n"),
        (b"---\n\n", b""),
        (b"---", b"\n\n"),
        (b"---\n\n\n", b""),
        (b"last words", b"\n\n"),
        (b"last words\n", b"\n"),
        (b"last words\n\n", b""),
    ],
)
def test_exactly_one_blank_line_parts_an_event_from_what_was_there(
    store: FileStore, ending: bytes, gap: bytes
) -> None:
    new = appended(store, older("Text.", end="") + ending)
    assert new.startswith(gap + b"<!-- event: comment ")
    assert new.endswith(b"\n\n## Comment\n\nNew.\n\n---\n")


def test_the_first_event_follows_no_blank_line(store: FileStore) -> None:
    assert appended(store, b"").startswith(b"<!-- event: comment ")


def test_a_crlf_thread_goes_on_with_crlf(store: FileStore) -> None:
    new = appended(store, block("one", newline="\r\n"))
    assert new.startswith(b"\r\n<!-- event:")
    assert new.count(b"\n") == new.count(b"\r\n")
    assert [event.body for event in store.thread(TICKET).events] == ["one", "New."]


def test_an_append_cut_inside_its_last_line_end_stays_readable_after_the_next(
    store: FileStore,
) -> None:
    cut = block("one", newline="\r\n").removesuffix(b"\n")
    assert appended(store, cut).startswith(b"\n\r\n<!-- event:")
    assert [event.body for event in store.thread(TICKET).events] == ["one", "New."]
    assert store.thread(TICKET).faults == ()


def test_an_id_is_greater_than_every_id_in_the_thread(store: FileStore) -> None:
    future = "7" + "0" * 24 + "1"
    with_thread(store, block("one").replace(event_id().encode(), future.encode()))
    first = comment(store, TICKET, "New.").event_ids
    second = comment(store, TICKET, "Newer.").event_ids
    assert future < first[0] < second[0]


@pytest.mark.parametrize("size", [10, WHOLE_READ_LIMIT])
@pytest.mark.parametrize("cut", [-4, -20])
def test_an_id_is_greater_than_every_id_before_a_torn_tail(
    store: FileStore, size: int, cut: int
) -> None:
    future, later = "7" + "0" * 24 + "1", "7" + "0" * 24 + "2"
    known = block("x" * size).replace(event_id().encode(), future.encode())
    torn = block("torn").replace(event_id().encode(), later.encode())[:cut]
    with_thread(store, known + b"\n" + torn)
    assert comment(store, TICKET, "New.").event_ids[0] > future
    assert [event.id for event in store.thread(TICKET).events][:1] == [future]


def test_a_torn_end_of_a_long_thread_is_read_from_the_event_before_it(store: FileStore) -> None:
    begin = block("x" * WHOLE_READ_LIMIT, 1) + b"\n"
    with_thread(store, begin + block("last", 2) + b"\n" + block("torn", 3)[:-4])
    with store.opened(TICKET) as directory:
        tail = read_tail(directory, whole=False)
    assert (tail.offset, tail.parsed.thread.greatest_id) == (len(begin), event_id(2))
    assert tail.sound_size == len(begin + block("last", 2)) + 1


# Torn tails


@pytest.mark.parametrize(
    "torn",
    [
        block("torn", 5)[:-4],
        block("torn", 5)[:30],
        b"<!-- ev",
        b"\0" * 100,
        block("torn", 5)[:-20] + b"\0" * 50,
        block("<!-- note -->", 5)[:-16],
        block("--- a/file", 5)[:-12],
        block("One.\n----", 5)[:-7],
        block("One.\n\n----", 5)[:-7],
    ],
    ids=[
        "no end",
        "half a header",
        "a few bytes",
        "NUL bytes",
        "NUL bytes in an event",
        "what looks like half a header, in a body",
        "what looks like an end, first in a body",
        "what looks like an end, behind text",
        "what looks like an end, behind an empty line",
    ],
)
@pytest.mark.parametrize("before", [block("one", 0), older("one")], ids=["with id", "older"])
def test_a_torn_tail_is_set_aside_before_the_next_event(
    store: FileStore, before: bytes, torn: bytes
) -> None:
    path = with_thread(store, before + b"\n" + torn)
    comment(store, TICKET, "New.")
    assert [event.body for event in store.thread(TICKET).events] == ["one", "New."]
    assert store.thread(TICKET).faults == ()
    assert path.read_bytes().startswith(before + b"\n<!-- event: comment ")
    (kept,) = (folder_of(store, TICKET) / "artifacts" / ".torn").iterdir()
    assert kept.read_bytes().lstrip(b"\n") == torn


@pytest.mark.slow
def test_after_every_cut_of_an_append_the_next_event_is_read_and_no_byte_is_lost(
    store: FileStore,
) -> None:
    path = with_thread(store, b"")
    kept = folder_of(store, TICKET) / "artifacts" / ".torn"
    before, shape = older("one") + b"\n", block("---\n日本", 5)
    for cut in range(len(shape) + 1):
        path.write_bytes(before + shape[:cut])
        comment(store, TICKET, "New.")
        bodies = [event.body for event in store.thread(TICKET).events]
        whole = ["---\n日本"] if cut >= len(shape) - 1 else []
        assert bodies == ["one", *whole, "New."], f"cut at {cut}"
        assert store.thread(TICKET).faults == (), f"cut at {cut}"
        aside = b"".join(torn.read_bytes() for torn in kept.iterdir()) if kept.is_dir() else b""
        assert aside == (b"" if whole else shape[:cut]), f"cut at {cut}"
        for torn in kept.iterdir() if kept.is_dir() else ():
            torn.unlink()
