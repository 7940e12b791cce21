"""The JSON types of routing, the gate and claims (docs/routing.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import UnreadableDocument, from_value, from_values
from yoi_cli.api.documents.relations import (
    AcceptedPlanDocument,
    BlockerDocument,
    accepted_plan_document,
)
from yoi_cli.model.intent import render_packet
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.model.shared_claim import KnownClaim
    from yoi_cli.routing.accept import Accepted
    from yoi_cli.routing.decide import RecordedDecision
    from yoi_cli.routing.gate import GateAnswer, GateResult
    from yoi_cli.routing.router import Decision, Unroutable


class ReasonDocument(Struct, frozen=True, kw_only=True):
    """Why: a stable code, a sentence, and the ticket and state that it is about."""

    code: str
    text: str
    ticket: str | None
    state: str | None


class EvidenceDocument(Struct, frozen=True, kw_only=True):
    """A fact, and where it was read."""

    fact: str
    where: str


class ChainedBlockerDocument(BlockerDocument, frozen=True, kw_only=True):
    """A blocker with the unresolved tickets behind it; `chain_is_cut` where there are more."""

    chain: tuple[str, ...]
    is_cut: bool = field(name="chain_is_cut")


class DecisionDocument(Struct, frozen=True, kw_only=True):
    """What routing says of one ticket. `unblocks` counts the tickets that wait for it. `turn` is
    whose turn it is: implementer, reviewer, merger, person or nobody."""

    ticket: str
    title: str
    state: str
    classification: str
    turn: str
    ready: bool
    reasons: tuple[ReasonDocument, ...]
    blockers: tuple[ChainedBlockerDocument, ...]
    cycle: tuple[str, ...]
    unblock: tuple[str, ...]
    evidence: tuple[EvidenceDocument, ...]
    next_action: str
    notices: tuple[str, ...]
    priority: str | None
    unblocks: int


class UnroutableDocument(UnreadableDocument, frozen=True, kw_only=True):
    """A ticket that cannot be read, and so is never ready."""


class RouteDocument(Struct, frozen=True, kw_only=True):
    """Decisions about the tickets that were asked for."""

    decisions: tuple[DecisionDocument, ...]
    unreadable: tuple[UnroutableDocument, ...]


class RecordedDocument(Struct, frozen=True, kw_only=True):
    """A routing decision that was recorded; `computed` is what the store alone would say."""

    ticket: str
    classification: str
    computed: str
    state: str
    at: str
    events: tuple[str, ...]
    warnings: tuple[str, ...]
    next_action: str | None


class IntentDocument(Struct, frozen=True, kw_only=True):
    """An intent packet: its parts, those that say nothing, and the text a worker reads."""

    ticket: str
    parts: Mapping[str, str]
    missing: tuple[str, ...]
    text: str


class AcceptedDocument(Struct, frozen=True, kw_only=True):
    """A ticket that was taken up; `changed` is false where it had been by the same holder."""

    ticket: str
    changed: bool
    state: str
    holder: str
    generation: int
    expires_at: str
    plan: AcceptedPlanDocument
    intent: IntentDocument
    event_ids: tuple[str, ...] = field(name="events")
    warnings: tuple[str, ...]
    next_action: str | None


class GatedDocument(Struct, frozen=True, kw_only=True):
    """The answer about one ticket; `decision` is null where it could not be routed.

    `trusted` is false where the ticket, or what may block it, cannot be read or is diverged.
    """

    ticket: str
    is_ready: bool = field(name="ready")
    is_trusted: bool = field(name="trusted")
    reasons: tuple[ReasonDocument, ...]
    decision: DecisionDocument | None


class GateDocument(Struct, frozen=True, kw_only=True):
    """The gate's answer; `ready` is that of all tickets, `head` the commit to be approved."""

    is_ready: bool = field(name="ready")
    is_trusted: bool = field(name="trusted")
    required: str
    head: str | None
    tickets: tuple[GatedDocument, ...]


class ClaimDocument(Struct, frozen=True, kw_only=True):
    """A claim. The generation is what its holder renews and releases it with."""

    ticket: str
    holder: str
    generation: int
    taken_at: str
    expires_at: str
    worktree: str | None
    worker: str | None
    is_released: bool = field(name="released")
    next_action: str | None


class ClaimsDocument(Struct, frozen=True, kw_only=True):
    """The claims of a clone; `alive` are the tickets whose lease runs."""

    claims: tuple[ClaimDocument, ...]
    alive: tuple[str, ...]


