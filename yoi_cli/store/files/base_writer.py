"""What every write does: it has an instant and ids, and tells the journal what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from yoi_cli.model.ids import TicketId
from yoi_cli.model.time import stamp
from yoi_cli.store.files.append import (
    GIT_IS_STUCK,
    Appended,
    Tail,
    read_tail,
    write_failed,
)
from yoi_cli.store.files.change_bytes import Entropy, encoded, new_ids
from yoi_cli.store.files.descriptors import mark_of
from yoi_cli.store.files.git_holds import held_by
from yoi_cli.store.files.long_thread import LongThreads
from yoi_cli.store.files.reader import FileReader
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import JournalEntry
from yoi_cli.store.values import Change, Committed

if TYPE_CHECKING:
    from yoi_cli.model.events import NewEvent
    from yoi_cli.store.files import layout
    from yoi_cli.store.files.git_holds import Held
    from yoi_cli.store.files.journaling import Parts
    from yoi_cli.store.files.lock import StoreLock
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.files.undo_notes import UndoNotes

Clock = Callable[[], int]
#: What git's HEAD has at a path below the workspace, None where it has nothing there.
CommittedFile = Callable[[str], bytes | None]
#: Is told of events and their ids before anything of them is written.
Remember = Callable[[TicketId, "Sequence[tuple[NewEvent, str]]"], None]
_WAITS = (
    "The event is recorded beside the store: git, or a hook under it, has taken files out of this "
    "checkout and will put them back. The next command that writes after that puts it in its place."
)


class BaseWriter(FileReader):
    """The store under its lock, for the time of one command."""

    def __init__(
        self,
        location: layout.StoreLocation,
        lock: StoreLock,
        now_ms: int,
        entropy: Entropy,
        *,
        committed: CommittedFile | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        super().__init__(location, elsewhere)
        self._committed = committed
        self._lock = lock
        self._now_ms = now_ms
        self.clock: Clock = lambda: now_ms
        self.entropy = entropy
        self._long_threads = LongThreads()
        self.left_undone = False
        self.warnings: tuple[str, ...] = ()
        self.remember: Remember | None = None
        #: Where it is noted what a command changes, for `yoi undo`.
        self.notes: UndoNotes | None = None
        #: What git has taken out of the checkout, and when that was seen (`git_holds`).
        self.held: Held | None = None
        self._stirred = 0

    @property
    def now_ms(self) -> int:
        return self._now_ms

    @now_ms.setter
    def now_ms(self, instant: int) -> None:
        self._now_ms = instant

    @contextmanager
    def write(self) -> Iterator[Self]:
        """Itself, at the instant that it is now: for what is written under a lock that is held."""
        self._now_ms = self.clock()
        yield self

    def look_at_git(self, seen: tuple[int, Held | None]) -> None:
        """Take over what was `seen` before the lock was had, where it holds still."""
        self._stirred, self.held = seen
        git = self.location.git
        if git is not None and git.stirred != self._stirred:
            self._stirred, self.held = git.stirred, held_by(git)

    def _encode(
        self,
        events: tuple[NewEvent, ...],
        tail: Tail,
        least: str = "",
        *,
        decided: tuple[str, ...] = (),
    ) -> tuple[bytes, tuple[str, ...]]:
        """The blocks of one command's events, and their ids: those that are `decided`, else each
        greater than all before, and than `least`."""
        greatest = max(tail.parsed.thread.greatest_id, least)
        ids = decided or new_ids(len(events), self._now_ms, self.entropy, greatest)
        return encoded(events, ids, stamp(self._now_ms), tail.parsed.newline), ids

    def _parts(
        self,
        change: Change,
        blocks: bytes,
        event_ids: tuple[str, ...],
        item: bytes,
        earlier: Mapping[str, bytes | None],
    ) -> Parts:
        """What the journal is to keep of `change`; nothing where no git can take it away."""
        if self.location.git is None:
            return ()
        if event_ids and change == Change(change.events):  # most are nothing but events
            return ((journal.EVENTS, " ".join(event_ids), blocks),)
        from yoi_cli.store.files.journaling import parts_of

        return parts_of(change, blocks, event_ids, item, earlier)

    def _noted(self, done: Committed, parts: Parts, appended: Appended) -> Committed:
        """`done`, after the journal has what it did: it stands in its files already."""
        git = self.location.git
        if git is None or not parts:
            return done
        from yoi_cli.store.files.journal import Journal

        mark = journal.UNMARKED if appended.status is None else mark_of(appended.status)
        entry = JournalEntry(done.ticket, self._now_ms // 1000, parts, mark)
        try:
            if self._is_doubted(git, appended):
                doubted = entry._replace(mark=journal.DOUBTED)
                Journal(git.journal).append_late(doubted, is_synced=False)
            Journal(git.journal).append(entry)
        except OSError as error:
            warning = f"Recorded, but not in the journal ({error.strerror}): should git take it "
            warning += "away before it is committed, nobody will notice."
            return done._replace(warnings=(*done.warnings, warning))
        return done

    def _is_doubted(self, git: layout.GitPlaces, appended: Appended) -> bool:
        """Whether a hook or an autostash may have set files aside while this was written."""
        if self.held is not None or GIT_IS_STUCK in (*self.warnings, *appended.warnings):
            return True
        return git.stirred != self._stirred and held_by(git) is not None

    def _set_down(self, ticket: TicketId, change: Change) -> Committed:
        """Keep events that decide nothing beside the store, for the next writer to write: git
        has the files in its hands, and would overwrite them or not put back what it took."""
        from yoi_cli.store.files.journal import Journal
        from yoi_cli.store.files.told import told_by

        git = self.location.git
        assert git is not None  # noqa: S101 - nothing is held outside of git
        kept = Journal(git.journal)
        with self.opened(ticket) as directory:
            tail = read_tail(directory, whole=False)
        known = told_by(entry for entry in kept.entries() if entry.ticket == ticket)
        least = max(known[ticket].events, default="") if ticket in known else ""
        blocks, event_ids = self._encode(change.events, tail, least)
        parts = ((journal.EVENTS, " ".join(event_ids), blocks),)
        entry = JournalEntry(ticket, self._now_ms // 1000, parts, journal.WAITS)
        if self.remember is not None:
            self.remember(ticket, tuple(zip(change.events, event_ids, strict=True)))
        try:
            kept.append_late(entry, is_synced=True)
        except OSError as error:
            raise write_failed(error) from error
        warnings = (*self.warnings, _WAITS)
        done = Committed(ticket, stamp(self._now_ms), event_ids, warnings)
        if self.notes is None:
            return done
        return self.notes.keep_change(
            done, change, self._now_ms, last_id=event_ids[-1], item=b"", earlier={}
        )
