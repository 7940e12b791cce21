"""The JSON types of routing (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.ticket import AcceptedPlanDocument
from yoi_cli.model.intent import render_packet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.routing.router import Decision, Unroutable


class ReasonDocument(TypedDict):
    """Why: a stable code, a sentence, and the ticket and state that it is about."""

    code: str
    text: str
    ticket: str | None
    state: str | None


class EvidenceDocument(TypedDict):
    """A fact, and where it was read."""

    fact: str
    where: str


class ChainedBlockerDocument(TypedDict):
    """A blocker with the unresolved tickets behind it; `chain_is_cut` where there are more."""

    ticket: str
    via: str
    state: str | None
    problem: str | None
    chain: list[str]
    chain_is_cut: bool


class DecisionDocument(TypedDict):
    """What routing says of one ticket. `unblocks` counts the tickets that wait for it."""

    ticket: str
    title: str
    state: str
    classification: str
    ready: bool
    reasons: list[ReasonDocument]
    blockers: list[ChainedBlockerDocument]
    cycle: list[str]
    unblock: list[str]
    evidence: list[EvidenceDocument]
    next_action: str
    notices: list[str]
    priority: str | None
    unblocks: int


class UnroutableDocument(TypedDict):
    """A ticket that cannot be read, and so is never ready."""

    ticket: str
    code: str
    message: str


class RouteDocument(TypedDict):
    """Decisions about the tickets that were asked for."""

    decisions: list[DecisionDocument]
    unreadable: list[UnroutableDocument]


def route_document(
    decisions: Iterable[Decision], unroutable: Iterable[Unroutable]
) -> RouteDocument:
    return {
        "decisions": [decision_document(decision) for decision in decisions],
        "unreadable": [
            {"ticket": row.ticket, "code": row.error.code, "message": row.error.message}
            for row in unroutable
        ],
    }


def decision_document(decision: Decision) -> DecisionDocument:
    said = decision.classified
    return {
        "ticket": decision.ticket,
        "title": decision.title,
        "state": decision.state,
        "classification": said.classification,
        "ready": said.is_ready,
        "reasons": [
            {"code": r.code, "text": r.text, "ticket": r.ticket, "state": r.state}
            for r in said.reasons
        ],
        "blockers": [
            {
                "ticket": b.ticket,
                "via": b.via,
                "state": b.state,
                "problem": b.problem,
                "chain": list(b.chain),
                "chain_is_cut": b.is_cut,
            }
            for b in decision.blockers
        ],
        "cycle": list(decision.cycle),
        "unblock": list(said.unblock),
        "evidence": [{"fact": e.fact, "where": e.where} for e in decision.evidence],
        "next_action": said.next_action,
        "notices": list(said.notices),
        "priority": decision.priority or None,
        "unblocks": decision.unblocks,
    }


class RecordedDocument(TypedDict):
    """A routing decision that was recorded; `computed` is what the store alone would say."""

    ticket: str
    classification: str
    computed: str
    state: str
    at: str
    events: list[str]
    warnings: list[str]


class IntentDocument(TypedDict):
    """An intent packet: its parts, those that say nothing, and the text a worker reads."""

    ticket: str
    parts: dict[str, str]
    missing: list[str]
    text: str


class AcceptedDocument(TypedDict):
    """A ticket that was taken up; `changed` is false where it had been by the same holder."""

    ticket: str
    changed: bool
    state: str
    holder: str
    generation: int
    expires_at: str
    plan: AcceptedPlanDocument
    intent: IntentDocument
    events: list[str]
    warnings: list[str]


def intent_document(ticket: str, packet: IntentPacket) -> IntentDocument:
    return {
        "ticket": ticket,
        "parts": dict(packet.parts),
        "missing": list(packet.missing),
        "text": render_packet(packet),
    }
