"""Where a ticket stands between acceptance and merge, by its log alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.run_logs import ACCEPTED, APPROVED, CODED, FAILED, REPORTED, A, B, C, log

from yoi_cli.model.events import Event
from yoi_cli.orchestration.approvals import Worth
from yoi_cli.orchestration.holder import rival_of
from yoi_cli.orchestration.position import Position, is_same_commit
from yoi_cli.orchestration.steps import position_of

GOOD_C = f"implementation_report step=evidence status=passed commit={C} body=good"


def at(*said: str) -> Position:
    return position_of(*log(*said))


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


@pytest.mark.parametrize("before", [CODED[:-1], CODED])
def test_an_approval_before_the_report_that_it_is_about_counts_for_nothing(
    before: Sequence[str],
) -> None:
    early = (*before, f"review status=approve commit={B}")
    assert at(*early).stage == at(*before).stage
    assert at(*early, *CODED[-1:], *REPORTED[-1:]).stage == "reported"


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
    assert at(*spent, "foreign review status=request_changes body=so").spent == 1
    assert at(*spent, "worker step=resumed").spent == 0
    assert at(*spent, f"worker step=validate commit={C}").spent == 1
    assert at(*spent, f"review status=approve commit={B}").spent == 1


def test_what_is_approved_while_a_person_is_waited_for_is_looked_at_once() -> None:
    waits = (*CODED[:-1], "worker step=person reason=rounds_spent")
    approved = (*waits, f"review status=approve commit={B}")
    assert at(*approved).approved == B
    failed = (*approved, f"worker step=validate commit={B}", *FAILED, *waits[-1:])
    assert (at(*failed).stage, at(*failed).approved) == ("person", "")


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


FOREIGN = [
    "foreign worker step=coder",
    f"foreign worker step=validate commit={C}",
    f"foreign implementation_report step=evidence status=passed commit={C}",
    f"foreign review status=approve commit={B}",
    f"foreign decision step=merge commit={C}",
    f"foreign decision step=advance commit={C} merge={C} old={A}",
    f"foreign implementation_report step=merged merge={C} commit={C}",
    "foreign worker step=cleanup",
    "foreign worker step=resumed",
    f"foreign worker step=worktree branch=main worktree=. target=other base={C}",
    f"worker step=coder generation=2 head={C}",
    f"decision step=advance commit={C} merge={C} old={A} generation=7",
]


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("said", [ACCEPTED, CODED[:-1], CODED, REPORTED, APPROVED])
def test_steps_and_approvals_that_this_clone_did_not_write_under_its_claim_move_nothing(
    said: Sequence[str], foreign: str
) -> None:
    seen = at(*said, foreign)
    assert seen._replace(unrecorded=()) == at(*said)


def test_a_step_whose_header_was_changed_afterwards_counts_for_nothing() -> None:
    events, marks = log(*APPROVED)
    changed = events[-1]._replace(attributes={**events[-1].attributes, "commit": C})
    assert position_of([*events[:-1], changed], marks).stage == "reviewer"
    moved = events[-1]._replace(body="laid out anew")
    assert position_of([*events[:-1], moved], marks).stage == "approved"


def test_an_approval_that_arrived_is_told_of() -> None:
    assert at(*REPORTED, f"foreign review status=approve commit={B}").unrecorded == (
        ("Ada", "is not this clone's"),
    )


class Signed:
    """Those approvals count that say they are signed, whoever wrote them down."""

    is_signed = True

    def worth(self, ticket: str, approval: Event, target: str, *, is_own: bool) -> Worth:
        assert (ticket, target) == ("T", "main")
        return Worth(by="ada") if "signature" in approval.attributes else Worth("is not signed")


def signed(*said: str) -> Position:
    return position_of(*log(*said), ticket="T", approvals=Signed())


SIGNED = f"foreign review status=approve commit={B} nonce=1 signature=x"


def test_a_signed_approval_counts_wherever_it_was_written_and_another_nowhere() -> None:
    assert signed(*REPORTED, SIGNED).stage == "approved"
    seen = signed(*REPORTED, f"review status=approve commit={B}")
    assert (seen.stage, seen.unrecorded) == ("reported", (("Ada", "is not signed"),))


def test_a_signed_approval_from_before_the_report_is_none() -> None:
    assert signed(*CODED, SIGNED, *REPORTED[len(CODED) :]).stage == "reported"


def test_what_was_signed_once_counts_once() -> None:
    veto = "review status=request_changes body=no"
    assert signed(*REPORTED, SIGNED, veto, SIGNED).stage == "changes"
    assert signed(*REPORTED, SIGNED, veto, SIGNED.replace("=1", "=2")).stage == "approved"


def test_a_reviewer_whose_approval_is_not_signed_is_not_asked_again() -> None:
    reviewed = (*APPROVED[:-1], f"review status=approve commit={B} worker=w")
    seen = signed(*reviewed)
    assert (seen.stage, seen.is_endorsed, seen.unrecorded) == ("reported", True, ())
    assert not signed(*reviewed, f"worker step=validate commit={C}", GOOD_C).is_endorsed


def test_asking_for_changes_counts_wherever_it_comes_from() -> None:
    assert at(*REPORTED, "foreign review status=request_changes body=no").stage == "changes"


@pytest.mark.parametrize(
    ("claims", "holder"),
    [
        ((), "us"),
        (("foreign claim status=taken holder=them generation=1",), "us"),
        (("foreign claim status=taken holder=them generation=2",), "them"),
        (("foreign claim status=released holder=them generation=1",), "us"),
        (("foreign claim status=released holder=us generation=1",), "us"),
        (("claim status=taken holder=us generation=2",), "us"),
        (("claim status=released holder=us generation=1",), ""),
    ],
)
def test_the_claim_of_the_greatest_generation_holds_and_of_two_the_first(
    claims: Sequence[str], holder: str
) -> None:
    assert at(*ACCEPTED, *claims).holder == holder


def test_moves_that_somebody_typed_do_not_begin_the_way_anew() -> None:
    to_and_fro = [
        f"foreign {move}"
        for move in ("state_changed from=inprogress to=planning field=state", *ACCEPTED[:3])
    ]
    assert at(*REPORTED, *to_and_fro) == at(*REPORTED)
    begun = at(*ACCEPTED[:4], *to_and_fro)
    assert (begun.stage, begun.generation) == ("accepted", 1)


@pytest.mark.parametrize(("before", "after"), [(4, "accepted"), (5, "worktree"), (6, "changes")])
def test_asking_for_changes_starts_no_coder_where_there_is_no_worktree(
    before: int, after: str
) -> None:
    asked = (*CODED[:before], "worker step=person reason=any", VETO)
    assert at(*asked).stage == after


def test_a_claim_in_our_name_that_we_did_not_write_is_not_ours() -> None:
    seen = at(*APPROVED, "foreign claim status=taken holder=us generation=2")
    assert (seen.holder, seen.is_own, seen.stage) == ("us", False, "accepted")


VETO = "review status=request_changes body=veto"


@pytest.mark.parametrize("held", range(4, len(APPROVED) + 1))
def test_a_veto_holds_whenever_it_is_given_until_a_coder_was_told_of_it(held: int) -> None:
    by_worker = (*APPROVED[:-1], f"{APPROVED[-1]} worker=w")
    seen = at(*by_worker[:held], VETO, *by_worker[held:])
    if held < APPROVED.index(CODED[-2]) + 1:
        assert seen.stage == "approved", "the coder began with it"
    else:
        assert seen.is_vetoed
        assert seen.stage not in ("approved", "merge")


def test_what_is_asked_for_before_the_target_moves_is_kept_in_mind() -> None:
    moving = (*APPROVED, f"decision step=advance commit={B} merge={C} old={A}", VETO)
    assert (at(*moving).stage, at(*moving).is_vetoed) == ("advance", True)


def test_every_review_conflict_and_failed_validation_stays_until_it_is_answered() -> None:
    crashed = f"implementation_report step=evidence status=failed commit={A} body=crash"
    coder, validate = f"worker step=coder head={B}", f"worker step=validate commit={B}"
    conflict = f"implementation_report step=integration status=failed commit={B} body=conflict"
    again = (*REPORTED, VETO, coder, crashed, coder, validate, *FAILED, coder, crashed)
    assert [one.text for one in at(*again).requests] == ["veto", "bad", "crash"]
    better = (*again, coder, validate, *REPORTED[-1:])
    assert [one.text for one in at(*better).requests] == ["veto"]
    assert at(*better).stage == "reported"
    merging = (*better, f"review status=approve commit={B}", f"decision step=merge commit={B}")
    assert at(*merging).requests == ()
    assert [one.text for one in at(*merging, conflict, coder).requests] == ["conflict"]


def test_a_question_waits_for_its_answer_and_is_not_held_against_the_coder() -> None:
    asked = (*CODED[:-1], "question body=which?", "worker step=needs_answer")
    assert (at(*asked).stage, at(*asked).question, at(*asked).spent) == (
        "needs_answer",
        "which?",
        1,
    )
    answered = at(*asked, "answer body=this")
    assert (answered.stage, answered.spent) == ("answered", 0)
    again = at(*asked, "answer body=this", "worker step=coder")
    assert (again.stage, again.resumes, again.asked, again.spent) == ("coder", True, "which?", 1)
    assert at(*asked, "foreign answer body=this").spent == 1, "a coder may have typed it"


def test_the_session_goes_on_for_the_profile_that_asked_and_the_question_stays() -> None:
    asked = (
        *CODED[:-2], f"worker step=coder head={A} profile=ada", "question body=which?",
        "worker step=needs_answer", "answer body=this",
    )  # fmt: skip
    same = at(*asked, "worker step=coder profile=ada")
    assert (same.resumes, same.asked) == (True, "which?")
    other = at(*asked, "worker step=coder profile=eve")
    assert (other.resumes, other.asked) == (False, "which?")
    unable = (*asked, "worker step=coder profile=ada", "worker step=could_not_run role=coder")
    again = at(*unable, "worker step=coder profile=ada")
    assert (again.resumes, again.asked) == (True, "which?")
    failed = (*asked, "worker step=coder profile=ada", *FAILED)
    assert at(*failed, "worker step=coder profile=ada").asked == ""


def test_an_answer_may_come_before_the_coder_has_ended() -> None:
    early = (*CODED[:-1], "question body=which?", "answer body=this", "worker step=needs_answer")
    assert at(*early).stage == "answered"


@given(
    st.lists(st.sampled_from([*APPROVED, *FOREIGN, VETO, "comment", "worker", "worker step=new"]))
)
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
    vetoed = at(*ACCEPTED, failed[0], VETO, *failed)
    assert vetoed.is_vetoed, "it was told nothing"
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


@pytest.mark.parametrize(
    ("claims", "rival"),
    [
        ((), ""),
        (("foreign claim status=taken holder=them generation=1",), "them"),
        (("foreign claim status=taken holder=them generation=0",), ""),
        (("foreign claim status=taken holder=them generation=3",), "them"),
        (
            (
                "foreign claim status=taken holder=them generation=1",
                "foreign claim status=released holder=them generation=1",
            ),
            "",
        ),
    ],
)
def test_a_rival_is_who_claims_the_same_generation_elsewhere(
    claims: Sequence[str], rival: str
) -> None:
    assert rival_of(*log(*ACCEPTED, *claims), 1) == rival


PUSHED = (*APPROVED, f"decision step=push commit={B}")
ASKED = (*PUSHED, f"worker step=pull_request url=https://x/1 number=1 commit={B}")
WANTED = f"review status=request_changes forge=PRR_1 commit={B} body=no"


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ((*PUSHED,), "push"),
        ((*ASKED,), "pull_request"),
        ((*ASKED, WANTED), "changes"),
        ((*ASKED, f"foreign {WANTED}"), "changes"),
        ((*ASKED, f"review status=approve forge=PRR_1 commit={B}"), "pull_request"),
        ((*ASKED, "worker step=person reason=request_closed"), "person"),
        (
            (*ASKED, "worker step=person reason=request_closed", "worker step=resumed"),
            "pull_request",
        ),
        ((*ASKED, f"review status=request_changes commit={B} body=no"), "changes"),
        ((*ASKED, f"worker step=validate commit={C}"), "validate"),
        ((*ASKED, f"worker step=forward merge={C} old={A} head={C}"), "forward"),
        ((*ASKED, f"worker step=forward merge={C} old={A} head={C}", WANTED), "forward"),
        ((*ASKED[:-1], f"foreign {ASKED[-1]}"), "push"),
    ],
)
def test_a_request_waits_until_it_is_merged_closed_or_changes_are_asked_for(
    said: Sequence[str], stage: str
) -> None:
    assert at(*said).stage == stage


def test_of_a_request_the_log_keeps_where_it_is_what_was_pushed_and_what_was_taken_over() -> None:
    round_2 = (f"worker step=coder head={B}", f"worker step=validate commit={C}", GOOD_C)
    approved = (f"review status=approve commit={C}", f"decision step=push commit={C}")
    again = (*ASKED, WANTED, *round_2, *approved)
    seen = at(*again)
    assert (seen.url, seen.number, seen.pushed, seen.taken) == (
        "https://x/1", "1", (B, C), ("PRR_1",),
    )  # fmt: skip
    assert seen.requests == ()
    merged = at(*again, f"worker step=forward merge={A} old={B} head={C}")
    assert (merged.merge, merged.old, merged.aim) == (A, B, C)


def test_an_approval_at_the_forge_approves_nothing_here_whatever_is_waited_for() -> None:
    for said in (REPORTED, ASKED, (*CODED, "worker step=person reason=rounds_spent")):
        approved = at(*said, f"review status=approve forge=PRR_1 commit={B}")
        assert approved == at(*said)._replace(taken=("PRR_1",))


def test_a_review_at_the_forge_gives_no_fresh_rounds() -> None:
    spent = (*CODED, "worker step=person reason=rounds_spent")
    assert at(*spent, f"review status=request_changes commit={B} body=no").spent == 0
    assert at(*spent, WANTED).spent == 1
