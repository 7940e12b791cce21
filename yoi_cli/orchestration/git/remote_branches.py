"""The branches of a remote: what is pushed there, what its target holds (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.git.command import ask_git
from yoi_cli.store.ports import BranchPush
from yoi_cli.sync.git.remote import GitRemote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.repository import RepositoryPaths

#: Who makes the commit that stands for a whole branch, and is kept nowhere.
_NOBODY = ("-c", "user.name=yoi", "-c", "user.email=yoi@localhost")


def remote_of(paths: RepositoryPaths, configured: str | None, target: str) -> str:
    """The name of the remote: the one that is configured, that of `target`, `origin`, or the only
    one; empty where there is none of that name."""
    known = paths.run(["remote"]).split()
    if configured is not None:
        return configured if configured in known else ""
    upstream = paths.find(["config", "--get", f"branch.{target}.remote"])
    found = next((one for one in (upstream, "origin") if one in known), "")
    return found or (known[0] if len(known) == 1 else "")


def urls_of(paths: RepositoryPaths, remote: str) -> tuple[str, ...]:
    """The URL of a remote as git goes there, and as it was written down."""
    asked = (["remote", "get-url", "--", remote], ["config", "--get", f"remote.{remote}.url"])
    return tuple(paths.find(one) for one in asked)


class RemoteBranches:
    """Branches of `remote`, which may say nothing for `silence` seconds."""

    def __init__(
        self, paths: RepositoryPaths, remote: str, *, silence: float, runs_hooks: bool
    ) -> None:
        self._paths = paths
        self._remote = remote
        self._silence = silence
        self._runs_hooks = runs_hooks

    def push(self, branch: str, commit: str, pushed: Sequence[str]) -> None:
        """As `Forge.push`."""
        remote = self._branch(branch)
        seen, is_forward = self._seen(remote, branch, commit, pushed)
        if seen != commit and not remote.push(commit, seen, replaces=not is_forward):
            raise ConflictError(
                "branch_moved",
                f"{branch!r} of {self._remote} was moved by somebody else just now.",
                hint="The next run looks at it.",
                details={"remote": self._remote, "branch": branch},
            )

    def planned(self, branch: str, commit: str, pushed: Sequence[str]) -> BranchPush:
        """As `Forge.planned_push`."""
        seen, _ = self._seen(self._branch(branch), branch, commit, pushed)
        return BranchPush(self._remote, branch, commit, seen or "")

    def _seen(
        self, remote: GitRemote, branch: str, commit: str, pushed: Sequence[str]
    ) -> tuple[str | None, bool]:
        """What the remote's branch is at, and whether `commit` comes after that."""
        seen = remote.fetch()
        if seen == commit:
            return seen, True
        is_forward = seen is None or self._paths.is_ancestor(seen, commit)
        if not is_forward and seen not in pushed:
            raise ConflictError(
                "branch_foreign",
                f"{branch!r} of {self._remote} is at {(seen or '')[:12]}, which was not pushed "
                "from here: somebody else works on it.",
                hint=f"Merge {self._remote}/{branch} into it here, or take it away there.",
                details={"remote": self._remote, "branch": branch},
            )
        return seen, is_forward

    def fetch(self, branch: str) -> str:
        """The head of a branch there, with all that it contains; empty where there is none."""
        return self._branch(branch).fetch() or ""

    def holds(self, head: str, commit: str) -> bool:
        """As `Forge.holds`. Git tells two changes of the same text by their patch."""
        if self._paths.is_ancestor(commit, head):
            return True
        fork = self._paths.find(["merge-base", head, commit])
        if not fork:
            return False
        if self._has_all(head, commit):
            return True
        tree = self._paths.run(["rev-parse", "--verify", f"{commit}^{{tree}}"]).strip()
        asked = [*_NOBODY, "--git-dir", self._paths.common_dir, "commit-tree", tree, "-p", fork]
        made = ask_git([*asked, "-m", "All of it"], cwd=self._paths.root)
        return made.code == 0 and self._has_all(head, made.text.strip())

    def _has_all(self, head: str, commit: str) -> bool:
        lines = self._paths.run(["cherry", head, commit]).splitlines()
        return bool(lines) and all(line.startswith("-") for line in lines)

    def _branch(self, branch: str) -> GitRemote:
        return GitRemote(
            self._paths.root,
            self._remote,
            branch,
            ref=f"refs/remotes/{self._remote}/{branch}",
            silence=self._silence,
            may_ask=False,
            runs_hooks=self._runs_hooks,
            hear=lambda _what, _percent: None,
        )
