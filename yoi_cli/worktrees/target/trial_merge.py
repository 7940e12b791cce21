"""Merging a commit where nobody works: in a worktree of its own (docs/orchestrate.md)."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, OperationError, UsageError
from yoi_cli.git.plain_refs import head_of
from yoi_cli.worktrees.git.creation import create_detached
from yoi_cli.worktrees.git.listing import tree_at
from yoi_cli.worktrees.git.marks import CHECK_PREFIX, TRY_PREFIX
from yoi_cli.worktrees.ports import MergeTry

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: What a clone's settings may not change about a merge that nobody watches.
_PLAIN = (
    "-c",
    "merge.autoStash=false",
    "-c",
    "rerere.enabled=false",
    "-c",
    "submodule.recurse=false",
)
#: How long a merge may say nothing, in seconds: one of many files, and what signs it, or a hook.
_PATIENCE = 600.0
_NOBODY = ("-c", "user.name=yoi", "-c", "user.email=yoi@localhost")


def try_path(repository: RepositoryPaths, name: str) -> str:
    """Where the worktree of a try stands, relative to the repository.

    Raises `UsageError` for what is no plain name.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise UsageError(
            "name_invalid",
            f"{name[:80]!r} is no name for a merge.",
            hint="Use letters, digits, dots, dashes and underscores.",
        )
    prefix = "" if name.startswith(CHECK_PREFIX) else TRY_PREFIX
    return f"{repository.folder}/{prefix}{name}"


def merge(
    repository: RepositoryPaths,
    target: str,
    commit: str,
    message: str,
    name: str,
    *,
    runs_hooks: bool,
) -> MergeTry:
    """Merge `commit` into the head of `target` in a new worktree; no branch moves."""
    head = repository.branch_commit(target)
    if head is None:
        raise _missing("branch_not_found", f"There is no branch {target[:80]!r}.", target)
    merged = repository.commit_of(commit)
    if merged is None:
        raise _missing("revision_not_found", f"There is no commit {commit[:80]!r}.", commit)
    tree = check_out(repository, head, name)
    done = False
    try:
        tried = _merge_in(tree, merged, message, runs_hooks=runs_hooks)
        done = tried.commit is not None
        return tried
    finally:
        if not done:
            drop(repository, name)


def check_out(repository: RepositoryPaths, commit: str, name: str) -> WorktreePaths:
    """A new worktree called `name` with `commit` in it, and no branch."""
    drop(repository, name)
    with repository.locked():
        return create_detached(repository, try_path(repository, name), commit)


def _merge_in(tree: WorktreePaths, commit: str, message: str, *, runs_hooks: bool) -> MergeTry:
    asked = ["merge", "--no-ff", "--no-edit", "--quiet", "--no-stat", "-m", message, commit]
    answer = tree.ask([*_PLAIN, *asked], runs_hooks=runs_hooks, patience=_PATIENCE)
    if answer.code and tree.ask(["var", "GIT_COMMITTER_IDENT"]).code:  # git asks that before all
        nobodys = [*_PLAIN, *_NOBODY, *asked]
        answer = tree.ask(nobodys, runs_hooks=runs_hooks, patience=_PATIENCE)
    if answer.code == 0:
        head = head_of(tree.git_dir)
        made = head[1] if head is not None else ""
        return MergeTry(tree.path, made or tree.run(["rev-parse", "HEAD"]).strip())
    listed = tree.run(["diff", "--name-only", "--diff-filter=U", "--no-ext-diff", "-z"])
    conflicts = tuple(sorted({path for path in listed.split("\0") if path}))
    if conflicts:
        return MergeTry(tree.path, None, conflicts)
    raise OperationError(
        "merge_failed",
        f"git could not merge {commit[:12]}: {answer.said or answer.text.strip()}.",
        hint="No branch has moved. Try the same merge by hand to see more.",
        details={"commit": commit},
    )


def drop(repository: RepositoryPaths, name: str) -> None:
    """Remove the worktree of a try, in whatever state it is; it holds nobody's work.

    A folder of that name that git knows no worktree for is not ours, and stays.
    """
    path = os.path.join(repository.root, try_path(repository, name))
    remove = ["worktree", "remove", "--force", "--force", path]
    with repository.locked():
        if tree_at(repository, path) is None:
            return
        if repository.ask(remove).code:  # something still writes there, or its link is gone
            shutil.rmtree(path, ignore_errors=True)
            repository.run(remove)


def _missing(code: str, message: str, revision: str) -> NotFoundError:
    return NotFoundError(
        code,
        message,
        hint="`git branch --all` lists the branches of this clone.",
        details={"revision": revision},
    )
