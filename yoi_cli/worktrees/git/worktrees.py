"""The worktrees of one repository, behind the port `Worktrees` (docs/worktrees.md)."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, OperationError
from yoi_cli.git.plain_refs import head_of
from yoi_cli.model.naming import BRANCH_PREFIX, is_candidate, ticket_of_branch
from yoi_cli.worktrees.git import creation, removal
from yoi_cli.worktrees.git.facts import inspect
from yoi_cli.worktrees.git.listing import (
    WorktreeEntry,
    entry_of,
    linked_trees,
    main_and_linked,
    plain_entry,
)
from yoi_cli.worktrees.git.rescue import RESCUE
from yoi_cli.worktrees.model import Risk, Worktree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.ports import NewWorktree, RemovedWorktree, WorktreeFacts

_LOOKS = 20
_PAUSE = 0.05


class GitWorktrees:
    """A `Worktrees` of one repository. Whatever changes worktrees holds the
    lock on them; looking at them takes none."""

    def __init__(self, repository: RepositoryPaths) -> None:
        self._repository = repository

    def all(self, target: str) -> Sequence[Worktree]:
        _, linked = main_and_linked(self._repository)
        seen = (self._seen(entry, target) for entry in linked)
        found = [worktree for worktree in seen if worktree is not None]
        return sorted(found, key=lambda worktree: worktree.path)

    def tickets(self) -> AbstractSet[str]:
        _, linked = main_and_linked(self._repository)
        return {ticket for ticket in map(self._ticket, linked) if ticket is not None}

    def find(self, path: str, target: str) -> Worktree | None:
        tree = self._standing(path)
        if tree is None:
            return None
        found = self._looked_at(tree, target) or self._listed(tree.path, target)
        return None if found is None or found.is_missing else found

    def locate(self, path: str, target: str) -> Worktree | None:
        tree = self._standing(path)
        entry = plain_entry(self._repository, tree) if tree is not None else None
        if entry is None or entry.is_missing or entry.is_unfinished:
            return self.find(path, target)
        return self._worktree(entry, target, dirty=())

    def stands(self, path: str) -> bool:
        return self._standing(path) is not None

    def _standing(self, path: str) -> WorktreePaths | None:
        """The first worktree whose folder ends with `path` and is there."""
        trees = (one for one in linked_trees(self._repository) if one.path.endswith(f"/{path}"))
        return next((one for one in trees if not entry_of(one, "", "").is_missing), None)

    def _looked_at(self, tree: WorktreePaths, target: str) -> Worktree | None:
        """A worktree that is whole, without base and ahead; None where it takes a closer look."""
        with suppress(OperationError):
            state = tree.state()
            if state is not None:
                entry = entry_of(tree, state.head, state.branch)
                if not entry.is_unfinished:
                    return self._worktree(entry, target, dirty=state.dirty)
        return None

    def _listed(self, path: str, target: str) -> Worktree | None:
        """A worktree as git lists it, without base and ahead."""
        _, linked = main_and_linked(self._repository)
        entry = next((one for one in linked if one.path == path), None)
        return None if entry is None else self._seen(entry, target, is_counted=False)

    def of(self, ticket: str, target: str) -> Worktree | None:
        if not self._may_have(ticket):
            return None
        _, linked = main_and_linked(self._repository)
        own = (entry for entry in linked if self._ticket(entry) == ticket)
        own = (entry for entry in own if not is_candidate(entry.branch or entry.path))
        finished = [entry for entry in own if not (entry.is_unfinished or entry.is_anothers)]
        # One on the ticket's branch comes before one that merely has its folder.
        finished.sort(key=lambda entry: ticket_of_branch(entry.branch or "") != ticket)
        return self._describe(finished[0], target) if finished else None

    def make(self, new: NewWorktree) -> None:
        with self._repository.locked():
            creation.create(self._repository, new)

    def add(self, new: NewWorktree) -> Worktree:
        with self._repository.locked():
            entry = creation.create(self._repository, new)
        return self._describe(entry, new.base)

    def ignore(self, pattern: str) -> None:
        with self._repository.locked():
            creation.exclude(self._repository, pattern)

    def remove(self, worktree: Worktree, *, force: bool) -> RemovedWorktree:
        with self._repository.locked():
            entry = self._entry_of(worktree)
            return removal.remove(self._repository, entry, worktree, force=force)

    def risks(self, worktree: Worktree) -> Sequence[Risk]:
        return removal.risks_of(self._repository, self._entry_of(worktree), worktree)

    def rescues(self, ticket: str) -> Sequence[str]:
        asked = ["for-each-ref", "--format=%(refname)", f"{RESCUE}{ticket}/"]
        return self._repository.run(asked).splitlines()

    def facts(self, target: str) -> WorktreeFacts:
        return inspect(self._repository, self.all(target))

    def _entry_of(self, worktree: Worktree) -> WorktreeEntry:
        _, linked = main_and_linked(self._repository)
        entry = next((entry for entry in linked if entry.path == worktree.path), None)
        if entry is None:
            raise NotFoundError(
                "worktree_not_found",
                f"git knows no worktree {worktree.path}.",
                hint="`yoi worktree list` lists them.",
                details={"path": worktree.path},
            )
        return entry

    def _may_have(self, ticket: str) -> bool:
        """Whether git has to be asked for a worktree of the ticket: one may be its own, by what
        HEAD says there, or by its folder."""
        for tree in linked_trees(self._repository):
            head = head_of(tree.git_dir)
            if head is None or ticket in (head[0] + tree.path).upper():
                return True
        return False

    def _ticket(self, entry: WorktreeEntry) -> str | None:
        """The ticket that its branch names, or else its folder below `.worktree`."""
        named = ticket_of_branch(entry.branch) if entry.branch else None
        folder, name = os.path.split(entry.path)
        if named is None and folder == self._repository.worktree_folder:
            return ticket_of_branch(BRANCH_PREFIX + name)
        return named

    def _seen(
        self, entry: WorktreeEntry, target: str, *, is_counted: bool = True
    ) -> Worktree | None:
        """One worktree, None where somebody removed it in the meantime.

        One that is just being made or removed cannot be described for an instant. Raises
        `OperationError` where that does not pass.
        """
        for _ in range(_LOOKS):
            try:
                return self._describe(entry, target, is_counted=is_counted)
            except OperationError:
                time.sleep(_PAUSE)
                _, linked = main_and_linked(self._repository)
                again = next((one for one in linked if one.path == entry.path), None)
                if again is None:
                    return None
                entry = again
        return self._describe(entry, target, is_counted=is_counted)

    def _describe(self, entry: WorktreeEntry, target: str, *, is_counted: bool = True) -> Worktree:
        """The worktree as it stands; `is_counted` asks for what needs its history."""
        repository, head = self._repository, entry.head
        aim = repository.target_commit(target) if is_counted else None
        base, ahead = None, 0
        if head is not None and head == aim:
            base = head
        elif head is not None and aim is not None:
            base = repository.find(["merge-base", aim, head]) or None
            ahead = int(repository.run(["rev-list", "--count", head, f"^{aim}", "--"]))
        is_bare_folder = entry.is_missing or entry.is_unfinished
        dirty = () if is_bare_folder else entry.tree.uncommitted()
        return self._worktree(entry, target, dirty=dirty)._replace(base=base, ahead=ahead)

    def _worktree(self, entry: WorktreeEntry, target: str, *, dirty: Sequence[str]) -> Worktree:
        return Worktree(
            path=entry.path,
            ticket=self._ticket(entry),
            branch=entry.branch,
            head=entry.head,
            dirty=tuple(dirty),
            is_locked=entry.lock is not None and not entry.is_unfinished,
            is_missing=entry.is_missing,
            is_unfinished=entry.is_unfinished,
            target=target,
        )
