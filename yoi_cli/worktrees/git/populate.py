"""Filling a new worktree from its HEAD, without local and secret paths (docs/worktrees.md)."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.checkout import shared_with
from yoi_cli.git.command import found_by
from yoi_cli.git.dot_git import at_once
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.shared_paths import SPARSE_LINES, STORE, is_local_path
from yoi_cli.worktrees.git.hooks_path import share_hooks

if TYPE_CHECKING:
    from yoi_cli.git.command import GitAnswer
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths

_BUSY_SECONDS = 10.0
#: The settings that decide on the files and the hooks of a worktree.
_DECIDING = r"^(core\.(sparsecheckout|bare|hookspath)|extensions\.worktreeconfig)$"
#: How an index begins in which a path is found by looking for it, and what looks for the store's.
_WHOLE_PATHS = (b"DIRC\0\0\0\x02", b"DIRC\0\0\0\x03")
_OF_STORE = re.compile(rb"%b/[^\0]+" % re.escape(STORE.encode()))


class TreeSettings(NamedTuple):
    """What a configuration says of a worktree: whether its checkout is sparse, whether the
    repository is bare, whether each worktree has settings of its own; and `core.hooksPath`."""

    is_sparse: bool
    is_bare: bool
    are_apart: bool
    hooks: str


def populate(repository: RepositoryPaths, tree: WorktreePaths) -> None:
    """Fill a worktree with what its HEAD has, but for what is local, and prove that; and have git
    run the clone's hooks there."""
    wait_for_index(tree)
    settings = _settings(tree)
    lines = [*_own_lines(tree, is_sparse=settings.is_sparse), *SPARSE_LINES]
    text = "".join(f"{line}\n" for line in lines)
    if settings.is_bare:  # the settings of a bare repository no worktree has apart
        _make_sparse(tree, text)
    elif settings.are_apart and _is_untouched(repository, tree):
        _write_sparse(tree, text)
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
    share_hooks(repository, tree, settings.hooks)


def _settings(tree: WorktreePaths) -> TreeSettings:
    asked = ["config", "-z", "--get-regexp", _DECIDING]
    # With `runs_hooks`, or the setting by which we keep hooks from running would answer.
    printed = found_by(asked, tree.ask(asked, runs_hooks=True))
    pairs = (entry.partition("\n") for entry in printed.split("\0"))
    last = {name: value if is_given else "true" for name, is_given, value in pairs}
    return TreeSettings(
        is_sparse=_is_on(last.get("core.sparsecheckout", "")),
        is_bare=_is_on(last.get("core.bare", "")),
        are_apart=_is_on(last.get("extensions.worktreeconfig", "")),
        hooks=last.get("core.hookspath", ""),
    )


def _is_on(value: str) -> bool:
    """Whether git takes a value for true; what it does not understand, it refuses to go on with."""
    return value.lower() in ("true", "yes", "on") or (value.isdecimal() and int(value) != 0)


def _is_untouched(repository: RepositoryPaths, tree: WorktreePaths) -> bool:
    """Whether the clone says that worktrees have settings apart, and this one has none yet; where
    others than the owner may write, git gives its files the mode for that."""
    is_own = not os.path.lexists(tree.own("config.worktree"))
    return is_own and not shared_with(repository.common_dir)


def _write_sparse(tree: WorktreePaths, lines: str) -> None:
    """Write what `git sparse-checkout set` does in a worktree with settings of its own."""
    _write_lines(tree, lines)
    begun = tree.own("config.worktree.yoi")
    with open(begun, "w", encoding="utf-8") as file:
        file.write("[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = false\n")
    os.rename(begun, tree.own("config.worktree"))


def _make_sparse(tree: WorktreePaths, lines: str) -> None:
    """As `git sparse-checkout set` does, but for all worktrees of a bare repository, of which
    those without such a file are whole. Git's way moves `core.bare` to where linked worktrees
    do not see it, and takes the branch of the repository's HEAD for checked out ever after."""
    _write_lines(tree, lines)
    for name, value in (("core.sparseCheckout", "true"), ("core.sparseCheckoutCone", "false")):
        _check(tree, tree.ask(["config", name, value]))


def _write_lines(tree: WorktreePaths, lines: str) -> None:
    path = tree.own("info/sparse-checkout")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(lines)


def local_files(tree: WorktreePaths) -> tuple[str, ...]:
    """Committed files of the store that stand in a worktree and should not."""
    if _has_none_by_index(tree):
        return ()
    listed = tree.run(["ls-files", "-t", "-z", "--", f":(top,glob)**/{STORE}/**"])
    return tuple(
        line[2:]
        for line in listed.split("\0")
        if is_local_path(line[2:])
        and (line[0] != "S" or os.path.lexists(os.path.join(tree.path, line[2:])))
    )


def _has_none_by_index(tree: WorktreePaths) -> bool:
    """Whether the index plainly names no such file, wherever that would stand: git need not be
    asked then. Versions 2 and 3 have every path whole (gitformat-index(5)), unless they are split.
    """
    try:
        with open(tree.own("index"), "rb", opener=at_once) as file:
            data = file.read()
        is_split = any(name.startswith("sharedindex.") for name in os.listdir(tree.git_dir))
    except OSError:
        return False
    if data[:8] not in _WHOLE_PATHS or is_split:
        return False
    return not any(is_local_path(os.fsdecode(path)) for path in _OF_STORE.findall(data))


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
