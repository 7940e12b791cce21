"""The types of what `--json` prints, and how they are made (DESIGN section 9).

They stand apart from the domain's types, so that the one may change without the other.
They change only by adding. `yoi schema` publishes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.app.blocking import Blocker
    from yoi_cli.app.move import Moved
    from yoi_cli.app.relate import Related
    from yoi_cli.app.show import TicketView
    from yoi_cli.app.values import Committed
    from yoi_cli.domain.events import Event
    from yoi_cli.domain.fold import Divergence, Folded
    from yoi_cli.domain.plan import PlanRecord
    from yoi_cli.domain.relations import Relation


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


class RelationDocument(TypedDict):
    """One forward relation, as the file has it."""

    ticket_id: str
    kind: str
    target: str
    note: str | None
    author: str
    at: str


class IncomingDocument(TypedDict):
    """A relation of another ticket to this one; `kind` is the inverse word."""

    ticket_id: str
    kind: str
    forward_kind: str
    note: str | None
    author: str
    at: str


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


class WrittenDocument(TypedDict):
    """The outcome of a command that wrote to one ticket."""

    ticket: str
    kind: str
    at: str
    events: list[str]
    warnings: list[str]


class EditedDocument(WrittenDocument):
    """An item that was changed; `changed` are its keys, `body` for the description."""

    changed: list[str]


class RelatedDocument(TypedDict):
    """A relation that was recorded or removed; `changed` is false where it stood already."""

    relation: RelationDocument
    removed: bool
    changed: bool
    warnings: list[str]


class RelationListDocument(TypedDict):
    """Relations: all forward ones of a store, or those around one ticket."""

    ticket: str | None
    outgoing: list[RelationDocument]
    incoming: list[IncomingDocument]
    unreadable: list[str]


class StateDocument(TypedDict):
    """The state that a ticket is in; `diverged` where its log is not of one mind."""

    ticket: str
    state: str
    diverged: bool


class MovedDocument(TypedDict):
    """The outcome of a move. `changed` is false where the ticket was there already."""

    ticket: str
    origin: str
    state: str
    changed: bool
    at: str
    events: list[str]
    unblocked: list[str]
    warnings: list[str]


class CreatedDocument(TypedDict):
    """A ticket that was made."""

    id: str
    title: str
    state: str
    at: str
    events: list[str]
    warnings: list[str]


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
            "incoming": [_incoming_document(relation) for relation in view.around.incoming],
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


def relation_document(relation: Relation) -> RelationDocument:
    return {
        "ticket_id": relation.ticket_id,
        "kind": relation.kind,
        "target": relation.target,
        "note": relation.note,
        "author": relation.author,
        "at": relation.at,
    }


def _incoming_document(relation: Relation) -> IncomingDocument:
    return {
        "ticket_id": relation.ticket_id,
        "kind": relation.inverse,
        "forward_kind": relation.kind,
        "note": relation.note,
        "author": relation.author,
        "at": relation.at,
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


def written_document(kind: str, done: Committed) -> WrittenDocument:
    return {
        "ticket": done.ticket,
        "kind": kind,
        "at": done.at,
        "events": list(done.event_ids),
        "warnings": list(done.warnings),
    }


def edited_document(done: Committed, changed: Iterable[str]) -> EditedDocument:
    return {**written_document("edit", done), "changed": list(changed)}


def related_document(related: Related, *, removed: bool) -> RelatedDocument:
    return {
        "relation": relation_document(related.relation),
        "removed": removed,
        "changed": related.changed,
        "warnings": list(related.committed.warnings),
    }


def relation_list_document(
    ticket: str | None,
    outgoing: Iterable[Relation],
    incoming: Iterable[Relation],
    unreadable: Iterable[str],
) -> RelationListDocument:
    return {
        "ticket": ticket,
        "outgoing": [relation_document(relation) for relation in outgoing],
        "incoming": [_incoming_document(relation) for relation in incoming],
        "unreadable": list(unreadable),
    }


def state_document(ticket: str, folded: Folded) -> StateDocument:
    return {"ticket": ticket, "state": folded.state, "diverged": folded.is_diverged}


def moved_document(moved: Moved) -> MovedDocument:
    return {
        "ticket": moved.ticket,
        "origin": moved.origin,
        "state": moved.state,
        "changed": moved.changed,
        "at": moved.at,
        "events": list(moved.event_ids),
        "unblocked": list(moved.unblocked),
        "warnings": list(moved.warnings),
    }


def created_document(title: str, done: Committed) -> CreatedDocument:
    return {
        "id": done.ticket,
        "title": title,
        "state": "planning",
        "at": done.at,
        "events": list(done.event_ids),
        "warnings": list(done.warnings),
    }
