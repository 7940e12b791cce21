"""A clone that git shares among users (docs/worktrees.md, "What is local")."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.checkout import shared_with

VALUES = {
    "group": 0o070,
    "true": 0o070,
    "1": 0o070,
    "all": 0o075,
    "world": 0o075,
    "2": 0o075,
    "0660": 0o070,
    "0640": 0o050,
    "umask": 0,
    "false": 0,
    "0": 0,
}


@pytest.mark.parametrize(("value", "bits"), VALUES.items())
def test_what_git_gives_to_others_is_read_from_the_configuration(
    tmp_path: Path, value: str, bits: int
) -> None:
    text = f"[core]\n\tbare = false\n\tsharedRepository = {value}\n"
    (tmp_path / "config").write_text(text, encoding="utf-8")
    assert shared_with(str(tmp_path)) == bits


@pytest.mark.parametrize(("value", "bits"), [("group", 0o020), ("", 0)])
def test_what_yoi_makes_in_a_shared_clone_is_the_groups_as_well(
    yoi: Program, git: Program, repo: Path, value: str, bits: int
) -> None:
    workspace = repo
    if value:
        git("config", "core.sharedRepository", value, cwd=workspace)
    before = os.umask(0o022)
    try:
        yoi("init", cwd=workspace)
        ticket = yoi("ticket", "create", "-t", "x", "--acceptance", "y", cwd=workspace).out.split()[
            1
        ]
        for state in ("ready", "queued"):
            yoi("ticket", "state", ticket, state, cwd=workspace)
        yoi("claim", ticket, cwd=workspace)
        yoi("worktree", "add", ticket, cwd=workspace)
        yoi("worker", "spawn", "--ticket", ticket, "--", "true", cwd=workspace)
    finally:
        os.umask(before)
    local = workspace / ".git/yoi"
    files = workspace / ".yoi/tickets" / ticket
    names = ("", "claims", f"claims/{ticket}.json", "workers", "store.lock", "store.next.lock")
    store = [workspace / ".yoi", files.parent, *(workspace / ".yoi").glob("*.toml")]
    made = [
        *store,
        *(local / name for name in names),
        local / "worktrees.lock",
        files,
        *files.iterdir(),
    ]
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) & 0o020 == bits, path
    for worker in (local / "workers").glob("w-*"):
        assert stat.S_IMODE(worker.stat().st_mode) & 0o077 == 0


def test_a_store_in_the_repositorys_own_folder_is_refused_however_that_is_called(
    yoi: Program, git: Program, tmp_path: Path
) -> None:
    top = tmp_path / "top"
    top.mkdir()
    git("init", "--quiet", "--separate-git-dir", str(top / "kept"), cwd=top)
    yoi("init", cwd=top)
    config = top / ".yoi/ticket.config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(".yoi/tickets", "kept/tickets"), encoding="utf-8")
    told = yoi("ticket", "list", cwd=top, check=False)
    assert (told.code, "git's own folder" in told.err) == (6, True)
