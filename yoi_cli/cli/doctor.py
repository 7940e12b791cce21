"""`yoi doctor`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import doctor as api
from yoi_cli.api.session import Session, open_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.doctor_text import print_checkup
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_utf8, progress
from yoi_cli.errors import StoreInvalidError, YoiError

if TYPE_CHECKING:
    from yoi_cli.api.doctor import DoctorReport


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
    repaired = api.no_repairs()
    if fix or dry_run:
        session = open_session(start, forgiving=dry_run)
        repaired = api.set_up(session, _look_over(session), dry_run=dry_run)
    exit_code = StoreInvalidError.exit_code
    try:
        found = _look_over(open_session(start, forgiving=True))
    except YoiError as error:
        found = api.without_workspace(error)
        exit_code = error.exit_code
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    checkup = api.with_environment(
        found, start, encoding=encoding, is_utf8=is_utf8(sys.stdout), strict=ci
    )
    print_checkup(checkup, repaired, as_json=as_json)
    return exit_code if checkup.errors else 0


def _look_over(session: Session) -> DoctorReport:
    with progress("Examining tickets", api.count_tickets(session)) as bar:
        return api.look_over(session, advance=bar.advance)
