"""What waits for a person, by the log of one ticket."""

from __future__ import annotations

import pytest
from support.run_logs import ACCEPTED, APPROVED, FAILED, REPORTED, A, log

from yoi_cli.orchestration.approvals import LocalApprovals
from yoi_cli.orchestration.inbox import Waiting, of_profile, waiting_of
from yoi_cli.orchestration.pauses import Pause

ID = "00001M7YV0F5Q"
RUNNING = (*ACCEPTED, f"worker step=coder head={A}")
ASKED = (*RUNNING, "worker step=needs_answer body=Which?")


def waiting(*said: str, by_hand: bool = False) -> Waiting | None:
    return waiting_of(ID, "Title", *log(*said), approvals=LocalApprovals(), reviews_by_hand=by_hand)


def asked(*said: str, by_hand: bool = False) -> Waiting:
    found = waiting(*said, by_hand=by_hand)
    assert found is not None
    return found


@pytest.mark.parametrize("said", [ACCEPTED, RUNNING, REPORTED, APPROVED, (*RUNNING, *FAILED)])
def test_what_a_run_goes_on_with_waits_for_nobody(said: tuple[str, ...]) -> None:
    assert waiting(*said) is None


def test_a_question_waits_for_its_answer_and_no_longer() -> None:
    found = asked(*ASKED)
    assert (found.reason, found.why) == ("needs_answer", "Which?")
    assert found.commands == (f"yoi ticket answer {ID} -m TEXT",)
    assert waiting(*ASKED, "answer body=This.") is None


def test_a_question_is_told_while_the_coder_that_asks_still_runs() -> None:
    assert asked(*RUNNING, "question body=Which?").reason == "needs_answer"
    assert waiting(*RUNNING, "question body=Which?", "answer body=This.") is None


def test_a_report_waits_for_a_review_where_people_review() -> None:
    found = asked(*REPORTED, by_hand=True)
    assert found.reason == "review"
    assert found.commands[:2] == (
        f"yoi ticket review {ID} --approve -m TEXT",
        f"yoi ticket review {ID} --request-changes -m TEXT",
    )
    assert waiting(*APPROVED, by_hand=True) is None


def test_what_a_run_stopped_at_is_told_with_its_reason_until_somebody_has_a_word() -> None:
    stopped = (*RUNNING, *FAILED, "worker step=person reason=rounds_spent body=Enough.")
    found = asked(*stopped)
    assert (found.reason, found.why) == ("rounds_spent", "Enough.")
    assert f"yoi orchestrate {ID} --retry" in found.commands
    assert waiting(*stopped, "worker step=resumed") is None
    assert waiting(*stopped, "review status=request_changes body=Else.") is None


def test_what_was_typed_into_the_log_does_not_say_why_a_run_stopped() -> None:
    stopped = (*RUNNING, "worker step=person reason=worker_stopped body=Ended.")
    found = asked(*stopped, "foreign worker step=person reason=rounds_spent body=Run-this.")
    assert (found.reason, found.why) == ("worker_stopped", "Ended.")


def test_another_clones_run_is_told_with_what_can_be_done_about_it_here() -> None:
    said = [f"foreign {one}" for one in ACCEPTED]
    found = asked(*said, "foreign worker step=person reason=rounds_spent body=Enough.")
    assert found.reason == "rounds_spent"
    assert found.why == "us, another clone's, asks: Enough."
    assert f"yoi orchestrate {ID} --retry" not in found.commands


def test_a_report_that_somebody_wrote_by_hand_waits_for_a_review() -> None:
    begun = ACCEPTED[:3]
    assert waiting(*begun) is None
    assert asked(*begun, "implementation_report body=Done.").reason == "review"
    assert waiting(*begun, "implementation_report", "review status=approve") is None


def test_a_ticket_that_is_not_in_progress_waits_for_nobody() -> None:
    stopped = (*RUNNING, "worker step=person reason=rounds_spent body=Enough.")
    assert waiting(*stopped, "state_changed from=inprogress to=planning field=state") is None


def test_everything_that_is_asked_for_has_a_mark_of_its_own() -> None:
    stopped = (*RUNNING, "worker step=person reason=rounds_spent body=Enough.")
    again = (*stopped, "worker step=resumed", "worker step=person reason=rounds_spent body=Enough.")
    assert asked(*stopped).mark == asked(*stopped).mark != asked(*again).mark


@pytest.mark.parametrize(("kind", "waits"), [("login", True), ("missing", True), ("limit", False)])
def test_a_profile_waits_for_a_person_who_can_do_something_about_it(
    kind: str, *, waits: bool
) -> None:
    pause = Pause(3, kind, "Not logged in.", 2_000)
    assert (of_profile("codex", pause, 1_000) is not None) is waits
    assert of_profile("codex", pause, 3_000) is None


ASKED_FOR = (
    *APPROVED,
    "decision step=push",
    "worker step=pull_request url=https://x/1 number=1 body=It_waits.",
)


def test_a_request_waits_for_whoever_merges_it() -> None:
    found = asked(*ASKED_FOR)
    assert (found.reason, found.why) == ("pull_request", "It_waits.")
    assert found.commands == (
        f"yoi orchestrate {ID}",
        f"yoi ticket review {ID} --request-changes -m TEXT",
        f"yoi ticket diff {ID}",
    )
    assert waiting(*ASKED_FOR, f"worker step=forward merge={A}") is None


def test_another_clones_request_can_be_asked_to_change_from_here() -> None:
    theirs = [f"foreign {line}" for line in ASKED_FOR]
    found = asked(*theirs)
    assert (found.reason, found.why) == ("pull_request", "us, another clone's, asks: It_waits.")
    assert found.commands == (f"yoi ticket review {ID} --request-changes -m TEXT",)
