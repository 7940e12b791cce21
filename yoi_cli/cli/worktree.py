"""`yoi worktree add`, `list`, `show`, `remove`, `prune` and `doctor` (docs/worktrees.md)."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import worktrees
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.console import console, is_terminal, text, write_stderr
from yoi_cli.cli.text.report import (
    report_json,
    report_lines,
    warn,
    with_next,
    write_next,
    write_rows,
)
from yoi_cli.cli.text.table import ID, PROSE, TEXT, Cell, Column, Row, print_table, state_style
from yoi_cli.model.states import CLOSED
from yoi_cli.model.text import counted, some_of, tsv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.worktrees import (
        Pruned,
        WorktreeView,
    )


_DAYS = 7


def add(
    ctx: typer.Context,
    ticket: TicketArgument,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="REV", help="Where the branch starts; default the target branch."
        ),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="NAME", help="Another name, or an existing branch."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a worktree and a branch for a ticket.

    The worktree is .worktree/<id>-<title>, the branch work/<id>-<title>. What is local or
    secret below .yoi stays out of it. The ticket is not written to. An existing branch
    is never overwritten; --branch goes on with it.
    """
    session = session_of(ctx)
    added = worktrees.add(session, ticket, base=base, branch=branch)
    worktree = added.worktree
    if as_json:
        from yoi_cli.api.documents.worktree import added_worktree_document

        document = added_worktree_document(worktree)
        report_json("worktree_added", with_next(session, worktree.ticket or "", document))
    else:
        id_, name = worktree.ticket or "", worktree.branch or ""
        report_lines(
            [("worktree", id_, name, worktree.path)],
            [
                f"Made a worktree for {id_} on the branch {name}:",
                f"  cd {shlex.quote(worktree.path)}",
            ],
        )
        if id_:
            write_next(session, id_)
    warn([f"{worktree.ticket} is closed."] if added.state == CLOSED else [])


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the worktrees with their tickets and status."""
    shown = worktrees.list_worktrees(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.worktree import worktrees_document

        report_json("worktrees", worktrees_document(shown))
        return
    print_table(_COLUMNS, map(_row, shown), empty="There are no worktrees.")


def show(ctx: typer.Context, ticket: TicketArgument, as_json: JsonOption = False) -> None:
    """Show a ticket's worktree, and what removing it would lose."""
    details = worktrees.show(session_of(ctx), ticket)
    if as_json:
        from yoi_cli.api.documents.worktree import shown_worktree_document

        report_json("worktree", shown_worktree_document(details))
        return
    worktree = details.shown.worktree
    facts = [
        ("ticket", worktree.ticket or ""),
        ("title", details.shown.title or ""),
        ("state", details.shown.state or ""),
        ("path", worktree.path),
        ("branch", worktree.branch or "(detached)"),
        ("head", worktree.head or ""),
        ("target", worktree.target),
        ("base", worktree.base or ""),
        ("ahead", str(worktree.ahead)),
        ("standing", standing(details.shown)),
        *(("risk", risk.text) for risk in details.risks),
        *(("rescued", ref) for ref in details.rescues),
    ]
    if not details.risks and not worktree.is_unfinished:
        facts.append(("removal", "Nothing would be lost."))
    report_lines(facts, [f"{name:<10} {value}" for name, value in facts if value])


