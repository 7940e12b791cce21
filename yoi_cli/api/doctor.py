"""Finding what is wrong in a store and around it, and repairing it (docs/doctor.md).

What takes long calls `advance` for every ticket that it looked at, of `count_tickets`. A
session that was opened with `forgiving` lets doctor look past what is wrong in the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.doctor.diagnostics import Diagnostic as Diagnostic
    from yoi_cli.doctor.diagnostics import SeverityCounts as SeverityCounts
    from yoi_cli.doctor.environment import DoctorReport as DoctorReport
    from yoi_cli.doctor.environment import EnvironmentCheck as EnvironmentCheck
    from yoi_cli.doctor.examine import Examination as Examination
    from yoi_cli.doctor.repair import RepairResult as RepairResult
    from yoi_cli.errors import YoiError
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start


def count_tickets(session: Session) -> int:
    """How many tickets will be looked at."""
    from yoi_cli.doctor.open import open_inspector

    return len(open_inspector(session).ids())


def examine_store(session: Session, *, advance: Callable[[], None] = lambda: None) -> Examination:
    """Everything that is wrong in the store."""
    from yoi_cli.doctor.examine import examine_store
    from yoi_cli.doctor.open import open_inspector, with_history

    return with_history(session, examine_store(open_inspector(session), advance=advance))


def examine_ticket(session: Session, ticket: str) -> Examination:
    """What is wrong with one ticket. Raises what finding a ticket raises."""
    from yoi_cli.doctor.examine import examine_ticket
    from yoi_cli.doctor.open import open_inspector, with_history
    from yoi_cli.tickets.lookup import identify

    known = identify(session.store, ticket)
    return with_history(session, examine_ticket(open_inspector(session), known), [known])


def repair(
    session: Session,
    found: Examination,
    *,
    fix: bool = False,
    adopt_item: bool = False,
    dry_run: bool = False,
    author: str | None = None,
) -> RepairResult:
    """Make the repairs that `found` asks for and that need no guess, or only plan them.

    `fix` makes them all; `adopt_item` records a move that was made in item.md by hand. One
    that fails keeps no other from being made. Raises `ConflictError` (`lock_timeout`).
    """
    from yoi_cli.doctor.open import repair_store
    from yoi_cli.doctor.repair import RepairResult, plan_repairs

    repairs = plan_repairs(found, fix=fix, adopt_item=adopt_item)
    if dry_run:
        return RepairResult(planned=repairs)
    return repair_store(session, repairs, author)


def look_over(session: Session, *, advance: Callable[[], None] = lambda: None) -> DoctorReport:
    """What is wrong in the store, and what the clone lacks."""
    from yoi_cli.doctor.environment import (
        DoctorReport,
        check_clone,
        check_lock,
        check_spool,
        check_store,
    )
    from yoi_cli.doctor.open import probe_claims, survey_clone
    from yoi_cli.hooks.git.context import spool_of
    from yoi_cli.hooks.open import check_hooks
    from yoi_cli.setup.formatters import check_formatters
    from yoi_cli.setup.merge_checks import check_merging
    from yoi_cli.setup.open import merge_facts, missing_exclusions

    found = examine_store(session, advance=advance)
    clone, lock = survey_clone(session)
    spool = spool_of(session).facts()
    waits = check_spool(session.store, spool.notes, spool.unreadable, spool.folder)
    facts = None if clone.irregular else merge_facts(session)
    merging = () if facts is None else tuple(check_merging(facts))
    _, unguarded = missing_exclusions(session.workspace, session.checkout)
    merging = (*merging, *check_formatters(unguarded))
    hooks = None if clone.irregular else check_hooks(session)
    places = (*check_clone(clone), *merging, check_lock(lock), waits, *([hooks] if hooks else []))
    probe = probe_claims(session)
    if probe is not None:
        from yoi_cli.doctor.shared_claims import check_shared_claims

        places = (*places, check_shared_claims(probe))
    return DoctorReport((*check_store(found), *places), found)


def without_workspace(error: YoiError) -> DoctorReport:
    """What is to be said where no workspace could be opened."""
    from yoi_cli.doctor.environment import DoctorReport, check_workspace

    return DoctorReport((check_workspace(error),))


def with_environment(
    report: DoctorReport, start: Start, *, encoding: str, is_utf8: bool, strict: bool = False
) -> DoctorReport:
    """`report` with what the machine says; `encoding` is that of the surface's output.

    `strict` takes warnings about the clone for errors.
    """
    from yoi_cli.doctor.environment import DoctorReport, check_environment, strict_about_clone
    from yoi_cli.doctor.open import survey_environment
    from yoi_cli.workers.open import lacking_parts, landlock_version

    facts = survey_environment(
        start,
        encoding=encoding,
        is_utf8=is_utf8,
        landlock=landlock_version(start.environment),
        lacking=lacking_parts(),
    )
    checks = (*report.checks, *check_environment(facts))
    if strict:
        checks = tuple(strict_about_clone(check) for check in checks)
    return DoctorReport(checks, report.store)


def set_up(session: Session, report: DoctorReport, *, dry_run: bool = False) -> RepairResult:
    """Set up the clone and repair the store, as far as `report` asks for it, or only plan it.

    Raises `ConflictError` (`lock_timeout`).
    """
    from yoi_cli.setup.open import mend_all

    return mend_all(session, report.store, is_dry=dry_run)


def no_repairs() -> RepairResult:
    """Where nothing was to be repaired."""
    from yoi_cli.doctor.repair import RepairResult

    return RepairResult()
