"""What a sync asks of the repository around a store, and the index of its checkout."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, is_yes, look_up, run_git
from yoi_cli.git.plain_refs import branch_named
from yoi_cli.store.files.index.stat_data import stat_data
from yoi_cli.store.files.reader import COARSEST_TIME_NS
from yoi_cli.sync.git.trees import first_entries, index_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.configuration import GitConfiguration


def current_branch(cwd: str, git_dir: str, common_dir: str) -> str | None:
    """The branch that is checked out, also one without a commit; None where HEAD is detached."""
    named = branch_named(git_dir, common_dir)
    if named is not None:
        return named
    ref = look_up(["symbolic-ref", "--quiet", "HEAD"], cwd=cwd)
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None


def upstream_of(configuration: GitConfiguration, branch: str) -> tuple[str | None, str | None]:
    """The remote and the branch there that `branch` is configured to follow."""
    remote, merge = (configuration.get(f"branch.{branch}.{key}") for key in ("remote", "merge"))
    name = merge.removeprefix("refs/heads/") if merge.startswith("refs/heads/") else None
    return (remote if remote not in ("", ".") else None), name


def is_branch_name(cwd: str, name: str) -> bool:
    """Whether git would let a branch have this name."""
    if not name or name.startswith("-"):
        return False
    return ask_git(["check-ref-format", f"refs/heads/{name}"], cwd=cwd).code == 0


def is_shallow(common_dir: str) -> bool:
    """Whether the clone lacks a part of the history."""
    return os.path.exists(os.path.join(common_dir, "shallow"))


def has_tracked(cwd: str, folders: Sequence[str], index: str, note: str) -> bool:
    """Whether the index of the checkout, the file at `index`, holds anything below `folders`, from
    its top. At `note` is kept for which index that was last so: git loads a large one for it."""
    told = _told(index, folders)
    if told and told == _read(note):
        return True
    wanted = [f":(top,literal){folder}" for folder in folders]
    is_tracked = bool(run_git(["ls-files", "-z", "--", *wanted], cwd=cwd))
    if is_tracked and told:
        with suppress(OSError):
            os.makedirs(os.path.dirname(note), exist_ok=True)
            with open(note, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(told)
    return is_tracked


def _told(index: str, folders: Sequence[str]) -> str:
    """What tells an index; nothing where it may be another one soon that is told by the same."""
    try:
        status = os.lstat(index)
    except OSError:
        return ""
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    if not last + COARSEST_TIME_NS < time.time_ns():
        return ""
    return "\n".join((" ".join(map(str, stat_data(status))), *folders))


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def is_ignored(cwd: str, path: str) -> bool:
    """Whether git is told to leave `path` alone."""
    asked = ["check-ignore", "--quiet", "--", path]
    return is_yes(asked, ask_git(asked, cwd=cwd))


def bring_index(cwd: str, commit: str, folders: Sequence[str]) -> bool:
    """Let the index of the checkout hold what `commit` has below `folders`, and no other entry
    be touched. False where git's lock on it does not allow that now."""
    wanted = [f":(top,literal){folder}" for folder in folders]
    said = run_git(
        ["diff-index", "--cached", "--ita-visible-in-index", "-z", commit, "--", *wanted], cwd=cwd
    )
    entries = first_entries(said)
    if not entries:
        return True
    stdin = index_lines(entries, len(commit)).encode("utf-8", "surrogateescape")
    return ask_git(["update-index", "-z", "--index-info"], cwd=cwd, stdin=stdin).code == 0
