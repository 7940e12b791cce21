"""A process that is killed, or a disk that refuses, at every call that changes a file.

README.md and docs/format.md: what was acknowledged is there, what failed has changed nothing, and
a ticket that a crash left out of step is put right by the next command.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.file_stores import (
    ADA,
    comment,
    empty_store,
    fingerprint,
    item_of,
    make_ticket,
    open_store,
    thread_of,
)
from support.process import Result, script_program

from yoi_cli.model.fold import fold
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.relations import Link, add_relation

pytestmark = [pytest.mark.process, pytest.mark.slow]

#: The child's exit code where it ended before the chosen call came.
ALL_CALLS_SEEN = 99

Arguments = Callable[[str, str], tuple[str, ...]]
COMMANDS: dict[str, Arguments] = {
    "comment": lambda one, _: ("comment", one, "-m", "New."),
    "review": lambda one, _: ("review", one, "--approve", "-m", "Good."),
    "state": lambda one, _: ("state", one, "ready"),
    "close": lambda one, _: ("close", one, "-m", "Done."),
    "create": lambda one, _: ("create", "-t", "New", "--depends-on", one),
    "relate": lambda one, other: ("relation", "add", one, "depends_on", other),
    "unrelate": lambda one, other: ("relation", "remove", other, "related", one),
}


class Bench:
    """A store with two tickets, copied afresh for every try of a command."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._pristine = folder / "pristine"
        self.workspace = folder / "workspace"
        self._env = env
        store = empty_store(self._pristine)
        self.one, self.other = make_ticket(store, "One"), make_ticket(store, "Other")
        comment(store, self.one, "Before.")
        add_relation(store, Link(self.other, "related", self.one), ADA)
        self.before = self._identities(open_store(self._pristine))

    def run(self, fault: str, number: int, command: str) -> Result:
        """Run `command` on a fresh copy, with `fault` at the call `number`."""
        if self.workspace.exists():
            shutil.rmtree(self.workspace)
        shutil.copytree(self._pristine, self.workspace)
        python = script_program("faulty.py", self._env, self.workspace)
        words = COMMANDS[command](self.one, self.other)
        return python(
            *(fault, str(number), "-C", str(self.workspace), "ticket", *words),
            cwd=self.workspace,
            check=False,
        )

    @property
    def store(self) -> FileStore:
        return open_store(self.workspace)

    def added(self) -> list[str]:
        """Identities of the events that were not there before; what was there must be."""
        now = self._identities(self.store)
        for ticket, identities in self.before.items():
            assert now[ticket][: len(identities)] == identities
        return [
            identity
            for ticket, identities in now.items()
            for identity in identities[len(self.before.get(ticket, [])) :]
        ]

    def changed(self) -> set[str]:
        """The paths in the store that are not as they were."""
        before = fingerprint(self._pristine / ".yoi" / "tickets")
        after = fingerprint(self.workspace / ".yoi" / "tickets")
        return {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }

    @staticmethod
    def _identities(store: FileStore) -> dict[str, list[str]]:
        return {
            ticket: [event.identity for event in store.thread(ticket).events]
            for ticket in store.ids()
        }


@pytest.fixture
def bench(tmp_path: Path, env: dict[str, str]) -> Bench:
    return Bench(tmp_path, {**env, "YOI_AUTHOR": "Ada Example"})


def assert_in_step(store: FileStore) -> None:
    for ticket in store.ids():
        assert store.item(ticket).state == fold(store.thread(ticket).events).state
        assert store.thread(ticket).faults == ()
        store.relations(ticket)


@pytest.mark.parametrize("command", COMMANDS)
def test_kill_9_at_any_call_loses_nothing_and_leaves_no_half_event(
    bench: Bench, command: str
) -> None:
    number, seen = 0, set()
    while (done := bench.run("kill", number := number + 1, command)).code != ALL_CALLS_SEEN:
        assert done.code == -9, done
        events = bench.added()
        seen.add(len(events))
        comment(bench.store, bench.other, "The next command.")
        assert_in_step(bench.store)
        assert len(bench.added()) == len(events) + 1
    assert number > 10
    assert seen == {0, len(bench.added())}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_is_full_at_any_call_changes_nothing_or_the_command_succeeds(
    bench: Bench, command: str
) -> None:
    number, wrong = 0, list[str]()
    while (done := bench.run("ENOSPC", number := number + 1, command)).code != ALL_CALLS_SEEN:
        events, changed = bench.added(), bench.changed()
        if done.code == 0:
            assert changed, done
        elif events or (changed and command != "relate"):
            wrong.append(f"call {number}: exit {done.code}, {len(events)} events, {changed}")
        assert "internal" not in done.err
    assert number > 10
    assert wrong == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_write_that_takes_only_half_is_not_taken_for_a_whole_one(
    bench: Bench, command: str
) -> None:
    for number in range(1, 30):
        done = bench.run("short", number, command)
        assert bool(bench.changed()) == (done.code == 0), done
        assert_in_step(bench.store)


