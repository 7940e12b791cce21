"""Many processes write at once: nothing is lost, nothing is there twice, all ids rise."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store, make_ticket, open_store
from support.process import Program, script_program

from yoi_cli.model.fold import fold
from yoi_cli.store.files.store import FileStore

pytestmark = [pytest.mark.process, pytest.mark.slow]

PROCESSES = 32
#: The campaign `writers` has a thousand of each.
COMMENTS = 20


def comment_together(commenter: Program, count: int, *tickets: str) -> list[str]:
    """Let all processes write, each beginning with another of the tickets; what each printed."""
    commands = []
    for number in range(PROCESSES):
        turn = number % max(1, len(tickets))
        order = [*tickets[turn:], *tickets[:turn]]
        workspace = str(commenter.base / "workspace")
        commands.append([workspace, f"process {number}", str(count), *order])
    done = commenter.together(commands)
    assert [one.code for one in done] == [0] * PROCESSES
    return [one.out for one in done]


def assert_rising(store: FileStore, ticket: str) -> list[str]:
    """The bodies of a thread whose events have ids that rise and are read without a fault."""
    thread = next(store.thread(id_) for id_ in store.ids() if id_ == ticket)
    ids = [event.identity for event in thread.events]
    assert ids == sorted(set(ids))
    assert thread.faults == ()
    return [event.body for event in thread.events]


EVERYTHING = sorted(f"process {p} {n}" for p in range(PROCESSES) for n in range(COMMENTS))


@pytest.fixture
def commenter(env: dict[str, str], tmp_path: Path) -> Program:
    return script_program("commenter.py", env, tmp_path)


def test_32_processes_that_comment_20_times_on_one_ticket_lose_nothing(
    tmp_path: Path, commenter: Program
) -> None:
    store = empty_store(tmp_path / "workspace")
    ticket = make_ticket(store)
    comment_together(commenter, COMMENTS, ticket)
    bodies = assert_rising(store, ticket)
    assert sorted(bodies[1:]) == EVERYTHING
    for number in range(PROCESSES):
        own = [body for body in bodies if body.startswith(f"process {number} ")]
        assert own == [f"process {number} {n}" for n in range(COMMENTS)]
    assert store.item(ticket).fields["updated_at"] == store.thread(ticket).last_at


def test_32_processes_that_comment_20_times_on_many_tickets_lose_nothing(
    tmp_path: Path, commenter: Program
) -> None:
    store = empty_store(tmp_path / "workspace")
    tickets = [make_ticket(store) for _ in range(20)]
    comment_together(commenter, COMMENTS, *tickets)
    bodies = [body for ticket in tickets for body in assert_rising(store, ticket)[1:]]
    assert sorted(bodies) == EVERYTHING


def test_tickets_that_32_processes_make_at_once_have_ids_of_their_own(
    tmp_path: Path, commenter: Program
) -> None:
    store = empty_store(tmp_path / "workspace")
    said = [line for out in comment_together(commenter, 5) for line in out.split()]
    assert sorted(said) == sorted(set(said)) == store.ids()
    titles = sorted(store.item(ticket).title for ticket in store.ids())
    assert titles == sorted(f"process {p} {n}" for p in range(PROCESSES) for n in range(5))


def test_real_commands_at_once_lose_nothing(yoi: Program, workspace: Path) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    commands = [["ticket", "comment", ticket, "-m", f"process {number}"] for number in range(24)]
    done = [(one.code, one.out) for one in yoi.together(commands)]
    assert done == [(0, f"appended\t{ticket}\tcomment\n")] * len(commands)
    assert sorted(assert_rising(store, ticket)[1:]) == sorted(f"process {n}" for n in range(24))


def test_of_many_that_make_the_same_move_one_wins_and_the_others_are_told(
    yoi: Program, workspace: Path
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    move = ["ticket", "state", ticket, "ready", "--expect", "planning"]
    done = yoi.together([move] * 12)
    assert sorted(one.code for one in done) == [0] + [4] * 11
    thread = store.thread(ticket)
    assert [event.kind for event in thread.events] == ["create", "intake_summary", "state_changed"]
    assert fold(thread.events).state == store.item(ticket).state == "ready"
