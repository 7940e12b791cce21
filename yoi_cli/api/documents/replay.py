"""The JSON types of replaying recorded decisions (docs/routing.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import (
    UnreadableDocument,
    from_value,
    from_values,
    unreadable_documents,
)
from yoi_cli.api.documents.relations import BlockerDocument
from yoi_cli.api.documents.routing import ReasonDocument

if TYPE_CHECKING:
    from yoi_cli.routing.replay import Replay, ReplayedDecision


class ReplayedDocument(Struct, frozen=True, kw_only=True):
    """A decision that said ready or blocked, and what the relations of its instant say.

    `classification` is the word that was recorded, `recorded` and `computed` are `ready` or
    `blocked`, `reason` says why they differ, and `reasons` all that spoke for waiting beside
    relations. `had_dependency`: whether it depended on anything, finished or not.
    """

    ticket: str
    at: str
    classification: str
    recorded: str
    computed: str
    blockers: tuple[str, ...]
    had_dependency: bool
    reason: str | None
    reasons: tuple[ReasonDocument, ...]


class IllegalMoveDocument(Struct, frozen=True, kw_only=True):
    """A move that is not allowed; not `applied` where the fold set it aside."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    line: int
    applied: bool


class PastBlockerDocument(BlockerDocument, frozen=True, kw_only=True):
    """A blocker of the instant, with its state and what was wrong with it then."""


class MovePastBlockersDocument(Struct, frozen=True, kw_only=True):
    """A ticket that was queued or taken up although blockers should have held it."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    blockers: tuple[PastBlockerDocument, ...]


class ReplayDocument(Struct, frozen=True, kw_only=True):
    """Recorded decisions and moves against what the logs say of their instants.

    `agree` counts by relations alone, `explained` the disagreements with a reason, `other`
    the decisions of other classes.
    """

    decisions: int
    agree: int
    explained: int
    ready_while_blocked: int
    rows: tuple[ReplayedDocument, ...]
    other: Mapping[str, int]
    illegal_moves: tuple[IllegalMoveDocument, ...]
    moves_past_blockers: tuple[MovePastBlockersDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


def replay_document(replay: Replay) -> ReplayDocument:
    return from_value(
        ReplayDocument,
        replay,
        decisions=len(replay.rows),
        rows=tuple(_replayed_document(row) for row in replay.rows),
        illegal_moves=from_values(IllegalMoveDocument, replay.illegal_moves),
        moves_past_blockers=tuple(
            from_value(
                MovePastBlockersDocument,
                move,
                blockers=from_values(PastBlockerDocument, move.blockers),
            )
            for move in replay.moves_past_blockers
        ),
        unreadable=unreadable_documents(replay.unreadable),
    )


def _replayed_document(row: ReplayedDecision) -> ReplayedDocument:
    return from_value(
        ReplayedDocument,
        row,
        blockers=tuple(blocker.ticket for blocker in row.blockers),
        reasons=from_values(ReasonDocument, row.reasons),
    )
