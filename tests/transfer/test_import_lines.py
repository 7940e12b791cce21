"""Exported tickets are put back many at a time, and none suffers for another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.memory_store import MemoryStore
from support.tickets import ticket

from yoi_cli.transfer import import_lines
from yoi_cli.transfer.import_lines import StoredTicket, restore


def stored(number: int, text: str = "x") -> StoredTicket:
    files = {"item.md": text.encode(), "thread.md": b""}
    return StoredTicket(ticket(number), f"Ticket {number}", files, "all.jsonl", number)


def test_a_ticket_that_came_meanwhile_is_refused_and_the_others_come_in() -> None:
    store = MemoryStore()

    def lines() -> Iterator[StoredTicket]:
        yield stored(1)
        yield stored(2)
        with store.write() as writer:  # somebody else, while the next line is waited for
            writer.install(ticket(1), {"item.md": b"other"})
        yield stored(3)

    report = restore(store, lines(), dry_run=False)
    assert [one.id for one in report.imported] == [ticket(2), ticket(3)]
    assert [one.id for one in report.conflicts] == [ticket(1)]
    assert store.files(ticket(1)) == {"item.md": b"other"}


def test_a_second_line_of_one_ticket_is_held_against_the_first() -> None:
    store = MemoryStore()
    report = restore(store, [stored(1), stored(1), stored(1, "y")], dry_run=False)
    assert [len(report.imported), len(report.skipped), len(report.conflicts)] == [1, 1, 1]
    assert store.files(ticket(1))["item.md"] == b"x"


@pytest.mark.parametrize("limit", ["BATCH", "BATCH_BYTES"])
def test_what_was_read_does_not_wait_for_the_end(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_lines, limit, 2)
    store = MemoryStore()

    def lines() -> Iterator[StoredTicket]:
        for number in range(4):
            assert len(store.ids()) >= number - 1
            yield stored(number)

    assert len(restore(store, lines(), dry_run=False).imported) == 4


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    store = MemoryStore()
    report = restore(store, [stored(1), stored(2)], dry_run=True)
    assert [one.id for one in report.imported] == [ticket(1), ticket(2)]
    assert store.ids() == []
