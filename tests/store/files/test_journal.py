"""The journal of a checkout: kept short, and not longer than it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import comment, make_ticket, open_store
from support.process import Program

from yoi_cli.store.files import journal as journals
from yoi_cli.store.files.journal import Journal
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.journal import EVENTS, WAITS, JournalEntry, render_journal

ENTRY = JournalEntry("00001KVZZZZZ0", 1, ((EVENTS, "x", b"text"),))


@pytest.fixture
def store(workspace: Path) -> FileStore:
    return open_store(workspace, in_git=True)


@pytest.fixture
def kept(workspace: Path) -> Journal:
    return Journal(str(workspace / ".git" / "yoi" / "journal" / "main"))


def events_in(kept: Journal) -> list[str]:
    return [
        about for entry in kept.read().entries for name, about, _ in entry.parts if name == EVENTS
    ]


def test_what_a_commit_holds_is_taken_out_of_a_journal_that_is_long(
    store: FileStore, kept: Journal, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "LONG", 10)
    ticket = make_ticket(store)
    comment(store, ticket, "Committed.")
    git("add", "--all")
    git("commit", "--quiet", "-m", "Said")
    left = [*comment(store, ticket, "One.").event_ids, *comment(store, ticket, "Two.").event_ids]
    assert events_in(kept) == left
    assert not store.missing_writes()


def test_a_journal_that_another_version_wrote_is_set_aside(tmp_path: Path) -> None:
    kept = Journal(str(tmp_path / "main"))
    (tmp_path / "main").write_bytes(b"yoi journal 2 9\n")
    kept.rewrite([ENTRY])
    assert kept.read().entries == (ENTRY,)
    assert (tmp_path / "main.aside").read_bytes() == b"yoi journal 2 9\n"


def test_a_journal_that_is_far_too_long_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "LONGEST", 10)
    (tmp_path / "main").write_bytes(render_journal([ENTRY], 1))
    assert Journal(str(tmp_path / "main")).read().is_foreign


def test_what_waits_and_cannot_be_read_is_kept(tmp_path: Path) -> None:
    kept = Journal(str(tmp_path / "new" / "main"))
    kept.append_late(ENTRY._replace(mark=WAITS), is_synced=True)
    assert kept.has_late
    late = tmp_path / "new" / "main.late"
    late.write_bytes(late.read_bytes()[:-2])
    kept.settle_late()
    assert not kept.has_late
    assert (tmp_path / "new" / "main.late.aside").exists()


def test_a_fifo_in_place_of_the_journal_keeps_nobody_waiting(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "main")
    assert Journal(str(tmp_path / "main")).read().is_foreign
