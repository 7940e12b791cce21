"""Whether git can have a branch of a name, and check it out (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths


def name_in_the_way(repository: RepositoryPaths, branch: str) -> str | None:
    """The branch because of whose name there can be none called `branch`: git keeps branches as
    paths, so that `work` keeps out all `work/…`."""
    words = branch.split("/")
    for count in range(1, len(words)):
        above = "/".join(words[:count])
        if repository.branch_commit(above) is not None:
            return above
    asked = ["for-each-ref", "--count=1", "--format=%(refname:lstrip=2)", f"refs/heads/{branch}/"]
    return repository.run(asked).strip() or None


def checked_out_at(repository: RepositoryPaths, branch: str) -> str | None:
    """The worktree in which `branch` is checked out, the main one or another."""
    asked = ["for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}"]
    return repository.run(asked).partition("\n")[0] or None
