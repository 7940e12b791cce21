"""A change is seen by a few looks, whoever made it, and what did not change is no change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.api import session_at
from support.process import Program
from support.waiting import wait_until
from support.workspaces import put

from yoi_cli.api import claims, overview, watch

pytestmark = pytest.mark.process


def test_a_command_a_checkout_and_an_editor_are_seen(
    workspace: Path, yoi: Program, git: Program
) -> None:
    one = put(workspace, 1, "ready")
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "A ticket", cwd=workspace)
    watcher = watch.watch(session_at(workspace))
    assert watcher.poll() == frozenset()
    yoi("ticket", "comment", one, "-m", "Said.")
    assert watcher.poll() == {"tickets"}
    git("commit", "--all", "--quiet", "--message", "Said", cwd=workspace)
    assert watcher.poll() == {"tickets"}
    assert watcher.poll() == frozenset()
    item = workspace / ".yoi/tickets" / one / "item.md"
    new = item.with_name("new")
    new.write_text(item.read_text().replace("A ticket", "Another"))
    os.replace(new, item)
    assert wait_until(lambda: "tickets" in watcher.poll()) < 10


def test_claims_workers_and_settings_are_told_apart(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "queued")
    session = session_at(workspace)
    claims.claim(session, one, lease_ms=1)
    watcher = watch.watch(session)
    worker = yoi("worker", "spawn", "--", "true").out.split("\t")[1].strip()
    assert wait_until(lambda: "workers" in watcher.poll()) < 10
    yoi("worker", "wait", worker)
    with (workspace / ".yoi/ticket.config.toml").open("a") as file:
        file.write("\n# Nothing.\n")
    wait_until(lambda: "settings" in watcher.poll())
    claims.claim(session, one)
    assert watcher.poll() >= {"claims"}


def test_to_look_at_everything_changes_nothing(workspace: Path) -> None:
    put(workspace, 1, "ready")
    put(workspace, 2, "inprogress")
    session = session_at(workspace)
    watcher = watch.watch(session)
    overview.overview(session)
    assert watcher.poll() == frozenset()
