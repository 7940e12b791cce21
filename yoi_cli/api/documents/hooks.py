"""The JSON types of hooks (docs/hooks.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.api.documents.routing import GateDocument, gate_document

if TYPE_CHECKING:
    from yoi_cli.hooks.ports import HookOutcome, HookReport


class HookDocument(Struct, frozen=True, kw_only=True):
    """One hook. `state` is absent, installed, outdated, edited, foreign or replaced."""

    name: str
    path: str
    state: str
    chained: str | None
    maker: str
    note: str


class HookFailureDocument(Struct, frozen=True, kw_only=True):
    """A hook that was left as it is, and why."""

    code: str
    message: str
    hint: str


class HooksDocument(Struct, frozen=True, kw_only=True):
    """The hooks of a clone, and what was just changed of them.

    `setting` is core.hooksPath, `program` the yoi that the hooks start, `waiting` how many
    events wait in the spool.
    """

    folder: str
    setting: str | None
    shared: bool
    program: str | None
    hooks: tuple[HookDocument, ...]
    changed: tuple[str, ...]
    failed: tuple[HookFailureDocument, ...]
    waiting: int


class HookRunDocument(Struct, frozen=True, kw_only=True):
    """What came of a hook: the tickets it spoke of, and those whose events wait."""

    name: str = field(name="hook")
    tickets: tuple[str, ...]
    waiting: tuple[str, ...]
    said: tuple[str, ...]
    gate: GateDocument | None


def hooks_document(report: HookReport) -> HooksDocument:
    folder = report.folder
    return from_value(
        HooksDocument,
        report,
        folder=folder.path,
        setting=folder.setting,
        shared=folder.is_shared,
        hooks=from_values(HookDocument, report.hooks),
        failed=from_values(HookFailureDocument, report.failed),
    )


def hook_run_document(outcome: HookOutcome) -> HookRunDocument:
    gate = None if outcome.gate is None else gate_document(outcome.gate)
    return from_value(HookRunDocument, outcome, gate=gate)
