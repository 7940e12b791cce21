"""`yoi ticket ask` and `yoi ticket answer`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> str:
    return str(yoi("ticket", "create", "--title", "x", "-m", "y", "--json").json["id"])


def test_a_question_is_answered_once(yoi: Program, ticket: str) -> None:
    assert yoi("ticket", "ask", ticket, "-m", "Which?").out == f"asked\t{ticket}\tquestion\n"
    assert yoi("ticket", "answer", ticket, "-m", "This.").out == f"answered\t{ticket}\tanswer\n"
    again = yoi("ticket", "answer", ticket, "-m", "Or that.", "--json", check=False)
    assert (again.code, again.error["code"]) == (4, "nothing_asked")
    events = yoi("ticket", "show", ticket, "--json").json["events"]
    said = [(one["kind"], one["heading"], one["body"]) for one in events[1:]]
    assert said == [("question", "Question", "Which?"), ("answer", "Answer", "This.")]


def test_both_are_for_people_too(yoi: Program, ticket: str) -> None:
    done = yoi("ticket", "ask", ticket, "--json", "-m", "Which?")
    assert (done.json["ticket"], done.json["kind"]) == (ticket, "question")


def test_an_empty_question_is_none(yoi: Program, ticket: str) -> None:
    done = yoi("ticket", "ask", ticket, "-m", " ", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "text_empty")


@pytest.mark.parametrize(("command", "said"), [("ask", "question"), ("comment", "comment")])
@pytest.mark.parametrize("given", [("-m", "Which?"), ("-",)])
def test_a_worker_may_leave_its_own_ticket_out(
    yoi: Program, ticket: str, command: str, said: str, given: tuple[str, ...]
) -> None:
    own = {"YOI_TICKET": ticket}
    done = yoi("ticket", command, *given, "--json", env=own, stdin="Which?")
    assert (done.json["ticket"], done.json["kind"]) == (ticket, said)
    assert yoi("ticket", "show", ticket, "--json").json["events"][-1]["body"] == "Which?"


@pytest.mark.parametrize("command", ["ask", "comment"])
def test_whoever_is_no_worker_names_a_ticket(yoi: Program, ticket: str, command: str) -> None:
    done = yoi("ticket", command, "-m", "Which?", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "usage")
    other = yoi("ticket", command, "ZZZZ", "-m", "Which?", env={"YOI_TICKET": ticket}, check=False)
    assert other.code != 0
