"""The JSON types of a day's work: starting, finishing, and what there is to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.api.documents.inbox import InboxItemDocument, item_document
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.api.finishing import Finished
    from yoi_cli.api.starting import Started
    from yoi_cli.api.status import Status


class StartedDocument(Struct, frozen=True, kw_only=True):
    """Work that may begin in `folder`, on `branch` (null outside of git). `steps` are what was
    done for it: ready, queued, accepted, claimed, worktree."""

    ticket: str
    title: str
    folder: str
    branch: str | None
    holder: str
    generation: int
    expires_at: str
    steps: tuple[str, ...]
    warnings: tuple[str, ...]
    next_action: str | None


class FinishStepDocument(Struct, frozen=True, kw_only=True):
    """A step: report, review, merge, done, close or worktree. `outcome` is made, found or stopped;
    one that stopped has the `command` that goes on, and a `code`."""

    step: str
    outcome: str
    text: str
    command: str | None
    code: str | None


class FinishedDocument(Struct, frozen=True, kw_only=True):
    """How far a ticket was brought; `merged` is the commit that its work is in as."""

    ticket: str
    title: str
    state: str
    is_over: bool
    merged: str | None
    steps: tuple[FinishStepDocument, ...]
    next_action: str | None


class MyTicketDocument(Struct, frozen=True, kw_only=True):
    """A ticket that the caller holds, whose turn it is, and what comes next."""

    ticket: str
    title: str
    state: str
    turn: str
    next_action: str


class StartableDocument(Struct, frozen=True, kw_only=True):
    """A ticket that may start."""

    ticket: str
    title: str
    priority: str


class OverdueDocument(Struct, frozen=True, kw_only=True):
    """A ticket that is not resolved, and the day on which it was due."""

    ticket: str
    title: str
    due: str


class RunningDocument(Struct, frozen=True, kw_only=True):
    """A worker that has not ended."""

    worker: str
    ticket: str | None
    role: str | None
    state: str


class StatusDocument(Struct, frozen=True, kw_only=True):
    """What there is to do: the caller's tickets, what may start, what nobody queued yet, what waits
    for a person, and what runs. `states` counts the readable tickets, `overdue` has those whose day
    has passed."""

    workspace: str
    mine: tuple[MyTicketDocument, ...]
    startable: tuple[StartableDocument, ...]
    planned: tuple[StartableDocument, ...]
    waiting: tuple[InboxItemDocument, ...]
    running: tuple[RunningDocument, ...]
    states: Mapping[str, int]
    unreadable: int
    overdue: tuple[OverdueDocument, ...]


def status_document(found: Status) -> StatusDocument:
    return from_value(
        StatusDocument,
        found,
        mine=from_values(MyTicketDocument, found.mine),
        startable=from_values(StartableDocument, found.startable),
        planned=from_values(StartableDocument, found.planned),
        overdue=from_values(OverdueDocument, found.overdue),
        waiting=tuple(map(item_document, found.waiting)),
        running=tuple(
            from_value(RunningDocument, one, worker=one.worker_id) for one in found.running
        ),
    )


def started_document(started: Started) -> StartedDocument:
    claim = started.claim
    return from_value(
        StartedDocument,
        started,
        holder=claim.holder,
        generation=claim.generation,
        expires_at=stamp(claim.expires_at),
        next_action=None,
    )


def finished_document(finished: Finished) -> FinishedDocument:
    steps = tuple(
        from_value(FinishStepDocument, one, command=one.command or None, code=one.code or None)
        for one in finished.steps
    )
    return from_value(
        FinishedDocument,
        finished,
        steps=steps,
        merged=finished.merged or None,
        next_action=None,
    )
