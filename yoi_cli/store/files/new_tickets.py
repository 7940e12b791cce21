"""Whole tickets: made, or put into the store as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.model.ids import TicketId, is_ticket_id, next_ticket_id, ticket_id_at
from yoi_cli.model.time import stamp
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import (
    Appended,
    Tail,
)
from yoi_cli.store.files.atomic_folder import is_inside, place_tree, place_trees
from yoi_cli.store.files.base_writer import BaseWriter
from yoi_cli.store.files.change_bytes import files_of
from yoi_cli.store.files.interrupts import held_back
from yoi_cli.store.files.lock import Intent
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.values import Committed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.values import NewTicket

_EMPTY = Tail(parse_thread(b""), 0, 0)


class TicketPlacer(BaseWriter):
    """Puts whole tickets into the store."""

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

    def _free_id(self) -> TicketId:
        candidate = ticket_id_at(self._now_ms)
        if self.folder is None or not self.folder.has(candidate):
            return candidate
        return next_ticket_id(self._now_ms, set(self.folder.names()))
