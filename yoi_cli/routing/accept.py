"""Taking a ticket up: plan record, decision, move and claim under one lock (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model import intent, plan, states
from yoi_cli.model.claim import renew, take
from yoi_cli.model.naming import WORKTREE_FOLDER, branch_name, worktree_path
from yoi_cli.model.plan import AcceptedPlan, PlanRecord, record_id
from yoi_cli.model.routing import BLOCKED, IMPLEMENTATION_READY
from yoi_cli.model.shared_claim import closed_generation
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.claims import ClaimService, settle_one, unfinished_generation
from yoi_cli.routing.decide import (
    check_acceptance,
    check_judgement,
    check_may_be_ready,
    check_trusted,
    decision_event,
    state_move,
)
from yoi_cli.routing.messages import start_action
from yoi_cli.routing.router import Decision, Router
from yoi_cli.store.values import Change
from yoi_cli.tickets.claim_events import claim_event, greatest_generation
from yoi_cli.tickets.claiming import Planned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.claim import Claim, ClaimRequest
    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.model.routing import GivenDecision
    from yoi_cli.store.ports import RoutingWriter

ACCEPTANCE = "orchestrator_acceptance"


class Acceptance(NamedTuple):
    """How a ticket is to be taken up; what is None is worked out from the ticket. `folder` is
    the one for worktrees, relative to the repository."""

    claim: ClaimRequest
    branch: str | None = None
    worktree: str | None = None
    summary: str | None = None
    role_plan: str | None = None
    folder: str = WORKTREE_FOLDER


class Accepted(NamedTuple):
    """A ticket that was taken up. `changed` is False where the same holder had done so before."""

    ticket: TicketId
    claim: Claim
    plan: AcceptedPlan
    packet: IntentPacket
    changed: bool
    event_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class _Case(NamedTuple):
    """One ticket on its way to being accepted, under the lock."""

    service: ClaimService
    writer: RoutingWriter
    ticket: TicketId
    decision: Decision
    packet: IntentPacket
    agreed: AcceptedPlan


def accept_ticket(
    service: ClaimService,
    word: str,
    acceptance: Acceptance,
    judgement: GivenDecision,
    parts: Mapping[str, str],
) -> Accepted:
    """Take a ticket up: plan record, decision with its packet, move and claim, under one lock.

    If any part fails nothing starts. Called again after a crash, it finishes what was begun
    and writes nothing twice. Raises `ConflictError` where the ticket may not start, and
    `StoreInvalidError` (`store_untrusted`) where nothing is decided about it.
    """
    check_judgement(judgement)

    def plan(writer: RoutingWriter, ticket: TicketId) -> Planned[Accepted]:
        item = writer.item(ticket)
        packet = intent.complete(intent.packet_of(item.title, item.body), parts)
        router = Router(writer, service.context)
        decision = router.route(ticket, is_given_acceptance=packet.has_acceptance)
        check_trusted(decision)
        if decision.classified.classification != BLOCKED:
            router.require_trust(ticket)
        case = _Case(service, writer, ticket, decision, packet, _agreed(decision, acceptance))
        if decision.state == states.INPROGRESS:
            agreed = _agreed_before(writer, ticket, acceptance) or case.agreed
            said = (judgement.reason, *parts.values())
            return _finish(case._replace(agreed=agreed), acceptance.claim, said)
        if decision.state == states.QUEUED:
            check_acceptance(decision)
        _check_acceptable(decision, judgement)
        return _plan_acceptance(case, acceptance.claim, judgement)

    return settle_one(service, word, plan)


def _plan_acceptance(
    case: _Case, request: ClaimRequest, judgement: GivenDecision
) -> Planned[Accepted]:
    claim, is_new = _claim_for(case, request)
    change = _acceptance_change(case, judgement, claim, is_new=is_new)

    def record() -> Accepted:
        committed = case.writer.commit(case.ticket, change)
        case.service.claims.put(claim)
        ids, warnings = committed.event_ids, committed.warnings
        return Accepted(case.ticket, claim, case.agreed, case.packet, True, ids, warnings)

    return Planned((claim,), record)


def _check_acceptable(decision: Decision, judgement: GivenDecision) -> None:
    if judgement.classification == IMPLEMENTATION_READY:
        check_may_be_ready(decision)
    elif judgement.classification is not None:
        raise UsageError(
            "judgement_contradicts",
            f"A ticket that is {judgement.classification} cannot be accepted.",
            hint="Use --record to record the judgement alone.",
        )
    else:
        check_ready(decision)


def check_ready(decision: Decision) -> None:
    """Raise `ConflictError` (`not_ready`) for a ticket that may not start."""
    if not decision.classified.is_ready:
        classified = decision.classified
        raise ConflictError(
            "not_ready",
            f"{decision.ticket} is {classified.classification}: "
            + " ".join(reason.text for reason in classified.reasons),
            hint=classified.next_action,
            details={
                "ticket": decision.ticket,
                "classification": classified.classification,
                "reasons": [reason.code for reason in classified.reasons],
                "blockers": [blocker.ticket for blocker in decision.blockers],
            },
        )


def _agreed(decision: Decision, acceptance: Acceptance) -> AcceptedPlan:
    return AcceptedPlan(
        summary=acceptance.summary or decision.title,
        branch=acceptance.branch or branch_name(decision.ticket, decision.title),
        worktree=acceptance.worktree
        or worktree_path(decision.ticket, decision.title, acceptance.folder),
        role_plan=acceptance.role_plan,
    )


def _claim_for(case: _Case, request: ClaimRequest) -> tuple[Claim, bool]:
    """The claim under which the ticket is accepted, and whether it is a new one.

    Who claimed a ticket before accepting it keeps that claim, with a fresh lease.
    """
    log, now = case.writer.thread(case.ticket).events, case.writer.now_ms
    current = case.service.claims.look(case.ticket, closed=closed_generation(log))
    if current is not None and current.is_alive(now) and current.holder == request.holder:
        kept = renew(case.ticket, current, current.generation, request.lease, now)
        return kept, False
    return take(case.ticket, current, request, now, logged=greatest_generation(log)), True


def _acceptance_change(
    case: _Case, judgement: GivenDecision, claim: Claim, *, is_new: bool
) -> Change:
    service, writer, ticket, agreed = case.service, case.writer, case.ticket, case.agreed
    at = stamp(writer.now_ms)
    records = writer.plan(ticket)
    is_recorded = _has_record(records, writer.thread(ticket).events, agreed, service.by.author)
    new = PlanRecord(
        id=record_id(at, len(records) + 1),
        ticket_id=ticket,
        kind=plan.ACCEPTED_PLAN,
        author=service.by.author,
        at=at,
        accepted_plan=agreed,
    )
    text = (
        "blocker がないことを再確認し、受理しました。"
        if service.by.japanese
        else "Blockers, plan records and claims were checked again under the lock; accepted."
    )
    judged = judgement._replace(classification=IMPLEMENTATION_READY)
    action = start_action(agreed.branch or "", agreed.worktree or "", japanese=service.by.japanese)
    return Change(
        events=(
            decision_event(service, case.decision, judged, case.packet, action),
            state_move(service, case.decision.state, states.INPROGRESS, ACCEPTANCE, text),
            *((claim_event(claim, service.by, "taken"),) if is_new else ()),
        ),
        plan=() if is_recorded else (new,),
    )


def _has_record(
    records: Sequence[PlanRecord], thread: Sequence[Event], agreed: AcceptedPlan, author: str
) -> bool:
    """Whether an equal record stands that no acceptance followed: one left by a crash.

    Times are whole seconds: of the records of the second of the newest acceptance, as many
    as there were acceptances then belong to them.
    """
    accepted = [event.at for event in thread if event.attributes.get("reason") == ACCEPTANCE]
    newest = max(accepted, default="")
    equal = [
        record
        for record in records
        if record.accepted_plan == agreed and record.author == author and record.at >= newest
    ]
    return len(equal) > accepted.count(newest)


def _agreed_before(
    writer: RoutingWriter, ticket: TicketId, acceptance: Acceptance
) -> AcceptedPlan | None:
    """What was agreed on when the ticket was taken up. Raises `ConflictError`
    (`accepted_otherwise`) where another branch or folder is asked for now."""
    found = [one.accepted_plan for one in writer.plan(ticket) if one.accepted_plan is not None]
    if not found:
        return None
    asked = ((acceptance.branch, found[-1].branch), (acceptance.worktree, found[-1].worktree))
    for wanted, agreed in asked:
        if wanted is not None and agreed is not None and wanted != agreed:
            raise ConflictError(
                "accepted_otherwise",
                f"{ticket} was accepted for {agreed}, not for {wanted}.",
                hint="Leave it out to go on as agreed; give the ticket back to planning to begin "
                "anew.",
                details={"ticket": ticket, "agreed": agreed},
            )
    return found[-1]


def _with_what_was_said(case: _Case, accepted: Accepted, said: tuple[str | None, ...]) -> Accepted:
    """A ticket that was accepted before, with what was said this time kept as a comment."""
    from yoi_cli.tickets.said_anyway import keep_what_was_said

    why = "It was accepted already when `yoi route --accept` was run."
    done = keep_what_was_said(case.writer, case.ticket, case.service.by, why, said)
    if done is None:
        return accepted
    return accepted._replace(event_ids=done.event_ids, warnings=done.warnings)


def _finish(case: _Case, request: ClaimRequest, said: tuple[str | None, ...]) -> Planned[Accepted]:
    """The claim of a ticket that is in progress: found, or made where a crash prevented it."""
    service, ticket, now = case.service, case.ticket, case.writer.now_ms
    log = case.writer.thread(ticket).events
    current = service.claims.look(ticket, closed=closed_generation(log))
    generation = unfinished_generation(log, current, request.holder)
    held = current if current is not None and current.is_alive(now) else None
    if generation is not None:
        claim = take(ticket, current, request, now, logged=generation - 1)
    elif held is not None and held.holder == request.holder:
        claim = held
    else:
        raise ConflictError(
            "in_progress",
            f"{ticket} is in progress already" + (f", held by {held.holder}." if held else "."),
            hint=f"Take it over with `yoi claim {ticket}` where its claim has run out.",
            details={"ticket": ticket, "holder": held.holder if held else None},
        )
    is_new = generation is not None

    def record() -> Accepted:
        if is_new:
            service.claims.put(claim)
        accepted = Accepted(ticket, claim, case.agreed, case.packet, changed=False)
        return _with_what_was_said(case, accepted, said)

    return Planned((claim,) if is_new else (), record)
