"""What git's history knows of threads that were changed, and its repair, with the real git."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.clones import Branches, fork
from support.formatters import FORMATTERS
from support.process import Program

UNCHANGED = {"a fixer of line ends", "a byte order mark", "markdownlint, tabs"}


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


def closed(branches: Branches) -> tuple[str, bytes]:
    """A closed ticket, committed, and its thread."""
    ticket = branches.ticket("Shared")
    branches.say(ticket, "a break  \nand\n\n***\n\n* a list\n\nsecond\n\n\nend")
    branches.yoi("ticket", "close", ticket, "--message", "Done.")
    branches.commit("Store")
    return ticket, branches.path(ticket).read_bytes()


@pytest.mark.parametrize("name", sorted(FORMATTERS.keys() - UNCHANGED))
@pytest.mark.parametrize("is_committed", [False, True])
def test_fix_puts_back_what_a_formatter_did(
    branches: Branches, name: str, is_committed: bool
) -> None:
    ticket, thread = closed(branches)
    branches.path(ticket).write_bytes(FORMATTERS[name](thread))
    if is_committed:
        branches.commit("Format")
    found = branches.problems()
    if is_committed and not {"torn", "text_between_events"} & set(found):
        return  # every event is read, and history is asked where something points to it
    assert "events_changed" in found

    fixed = branches.yoi("ticket", "doctor", "--fix", "--json").json

    assert branches.path(ticket).read_bytes() == thread
    assert "restore_events" in {one["action"] for one in fixed["fixed"]}
    assert branches.problems() == []
    assert branches.yoi("ticket", "state", ticket).out.split("\t")[2].strip() == "closed"
    torn = branches.path(ticket, "artifacts/.torn")
    kept = b"\n".join(one.read_bytes() for one in torn.iterdir()).splitlines()
    changed = FORMATTERS[name](thread).splitlines()
    assert {line for line in changed if line not in thread.splitlines()} <= set(kept)
    branches.say(ticket, "goes on")


TAKEN: dict[str, Callable[[bytes], bytes]] = {
    "a header's line": lambda data: re.sub(rb"<!-- event: closed?[^\n]*\n", b"", data),
    "an opening": lambda data: data.replace(b"<!-- event: close", b"&lt;!-- event: close"),
    "a kind": lambda data: data.replace(b"<!-- event: close", b"<!-- event: clos"),
    "all headers": lambda data: re.sub(rb"(?m)^<!--.*\n", b"", data),
    "an event": lambda data: data[: data.rindex(b"<!-- event:")],
    "another encoding": lambda data: data.decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_what_is_left_of_a_closed_ticket_says_no_other_state(branches: Branches, name: str) -> None:
    ticket, thread = closed(branches)
    branches.path(ticket).write_bytes(TAKEN[name](thread))
    assert branches.yoi("gate", ticket, check=False).code == 6

    branches.yoi("ticket", "doctor", "--fix", check=False)

    assert branches.yoi("ticket", "state", ticket).out.split("\t")[2].strip() == "closed"
    assert {"events_lost", "events_changed"}.isdisjoint(branches.problems())
    branches.say(ticket, "goes on")


def test_what_was_appended_since_the_last_commit_stays(branches: Branches) -> None:
    ticket, _ = closed(branches)
    branches.say(ticket, "not committed")
    grown = branches.path(ticket).read_bytes()
    branches.path(ticket).write_bytes(re.sub(rb"(?m)[ \t]+$", b"", grown))
    branches.yoi("ticket", "doctor", "--fix")
    assert branches.path(ticket).read_bytes() == grown


def test_a_hand_written_paragraph_and_an_honest_store_are_left_alone(branches: Branches) -> None:
    ticket, thread = closed(branches)
    assert branches.problems() == []
    branches.path(ticket).write_bytes(thread + b"\nBy hand.\n")
    branches.commit("By hand")
    assert branches.problems() == ["text_between_events"]
    assert branches.yoi("ticket", "doctor", "--fix", "--json").json["fixed"] == []


@pytest.mark.parametrize("command", [("ticket", "doctor"), ("doctor",)])
def test_events_that_a_merge_lost_are_found_and_put_back(
    branches: Branches, command: tuple[str, ...]
) -> None:
    ticket = fork(branches)
    branches.git("merge", "--quiet", "-s", "ours", "-m", "Merge", "work")
    assert branches.problems() == ["events_lost"]
    assert branches.yoi("ticket", "doctor", ticket, check=False).code == 6

    branches.yoi(*command, "--fix")

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


def test_what_is_planned_is_said_before(branches: Branches) -> None:
    ticket, thread = closed(branches)
    change: Callable[[bytes], bytes] = FORMATTERS["mdformat"]
    branches.path(ticket).write_bytes(change(thread))
    planned = branches.yoi("ticket", "doctor", "--dry-run", "--json", check=False).json["planned"]
    assert "restore_events" in {one["action"] for one in planned}
    assert "set_thread_aside" not in {one["action"] for one in planned}
    assert branches.path(ticket).read_bytes() == change(thread)
