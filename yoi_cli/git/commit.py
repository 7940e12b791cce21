"""Committing a few paths and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Sequence


def commit_paths(folder: str, paths: Sequence[str], message: str) -> None:
    """Commit what stands at `paths` (relative to `folder`), whatever else is staged.

    Nothing is committed where nothing changed there. Raises `OperationError` where git
    refuses, in the middle of a merge for instance.
    """
    literal = [f":(literal){path}" for path in paths]
    run_git(["add", "--all", "--", *literal], cwd=folder)
    if run_git(["status", "--porcelain", "--", *literal], cwd=folder).strip():
        run_git(["commit", "--quiet", "--only", "--message", message, "--", *literal], cwd=folder)
