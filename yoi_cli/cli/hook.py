"""`yoi hook install`, `uninstall`, `status` and `run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import hooks
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.plain.hook_run import run_hook
from yoi_cli.cli.text.console import is_terminal, write_stderr
from yoi_cli.cli.text.report import report_error, report_json, report_lines, warn
from yoi_cli.model import hooks as hook_files
from yoi_cli.model.hooks import ALL_HOOKS
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.api.hooks import HookReport
    from yoi_cli.model.hooks import HookFile

_STYLES = {
    hook_files.INSTALLED: "green",
    hook_files.ABSENT: "dim",
    hook_files.OUTDATED: "yellow",
    hook_files.EDITED: "yellow",
    hook_files.REPLACED: "yellow",
}


def install(
    ctx: typer.Context,
    pre_push: Annotated[
        bool,
        typer.Option("--pre-push", help="Also refuse to push tickets that are not ready."),
    ] = False,
    global_path: Annotated[
        bool,
        typer.Option(
            "--global-hooks-path",
            help="Install even if core.hooksPath is outside this repository.",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Install even where the hooks that stand there are committed."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Install git hooks that record commits on the tickets they are for.

    An existing hook is kept beside ours as NAME.yoi-chained, and runs first.
    Doing it again changes nothing. `yoi hook uninstall` restores everything.
    """
    report = hooks.install(start_of(ctx), pre_push=pre_push, global_path=global_path, force=force)
    return print_changed("installed", report, as_json=as_json)


def uninstall(ctx: typer.Context, as_json: JsonOption = False) -> int:
    """Remove our hooks, and restore what was there before, byte for byte.

    A hook that was changed or replaced is left alone, and reported.
    """
    return print_changed("uninstalled", hooks.uninstall(start_of(ctx)), as_json=as_json)


def status(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show for every hook whether it is installed, what it chains, and its path."""
    print_hooks(hooks.status(start_of(ctx)), as_json=as_json)


def run(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="The hook.",
            autocompletion=complete_words(ALL_HOOKS),
            show_default=False,
        ),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARGS]...", help="What git gave the hook.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Run a hook; the installed hooks call this.

    Exits with 3, 4, 5 or 6 if the hook refuses. It records what happened even while the
    store is busy or absent: a later command that writes picks that up.
    """
    return run_hook(ctx, name, arguments, as_json=as_json)


def print_changed(word: str, report: HookReport, *, as_json: bool) -> int:
    """Hooks were installed or uninstalled; the exit code, 0 where none was left out."""
    failed = max((error.exit_code for error in report.failed), default=0)
    if as_json:
        from yoi_cli.api.documents.hooks import hooks_document

        report_json("hooks", hooks_document(report))
        return failed
    named = [hook for hook in report.hooks if hook.name in report.changed]
    sentences = [f"{word.capitalize()}: {hook.name}{_chained(hook)}" for hook in named]
    if not named and not report.failed:
        sentences.append("Nothing to do: the hooks are as they should be.")
    report_lines([(word, hook.name, hook.path) for hook in named], sentences)
    for error in report.failed:
        report_error(error, as_json=False)
    warn(_warnings(report, reported={str(error.details.get("hook")) for error in report.failed}))
    return failed


def _chained(hook: HookFile) -> str:
    if hook.chained is None:
        return ""
    return f" (runs {hook.maker or 'what stood there'} first)"


def _warnings(report: HookReport, reported: set[str]) -> Iterator[str]:
    for hook in report.hooks:
        if hook.note and hook.name not in reported:
            yield f"{hook.name}: {hook.note}"
    if report.program is None:
        yield "yoi is not on PATH: the hooks do nothing until it is."


def print_hooks(report: HookReport, *, as_json: bool) -> None:
    """What stands at the place of every hook."""
    if as_json:
        from yoi_cli.api.documents.hooks import hooks_document

        report_json("hooks", hooks_document(report))
        return
    from yoi_cli.cli.text.table import ID, PROSE, TEXT, Cell, Column, print_table

    columns = (
        Column("hook", ID, style="bold"),
        Column("state"),
        Column("chained", TEXT),
        Column("path", PROSE, style="dim"),
    )
    rows = [
        (
            hook.name,
            Cell(hook.state, _STYLES.get(hook.state, "")),
            _beside(hook),
            hook.path,
        )
        for hook in report.hooks
    ]
    print_table(columns, rows, empty="There are no hooks.")
    if is_terminal(sys.stdout):
        where = f"core.hooksPath is {report.folder.setting}." if report.folder.setting else ""
        shared = "It lies outside of this repository." if report.folder.is_shared else ""
        waiting = f"Events of hooks that wait: {report.waiting}." if report.waiting else ""
        program = f"They start {report.program}." if report.program else ""
        notes = " ".join(filter(None, (where, shared, program, waiting)))
        write_stderr(f"{visible(notes)}\n" if notes else "")
    warn(_warnings(report, reported=set()))


def _beside(hook: HookFile) -> str:
    """What ours calls first, or who made the hook that stands there instead."""
    if hook.chained is None:
        return hook.maker
    return f"{hook.maker}: {hook.chained}" if hook.maker else hook.chained
