"""A store's conflicts in git's index, and what its files were before; a `ConflictRepository`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, git_failed, look_up, run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.git.objects import RevisionFiles, merge_base
from yoi_cli.merge.git.operation import operation, revisions_in_progress
from yoi_cli.merge.ports import PastMerge, Sides, UncommittedStore
from yoi_cli.model.trees import NoFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.trees import TreeFiles

_REGULAR = frozenset({"100644", "100755"})
#: How far back a file's history is looked through, in versions and in merges.
_VERSIONS = 2000
_MERGES = 200
_ATTEMPTS = 50
_PAUSE = 0.05


class IndexConflicts:
    """Conflicts below `folders` of a workspace, by the stages of its checkout's index.

    All paths are relative to the workspace.
    """

    def __init__(self, checkout: Checkout, workspace: str, folders: Sequence[str]) -> None:
        self._checkout = checkout
        self._cwd = workspace
        self._folders = folders
        self._pathspecs = [f":(literal){folder}" for folder in folders]
        self._objects = ObjectStream(workspace)
        below = os.path.relpath(workspace, checkout.root)
        self._below = "" if below == "." else below

    def unmerged(self) -> Mapping[str, Sides]:
        stages = self._stages()
        odd = self._odd(stages)
        return {
            path: Sides(*(self._staged(entries.get(stage)) for stage in "123"))
            for path, entries in stages.items()
            if path not in odd
        }

    def unreadable(self) -> Sequence[str]:
        return sorted(self._odd(self._stages()))

    def _odd(self, stages: Mapping[str, Mapping[str, tuple[str, str]]]) -> frozenset[str]:
        return frozenset(
            path
            for path, entries in stages.items()
            if not entries.keys() & {"2", "3"}
            or any(mode not in _REGULAR for mode, _ in entries.values())
        )

    def _stages(self) -> dict[str, dict[str, tuple[str, str]]]:
        """For every path in conflict its stages, as (mode, object)."""
        output = run_git(["ls-files", "--unmerged", "-z", "--", *self._pathspecs], cwd=self._cwd)
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for line in filter(None, output.split("\0")):
            facts, _, path = line.partition("\t")
            mode, name, stage = facts.split(" ")
            found.setdefault(path, {})[stage] = (mode, name)
        return found

    def _staged(self, entry: tuple[str, str] | None) -> bytes | None:
        return None if entry is None else self._objects.read(entry[1]).data

    def pending(self) -> UncommittedStore:
        wanted = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"]
        output = run_git([*wanted, "--", *self._pathspecs], cwd=self._cwd)
        prefix = f"{self._below}/" if self._below else ""
        found = [(line[1], line[3:].removeprefix(prefix)) for line in output.split("\0") if line]
        is_merging = operation(self._checkout.git_dir) is not None
        if not is_merging:
            everywhere = ["ls-files", "--unmerged", "-z", "--", ":(top)"]
            is_merging = bool(run_git(everywhere, cwd=self._cwd))
        return UncommittedStore(
            touched=frozenset(path for _, path in found),
            unstaged=frozenset(path for work, path in found if work != " "),
            is_merging=is_merging,
        )

    def ours(self) -> TreeFiles:
        commit = self._commit("HEAD")
        return NoFiles() if commit is None else self._files(commit)

    def theirs(self) -> TreeFiles | None:
        """The commit whose files are the third stages; files that git keeps may be stale."""
        stages = self._stages()
        theirs = {path: entry["3"][1] for path, entry in stages.items() if "3" in entry}
        gone = [path for path, entry in stages.items() if "3" not in entry]
        for revision in (*revisions_in_progress(self._checkout.git_dir), "refs/stash"):
            commit = self._commit(revision)
            if commit is None:
                continue
            files = self._files(commit)
            marks = (_has(files, path, name) for path, name in theirs.items())
            if all(marks) and all(files.mark(path) is None for path in gone):
                return files
        return None

    def versions(self, path: str) -> Iterator[bytes]:
        """What the file at `path` was in HEAD's history, oldest first, each version once."""
        output = self._log(
            ["--reverse", "--raw", "--no-abbrev", "-m", f"--max-count={_VERSIONS}"], path
        )
        names: dict[str, None] = {}
        for line in output.splitlines():
            words = line.split()
            if line.startswith(":") and len(words) >= 4 and words[1] in _REGULAR:
                names[words[3]] = None
        for name in names:
            try:
                data = self._objects.read(name).data
            except OperationError:
                continue  # a clone may lack what is long past
            yield data

    def merges(self, path: str) -> Sequence[PastMerge]:
        output = self._log(["--merges", "--parents", f"--max-count={_MERGES}"], path, form="%H %P")
        found: list[PastMerge] = []
        for line in output.splitlines():
            commits = line.split()
            if len(commits) == 3:
                commit, ours, theirs = commits
                base = merge_base(self._cwd, ours, theirs)
                ancestor = NoFiles() if base is None else self._files(base)
                found.append(PastMerge(commit, ancestor, self._files(ours), self._files(theirs)))
        return found

    def _log(self, options: Sequence[str], path: str, form: str = "") -> str:
        wanted = ["log", "--full-history", "--no-renames", f"--format={form}", *options, "HEAD"]
        return run_git([*wanted, "--", f":(literal){path}"], cwd=self._cwd)

    def add(self, paths: Sequence[str]) -> None:
        """Take exactly `paths` into the index. Raises `OperationError` where git refuses."""
        arguments = ["--literal-pathspecs", "add", "--all", "--force", "--", *paths]
        if not paths:
            return
        for _ in range(_ATTEMPTS):
            answer = ask_git(arguments, cwd=self._cwd)
            if answer.code == 0:
                return
            if "index.lock" not in answer.said:
                break
            time.sleep(_PAUSE)
        raise git_failed(["add"], answer)

    def _commit(self, revision: str) -> str | None:
        wanted = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        return look_up(wanted, cwd=self._cwd) or None

    def _files(self, commit: str) -> TreeFiles:
        return RevisionFiles(self._cwd, commit, self._below, self._folders, self._objects)


def _has(files: TreeFiles, path: str, blob: str) -> bool:
    """Whether `path` is the file `blob`, or another path is, where git took it for renamed."""
    there = files.mark(path)
    paths = files.kinds if there is None else (path,)
    return any(_is_file(files.mark(one), blob) for one in paths)


def _is_file(mark: str | None, blob: str) -> bool:
    return (mark or "").split(" ")[:2] == ["file", blob]
