"""The JSON types of a day's work: starting, finishing, and what there is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.api.finishing import Finished
    from yoi_cli.api.starting import Started


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
    next_action: str | None = None


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
    next_action: str | None = None


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
