"""How doctor's findings are said."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, text, write_stderr, write_stdout
from yoi_cli.cli.text.report import report_json
from yoi_cli.model.findings import ERROR, INFO, WARNING
from yoi_cli.model.text import counted, tsv, visible

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
        write_stdout("".join(tsv(row) + "\n" for row in rows))
    for repair, problem in repaired.failed:
        write_stderr(f"Warning: {visible(repair.path)} could not be repaired: {visible(problem)}\n")


def _row(one: Diagnostic) -> tuple[str, ...]:
    return (one.severity, one.code, one.ticket or "", one.place, one.message)


def _repair_rows(repaired: RepairResult) -> list[tuple[str, str, str, str, str]]:
    """Repairs as lines of the same columns, with `fixed` or `planned` for a severity."""
    told = (("planned", repaired.planned), ("fixed", repaired.fixed))
    return [
        (word, repair.action, repair.ticket or "", repair.path, repair.message)
        for word, repairs in told
        for repair in repairs
    ]


def _print_repairs(repaired: RepairResult) -> None:
    for word, style, repairs in (
        ("would", "cyan", repaired.planned),
        ("fixed", "green", repaired.fixed),
    ):
        for repair in repairs:
            said = f"{repair.path}: {repair.message}"
            console(sys.stdout).print(_line((f"{word} ", style), (said, "")))


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
        write_stdout("".join(tsv(row) + "\n" for row in (_CHECK_HEADER, *repairs, *rows)))
    for repair, problem in repaired.failed:
        write_stderr(f"Warning: {visible(repair.path)} could not be repaired: {visible(problem)}\n")


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
