"""Commits that a sync makes, and what it asks of a repository's history."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.git.command import NO_INDEX, ask_git, git_failed, is_yes, run_git
from yoi_cli.sync.ports import Unpushed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.git.configuration import GitConfiguration

#: The e-mail address in a commit where git's configuration has none.
NO_ADDRESS = "yoi@localhost"


def signature(configuration: GitConfiguration, author: str) -> Mapping[str, str]:
    """Variables for git that sign a commit as the environment says, or its configuration, else as
    `author`."""
    name = configuration.get("user.name") or author
    email = configuration.get("user.email") or NO_ADDRESS
    signed = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }
    return {key: os.environ.get(key) or value for key, value in signed.items()}


def make_commit(
    cwd: str, tree: str, parents: Sequence[str], message: str, signed: Mapping[str, str]
) -> str:
    """The name of a new commit, which no ref holds yet."""
    wanted = ["commit-tree", tree, *(word for parent in parents for word in ("-p", parent))]
    answer = ask_git(wanted, cwd=cwd, stdin=message.encode(), variables=signed)
    if answer.code:
        raise git_failed(wanted, answer)
    return answer.text.strip()


def is_ancestor(cwd: str, older: str, newer: str) -> bool:
    """Whether `newer` contains `older`."""
    asked = ["merge-base", "--is-ancestor", older, newer]
    return is_yes(asked, ask_git(asked, cwd=cwd))


def differ_outside(cwd: str, one: str, other: str, folders: Sequence[str]) -> bool:
    """Whether two commits differ in anything but `folders`."""
    if one == other:
        return False
    above = {folder.partition("/")[0] for folder in folders}
    asked = ["diff-tree", "-z", "--name-only", one, other]
    said = run_git(asked, cwd=cwd, variables=NO_INDEX)
    names = {name for name in said.split("\0") if name}
    if not names <= above:
        return True
    if names.isdisjoint(name for name in above if name not in folders):
        return False
    wanted = ["diff-tree", "-r", "--quiet", one, other, "--", *_outside(folders)]
    return not is_yes(wanted, ask_git(wanted, cwd=cwd))


def paths_outside(cwd: str, one: str, other: str, folders: Sequence[str]) -> tuple[str, ...]:
    """The paths, but for those below `folders`, in which two commits differ."""
    wanted = ["diff-tree", "-r", "-z", "--name-only", one, other, "--", *_outside(folders)]
    return tuple(path for path in run_git(wanted, cwd=cwd).split("\0") if path)


def unpushed_outside(
    cwd: str, head: str, known: Sequence[str], folders: Sequence[str], *, with_merges: bool
) -> tuple[Unpushed, ...]:
    """The commits of `head` that change anything but `folders` and are not in `known`.

    `known` are arguments of `git rev-list` that name what is pushed. Newest come first.
    """
    which = [] if with_merges else ["--no-merges"]
    log = ["-c", "log.showSignature=false", "log", "-z", "--full-history"]
    wanted = [*log, *which, "--format=%h%x09%s", head, "--not", *known, "--"]
    output = run_git([*wanted, *_outside(folders)], cwd=cwd)
    lines = (line.partition("\t") for line in output.split("\0") if line)
    return tuple(Unpushed(name, subject) for name, _, subject in lines)


def _outside(folders: Sequence[str]) -> list[str]:
    return [":(top)", *(f":(top,exclude,literal){folder}" for folder in folders)]


def move_ref(cwd: str, ref: str, new: str, old: str | None) -> bool:
    """Let `ref` hold `new` if it holds `old` (None: if it is not there); whether it did."""
    wanted = ["update-ref", "-m", "yoi sync", ref, new, old or "0" * len(new)]
    return ask_git(wanted, cwd=cwd).code == 0
