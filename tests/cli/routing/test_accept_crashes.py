"""Accepting, claiming and releasing, killed before every call that changes a file.

docs/routing.md: nothing has happened, or the ticket is accepted with its records; a second
run finishes what was begun and writes nothing twice.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from support.file_stores import comment, empty_store, open_store
from support.process import Result, script_program, yoi_program
from support.templates import forget_clone
from support.tickets import created, moved, put_ticket

from yoi_cli.model.fold import fold
from yoi_cli.store.files.claims import FileClaims
from yoi_cli.store.files.store import FileStore

pytestmark = [pytest.mark.process, pytest.mark.slow]

ALL_CALLS_SEEN = 99
AT = "2026-06-02T00:00:00Z"
BODY = "## Acceptance criteria\n\n- It works.\n"


class Bench:
    """A store with a queued ticket and another one, copied afresh for every try."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.pristine = folder / "pristine"
        self.workspace = folder / "workspace"
        self.env = {**env, "YOI_AUTHOR": "Ada Example"}
        empty_store(self.pristine)
        steps = (("planning", "ready"), ("ready", "queued"))
        moves = [moved(AT, number, a, b) for number, (a, b) in enumerate(steps, 1)]
        self.one = put_ticket(self.pristine, 1, created(), *moves, state="queued", body=BODY)
        self.other = put_ticket(self.pristine, 2)

    def run(self, fault: str, number: int, *words: str) -> Result:
        """Run a command on a fresh copy, with `fault` at the call `number`."""
        if self.workspace.exists():
            shutil.rmtree(self.workspace)
        shutil.copytree(self.pristine, self.workspace)
        forget_clone(self.workspace)
        python = script_program("faulty.py", self.env, self.workspace)
        return python(
            *(fault, str(number), "-C", str(self.workspace), *words),
            cwd=self.workspace,
            check=False,
        )

    def again(self, *words: str) -> Result:
        """Run a command on the copy as the crash left it."""
        yoi = yoi_program(self.env, self.workspace)
        return yoi(*words, cwd=self.workspace, check=False)

    @property
    def store(self) -> FileStore:
        return open_store(self.workspace)

    @property
    def claims(self) -> FileClaims:
        return FileClaims(str(self.workspace / ".yoi" / "local" / "claims"))

    def records(self) -> dict[str, int]:
        """How many events of each kind there are, and how many plan records."""
        thread = self.store.thread(self.one)
        assert thread.faults == ()
        kinds = Counter(
            f"claim {event.status}" if event.kind == "claim" else event.kind
            for event in thread.events
        )
        return {**kinds, "plan": len(self.store.plan(self.one))}

    def state(self) -> str:
        return fold(self.store.thread(self.one).events).state


BEFORE = {"create": 1, "state_changed": 2, "plan": 0}
ACCEPTED = {"create": 1, "state_changed": 3, "decision": 1, "claim taken": 1, "plan": 1}


@pytest.fixture
def bench(tmp_path: Path, env: dict[str, str]) -> Bench:
    return Bench(tmp_path, env)


def assert_accepted(bench: Bench) -> None:
    assert bench.records() == ACCEPTED
    assert bench.state() == bench.store.item(bench.one).state == "inprogress"
    [claim] = bench.claims.all().values()
    assert (claim.ticket, claim.holder, claim.generation) == (bench.one, "Ada Example", 1)
    assert not claim.is_released


def test_accepting_killed_at_any_call_is_finished_by_a_second_run_and_nothing_is_written_twice(
    bench: Bench,
) -> None:
    accept = ("route", bench.one, "--accept")
    number, seen = 0, set()
    while (done := bench.run("kill", number := number + 1, *accept)).code != ALL_CALLS_SEEN:
        assert done.code == -9, done
        seen.add(bench.state())
        if bench.state() == "queued":
            assert {**bench.records(), "plan": 0} == BEFORE
            assert bench.claims.all() == {}
        else:
            assert bench.records() == ACCEPTED
        again = bench.again(*accept)
        assert again.code == 0, again
        assert_accepted(bench)
        third = bench.again(*accept)
        assert third.code == 0, third
        assert_accepted(bench)
    assert number > 15
    assert seen == {"queued", "inprogress"}
    assert_accepted(bench)


def test_another_command_after_the_crash_does_not_spoil_the_second_run(bench: Bench) -> None:
    accept, number = ("route", bench.one, "--accept"), 0
    while bench.run("kill", number := number + 3, *accept).code != ALL_CALLS_SEEN:
        comment(bench.store, bench.one, "Looked at in between.")
        assert bench.again(*accept).code == 0
        assert bench.records() == {**ACCEPTED, "comment": 1}


def test_a_full_disk_at_any_call_starts_nothing_or_leaves_what_a_second_run_finishes(
    bench: Bench,
) -> None:
    accept, number = ("route", bench.one, "--accept"), 0
    while (done := bench.run("ENOSPC", number := number + 1, *accept)).code != ALL_CALLS_SEEN:
        assert "internal" not in done.err, done
        if done.code == 0:
            assert bench.state() == "inprogress"
        assert bench.again(*accept).code == 0
        assert_accepted(bench)


def test_claiming_killed_at_any_call_is_finished_by_its_holder(bench: Bench) -> None:
    claim, number = ("claim", bench.one, "--holder", "Bob"), 0
    while bench.run("kill", number := number + 1, *claim).code != ALL_CALLS_SEEN:
        stood = bench.claims.get(bench.one) is not None
        again = bench.again(*claim)
        assert again.code == (4 if stood else 0), again
        assert bench.records() == {**BEFORE, "claim taken": 1}
        held = bench.claims.get(bench.one)
        assert held is not None
        assert (held.holder, held.generation) == ("Bob", 1)
        assert bench.again("claim", bench.one, "--renew", "1").code == 0
    assert number > 10


def test_a_claim_that_a_crash_left_half_made_keeps_nobody_out_and_gives_no_number_twice(
    bench: Bench,
) -> None:
    claim, number, generations = ("claim", bench.one, "--holder", "Bob"), 0, set()
    while bench.run("kill", number := number + 1, *claim).code != ALL_CALLS_SEEN:
        has_event = "claim taken" in bench.records()
        if bench.claims.get(bench.one) is None:
            assert bench.again("claim", bench.one, "--holder", "Eve").code == 0
            held = bench.claims.get(bench.one)
            assert held is not None
            assert held.generation == (2 if has_event else 1)
            generations.add(held.generation)
    assert generations == {1, 2}


def test_releasing_killed_at_any_call_is_finished_by_a_second_run(bench: Bench) -> None:
    claimed = yoi_program(bench.env, bench.pristine)
    claimed("claim", bench.one, "--holder", "Bob", cwd=bench.pristine)
    release, number = ("release", bench.one, "--generation", "1"), 0
    while bench.run("kill", number := number + 1, *release).code != ALL_CALLS_SEEN:
        standing = bench.claims.get(bench.one)
        assert standing is not None
        again = bench.again(*release)
        assert again.code == (4 if standing.is_released else 0), again
        released = bench.claims.get(bench.one)
        assert released is not None
        assert released.is_released
        assert bench.records() == {**BEFORE, "claim taken": 1, "claim released": 1}
    assert number > 10
