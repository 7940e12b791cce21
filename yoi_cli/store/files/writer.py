"""The write protocol (docs/format.md): what the event refers to, the event, projections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError, YoiError
from yoi_cli.model.events import Event
from yoi_cli.model.fold import fold, is_move
from yoi_cli.model.ids import TicketId, is_ticket_id, next_event_id, next_ticket_id, ticket_id_at
from yoi_cli.model.relations import Relation
from yoi_cli.model.states import PLANNING
from yoi_cli.model.time import stamp
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import (
    GIT_IS_STUCK,
    Appended,
    Tail,
    append_events,
    read_tail,
    repair_tail,
    settled_tail,
    write_failed,
)
from yoi_cli.store.files.atomic_folder import is_inside, place_tree, place_trees, remove_tree
from yoi_cli.store.files.descriptors import mark_of
from yoi_cli.store.files.git_holds import AUTOSTASH, git_holds, held_by
from yoi_cli.store.files.interrupts import held_back
from yoi_cli.store.files.lock import Intent, StoreLock
from yoi_cli.store.files.long_thread import LongThreads
from yoi_cli.store.files.reader import FileReader, read_part
from yoi_cli.store.files.side_files import put_back, referred, rendered_relations, write_referred
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item, render_item
from yoi_cli.store.formats.journal import JournalEntry
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event
from yoi_cli.store.values import Change, Committed

if TYPE_CHECKING:
    from yoi_cli.model.events import NewEvent, Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.git_holds import Held
    from yoi_cli.store.files.journaling import Parts
    from yoi_cli.store.files.long_thread import LongThread
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.files.undo_notes import UndoNotes
    from yoi_cli.store.values import NewTicket

Clock = Callable[[], int]
Entropy = Callable[[], int]
#: What git's HEAD has at a path below the workspace, None where it has nothing there.
CommittedFile = Callable[[str], bytes | None]
#: Is told of events and their ids before anything of them is written.
Remember = Callable[[TicketId, "Sequence[tuple[NewEvent, str]]"], None]


class FileWriter(FileReader):
    """Reads and writes the store under its lock, for the time of one command.

    `clean`, where it is set, is what every change passes before it is written.
    """

    clean: Callable[[Change], Change] | None = None

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
    def write(self) -> Iterator[FileWriter]:
        """Itself, at the instant that it is now: for what is written under a lock that is held."""
        self._now_ms = self.clock()
        yield self

    def look_at_git(self, seen: tuple[int, Held | None]) -> None:
        """Take over what was `seen` before the lock was had, where it holds still."""
        self._stirred, self.held = seen
        git = self.location.git
        if git is not None and git.stirred != self._stirred:
            self._stirred, self.held = git.stirred, held_by(git)

    def thread(self, ticket: TicketId) -> Thread:
        """A ticket's log, to be decided by. Raises `StoreInvalidError` (`thread_unreadable`)."""
        with self.opened(ticket) as directory:
            tail = settled_tail(directory, self.location.index_lock, whole=True)
            self.require_readable(ticket, directory, tail, is_strict=False)
        return tail.parsed.thread

    def folded(self, ticket: TicketId) -> Folded:
        """The fold of a ticket's log, to be decided by. Raises as `thread`."""
        long = self._long(ticket)
        return fold(self.thread(ticket).events) if long is None else long.plain.folded

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        """What of a ticket's log others decide by. Raises as `thread`."""
        from yoi_cli.model.routing import summary_of_thread

        long = self._long(ticket)
        return summary_of_thread(self.thread(ticket)) if long is None else long.summary

    def _long(self, ticket: TicketId) -> LongThread | None:
        with self.opened(ticket) as directory:
            return self._long_threads.read(directory)

    def _log(
        self, ticket: TicketId, directory: Directory, change: Change
    ) -> tuple[Tail, tuple[Event, ...] | None, str]:
        """The end of a thread as `change` needs it, the events that its state is folded from, None
        where it moves none, and the greatest id. Raises as `thread`."""
        is_strict = decides(change)
        long = self._long_threads.read(directory) if is_strict else None
        if long is not None:
            return long.tail, long.plain.moving, long.plain.greatest_id
        tail = settled_tail(directory, self.location.index_lock, whole=is_strict)
        self.require_readable(ticket, directory, tail, is_strict=is_strict)
        thread = tail.parsed.thread
        return tail, thread.events if tail.is_whole else None, thread.greatest_id

    def commit(
        self, ticket: TicketId, change: Change, *, event_ids: tuple[str, ...] = ()
    ) -> Committed:
        """As the port says; `event_ids` are those of the events where they are decided already."""
        if self.clean is not None:
            change = self.clean(change)
        if self.held is not None:
            if _only_says(change):
                return self._set_down(ticket, change)
            if self.held.kind == AUTOSTASH or not self.held.waits_for_us:
                raise git_holds(self.held)
        with self.opened(ticket) as directory:
            item = read_part(directory, layout.ITEM)
            tail, known, least = self._log(ticket, directory, change)
            blocks, event_ids = self._encode(change.events, tail, least, decided=event_ids)
            projected = self._project(directory, item, known, change)
            with held_back() as interrupts:
                if self.remember is not None and event_ids:
                    self.remember(ticket, tuple(zip(change.events, event_ids, strict=True)))
                self._lock.announce(Intent(ticket, event_ids[-1] if event_ids else ""))
                earlier = referred(directory, change)
                parts = self._parts(change, blocks, event_ids, item, earlier)
                try:
                    write_referred(directory, change)
                    appended = self._append(ticket, tail, blocks, event_ids)
                except (OSError, YoiError):
                    put_back(directory, earlier)
                    raise
                at = stamp(self._now_ms)
                done = Committed(ticket, at, event_ids, (*self.warnings, *appended.warnings))
                done = self._finish(done, item, projected, change)
                done = self._noted(done, parts, appended)
                if self.notes is not None:
                    last_id = max((*event_ids, tail.parsed.thread.greatest_id))
                    done = self.notes.keep_change(
                        done, change, self._now_ms, last_id=last_id, item=item, earlier=earlier
                    )
        return done._replace(warnings=(*done.warnings, *interrupts.warnings))

    def require_readable(
        self, ticket: TicketId, directory: Directory, tail: Tail, *, is_strict: bool = True
    ) -> None:
        """Refuse a thread that holds an event which cannot be read (`thread_unreadable`)."""
        if not tail.parsed.thread.faults:
            return
        from yoi_cli.store.files.readable import require_readable

        path, committed = f"{self.location.folder}/{ticket}/{layout.THREAD}", self._committed
        require_readable(
            directory,
            layout.THREAD,
            tail,
            lambda: committed(path) if committed else None,
            is_strict=is_strict,
        )

    def _append(
        self, ticket: TicketId, tail: Tail, blocks: bytes, event_ids: tuple[str, ...]
    ) -> Appended:
        if not event_ids:
            return Appended()
        return append_events(
            lambda: self._reopen(ticket), tail, blocks, event_ids[-1], self.location.index_lock
        )

    def _finish(
        self, committed: Committed, item: bytes, projected: bytes, change: Change
    ) -> Committed:
        """The projections. The event is committed, so what fails here is a warning."""
        if not committed.event_ids:
            self._write_projections(committed.ticket, item, projected, change)
            self._lock.forget()
            return committed
        try:
            self._write_projections(committed.ticket, item, projected, change)
            self._lock.announce(None)
        except (OSError, YoiError) as error:
            self.left_undone = True
            warning = (
                f"The event is recorded, but not all that follows from it could be written "
                f"({error}). The next command brings item.md up to date."
            )
            return committed._replace(warnings=(*committed.warnings, warning))
        return committed

    def affirm(self, relation: Relation) -> None:
        """The journal is to miss `relation`, too, which a merge or a stash may have brought."""
        if self.location.git is not None:
            from yoi_cli.store.files.journaling import parts_of_relation

            done = Committed(TicketId(relation.ticket_id), relation.at)
            self._noted(done, parts_of_relation(relation), Appended())

    def create(
        self,
        ticket: NewTicket,
        *,
        ticket_id: TicketId | None = None,
        event_ids: tuple[str, ...] = (),
    ) -> Committed:
        """As the port says; the ids are given where they are decided already."""
        ticket_id = ticket_id or self._free_id()
        blocks, event_ids = self._encode(ticket.events, _EMPTY, decided=event_ids)
        files = files_of(ticket_id, ticket, blocks, stamp(self._now_ms))
        with held_back() as interrupts:
            self._place(ticket_id, files)
            done = Committed(ticket_id, stamp(self._now_ms), event_ids, self.warnings)
            if self.location.git is not None:
                from yoi_cli.store.files.journaling import parts_of_files

                done = self._noted(done, parts_of_files(files), Appended())
            if self.notes is not None:
                author = ticket.events[0].author
                done = self.notes.keep_creation(done, author, self._now_ms, files)
        return done._replace(warnings=(*done.warnings, *interrupts.warnings))

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        self._place(ticket, files)
        self._note_import(ticket)

    def _place(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        folder = self._checked_folder({ticket: files})
        self._lock.announce(Intent(ticket, ""))
        place_tree(folder, ticket, files)
        self._lock.forget()

    def install_all(self, tickets: Mapping[TicketId, Mapping[str, bytes]]) -> None:
        if not tickets:
            return
        folder = self._checked_folder(tickets)
        first = next(iter(tickets))  # in whose unfinished folder all are built
        self._lock.announce(Intent(first, ""))
        if place_trees(folder, first, tickets):
            self._lock.forget()
        else:  # the next writer takes the rest away
            self.left_undone = True
        self._note_import(first)

    def _note_import(self, ticket: TicketId) -> None:
        if self.notes is not None:
            self.notes.keep_import(Committed(ticket, stamp(self._now_ms)), self._now_ms)

    def _checked_folder(self, tickets: Mapping[TicketId, Mapping[str, bytes]]) -> Directory:
        """The store's folder, in which none of `tickets` stands, and whose files may."""
        for ticket, files in tickets.items():
            if not is_ticket_id(ticket) or not all(is_inside(path) for path in files):
                raise OperationError(
                    "import_refused",
                    f"The ticket {str(ticket)[:40]!r} holds a path that leads outside.",
                )
        folder = self.made_folder()
        for ticket in tickets:
            if folder.has(ticket):
                raise ConflictError(
                    "ticket_exists",
                    f"There is a ticket {ticket} already.",
                    hint="Nothing was written. Compare the two before importing again.",
                    details={"ticket": ticket},
                )
        return folder

    def made_folder(self) -> Directory:
        """The store's folder, made where it is not there."""
        if self.folder is None:
            self.forget_folder()
            made = layout.open_folder(self.location, make=True)
            if made is not None:
                made.close()
        return self._present_folder()

    @contextmanager
    def announced(self, ticket: TicketId) -> Iterator[None]:
        """Files of `ticket` are replaced meanwhile; whoever finds that unfinished re-projects."""
        self._lock.announce(Intent(ticket, ""))
        yield
        self._lock.forget()

    def tidy(self, ticket: TicketId, event_id: str) -> None:
        """Finish what a writer that died left undone on `ticket`, whole or half made.

        `event_id` is the event that it had announced, "" for none.
        """
        from yoi_cli.store.files.recovery import finish

        if self.folder is not None:
            remove_tree(self.folder, layout.UNFINISHED + ticket)
        if not self.exists(ticket):
            return
        with self.opened(ticket) as directory:
            directory.sweep()
            with suppress(FileNotFoundError), directory.child(layout.ARTIFACTS) as artifacts:
                artifacts.sweep()
        self.reproject(ticket)
        with self.opened(ticket) as directory:
            finish(directory, parse_thread(read_part(directory, layout.THREAD)).thread, event_id)

    def reproject(self, ticket: TicketId) -> bool:
        """Bring a ticket's tail and item in line with its thread; whether that changed any.

        An item beside a thread that cannot be read wholly stays: the rest may say otherwise.
        """
        with self.opened(ticket) as directory:
            tail = settled_tail(directory, self.location.index_lock, whole=True)
            self.require_readable(ticket, directory, tail)
            repaired = repair_tail(directory, self.location.index_lock)
            item = read_part(directory, layout.ITEM)
            thread = parse_thread(read_part(directory, layout.THREAD)).thread
            if thread.is_damaged:
                return repaired
            path = directory.shown(layout.ITEM)
            # An edit of the item alone leaves no event, so its time may be the later one.
            updated_at = max(thread.last_at, parse_item(item, path=path).text("updated_at"))
            fields = projection(fold(thread.events).state, updated_at)
            projected = edit_item(item, fields, path=path)
            if projected == item:
                return repaired
            directory.replace(layout.ITEM, projected)
            return True

    def _free_id(self) -> TicketId:
        candidate = ticket_id_at(self._now_ms)
        if self.folder is None or not self.folder.has(candidate):
            return candidate
        return next_ticket_id(self._now_ms, set(self.folder.names()))

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

    def _project(
        self,
        directory: Directory,
        item: bytes,
        known: tuple[Event, ...] | None,
        change: Change,
        *,
        is_written: bool = False,
    ) -> bytes:
        """`item` as it must be after `change`, beside a thread of the `known` events, or one that
        it does not move; worked out before anything is written.

        `is_written` says that these are the change's events, too.
        """
        at = stamp(self._now_ms)
        events = known
        if known is not None and not is_written:
            events = (*known, *(as_read(event, at) for event in change.events))
        return projected_item(item, events, change, at, directory.shown(layout.ITEM))

    def _write_projections(
        self, ticket: TicketId, item: bytes, projected: bytes, change: Change
    ) -> None:
        if projected == item and not (change.removes_resolution or change.loses_relations):
            return
        with self.opened(ticket) as directory:
            current = read_part(directory, layout.ITEM)
            if current != item:  # a checkout put another in its place meanwhile
                tail = settled_tail(directory, self.location.index_lock, whole=True)
                events = tail.parsed.thread.events
                projected = self._project(directory, current, events, change, is_written=True)
            if projected != current:
                directory.replace(layout.ITEM, projected)
            if change.relations is not None and change.loses_relations:
                with directory.make_child(layout.ARTIFACTS) as artifacts:
                    artifacts.replace(layout.RELATIONS, rendered_relations(change.relations))
            if change.removes_resolution:
                directory.remove_if_there(layout.RESOLUTION)
                directory.sync()

    def _reopen(self, ticket: TicketId) -> Directory:
        """The ticket's folder, walked to from the workspace again."""
        self.forget_folder()
        return self.opened(ticket)


_WAITS = (
    "The event is recorded beside the store: git, or a hook under it, has taken files out of this "
    "checkout and will put them back. The next command that writes after that puts it in its place."
)
_EMPTY = Tail(parse_thread(b""), 0, 0)


def _only_says(change: Change) -> bool:
    """Whether `change` is nothing but events that move no state."""
    return bool(change.events) and change == Change(change.events) and not decides(change)


def decides(change: Change) -> bool:
    """Whether writing `change` needs the whole thread rather than its end."""
    return any(is_move(as_read(event, "")) for event in change.events)


def as_read(event: NewEvent, at: str) -> Event:
    """`event` as the fold will see it once it is written."""
    attributes = MappingProxyType(dict(event.attributes))
    return Event(
        event.kind, event.author, at, event.heading, event.body, attributes, "new", "new", 0
    )


def new_ids(count: int, now_ms: int, entropy: Entropy, greatest: str) -> tuple[str, ...]:
    """Ids for `count` events of that instant, each greater than the one before and `greatest`."""
    ids: list[str] = []
    for _ in range(count):
        greatest = next_event_id(now_ms, entropy(), greatest)
        ids.append(greatest)
    return tuple(ids)


def encoded(events: Sequence[NewEvent], ids: Sequence[str], at: str, newline: str) -> bytes:
    """The blocks of `events`, as they stand one behind another in a thread."""
    return newline.encode().join(
        encode_event(event, at=at, event_id=event_id, newline=newline)
        for event, event_id in zip(events, ids, strict=True)
    )


def files_of(ticket_id: TicketId, ticket: NewTicket, blocks: bytes, at: str) -> dict[str, bytes]:
    """The files of a ticket that is made at the instant `at`, whose events are `blocks`."""
    fields: dict[str, FieldValue] = dict(ticket.fields)
    fields |= {"state": PLANNING, "created_at": at, "updated_at": at}
    files = {
        layout.ITEM: render_item(fields, ticket.description),
        layout.THREAD: blocks,
        layout.KEEP_PATH: b"",
    }
    if ticket.relations:
        author = ticket.events[0].author
        files[layout.RELATIONS_PATH] = rendered_relations(
            [Relation(ticket_id, kind, to, author, at, note) for kind, to, note in ticket.relations]
        )
    return files


def projected_item(
    item: bytes, events: Sequence[Event] | None, change: Change, at: str, path: str
) -> bytes:
    """`item` as it must be after `change` at the instant `at`, beside a thread of `events`; where
    they are None, the state is as it was."""
    fields = dict(change.fields)
    if events is not None:
        fields |= projection(fold(events).state, "")
    if change.events or change.fields or change.description is not None:
        fields["updated_at"] = at
    return edit_item(item, fields, path=path, remove=change.removed_fields, body=change.description)


def projection(state: str, updated_at: str) -> dict[str, FieldValue]:
    """The fields of `item.md` that a thread decides; an empty `updated_at` leaves that one out."""
    fields: dict[str, FieldValue] = {"state": state}
    if updated_at:
        fields["updated_at"] = updated_at
    return fields
