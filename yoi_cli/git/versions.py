"""Where git has other versions of a checkout's files: commits, autostash, stashes, what was
dropped (docs/format.md, "Journal").

What a commit that some branch reaches holds counts as kept, but for the branch that is just
rebased: git has taken its commits out of the files, and is about to bring them back. A stash and an
autostash are what somebody set aside, and what only the reflog still knows was taken back.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMITTED = "committed"
STASHED = "stashed"
DROPPED = "dropped"
_AUTOSTASHES = ("rebase-merge/autostash", "rebase-apply/autostash", "MERGE_AUTOSTASH")
_REBASES = ("rebase-merge", "rebase-apply")
#: Commits that are looked at, of each kind; whoever has more has long lost sight of them.
_COMMITS = 500
_TIPS = 50
_STASHES = 50
_A_DAY = 86400
_HEADS = "refs/heads/"


class Place(NamedTuple):
    """A version of the files, as messages name it; `trees` are git's names of what it is made
    of: of a stash the work tree, and what was not tracked."""

    name: str
    kind: str
    trees: tuple[str, ...]


class FileVersions:
    """What the repository around the checkout at `root` has of its files."""

    def __init__(self, root: str, git_dir: str) -> None:
        self._root = root
        self._git_dir = git_dir
        self._stream = ObjectStream(root)

    def read(self, place: Place, path: str) -> bytes | None:
        """The file at `path`, relative to the checkout, in one version."""
        if "\n" in path:
            return None
        for tree in place.trees:
            # Of a name with blanks git's word that it is not there has more than two words.
            with suppress(OperationError, ValueError):
                return self._stream.read(f"{tree}:{path}").data
        return None

    def places(self, folders: Sequence[str], since: int) -> Iterator[Place]:
        """Every version that may hold a file below `folders` as it was written after `since`
        (Unix seconds): commits first, then what was set aside, then what was dropped."""
        paths = ["--", *(f":(top,literal){folder}" for folder in folders)]
        recent = [f"--since={max(0, since - _A_DAY)}", f"--max-count={_COMMITS}"]
        rebased, before = self._rebase()
        others = [] if rebased is None else [f"--exclude={rebased.removeprefix(_HEADS)}"]
        heads = [*others, "--branches", "--remotes", "--tags", *self._head()]
        tips = ["for-each-ref", f"--count={_TIPS}", "--sort=-committerdate"]
        named = self._lines(*tips, "--format=%(objectname) %(refname)", "refs/heads")
        rows = zip(named[::2], named[1::2], strict=False)
        seen: dict[str, None] = dict.fromkeys(self._head_commit())
        seen |= dict.fromkeys(commit for commit, name in rows if name != rebased)
        seen |= dict.fromkeys(self._lines("log", "--format=%H", *recent, *heads, *paths))
        for commit in seen:
            yield Place(f"commit {commit[:12]}", COMMITTED, (commit,))
        if before:
            walk = ["log", "--format=%H", *recent, before, *paths]
            for commit in dict.fromkeys([before, *self._lines(*walk)]):
                yield Place("the branch that is rebased", STASHED, (commit,))
        yield from self._set_aside()
        walk = ["log", "--walk-reflogs", "--format=%H", f"--max-count={_COMMITS}"]
        for commit in dict.fromkeys(self._lines(*walk, "HEAD", *paths)):
            if commit not in seen:
                yield Place(f"commit {commit[:12]}, which no branch has", DROPPED, (commit,))

    def branch(self) -> Place | None:
        """The commit of the branch that is checked out; None where HEAD is none's, or at a
        stop."""
        is_branch = ask_git(["symbolic-ref", "--quiet", "HEAD"], cwd=self._root).code == 0
        commits = self._head_commit() if is_branch else []
        return Place("the branch", COMMITTED, (commits[0],)) if commits else None

    def close(self) -> None:
        self._stream.close()

    def _set_aside(self) -> Iterator[Place]:
        for name in _AUTOSTASHES:
            with suppress(OSError), open(f"{self._git_dir}/{name}", encoding="ascii") as file:
                yield _stash("autostash", file.read().strip())
        walk = ["log", "--walk-reflogs", "--format=%H", f"--max-count={_STASHES}"]
        for number, commit in enumerate(self._lines(*walk, "refs/stash", "--")):
            yield _stash(f"stash@{{{number}}}", commit)

    def _rebase(self) -> tuple[str | None, str]:
        """The branch of a rebase that is under way (its full name), and the commit it was at."""
        for name in _REBASES:
            with suppress(OSError):
                words: list[str] = []
                for part in ("head-name", "orig-head"):
                    with open(f"{self._git_dir}/{name}/{part}", encoding="utf-8") as file:
                        words.append(file.read().strip())
                return words[0], words[1]
        return None, ""

    def _head(self) -> list[str]:
        """HEAD, where it is no stop of a rebase: that is taken back by an `--abort`."""
        stops = any(os.path.isdir(f"{self._git_dir}/{name}") for name in _REBASES)
        return [] if stops or not self._has_head() else ["HEAD"]

    def _head_commit(self) -> list[str]:
        return self._lines("rev-parse", *head) if (head := self._head()) else []

    def _has_head(self) -> bool:
        return ask_git(["rev-parse", "--verify", "--quiet", "HEAD"], cwd=self._root).code == 0

    def _lines(self, *arguments: str) -> list[str]:
        """What git prints, line by line; nothing where it fails, as on what is not there."""
        answer = ask_git(arguments, cwd=self._root)
        return answer.text.split() if answer.code == 0 else []


def _stash(name: str, commit: str) -> Place:
    return Place(name, STASHED, (commit, f"{commit}^3"))
