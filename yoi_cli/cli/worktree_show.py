"""`yoi worktree show`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.worktree_text import say_worktree
from yoi_cli.workers.open import open_worktree_desk
from yoi_cli.worktrees.service import show_worktree


def show(ctx: typer.Context, ticket: TicketArgument, as_json: JsonOption = False) -> None:
    """Show a ticket's worktree, and what removing it would lose."""
    say_worktree(show_worktree(open_worktree_desk(session_of(ctx)), ticket), as_json=as_json)
