"""Tickets that were exported, put back as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError, YoiError
from yoi_cli.transfer.model import ImportProblem
from yoi_cli.transfer.report import BATCH, BATCH_BYTES, ImportReport, ImportTally, Incoming, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketReader, TicketStore, TicketWriter

#: Git's, which says how the files beside and below it are merged, converted and filtered.
_ATTRIBUTES = ".gitattributes"


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """The files of one ticket by their path below its folder, and where they were read."""

    id: TicketId
    title: str
    files: Mapping[str, bytes]
    path: str
    line: int
    notices: tuple[str, ...] = ()


def restore(
    store: TicketStore, incoming: Iterable[StoredTicket | ImportProblem], *, dry_run: bool
) -> ImportReport:
    """Put tickets in place, some at a time, so that none waits for a slow source with the lock
    held.

    A ticket that is there with the same files is skipped; one that differs is refused,
    and the others go on. Raises `ConflictError` where the lock cannot be had.
    """
    restoration = _Restoration(store, dry_run)
    for ticket in incoming:
        if isinstance(ticket, ImportProblem):
            restoration.tally.problems.append(ticket)
        else:
            restoration.take(ticket)
    restoration.put_in_place()
    return restoration.tally.report()


class _Restoration:
    """Tickets that are put back, and those that were read and wait for it."""

    def __init__(self, store: TicketStore, dry_run: bool) -> None:
        self._store = store
        self._dry_run = dry_run
        self._waiting: dict[TicketId, StoredTicket] = {}
        self._bytes = 0
        self.tally = ImportTally()

    def take(self, ticket: StoredTicket) -> None:
        """Let `ticket` wait with others for its place, unless it is there or may not come in."""
        if ticket.id in self._waiting:
            self.put_in_place()
        try:
            _refuse_attributes(ticket)
            is_here = _is_here(self._store, ticket)
        except YoiError as error:
            self._refuse(ticket, error)
            return
        if is_here or self._dry_run:
            self._tell(ticket, is_new=not is_here)
            return
        self._waiting[ticket.id] = ticket
        self._bytes += sum(map(len, ticket.files.values()))
        if len(self._waiting) >= BATCH or self._bytes >= BATCH_BYTES:
            self.put_in_place()

    def put_in_place(self) -> None:
        """Write those that wait: together, or where that is refused one by one."""
        waiting, self._waiting, self._bytes = self._waiting, {}, 0
        if not waiting:
            return
        with self._store.write() as writer:
            try:
                writer.install_all({id_: ticket.files for id_, ticket in waiting.items()})
            except (YoiError, OSError):
                for ticket in waiting.values():
                    self._put_one(writer, ticket)
                return
        for ticket in waiting.values():
            self._tell(ticket, is_new=True)

    def _put_one(self, writer: TicketWriter, ticket: StoredTicket) -> None:
        try:
            is_here = _is_here(writer, ticket)
            if not is_here:
                writer.install(ticket.id, ticket.files)
        except YoiError as error:
            self._refuse(ticket, error)
        else:
            self._tell(ticket, is_new=not is_here)

    def _refuse(self, ticket: StoredTicket, error: YoiError) -> None:
        if isinstance(error, ConflictError):
            self.tally.conflicts.append(Refused(ticket.id, ticket.id, error.message))
        else:
            self.tally.problems.append(ImportProblem(ticket.path, ticket.line, error.message))

    def _tell(self, ticket: StoredTicket, *, is_new: bool) -> None:
        came = self.tally.imported if is_new else self.tally.skipped
        came.append(Incoming(ticket.id, ticket.id, ticket.title))
        self.tally.notices.extend(
            ImportProblem(ticket.path, ticket.line, notice) for notice in ticket.notices
        )


def _refuse_attributes(ticket: StoredTicket) -> None:
    """Raise `OperationError` (`import_refused`) where git would treat files otherwise."""
    if any(name.lower() == _ATTRIBUTES for path in ticket.files for name in path.split("/")):
        raise OperationError(
            "import_refused",
            f"{ticket.id} brings a {_ATTRIBUTES}, which would tell git how to treat its files.",
            hint="Look at what it says, take it out, and import the ticket again.",
        )


def _is_here(reader: TicketReader, ticket: StoredTicket) -> bool:
    if not reader.exists(ticket.id):
        return False
    if reader.files(ticket.id) == ticket.files:
        return True
    raise ConflictError(
        "ticket_differs",
        f"{ticket.id} is in the store with other content; it was left as it is.",
    )
