"""Commits, their trailers, and the branch that a checkout is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.git.command import ask_git, ask_patiently, found_by, git_failed, look_up, run_git
from yoi_cli.model.trailers import ticket_trailers
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How long a commit may say nothing where nobody can be asked: a key on a token takes its time.
_SIGNING_SECONDS = 30.0


class Commit(NamedTuple):
    """A commit, and the values of its `Ticket:` trailers, in their order."""

    sha: str
    trailers: tuple[str, ...]


class CommitRange(NamedTuple):
    """The commits of `A..B`, newest first, and the full sha of B."""

    head: str
    commits: tuple[Commit, ...]


def commits_of(cwd: str, text: str) -> CommitRange:
    """The commits of a range `A..B` with their `Ticket:` trailers.

    Both ends are turned into full shas first, so that nothing of `text` reaches git as an
    option. Raises `UsageError` (`range_invalid`) and `NotFoundError` (`revision_not_found`).
    """
    base, dots, head = text.partition("..")
    if not (base and dots and head) or head.startswith(".") or ".." in head:
        raise UsageError(
            "range_invalid",
            f"{text[:80]!r} is not a range of commits.",
            hint="Write A..B: the commits of B that A does not have.",
        )
    base_sha, head_sha = resolve_commit(cwd, base), resolve_commit(cwd, head)
    said = run_git(
        [
            "log",
            "-z",
            "--no-color",
            "--no-show-signature",
            "--encoding=UTF-8",
            "--format=%H%n%B",
            "--end-of-options",
            f"{base_sha}..{head_sha}",
            "--",
        ],
        cwd=cwd,
    )
    return CommitRange(head_sha, tuple(_commit(entry) for entry in said.split("\0") if entry))


def subjects_of(cwd: str, base: str, head: str) -> tuple[str, ...]:
    """The subjects of the commits of `head` that `base` does not have, the oldest first."""
    ends = [resolve_commit(cwd, one) for one in (base, head)]
    asked = ["log", "-z", "--no-color", "--no-show-signature", "--encoding=UTF-8", "--reverse"]
    said = run_git(
        [*asked, "--no-merges", "--format=%s", "--end-of-options", "..".join(ends), "--"], cwd=cwd
    )
    return tuple(one for one in said.split("\0") if one.strip())


def resolve_commit(cwd: str, revision: str) -> str:
    """The full sha of the commit that `revision` names in the repository around `cwd`.

    Raises `UsageError` for what can be no revision, an option above all, and `NotFoundError`
    (`repository_not_found`, `revision_not_found`).
    """
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise UsageError(
            "revision_invalid",
            f"{revision[:80]!r} is not a revision.",
            hint="Name a branch, a tag or a commit.",
        )
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    answer = ask_git(asked, cwd=cwd)
    if answer.code == 0:
        return answer.text.strip()
    if "not a git repository" in answer.said:
        raise NotFoundError(
            "repository_not_found",
            f"{cwd} is not in a git repository.",
            hint="Name the repository with -C.",
            details={"folder": cwd},
        )
    found_by(asked, answer)
    raise NotFoundError(
        "revision_not_found",
        f"There is no commit {revision[:80]!r} in this repository.",
        hint="A shallow clone lacks older commits: let the pipeline fetch all of them "
        "(fetch-depth: 0), or run `git fetch --unshallow`.",
        details={"revision": revision},
    )


def current_branch(cwd: str) -> str | None:
    """The name of the branch that `cwd` is on, None where HEAD is detached."""
    return look_up(["symbolic-ref", "--quiet", "--short", "HEAD"], cwd=cwd) or None


def _commit(entry: str) -> Commit:
    sha, _, message = entry.partition("\n")
    return Commit(sha, ticket_trailers(message))


def commit_paths(folder: str, paths: Sequence[str], message: str) -> None:
    """Commit what stands at `paths` (relative to `folder`), whatever else is staged.

    Nothing is committed where nothing changed there. Raises `OperationError` where git
    refuses, in the middle of a merge for instance, or waits for somebody who is not there.
    """
    literal = [f":(literal){path}" for path in paths]
    run_git(["add", "--all", "--", *literal], cwd=folder)
    if run_git(["status", "--porcelain", "--", *literal], cwd=folder).strip():
        asked = ["commit", "--quiet", "--only", "--message", message, "--", *literal]
        answer = ask_patiently(asked, cwd=folder, seconds=_SIGNING_SECONDS)
        if answer.code:
            raise git_failed(asked, answer)
