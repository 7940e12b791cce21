"""What git says to a hook of commits, in as few processes as possible.

Messages and paths may hold any bytes but NUL, so NUL separates the fields.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git, look_up, run_git
from yoi_cli.git.plain_refs import are_full_ids, branch_named
from yoi_cli.hooks.ports import Rebase
from yoi_cli.model.commits import ChangedFile, CommitFact
from yoi_cli.model.naming import BRANCH_PREFIX
from yoi_cli.model.trailers import ticket_trailers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from yoi_cli.git.checkout import Checkout

_START = "\x01"
_AMENDED = "commit (amend)"
#: A rebase over more commits than this is not searched for those that it made or dropped.
_MOST_COMMITS = 2000
_LOG = (
    "log",
    "-z",
    "--no-color",
    "--no-show-signature",
    "--encoding=UTF-8",
    "--diff-merges=off",
    "--name-status",
    "--no-renames",
    "--root",
    "--format=%x01%x00%H%x00%P%x00%gs%x00%B%x00%s",
)


class GitCommits:
    """The repository of `checkout`, as a hook that git runs in it sees it; `clean` makes of the
    subjects and paths of commits what may be written down."""

    def __init__(self, checkout: Checkout, clean: Callable[[str], str] | None = None) -> None:
        self._cwd = checkout.root
        self._git_dir = checkout.git_dir
        self._common_dir = checkout.common_dir
        self._clean = clean

    @cached_property
    def _branch(self) -> str | None:
        named = branch_named(self._git_dir, self._common_dir)
        if named is not None:
            return named
        from yoi_cli.git.commits import current_branch

        return current_branch(self._cwd)

    def branch(self) -> str | None:
        return self._branch

    def rebase(self) -> Rebase | None:
        for name in ("rebase-merge", "rebase-apply"):
            branch = self._state(name, "head-name")
            if branch:
                before, onto = self._state(name, "orig-head"), self._state(name, "onto")
                return Rebase(branch.removeprefix("refs/heads/"), before, onto)
        return None

    def head(self) -> CommitFact | None:
        # By the reflog, which alone says that a commit amended another; not all clones keep one.
        entries = self._log(["-g", "-2", "HEAD", "--"]) or self._log(["-1", "HEAD", "--"])
        if not entries:
            return None
        newest, action = entries[0]
        amended = entries[1][0].sha if len(entries) > 1 else newest.sha
        if action.startswith(_AMENDED) and amended != newest.sha:
            return newest._replace(replaces=amended)
        return newest

    def facts(self, commits: Iterable[str]) -> Sequence[CommitFact]:
        wanted = [sha for sha in dict.fromkeys(commits) if are_full_ids(sha)]
        if not wanted:
            return ()
        arguments = ["--no-walk=unsorted", "--ignore-missing", "--stdin"]
        return [fact for fact, _ in self._log(arguments, "\n".join(wanted) + "\n")]

    def between(self, base: str, head: str) -> Sequence[str]:
        if not are_full_ids(base, head):
            return ()
        arguments = ["rev-list", f"--max-count={_MOST_COMMITS + 1}", f"{base}..{head}", "--"]
        found = run_git(arguments, cwd=self._cwd).split()
        return () if len(found) > _MOST_COMMITS else found[::-1]

    def before_merge(self) -> str | None:
        arguments = ["rev-parse", "--verify", "--quiet", "ORIG_HEAD^{commit}"]
        return look_up(arguments, cwd=self._cwd) or None

    def branches_at(self, commit: str) -> Sequence[str]:
        if not are_full_ids(commit):
            return ()
        patterns = [f"refs/heads/{BRANCH_PREFIX}", f"refs/remotes/*/{BRANCH_PREFIX}**"]
        arguments = ["for-each-ref", f"--points-at={commit}", "--format=%(refname)", *patterns]
        found = run_git(arguments, cwd=self._cwd).splitlines()
        return [name.split("/", 2)[2] for name in found]

    def _state(self, folder: str, name: str) -> str:
        path = os.path.join(self._git_dir, folder, name)
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read(4096).strip()
        except OSError:
            return ""

    def _log(self, arguments: list[str], stdin: str = "") -> list[tuple[CommitFact, str]]:
        """Commits, each with what the reflog calls it; none where git has no answer."""
        answer = ask_git([*_LOG, *arguments], cwd=self._cwd, stdin=stdin.encode())
        if answer.code:
            return []
        return [(self._cleaned(fact), action) for fact, action in _entries(answer.text)]

    def _cleaned(self, fact: CommitFact) -> CommitFact:
        clean = self._clean
        if clean is None:
            return fact
        files = tuple(one._replace(path=clean(one.path)) for one in fact.files)
        return fact._replace(subject=clean(fact.subject), files=files)


def _entries(output: str) -> Iterator[tuple[CommitFact, str]]:
    """The commits that `git log` printed, by the places of their fields alone."""
    words = output.split("\0")
    place = 0
    while place < len(words) - 1:
        if words[place] != _START or place + 5 >= len(words):
            return
        sha, parents, action, message, subject = words[place + 1 : place + 6]
        place += 6
        files: list[ChangedFile] = []
        while place < len(words) - 1 and words[place] != _START:
            status = words[place].strip("\n")
            if status:
                files.append(ChangedFile(status, words[place + 1]))
            place += 2 if status else 1
        values = ticket_trailers(message)
        fact = CommitFact(sha, subject, tuple(parents.split()), values, tuple(files))
        yield fact, action
