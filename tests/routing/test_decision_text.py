"""Decisions as the log carries them (docs/routing.md)."""

from __future__ import annotations

from yoi_cli.model.intent import IntentPacket
from yoi_cli.model.routing import GivenDecision
from yoi_cli.routing.decide import render_decision
from yoi_cli.routing.rules import Evidence

PACKET = IntentPacket({"intent": "Make it quick.", "acceptance": "- A", "escalate": "- B"})


def test_a_decision_has_its_parts_in_the_order_of_the_real_store() -> None:
    text = render_decision(
        GivenDecision("implementation_ready", "Agreed."),
        ["It is queued."],
        [Evidence("state queued", "T/thread.md:9")],
        PACKET,
        "Start.",
        japanese=False,
    )
    assert text == (
        "Routing decision: implementation_ready\n\n"
        "Reason:\n- Agreed.\n- It is queued.\n\n"
        "Evidence checked:\n- state queued (T/thread.md:9)\n\n"
        "IntentPacket:\n\nIntent:\nMake it quick.\n\nAcceptance criteria:\n- A\n\n"
        "Next action:\n- Start.\n\n"
        "Escalate if:\n- B"
    )


def test_a_packet_that_names_no_escalation_gets_one_in_the_language_of_the_record() -> None:
    packet = IntentPacket({"intent": "X"})
    for japanese, words in ((False, "binding decision"), (True, "受け入れ条件")):
        text = render_decision(GivenDecision("x"), [], [], packet, "Y", japanese=japanese)
        assert words in text.rpartition("Escalate if:")[2]


def test_returning_to_planning_says_what_is_missing_and_the_next_question() -> None:
    judged = GivenDecision("return_to_planning", "Open.", "the format", "docs", "public", "which?")
    text = render_decision(judged, [], [], None, "Settle it.", japanese=False)
    assert "Missing decision / information:\n- the format" in text
    assert "Context checked:\n- docs" in text
    assert "Why implementation latitude is insufficient:\n- public" in text
    assert "Next planning question:\n- which?" in text
    assert "IntentPacket" not in text


def test_a_judgement_names_what_it_lacks_for_returning_to_planning() -> None:
    assert GivenDecision("return_to_planning", "Open.", checked="docs").lacking == (
        "missing",
        "beyond-latitude",
        "next-question",
    )
