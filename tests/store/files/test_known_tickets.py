"""Whoever looks again and again finds missing what a first look finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.api import session_at
from support.changing_store import HostileStore
from support.file_stores import comment, make_ticket, open_store
from support.process import Program

from yoi_cli.errors import YoiError
from yoi_cli.store.files import known_tickets
from yoi_cli.store.files.known_tickets import read_file
from yoi_cli.store.files.reader import FileReader
from yoi_cli.store.formats.journal_reading import JournalText, parse_journal

pytestmark = pytest.mark.process


def _wrong_looks(workspace: Path, git: Program, seed: int, steps: int) -> Iterator[str]:
    """After which changes, of so many, somebody who looked before finds something else."""
    store = HostileStore(workspace, seed, git)
    looking = session_at(workspace).store
    for step in range(steps):
        name = store.change()
        try:
            wanted = dict(session_at(workspace).store.missing_writes())
            looking.forget_folder()
            if dict(looking.missing_writes()) != wanted:
                yield f"{step}, {name}"
        except (YoiError, OSError):
            continue


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_a_later_look_finds_what_a_first_one_finds(
    workspace: Path, git: Program, seed: int
) -> None:
    assert list(_wrong_looks(workspace, git, seed, 60)) == []


def test_control_a_look_that_takes_files_for_the_same_is_wrong(
    workspace: Path, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_tickets, "_marks", lambda *given: (("",) * len(given[2]), True))
    assert list(_wrong_looks(workspace, git, 0, 60))


def test_what_stood_in_files_that_are_the_same_is_not_read_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(workspace, in_git=True)
    tickets = [make_ticket(store) for _ in range(3)]
    reader = FileReader(store.location)
    read: list[str] = []

    def counted(folder: object, ticket: str, path: str) -> object:
        read.append(ticket)
        return read_file(reader.folder, ticket, path)

    monkeypatch.setattr(known_tickets, "read_file", counted)
    monkeypatch.setattr(known_tickets, "_FINE", 0)
    assert not reader.missing_writes()
    assert set(read) == set(tickets)
    read.clear()
    assert not reader.missing_writes()
    assert read == []
    comment(store, tickets[1], "More.")
    assert not reader.missing_writes()
    assert set(read) == {tickets[1]}


@pytest.mark.parametrize("is_just_now", [True, False])
def test_a_file_that_changed_just_now_may_change_again_unseen(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, is_just_now: bool
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    path = workspace / ".yoi/tickets" / ticket / "thread.md"
    reader = FileReader(store.location)
    monkeypatch.setattr(known_tickets, "_FINE", 1 << 62 if is_just_now else 0)
    monkeypatch.setattr(known_tickets, "mark_of", lambda _: "the same")
    assert not reader.missing_writes()
    path.write_bytes(b"x" * path.stat().st_size)
    assert bool(reader.missing_writes()) == is_just_now


@pytest.mark.parametrize("cut", [1, 40, 41])
def test_a_journal_that_grew_is_read_as_the_whole_is(workspace: Path, cut: int) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    for number in range(3):
        comment(store, ticket, f"{number}\n\nentry 0 1 x\n")
    data = (workspace / ".git/yoi/journal/main").read_bytes()
    whole = parse_journal(data)
    for end in range(0, len(data), cut):
        before = data[:end]
        assert parse_journal(data, (before, parse_journal(before))) == whole
    assert parse_journal(data, (b"other", JournalText(whole.entries))) == whole
