"""The JSON types of plan records on their own (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.ticket import PlanDocument, plan_document
from yoi_cli.api.documents.unreadable import UnreadableDocument

if TYPE_CHECKING:
    from yoi_cli.tickets.plan_records import PlanList, Planned


class PlannedDocument(TypedDict):
    """A plan record that was kept; `changed` is false where an equal one stood already."""

    record: PlanDocument
    changed: bool
    warnings: list[str]


class PlansDocument(TypedDict):
    """Plan records; `ticket` is the one that was asked about, or null."""

    ticket: str | None
    plans: list[PlanDocument]
    unreadable: list[UnreadableDocument]


def planned_document(planned: Planned) -> PlannedDocument:
    return {
        "record": plan_document(planned.record),
        "changed": planned.changed,
        "warnings": list(planned.committed.warnings),
    }


def plans_document(found: PlanList) -> PlansDocument:
    return {
        "ticket": found.ticket,
        "plans": [plan_document(record) for record in found.records],
        "unreadable": [
            {"ticket": row.id, "code": row.error.code, "message": row.error.message}
            for row in found.unreadable
            if row.error is not None
        ],
    }
