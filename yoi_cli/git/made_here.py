"""Whether a file, as HEAD has it or as it stands, came from somebody else (docs/trust.md).

A commit was made here where the reflog of the checkout's HEAD calls it one. What a merge, a pull, a
rebase, a cherry-pick or a checkout brought was not; nor was what a worker committed in a worktree.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, run_git
from yoi_cli.model.trust import SettingsOrigin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.git.checkout import Checkout

_MADE = ("commit: ", "commit (initial): ")
_AMENDED = "commit (amend): "
_MOST_VERSIONS = 200
#: What stands in a checkout's git folder while git brings in what others committed.
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


def origin_of(checkout: Checkout, path: str) -> SettingsOrigin | None:
    """The newest commit that changed `path` (from the top of the checkout), None without one."""
    asked = ["log", "-1", "--format=%H%x00%an%x00%cs%x00%s", "HEAD", "--", f":(top,literal){path}"]
    answer = ask_git(asked, cwd=checkout.root)
    words = answer.text.rstrip("\n").split("\0")
    if answer.code or len(words) != 4:
        return None
    commit, author, date, subject = words
    return SettingsOrigin(commit, author, date, subject, commit in _made_here(checkout))


def brings_others(checkout: Checkout) -> bool:
    """Whether git is in the middle of a merge, a rebase or a cherry-pick."""
    return any(os.path.lexists(os.path.join(checkout.git_dir, name)) for name in _UNDER_WAY)


def versions_from_elsewhere(checkout: Checkout, path: str) -> Iterator[bytes]:
    """The file at `path` as commits have it, of any branch, that changed it and were not made
    here; the newest `_MOST_VERSIONS` of them."""
    asked = ["log", "--all", "--format=%H", f"--max-count={_MOST_VERSIONS}", "--"]
    made = _made_here(checkout)
    for commit in run_git([*asked, f":(top,literal){path}"], cwd=checkout.root).split():
        if commit not in made:
            answer = ask_git(["cat-file", "blob", f"{commit}:{path}"], cwd=checkout.root)
            if answer.code == 0:
                yield answer.out


def newest_versions(checkout: Checkout, path: str) -> Iterator[tuple[bytes, bytes | None]]:
    """The file at `path` as the commits of HEAD that changed it have it, the newest first, and
    what stood there before, for a commit that was not made here (else None); the newest
    `_MOST_VERSIONS` of them."""
    asked = ["log", "--format=%H", f"--max-count={_MOST_VERSIONS}", "HEAD", "--"]
    made = _made_here(checkout)
    for commit in ask_git([*asked, f":(top,literal){path}"], cwd=checkout.root).text.split():
        before = None if commit in made else _blob(checkout, f"{commit}^", path)
        yield _blob(checkout, commit, path), before


def _blob(checkout: Checkout, commit: str, path: str) -> bytes:
    """The file at `path` in a commit, empty where there is none."""
    answer = ask_git(["cat-file", "blob", f"{commit}:{path}"], cwd=checkout.root)
    return answer.out if answer.code == 0 else b""


def _made_here(checkout: Checkout) -> frozenset[str]:
    """The commits that were made in this checkout, as far as its reflog goes back.

    An amended one counts where what it amends does: else it may hold what somebody else wrote.
    """
    made: set[str] = set()
    before = ""
    for commit, action in _reflog(checkout):
        if action.startswith(_MADE) or (action.startswith(_AMENDED) and before in made):
            made.add(commit)
        before = commit
    return frozenset(made)


def _reflog(checkout: Checkout) -> Iterator[tuple[str, str]]:
    """(commit, what was done), the oldest first; nothing where no reflog is kept."""
    answer = ask_git(["reflog", "show", "--format=%H%x00%gs", "HEAD"], cwd=checkout.root)
    for line in reversed(answer.text.splitlines() if answer.code == 0 else []):
        commit, _, action = line.partition("\0")
        yield commit, action
