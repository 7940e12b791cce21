"""`yoi doctor`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.cli.context import start_of
from yoi_cli.cli.doctor_text import print_checkup
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_utf8, progress
from yoi_cli.doctor.environment import (
    DoctorReport,
    EnvironmentCheck,
    check_clone,
    check_environment,
    check_lock,
    check_store,
    check_workspace,
    strict_about_clone,
)
from yoi_cli.doctor.examine import examine_store
from yoi_cli.doctor.open import open_inspector, survey_clone, survey_environment
from yoi_cli.doctor.repair import Mended
from yoi_cli.doctor.spool import check_spool
from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.hooks.files.spool import spool_facts
from yoi_cli.setup.merge_checks import check_merging
from yoi_cli.setup.open import mend_all, merge_facts
from yoi_cli.workspace.session import Session, Start, open_session


def doctor(
    ctx: typer.Context,
    ci: Annotated[
        bool, typer.Option("--ci", help="Take warnings about the clone for errors.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Set up the clone, and repair the store without a guess.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --fix would do, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Look over the store, the clone and the environment.

    Exits with 0 where nothing is in error, else with 6, or with 3 where there is no workspace.
    """
    start = start_of(ctx)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    environment = survey_environment(start, encoding=encoding, is_utf8=is_utf8(sys.stdout))
    exit_code = StoreInvalidError.exit_code
    mended = _mend(start, ctx.command_path, is_dry=dry_run) if fix or dry_run else Mended()
    try:
        checkup = _look_over(open_session(start, forgiving=True), ctx.command_path)
    except YoiError as error:
        checkup = DoctorReport((check_workspace(error),))
        exit_code = error.exit_code
    checks: tuple[EnvironmentCheck, ...] = (*checkup.checks, *check_environment(environment))
    if ci:
        checks = tuple(strict_about_clone(check) for check in checks)
    checkup = DoctorReport(checks, checkup.store)
    print_checkup(checkup, mended, as_json=as_json)
    return exit_code if checkup.errors else 0


def _mend(start: Start, command_path: str, *, is_dry: bool) -> Mended:
    """Make the repairs that the clone and the store need, or only name them."""
    session = open_session(start, forgiving=is_dry)
    checkup = _look_over(session, command_path)
    return mend_all(session, checkup.store, is_dry=is_dry)


def _look_over(session: Session, command_path: str) -> DoctorReport:
    """Store and clone."""
    inspector = open_inspector(session)
    with progress("Examining tickets", len(inspector.ids())) as bar:
        found = examine_store(inspector, advance=bar.advance)
    clone, lock = survey_clone(session, command_path)
    spool = spool_facts(session)
    waits = check_spool(session.store, spool.notes, spool.unreadable, spool.folder)
    facts = merge_facts(session)
    merging = () if facts is None else tuple(check_merging(facts))
    places = (*check_clone(clone), *merging, check_lock(lock), waits)
    return DoctorReport((*check_store(found), *places), found)
