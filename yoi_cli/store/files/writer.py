"""The write protocol (docs/format.md): what the event refers to, the event, projections."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.model.time import stamp
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import (
    Appended,
    Tail,
    append_events,
    repair_tail,
    settled_tail,
)
from yoi_cli.store.files.atomic_folder import remove_tree
from yoi_cli.store.files.change_bytes import as_read, decides, only_says, projected_item, projection
from yoi_cli.store.files.git_holds import AUTOSTASH, git_holds
from yoi_cli.store.files.interrupts import held_back
from yoi_cli.store.files.lock import Intent
from yoi_cli.store.files.new_tickets import TicketPlacer
from yoi_cli.store.files.reader import read_part
from yoi_cli.store.files.side_files import put_back, referred, rendered_relations, write_referred
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.values import Change, Committed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Event, Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.long_thread import LongThread


class FileWriter(TicketPlacer):
    """Reads and writes the store under its lock, for the time of one command.

    `clean`, where it is set, is what every change passes before it is written.
    """

    clean: Callable[[Change], Change] | None = None

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
            if only_says(change):
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
