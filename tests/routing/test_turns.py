"""Whose turn it is, beside the classification."""

from __future__ import annotations

import pytest
from support.data import Data

from yoi_cli.model.routing import TURNS, Review
from yoi_cli.routing.reasons import REASONS
from yoi_cli.routing.rules import ReasonCode, Subject, classify

WORK = Review(has_work=True)


@pytest.mark.parametrize(
    ("state", "facts", "turn"),
    [
        ("planning", {}, "person"),
        ("ready", {}, "person"),
        ("queued", {}, "implementer"),
        ("queued", {"holds": (ReasonCode("claimed", "ada"),)}, "nobody"),
        ("queued", {"is_diverged": True}, "person"),
        ("inprogress", {}, "implementer"),
        ("inprogress", {"review": WORK._replace(is_unreviewed=True)}, "reviewer"),
        ("inprogress", {"review": WORK._replace(asks_for_changes=True)}, "implementer"),
        ("inprogress", {"review": WORK._replace(approves=True)}, "merger"),
        ("inprogress", {"review": Review(needs="needs_answer")}, "person"),
        ("done", {}, "person"),
        ("closed", {}, "nobody"),
    ],
)
def test_it_is_the_turn_of_whoever_can_go_on(state: str, facts: Data, turn: str) -> None:
    assert classify(Subject("0000000000T01", state)._replace(**facts)).turn == turn


def test_every_reason_has_one_of_the_turns() -> None:
    assert {kind.turn for kind in REASONS.values()} == set(TURNS)
