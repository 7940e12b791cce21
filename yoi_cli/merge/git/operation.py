"""What git is in the middle of: a merge, rebase, cherry-pick, revert, or a stash coming back."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.merge.ports import Sides

#: What `git merge` sets for its strategies, before it writes MERGE_HEAD.
_GITHEAD = re.compile(r"GITHEAD_([0-9a-f]{40,64})")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_THREAD = "thread.md"


class MergingThreads:
    """The threads beside a file on both sides of a merge.

    Git tells a driver three files and no commits. `git merge` leaves the other commit in the
    environment, a rebase and a series of picks in its list of what is to do; where the file
    of such a commit is the very one that git handed over, the thread beside it is the one
    that is meant.
    """

    def __init__(self, checkout: Checkout, environment: Mapping[str, str]) -> None:
        self._checkout = checkout
        self._environment = environment

    def beside(self, path: str, sides: Sides) -> tuple[bytes, bytes] | None:
        """The threads beside the item at `path`, ours and theirs.

        None where git does not yet say what it merges.
        """
        revisions = list(dict.fromkeys(self._revisions()))
        ours, theirs = (
            self._thread_of(path, data, revisions) for data in (sides.ours, sides.theirs)
        )
        return None if ours is None or theirs is None else (ours, theirs)

    def _thread_of(self, path: str, data: bytes | None, revisions: list[str]) -> bytes | None:
        thread = f"{path.rpartition('/')[0]}/{_THREAD}"
        for revision in revisions:
            if data is not None and self._read(revision, path) == data:
                return self._read(revision, thread)
        return None

    def _read(self, revision: str, path: str) -> bytes | None:
        answer = ask_git(["cat-file", "blob", f"{revision}:{path}"], cwd=self._checkout.root)
        return answer.out if answer.code == 0 else None

    def _revisions(self) -> Iterator[str]:
        yield "HEAD"
        yield from merged_heads(self._environment)
        yield from revisions_in_progress(self._checkout.git_dir)
        yield "refs/stash"


def merged_heads(environment: Mapping[str, str]) -> list[str]:
    """The commits that a `git merge` merges in, as it tells its strategies."""
    return [match[1] for name in environment if (match := _GITHEAD.fullmatch(name))]


def revisions_in_progress(git_dir: str) -> Iterator[str]:
    """Revisions that may be what is being merged in, by the files in a checkout's git folder."""
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD"):
        yield from _commits(_lines(git_dir, name))
    for commit in _commits(_lines(git_dir, "REVERT_HEAD")):
        yield f"{commit}^"
    yield from _listed(_lines(git_dir, "rebase-merge/done")[-1:])
    yield from _listed(_lines(git_dir, "sequencer/todo")[:1])
    yield from _commits(_lines(git_dir, "rebase-apply/original-commit"))


def operation(git_dir: str) -> str | None:
    """The word for what git is in the middle of, None where it is at rest."""
    for name, word in (
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ):
        if os.path.lexists(os.path.join(git_dir, name)):
            return word
    return None


def _commits(lines: list[str]) -> Iterator[str]:
    yield from (word for line in lines if _COMMIT.fullmatch(word := line.strip()))


def _listed(lines: list[str]) -> Iterator[str]:
    """The commit of a line such as `pick 1a2b3c4 subject`; of a revert, the one before it."""
    for line in lines:
        words = line.split()
        if len(words) > 1 and _COMMIT.fullmatch(words[1]):
            yield f"{words[1]}^" if words[0] == "revert" else words[1]


def _lines(git_dir: str, name: str) -> list[str]:
    try:
        with open(os.path.join(git_dir, name), encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return []
