"""Events put back as git's history has them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from support.formatters import BASE, FORMATTERS, NEW, OTHER
from support.threads import block, event_id, fault_codes, older

from yoi_cli.merge.files.originals import left_out
from yoi_cli.merge.files.restored import restored_thread

THREE = b"\n".join([block("Made.", 0, kind="create"), block("Said.", 1), block("Last.", 2)])
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    **FORMATTERS,
    "separators with a carriage return": lambda data: data.replace(b"---\n", b"---\r\n"),
    "carriage returns alone": lambda data: data.replace(b"\n", b"\r"),
    "a broken header": lambda data: data.replace(b" at: ", b"\n  at: ", 1),
    "a quoted header": lambda data: data.replace(b"\n<!-- ev", b"\n> <!-- ev", 1),
    "a header with two spaces": lambda data: data.replace(b" author: ", b"  author: ", 1),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("thread", [BASE, THREE], ids=["any lines", "plain"])
def test_what_was_done_to_events_is_undone(thread: bytes, damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(thread)
    found = restored_thread(damaged, [block("Made.", 0, kind="create"), thread, damaged])
    plain = found.data.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf")
    assert plain == thread
    assert set(fault_codes(found.data)) <= {"byte_order_mark"}
    assert restored_thread(found.data, [thread]) == (found.data, ())


def test_what_was_appended_since_and_what_a_hand_wrote_stays() -> None:
    here = re.sub(rb"Said\.", b"Other words.", THREE) + b"\nBy hand.\n\n" + NEW
    found = restored_thread(here, [THREE])
    assert found.data == THREE + b"\nBy hand.\n\n" + NEW
    assert found.restored == (event_id(1),)


def test_a_thread_that_is_as_it_was_is_not_touched() -> None:
    for here in (THREE, THREE + b"\n\n\n" + NEW, b"Before.\n" + THREE + b"\0\0", NEW[:-4], b""):
        assert restored_thread(here, [THREE, NEW[:-9]]) == (here, ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("versions", [[], [THREE]], ids=["no history", "history"])
def test_a_thread_that_was_saved_in_another_encoding_is_as_it_was(
    encoding: str, versions: list[bytes]
) -> None:
    found = restored_thread((THREE + b"\n" + NEW).decode().encode(encoding), versions)
    assert found.data == THREE + b"\n" + NEW
    assert found.restored == (*map(event_id, (0, 1, 2)), event_id(10))
    broken = "<!-- event: no\n".encode(encoding)
    assert restored_thread(broken, []) == (broken, ())


def test_lost_events_come_back_at_their_place() -> None:
    here = THREE + b"\n" + OTHER
    found = restored_thread(here, [THREE + b"\n" + NEW], [event_id(10), event_id(77)])
    assert found.data == THREE + b"\n" + NEW + b"\n" + OTHER
    assert found.restored == (event_id(10),)


def test_an_older_event_is_known_by_its_header() -> None:
    thread = older("One.  \nMore.") + b"\n" + NEW
    damaged = re.sub(rb"(?m)[ ]+$", b"", thread)
    assert restored_thread(damaged, [thread]).data == thread
    twice = older("One.") + b"\n" + older("Two.")
    changed = twice.replace(b"Two", b"Three")
    assert restored_thread(changed, [twice]) == (changed, ())


def test_what_goes_is_told_whole() -> None:
    damaged = re.sub(rb"(?m)^---$", b"_" * 70, THREE)
    found = restored_thread(damaged, [THREE])
    assert b"_" * 70 in left_out(damaged, found.data)
