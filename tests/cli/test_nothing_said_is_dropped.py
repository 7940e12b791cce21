"""No text that somebody gave is dropped by a command that has nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, created, moved, put_ticket

from yoi_cli.cli.lazy import _load
from yoi_cli.cli.registry import GROUPS

SAID = "Nobody may lose this"
WHY = "For this reason"
TO_QUEUED = (moved(CREATED, 1, "planning", "ready"), moved(CREATED, 2, "ready", "queued"))

#: Commands that take a text and write something whenever they succeed.
ALWAYS_WRITE = frozenset(
    {
        *("ticket create", "ticket edit", "ticket comment", "ticket review", "ticket ask"),
        *("ticket answer", "ticket relation remove", "objective create", "worker spawn"),
        *(
            "worker input",
            "ticket reopen",
            "plan add",
            "plan remove",
            "finish",
            "objective edit",
            "runtime add",
        ),
    }
)
#: What is printed with the text in it, and written nowhere.
PRINT_IT = frozenset({"ticket intent", "runtime serve", "serve", "web"})
#: Tried with a real worker, below.
OF_WORKERS = frozenset({"worker stop", "worker cancel"})
#: The others, each where it has nothing to do: the command, and what it does first.
IDLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ticket state": ("ticket state {q} queued --reason {why} -m {said}", ()),
    "ticket intake": ("ticket intake {r} --reason {why} -m {said}", ()),
    "ticket close": ("ticket close {q} -m {said}", ("ticket close {q} -m First",)),
    "ticket relation add": (
        "ticket relation add {q} related {r} --note {said}",
        ("ticket relation add {q} related {r} --note First",),
    ),
    "route": ("route {q} --accept --risks {said}", ("route {q} --accept",)),
}


def taking_texts() -> set[str]:
    """The commands with an option for something that a person has to say, each by its longest
    name."""
    found: dict[str, str] = {}
    for path, group in GROUPS.items():
        for entry in group.entries:
            if entry.function and any(p.metavar == "TEXT" for p in _load(entry).params):
                known, name = found.get(entry.function, ""), f"{path} {entry.name}".strip()
                found[entry.function] = max(known, name, key=len)
    return set(found.values())


def test_every_command_that_takes_a_text_is_known_here() -> None:
    assert taking_texts() - ALWAYS_WRITE - PRINT_IT - OF_WORKERS == set(IDLE)


@pytest.mark.parametrize("command", IDLE)
def test_what_is_said_to_a_command_with_nothing_to_do_is_a_comment_that_says_so(
    yoi: Program, workspace: Path, command: str
) -> None:
    ids = {
        "q": put_ticket(workspace, 1, created(), *TO_QUEUED, state="queued"),
        "r": put_ticket(workspace, 2, created(), TO_QUEUED[0], state="ready"),
    }
    idle, before = IDLE[command]
    for words in before:
        yoi(*(word.format(**ids) for word in words.split()))
    typed = [word.format(**ids, said=SAID, why=WHY) for word in idle.split()]
    told = yoi(*typed)
    assert "recorded as a comment" in told.err
    threads = [
        (workspace / f".yoi/tickets/{one}/thread.md").read_text(encoding="utf-8")
        for one in ids.values()
    ]
    assert sum(text.count(SAID) for text in threads) == 1
    assert sum(text.count(WHY) for text in threads) == idle.count("{why}")
    assert any("already" in text.split(SAID)[-1] for text in threads)
    yoi(*typed)
    again = [
        (workspace / f".yoi/tickets/{one}/thread.md").read_text(encoding="utf-8")
        for one in ids.values()
    ]
    assert again == threads, "who says it once more after a crash says nothing new"


@pytest.mark.process
@pytest.mark.parametrize("command", ["stop", "cancel"])
def test_why_somebody_ends_a_worker_that_has_ended_is_a_comment(
    yoi: Program, workspace: Path, command: str
) -> None:
    ticket = put_ticket(workspace, 1, created(), *TO_QUEUED, state="queued")
    spawned = yoi("worker", "spawn", "--ticket", ticket, "--json", "--", "true")
    worker = str(spawned.json["worker_id"])
    yoi("worker", "wait", worker)
    told = yoi("worker", command, worker, "--reason", SAID)
    assert "recorded as a comment" in told.err
    yoi("worker", command, worker, "--reason", SAID)
    thread = (workspace / f".yoi/tickets/{ticket}/thread.md").read_text(encoding="utf-8")
    assert thread.count(SAID) == 1


@pytest.mark.parametrize(
    "words",
    [
        "ticket state {q} --reason x",
        "ticket state {q} -m x",
        "ticket state {q} --expect queued",
        "ticket state {q} --commit",
        "route {q} --reason x",
        "route {q} --acceptance x",
        "route {q} --record --branch x",
        "route {q} --accept --explain",
        "claim {q} --renew 1 --worktree x",
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    yoi: Program, workspace: Path, words: str
) -> None:
    ticket = put_ticket(workspace, 1, created(), *TO_QUEUED, state="queued")
    refused = yoi(*words.format(q=ticket).split(), "--json", check=False)
    assert (refused.code, refused.error["code"]) in ((2, "option_unused"), (2, "options_clash"))


def test_what_was_agreed_when_a_ticket_was_taken_up_stands(yoi: Program, workspace: Path) -> None:
    ticket = put_ticket(workspace, 1, created(), *TO_QUEUED, state="queued")
    yoi("route", ticket, "--accept", "--branch", "work/one")
    assert "work/one" in yoi("route", ticket, "--accept").out
    refused = yoi("route", ticket, "--accept", "--branch", "other", "--json", check=False)
    assert refused.error["code"] == "accepted_otherwise"
