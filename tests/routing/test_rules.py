"""The table of docs/routing.md, row by row."""

from __future__ import annotations

import pytest
from support.data import Data

from yoi_cli.model.routing import (
    BLOCKED,
    CLOSE_READY,
    CLOSED_OR_NOOP,
    IMPLEMENTATION_READY,
    IN_PROGRESS,
    REQUIREMENTS_SYNC_NEEDED,
    REVIEW_NEEDED,
    WAITING,
    Review,
)
from yoi_cli.routing import rules as routing
from yoi_cli.routing.rules import ChainedBlocker, ReasonCode, Subject, classify
from yoi_cli.tickets.doubts import DOUBTS, Doubt

T = "0000000000T01"
OTHER = "0000000000T02"
BLOCKER = ChainedBlocker(OTHER, "depends_on", "planning", chain=(OTHER,))


def subject(state: str, **facts: Data) -> Subject:
    return Subject(T, state)._replace(**facts)


ROWS: dict[str, tuple[Subject, str, tuple[str, ...]]] = {
    "1 closed": (subject("closed"), CLOSED_OR_NOOP, ("closed",)),
    "1 duplicate of an open ticket": (
        subject("queued", duplicate_of=OTHER),
        CLOSED_OR_NOOP,
        ("duplicate",),
    ),
    "2 done": (subject("done"), CLOSE_READY, ("done",)),
    "3 work that no review has seen": (
        subject("inprogress", review=Review(has_work=True, is_unreviewed=True, approves=True)),
        REVIEW_NEEDED,
        ("unreviewed_work",),
    ),
    "3 a review that asks for changes": (
        subject("inprogress", review=Review(has_work=True, asks_for_changes=True)),
        REVIEW_NEEDED,
        ("changes_requested",),
    ),
    "4 under way": (subject("inprogress"), IN_PROGRESS, ("under_way",)),
    "4 approved": (
        subject("inprogress", review=Review(has_work=True, approves=True)),
        IN_PROGRESS,
        ("approved",),
    ),
    "4 stalled": (subject("inprogress", claim_is_dead=True), IN_PROGRESS, ("stalled",)),
    "4 a dead claim after a report is not stalled": (
        subject("inprogress", claim_is_dead=True, review=Review(has_work=True)),
        IN_PROGRESS,
        ("under_way",),
    ),
    "5 no acceptance criteria": (
        subject("planning", has_acceptance=False),
        REQUIREMENTS_SYNC_NEEDED,
        ("acceptance_missing",),
    ),
    "5 queued without acceptance criteria": (
        subject("queued", has_acceptance=False),
        REQUIREMENTS_SYNC_NEEDED,
        ("acceptance_missing",),
    ),
    "5 queued and held without acceptance criteria": (
        subject("queued", has_acceptance=False, holds=(ReasonCode("capacity", "1/1"),)),
        REQUIREMENTS_SYNC_NEEDED,
        ("acceptance_missing",),
    ),
    "5 not marked ready": (subject("planning"), REQUIREMENTS_SYNC_NEEDED, ("not_marked_ready",)),
    "6 nobody queued it": (subject("ready"), BLOCKED, ("not_queued",)),
    "6 ready and blocked": (
        subject("ready", blockers=(BLOCKER,)),
        BLOCKED,
        ("not_queued", "blocked"),
    ),
    "6 an unresolved blocker": (subject("queued", blockers=(BLOCKER,)), BLOCKED, ("blocked",)),
    "6 on a cycle": (
        subject("queued", blockers=(BLOCKER,), cycle=(T, OTHER)),
        BLOCKED,
        ("blocked", "cycle"),
    ),
    "6 its own log diverged": (subject("queued", is_diverged=True), BLOCKED, ("diverged",)),
    **{
        f"6 nothing is decided about it: {code}": (
            subject("queued", doubts=(Doubt(code, OTHER, f"{OTHER}/a file"),)),
            BLOCKED,
            (code,),
        )
        for code in DOUBTS
    },
    "6 a blocker that is missing": (
        subject("queued", blockers=(BLOCKER._replace(state=None, problem="missing"),)),
        BLOCKED,
        ("blocker_missing",),
    ),
    "6 a blocker that cannot be read": (
        subject("queued", blockers=(BLOCKER._replace(state=None, problem="unreadable"),)),
        BLOCKED,
        ("blocker_unreadable",),
    ),
    "6 a blocker that is diverged": (
        subject("queued", blockers=(BLOCKER._replace(state="done", problem="diverged"),)),
        BLOCKED,
        ("blocker_diverged",),
    ),
    **{
        f"7 {code}": (subject("queued", holds=(ReasonCode(code, "it", OTHER),)), WAITING, (code,))
        for code in ("ordering", "conflict", "capacity", "dirty_workspace", "claimed")
    },
    "8 nothing holds it": (subject("queued"), IMPLEMENTATION_READY, ("queued_and_free",)),
}


