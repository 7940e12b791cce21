"""Tickets that were exported, put back as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError, YoiError
from yoi_cli.transfer.model import ImportProblem
from yoi_cli.transfer.report import ImportReport, ImportTally, Incoming, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketReader, TicketStore

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
    """Put tickets in place one by one, so that none waits for a slow source with the lock held.

    A ticket that is there with the same files is skipped; one that differs is refused,
    and the others go on. Raises `ConflictError` where the lock cannot be had.
    """
    tally = ImportTally()
    for ticket in incoming:
        if isinstance(ticket, ImportProblem):
            tally.problems.append(ticket)
            continue
        try:
            is_new = _install(store, ticket, dry_run=dry_run)
        except ConflictError as error:
            if error.code == "lock_timeout":
                raise
            tally.conflicts.append(Refused(ticket.id, ticket.id, error.message))
        except YoiError as error:
            tally.problems.append(ImportProblem(ticket.path, ticket.line, error.message))
        else:
            came = tally.imported if is_new else tally.skipped
            came.append(Incoming(ticket.id, ticket.id, ticket.title))
            tally.notices.extend(
                ImportProblem(ticket.path, ticket.line, notice) for notice in ticket.notices
            )
    return tally.report()


def _install(store: TicketStore, ticket: StoredTicket, *, dry_run: bool) -> bool:
    """Whether the ticket was not there; it is now. Raises `ConflictError` where it differs, and
    `OperationError` (`import_refused`) where it would change how git treats files."""
    if any(name.lower() == _ATTRIBUTES for path in ticket.files for name in path.split("/")):
        raise OperationError(
            "import_refused",
            f"{ticket.id} brings a {_ATTRIBUTES}, which would tell git how to treat its files.",
            hint="Look at what it says, take it out, and import the ticket again.",
        )
    if _is_here(store, ticket):
        return False
    if dry_run:
        return True
    with store.write() as writer:
        if _is_here(writer, ticket):
            return False
        writer.install(ticket.id, ticket.files)
    return True


def _is_here(reader: TicketReader, ticket: StoredTicket) -> bool:
    if not reader.exists(ticket.id):
        return False
    if reader.files(ticket.id) == ticket.files:
        return True
    raise ConflictError(
        "ticket_differs",
        f"{ticket.id} is in the store with other content; it was left as it is.",
    )
