"""The JSON types of worktrees (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.worktrees.checks import WorktreeFinding
    from yoi_cli.worktrees.model import Worktree
    from yoi_cli.worktrees.ports import RemovedWorktree
    from yoi_cli.worktrees.service import Pruned, WorktreeDetails, WorktreeView


class WorktreeDocument(Struct, frozen=True, kw_only=True):
    """A worktree. `branch` is null where HEAD is detached; `base` and `ahead` are counted
    against the branch (or commit) `target`."""

    path: str
    ticket: str | None
    branch: str | None
    head: str | None
    target: str
    base: str | None
    ahead: int
    dirty: tuple[str, ...]
    is_locked: bool = field(name="locked")
    is_missing: bool = field(name="missing")
    is_unfinished: bool = field(name="unfinished")


class AddedWorktreeDocument(WorktreeDocument, frozen=True, kw_only=True):
    """A worktree that was made, with what comes next for its ticket."""

    next_action: str | None


class ListedWorktreeDocument(Struct, frozen=True, kw_only=True):
    """A worktree with the state and title of its ticket, and the worker at work in it."""

    worktree: WorktreeDocument
    state: str | None
    title: str | None
    worker: str | None


class WorktreesDocument(Struct, frozen=True, kw_only=True):
    worktrees: tuple[ListedWorktreeDocument, ...]


class RiskDocument(Struct, frozen=True, kw_only=True):
    """A reason why it may not go; no force removes one that is `fatal`."""

    code: str
    text: str
    is_fatal: bool = field(name="fatal")


class ShownWorktreeDocument(ListedWorktreeDocument, frozen=True, kw_only=True):
    """One worktree, what speaks against removing it, and the refs that keep what earlier
    removals would have lost."""

    risks: tuple[RiskDocument, ...]
    rescued: tuple[str, ...]


class RemovedWorktreeDocument(Struct, frozen=True, kw_only=True):
    """What went: the folder, its branch (null where that stays), and what git ignores.
    `rescued` are the refs that keep the rest."""

    path: str
    branch: str | None
    rescued: tuple[str, ...]
    ignored: tuple[str, ...]


class PrunedDocument(Struct, frozen=True, kw_only=True):
    """A worktree that was looked at. `removed` is null where it stays or only would go;
    `reason` says why it stays, and is null where it goes."""

    worktree: WorktreeDocument
    state: str | None
    removed: RemovedWorktreeDocument | None
    reason: str | None


class PrunedWorktreesDocument(Struct, frozen=True, kw_only=True):
    dry_run: bool
    worktrees: tuple[PrunedDocument, ...]


class WorktreeFindingDocument(Struct, frozen=True, kw_only=True):
    """One thing to look at; `place` is a path, or a branch."""

    code: str
    ticket: str | None
    place: str
    message: str
    hint: str


class WorktreeDoctorDocument(Struct, frozen=True, kw_only=True):
    ok: bool
    findings: tuple[WorktreeFindingDocument, ...]


def worktree_document(one: Worktree) -> WorktreeDocument:
    return from_value(WorktreeDocument, one)


def added_worktree_document(one: Worktree) -> AddedWorktreeDocument:
    return from_value(AddedWorktreeDocument, one, next_action=None)


def worktrees_document(shown: Iterable[WorktreeView]) -> WorktreesDocument:
    return WorktreesDocument(
        worktrees=tuple(
            from_value(ListedWorktreeDocument, one, worktree=worktree_document(one.worktree))
            for one in shown
        )
    )


def shown_worktree_document(details: WorktreeDetails) -> ShownWorktreeDocument:
    return from_value(
        ShownWorktreeDocument,
        details.shown,
        worktree=worktree_document(details.shown.worktree),
        risks=from_values(RiskDocument, details.risks),
        rescued=details.rescues,
    )


def removed_document(removed: RemovedWorktree) -> RemovedWorktreeDocument:
    return from_value(RemovedWorktreeDocument, removed)


def pruned_document(pruned: Iterable[Pruned], *, dry_run: bool) -> PrunedWorktreesDocument:
    return PrunedWorktreesDocument(
        dry_run=dry_run,
        worktrees=tuple(
            PrunedDocument(
                worktree=worktree_document(one.shown.worktree),
                state=one.shown.state,
                removed=None if one.removed is None else removed_document(one.removed),
                reason=one.stays or None,
            )
            for one in pruned
        ),
    )


def worktree_doctor_document(findings: Iterable[WorktreeFinding]) -> WorktreeDoctorDocument:
    listed = from_values(WorktreeFindingDocument, findings)
    return WorktreeDoctorDocument(ok=not listed, findings=listed)
