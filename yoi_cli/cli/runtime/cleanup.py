"""`yoi runtime cleanup` (docs/runtime.md, "Cleaning up")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import ID, TEXT, Cell, Column, print_table
from yoi_cli.errors import UsageError
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from yoi_cli.model.workers.cleanup import Cleaned, CleanupPlan

_FAILED = 1


def cleanup(
    ctx: typer.Context,
    runtime: Annotated[
        str, typer.Argument(metavar="RUNTIME", help="The runtime's id.", show_default=False)
    ],
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TARGET]...", help="What is to be removed.", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Remove all that may go and holds nothing of its own.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Targets that are named: keep what would be lost under refs/yoi/rescue/.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Show what the workers of a runtime left, or remove some of it.

    Without a target or --all nothing is removed. A worktree that holds what is committed or
    merged nowhere else is removed only by its name and with --force, and what it holds is kept
    first, where it stood. What runs, what is pinned and what is of a ticket that is not over stays.

    \b
    Examples:
      yoi runtime cleanup local
      yoi runtime cleanup farm --all
      yoi runtime cleanup farm worktree:00001M7YTJRA7 --force
    """
    from yoi_cli.api import cleanup as cleaning
    from yoi_cli.api.registry import Registry
    from yoi_cli.model.workers.cleanup import CleanupOrder

    names = tuple(targets or ())
    if everything and (names or force):
        raise UsageError(
            "usage",
            "--all goes with no target and with no --force.",
            hint="Name the targets, or leave --force out: what holds something of its own stays.",
        )
    session = session_of(ctx)
    registry = Registry(session)
    plan = cleaning.plan(session, registry, runtime)
    if everything:
        names = tuple(one.id for one in plan.targets if not (one.refused or one.is_dirty))
    if not names and not everything:
        _show(plan, as_json=as_json)
        return 0
    order = CleanupOrder(
        expected_digest=plan.digest, target_ids=names, confirm_dirty_ids=names if force else ()
    )
    done = cleaning.execute(session, registry, runtime, order)
    return _tell(runtime, done, as_json=as_json)


def _show(plan: CleanupPlan, *, as_json: bool) -> None:
    if as_json:
        from yoi_cli.api.documents.registry import cleanup_plan_document

        report_json("cleanup_plan", cleanup_plan_document(plan))
        return
    cells = [
        (
            one.id,
            one.ticket or "",
            Cell(one.refused, "yellow") if one.refused else "may go",
            "holds work of its own" if one.is_dirty else "",
        )
        for one in plan.targets
    ]
    print_table(_COLUMNS, cells, empty="Nothing is left there.")


def _tell(runtime: str, done: Sequence[Cleaned], *, as_json: bool) -> int:
    """Say what became of each; the exit code."""
    if as_json:
        from yoi_cli.api.documents.registry import cleanup_document

        report_json("cleanup", cleanup_document(runtime, done))
    else:
        rows = [("removed", one.id, *one.rescued) for one in done if not one.code]
        report_lines(rows, _lines(done))
    failed = [one for one in done if one.code]
    warn([f"{one.id} was not removed: {one.code}." for one in failed])
    return _FAILED if failed else 0


def _lines(done: Collection[Cleaned]) -> list[str]:
    removed = [one for one in done if not one.code]
    lines = [f"Removed {counted(len(removed), 'target')}."]
    return lines + [f"  kept under {ref}" for one in removed for ref in one.rescued]


_COLUMNS = (
    Column("target", ID, style="bold"),
    Column("ticket", ID),
    Column("standing", TEXT),
    Column("work", TEXT),
)
