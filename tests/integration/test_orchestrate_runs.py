"""Runs of `yoi orchestrate`: ended, beside each other, taken up again, and with nothing to do."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from support.orchestration import GOOD, Shop
from support.workers import wait_until

from yoi_cli.workers.local.runtime import FileRuntime


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


def _names(shop: Shop, ticket: str) -> set[str]:
    trees = list((shop.repo / ".worktree").glob(f"{ticket}*"))
    return {path.name for tree in trees for path in tree.iterdir()}


@pytest.mark.slow
def test_two_orchestrators_handle_each_ticket_once(shop: Shop) -> None:
    tickets = [shop.queue(f"Ticket {n}") for n in range(6)]
    runs = [orchestrating(shop, "--max", "3") for _ in range(2)]
    for run in runs:
        _, said = run.communicate(timeout=100)
        assert run.returncode == 0, said.decode()
    for ticket in tickets:
        assert shop.state(ticket) == "closed"
        lines = [line.split()[1:] for line in shop.ran() if line.startswith(ticket)]
        assert lines == [["coder", "1"], ["reviewer", "1"]]
    assert len(shop.merges()) == 6


def test_a_run_that_stays_takes_up_what_is_queued_later(shop: Shop) -> None:
    run = orchestrating(shop, "--watch")
    ticket = shop.queue()
    wait_until(lambda: shop.state(ticket) == "closed")
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == 0