def remove(
    ctx: typer.Context,
    ticket: TicketArgument,
    force: Annotated[
        bool,
        typer.Option("--force", help="Keep what would be lost under refs/yoi/rescue/, then go on."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a ticket's worktree, and its branch if that is merged or rescued.

    Refused if something would be lost: what is not committed, commits that the target
    branch lacks. With --force all of that is kept first, and the refs are printed.
    """
    removed = worktrees.remove(session_of(ctx), ticket, force=force)
    if as_json:
        from yoi_cli.api.documents.worktree import removed_document

        report_json("worktree_removed", removed_document(removed))
        return
    rows = [("removed", removed.path, removed.branch or "")]
    rows += [("rescued", ref, "") for ref in removed.rescued]
    branch = f" and the branch {removed.branch}" if removed.branch else ""
    sentences = [f"Removed {removed.path}{branch}."]
    if removed.rescued:
        sentences += [f"Kept {ref}" for ref in removed.rescued]
    report_lines(rows, sentences)
    if removed.rescued:
        write_stderr(f"Get it back: git switch --create NAME {tsv([removed.rescued[0]])}\n")
    if removed.ignored:
        write_stderr(f"What git ignores went too: {tsv([some_of(removed.ignored)])}\n")


def prune(
    ctx: typer.Context,
    ttl: Annotated[
        int,
        typer.Option(
            "--ttl", metavar="DAYS", min=0, max=36500, help="How long ago the ticket was finished."
        ),
    ] = _DAYS,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be removed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove worktrees that are no longer needed.

    Only those whose ticket has been done or closed for DAYS days, with everything committed
    and merged. For every other the reason is given.
    """
    pruned = worktrees.prune(session_of(ctx), days=ttl, dry_run=dry_run)
    print_pruned(pruned, dry_run=dry_run, as_json=as_json)


def doctor(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Find leftover worktrees, folders, branches and claims.

    Nothing is changed, and what is found is no error: the exit code is 0.
    """
    findings = worktrees.examine(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.worktree import worktree_doctor_document

        report_json("worktree_doctor", worktree_doctor_document(findings))
        return
    if not is_terminal(sys.stdout):
        rows = [(one.code, one.ticket or "", one.place, one.message, one.hint) for one in findings]
        write_rows((_FINDING_HEADER, *rows))
        return
    target = console(sys.stdout)
    for one in findings:
        line = text(one.place, "bold")
        line.append_text(text(f"  {one.code}", "yellow"))
        target.print(line)
        target.print(text(f"  {one.message}"))
        target.print(text(f"  {one.hint}", "dim"))
    summary = f"{counted(len(findings), 'finding')}." if findings else "Nothing is left over."
    target.print(text(summary, "" if findings else "green"))


_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("state"),
    Column("ahead", justify="right"),
    Column("dirty", justify="right"),
    Column("standing"),
    Column("branch", TEXT),
    Column("path", PROSE),
)
_FINDING_HEADER = ("code", "ticket", "place", "message", "hint")


def _row(one: WorktreeView) -> Row:
    worktree = one.worktree
    word = standing(one)
    return [
        worktree.ticket or "",
        Cell(one.state or "", state_style(one.state or "")),
        str(worktree.ahead),
        str(len(worktree.dirty)),
        Cell(word, "yellow" if word in ("missing", "unfinished", "detached") else ""),
        worktree.branch or "",
        worktree.path,
    ]


def standing(one: WorktreeView) -> str:
    """One word for how a worktree stands."""
    worktree = one.worktree
    words = (
        (worktree.is_missing, "missing"),
        (worktree.is_unfinished, "unfinished"),
        (one.worker is not None, "working"),
        (worktree.is_locked, "locked"),
        (worktree.branch is None, "detached"),
        (not worktree.is_clean, "dirty"),
        (worktree.ahead > 0, "ahead"),
    )
    return next((word for holds, word in words if holds), "clean")


def print_pruned(pruned: Sequence[Pruned], *, dry_run: bool, as_json: bool) -> None:
    """What pruning removed, and why the rest stays."""
    if as_json:
        from yoi_cli.api.documents.worktree import pruned_document

        report_json("worktrees_pruned", pruned_document(pruned, dry_run=dry_run))
        return
    columns = (
        Column("outcome", style="bold"),
        Column("ticket", ID),
        Column("path", PROSE),
        Column("reason", PROSE),
    )
    rows = [
        (
            "stays" if one.stays else "would go" if one.removed is None else "removed",
            one.shown.worktree.ticket or "",
            one.shown.worktree.path,
            one.stays,
        )
        for one in pruned
    ]
    print_table(columns, rows, empty="There are no worktrees of tickets.")
