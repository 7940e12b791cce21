"""A day with it: fewer words, and after every step what comes next."""

from __future__ import annotations

import re
from pathlib import Path

from support.process import Program
from support.terminal import on_terminal
from support.tickets import CREATED, created, moved, put_ticket

QUEUED = (moved(CREATED, 1, "planning", "ready"), moved(CREATED, 2, "ready", "queued"))


def queued(workspace: Path, number: int, title: str = "A ticket") -> str:
    return put_ticket(workspace, number, created(), *QUEUED, state="queued", title=title)


def test_an_agent_that_has_nothing_but_prime_reports_within_five_calls(
    yoi: Program, git: Program, workspace: Path
) -> None:
    """It gives the first command that `prime` names, and then what each answer says is next: it
    knows nothing but commands in backticks."""
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Tickets", cwd=workspace)
    ticket = queued(workspace, 1)
    command = re.findall(r"^1\. `yoi ([^`]+)`", yoi("prime").out, re.MULTILINE)[0]
    calls, given = 1, list[str]()
    while "implementation_report" not in " ".join(given[-1:]):
        words = [word.replace("TEXT", "Done.") for word in command.split() if word != "--json"]
        answer = yoi(*words, "--json").json
        calls, given = calls + 1, [*given, command]
        assert calls <= 5, given
        command = re.findall(r"`yoi ([^`]+)`", str(answer.get("claim", answer)["next_action"]))[0]
    assert yoi("route", ticket, "--json").json["decisions"][0]["turn"] == "reviewer"
    assert "implementation_report" in yoi("show", ticket).out


def test_alone_it_tells_what_there_is_to_do_in_24_lines(yoi: Program, workspace: Path) -> None:
    held, *_ = [queued(workspace, number, f"Ticket {number}") for number in range(30)]
    yoi("claim", held)
    data = yoi("--json").json
    assert [one["ticket"] for one in data["mine"]] == [held]
    assert data["mine"][0]["next_action"] == f"Begin it: `yoi start {held}`."
    assert len(data["startable"]) == 29
    shown = on_terminal(yoi, cwd=workspace, columns=80).replace("\r", "").rstrip("\n").split("\n")
    assert len(shown) <= 24
    assert "29: `yoi next -n 99`" in "\n".join(shown)
    assert yoi().out == yoi("status").out


def test_where_nothing_may_start_it_tells_what_is_planned_and_how_that_begins(
    yoi: Program, workspace: Path
) -> None:
    later, first = (
        str(yoi("create", title, "--priority", priority, "--json").json["id"])
        for title, priority in (("Later", "P2"), ("First", "P0"))
    )
    assert [one["ticket"] for one in yoi("--json").json["planned"]] == [first, later]
    assert f"planned\t{first}\tP0 First\tyoi start {first}\n" in yoi().out
    assert "`yoi start ID` begins one" in on_terminal(yoi, cwd=workspace, columns=80)
    queued(workspace, 1, "It may start")
    assert "planned" not in yoi().out


def test_what_was_due_stands_on_top_until_it_is_resolved(yoi: Program, workspace: Path) -> None:
    late, *_ = [
        put_ticket(workspace, number, created(), title=title, fields={"due": due})
        for number, title, due in ((1, "Late", "2026-01-02"), (2, "Later", "2100-01-01"))
    ]
    told = f"overdue\t{late}\t2026-01-02 Late\tyoi show {late}\n"
    assert yoi().out.startswith(told)
    assert [one["ticket"] for one in yoi("--json").json["overdue"]] == [late]
    assert "Late" in on_terminal(yoi, cwd=workspace, columns=40)
    yoi("close", late, "-m", "Over.")
    assert "overdue" not in yoi().out


def test_the_title_is_a_word_and_may_not_be_given_twice(yoi: Program, workspace: Path) -> None:
    made = str(yoi("create", "Round prices", "--json").json["id"])
    assert "Round prices" in yoi("list").out
    twice = yoi("create", "One", "--title", "Two", "--json", check=False)
    assert (twice.code, twice.error["code"]) == (2, "title_given_twice")
    assert yoi("create", "--json", check=False).code == 2
    assert yoi("ticket", "create", "-t", "Old", "-", stdin="Text.\n").code == 0
    assert made in yoi("show", made).out


def test_several_tickets_get_an_answer_line_each_and_one_exit_code(
    yoi: Program, workspace: Path
) -> None:
    ids = [put_ticket(workspace, number, created()) for number in (1, 2)]
    moved = yoi("ticket", "state", *ids, "ready")
    assert moved.out.splitlines() == [f"state\t{one}\tready" for one in ids]
    assert len(yoi("edit", *ids, "-p", "P1").out.splitlines()) == 2
    mixed = yoi("close", ids[0], "N0WHERE", ids[1], "-m", "Over.", check=False)
    assert (mixed.code, len(mixed.out.splitlines())) == (3, 2)
    assert "N0WHERE" in mixed.err
    results = yoi("close", ids[0], "N0WHERE", "-m", "Over.", "--json", check=False)
    assert results.code == 3
    assert [one["code"] for one in results.json["results"]] == [None, "ticket_not_found"]


def test_the_ticket_is_the_one_whose_worktree_one_stands_in(
    yoi: Program, git: Program, workspace: Path
) -> None:
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Tickets", cwd=workspace)
    ticket = queued(workspace, 1)
    folder = Path(yoi("start", ticket, "--print").out.strip())
    assert f"id:      {ticket}" in yoi("show", cwd=folder).out
    yoi("comment", "-m", "From within.", cwd=folder)
    assert yoi("ticket", "state", cwd=folder).out == f"state\t{ticket}\tinprogress\n"
    yoi("ticket", "state", "done", cwd=folder)
    assert "From within." in yoi("show", ticket).out
    nowhere = yoi("show", "--json", check=False)
    assert (nowhere.code, nowhere.error["code"]) == (2, "usage")
