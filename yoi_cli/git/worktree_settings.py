"""The configuration that a linked worktree has of its own, which whoever works there can write
(docs/security.md, "Git inside a worktree")."""

from __future__ import annotations

import os
import re

from yoi_cli.git.command import ask_git
from yoi_cli.git.dot_git import first_line

#: What `yoi` sets there itself, and what changes neither what git reads nor what it runs.
_HARMLESS = re.compile(
    rb"\[core\]|(sparsecheckout|sparsecheckoutcone|bare|hookspath|worktree)\s*=.*", re.IGNORECASE
)
#: Sections by which git runs programs, or takes files for something else than they are.
_SECTIONS = ("core.", "filter.", "diff.", "merge.")
_KEPT = ("core.sparsecheckout", "core.sparsecheckoutcone", "core.bare", "core.worktree")


def clone_settings(git_dir: str, common_dir: str) -> tuple[str, ...]:
    """Options by which git goes by the clone's settings, whatever the worktree with the git folder
    `git_dir` has of its own in `config.worktree`. Raises `OperationError`."""
    path = os.path.join(git_dir, "config.worktree")
    try:
        with open(path, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    if all(_HARMLESS.fullmatch(line.strip()) for line in lines if line.strip()):
        return ()
    asked = ["config", "--file", path, "--includes", "--list", "--name-only", "-z"]
    names = dict.fromkeys(ask_git(asked, cwd=common_dir).text.split("\0"))
    options: list[str] = []
    for name in names:
        if name.startswith(_SECTIONS) and name not in _KEPT:
            known = ask_git(["--git-dir", common_dir, "config", "--get", name], cwd=common_dir)
            value = known.text.removesuffix("\n") if known.code == 0 else ""
            options += ["-c", f"{name}={value}"]
    return tuple(options)


def common_dir_of(git_dir: str) -> str:
    """The git folder of the clone whose linked worktree has the git folder `git_dir`, by where that
    is and not by what its `commondir` says; empty for the clone's own."""
    above, name = os.path.split(os.path.dirname(git_dir))
    return above if name == "worktrees" and first_line(os.path.join(above, "HEAD")) else ""