@pytest.mark.parametrize("room", [0, 1, 40])
def test_an_append_that_outgrows_the_largest_file_leaves_the_thread_as_it_was(
    tmp_path: Path, env: dict[str, str], room: int
) -> None:
    store = empty_store(tmp_path / "workspace")
    ticket = make_ticket(store)
    comment(store, ticket, "x" * 20_000)
    before = fingerprint(tmp_path / "workspace" / ".yoi" / "tickets")
    limit = thread_of(store, ticket).stat().st_size + room
    for words in (("comment", ticket), ("close", ticket), ("review", ticket, "--approve")):
        done = _limited(env, limit, "-C", str(tmp_path / "workspace"), "ticket", *words, "-m", "y")
        assert done.returncode == 1, done
        assert b"[write_failed]" in done.stderr
        assert fingerprint(tmp_path / "workspace" / ".yoi" / "tickets") == before


def _limited(
    env: dict[str, str], limit: int, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """`yoi` in a process that may write no file beyond `limit` bytes (Python ignores SIGXFSZ).

    Bytecode that Python caches would be cut as well, and break whoever loads it next.
    """
    return subprocess.run(
        [sys.executable, "-P", "-m", "yoi_cli", *arguments],
        env={**env, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def test_the_next_command_finishes_what_a_killed_one_left_undone(
    tmp_path: Path, bench: Bench
) -> None:
    number = _first_call_behind_the_event(bench, "state")
    bench.run("kill", number, "state")
    store = bench.store
    assert fold(store.thread(bench.one).events).state == "ready"
    assert store.item(bench.one).state == "planning"
    comment(store, bench.other, "On another ticket.")
    assert store.item(bench.one).state == "ready"


def test_a_broken_ticket_that_a_crash_left_undone_stops_no_other_command(bench: Bench) -> None:
    bench.run("kill", _first_call_behind_the_event(bench, "state"), "state")
    item_of(bench.store, bench.one).write_bytes(b"no frontmatter\n")
    comment(bench.store, bench.other, "On another ticket.")
    assert bench.store.thread(bench.other).events[-1].body == "On another ticket."


def test_a_ticket_that_cannot_be_written_stops_no_other_command(bench: Bench) -> None:
    bench.run("kill", _first_call_behind_the_event(bench, "state"), "state")
    item_of(bench.store, bench.one).with_name(".tmp-item.md").mkdir()
    for _ in range(2):
        comment(bench.store, bench.other, "On another ticket.")
    assert bench.store.thread(bench.other).events[-1].body == "On another ticket."
    assert fold(bench.store.thread(bench.one).events).state == "ready"


def test_what_a_crash_left_undone_is_not_forgotten_on_a_full_disk(
    bench: Bench, env: dict[str, str]
) -> None:
    bench.run("kill", _first_call_behind_the_event(bench, "state"), "state")
    limit = item_of(bench.store, bench.one).stat().st_size - 10
    words = ("-C", str(bench.workspace), "ticket", "comment", bench.other, "-m", "On a full disk.")
    done = _limited(env, limit, *words)
    assert (done.returncode, b"[io_error]" in done.stderr) == (1, True), done
    assert bench.store.item(bench.one).state == "planning"
    comment(bench.store, bench.other, "On another ticket.")
    assert bench.store.item(bench.one).state == "ready"


def test_a_crash_leaves_no_litter_once_the_next_command_has_run(bench: Bench) -> None:
    number = 0
    while bench.run("kill", number := number + 1, "close").code != ALL_CALLS_SEEN:
        comment(bench.store, bench.one, "The next command on that ticket.")
        litter = [path for path in fingerprint(bench.workspace) if ".tmp-" in path]
        assert litter == [], f"killed at call {number}"


def _first_call_behind_the_event(bench: Bench, command: str) -> int:
    log = bench.run("log", 0, command).err.splitlines()
    return next(n for n, line in enumerate(log, 1) if line.startswith("utime ")) + 1


def test_a_store_on_a_full_disk_can_still_be_read(bench: Bench) -> None:
    bench.run("ENOSPC", 1, "comment")
    assert bench.store.thread(bench.one).events[-1].body == "Before."
    assert os.listdir(bench.workspace / ".yoi" / "tickets")
