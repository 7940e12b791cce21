"""`yoi worktree add`, `list`, `show`, `remove`, `prune` and `doctor` (docs/worktrees.md)."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import worktrees
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worktree_text import (
    print_added,
    print_findings,
    print_pruned,
    print_removed,
    print_worktree,
    print_worktrees,
)
from yoi_cli.model.states import CLOSED

_DAYS = 7


def add(
    ctx: typer.Context,
    ticket: TicketArgument,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REV", help="Where the branch begins; the target branch."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="NAME", help="Another name, or a branch that is there."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a worktree and a branch for a ticket.

    The worktree is .worktree/<id>-<title>, the branch work/<id>-<title>. What is local or
    secret below .yoi stays out of it. The ticket is not written to. A branch that is there
    is never overwritten; --branch goes on with it.
    """
    added = worktrees.add(session_of(ctx), ticket, base=base, branch=branch)
    print_added(added.worktree, as_json=as_json)
    warn([f"{added.worktree.ticket} is closed."] if added.state == CLOSED else [])


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the worktrees with their tickets, and how they stand."""
    print_worktrees(worktrees.list_worktrees(session_of(ctx)), as_json=as_json)


def show(ctx: typer.Context, ticket: TicketArgument, as_json: JsonOption = False) -> None:
    """Show a ticket's worktree, and what removing it would lose."""
    print_worktree(worktrees.show(session_of(ctx), ticket), as_json=as_json)


def remove(
    ctx: typer.Context,
    ticket: TicketArgument,
    force: Annotated[
        bool,
        typer.Option("--force", help="Keep what would be lost under refs/yoi/rescue/, then go on."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a ticket's worktree, and its branch where that is merged or rescued.

    Refused where something would be lost: what is not committed, commits that the target
    branch lacks. With --force all of that is kept first, and the refs are printed.
    """
    print_removed(worktrees.remove(session_of(ctx), ticket, force=force), as_json=as_json)


def prune(
    ctx: typer.Context,
    ttl: Annotated[
        int,
        typer.Option(
            "--ttl", metavar="DAYS", min=0, max=36500, help="How long the ticket has been over."
        ),
    ] = _DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove worktrees that nobody needs any more.

    Only those whose ticket has been done or closed for DAYS days, with everything committed
    and merged. Every other stays, with the reason.
    """
    looked = worktrees.prune(session_of(ctx), days=ttl, dry_run=dry_run)
    print_pruned(looked, dry_run=dry_run, as_json=as_json)


def doctor(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Find worktrees, folders, branches and claims that are left over.

    Nothing is changed, and what is found is no error: the exit code is 0.
    """
    print_findings(worktrees.examine(session_of(ctx)), as_json=as_json)
