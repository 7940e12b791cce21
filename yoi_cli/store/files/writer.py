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
from yoi_cli.store.files.append import Tail, append_events, repair_tail, settled_tail
from yoi_cli.store.files.atomic_folder import is_inside, place_tree, remove_tree
from yoi_cli.store.files.interrupts import held_back
from yoi_cli.store.files.lock import Intent, StoreLock
from yoi_cli.store.files.reader import FileReader, read_part
from yoi_cli.store.files.side_files import put_back, referred, rendered_relations, write_referred
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item, render_item
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event
from yoi_cli.store.values import Committed

if TYPE_CHECKING:
    from yoi_cli.model.events import NewEvent
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.values import Change, NewTicket

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
        committed: CommittedFile | None = None,
    ) -> None:
        super().__init__(location)
        self._committed = committed
        self._lock = lock
        self._now_ms = now_ms
        self._entropy = entropy
        self.left_undone = False
        self.warnings: tuple[str, ...] = ()
        self.remember: Remember | None = None

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def commit(self, ticket: TicketId, change: Change) -> Committed:
        if self.clean is not None:
            change = self.clean(change)
        with self.opened(ticket) as directory:
            item = read_part(directory, layout.ITEM)
            tail = settled_tail(directory, self.location.index_lock, whole=decides(change))
            self._require_readable(ticket, directory, tail, is_strict=decides(change))
            blocks, event_ids = self._encode(change.events, tail)
            projected = self._project(directory, item, tail, change)
            with held_back() as interrupts:
                if self.remember is not None and event_ids:
                    self.remember(ticket, tuple(zip(change.events, event_ids, strict=True)))
                self._lock.announce(Intent(ticket, event_ids[-1] if event_ids else ""))
                earlier = referred(directory, change)
                try:
                    write_referred(directory, change)
                    warnings = self._append(ticket, tail, blocks, event_ids)
                except (OSError, YoiError):
                    put_back(directory, earlier)
                    raise
                at = stamp(self._now_ms)
                done = Committed(ticket, at, event_ids, (*self.warnings, *warnings))
                done = self._finish(done, item, projected, change)
        return done._replace(warnings=(*done.warnings, *interrupts.warnings))

    def _require_readable(
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
    ) -> list[str]:
        if not event_ids:
            return []
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

    def create(self, ticket: NewTicket) -> Committed:
        at = stamp(self._now_ms)
        ticket_id = self._free_id()
        fields: dict[str, FieldValue] = dict(ticket.fields)
        fields |= {"state": PLANNING, "created_at": at, "updated_at": at}
        relations = [
            Relation(ticket_id, kind, target, ticket.events[0].author, at, note)
            for kind, target, note in ticket.relations
        ]
        blocks, event_ids = self._encode(ticket.events, _EMPTY)
        files = {
            layout.ITEM: render_item(fields, ticket.description),
            layout.THREAD: blocks,
            f"{layout.ARTIFACTS}/{layout.KEEP}": b"",
        }
        if relations:
            files[f"{layout.ARTIFACTS}/{layout.RELATIONS}"] = rendered_relations(relations)
        with held_back() as interrupts:
            self.install(ticket_id, files)
        return Committed(ticket_id, at, event_ids, (*self.warnings, *interrupts.warnings))

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        if not is_ticket_id(ticket) or not all(is_inside(path) for path in files):
            raise OperationError(
                "import_refused",
                f"The ticket {str(ticket)[:40]!r} holds a path that leads outside.",
            )
        if self.folder is None:
            self.forget_folder()
            made = layout.open_folder(self.location, make=True)
            if made is not None:
                made.close()
        folder = self._present_folder()
        if folder.has(ticket):
            raise ConflictError(
                "ticket_exists",
                f"There is a ticket {ticket} already.",
                hint="Nothing was written. Compare the two before importing again.",
                details={"ticket": ticket},
            )
        self._lock.announce(Intent(ticket, ""))
        place_tree(folder, ticket, files)
        self._lock.forget()

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
        """Bring a ticket's tail and item in line with its thread; whether that changed any."""
        with self.opened(ticket) as directory:
            tail = settled_tail(directory, self.location.index_lock, whole=True)
            self._require_readable(ticket, directory, tail)
            repaired = repair_tail(directory, self.location.index_lock)
            item = read_part(directory, layout.ITEM)
            thread = parse_thread(read_part(directory, layout.THREAD)).thread
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

    def _encode(self, events: tuple[NewEvent, ...], tail: Tail) -> tuple[bytes, tuple[str, ...]]:
        """The blocks of one command's events, and their ids, each greater than all before."""
        newline = tail.parsed.newline
        greatest = tail.parsed.thread.greatest_id
        at = stamp(self._now_ms)
        blocks: list[bytes] = []
        ids: list[str] = []
        for event in events:
            greatest = next_event_id(self._now_ms, self._entropy(), greatest)
            blocks.append(encode_event(event, at=at, event_id=greatest, newline=newline))
            ids.append(greatest)
        return newline.encode().join(blocks), tuple(ids)

    def _project(
        self,
        directory: Directory,
        item: bytes,
        tail: Tail,
        change: Change,
        *,
        is_written: bool = False,
    ) -> bytes:
        """`item` as it must be after `change`; worked out before anything is written.

        `is_written` says that `tail` holds the change's events already.
        """
        at = stamp(self._now_ms)
        fields = dict(change.fields)
        if tail.is_whole:
            new = () if is_written else tuple(as_read(event, at) for event in change.events)
            fields |= projection(fold((*tail.parsed.thread.events, *new)).state, "")
        if change.events or change.fields or change.description is not None:
            fields["updated_at"] = at
        return edit_item(
            item,
            fields,
            path=directory.shown(layout.ITEM),
            remove=change.removed_fields,
            body=change.description,
        )

    def _write_projections(
        self, ticket: TicketId, item: bytes, projected: bytes, change: Change
    ) -> None:
        if projected == item and not (change.removes_resolution or change.loses_relations):
            return
        with self.opened(ticket) as directory:
            current = read_part(directory, layout.ITEM)
            if current != item:  # a checkout put another in its place meanwhile
                tail = settled_tail(directory, self.location.index_lock, whole=True)
                projected = self._project(directory, current, tail, change, is_written=True)
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


_EMPTY = Tail(parse_thread(b""), 0, 0)


def decides(change: Change) -> bool:
    """Whether writing `change` needs the whole thread rather than its end."""
    return any(is_move(as_read(event, "")) for event in change.events)


def as_read(event: NewEvent, at: str) -> Event:
    """`event` as the fold will see it once it is written."""
    attributes = MappingProxyType(dict(event.attributes))
    return Event(
        event.kind, event.author, at, event.heading, event.body, attributes, "new", "new", 0
    )


def projection(state: str, updated_at: str) -> dict[str, FieldValue]:
    """The fields of `item.md` that a thread decides; an empty `updated_at` leaves that one out."""
    fields: dict[str, FieldValue] = {"state": state}
    if updated_at:
        fields["updated_at"] = updated_at
    return fields
