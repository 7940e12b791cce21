"""What git says to a hook of commits, made or pushed, in as few processes as possible.

Messages and paths may hold any bytes but NUL, so NUL separates the fields.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.git.command import ask_git, look_up, run_git
from yoi_cli.git.commits import commits_of, current_branch
from yoi_cli.hooks.ports import Rebase
from yoi_cli.model.commits import ChangedFile, CommitFact
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
from yoi_cli.model.trailers import ticket_trailers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from yoi_cli.git.checkout import Checkout

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
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
        self._clean = clean

    @cached_property
    def _branch(self) -> str | None:
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
        wanted = [sha for sha in dict.fromkeys(commits) if _SHA.fullmatch(sha)]
        if not wanted:
            return ()
        arguments = ["--no-walk=unsorted", "--ignore-missing", "--stdin"]
        return [fact for fact, _ in self._log(arguments, "\n".join(wanted) + "\n")]

    def between(self, base: str, head: str) -> Sequence[str]:
        if not (_SHA.fullmatch(base) and _SHA.fullmatch(head)):
            return ()
        arguments = ["rev-list", f"--max-count={_MOST_COMMITS + 1}", f"{base}..{head}", "--"]
        found = run_git(arguments, cwd=self._cwd).split()
        return () if len(found) > _MOST_COMMITS else found[::-1]

    def before_merge(self) -> str | None:
        arguments = ["rev-parse", "--verify", "--quiet", "ORIG_HEAD^{commit}"]
        return look_up(arguments, cwd=self._cwd) or None

    def branches_at(self, commit: str) -> Sequence[str]:
        if not _SHA.fullmatch(commit):
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


class PushedTickets(NamedTuple):
    """The tickets of pushed branches by their names, and the values of `Ticket:` trailers."""

    branches: tuple[str, ...] = ()
    trailers: tuple[str, ...] = ()


class _Ref(NamedTuple):
    local_sha: str
    remote_ref: str
    remote_sha: str


def pushed(cwd: str, remote: str, stdin: bytes) -> PushedTickets:
    """What git's lines to a pre-push hook tell. A ref that is taken away brings nothing.

    Raises `OperationError` and `NotFoundError` where git cannot tell what is new.
    """
    refs = list(_refs(stdin.decode("utf-8", "surrogateescape")))
    branches = [ticket_of_branch(ref.remote_ref) for ref in refs]
    trailers = [value for ref in refs for value in _new_trailers(cwd, remote, ref)]
    return PushedTickets(
        tuple(dict.fromkeys(ticket for ticket in branches if ticket)),
        tuple(dict.fromkeys(trailers)),
    )


def _refs(lines: str) -> Iterator[_Ref]:
    for line in lines.splitlines():
        words = line.split(" ")
        if len(words) == 4 and _SHA.fullmatch(words[1]) and words[1].strip("0"):
            yield _Ref(words[1], words[2], words[3])


def _new_trailers(cwd: str, remote: str, ref: _Ref) -> Iterator[str]:
    """The trailers of what the remote does not have yet; of a first push, of nothing."""
    base = ref.remote_sha
    if not base.strip("0") or not _is_here(cwd, base):
        patterns = [f"refs/remotes/{remote}"] if remote and "/" not in remote else []
        known = ["for-each-ref", "--format=%(objectname)", *patterns]
        heads = run_git(known, cwd=cwd).split() if patterns else []
        if not heads:
            return
        base = look_up(["merge-base", ref.local_sha, *heads], cwd=cwd)
    if not _SHA.fullmatch(base):
        return
    for commit in commits_of(cwd, f"{base}..{ref.local_sha}").commits:
        yield from commit.trailers


def _is_here(cwd: str, sha: str) -> bool:
    return bool(look_up(["rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}"], cwd=cwd))
