"""What `--json` prints of a ticket; `documents_*.py` have the other documents (docs/commands.md).

Their types stand apart from the domain's, so that the one may change without the other.
They change only by adding. `yoi schema` publishes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.relations import (
    IncomingDocument,
    RelationDocument,
    incoming_document,
    relation_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event
    from yoi_cli.model.fold import Divergence
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.tickets.blocking import Blocker
    from yoi_cli.tickets.show import TicketView


class ItemDocument(TypedDict):
    """`item.md`: frontmatter values are text, lists of text, or null."""

    frontmatter: dict[str, str | list[str] | None]
    body: str


class EventDocument(TypedDict):
    """One event. `id` is null in events of older stores; `identity` is never."""

    id: str | None
    identity: str
    kind: str
    at: str
    author: str
    heading: str | None
    body: str
    attributes: dict[str, str]


class BlockerDocument(TypedDict):
    """A ticket that holds another up. `problem` is missing, unreadable, diverged or null."""

    ticket: str
    via: str
    state: str | None
    problem: str | None


class RelationsDocument(TypedDict):
    """The relations around one ticket."""

    outgoing: list[RelationDocument]
    incoming: list[IncomingDocument]
    blockers: list[BlockerDocument]
    notices: list[str]


class AcceptedPlanDocument(TypedDict):
    """What was agreed on when a ticket was accepted."""

    summary: str
    branch: str | None
    worktree: str | None
    role_plan: str | None


class PlanDocument(TypedDict):
    """One plan record."""

    id: str
    ticket_id: str
    kind: str
    related_ticket: str | None
    note: str | None
    accepted_plan: AcceptedPlanDocument | None
    author: str
    at: str


class DivergenceDocument(TypedDict):
    """A move that was set aside."""

    event: str
    at: str
    line: int
    origin: str
    target: str
    state: str
    message: str


class TicketDocument(TypedDict):
    """One ticket, whole."""

    id: str
    title: str
    state: str
    item: ItemDocument
    events: list[EventDocument]
    relations: RelationsDocument
    plan: list[PlanDocument]
    artifacts: list[str]
    resolution: str | None
    diverged: list[DivergenceDocument]


def ticket_document(view: TicketView) -> TicketDocument:
    """A ticket as `show --json` and one line of `export` have it."""
    return {
        "id": view.id,
        "title": view.item.title,
        "state": view.folded.state,
        "item": {
            "frontmatter": {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in view.item.fields.items()
            },
            "body": view.item.body,
        },
        "events": [event_document(event) for event in view.thread.events],
        "relations": {
            "outgoing": [relation_document(relation) for relation in view.around.outgoing],
            "incoming": [incoming_document(relation) for relation in view.around.incoming],
            "blockers": blocker_documents(view.blockers),
            "notices": list(view.notices),
        },
        "plan": [plan_document(record) for record in view.plan],
        "artifacts": list(view.artifacts),
        "resolution": view.resolution,
        "diverged": [_divergence_document(found) for found in view.folded.diverged],
    }


def event_document(event: Event) -> EventDocument:
    return {
        "id": event.id,
        "identity": event.identity,
        "kind": event.kind,
        "at": event.at,
        "author": event.author,
        "heading": event.heading,
        "body": event.body,
        "attributes": dict(event.attributes),
    }


def blocker_documents(blockers: Iterable[Blocker]) -> list[BlockerDocument]:
    return [
        {"ticket": b.ticket, "via": b.via, "state": b.state, "problem": b.problem} for b in blockers
    ]


def plan_document(record: PlanRecord) -> PlanDocument:
    accepted = record.accepted_plan
    return {
        "id": record.id,
        "ticket_id": record.ticket_id,
        "kind": record.kind,
        "related_ticket": record.related_ticket,
        "note": record.note,
        "accepted_plan": None
        if accepted is None
        else {
            "summary": accepted.summary,
            "branch": accepted.branch,
            "worktree": accepted.worktree,
            "role_plan": accepted.role_plan,
        },
        "author": record.author,
        "at": record.at,
    }


def _divergence_document(found: Divergence) -> DivergenceDocument:
    return {
        "event": found.event,
        "at": found.at,
        "line": found.line,
        "origin": found.origin,
        "target": found.target,
        "state": found.state,
        "message": found.message,
    }
