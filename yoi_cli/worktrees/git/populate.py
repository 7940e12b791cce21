"""Filling a new worktree from its HEAD, without local and secret paths (docs/worktrees.md)."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.store.files.shared_paths import SPARSE_LINES, STORE, is_local_path

if TYPE_CHECKING:
    from yoi_cli.git.command import GitAnswer
    from yoi_cli.git.repository import WorktreePaths

_BUSY_SECONDS = 10.0


def populate(tree: WorktreePaths) -> None:
    """Fill a worktree with what its HEAD has, but for what is local, and prove that."""
    wait_for_index(tree)
    settings = _settings(tree)
    lines = [*_own_lines(tree, is_sparse="core.sparsecheckout" in settings), *SPARSE_LINES]
    text = "".join(f"{line}\n" for line in lines)
    if "core.bare" in settings:  # the settings of a bare repository no worktree has apart
        _make_sparse(tree, text)
    else:
        asked = ["sparse-checkout", "set", "--no-cone", "--stdin"]
        _check(tree, tree.ask(asked, stdin=text.encode()))
    _check(tree, tree.ask(["reset", "--hard", "--quiet"]))
    found = local_files(tree)
    if found:
        raise OperationError(
            "worktree_not_sparse",
            f"The worktree {tree.path} holds what is local or secret: {', '.join(found[:5])}.",
            hint="Look at `git sparse-checkout list` in it; those files should not be committed.",
            details={"path": tree.path, "files": list(found)},
        )


def _settings(tree: WorktreePaths) -> frozenset[str]:
    """Which of the settings that decide on the files of a worktree are on."""
    asked = ["config", "--type=bool", "-z", "--get-regexp", r"^core\.(sparsecheckout|bare)$"]
    pairs = (entry.partition("\n") for entry in tree.find(asked).split("\0"))
    last = {name: value for name, _, value in pairs}
    return frozenset(name for name, value in last.items() if value == "true")


def _make_sparse(tree: WorktreePaths, lines: str) -> None:
    """As `git sparse-checkout set` does, but for all worktrees of a bare repository, of which
    those without such a file are whole. Git's way moves `core.bare` to where linked worktrees
    do not see it, and takes the branch of the repository's HEAD for checked out ever after."""
    path = tree.own("info/sparse-checkout")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(lines)
    for name, value in (("core.sparseCheckout", "true"), ("core.sparseCheckoutCone", "false")):
        _check(tree, tree.ask(["config", name, value]))


def local_files(tree: WorktreePaths) -> tuple[str, ...]:
    """Committed files of the store that stand in a worktree and should not."""
    listed = tree.run(["ls-files", "-t", "-z", "--", f":(top,glob)**/{STORE}/**"])
    return tuple(
        line[2:]
        for line in listed.split("\0")
        if is_local_path(line[2:])
        and (line[0] != "S" or os.path.lexists(os.path.join(tree.path, line[2:])))
    )


def wait_for_index(tree: WorktreePaths) -> None:
    """Let a git that outlived its `yoi` end; a lock that stays was left by one that died."""
    lock = tree.own("index.lock")
    end = time.monotonic() + _BUSY_SECONDS
    while os.path.exists(lock) and time.monotonic() < end:
        time.sleep(0.05)
    with suppress(FileNotFoundError):
        os.unlink(lock)


def _own_lines(tree: WorktreePaths, *, is_sparse: bool) -> list[str]:
    """What the new worktree would hold without us: everything, or what the clone's own
    sparse checkout says, which git copies."""
    if is_sparse:
        with suppress(OSError), open(tree.own("info/sparse-checkout"), encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if line not in SPARSE_LINES]
            return lines or ["/*"]
    return ["/*"]


def _check(tree: WorktreePaths, answer: GitAnswer) -> None:
    if answer.code:
        raise failed(tree.path, answer.said)


def failed(path: str, why: str) -> OperationError:
    """The error for a worktree that was not made."""
    return OperationError(
        "worktree_failed",
        f"No worktree was made at {path}: {why or 'git said nothing'}.",
        hint="Mend what git says, then try again.",
        details={"path": path},
    )
