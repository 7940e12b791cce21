"""The JSON types of a workspace that is served: its tickets as a board shows them, sessions of
browsers, and what may be started (docs/api-http.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import UnreadableDocument, from_value
from yoi_cli.api.documents.registry import RuntimeRowDocument, WorkerRowDocument
from yoi_cli.api.documents.runtime import PageDocument, RuntimeDiagnosticDocument
from yoi_cli.api.documents.ticket import EventDocument, ShownDocument
from yoi_cli.model.item import field_text, field_texts

if TYPE_CHECKING:
    from yoi_cli.api.overview import OverviewRow
    from yoi_cli.api.queries import Neighbour
    from yoi_cli.store.values import FieldsRow


class BackendDocument(Struct, frozen=True, kw_only=True):
    """A server of a workspace that listens: its address, the file in which the same user's
    commands find it with its token, and an address that lets a browser in once, within a minute.
    """

    workspace_id: str
    address: str
    file: str
    login: str


class SessionDocument(Struct, frozen=True, kw_only=True):
    """Whoever asks: `principal` is owner or viewer. A browser sends `proof` as Yoi-Session with
    whatever changes something; it is null for whoever has a bearer."""

    workspace_id: str
    principal: str
    proof: str | None


class LoginCodeDocument(Struct, frozen=True, kw_only=True):
    """A path that lets a browser in once, within so many seconds."""

    path: str
    seconds: int


class LeftDocument(Struct, frozen=True, kw_only=True):
    """A session that has ended."""

    ended: bool


class BoardBlockerDocument(Struct, frozen=True, kw_only=True):
    """A ticket that holds another up, with its state, or why that is not known."""

    ticket: str
    state: str


class BoardClaimDocument(Struct, frozen=True, kw_only=True):
    """Who holds a ticket; it is `over` where the lease has run out."""

    holder: str
    over: bool


class TicketRowDocument(Struct, frozen=True, kw_only=True):
    """A ticket of a board. `gate` is open, waits or broken, null for a state that has none;
    `action` is the move that is offered first, null where there is none, and then `why` says why.
    `reason` is routing's code. `there` is the state by the worktree for orchestration, where that
    is further on. `workers` are those of the ticket that have not ended."""

    id: str
    title: str
    state: str
    priority: str | None
    assignee: str | None
    tags: tuple[str, ...]
    created_at: str
    updated_at: str
    gate: str | None
    action: str | None
    why: str
    reason: str
    blockers: tuple[BoardBlockerDocument, ...]
    claim: BoardClaimDocument | None
    workers: tuple[str, ...]
    there: str | None
    needs_person: bool


class TicketPageDocument(Struct, frozen=True, kw_only=True):
    """A page of tickets, of the `total` that were asked for; `counts` are those of all tickets by
    state. A ticket that cannot be read is in `unreadable`."""

    items: tuple[TicketRowDocument, ...]
    page: PageDocument
    total: int
    counts: Mapping[str, int]
    unreadable: tuple[UnreadableDocument, ...]
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class NeighbourDocument(Struct, frozen=True, kw_only=True):
    """The ticket at the other end of a relation. `problem` is missing, unreadable or null."""

    ticket: str
    title: str
    state: str
    problem: str | None


class ServedTicketDocument(Struct, frozen=True, kw_only=True):
    """A ticket with the `revision` of its item, which an edit names; it is empty where the item
    cannot be read. `errors` are what of the ticket cannot be read, `neighbours` the tickets that
    its relations name."""

    revision: str
    ticket: ShownDocument
    errors: tuple[str, ...]
    neighbours: tuple[NeighbourDocument, ...]


class RevisedDocument(Struct, frozen=True, kw_only=True):
    """A ticket that was edited: the fields that changed (`body` for the description), and the
    revision that it has now."""

    ticket: str
    changed: tuple[str, ...]
    revision: str
    warnings: tuple[str, ...]


class EventPageDocument(Struct, frozen=True, kw_only=True):
    """A page of a ticket's events."""

    ticket: str
    items: tuple[EventDocument, ...]
    page: PageDocument
    total: int
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class MoveMadeDocument(Struct, frozen=True, kw_only=True):
    """A move that was made with a ticket, and what came of it."""

    ticket: str
    action: str
    said: str
    warnings: tuple[str, ...]


class ServedWorkspaceDocument(Struct, frozen=True, kw_only=True):
    """A workspace: `name` is a label, `branch` what is checked out (null for none), `orchestrator`
    live, idle or absent, `counts` its tickets by state. `diagnostics` are what is wrong."""

    workspace_id: str
    name: str
    version: str
    language: str | None
    branch: str | None
    orchestrator: str
    counts: Mapping[str, int]
    unreadable: int
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class WorkerRowPageDocument(Struct, frozen=True, kw_only=True):
    """A page of workers of one runtime or of all. `missing` are the runtimes that could not be
    asked: their workers are as they were seen last."""

    items: tuple[WorkerRowDocument, ...]
    page: PageDocument
    missing: tuple[RuntimeRowDocument, ...]
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class LaunchProfileDocument(Struct, frozen=True, kw_only=True):
    """A profile that may be named for a new worker, with the roles that it has here."""

    name: str
    description: str
    roles: tuple[str, ...]


class LaunchOptionsDocument(Struct, frozen=True, kw_only=True):
    """What a new worker may be: on which runtime, with which profile. Another runtime may have
    other profiles of the same names, and says so itself."""

    runtimes: tuple[RuntimeRowDocument, ...]
    profiles: tuple[LaunchProfileDocument, ...]


class ChangedTicketsDocument(Struct, frozen=True, kw_only=True):
    """What a page's socket tells of tickets: their number by state. A page asks for the rest."""

    counts: Mapping[str, int]
    unreadable: int


class ChangedWorkersDocument(Struct, frozen=True, kw_only=True):
    """What a page's socket tells of workers: the newest of all runtimes, of the `total`."""

    total: int
    workers: tuple[WorkerRowDocument, ...]


def neighbour_documents(found: Mapping[str, Neighbour]) -> tuple[NeighbourDocument, ...]:
    return tuple(from_value(NeighbourDocument, one, ticket=name) for name, one in found.items())


def ticket_row_document(row: OverviewRow, fields: FieldsRow | None) -> TicketRowDocument:
    known = {} if fields is None else fields.fields
    return TicketRowDocument(
        id=row.ticket,
        title=row.title,
        state=row.state,
        priority=row.priority or None,
        assignee=field_text(known, "assignee") or None,
        tags=field_texts(known, "tags"),
        created_at=field_text(known, "created_at"),
        updated_at=row.updated_at,
        gate=row.gate or None,
        action=row.action,
        why=row.why,
        reason=row.reason,
        blockers=tuple(BoardBlockerDocument(ticket=t, state=s) for t, s in row.blockers),
        claim=BoardClaimDocument(holder=row.claim, over=row.is_claim_over) if row.claim else None,
        workers=row.workers,
        there=row.there or None,
        needs_person=row.needs_person,
    )
