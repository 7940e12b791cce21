"""What somebody holds, and what a review asked for, is not passed over without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, created, moved, put_ticket, reviewed, said

QUEUED = (moved(CREATED, 1, "planning", "ready"), moved(CREATED, 2, "ready", "queued"))
TAKEN = (*QUEUED, moved(CREATED, 3, "queued", "inprogress"))
ASKED = (
    *TAKEN,
    said(CREATED, 4, kind="implementation_report"),
    reviewed(CREATED, 5, "request_changes"),
)
UNANSWERED = "The newest review asks for changes that nobody has answered."
OVER = "a review counts only while the work is in progress"


def test_work_that_another_holds_is_begun_only_by_who_steals_it(
    yoi: Program, workspace: Path
) -> None:
    ticket = put_ticket(workspace, 1, created(), *QUEUED, state="queued")
    yoi("claim", ticket, "--holder", "bot-1")
    refused = yoi("ticket", "state", ticket, "inprogress", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "claimed")
    assert "--steal" in refused.error["hint"]
    stolen = yoi("ticket", "state", ticket, "inprogress", "--steal")
    assert "bot-1 held" in stolen.err
    assert ticket not in yoi("claims").out


def test_the_holder_and_who_was_given_it_back_begin_freely(yoi: Program, workspace: Path) -> None:
    one, other = (
        put_ticket(workspace, number, created(), *QUEUED, state="queued") for number in (1, 2)
    )
    yoi("claim", one)
    yoi("ticket", "state", one, "inprogress")
    yoi("claim", other, "--holder", "bot-1")
    yoi("release", other)
    yoi("ticket", "state", other, "inprogress")


@pytest.mark.parametrize("words", [("state", "done"), ("close", "-mOver")])
def test_who_ends_the_work_of_another_is_told(
    yoi: Program, workspace: Path, words: tuple[str, str]
) -> None:
    ticket = put_ticket(workspace, 1, created(), *TAKEN, state="inprogress")
    yoi("claim", ticket, "--holder", "bot-1")
    assert "bot-1 held" in yoi("ticket", words[0], ticket, words[1]).err


@pytest.mark.parametrize("words", [("state", "done"), ("close", "-mOver")])
def test_work_that_ends_with_changes_asked_for_is_warned_of_in_the_words_of_routing(
    yoi: Program, workspace: Path, words: tuple[str, str]
) -> None:
    ticket = put_ticket(workspace, 1, created(), *ASKED, state="inprogress")
    assert UNANSWERED in str(yoi("route", ticket, "--json").json)
    assert UNANSWERED in yoi("ticket", words[0], ticket, words[1]).err


@pytest.mark.parametrize("verdict", ["--approve", "--request-changes"])
def test_a_review_that_does_not_count_says_so(yoi: Program, workspace: Path, verdict: str) -> None:
    queued = put_ticket(workspace, 1, created(), *QUEUED, state="queued")
    taken = put_ticket(workspace, 2, created(), *TAKEN, state="inprogress")
    assert OVER in yoi("ticket", "review", queued, verdict, "-m", "Seen.").err
    assert yoi("ticket", "review", taken, verdict, "-m", "Seen.").err == ""
