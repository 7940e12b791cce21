"""Keeping what a removal would lose under `refs/yoi/rescue/` (docs/worktrees.md)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import git_failed
from yoi_cli.git.plain_refs import has_no_own_refs
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.worktrees.git.uncommitted import SYNCED, UncommittedTrees, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.git.uncommitted import IndexCopy

RESCUE = "refs/yoi/rescue/"
_IDENTITY = {
    "GIT_AUTHOR_NAME": "yoi",
    "GIT_AUTHOR_EMAIL": "yoi@localhost",
    "GIT_COMMITTER_NAME": "yoi",
    "GIT_COMMITTER_EMAIL": "yoi@localhost",
}
#: Files of a worktree's git folder that name a commit which nothing else may name.
_LOOSE_HEADS = (
    "MERGE_HEAD",
    "MERGE_AUTOSTASH",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "rebase-merge/autostash",
    "rebase-merge/orig-head",
    "rebase-apply/autostash",
    "rebase-apply/orig-head",
)


#: How often files may change under the eyes of a rescue before it gives up.
_LOOKS = 5


class Rescue(NamedTuple):
    """What is to be kept: commits by the word that their ref ends in (empty for the
    worktree's own), and whether its files are not committed."""

    commits: Mapping[str, str]
    is_dirty: bool


def loose_heads(tree: WorktreePaths) -> Mapping[str, str]:
    """Commits that only the worktree's git folder names, by a word for each."""
    found: dict[str, str] = {}
    for name in _LOOSE_HEADS:
        try:
            with open(tree.own(name), encoding="ascii", errors="replace") as file:
                words = file.read(1 << 16).split()
        except OSError:
            continue
        for number, word in enumerate(words):
            key = name.replace("/", "-").replace("_", "-").lower()
            if all(char in "0123456789abcdef" for char in word):
                found[f"{key}-{number}" if number else key] = word
    if has_no_own_refs(tree.git_dir):
        return found
    own = ["for-each-ref", "--format=%(objectname) %(refname:lstrip=1)"]
    for line in tree.run([*own, "refs/worktree", "refs/bisect", "refs/rewritten"]).splitlines():
        commit, _, name = line.partition(" ")
        found[name.replace("/", "-")] = commit
    return found


def rescue(
    repository: RepositoryPaths, scratch: IndexCopy, ticket: str, wanted: Rescue
) -> tuple[str, ...]:
    """Keep `wanted` under refs of the ticket, and give their names.

    The files are kept as they stand when two looks at them in a row agree. Raises
    `OperationError`; then no ref was made that lacks what it stands for.
    """
    commits = dict(wanted.commits)
    if wanted.is_dirty:
        commits[""] = _commit_files(scratch, commits.get(""))
    stem = _free_stem(repository, ticket)
    refs: list[str] = []
    for word, commit in commits.items():
        ref = f"{stem}-{word}" if word else stem
        repository.run([*SYNCED, "update-ref", "-m", "yoi worktree remove", ref, commit, ""])
        refs.append(ref)
    return tuple(refs)


def _commit_files(scratch: IndexCopy, head: str | None) -> str:
    """A commit of everything that is not committed; as in a stash, the index is its second
    parent where it differs from HEAD."""
    kept = keep(scratch)
    for _ in range(_LOOKS):
        again = keep(scratch)
        if again.files == kept.files:
            break
        kept = UncommittedTrees(kept.staged, again.files)
    else:
        raise _still_written(scratch.tree.path)
    parents = [head] if head else []
    if kept.staged is not None:
        parents.append(_commit_tree(scratch, kept.staged, parents, "The index"))
    return _commit_tree(scratch, kept.files, parents, "Everything that was not committed")


def _commit_tree(scratch: IndexCopy, tree: str, parents: list[str], what: str) -> str:
    folder = os.path.basename(scratch.tree.path)
    message = f"{what} in the worktree {folder}\n\nKept by `yoi worktree remove --force`.\n"
    options = [word for parent in parents for word in ("-p", parent)]
    arguments = [*SYNCED, "commit-tree", *options, tree]
    stdin = message.encode("utf-8", "replace")
    answer = scratch.tree.ask(arguments, stdin=stdin, variables=_IDENTITY)
    if answer.code:
        raise git_failed(arguments, answer)
    return answer.text.strip()


def _free_stem(repository: RepositoryPaths, ticket: str) -> str:
    """`refs/yoi/rescue/<id>/<time>`, counted on where that is taken."""
    stem = f"{RESCUE}{ticket}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    taken = set(
        repository.run(["for-each-ref", "--format=%(refname)", f"{RESCUE}{ticket}/"]).splitlines()
    )
    number, free = 1, stem
    while any(ref == free or ref.startswith(f"{free}-") for ref in taken):
        number += 1
        free = f"{stem}.{number}"
    return free


def _still_written(path: str) -> OperationError:
    return OperationError(
        "rescue_failed",
        f"The files in {path} change while they are being kept.",
        hint="End what writes there, then try again; nothing was removed.",
        details={"path": path},
    )
