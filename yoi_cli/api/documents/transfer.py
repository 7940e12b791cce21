"""The types of what goes out with `export` and comes in with `import`."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.api.documents.envelope import SCHEMA
from yoi_cli.api.documents.ticket import TicketDocument, ticket_document

if TYPE_CHECKING:
    from yoi_cli.transfer.export import ExportedTicket
    from yoi_cli.transfer.formats.writers import ForeignExport
    from yoi_cli.transfer.report import ImportReport


class FileDocument(Struct, frozen=True, kw_only=True):
    """The exact bytes of one file: as they are where they are UTF-8, else in base64."""

    encoding: Literal["utf-8", "base64"]
    content: str


class FailureDocument(Struct, frozen=True, kw_only=True):
    """Why a part of a ticket could not be read."""

    code: str
    message: str


class _LineDocument(TicketDocument, frozen=True):
    # Not kw_only: so it stands before the ticket's fields, as it does on every line.
    schema: str


class ExportedDocument(_LineDocument, frozen=True, kw_only=True):
    """One line of an export: a ticket, whole, and its files by their path below its folder.

    With an `error`, the rest is what could be read; an empty state could not be.
    """

    files: Mapping[str, FileDocument]
    error: FailureDocument | None


class NotHeldDocument(Struct, frozen=True, kw_only=True):
    """So many things of one kind, of so many tickets, that the format has no place for."""

    kind: str
    count: int
    tickets: int


class LeftOutTicketDocument(Struct, frozen=True, kw_only=True):
    """A ticket that cannot be read whole, and was left out."""

    id: str
    message: str


class ExportDocument(Struct, frozen=True, kw_only=True):
    """All that was exported; `tickets` is null where they went to `file`, in `format`. In a format
    of another tool, `not_held` counts what that has no place for, and `unreadable` are the tickets
    that were left out; ours holds everything."""

    count: int
    file: str | None
    tickets: tuple[ExportedDocument, ...] | None
    format: str
    not_held: tuple[NotHeldDocument, ...]
    unreadable: tuple[LeftOutTicketDocument, ...]


class IncomingTicketDocument(Struct, frozen=True, kw_only=True):
    """A ticket that came in, or had come in before; `source` is what it was called there."""

    id: str
    source: str
    title: str


class ConflictDocument(Struct, frozen=True, kw_only=True):
    """A ticket that was left out, because the store has another by its id."""

    id: str
    source: str
    message: str


class PlacedDocument(Struct, frozen=True, kw_only=True):
    """Something worth knowing, with the file and the line (from 1) where it stands."""

    path: str
    line: int | None
    message: str


class UpdatedTicketDocument(Struct, frozen=True, kw_only=True):
    """A ticket that had come in before and was brought up to date; `changed` says in what."""

    id: str
    source: str
    title: str
    changed: tuple[str, ...]


class LinkEndDocument(Struct, frozen=True, kw_only=True):
    """A link of the ticket `id`, of a relation's kind: to the ticket `target`, which came from
    `source`, or where `target` is null to one that is not here."""

    id: str
    kind: str
    source: str
    target: str | None


class LeftOutDocument(Struct, frozen=True, kw_only=True):
    """How many files or records of one kind were left out for one reason, and which."""

    kind: str
    reason: str
    count: int
    paths: tuple[str, ...]


class MilestoneTakenDocument(Struct, frozen=True, kw_only=True):
    """A milestone, called `source` there, and the tickets that its objective links by this; the id
    is empty where a dry run would make it."""

    id: str
    source: str
    title: str
    linked: tuple[str, ...]


class ImportedDocument(Struct, frozen=True, kw_only=True):
    """The outcome of an import; `problems` gave no ticket, `notices` are on those that did.

    `updated` had come in before and changed in the other tool; `conflicts` are here with other
    content, or changed there and here. `completed` are links whose other end is here now,
    `missing_links` those that the ticket keeps by name. `left_out` was not to be a ticket.
    `objectives` are milestones that are objectives now, or link more tickets than before.
    """

    dry_run: bool
    imported: tuple[IncomingTicketDocument, ...]
    skipped: tuple[IncomingTicketDocument, ...]
    conflicts: tuple[ConflictDocument, ...]
    problems: tuple[PlacedDocument, ...]
    notices: tuple[PlacedDocument, ...]
    updated: tuple[UpdatedTicketDocument, ...]
    completed: tuple[LinkEndDocument, ...]
    missing_links: tuple[LinkEndDocument, ...]
    left_out: tuple[LeftOutDocument, ...]
    objectives: tuple[MilestoneTakenDocument, ...]


def exported_document(exported: ExportedTicket) -> ExportedDocument:
    """The line of one ticket."""
    view, error = exported.view, exported.error
    return ticket_document(
        ExportedDocument,
        view,
        view.thread.events,
        schema=SCHEMA,
        files={path: _file_document(data) for path, data in exported.files.items()},
        error=None if error is None else from_value(FailureDocument, error),
    )


def export_document(
    count: int, file: str | None, tickets: tuple[ExportedDocument, ...] | None = None
) -> ExportDocument:
    """An export of our own lines, which hold everything."""
    return ExportDocument(
        count=count, file=file, tickets=tickets, format="jsonl", not_held=(), unreadable=()
    )


def foreign_export_document(export: ForeignExport, form: str, file: str) -> ExportDocument:
    """What went to `file` in a format of another tool."""
    return ExportDocument(
        count=export.count,
        file=file,
        tickets=None,
        format=form,
        not_held=from_values(NotHeldDocument, export.out.losses.found()),
        unreadable=tuple(
            LeftOutTicketDocument(id=id_, message=message)
            for id_, message in export.unreadable.items()
        ),
    )


def _file_document(data: bytes) -> FileDocument:
    try:
        return FileDocument(encoding="utf-8", content=data.decode())
    except UnicodeDecodeError:
        return FileDocument(encoding="base64", content=base64.b64encode(data).decode())


def imported_document(report: ImportReport, *, dry_run: bool) -> ImportedDocument:
    """The outcome of an import."""
    return ImportedDocument(
        dry_run=dry_run,
        imported=from_values(IncomingTicketDocument, report.imported),
        skipped=from_values(IncomingTicketDocument, report.skipped),
        conflicts=from_values(ConflictDocument, report.conflicts),
        problems=from_values(PlacedDocument, report.problems),
        notices=from_values(PlacedDocument, report.notices),
        updated=from_values(UpdatedTicketDocument, report.updated),
        completed=from_values(LinkEndDocument, report.completed),
        missing_links=from_values(LinkEndDocument, report.missing),
        left_out=tuple(
            LeftOutDocument(kind=kind, reason=reason, count=len(paths), paths=paths)
            for (kind, reason), paths in report.kinds_left_out().items()
        ),
        objectives=from_values(MilestoneTakenDocument, report.objectives),
    )