class RemoteClaimDocument(Struct, frozen=True, kw_only=True):
    """A claim as the remote has it: `state` is held, published, released or finished, and
    `commit` that of the ticket's ref."""

    ticket: str
    holder: str
    host: str
    generation: int
    state: str
    taken_at: str
    worktree: str | None
    worker: str | None
    commit: str
    is_own: bool = field(name="own")


class RemoteClaimsDocument(Struct, frozen=True, kw_only=True):
    """The claims of all clones, by what the remote says."""

    claims: tuple[RemoteClaimDocument, ...]


class NextDocument(Struct, frozen=True, kw_only=True):
    """What may start now, best first, and the claim on the first, where one was taken."""

    candidates: tuple[DecisionDocument, ...]
    claim: ClaimDocument | None


def decision_document(decision: Decision) -> DecisionDocument:
    said = decision.classified
    return from_value(
        DecisionDocument,
        decision,
        classification=said.classification,
        turn=said.turn,
        ready=said.is_ready,
        reasons=from_values(ReasonDocument, said.reasons),
        blockers=from_values(ChainedBlockerDocument, decision.blockers),
        unblock=said.unblock,
        evidence=from_values(EvidenceDocument, decision.evidence),
        next_action=said.next_action,
        notices=said.notices,
        priority=decision.priority or None,
    )


def route_document(
    decisions: Iterable[Decision], unroutable: Iterable[Unroutable]
) -> RouteDocument:
    return RouteDocument(
        decisions=tuple(decision_document(decision) for decision in decisions),
        unreadable=tuple(
            from_value(UnroutableDocument, row.error, ticket=row.ticket) for row in unroutable
        ),
    )


def recorded_document(recorded: RecordedDecision) -> RecordedDocument:
    return RecordedDocument(
        ticket=recorded.decision.ticket,
        classification=recorded.classification,
        computed=recorded.decision.classified.classification,
        state=recorded.state,
        at=recorded.committed.at,
        events=recorded.committed.event_ids,
        warnings=recorded.committed.warnings,
        next_action=None,
    )


def intent_document(ticket: str, packet: IntentPacket) -> IntentDocument:
    return from_value(IntentDocument, packet, ticket=ticket, text=render_packet(packet))


def accepted_document(accepted: Accepted) -> AcceptedDocument:
    claim = accepted.claim
    return from_value(
        AcceptedDocument,
        accepted,
        next_action=None,
        state="inprogress",
        holder=claim.holder,
        generation=claim.generation,
        expires_at=stamp(claim.expires_at),
        plan=accepted_plan_document(accepted.plan),
        intent=intent_document(accepted.ticket, accepted.packet),
    )


def gate_document(result: GateResult) -> GateDocument:
    tickets = tuple(_gated_document(gated) for gated in result.tickets)
    return from_value(GateDocument, result, tickets=tickets)


def _gated_document(gated: GateAnswer) -> GatedDocument:
    return from_value(
        GatedDocument,
        gated,
        reasons=from_values(ReasonDocument, gated.reasons),
        decision=None if gated.decision is None else decision_document(gated.decision),
    )


def claim_document(claim: Claim) -> ClaimDocument:
    return from_value(
        ClaimDocument,
        claim,
        taken_at=stamp(claim.taken_at),
        expires_at=stamp(claim.expires_at),
        next_action=None,
    )


def claims_document(claims: Iterable[Claim], now: int) -> ClaimsDocument:
    listed = tuple(claims)
    return ClaimsDocument(
        claims=tuple(claim_document(claim) for claim in listed),
        alive=tuple(claim.ticket for claim in listed if claim.is_alive(now)),
    )


def remote_claims_document(found: Iterable[KnownClaim]) -> RemoteClaimsDocument:
    return RemoteClaimsDocument(
        claims=tuple(
            from_value(
                RemoteClaimDocument,
                one.claim,
                taken_at=stamp(one.claim.taken_at),
                worktree=one.claim.worktree or None,
                worker=one.claim.worker or None,
                commit=one.commit,
                is_own=one.is_own,
            )
            for one in found
        )
    )


def next_document(candidates: Iterable[Decision], claim: ClaimDocument | None) -> NextDocument:
    return NextDocument(
        candidates=tuple(decision_document(decision) for decision in candidates),
        claim=claim,
    )
