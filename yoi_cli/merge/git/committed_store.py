"""A store as HEAD has it, and what is asked of its commits again and again.

Whoever goes on for long has `CommitFacts`, and asks without a process; what is remembered here is
of names that mean the same for ever.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.command import look_up, run_git
from yoi_cli.git.plain_refs import head_commit
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.commit_facts import CommitFacts

#: How many merges are looked at, the newest first.
MERGES = 500


class CommittedStore(NamedTuple):
    """The tickets in `folder` of a workspace as the commit `head` has them; `top` is that folder
    from the top of the checkout, None where that is not plain."""

    workspace: str
    folder: str
    head: str
    common_dir: str
    top: str | None
    facts: CommitFacts | None

    def newest_merges(self) -> Sequence[str]:
        """The merges of HEAD that are looked at, the newest first."""
        edge = os.path.join(self.common_dir, "shallow")  # where a clone ends is moved by a fetch
        return _newest_merges(self.workspace, self.head, _time_of(edge))

    def with_changes(self, merges: Sequence[str]) -> list[str]:
        """Those of `merges` that may have tickets otherwise than one of their parents."""
        return [one for one in merges if not self._is_as_its_parents(one)]

    def files_of(self, tickets: Sequence[str], part: str) -> dict[str, str] | None:
        """The blobs that HEAD has of a file of `tickets`; None where git has to be asked."""
        found: dict[str, str] = {}
        for ticket in tickets:
            known = self._object_at(self.head, f"/{ticket}/{part}")
            if known is None:
                return None
            name, kind = known
            if kind == "blob":
                found[ticket] = name
        return found

    def tree(self) -> str | None:
        """The name of the tree that HEAD has of the tickets, empty for none; None where git has to
        be asked."""
        found = self._object_at(self.head, "")
        return None if found is None else found[0]

    def _is_as_its_parents(self, merge: str) -> bool:
        node = self.facts.graph.node(merge) if self.facts is not None else None
        if node is None:
            return False
        trees = {self._object_at(one, "") for one in (merge, *node.parents)}
        return len(trees) == 1 and None not in trees

    def _object_at(self, commit: str, path: str) -> tuple[str, str] | None:
        if self.facts is None or self.top is None:
            return None
        return self.facts.object_of(f"{commit}:{self.top}{path}")


def committed_store(
    workspace: str, folder: str, facts: CommitFacts | None = None
) -> CommittedStore | None:
    """The store that HEAD has of the tickets in `folder` of a workspace in a checkout, None before
    the first commit. Raises `OperationError`."""
    checkout = find_checkout(workspace)
    head = head_commit(checkout.git_dir, checkout.common_dir) if checkout else None
    if head is None:
        head = look_up(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], cwd=workspace)
    if not head:
        return None
    root, common_dir = (checkout.root, checkout.common_dir) if checkout else ("", workspace)
    top = os.path.relpath(os.path.join(workspace, folder), root) if root else None
    if top is not None and top.startswith(".."):
        top = None
    return CommittedStore(workspace, folder, head, common_dir, top, facts)


@lru_cache(maxsize=8)
def _newest_merges(workspace: str, head: str, edge: int) -> Sequence[str]:
    wanted = ["rev-list", "--merges", f"--max-count={MERGES}", head, "--"]
    return run_git(wanted, cwd=workspace).split()


def _time_of(path: str) -> int:
    """When a file was changed, 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
