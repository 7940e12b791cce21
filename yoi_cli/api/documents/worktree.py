"""The JSON types of worktrees (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.worktrees.checks import WorktreeFinding
    from yoi_cli.worktrees.model import Risk, Worktree
    from yoi_cli.worktrees.ports import RemovedWorktree
    from yoi_cli.worktrees.service import Pruned, WorktreeDetails, WorktreeView


class WorktreeDocument(TypedDict):
    """A worktree. `branch` is null where HEAD is detached; `base` and `ahead` are counted
    against the branch (or commit) `target`."""

    path: str
    ticket: str | None
    branch: str | None
    head: str | None
    target: str
    base: str | None
    ahead: int
    dirty: list[str]
    locked: bool
    missing: bool
    unfinished: bool


class ListedWorktreeDocument(TypedDict):
    """A worktree with the state and title of its ticket, and the worker at work in it."""

    worktree: WorktreeDocument
    state: str | None
    title: str | None
    worker: str | None


class WorktreesDocument(TypedDict):
    worktrees: list[ListedWorktreeDocument]


class RiskDocument(TypedDict):
    """A reason why it may not go; no force removes one that is `fatal`."""

    code: str
    text: str
    fatal: bool


class ShownWorktreeDocument(TypedDict):
    """One worktree, what speaks against removing it, and the refs that keep what earlier
    removals would have lost."""

    worktree: WorktreeDocument
    state: str | None
    title: str | None
    worker: str | None
    risks: list[RiskDocument]
    rescued: list[str]


class RemovedWorktreeDocument(TypedDict):
    """What went: the folder, its branch (null where that stays), and what git ignores.
    `rescued` are the refs that keep the rest."""

    path: str
    branch: str | None
    rescued: list[str]
    ignored: list[str]


class PrunedDocument(TypedDict):
    """A worktree that was looked at. `removed` is null where it stays or only would go;
    `reason` says why it stays, and is null where it goes."""

    worktree: WorktreeDocument
    state: str | None
    removed: RemovedWorktreeDocument | None
    reason: str | None


class PrunedWorktreesDocument(TypedDict):
    dry_run: bool
    worktrees: list[PrunedDocument]


class WorktreeFindingDocument(TypedDict):
    """One thing to look at; `place` is a path, or a branch."""

    code: str
    ticket: str | None
    place: str
    message: str
    hint: str


class WorktreeDoctorDocument(TypedDict):
    ok: bool
    findings: list[WorktreeFindingDocument]


def worktree_document(one: Worktree) -> WorktreeDocument:
    return {
        "path": one.path,
        "ticket": one.ticket,
        "branch": one.branch,
        "head": one.head,
        "target": one.target,
        "base": one.base,
        "ahead": one.ahead,
        "dirty": list(one.dirty),
        "locked": one.is_locked,
        "missing": one.is_missing,
        "unfinished": one.is_unfinished,
    }


def worktrees_document(shown: Iterable[WorktreeView]) -> WorktreesDocument:
    return {
        "worktrees": [
            {
                "worktree": worktree_document(one.worktree),
                "state": one.state,
                "title": one.title,
                "worker": one.worker,
            }
            for one in shown
        ]
    }


def shown_worktree_document(whole: WorktreeDetails) -> ShownWorktreeDocument:
    return {
        "worktree": worktree_document(whole.shown.worktree),
        "state": whole.shown.state,
        "title": whole.shown.title,
        "worker": whole.shown.worker,
        "risks": [_risk_document(risk) for risk in whole.risks],
        "rescued": list(whole.rescues),
    }


def _risk_document(risk: Risk) -> RiskDocument:
    return {"code": risk.code, "text": risk.text, "fatal": risk.is_fatal}


def removed_document(removed: RemovedWorktree) -> RemovedWorktreeDocument:
    return {
        "path": removed.path,
        "branch": removed.branch,
        "rescued": list(removed.rescued),
        "ignored": list(removed.ignored),
    }


def pruned_document(looked: Iterable[Pruned], *, dry_run: bool) -> PrunedWorktreesDocument:
    return {
        "dry_run": dry_run,
        "worktrees": [
            {
                "worktree": worktree_document(one.shown.worktree),
                "state": one.shown.state,
                "removed": None if one.removed is None else removed_document(one.removed),
                "reason": one.stays or None,
            }
            for one in looked
        ],
    }


def worktree_doctor_document(findings: Iterable[WorktreeFinding]) -> WorktreeDoctorDocument:
    listed: list[WorktreeFindingDocument] = [
        {
            "code": one.code,
            "ticket": one.ticket,
            "place": one.place,
            "message": one.message,
            "hint": one.hint,
        }
        for one in findings
    ]
    return {"ok": not listed, "findings": listed}
