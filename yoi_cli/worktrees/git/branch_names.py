"""Whether git can have a branch of a name, and check it out (docs/worktrees.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.git.plain_refs import is_without_branches_below
from yoi_cli.worktrees.git.listing import all_entries

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths

#: Names of branches that git takes for sure; `HEAD` is none.
_PLAIN = re.compile(r"(?!HEAD$)[A-Za-z0-9][\w-]*(/[A-Za-z0-9][\w-]*)*", re.ASCII)


def is_name(repository: RepositoryPaths, branch: str) -> bool:
    """Whether git can have a branch of that name."""
    if _PLAIN.fullmatch(branch):
        return True
    answer = repository.ask(["check-ref-format", "--branch", branch])
    return not answer.code and not branch.startswith("-") and answer.text.strip() == branch


def name_in_the_way(repository: RepositoryPaths, branch: str) -> str | None:
    """The branch because of whose name there can be none called `branch`: git keeps branches as
    paths, so that `work` keeps out all `work/…`."""
    words = branch.split("/")
    for count in range(1, len(words)):
        above = "/".join(words[:count])
        if repository.branch_commit(above) is not None:
            return above
    if is_without_branches_below(repository.common_dir, branch):
        return None
    asked = ["for-each-ref", "--count=1", "--format=%(refname:lstrip=2)", f"refs/heads/{branch}/"]
    return repository.run(asked).strip() or None


def checked_out_at(repository: RepositoryPaths, branch: str) -> str | None:
    """The worktree in which `branch` is checked out, the main one or another."""
    if repository.branch_commit(branch) is None:
        return None
    return next((one.path for one in all_entries(repository) if one.branch == branch), None)
