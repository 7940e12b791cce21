"""Many processes write at once: nothing is lost, nothing is there twice, all ids rise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.environment import ROOT
from support.file_stores import empty_store, make_ticket, open_store
from support.process import Program

from yoi_cli.model.fold import fold
from yoi_cli.store.files.store import FileStore

COMMENTER = ROOT / "tests" / "support" / "commenter.py"
PROCESSES = 32
COMMENTS = 100


def run_together(
    commands: list[list[str]], env: dict[str, str], folder: Path
) -> list[tuple[int, str]]:
    """Start all of `commands` before waiting for any; exit code and output of each."""
    processes = [
        subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    return [(process.returncode, out) for process, out in zip(processes, outputs, strict=True)]


def commenters(workspace: Path, count: int, *tickets: str) -> list[list[str]]:
    """One command a process; each begins with another of the tickets."""
    commands = []
    for number in range(PROCESSES):
        turn = number % max(1, len(tickets))
        order = [*tickets[turn:], *tickets[:turn]]
        python = [sys.executable, "-P", str(COMMENTER), str(workspace)]
        commands.append([*python, f"process {number}", str(count), *order])
    return commands


def assert_rising(store: FileStore, ticket: str) -> list[str]:
    """The bodies of a thread whose events have ids that rise and are read without a fault."""
    thread = next(store.thread(id_) for id_ in store.ids() if id_ == ticket)
    ids = [event.identity for event in thread.events]
    assert ids == sorted(set(ids))
    assert thread.faults == ()
    return [event.body for event in thread.events]


EVERYTHING = sorted(f"process {p} {n}" for p in range(PROCESSES) for n in range(COMMENTS))


@pytest.fixture
def python_env(env: dict[str, str]) -> dict[str, str]:
    return {**env, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}


@pytest.mark.slow
def test_32_processes_that_comment_100_times_on_one_ticket_lose_nothing(
    tmp_path: Path, python_env: dict[str, str]
) -> None:
    store = empty_store(tmp_path / "workspace")
    ticket = make_ticket(store)
    commands = commenters(tmp_path / "workspace", COMMENTS, ticket)
    done = run_together(commands, python_env, tmp_path)
    assert [code for code, _ in done] == [0] * PROCESSES
    bodies = assert_rising(store, ticket)
    assert sorted(bodies[1:]) == EVERYTHING
    for number in range(PROCESSES):
        own = [body for body in bodies if body.startswith(f"process {number} ")]
        assert own == [f"process {number} {n}" for n in range(COMMENTS)]
    assert store.item(ticket).fields["updated_at"] == store.thread(ticket).last_at


@pytest.mark.slow
def test_32_processes_that_comment_100_times_on_many_tickets_lose_nothing(
    tmp_path: Path, python_env: dict[str, str]
) -> None:
    store = empty_store(tmp_path / "workspace")
    tickets = [make_ticket(store) for _ in range(20)]
    commands = commenters(tmp_path / "workspace", COMMENTS, *tickets)
    done = run_together(commands, python_env, tmp_path)
    assert [code for code, _ in done] == [0] * PROCESSES
    bodies = [body for ticket in tickets for body in assert_rising(store, ticket)[1:]]
    assert sorted(bodies) == EVERYTHING


@pytest.mark.slow
def test_tickets_that_32_processes_make_at_once_have_ids_of_their_own(
    tmp_path: Path, python_env: dict[str, str]
) -> None:
    store = empty_store(tmp_path / "workspace")
    commands = commenters(tmp_path / "workspace", 5)
    done = run_together(commands, python_env, tmp_path)
    assert [code for code, _ in done] == [0] * PROCESSES
    said = [line for _, out in done for line in out.split()]
    assert sorted(said) == sorted(set(said)) == store.ids()
    titles = sorted(store.item(ticket).title for ticket in store.ids())
    assert titles == sorted(f"process {p} {n}" for p in range(PROCESSES) for n in range(5))


def test_real_commands_at_once_lose_nothing(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    commands = [
        [*yoi.argv, "ticket", "comment", ticket, "-m", f"process {number}"] for number in range(24)
    ]
    done = run_together(commands, env, workspace)
    assert done == [(0, f"appended\t{ticket}\tcomment\n")] * len(commands)
    assert sorted(assert_rising(store, ticket)[1:]) == sorted(f"process {n}" for n in range(24))


def test_of_many_that_make_the_same_move_one_wins_and_the_others_are_told(
    yoi: Program, workspace: Path, env: dict[str, str]
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    move = [*yoi.argv, "ticket", "state", ticket, "ready", "--expect", "planning"]
    done = run_together([move] * 12, env, workspace)
    assert sorted(code for code, _ in done) == [0] + [4] * 11
    thread = store.thread(ticket)
    assert [event.kind for event in thread.events] == ["create", "intake_summary", "state_changed"]
    assert fold(thread.events).state == store.item(ticket).state == "ready"
