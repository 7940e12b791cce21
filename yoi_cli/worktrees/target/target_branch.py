"""Refs, and moving the target branch, behind the port `TargetRepository` (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.git.plain_refs import tracking_refs
from yoi_cli.model.naming import ticket_of_branch
from yoi_cli.worktrees.git.branch_names import checked_out_at, name_in_the_way
from yoi_cli.worktrees.git.listing import main_and_linked
from yoi_cli.worktrees.target import advance, trial_merge

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.worktrees.ports import MergeTry

_USUAL = ("main", "master", "trunk")


class GitRepository:
    """A `TargetRepository`. With `runs_hooks` a merge runs the repository's own hooks;
    nothing else ever does."""

    def __init__(self, repository: RepositoryPaths, *, runs_hooks: bool = False) -> None:
        self._repository = repository
        self._runs_hooks = runs_hooks

    def commit_of(self, revision: str) -> str | None:
        return self._repository.commit_of(revision)

    def is_ancestor(self, commit: str, of: str) -> bool:
        return self._repository.is_ancestor(commit, of)

    def branch_obstacle(self, branch: str) -> str:
        other = name_in_the_way(self._repository, branch)
        if other is not None:
            return f"There is a branch {other}, so git can have none called {branch}."
        place = checked_out_at(self._repository, branch)
        return f"The branch {branch} is checked out in {place}." if place else ""

    def default_branch(self) -> str:
        """The branch that the main worktree is on, unless that is a ticket's; else the
        remote's, else one with a usual name. Raises `NotFoundError` (`target_unknown`)."""
        main, _ = main_and_linked(self._repository)
        if main is not None and main.branch and ticket_of_branch(main.branch) is None:
            return main.branch
        remote = self._repository.find(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])
        upstream = remote.removeprefix("refs/remotes/origin/")
        usual = self._repository.find(["config", "--get", "init.defaultBranch"])
        head = self._repository.find(["symbolic-ref", "--quiet", "HEAD"])
        bare = head.removeprefix("refs/heads/") if main is None else ""
        for branch in (bare, upstream, usual, *_USUAL):
            if branch and self._repository.branch_commit(branch) is not None:
                return branch
        raise NotFoundError(
            "target_unknown",
            "The branch that tickets are merged into is unknown.",
            hint="Check out that branch in the main worktree, or name it with --base.",
        )

    def try_merge(self, target: str, commit: str, message: str, name: str) -> MergeTry:
        return trial_merge.merge(
            self._repository, target, commit, message, name, runs_hooks=self._runs_hooks
        )

    def check_out(self, commit: str, name: str) -> str:
        return trial_merge.check_out(self._repository, commit, name).path

    def targets_with(self, commit: str, target: str) -> tuple[str, ...]:
        known = self._known_targets_with(commit, target)
        if known is not None:
            return known
        asked = ["for-each-ref", "--format=%(refname)", f"--contains={commit}"]
        found = self._repository.run([*asked, f"refs/heads/{target}", "refs/remotes"]).splitlines()
        own = [ref for ref in found if ref == f"refs/heads/{target}"]
        remote = [ref for ref in found if ref.split("/", 3)[3:] == [target]]
        return tuple(ref.split("/", 2)[2] for ref in (*own, *remote) if ref)

    def _known_targets_with(self, commit: str, target: str) -> tuple[str, ...] | None:
        """The same as far as it is told without a process; None where git has to be asked."""
        facts = self._repository.facts
        remote = tracking_refs(self._repository.common_dir, target)
        if facts is None or remote is None:
            return None
        found: list[str] = []
        for ref in (f"refs/heads/{target}", *remote):
            head = facts.commit_of(ref)
            holds = facts.holds(commit, head) if head else None
            if holds is None:
                return None
            if holds:
                found.append(ref.split("/", 2)[2])
        return tuple(found)

    def advance(self, target: str, *, old: str, new: str, approved: str) -> None:
        with self._repository.locked():
            advance.advance(self._repository, advance.BranchMove(target, old, new, approved))

    def fast_forward(self, target: str, *, old: str, new: str) -> None:
        with self._repository.locked():
            advance.advance(self._repository, advance.BranchMove(target, old, new, ""))

    def take_over(self, branch: str, *, old: str, new: str) -> None:
        with self._repository.locked():
            move = advance.BranchMove(branch, old, new, "", is_rewrite=True)
            advance.advance(self._repository, move)

    def drop_try(self, name: str) -> None:
        trial_merge.drop(self._repository, name)
