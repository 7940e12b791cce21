"""`yoi worktree prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.routing.options import now_ms
from yoi_cli.cli.worktree_text import say_pruned
from yoi_cli.workers.open import open_worktree_desk
from yoi_cli.worktrees.service import prune_worktrees

_DAYS = 7


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
    desk = open_worktree_desk(session_of(ctx))
    looked = prune_worktrees(desk, days=ttl, now_ms=now_ms(), dry_run=dry_run)
    say_pruned(looked, dry_run=dry_run, as_json=as_json)
