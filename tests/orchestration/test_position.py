"""Where a ticket stands between acceptance and merge, by its log alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.events import Event
from yoi_cli.orchestration.position import Position, is_same_commit, position_of

A, B, C = "a" * 40, "b" * 40, "c" * 40


def log(*said: str) -> list[Event]:
    """Events from lines such as `worker step=coder head=…`, in their order."""
    found = []
    for line, text in enumerate(said, 1):
        kind, *pairs = text.split()
        attributes = dict(pair.split("=", 1) for pair in pairs)
        body = attributes.pop("body", "")
        identity = f"{line:026d}"
        found.append(Event(kind, "Ada", "", None, body, attributes, identity, identity, line))
    return found


ACCEPTED = (
    "state_changed from=planning to=ready field=state",
    "state_changed from=ready to=queued field=state",
    "state_changed from=queued to=inprogress field=state",
    "claim status=taken holder=us generation=1",
    f"worker step=worktree branch=work/x worktree=.worktree/x target=main base={A}",
)
CODED = (*ACCEPTED, f"worker step=coder head={A}", f"worker step=validate commit={B}")
REPORTED = (*CODED, f"implementation_report step=evidence status=passed commit={B} body=good")
APPROVED = (*REPORTED, f"worker step=reviewer commit={B}", f"review status=approve commit={B}")


def at(*said: str) -> Position:
    return position_of(log(*said))


def test_a_ticket_that_was_never_accepted_has_no_stage() -> None:
    assert at(*ACCEPTED[:2]).stage == ""
    assert at(*ACCEPTED[:4]).stage == "accepted"


def test_what_was_agreed_on_comes_from_the_log() -> None:
    seen = at(*ACCEPTED)
    assert (seen.holder, seen.generation) == ("us", 1)
    assert (seen.branch, seen.worktree, seen.target, seen.base) == (
        "work/x", ".worktree/x", "main", A,
    )  # fmt: skip


def test_a_claim_that_was_given_back_is_nobodys() -> None:
    assert at(*ACCEPTED, "claim status=released holder=us generation=1").holder == ""


def test_an_earlier_way_says_nothing_of_the_present_one() -> None:
    seen = at(
        *APPROVED,
        "state_changed from=inprogress to=planning field=state",
        *ACCEPTED[:3],
        "claim status=taken holder=us generation=2",
    )
    assert (seen.stage, seen.round, seen.reported, seen.generation) == ("accepted", 0, "", 2)


@pytest.mark.parametrize(
    ("review", "stage"),
    [
        (f"review status=approve commit={B}", "approved"),
        (f"review status=approve commit={B[:12]}", "approved"),
        (f"review status=approve commit={B[:6]}", "reported"),
        (f"review status=approve commit={C}", "reported"),
        ("review status=approve", "reported"),
        (f"review status=request_changes commit={B} body=no", "changes"),
        ("review status=request_changes body=no", "changes"),
    ],
)
def test_an_approval_counts_for_the_reported_commit_alone(review: str, stage: str) -> None:
    assert at(*REPORTED, review).stage == stage


def test_an_approval_before_the_report_counts_then_unless_the_coder_was_at_work() -> None:
    by_coder = (*CODED[:-1], f"review status=approve commit={B}")
    assert at(*by_coder).stage == "coder"
    seen = at(*by_coder, f"worker step=validate commit={B}", *REPORTED[-1:])
    assert seen.stage == "reported", "nobody but the coder can have given it"
    early = (*CODED, f"review status=approve commit={B}")
    assert at(*early).stage == "validate"
    assert at(*early, *REPORTED[-1:]).stage == "approved"


def test_the_newest_review_of_a_commit_holds() -> None:
    again = (*REPORTED, f"review status=request_changes commit={B} body=no")
    assert at(*again, f"review status=approve commit={B}").stage == "approved"
    assert at(*APPROVED, f"review status=request_changes commit={B} body=no").stage == "changes"


def test_asking_for_changes_stops_a_merge_until_the_target_is_about_to_move() -> None:
    review = f"review status=request_changes commit={B}"
    merging = (*APPROVED, f"decision step=merge commit={B}")
    assert at(*merging, review).stage == "changes"
    moving = (*merging, f"decision step=advance commit={B} merge={C} old={A}")
    assert at(*moving, review).stage == "advance"


def test_a_persons_word_gives_the_coder_fresh_rounds() -> None:
    spent = (*CODED, "worker step=person reason=rounds_spent")
    assert at(*spent).spent == 1
    assert at(*spent, "review status=request_changes body=so").spent == 0
    assert at(*spent, "worker step=resumed").spent == 0
    assert at(*spent, f"worker step=validate commit={C}").spent == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (REPORTED, "reported"),
        ((*REPORTED, f"worker step=reviewer commit={B}"), "reported"),
        ((*REPORTED, f"worker step=no_verdict commit={B}"), "reported"),
        (CODED[:-1], "rejected"),
        ((*APPROVED, f"decision step=merge commit={B}"), "merge"),
    ],
)
def test_whoever_goes_on_does_so_where_the_person_was_asked_for(
    before: Sequence[str], after: str
) -> None:
    seen = at(*before, "worker step=person reason=any", "worker step=resumed")
    assert (seen.stage, seen.tries) == (after, 0)


def test_workers_are_numbered_by_the_log() -> None:
    seen = at(*APPROVED, f"worker step=coder head={B}", f"worker step=reviewer commit={B}")
    assert (seen.round, seen.reviews, seen.validations) == (2, 2, 1)


def test_a_merged_ticket_keeps_its_place_when_it_is_done() -> None:
    merged = (
        *APPROVED,
        f"decision step=merge commit={B}",
        f"worker step=validate_merge commit={B} merge={C} old={A}",
        f"decision step=advance commit={B} merge={C} old={A}",
        f"implementation_report step=merged merge={C} commit={B}",
        "state_changed from=inprogress to=done field=state",
        "close status=closed",
    )
    seen = at(*merged)
    assert (seen.state, seen.stage, seen.merge, seen.reported) == ("closed", "merged", C, B)


@given(st.lists(st.sampled_from([*APPROVED, "comment", "worker", "worker step=new"])))
def test_no_order_of_events_is_more_than_the_fold_can_bear(said: list[str]) -> None:
    assert isinstance(at(*said), Position)


@given(st.integers(0, 40), st.integers(0, 40))
def test_commits_are_the_same_by_seven_digits_or_more(one: int, other: int) -> None:
    assert is_same_commit(A[:one], A[:other]) == (min(one, other) >= 7)
    assert not is_same_commit(A[:one] or "b", B)


def test_a_coder_that_could_not_run_is_no_round_and_is_bounded_all_the_same() -> None:
    failed = f"worker step=coder head={A} profile=ada", "worker step=could_not_run role=coder"
    seen = at(*ACCEPTED, *failed, *failed)
    assert (seen.stage, seen.before, seen.round, seen.spent) == ("could_not_run", "coder", 2, 0)
    assert (seen.unable, seen.profile) == (2, "ada")
    called = at(*ACCEPTED, *failed, "worker step=person reason=could_not_run")
    assert (called.stage, called.before) == ("person", "coder")
    resumed = at(*ACCEPTED, *failed, "worker step=person", "worker step=resumed")
    assert (resumed.stage, resumed.unable) == ("rejected", 0)


def test_a_reviewer_that_could_not_run_is_no_try_and_its_commit_stays_the_one() -> None:
    failed = (
        f"worker step=reviewer commit={B} profile=ada",
        "worker step=could_not_run role=reviewer",
    )
    seen = at(*REPORTED, *failed)
    assert (seen.stage, seen.before, seen.tries, seen.reported) == (
        "could_not_run", "reviewer", 0, B,
    )  # fmt: skip
    resumed = at(*REPORTED, *failed, "worker step=person", "worker step=resumed")
    assert (resumed.stage, resumed.commit) == ("reported", B)
    approved = at(*REPORTED, *failed, f"review status=approve commit={B}")
    assert approved.stage == "approved"
