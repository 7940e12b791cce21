"""The JSON types of hooks (docs/hooks.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.gate import GateDocument, gate_document

if TYPE_CHECKING:
    from yoi_cli.hooks.model import HookFile
    from yoi_cli.hooks.ports import HookOutcome, HookReport


class HookDocument(TypedDict):
    """One hook. `state` is absent, installed, outdated, edited, foreign or replaced."""

    name: str
    path: str
    state: str
    chained: str | None
    maker: str
    note: str


class HookFailureDocument(TypedDict):
    """A hook that was left as it is, and why."""

    code: str
    message: str
    hint: str


class HooksDocument(TypedDict):
    """The hooks of a clone, and what was just changed of them.

    `setting` is core.hooksPath, `program` the yoi that the hooks start, `waiting` how many
    events wait in the spool.
    """

    folder: str
    setting: str | None
    shared: bool
    program: str | None
    hooks: list[HookDocument]
    changed: list[str]
    failed: list[HookFailureDocument]
    waiting: int


class HookRunDocument(TypedDict):
    """What came of a hook: the tickets it spoke of, and those whose events wait."""

    hook: str
    tickets: list[str]
    waiting: list[str]
    said: list[str]
    gate: GateDocument | None


def hooks_document(report: HookReport) -> HooksDocument:
    return {
        "folder": report.folder.path,
        "setting": report.folder.setting,
        "shared": report.folder.is_shared,
        "program": report.program,
        "hooks": [_hook(hook) for hook in report.hooks],
        "changed": list(report.changed),
        "failed": [
            {"code": error.code, "message": error.message, "hint": error.hint}
            for error in report.failed
        ],
        "waiting": report.waiting,
    }


def _hook(hook: HookFile) -> HookDocument:
    return {
        "name": hook.name,
        "path": hook.path,
        "state": hook.state,
        "chained": hook.chained,
        "maker": hook.maker,
        "note": hook.note,
    }


def hook_run_document(outcome: HookOutcome) -> HookRunDocument:
    return {
        "hook": outcome.name,
        "tickets": list(outcome.tickets),
        "waiting": list(outcome.waiting),
        "said": list(outcome.said),
        "gate": None if outcome.gate is None else gate_document(outcome.gate),
    }
