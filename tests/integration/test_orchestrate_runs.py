"""Runs of `yoi orchestrate`: ended, beside each other, taken up again, and with nothing to do."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from support.orchestration import GOOD, Shop
from support.workers import wait_until

from yoi_cli.workers.local.runtime import FileRuntime

pytestmark = pytest.mark.slow


def orchestrating(shop: Shop, *arguments: str) -> subprocess.Popen[bytes]:
    """`yoi orchestrate`, going on beside the test."""
    command = [sys.executable, "-P", "-m", "yoi_cli", "orchestrate", *arguments]
    return subprocess.Popen(
        command,
        cwd=shop.repo,
        env=dict(shop.yoi.env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_dry_run_and_a_run_with_nothing_to_do_write_nothing(shop: Shop) -> None:
    assert shop.run("--json").json["outcomes"] == []
    ticket = shop.queue()
    before = shop.thread(ticket)
    plan = shop.run("--dry-run", "--json").json["plan"]
    assert plan == [
        {"ticket": ticket, "title": "A piece of work", "step": "queued", "obstacles": []}
    ]
    assert shop.thread(ticket) == before
    assert not (shop.repo / ".git/yoi/workers").exists()


def test_a_run_that_is_ended_leaves_its_worker_at_work_and_the_next_goes_on(shop: Shop) -> None:
    shop.script("coder", f"while [ ! -f {shop.agents}/go ]; do sleep 0.05; done\n{GOOD}")
    ticket = shop.queue()
    run = orchestrating(shop)
    wait_until(lambda: len(shop.ran()) == 1)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "goes on without this run" in said.decode()
    (shop.agents / "go").touch()
    shop.run()
    assert shop.state(ticket) == "closed"
    assert shop.ran() == [f"{ticket} coder 1", f"{ticket} reviewer 1"]


def test_a_ticket_that_is_taken_back_loses_its_worker_and_keeps_its_work(shop: Shop) -> None:
    shop.script("coder", f"{GOOD}\nsleep 60")
    ticket = shop.queue()
    run = orchestrating(shop)
    wait_until(lambda: f"{ticket}.txt" in _names(shop, ticket))
    shop.yoi("ticket", "state", ticket, "planning", "--reason", "Not now.")
    assert run.wait(timeout=30) == 0
    run.communicate()
    workers = FileRuntime(str(shop.repo / ".git/yoi/workers"), {}).all()
    assert [(one.state, one.cause) for one in workers] == [("killed", "stopped")]
    assert shop.worktree(ticket).is_dir()


def test_a_ticket_that_is_closed_under_its_coder_leaves_none_at_work(shop: Shop) -> None:
    shop.script("coder", f"{GOOD}\nsleep 60")
    ticket = shop.queue()
    run = orchestrating(shop)
    wait_until(lambda: f"{ticket}.txt" in _names(shop, ticket))
    shop.yoi("ticket", "close", ticket, "--force", "-m", "Not wanted any more.")
    assert run.wait(timeout=30) == 0
    run.communicate()
    workers = FileRuntime(str(shop.repo / ".git/yoi/workers"), {}).all()
    assert [(one.state, one.cause) for one in workers] == [("killed", "stopped")]


def _names(shop: Shop, ticket: str) -> set[str]:
    trees = list((shop.repo / ".worktree").glob(f"{ticket}*"))
    return {path.name for tree in trees for path in tree.iterdir()}


def test_two_orchestrators_handle_each_ticket_once(shop: Shop) -> None:
    tickets = [shop.queue(f"Ticket {n}") for n in range(4)]
    runs = [orchestrating(shop, "--max", "3") for _ in range(2)]
    for run in runs:
        _, said = run.communicate(timeout=100)
        assert run.returncode == 0, said.decode()
    for ticket in tickets:
        assert shop.state(ticket) == "closed"
        lines = [line.split()[1:] for line in shop.ran() if line.startswith(ticket)]
        assert lines == [["coder", "1"], ["reviewer", "1"]]
    assert len(shop.merges()) == 4


def test_a_run_that_stays_takes_up_what_is_queued_later(shop: Shop) -> None:
    run = orchestrating(shop, "--watch")
    ticket = shop.queue()
    wait_until(lambda: shop.state(ticket) == "closed")
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == 0


def test_a_ticket_that_is_given_up_after_its_run_was_killed_loses_its_worker_to_the_next(
    shop: Shop,
) -> None:
    shop.script("coder", f"{GOOD}\nsleep 60")
    ticket = shop.queue()
    run = orchestrating(shop)
    wait_until(lambda: f"{ticket}.txt" in _names(shop, ticket))
    run.kill()
    run.communicate()
    by_hand = shop.yoi("worker", "spawn", "--ticket", ticket, "--json", "--", "sleep", "60")
    shop.yoi("ticket", "state", ticket, "planning", "--reason", "Not now.")
    told = shop.run().out
    workers = FileRuntime(str(shop.repo / ".git/yoi/workers"), {})
    try:
        states = {one.role: one.state for one in workers.all()}
        assert states == {"coder": "killed", None: "running"}, "only an orchestrator's is ended"
        assert "the ticket was taken back meanwhile" in told
        assert shop.worktree(ticket).is_dir()
    finally:
        workers.stop(str(by_hand.json["worker_id"]))


def test_a_worker_whose_ticket_is_still_in_hand_is_not_ended(shop: Shop) -> None:
    shop.script("coder", f"while [ ! -f {shop.agents}/go ]; do sleep 0.05; done\n{GOOD}")
    ticket = shop.queue()
    run = orchestrating(shop)
    wait_until(lambda: len(shop.ran()) == 1)
    other = shop.queue("Another")
    shop.script("coder", GOOD, other)
    shop.run(other)
    (shop.agents / "go").touch()
    run.communicate()
    assert (shop.state(ticket), shop.state(other)) == ("closed", "closed")


def test_a_target_that_is_configured_anew_is_told_for_what_was_begun(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    shop.git("branch", "release")
    shop.configure('review = "person"\ntarget = "release"')
    said = "It was begun for `main` and is merged there; the target is `release` now."
    plan = shop.run("--dry-run", "--json").json["plan"]
    assert plan[0]["obstacles"] == [{"code": "target_changed", "message": said}]
    assert said in shop.run(code=5).out
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
    shop.run()
    assert len(shop.merges()) == 1
