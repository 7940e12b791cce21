"""A routing decision as a decision event carries it (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.intent import IntentPacket, render_packet
from yoi_cli.model.routing import RETURN_TO_PLANNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.routing import GivenDecision
    from yoi_cli.routing.rules import Evidence


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
    said = [judgement.reason] if judgement.reason else []
    blocks = [
        f"Routing decision: {judgement.classification}",
        _list("Reason", [*said, *reasons]),
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
