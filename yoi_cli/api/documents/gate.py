"""The JSON types of the gate (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.routing import DecisionDocument, ReasonDocument, decision_document

if TYPE_CHECKING:
    from yoi_cli.routing.gate import GateAnswer, GateResult


class GatedDocument(TypedDict):
    """The answer about one ticket; `decision` is null where it could not be routed.

    `trusted` is false where the ticket, or what may block it, cannot be read or is diverged.
    """

    ticket: str
    ready: bool
    trusted: bool
    reasons: list[ReasonDocument]
    decision: DecisionDocument | None


class GateDocument(TypedDict):
    """The gate's answer; `ready` is that of all tickets, `head` the commit to be approved."""

    ready: bool
    trusted: bool
    required: str
    head: str | None
    tickets: list[GatedDocument]


def gate_document(result: GateResult) -> GateDocument:
    return {
        "ready": result.is_ready,
        "trusted": result.is_trusted,
        "required": result.required,
        "head": result.head,
        "tickets": [_gated_document(gated) for gated in result.tickets],
    }


def _gated_document(gated: GateAnswer) -> GatedDocument:
    return {
        "ticket": gated.ticket,
        "ready": gated.is_ready,
        "trusted": gated.is_trusted,
        "reasons": [
            {"code": r.code, "text": r.text, "ticket": r.ticket, "state": r.state}
            for r in gated.reasons
        ],
        "decision": None if gated.decision is None else decision_document(gated.decision),
    }
