"""The types of what doctor prints under `--json`, and how they are made (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.environment import DoctorReport, EnvironmentCheck
    from yoi_cli.doctor.examine import Examination
    from yoi_cli.doctor.repair import Mended, Repair


class DiagnosticDocument(TypedDict):
    """One finding. `ticket` is null for the store as a whole, `line` where none is meant."""

    severity: str
    code: str
    message: str
    ticket: str | None
    path: str
    line: int | None


class RepairDocument(TypedDict):
    """One repair. `problem` says why it failed, and is null where it did not."""

    action: str
    ticket: str | None
    path: str
    message: str
    problem: str | None


class DoctorDocument(TypedDict):
    """What is wrong in a store, after the repairs that were asked for.

    `errors`, `warnings` and `infos` are counts. `planned` are repairs that `--dry-run` only
    shows, `fixed` those that were made, `failed` those that could not be.
    """

    ok: bool
    tickets: int
    errors: int
    warnings: int
    infos: int
    diagnostics: list[DiagnosticDocument]
    planned: list[RepairDocument]
    fixed: list[RepairDocument]
    failed: list[RepairDocument]


class CheckDocument(TypedDict):
    """One look at the environment; `area` is store, clone or environment."""

    name: str
    area: str
    status: str
    message: str
    hint: str


class StoreSummaryDocument(TypedDict):
    """The store in numbers; `yoi ticket doctor` says which."""

    tickets: int
    errors: int
    warnings: int
    infos: int


class EnvironmentDocument(TypedDict):
    """Store, clone and environment, after the repairs that were asked for.

    `store` is null where there is none to look at; the repairs are as in `doctor`.
    """

    ok: bool
    errors: int
    warnings: int
    checks: list[CheckDocument]
    store: StoreSummaryDocument | None
    planned: list[RepairDocument]
    fixed: list[RepairDocument]
    failed: list[RepairDocument]


def doctor_document(found: Examination, mended: Mended) -> DoctorDocument:
    counts = found.counts
    return {
        "ok": found.ok,
        "tickets": found.tickets,
        "errors": counts.errors,
        "warnings": counts.warnings,
        "infos": counts.infos,
        "diagnostics": [diagnostic_document(one) for one in found.diagnostics],
        "planned": [_repair_document(repair) for repair in mended.planned],
        "fixed": [_repair_document(repair) for repair in mended.fixed],
        "failed": [_repair_document(repair, problem) for repair, problem in mended.failed],
    }


def diagnostic_document(one: Diagnostic) -> DiagnosticDocument:
    return {
        "severity": one.severity,
        "code": one.code,
        "message": one.message,
        "ticket": one.ticket,
        "path": one.path,
        "line": one.line,
    }


def _repair_document(repair: Repair, problem: str | None = None) -> RepairDocument:
    return {
        "action": repair.action,
        "ticket": repair.ticket,
        "path": repair.path,
        "message": repair.message,
        "problem": problem,
    }


def environment_document(checkup: DoctorReport, mended: Mended) -> EnvironmentDocument:
    return {
        "ok": checkup.errors == 0,
        "errors": checkup.errors,
        "warnings": checkup.warnings,
        "checks": [_check_document(check) for check in checkup.checks],
        "store": None if checkup.store is None else _store_document(checkup.store),
        "planned": [_repair_document(repair) for repair in mended.planned],
        "fixed": [_repair_document(repair) for repair in mended.fixed],
        "failed": [_repair_document(repair, problem) for repair, problem in mended.failed],
    }


def _check_document(check: EnvironmentCheck) -> CheckDocument:
    return {
        "name": check.name,
        "area": check.area,
        "status": check.status,
        "message": check.message,
        "hint": check.hint,
    }


def _store_document(store: Examination) -> StoreSummaryDocument:
    counts = store.counts
    return {
        "tickets": store.tickets,
        "errors": counts.errors,
        "warnings": counts.warnings,
        "infos": counts.infos,
    }
