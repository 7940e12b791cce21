"""Recording a routing decision, and its text in the log (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model import events, intent, states
from yoi_cli.model.events import NewEvent, new_event
from yoi_cli.model.intent import IntentPacket, render_packet
from yoi_cli.model.routing import (
    CLASSIFICATIONS,
    IMPLEMENTATION_READY,
    RETURN_TO_PLANNING,
    WAITING,
    GivenDecision,
)
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.messages import next_action
from yoi_cli.routing.router import Decision, Router
from yoi_cli.routing.rules import ACCEPTANCE_MISSING, Evidence
from yoi_cli.store.values import Change
from yoi_cli.tickets.doubts import untrusted
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.routing.claims import ClaimService
    from yoi_cli.store.values import Committed


class RecordedDecision(NamedTuple):
    """A decision that was recorded: as what, and whether the ticket was moved by it."""

    decision: Decision
    classification: str
    committed: Committed
    state: str


def record_decision(
    service: ClaimService, word: str, judgement: GivenDecision, parts: Mapping[str, str]
) -> RecordedDecision:
    """Append the decision about a ticket to its log, computed or given by hand.

    `parts` complete its intent packet. Raises `UsageError` for a judgement that lacks what it
    needs, `ConflictError` for one that says ready of a blocked ticket, or of one without
    acceptance criteria.
    """
    check_judgement(judgement)
    with service.store.write() as writer:
        ticket = identify(writer, word)
        item = writer.item(ticket)
        packet = intent.complete(intent.packet_of(item.title, item.body), parts)
        router = Router(writer, service.context)
        decision = router.route(ticket, is_given_acceptance=packet.has_acceptance)
        classification = judgement.classification or decision.classified.classification
        if classification == IMPLEMENTATION_READY:
            check_acceptance(decision)
            check_may_be_ready(decision)
        judged = judgement._replace(classification=classification)
        action = _next_action(service, decision, judged)
        event = decision_event(service, decision, judged, packet, action)
        moved = _return_to_planning(service, decision, classification, judgement)
        committed = writer.commit(ticket, Change(events=(event, *moved)))
        state = states.PLANNING if moved else decision.state
        return RecordedDecision(decision, classification, committed, state)


def check_may_be_ready(decision: Decision) -> None:
    """Raise `ConflictError` (`ready_refused`) where the ticket must not be called ready, and
    `StoreInvalidError` where nothing is decided about it."""
    check_trusted(decision)
    computed = decision.classified
    is_queued = decision.state == states.QUEUED
    if computed.is_ready or (is_queued and computed.classification == WAITING):
        return
    raise ConflictError(
        "ready_refused",
        f"{decision.ticket} is not ready, whoever says so: "
        + " ".join(reason.text for reason in computed.reasons),
        hint=computed.next_action,
        details={
            "ticket": decision.ticket,
            "classification": computed.classification,
            "blockers": [blocker.ticket for blocker in decision.blockers],
        },
    )


def check_trusted(decision: Decision) -> None:
    """Raise `StoreInvalidError` (`store_untrusted`) where nothing is decided about a ticket, and
    no blocker says so already."""
    if decision.doubts:
        raise untrusted(decision.ticket, decision.doubts)


def check_acceptance(decision: Decision) -> None:
    """Raise `ConflictError` (`acceptance_missing`) where that alone keeps a ticket from starting,
    or keeps somebody from saying that it may."""
    if [reason.code for reason in decision.classified.reasons] == [ACCEPTANCE_MISSING]:
        raise acceptance_missing(decision.ticket)


def acceptance_missing(ticket: str) -> ConflictError:
    """The error for a ticket that does not say when its work is done."""
    return ConflictError(
        ACCEPTANCE_MISSING,
        f"{ticket} has no acceptance criteria, so nobody could tell when it is done.",
        hint=f"Write them with `yoi ticket edit {ticket} --acceptance TEXT`.",
        details={"ticket": ticket},
    )


def check_judgement(judgement: GivenDecision) -> None:
    """Raise `UsageError` for a judgement of no known kind, or one that lacks what it needs."""
    if judgement.classification is None:
        return
    if judgement.classification not in CLASSIFICATIONS:
        raise UsageError(
            "classification_unknown",
            f"{judgement.classification[:60]!r} is not a classification.",
            hint=f"The classifications are {', '.join(CLASSIFICATIONS)}.",
        )
    if not judgement.reason:
        raise UsageError(
            "reason_needed", "A judgement needs a reason.", hint="Give one with --reason."
        )
    if judgement.classification == RETURN_TO_PLANNING and judgement.lacking:
        raise UsageError(
            "judgement_incomplete",
            "Returning to planning needs to say what is missing: "
            + ", ".join(f"--{name}" for name in judgement.lacking)
            + ".",
            hint="Say what is missing, what was checked, why it cannot be left to the "
            "implementer, and the next question.",
        )


def decision_event(
    service: ClaimService,
    decision: Decision,
    judged: GivenDecision,
    packet: IntentPacket,
    action: str,
) -> NewEvent:
    """The event of a decision; where it was judged otherwise than computed, it says so."""
    classification, computed = judged.classification or "", decision.classified
    reasons = [reason.text for reason in computed.reasons]
    evidence = decision.evidence
    if classification != computed.classification:
        found = f"computed {computed.classification}: {' '.join(reasons)}"
        evidence, reasons = (*evidence, Evidence(found, "yoi route")), []
    body = render_decision(
        judged,
        reasons,
        evidence,
        packet if classification == IMPLEMENTATION_READY else None,
        action,
        japanese=service.by.japanese,
    )
    attributes = (("classification", classification),)
    return new_event(events.DECISION, service.by, body, attributes)


def _next_action(service: ClaimService, decision: Decision, judged: GivenDecision) -> str:
    """What is to be done about a decision, which may have been judged by hand."""
    if judged.classification == decision.classified.classification:
        return decision.classified.next_action
    word = judged.classification or ""
    return next_action(word, japanese=service.by.japanese, ticket=decision.ticket)


def _return_to_planning(
    service: ClaimService, decision: Decision, classification: str, judgement: GivenDecision
) -> tuple[NewEvent, ...]:
    if classification != RETURN_TO_PLANNING or decision.state == states.PLANNING:
        return ()
    if not states.is_giving_back(decision.state, states.PLANNING):
        raise ConflictError(
            "move_illegal",
            f"{decision.ticket} is {decision.state}; it cannot return to planning.",
            hint=f"Allowed: {', '.join(states.allowed_moves(decision.state))}.",
        )
    reason = judgement.reason or RETURN_TO_PLANNING
    return (state_move(service, decision.state, states.PLANNING, reason, reason),)


def state_move(service: ClaimService, origin: str, target: str, reason: str, text: str) -> NewEvent:
    """The event of a move that a decision makes."""
    attributes = (("from", origin), ("to", target), ("reason", reason), ("field", "state"))
    return new_event(events.STATE_CHANGED, service.by, text, attributes)


def render_decision(
    judgement: GivenDecision,
    reasons: Sequence[str],
    evidence: Sequence[Evidence],
    packet: IntentPacket | None,
    action: str,
    *,
    japanese: bool,
) -> str:
    """The body of the event: decision, reason, evidence, packet, next action, escalation."""
    given = [judgement.reason] if judgement.reason else []
    blocks = [
        f"Routing decision: {judgement.classification}",
        _list("Reason", [*given, *reasons]),
        _list("Evidence checked", [f"{fact} ({where})" for fact, where in evidence]),
    ]
    if judgement.classification == RETURN_TO_PLANNING:
        blocks += [
            _list("Missing decision / information", [judgement.missing or ""]),
            _list("Context checked", [judgement.checked or ""]),
            _list("Why implementation latitude is insufficient", [judgement.beyond_latitude or ""]),
            _list("Next planning question", [judgement.next_question or ""]),
        ]
    escalate = ""
    if packet is not None:
        parts = dict(packet.parts)
        escalate = parts.pop("escalate", "")
        blocks.append(render_packet(IntentPacket(parts)))
    blocks.append(_list("Next action", [action]))
    if packet is not None:
        blocks.append("Escalate if:\n" + (escalate or _default_escalation(japanese=japanese)))
    return "\n\n".join(blocks)


def _list(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{name}:", *(f"- {line}" for line in lines)])


def _default_escalation(*, japanese: bool) -> str:
    if japanese:
        return "- 受け入れ条件を満たせない、または決定事項に反する必要が生じた場合。"
    return "- the acceptance criteria cannot be met, or a binding decision would have to be broken."
