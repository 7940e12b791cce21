"""What this clone's commands wrote, newest last: what `yoi undo` goes by.

docs/format.md, "Undo notes". The file has the form of a journal, and like one it may be thrown away
at any time: with it goes nothing but what could have been taken back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.model.events import COMMIT, WORKER
from yoi_cli.store.files import layout
from yoi_cli.store.files.journal import Journal
from yoi_cli.store.formats import journal, undo_notes
from yoi_cli.store.formats.journal import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.noted import NotedCommand
    from yoi_cli.store.formats.undo_notes import Parts
    from yoi_cli.store.values import Change, Committed

#: What tells of what happened by itself, and is nobody's command.
_OF_THEMSELVES = frozenset({COMMIT, WORKER})
#: Commands that nobody typed, or that go on for hours.
_BACKGROUND = frozenset({"yoi hook run", "yoi orchestrate"})
#: So many bytes stay of notes that have become long.
_KEPT = 1 << 17


class UndoNotes:
    """The notes in the file at `path`, and where the writes of one invocation of `command` go.

    `key` is the invocation's. `author` is who writes where no event says it. Written under the
    store's lock, after the files; what fails here is a warning.
    """

    def __init__(self, path: str, *, key: str, command: str, author: str) -> None:
        self._journal = Journal(path)
        self._key, self._command, self._author = key, command, author

    def keep_change(
        self,
        done: Committed,
        change: Change,
        now_ms: int,
        *,
        last_id: str,
        item: bytes,
        earlier: Mapping[str, bytes | None],
    ) -> Committed:
        """Note what `change` did to a ticket that had this `item`, and `earlier` these files;
        `last_id` is the greatest id of its events."""
        if change.events and all(event.kind in _OF_THEMSELVES for event in change.events):
            return done
        parts = undo_notes.parts_of(change, done.event_ids, item, earlier.get(layout.RELATIONS))
        author = undo_notes.author_of(change) or self._author
        return self._keep(done, now_ms, last_id, author, parts)

    def keep_creation(
        self, done: Committed, author: str, now_ms: int, files: Mapping[str, bytes]
    ) -> Committed:
        """Note that a ticket was made of `files`."""
        parts = undo_notes.parts_of_creation(done.event_ids, files[layout.ITEM])
        return self._keep(done, now_ms, done.event_ids[-1], author, parts)

    def keep_import(self, done: Committed, now_ms: int) -> None:
        """Note that whole tickets were put in place, that of `done` among them."""
        self._keep(done, now_ms, "", self._author, ((undo_notes.INSTALLED, "", b""),))

    def _keep(
        self, done: Committed, now_ms: int, last_id: str, author: str, parts: Parts
    ) -> Committed:
        if self._command in _BACKGROUND:
            return done
        head = undo_notes.head_of(self._key, self._command, author, now_ms, last_id)
        try:
            self._journal.append(JournalEntry(done.ticket, now_ms // 1000, (head, *parts)))
            if self._journal.is_long():
                self._journal.rewrite(_newest(self._journal.read().entries))
        except OSError as error:
            why = error.strerror or str(error)
            warning = f"Recorded, but `yoi undo` will not know it ({why})."
            return done._replace(warnings=(*done.warnings, warning))
        return done

    def commands(self) -> tuple[NotedCommand, ...]:
        """What is known of commands of this clone, oldest first."""
        return undo_notes.commands_of(self._journal.read().entries)


def notes_path(local_folder: str, journal_path: str | None) -> str:
    """Where the notes of a store are, whose journal is at `journal_path`, if it has one."""
    name = "main" if journal_path is None else os.path.basename(journal_path)
    return os.path.join(local_folder, "undo", name)


def _newest(entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    """The newest entries, whole commands only; the newest of those in any case."""
    room, newest = _KEPT, undo_notes.key_of(entries[-1])
    kept: list[JournalEntry] = []
    for entry in reversed(entries):
        room -= len(journal.render_entry(entry))
        if room < 0 and undo_notes.key_of(entry) != newest:
            cut = undo_notes.key_of(entry)
            return [one for one in reversed(kept) if undo_notes.key_of(one) != cut]
        kept.append(entry)
    return kept[::-1]
