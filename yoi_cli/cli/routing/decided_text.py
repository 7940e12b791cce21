"""Decisions that were recorded, tickets that were accepted, and intent packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.routing import AcceptedDocument, RecordedDocument, intent_document
from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.model.intent import render_packet
from yoi_cli.model.safe_text import visible_block
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.routing.accept import Accepted
    from yoi_cli.routing.decide import Recorded


def say_recorded(recorded: Recorded, *, as_json: bool) -> None:
    """A decision stands in the log."""
    ticket, word = recorded.decision.ticket, recorded.classification
    if as_json:
        document: RecordedDocument = {
            "ticket": ticket,
            "classification": word,
            "computed": recorded.decision.classified.classification,
            "state": recorded.state,
            "at": recorded.committed.at,
            "events": list(recorded.committed.event_ids),
            "warnings": list(recorded.committed.warnings),
        }
        report_json("recorded", document)
    else:
        report_lines(
            [("recorded", ticket, word, recorded.state)], [f"Recorded for {ticket}: {word}"]
        )
    warn(recorded.committed.warnings)


def say_accepted(accepted: Accepted, *, as_json: bool) -> None:
    """A ticket was taken up."""
    claim, plan = accepted.claim, accepted.plan
    if as_json:
        document: AcceptedDocument = {
            "ticket": accepted.ticket,
            "changed": accepted.changed,
            "state": "inprogress",
            "holder": claim.holder,
            "generation": claim.generation,
            "expires_at": stamp(claim.expires_at),
            "plan": {
                "summary": plan.summary,
                "branch": plan.branch,
                "worktree": plan.worktree,
                "role_plan": plan.role_plan,
            },
            "intent": intent_document(accepted.ticket, accepted.packet),
            "events": list(accepted.event_ids),
            "warnings": list(accepted.warnings),
        }
        report_json("accepted", document)
    else:
        word = "Accepted" if accepted.changed else "Accepted already"
        report_lines(
            [("accepted", accepted.ticket, claim.holder, str(claim.generation), plan.branch or "")],
            [
                f"{word}: {accepted.ticket} is in progress, held by {claim.holder}, "
                f"generation {claim.generation}, until {stamp(claim.expires_at)}",
                f"Branch {plan.branch}, worktree {plan.worktree}",
            ],
        )
    warn(accepted.warnings)


def say_intent(ticket: str, packet: IntentPacket, *, as_json: bool) -> None:
    """The packet alone, as a worker is to read it."""
    if as_json:
        report_json("intent", intent_document(ticket, packet))
    else:
        write_stdout(visible_block(render_packet(packet)) + "\n")
    if not packet.has_acceptance:
        warn([f"{ticket} has no acceptance criteria; it cannot be accepted like this."])