@pytest.mark.parametrize("japanese", [False, True], ids=["English", "Japanese"])
@pytest.mark.parametrize("row", ROWS)
def test_the_table_is_evaluated_row_by_row(row: str, japanese: bool) -> None:
    asked, classification, codes = ROWS[row]
    said = classify(asked, japanese=japanese)
    assert said.classification == classification
    assert tuple(reason.code for reason in said.reasons) == codes
    assert routing.evaluate(asked)[0] == classification
    assert said.is_ready == (classification == IMPLEMENTATION_READY)
    assert said.next_action
    assert all(reason.text for reason in said.reasons)


@pytest.mark.parametrize("row", ROWS)
def test_every_sentence_is_in_the_language_of_the_record(row: str) -> None:
    asked = ROWS[row][0]
    for reason in classify(asked, japanese=True).reasons:
        assert not reason.text.isascii()
    for reason in classify(asked).reasons:
        assert reason.text.isascii() or " → " in reason.text


@pytest.mark.parametrize("row", [row for row in ROWS if row.startswith(("6", "7"))])
def test_what_is_held_says_what_would_free_it(row: str) -> None:
    said = classify(ROWS[row][0])
    assert said.unblock
    assert len(said.unblock) >= len(said.reasons)


EVERYTHING: dict[str, object] = {
    "has_acceptance": False,
    "is_diverged": True,
    "review": Review(has_work=True, is_unreviewed=True, asks_for_changes=True),
    "claim_is_dead": True,
    "blockers": (BLOCKER,),
    "cycle": (T, OTHER),
    "holds": (ReasonCode("claimed", "Ada"), ReasonCode("capacity", "1/1")),
}


@pytest.mark.parametrize(
    ("state", "facts", "classification"),
    [
        ("closed", {"duplicate_of": OTHER}, CLOSED_OR_NOOP),
        ("done", {"duplicate_of": OTHER}, CLOSED_OR_NOOP),
        ("inprogress", {"duplicate_of": OTHER}, CLOSED_OR_NOOP),
        ("done", {}, CLOSE_READY),
        ("inprogress", {}, REVIEW_NEEDED),
        ("planning", {}, REQUIREMENTS_SYNC_NEEDED),
        ("ready", {}, BLOCKED),
        ("queued", {}, BLOCKED),
    ],
)
def test_if_several_rows_fit_the_earliest_wins(
    state: str, facts: dict[str, object], classification: str
) -> None:
    assert classify(subject(state, **EVERYTHING, **facts)).classification == classification


def test_a_blocker_without_a_state_is_not_said_to_be_in_state_none() -> None:
    gone = BLOCKER._replace(state=None, problem="missing")
    [reason] = classify(subject("queued", blockers=(gone,))).reasons
    assert "None" not in reason.text
    assert OTHER in reason.text


def test_what_is_free_but_for_its_acceptance_criteria_may_not_start_and_names_the_remedy() -> None:
    said = classify(subject("queued", has_acceptance=False))
    assert not said.is_ready
    command = f"`yoi ticket edit {T} --acceptance TEXT`"
    assert command in said.unblock[0]
    assert command in said.next_action


@pytest.mark.parametrize("state", ["planning", "queued"])
def test_where_no_acceptance_criteria_are_required_they_are_a_notice(state: str) -> None:
    said = classify(subject(state, has_acceptance=False, requires_acceptance=False))
    assert said.reasons[0].code in ("not_marked_ready", "queued_and_free")
    expected = ("It has no acceptance criteria.",) if state == "queued" else ()
    assert said.notices == expected


@pytest.mark.parametrize("held", [{"blockers": (BLOCKER,)}, {"is_diverged": True}])
def test_what_is_blocked_and_lacks_criteria_is_blocked_and_says_both(held: Data) -> None:
    said = classify(subject("queued", has_acceptance=False)._replace(**held))
    assert said.classification == BLOCKED
    assert "It has no acceptance criteria." in said.notices


@pytest.mark.parametrize("state", ["planning", "inprogress", "done", "closed"])
def test_what_cannot_be_read_is_a_notice_where_nothing_is_to_start(state: str) -> None:
    doubt = Doubt("relations_unreadable", OTHER, f"{OTHER}/artifacts/relations.json")
    said = classify(subject(state, doubts=(doubt,)))
    assert said.classification != BLOCKED
    assert [doubt.about in notice for notice in said.notices] == [True]


def test_a_doubt_names_the_ticket_the_file_and_a_command_that_repairs() -> None:
    doubt = Doubt("relations_unreadable", OTHER, f"{OTHER}/artifacts/relations.json")
    said = classify(subject("queued", doubts=(doubt,)))
    assert doubt.about in said.reasons[0].text
    assert f"`yoi ticket doctor {OTHER}`" in said.unblock[0]


def test_what_is_behind_a_blocker_is_named_as_what_to_finish_first() -> None:
    deep = BLOCKER._replace(chain=(OTHER, "0000000000T03"))
    [said] = classify(subject("queued", blockers=(deep,))).unblock
    assert "0000000000T03" in said


def test_the_next_action_of_a_ready_ticket_can_be_typed_as_it_stands() -> None:
    assert f"`yoi start {T}`" in classify(subject("queued")).next_action
