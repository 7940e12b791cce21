"""Repositories that are made once and copied for every test: making one takes many processes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from support.process import Program, git_program, yoi_program


def make_repository(folder: Path, env: Mapping[str, str]) -> Path:
    """Make the new `folder` a git repository with one commit, on branch main; the folder."""
    folder.mkdir()
    git = git_program(env, folder)
    git("init", "--quiet")
    (folder / "README.md").write_text("# A project\n", encoding="utf-8")
    git("add", "README.md")
    git("commit", "--quiet", "--message", "Begin")
    return folder


def make_workspace(repository: Path, folder: Path, env: Mapping[str, str]) -> Path:
    """Run the real `yoi init` in a copy of `repository`; the copy, which holds what it wrote.

    What was there before, and git's index, which knows the copy's inodes, is taken out of it.
    """
    copy_repository(repository, git_program(env, folder), folder)
    yoi_program(env, folder)("init")
    for path in [*folder.rglob("*")]:
        if path.is_file():
            before = repository / path.relative_to(folder)
            is_old = before.exists() and before.read_bytes() == path.read_bytes()
            if is_old or path == folder / ".git/index":
                path.unlink()
    return folder


def forget_clone(folder: Path) -> None:
    """Let what was copied to `folder` be taken for what had always been there."""
    for place in (".git/yoi", ".yoi/local"):
        (folder / place / "clone").unlink(missing_ok=True)


def copy_repository(template: Path, git: Program, folder: Path) -> Path:
    """Copy a repository, which must not know where it stands; the new folder."""
    shutil.copytree(template, folder, symlinks=True)
    # The copies are new inodes: without this, git would call every file changed by stat.
    git("update-index", "-q", "--refresh", cwd=folder)
    return folder
