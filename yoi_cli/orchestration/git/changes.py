"""What was committed between two commits, behind the port `BranchHistory` (docs/orchestrate.md)."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from yoi_cli.git.commit_facts import are_full_ids
from yoi_cli.orchestration.ports import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.repository import RepositoryPaths

_MOST_COMMITS = 50
_MOST_FILES = 100
#: The mode of a submodule's entry in a tree.
GITLINK = "160000"


class GitHistory:
    """A `BranchHistory` of one repository."""

    def __init__(self, repository: RepositoryPaths) -> None:
        self._repository = repository
        #: What lies between two commits stays the same, and what was asked last is asked again;
        #: of names that is not so.
        self._last: tuple[str, str, Changes] | None = None

    def changes(self, base: str, head: str) -> Changes:
        """What `head` has that `base` has not. Raises `OperationError` (`git_failed`)."""
        if self._last is not None and self._last[:2] == (base, head):
            return self._last[2]
        found = self._between(base, head)
        if are_full_ids(base, head):
            self._last = (base, head, found)
        return found

    def _between(self, base: str, head: str) -> Changes:
        between = f"{base}..{head}"
        plain = ["--no-color", "--no-show-signature", "--format=%H %s"]
        printed = self._repository.run(["log", "-z", *plain, "--end-of-options", between, "--"])
        commits = [_pair(entry) for entry in printed.split("\0") if entry]
        asked = ["diff-tree", "-r", "-z", "--numstat", "--no-renames", "--no-ext-diff"]
        stats = self._repository.run(
            [*asked, "--no-textconv", "--end-of-options", base, head, "--"]
        )
        files = [_file(entry) for entry in stats.split("\0") if entry]
        return Changes(
            commits=tuple(commits[:_MOST_COMMITS]),
            files=tuple(files[:_MOST_FILES]),
            commit_count=len(commits),
            file_count=len(files),
        )

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores `path`, relative to the repository."""
        root = self._repository.root
        asked = ["--work-tree", root, "check-ignore", "--quiet", "--", path]
        return self._repository.ask(asked).code == 0

    def has_file(self, commit: str, path: str) -> bool:
        """Whether `commit` holds a file at `path`, relative to the repository."""
        named = self._repository.commit_of(commit)
        if named is None:
            return False
        asked = ["ls-tree", "-z", "--full-tree", named, "--", path]
        printed = self._repository.run(["--literal-pathspecs", *asked])
        return any(line.split(" ")[1] == "blob" for line in printed.split("\0") if line)

    def first_parents(self, old: str, new: str) -> tuple[str, ...]:
        """The commits by which a branch went from `old` to `new`."""
        asked = ["rev-list", "--first-parent", f"--max-count={_MOST_FILES}", new, f"^{old}", "--"]
        return tuple(self._repository.run(asked).split())

    def unshared_submodules(self, base: str, head: str) -> Sequence[tuple[str, str]]:
        """The submodules that are at a commit which none of their remotes was seen to have."""
        asked = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"]
        words = self._repository.run([*asked, base, head, "--"]).split("\0")
        found = []
        for facts, path in zip(words[::2], words[1::2], strict=False):
            _, mode, _, commit, _ = facts.split(" ")
            if mode == GITLINK and not self._is_shared(head, path, commit):
                found.append((path, commit))
        return found

    def _is_shared(self, head: str, path: str, commit: str) -> bool:
        """Whether a remote-tracking branch of the submodule holds `commit`: of any checkout of
        it that this clone has, since each worktree has its own."""
        name = self._submodule_at(head, path)
        if not name or ".." in name.split("/"):
            return False
        common = self._repository.common_dir
        folders = (common, *glob.glob(os.path.join(glob.escape(common), "worktrees", "*")))
        asked = ["for-each-ref", "--count=1", f"--contains={commit}", "refs/remotes"]
        return any(
            bool(self._repository.ask_in(os.path.join(folder, "modules", name), asked).text)
            for folder in folders
            if os.path.isdir(os.path.join(folder, "modules", name))
        )

    def _submodule_at(self, head: str, path: str) -> str:
        """The name of the submodule at `path`, as `.gitmodules` says, empty where it says none."""
        asked = ["config", "--blob", f"{head}:.gitmodules", "-z", "--get-regexp"]
        printed = self._repository.ask([*asked, r"^submodule\..*\.path$"]).text
        for entry in printed.split("\0"):
            key, _, value = entry.partition("\n")
            if value == path:
                return key.removeprefix("submodule.").removesuffix(".path")
        return ""

    def fork_point(self, one: str, other: str) -> str | None:
        """The newest commit that both hold, None where they have none in common."""
        commits = [self._repository.commit_of(revision) for revision in (one, other)]
        if commits[0] is None or commits[1] is None:
            return None
        return self._repository.find(["merge-base", commits[0], commits[1]]) or None


def _pair(entry: str) -> tuple[str, str]:
    commit, _, subject = entry.partition(" ")
    return commit, subject


def _file(entry: str) -> tuple[str, int | None, int | None]:
    """Lines added and taken away come first; a dash stands for those of a binary file."""
    added, removed, path = entry.split("\t", 2)
    return path, _count(added), _count(removed)


def _count(word: str) -> int | None:
    return int(word) if word.isdigit() else None
