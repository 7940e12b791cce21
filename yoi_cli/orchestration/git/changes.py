"""What was committed between two commits, behind the port `BranchHistory` (docs/orchestrate.md)."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.git.plain_refs import are_full_ids
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.ports import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.repository import RepositoryPaths

_MOST_COMMITS = 50
_MOST_FILES = 100
_MOST_KNOWN = 16
_Found = TypeVar("_Found")
#: The mode of a submodule's entry in a tree.
GITLINK = "160000"


class ChangedFiles(NamedTuple):
    """The files that differ between two commits, with the lines added and taken away (None for a
    binary file), as far as they are told, and how many there are; and the submodules, with the
    commits that the later one has them at."""

    files: tuple[tuple[str, int | None, int | None], ...]
    total: int
    submodules: tuple[tuple[str, str], ...]


class GitHistory:
    """A `BranchHistory` of one repository."""

    def __init__(self, repository: RepositoryPaths) -> None:
        self._repository = repository
        #: What differs between two commits stays the same, and is asked again; of names that is
        #: not so.
        self._known: dict[tuple[str, str], Changes] = {}
        self._files: dict[tuple[str, str], ChangedFiles] = {}

    def changes(self, base: str, head: str) -> Changes:
        """What `head` has that `base` has not. Raises `OperationError` (`git_failed`)."""
        if (base, head) in self._known:
            return self._known[base, head]
        commits, changed = self._commits(base, head), self._changed(base, head)
        found = Changes(
            commits=tuple(commits[:_MOST_COMMITS]),
            files=changed.files,
            commit_count=len(commits),
            file_count=changed.total,
        )
        return _keep(self._known, base, head, found)

    def _commits(self, base: str, head: str) -> list[tuple[str, str]]:
        """The commits of `head` that `base` has not, the newest first, with their subjects."""
        facts = self._repository.facts
        near = facts.graph.line(base, head) if facts and are_full_ids(base, head) else None
        if near is not None:
            return near
        plain = ["--no-color", "--no-show-signature", "--format=%H %s", "--end-of-options"]
        printed = self._repository.run(["log", "-z", *plain, f"{base}..{head}", "--"])
        return [_pair(entry) for entry in printed.split("\0") if entry]

    def _changed(self, base: str, head: str) -> ChangedFiles:
        """What one commit has otherwise than another."""
        if (base, head) in self._files:
            return self._files[base, head]
        asked = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-abbrev", "--no-renames"]
        plain = ["--no-ext-diff", "--no-textconv", "--end-of-options"]
        words = iter(self._repository.run([*asked, *plain, base, head, "--"]).split("\0"))
        submodules: list[tuple[str, str]] = []
        files: list[tuple[str, int | None, int | None]] = []
        for word in words:
            if word.startswith(":"):
                _, mode, _, commit, _ = word.split(" ")
                path = next(words)
                if mode == GITLINK:
                    submodules.append((path, commit))
            elif word:
                files.append(_file(word))
        found = ChangedFiles(tuple(files[:_MOST_FILES]), len(files), tuple(submodules))
        return _keep(self._files, base, head, found)

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
        return [
            (path, commit)
            for path, commit in self._changed(base, head).submodules
            if not self._is_shared(head, path, commit)
        ]

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


def _keep(known: dict[tuple[str, str], _Found], base: str, head: str, found: _Found) -> _Found:
    """`found`, which is kept of full ids, of the last few."""
    if are_full_ids(base, head):
        if len(known) >= _MOST_KNOWN:
            del known[next(iter(known))]
        known[base, head] = found
    return found


def _pair(entry: str) -> tuple[str, str]:
    commit, _, subject = entry.partition(" ")
    return commit, subject


def _file(entry: str) -> tuple[str, int | None, int | None]:
    """Lines added and taken away come first; a dash stands for those of a binary file."""
    added, removed, path = entry.split("\t", 2)
    return path, _count(added), _count(removed)


def _count(word: str) -> int | None:
    return int(word) if word.isdigit() else None
