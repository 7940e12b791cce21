"""The JSON types of replaying recorded decisions (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.routing import ReasonDocument
from yoi_cli.api.documents.unreadable import UnreadableDocument, unreadable_documents

if TYPE_CHECKING:
    from yoi_cli.routing.replay import IllegalMove, MovePastBlockers, Replay, ReplayedDecision


class ReplayedDocument(TypedDict):
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
    blockers: list[str]
    had_dependency: bool
    reason: str | None
    reasons: list[ReasonDocument]


class IllegalMoveDocument(TypedDict):
    """A move that is not allowed; not `applied` where the fold set it aside."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    line: int
    applied: bool


class PastBlockerDocument(TypedDict):
    """A blocker of the instant, with its state and what was wrong with it then."""

    ticket: str
    via: str
    state: str | None
    problem: str | None


class MovePastBlockersDocument(TypedDict):
    """A ticket that was queued or taken up although blockers should have held it."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    blockers: list[PastBlockerDocument]


class ReplayDocument(TypedDict):
    """Recorded decisions and moves against what the logs say of their instants.

    `agree` counts by relations alone, `explained` the disagreements with a reason, `other`
    the decisions of other classes.
    """

    decisions: int
    agree: int
    explained: int
    ready_while_blocked: int
    rows: list[ReplayedDocument]
    other: dict[str, int]
    illegal_moves: list[IllegalMoveDocument]
    moves_past_blockers: list[MovePastBlockersDocument]
    unreadable: list[UnreadableDocument]


def replay_document(replay: Replay) -> ReplayDocument:
    return {
        "decisions": len(replay.rows),
        "agree": replay.agree,
        "explained": replay.explained,
        "ready_while_blocked": replay.ready_while_blocked,
        "rows": [_row(row) for row in replay.rows],
        "other": dict(replay.other),
        "illegal_moves": [_illegal(move) for move in replay.illegal_moves],
        "moves_past_blockers": [_past(move) for move in replay.moves_past_blockers],
        "unreadable": unreadable_documents(replay.unreadable),
    }


def _row(row: ReplayedDecision) -> ReplayedDocument:
    return {
        "ticket": row.ticket,
        "at": row.at,
        "classification": row.classification,
        "recorded": row.recorded,
        "computed": row.computed,
        "blockers": [blocker.ticket for blocker in row.blockers],
        "had_dependency": row.had_dependency,
        "reason": row.reason,
        "reasons": [
            {"code": r.code, "text": r.text, "ticket": r.ticket, "state": r.state}
            for r in row.reasons
        ],
    }


def _illegal(move: IllegalMove) -> IllegalMoveDocument:
    return {
        "ticket": move.ticket,
        "at": move.at,
        "origin": move.origin,
        "target": move.target,
        "author": move.author,
        "line": move.line,
        "applied": move.applied,
    }


def _past(move: MovePastBlockers) -> MovePastBlockersDocument:
    return {
        "ticket": move.ticket,
        "at": move.at,
        "origin": move.origin,
        "target": move.target,
        "author": move.author,
        "blockers": [
            {"ticket": b.ticket, "via": b.via, "state": b.state, "problem": b.problem}
            for b in move.blockers
        ],
    }
