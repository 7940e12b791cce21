"""The table of moves (docs/format.md), written out once more as the tests understand it."""

from __future__ import annotations

import pytest

from yoi_cli.model import states

TABLE = {
    "planning": {"ready", "closed"},
    "ready": {"queued", "planning", "closed"},
    "queued": {"inprogress", "planning", "closed"},
    "inprogress": {"done", "planning", "closed"},
    "done": {"planning", "closed"},
    "closed": {"planning"},
}


def test_a_ticket_passes_through_six_states() -> None:
    assert states.STATES == ("planning", "ready", "queued", "inprogress", "done", "closed")
    assert set(states.OPEN_STATES) == set(states.STATES) - {"closed"}


@pytest.mark.parametrize("origin", states.STATES)
def test_exactly_the_moves_of_the_table_are_legal(origin: str) -> None:
    assert {t for t in states.STATES if states.is_legal(origin, t)} == TABLE[origin]
    assert set(states.allowed_moves(origin)) == TABLE[origin]


def test_no_state_moves_to_itself() -> None:
    assert not any(states.is_legal(state, state) for state in states.STATES)


def test_a_state_that_nobody_knows_may_be_planned_again_or_closed() -> None:
    assert set(states.allowed_moves("intake")) == {"planning", "closed"}


def test_work_given_up_and_work_taken_up_again_both_need_a_reason() -> None:
    back = {s for s in states.STATES if states.is_giving_back(s, "planning")}
    again = {s for s in states.STATES if states.is_reopening(s, "planning")}
    assert back == {"ready", "queued", "inprogress"}
    assert again == {"done", "closed"}


def test_done_and_closed_tickets_block_nobody() -> None:
    assert {"done", "closed"} == states.RESOLVED_STATES
    assert {"queued", "inprogress", "done", "closed"} == states.MOVING_STATES


@pytest.mark.parametrize("word", ["", "Ready", "READY", "open", "ready ", "in progress"])
def test_only_the_six_words_are_states(word: str) -> None:
    assert not states.is_state(word)
