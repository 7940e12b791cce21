"""The types of what `yoi objective … --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.ticket import ItemDocument
from yoi_cli.model.severity import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.objectives.service import (
        LinkedTicket,
        ObjectiveRow,
        ObjectiveView,
        ObjectiveWritten,
    )


class ObjectiveWrittenDocument(TypedDict):
    """An objective that was made or changed; `changed` is false where nothing was written."""

    id: str
    title: str
    at: str
    linked_tickets: list[str]
    changed: bool


class ObjectiveRowDocument(TypedDict):
    """One line of a list: `resolved` of the `linked` tickets are done or closed."""

    id: str
    title: str
    state: str
    updated_at: str
    linked: int
    resolved: int


class UnreadableObjectiveDocument(TypedDict):
    """An objective that is broken; `code` and `message` are those of the error."""

    objective: str
    code: str
    message: str


class ObjectiveListDocument(TypedDict):
    """Objectives by rising id, and those that cannot be read."""

    objectives: list[ObjectiveRowDocument]
    unreadable: list[UnreadableObjectiveDocument]


class LinkedTicketDocument(TypedDict):
    """A linked ticket. `problem` is missing, unreadable or null; then `state` is null."""

    ticket: str
    title: str
    state: str | None
    problem: str | None


class ObjectiveDocument(TypedDict):
    """One objective with the tickets that it links."""

    id: str
    title: str
    state: str
    item: ItemDocument
    linked_tickets: list[LinkedTicketDocument]
    linked: int
    resolved: int


class ObjectiveDiagnosticDocument(TypedDict):
    """One finding; `line` counts from 1."""

    severity: str
    code: str
    message: str
    ticket: str | None
    path: str
    line: int | None


class ObjectiveDoctorDocument(TypedDict):
    """All findings; `ok` is true where none of them is an error."""

    ok: bool
    errors: int
    warnings: int
    diagnostics: list[ObjectiveDiagnosticDocument]


def objective_written_document(written: ObjectiveWritten) -> ObjectiveWrittenDocument:
    return {
        "id": written.id,
        "title": written.title,
        "at": written.at,
        "linked_tickets": list(written.linked),
        "changed": written.changed,
    }


def objective_list_document(rows: Sequence[ObjectiveRow]) -> ObjectiveListDocument:
    return {
        "objectives": [
            {
                "id": row.id,
                "title": row.objective.item.title,
                "state": row.objective.item.state,
                "updated_at": row.objective.item.text("updated_at"),
                "linked": len(row.objective.linked_tickets),
                "resolved": row.resolved,
            }
            for row in rows
            if row.objective is not None
        ],
        "unreadable": [
            {"objective": row.id, "code": row.error.code, "message": row.error.message}
            for row in rows
            if row.error is not None
        ],
    }


def objective_document(view: ObjectiveView) -> ObjectiveDocument:
    item = view.objective.item
    return {
        "id": view.objective.id,
        "title": item.title,
        "state": item.state,
        "item": {
            "frontmatter": {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in item.fields.items()
            },
            "body": item.body,
        },
        "linked_tickets": [_linked_document(ticket) for ticket in view.tickets],
        "linked": len(view.tickets),
        "resolved": view.resolved,
    }


def _linked_document(ticket: LinkedTicket) -> LinkedTicketDocument:
    return {
        "ticket": ticket.id,
        "title": ticket.title,
        "state": ticket.state,
        "problem": ticket.problem,
    }


def objective_doctor_document(found: Sequence[Diagnostic]) -> ObjectiveDoctorDocument:
    errors = sum(one.severity == ERROR for one in found)
    return {
        "ok": not errors,
        "errors": errors,
        "warnings": sum(one.severity == WARNING for one in found),
        "diagnostics": [
            {
                "severity": one.severity,
                "code": one.code,
                "message": one.message,
                "ticket": one.ticket,
                "path": one.path,
                "line": one.line,
            }
            for one in found
        ],
    }
