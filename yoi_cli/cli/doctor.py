"""`yoi doctor` and `yoi ticket doctor` (docs/doctor.md)."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import doctor as api
from yoi_cli.api.session import Session, open_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import AuthorOption, JsonOption, ticket_argument
from yoi_cli.cli.text.console import console, is_terminal, is_utf8, progress, text
from yoi_cli.cli.text.report import report_json, warn, write_rows
from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.model.findings import ERROR, INFO, WARNING
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

    from yoi_cli.api.doctor import (
        Diagnostic,
        DoctorReport,
        EnvironmentCheck,
        Examination,
        RepairResult,
        SeverityCounts,
    )


def doctor(
    ctx: typer.Context,
    ci: Annotated[
        bool, typer.Option("--ci", help="Treat warnings about the clone as errors.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Set up the clone, and make repairs that need no guess.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --fix would do, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Check the store, the clone and the environment.

    Exits with 0 if nothing is in error, else with 6, or with 3 if there is no workspace.
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


def ticket_doctor(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("Only this ticket; default the whole store.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Make repairs that need no guess.")] = False,
    adopt_item: Annotated[
        bool,
        typer.Option("--adopt-item", help="If item.md was moved by hand, record that as an event."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --fix would do, and change nothing.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    show_infos: Annotated[
        bool, typer.Option("--all", help="On a terminal, show notes (info) too.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> int:
    """Find what is wrong in the store, and make repairs that need no guess.

    Exits with 0 if there is no error, else with 6. docs/doctor.md explains
    every code.
    """
    changes = not dry_run and (fix or adopt_item)
    session = open_session(start_of(ctx), forgiving=not changes)
    found = _examine(session, ticket)
    repaired = api.repair(
        session,
        found,
        fix=fix or (dry_run and not adopt_item),
        adopt_item=adopt_item,
        dry_run=not changes,
        author=author,
    )
    if repaired.fixed or repaired.failed:
        found = _examine(session, ticket)
    print_examination(found, repaired, show_infos=show_infos, as_json=as_json)
    bad = found.counts.errors + (found.counts.warnings if strict else 0)
    return StoreInvalidError.exit_code if bad else 0


def _examine(session: Session, ticket: str | None) -> Examination:
    if ticket is not None:
        return api.examine_ticket(session, ticket)
    with progress("Examining tickets", api.count_tickets(session)) as bar:
        return api.examine_store(session, advance=bar.advance)


_HEADER = ("severity", "code", "ticket", "path:line", "message")
_CHECK_HEADER = ("status", "area", "name", "message", "hint")
_STYLES = {ERROR: "bold red", WARNING: "yellow", INFO: "dim", "ok": "green"}
_WIDTH = 9


def print_examination(
    found: Examination, repaired: RepairResult, *, show_infos: bool, as_json: bool
) -> None:
    """What was repaired, then everything that is wrong now: JSON, groups, or lines."""
    if as_json:
        from yoi_cli.api.documents.doctor import doctor_document

        report_json("doctor", doctor_document(found, repaired))
        return
    if is_terminal(sys.stdout):
        _print_repairs(repaired)
        _print_findings(found, show_infos=show_infos)
    else:
        rows = [_HEADER, *_repair_rows(repaired), *map(_row, found.diagnostics)]
        write_rows(rows)
    _warn_of_failed(repaired)


def _row(one: Diagnostic) -> tuple[str, ...]:
    return (one.severity, one.code, one.ticket or "", one.place, one.message)


def _repair_rows(repaired: RepairResult) -> list[tuple[str, str, str, str, str]]:
    """Repairs as lines of the same columns, with `fixed` or `planned` for a severity."""
    return [
        (word, repair.action, repair.ticket or "", repair.path, repair.message)
        for word, repairs in (("planned", repaired.planned), ("fixed", repaired.fixed))
        for repair in repairs
    ]


def _print_repairs(repaired: RepairResult) -> None:
    target = console(sys.stdout)
    for word, style, repairs in (
        ("would ", "cyan", repaired.planned),
        ("fixed ", "green", repaired.fixed),
    ):
        for repair in repairs:
            target.print(_line((word, style), (f"{repair.path}: {repair.message}", "")))


def _warn_of_failed(repaired: RepairResult) -> None:
    warn(f"{repair.path} could not be repaired: {problem}" for repair, problem in repaired.failed)


def _print_findings(found: Examination, *, show_infos: bool) -> None:
    target = console(sys.stdout)
    shown = [one for one in found.diagnostics if show_infos or one.severity != INFO]
    for ticket, group in groupby(shown, key=lambda one: one.ticket):
        target.print(text(ticket or "store", "bold"))
        for one in group:
            _print_finding(target, one)
    counts = found.counts
    target.print(text(_summary(found), _STYLES[_worst(counts)]))
    if counts.infos and not show_infos:
        target.print(text(f"{counted(counts.infos, 'note')} not shown; --all shows them.", "dim"))


def _print_finding(target: Console, one: Diagnostic) -> None:
    from rich.padding import Padding

    severity = f"  {one.severity:<{_WIDTH - 2}} "
    line = _line((severity, _STYLES[one.severity]), (f"{one.place} ", ""), (one.code, "dim"))
    target.print(line)
    target.print(Padding(text(one.message), (0, 0, 0, _WIDTH + 1)), soft_wrap=False)


def print_checkup(checkup: DoctorReport, repaired: RepairResult, *, as_json: bool) -> None:
    """What was repaired, then store, clone and environment, a line each."""
    if as_json:
        from yoi_cli.api.documents.doctor import environment_document

        report_json("environment", environment_document(checkup, repaired))
        return
    if is_terminal(sys.stdout):
        _print_repairs(repaired)
        _print_checks(checkup.checks)
    else:
        rows = [(one.status, one.area, one.name, one.message, one.hint) for one in checkup.checks]
        repairs = [
            (word, "repair", action, f"{path}: {message}", "")
            for word, action, _, path, message in _repair_rows(repaired)
        ]
        write_rows((_CHECK_HEADER, *repairs, *rows))
    _warn_of_failed(repaired)


def _print_checks(checks: Sequence[EnvironmentCheck]) -> None:
    from rich.padding import Padding

    target = console(sys.stdout)
    for area, group in groupby(checks, key=lambda check: check.area):
        target.print(text(area, "bold"))
        for check in group:
            status = f"  {check.status:<{_WIDTH - 2}} "
            name = f"{check.name:<12}"
            target.print(_line((status, _STYLES[check.status]), (name, "dim"), (check.message, "")))
            if check.hint:
                hint = Padding(text(check.hint, "dim"), (0, 0, 0, _WIDTH + 13))
                target.print(hint, soft_wrap=False)


def _line(*parts: tuple[str, str]) -> Text:
    """Untrusted texts, each in its style, on one line."""
    line = text("")
    for value, style in parts:
        line.append_text(text(value, style))
    return line


def _summary(found: Examination) -> str:
    counts = found.counts
    number = counted(found.tickets, "ticket")
    if not (counts.errors or counts.warnings):
        return f"{number}: nothing is wrong."
    return f"{number}: {counted(counts.errors, 'error')}, {counted(counts.warnings, 'warning')}."


def _worst(counts: SeverityCounts) -> str:
    return ERROR if counts.errors else WARNING if counts.warnings else "ok"
