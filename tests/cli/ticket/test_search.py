"""`yoi ticket search` as a person and a script meet it."""

from __future__ import annotations

from pathlib import Path

from support.process import Program
from support.terminal import on_terminal
from support.tickets import created, put_ticket, said, ticket

AT = "2026-06-02T00:00:00Z"
HEADER = "ticket\tplace\tpath:line\ttext"


def test_a_pipe_gets_the_place_of_each_hit(yoi: Program, workspace: Path) -> None:
    thread = (created(), said(AT, 1, "It is a needle."))
    one = put_ticket(workspace, 1, *thread, title="Needle", body="No needle\there")
    header, *hits = yoi("ticket", "search", "NEEDLE").out.splitlines()
    assert header == HEADER
    assert hits == [
        f"{one}\ttitle\t.yoi/tickets/{one}/item.md:2\tNeedle",
        f"{one}\tbody\t.yoi/tickets/{one}/item.md:8\tNo needle\\there",
        f"{one}\tevent\t.yoi/tickets/{one}/thread.md:13\tIt is a needle.",
    ]


def test_json_names_the_event_that_a_hit_stands_in(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, created(), said(AT, 1, "It is a needle."), state="closed")
    data = yoi("ticket", "search", "needle", "--json").json
    assert (data["query"], data["count"], data["truncated"]) == ("needle", 1, False)
    (hit,) = data["hits"]
    assert (hit["ticket"], hit["state"], hit["where"]) == (ticket(1), "closed", "event")
    assert (hit["event"]["kind"], hit["event"]["at"]) == ("comment", AT)


def test_nothing_found_is_no_failure(yoi: Program, workspace: Path) -> None:
    done = yoi("ticket", "search", "needle", cwd=workspace)
    assert (done.out, done.err) == (HEADER + "\n", "Nothing was found.\n")


def test_a_bad_expression_is_refused(yoi: Program, workspace: Path) -> None:
    done = yoi("ticket", "search", "--regex", "(", "--json", cwd=workspace, check=False)
    assert (done.code, done.error["code"]) == (2, "regex_invalid")


def test_one_broken_ticket_never_hides_the_others(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, title="needle")
    broken = put_ticket(workspace, 2)
    (workspace / ".yoi/tickets" / broken / "thread.md").unlink()
    done = yoi("ticket", "search", "needle")
    assert len(done.out.splitlines()) == 2
    assert done.err.startswith(f"Warning: {broken}: ")


def test_a_terminal_gets_hits_below_their_tickets(yoi: Program, workspace: Path) -> None:
    far = "word " * 40 + "the \x1b needle " + "word " * 40
    one = put_ticket(workspace, 1, title="A stack of hay", body=f"A needle.\n{far}")
    shown = on_terminal(yoi, "ticket", "search", "needle", cwd=workspace, columns=80)
    head, near, cut = shown.splitlines()
    assert head == f"{one}  planning  A stack of hay"
    assert near == "  item.md:8 description  A needle."
    assert "the \\x1b needle" in cut
    assert len(cut) <= 80


def test_a_limit_says_that_there_is_more(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, body="needle\nneedle\nneedle")
    done = yoi("ticket", "search", "needle", "--limit", "2")
    assert len(done.out.splitlines()) == 3
    assert done.err == "There are more than these 2.\n"
