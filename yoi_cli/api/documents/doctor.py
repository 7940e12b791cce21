"""The JSON types of every doctor but the worktrees' (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.doctor.diagnostics import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.environment import DoctorReport
    from yoi_cli.doctor.examine import Examination
    from yoi_cli.doctor.repair import RepairResult


class DiagnosticDocument(Struct, frozen=True, kw_only=True):
    """One finding. `ticket` is null for the store as a whole, `line` where none is meant."""

    severity: str
    code: str
    message: str
    ticket: str | None
    path: str
    line: int | None


class RepairDocument(Struct, frozen=True, kw_only=True):
    """One repair. `problem` says why it failed, and is null where it did not."""

    action: str
    ticket: str | None
    path: str
    message: str
    problem: str | None


class DoctorDocument(Struct, frozen=True, kw_only=True):
    """What is wrong in a store, after the repairs that were asked for.

    `errors`, `warnings` and `infos` are counts. `planned` are repairs that `--dry-run` only
    shows, `fixed` those that were made, `failed` those that could not be.
    """

    ok: bool
    tickets: int
    errors: int
    warnings: int
    infos: int
    diagnostics: tuple[DiagnosticDocument, ...]
    planned: tuple[RepairDocument, ...]
    fixed: tuple[RepairDocument, ...]
    failed: tuple[RepairDocument, ...]


class CheckDocument(Struct, frozen=True, kw_only=True):
    """One look at the environment; `area` is store, clone or environment."""

    name: str
    area: str
    status: str
    message: str
    hint: str


class StoreSummaryDocument(Struct, frozen=True, kw_only=True):
    """The store in numbers; `yoi ticket doctor` says which."""

    tickets: int
    errors: int
    warnings: int
    infos: int


class EnvironmentDocument(Struct, frozen=True, kw_only=True):
    """Store, clone and environment, after the repairs that were asked for.

    `store` is null where there is none to look at; the repairs are as in `doctor`.
    """

    ok: bool
    errors: int
    warnings: int
    checks: tuple[CheckDocument, ...]
    store: StoreSummaryDocument | None
    planned: tuple[RepairDocument, ...]
    fixed: tuple[RepairDocument, ...]
    failed: tuple[RepairDocument, ...]


class ObjectiveDiagnosticDocument(DiagnosticDocument, frozen=True, kw_only=True):
    """One finding; `line` counts from 1."""


class ObjectiveDoctorDocument(Struct, frozen=True, kw_only=True):
    """All findings; `ok` is true where none of them is an error."""

    ok: bool
    errors: int
    warnings: int
    diagnostics: tuple[ObjectiveDiagnosticDocument, ...]


def diagnostic_document(one: Diagnostic) -> DiagnosticDocument:
    return from_value(DiagnosticDocument, one)


def doctor_document(found: Examination, repaired: RepairResult) -> DoctorDocument:
    return from_value(
        DoctorDocument,
        found.counts,
        ok=found.ok,
        tickets=found.tickets,
        diagnostics=from_values(DiagnosticDocument, found.diagnostics),
        **_repairs(repaired),
    )


def environment_document(checkup: DoctorReport, repaired: RepairResult) -> EnvironmentDocument:
    store = checkup.store
    return from_value(
        EnvironmentDocument,
        checkup,
        ok=checkup.errors == 0,
        checks=from_values(CheckDocument, checkup.checks),
        store=None
        if store is None
        else from_value(StoreSummaryDocument, store.counts, tickets=store.tickets),
        **_repairs(repaired),
    )


def _repairs(repaired: RepairResult) -> dict[str, tuple[RepairDocument, ...]]:
    """The repairs by the field that they stand in."""
    planned, fixed = (
        tuple(from_value(RepairDocument, repair, problem=None) for repair in repairs)
        for repairs in (repaired.planned, repaired.fixed)
    )
    failed = tuple(
        from_value(RepairDocument, repair, problem=problem) for repair, problem in repaired.failed
    )
    return {"planned": planned, "fixed": fixed, "failed": failed}


def objective_doctor_document(found: Sequence[Diagnostic]) -> ObjectiveDoctorDocument:
    counts = count(found)
    return from_value(
        ObjectiveDoctorDocument,
        counts,
        ok=counts.errors == 0,
        diagnostics=from_values(ObjectiveDiagnosticDocument, found),
    )
