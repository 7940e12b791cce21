"""In a repository that git refuses, every command says what git says, and runs nothing of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.layouts import Layout, make_layout
from support.process import Program

COMMANDS = (
    *("where", "doctor", "doctor --fix", "init", "route", "route --at HEAD", "next", "claims"),
    *("gate", "gate --commits HEAD~1..HEAD", "replay", "sync", "resolve", "profile check s"),
    *("ticket list", "ticket show {}", "ticket comment {} -m x", "ticket create -t x -m y"),
    *("ticket doctor", "ticket export", "ticket log", "worktree list", "worktree add {}"),
    *("worktree show {}", "worktree prune", "worktree doctor", "worktree remove {} --force"),
    *("orchestrate", "orchestrate --dry-run", "worker list", "worker spawn -- true"),
    *("hook status", "hook install", "hook run post-commit", "objective list", "plan list {}"),
)
SETTINGS = (
    *("filter.x.clean", "filter.x.smudge", "core.fsmonitor", "core.sshCommand", "diff.external"),
    *("diff.x.textconv", "alias.status", "core.pager", "gpg.program"),
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_users_repository_runs_nothing(yoi: Program, git: Program, tmp_path: Path) -> None:
    layout = make_layout("plain", yoi, git, tmp_path / "base")
    ticket = _with_traps(layout, tmp_path / "witness")
    for above, _, files in os.walk(layout.top):
        for path in (above, *(os.path.join(above, file) for file in files)):
            os.lchown(path, 65534, 65534)
    linked = next((layout.top / ".worktree").iterdir())
    tried = [(command, layout.top) for command in COMMANDS]
    tried += [("ticket list", linked), ("--here ticket list", linked)]
    for command, folder in tried:
        told = yoi(*command.format(ticket).split(), cwd=folder, check=False)
        assert (told.code, "dubious ownership" in told.out + told.err) == (1, True), command
        assert not (tmp_path / "witness").exists(), command


def _with_traps(layout: Layout, witness: Path) -> str:
    """A ticket with a worktree, in a clone whose settings run programs."""
    (layout.top / ".gitattributes").write_text("* filter=x diff=x\n", encoding="utf-8")
    with (layout.workspace / ".yoi/ticket.config.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[profiles.s]\ncommand = ["touch", "{witness}"]\n')
    ticket = layout.ticket()
    layout.commit_store()
    layout.yoi("worktree", "add", ticket, cwd=layout.workspace)
    for name in SETTINGS:
        layout.git("config", name, f"touch {witness}; cat", cwd=layout.top)
    hook = layout.top / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {witness}\n", encoding="utf-8")
    hook.chmod(0o755)
    for file_ in layout.top.glob("**/README.md"):
        file_.write_text("changed\n", encoding="utf-8")
    return ticket
