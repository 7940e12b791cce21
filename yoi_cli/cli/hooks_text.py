"""Hooks, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal, write_stderr
from yoi_cli.cli.text.report import report_error, report_json, report_lines, warn
from yoi_cli.hooks import model as hook_files
from yoi_cli.model.safe_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.hooks.hook_values import HookOutcome, HookReport
    from yoi_cli.hooks.model import HookFile

_STYLES = {
    hook_files.INSTALLED: "green",
    hook_files.ABSENT: "dim",
    hook_files.OUTDATED: "yellow",
    hook_files.EDITED: "yellow",
    hook_files.REPLACED: "yellow",
}


def say_changed(word: str, report: HookReport, *, as_json: bool) -> int:
    """Hooks were installed or uninstalled; the exit code, 0 where none was left out."""
    failed = max((error.exit_code for error in report.failed), default=0)
    if as_json:
        from yoi_cli.api.documents.hooks import hooks_document

        report_json("hooks", hooks_document(report))
        return failed
    named = [hook for hook in report.hooks if hook.name in report.changed]
    spoken = [f"{word.capitalize()}: {hook.name}{_chained(hook)}" for hook in named]
    if not named and not report.failed:
        spoken.append("Nothing to do: the hooks are as they should be.")
    report_lines([(word, hook.name, hook.path) for hook in named], spoken)
    for error in report.failed:
        report_error(error, as_json=False)
    warn(_warnings(report, told={str(error.details.get("hook")) for error in report.failed}))
    return failed


def _chained(hook: HookFile) -> str:
    if hook.chained is None:
        return ""
    return f" (runs {hook.maker or 'what stood there'} first)"


def _warnings(report: HookReport, told: set[str]) -> Iterator[str]:
    for hook in report.hooks:
        if hook.note and hook.name not in told:
            yield f"{hook.name}: {hook.note}"
    if report.program is None:
        yield "yoi is not on PATH: the hooks do nothing until it is."


def say_hooks(report: HookReport, *, as_json: bool) -> None:
    """What stands at the place of every hook."""
    if as_json:
        from yoi_cli.api.documents.hooks import hooks_document

        report_json("hooks", hooks_document(report))
        return
    from yoi_cli.cli.text.table import Cell, Column, print_table

    columns = (
        Column("hook", style="bold", no_wrap=True),
        Column("state", no_wrap=True),
        Column("chained", ratio=1),
        Column("path", style="dim", ratio=1),
    )
    rows = [
        [
            Cell(hook.name),
            Cell(hook.state, _STYLES.get(hook.state, "")),
            Cell(_beside(hook)),
            Cell(hook.path),
        ]
        for hook in report.hooks
    ]
    print_table(columns, rows, empty="There are no hooks.")
    if is_terminal(sys.stdout):
        where = f"core.hooksPath is {report.folder.setting}." if report.folder.setting else ""
        shared = "It lies outside of this repository." if report.folder.is_shared else ""
        waiting = f"Events of hooks that wait: {report.waiting}." if report.waiting else ""
        program = f"They start {report.program}." if report.program else ""
        said = " ".join(filter(None, (where, shared, program, waiting)))
        write_stderr(f"{visible(said)}\n" if said else "")
    warn(_warnings(report, told=set()))


def _beside(hook: HookFile) -> str:
    """What ours calls first, or who made the hook that stands there instead."""
    if hook.chained is None:
        return hook.maker
    return f"{hook.maker}: {hook.chained}" if hook.maker else hook.chained


def say_outcome(outcome: HookOutcome, *, as_json: bool) -> int:
    """What came of a hook; its exit code. A person who commits is told of trouble only."""
    gate = outcome.gate
    exit_code = 0 if gate is None else gate.exit_code
    if as_json:
        from yoi_cli.api.documents.hooks import hook_run_document

        report_json("hook_run", hook_run_document(outcome))
        return exit_code
    for sentence in outcome.said:
        write_stderr(f"yoi: {visible(sentence)}\n")
    if gate is not None and exit_code:
        from yoi_cli.cli.routing.gate_text import verdict

        for gated in gate.tickets:
            if not gated.is_ready:
                why = " ".join(reason.text for reason in gated.reasons)
                word = verdict(gated).replace("_", " ")
                write_stderr(f"yoi: {visible(f'{gated.ticket} is {word}: {why}')}\n")
        write_stderr("yoi: Nothing was pushed. `yoi gate` shows the same answer.\n")
    return exit_code
