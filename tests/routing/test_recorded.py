"""Decisions are recognised in the words in which people and agents wrote them down."""

from __future__ import annotations

import pytest
from support.threads import AT

from yoi_cli.model.events import COMMENT, DECISION, PLAN, REVIEW, Event
from yoi_cli.routing.recorded import classification_of, said_reasons, verdict_of


def event(body: str, kind: str = DECISION, classification: str = "") -> Event:
    attributes = {"classification": classification} if classification else {}
    return Event(kind, "ada", AT, "Decision", body, attributes, None, "x", 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Routing decision: implementation_ready\n\nReason:\n- x", "implementation_ready"),
        ("Routing decision: `spike_needed`", "spike_needed"),
        ("Routing decision:\n\n`implementation_ready`\n", "implementation_ready"),
        ("## Routing decision: waiting", "waiting"),
        ("Routing correction: return_to_planning", "return_to_planning"),
        (
            "Routing correction:\n\nThe last one is withdrawn.\n\n"
            "Corrected routing decision: implementation_ready",
            "implementation_ready",
        ),
        ("Routing decision:\n\nStart implementation now.", "implementation_ready"),
        ("Routing decision: implementation_ready (design work)", "implementation_ready"),
        ("Routing decision: spike_needed / parallel", "spike_needed"),
        (
            "Routing decision: implementation_ready, on hold until asked",
            "implementation_ready, on hold until asked",
        ),
        ("Routing decision: leave it (`no_place`)", "leave it (`no_place`)"),
    ],
)
def test_the_word_is_found_on_its_line_or_on_the_next(body: str, said: str) -> None:
    assert classification_of(event(body)) == said


def test_our_own_decisions_say_it_in_the_header_whatever_the_text() -> None:
    ours = event("Routing decision: implementation_ready", classification="waiting")
    assert classification_of(ours) == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        "We keep it small.",
        "As said before:\n\nRouting decision: implementation_ready",
        "Routing update: blocked_by_dependency_or_missing_authority",
        "",
        "Routing decision:",
    ],
)
def test_a_quotation_or_an_update_is_no_decision(body: str) -> None:
    assert classification_of(event(body)) is None


def test_plans_and_comments_may_decide_and_reviews_never() -> None:
    body = "Routing decision: implementation_ready"
    said = {kind: classification_of(event(body, kind)) for kind in (PLAN, COMMENT, REVIEW)}
    assert said == {PLAN: "implementation_ready", COMMENT: "implementation_ready", REVIEW: None}


@pytest.mark.parametrize(
    ("classification", "verdict"),
    [
        ("implementation_ready", "ready"),
        ("implementation_ready_parallel", "ready"),
        ("implementation_ready_but_waiting_capacity", None),
        ("implementation_ready, on hold until asked", None),
        ("blocked_by_dependency_or_missing_authority", "blocked"),
        ("blocked_pending_dependency", "blocked"),
        ("waiting", None),
        ("review_needed", None),
    ],
)
def test_a_classification_says_ready_or_blocked_or_neither(
    classification: str, verdict: str | None
) -> None:
    assert verdict_of(classification) == verdict


def test_only_the_reason_is_searched_for_what_the_store_cannot_know() -> None:
    body = (
        "Routing decision: blocked_by_dependency_or_missing_authority\n\n"
        "Reason:\n- The workspace is dirty.\n\n"
        "Evidence checked:\n- capacity and permissions: fine"
    )
    assert list(said_reasons(event(body))) == ["said_dirty_workspace"]
