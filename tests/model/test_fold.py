"""The state of a ticket is the fold of its thread (docs/format.md, "The fold")."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.threads import closed, moved, said

from yoi_cli.model.events import Event
from yoi_cli.model.fold import fold
from yoi_cli.model.states import STATES, allowed_moves, is_legal

WORDS = st.sampled_from([*STATES, "intake", "", "Ready"])
MOVES = st.builds(moved, WORDS, WORDS, is_older=st.booleans())
CLOSINGS = st.builds(closed, kind=st.sampled_from(["close", "closed"]), is_older=st.booleans())
OTHERS = st.builds(said, st.sampled_from(["comment", "review", "create", "migration"]))
THREADS = st.lists(st.one_of(MOVES, CLOSINGS, OTHERS), max_size=12)


def chain(*path: str) -> list[Event]:
    return [moved(origin, target) for origin, target in pairwise(path)]


def test_a_ticket_without_moves_is_planned() -> None:
    assert fold([]).state == "planning"
    assert fold([said(), said("create")]).state == "planning"


def test_a_ticket_is_where_the_last_move_took_it() -> None:
    folded = fold(chain("planning", "ready", "queued", "inprogress", "done"))
    assert folded.state == "done"
    assert [move.target for move in folded.moves] == ["ready", "queued", "inprogress", "done"]
    assert not folded.is_diverged


def test_a_thread_starts_from_the_first_known_state_that_it_names() -> None:
    assert fold([moved("intake", "ready"), moved("queued", "inprogress")]).moves[0].origin == (
        "queued"
    )
    assert fold([moved("done", "planning")]).moves[0].origin == "done"


@pytest.mark.parametrize("field", ["state", "workflow_state"])
def test_both_words_for_the_state_field_move_a_ticket(field: str) -> None:
    assert fold([moved("planning", "ready", field=field)]).state == "ready"


@pytest.mark.parametrize("field", ["assignee", "", "States"])
def test_a_change_of_another_field_moves_nothing(field: str) -> None:
    assert fold([moved("planning", "ready", field=field)]).state == "planning"


def test_a_closing_closes_from_anywhere() -> None:
    for state in STATES:
        assert fold([*chain("planning", state), closed()]).state == "closed"


def test_the_kind_closed_closes_only_as_older_stores_wrote_it() -> None:
    assert fold([closed(kind="closed", is_older=True)]).state == "closed"
    assert fold([closed(kind="closed")]).state == "planning"


def test_a_closed_ticket_can_be_taken_up_again() -> None:
    assert fold([closed(), moved("closed", "planning")]).state == "planning"


def test_an_unknown_target_is_passed_over() -> None:
    folded = fold([moved("planning", "intake"), moved("planning", "ready")])
    assert folded.state == "ready"
    assert not folded.is_diverged


def test_a_break_that_is_legal_from_where_the_ticket_is_takes_effect() -> None:
    folded = fold([*chain("planning", "ready", "queued"), moved("ready", "inprogress")])
    assert folded.state == "inprogress"
    assert folded.moves[-1].origin == "queued"
    assert not folded.is_diverged


def test_a_break_that_is_not_legal_is_set_aside_and_shown() -> None:
    folded = fold([*chain("planning", "ready"), moved("inprogress", "done")])
    assert folded.state == "ready"
    (divergence,) = folded.diverged
    assert (divergence.origin, divergence.target, divergence.state) == (
        "inprogress",
        "done",
        "ready",
    )
    assert "inprogress → done" in divergence.message
    assert "ready" in divergence.message


def test_two_branches_that_made_the_same_move_do_not_diverge() -> None:
    folded = fold([moved("planning", "ready"), moved("planning", "ready")])
    assert folded.state == "ready"
    assert not folded.is_diverged
    assert len(folded.moves) == 1


def test_a_later_legal_move_settles_a_divergence() -> None:
    diverged = [*chain("planning", "ready"), moved("inprogress", "done")]
    assert fold([*diverged, said()]).is_diverged
    assert not fold([*diverged, moved("ready", "queued")]).is_diverged
    assert not fold([*diverged, closed()]).is_diverged


def test_another_divergence_settles_nothing() -> None:
    folded = fold(
        [*chain("planning", "ready"), moved("inprogress", "done"), moved("done", "inprogress")]
    )
    assert len(folded.diverged) == 2


def test_an_older_event_takes_effect_wherever_it_claims_to_come_from() -> None:
    folded = fold([moved("planning", "ready"), moved("queued", "done", is_older=True)])
    assert folded.state == "done"
    assert not folded.is_diverged
    assert folded.moves[-1].is_older


@given(THREADS)
def test_whatever_a_thread_holds_its_state_is_one_of_the_six(thread: list[Event]) -> None:
    folded = fold(thread)
    assert folded.state in STATES
    assert all(d.target in STATES and d.state in STATES for d in folded.diverged)


@given(THREADS)
def test_what_took_effect_is_one_unbroken_chain_to_the_state(thread: list[Event]) -> None:
    folded = fold(thread)
    for before, after in pairwise(folded.moves):
        assert before.target == after.origin
    assert not folded.moves or folded.moves[-1].target == folded.state
    assert all(move.origin != move.target for move in folded.moves)


@given(THREADS, st.integers(0, 12))
def test_events_that_move_nothing_change_nothing(thread: list[Event], place: int) -> None:
    noise = [said(), said("review", {"status": "approve"}), said("state_changed", {"to": "done"})]
    assert fold([*thread[:place], *noise, *thread[place:]]) == fold(thread)


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=10), WORDS)
def test_the_last_known_target_of_older_events_always_holds(path: list[str], claim: str) -> None:
    thread = [moved(claim, target, is_older=True) for target in path]
    folded = fold(thread)
    assert folded.state == path[-1]
    assert not folded.is_diverged


@given(st.lists(st.integers(0, 5), max_size=12))
def test_a_ticket_that_only_moves_legally_never_diverges(choices: list[int]) -> None:
    state, thread = "planning", []
    for choice in choices:
        allowed = allowed_moves(state)
        target = allowed[choice % len(allowed)]
        thread.append(closed() if target == "closed" else moved(state, target))
        state = target
    folded = fold(thread)
    assert folded.state == state
    assert not folded.is_diverged
    assert len(folded.moves) == len(choices)


@given(THREADS)
def test_a_move_set_aside_was_never_legal_from_where_the_ticket_was(thread: list[Event]) -> None:
    for divergence in fold(thread).diverged:
        assert not is_legal(divergence.state, divergence.target)
        assert divergence.origin != divergence.state
