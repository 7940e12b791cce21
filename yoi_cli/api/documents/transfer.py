"""The types of what goes out with `export` and comes in with `import`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Literal, TypedDict

from yoi_cli.api.documents.envelope import SCHEMA
from yoi_cli.api.documents.ticket import TicketDocument, ticket_document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.transfer.export import ExportedTicket
    from yoi_cli.transfer.model import ImportProblem
    from yoi_cli.transfer.report import ImportReport, Incoming


class FileDocument(TypedDict):
    """The exact bytes of one file: as they are where they are UTF-8, else in base64."""

    encoding: Literal["utf-8", "base64"]
    content: str


class FailureDocument(TypedDict):
    """Why a part of a ticket could not be read."""

    code: str
    message: str


class ExportedDocument(TicketDocument):
    """One line of an export: a ticket, whole, and its files by their path below its folder.

    With an `error`, the rest is what could be read; an empty state could not be.
    """

    schema: str
    files: dict[str, FileDocument]
    error: FailureDocument | None


class ExportDocument(TypedDict):
    """All that was exported; `tickets` is null where they went to `file` as JSON Lines."""

    count: int
    file: str | None
    tickets: list[ExportedDocument] | None


class IncomingTicketDocument(TypedDict):
    """A ticket that came in, or had come in before; `source` is what it was called there."""

    id: str
    source: str
    title: str


class ConflictDocument(TypedDict):
    """A ticket that was left out, because the store has another by its id."""

    id: str
    source: str
    message: str


class PlacedDocument(TypedDict):
    """Something worth knowing, with the file and the line (from 1) where it stands."""

    path: str
    line: int | None
    message: str


class ImportedDocument(TypedDict):
    """The outcome of an import; `problems` gave no ticket, `notices` are on those that did."""

    dry_run: bool
    imported: list[IncomingTicketDocument]
    skipped: list[IncomingTicketDocument]
    conflicts: list[ConflictDocument]
    problems: list[PlacedDocument]
    notices: list[PlacedDocument]


def exported_document(exported: ExportedTicket) -> ExportedDocument:
    """The line of one ticket."""
    error = exported.error
    return {
        "schema": SCHEMA,
        **ticket_document(exported.view),
        "files": {path: _file_document(data) for path, data in exported.files.items()},
        "error": None if error is None else {"code": error.code, "message": error.message},
    }


def _file_document(data: bytes) -> FileDocument:
    try:
        return {"encoding": "utf-8", "content": data.decode()}
    except UnicodeDecodeError:
        return {"encoding": "base64", "content": base64.b64encode(data).decode()}


def imported_document(report: ImportReport, *, dry_run: bool) -> ImportedDocument:
    """The outcome of an import."""
    return {
        "dry_run": dry_run,
        "imported": _incoming(report.imported),
        "skipped": _incoming(report.skipped),
        "conflicts": [
            {"id": one.id, "source": one.source, "message": one.message} for one in report.conflicts
        ],
        "problems": _placed(report.problems),
        "notices": _placed(report.notices),
    }


def _incoming(tickets: Iterable[Incoming]) -> list[IncomingTicketDocument]:
    return [{"id": one.id, "source": one.source, "title": one.title} for one in tickets]


def _placed(problems: Iterable[ImportProblem]) -> list[PlacedDocument]:
    return [{"path": one.path, "line": one.line, "message": one.message} for one in problems]
