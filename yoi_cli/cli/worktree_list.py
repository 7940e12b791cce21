"""`yoi worktree list`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worktree_text import say_worktrees
from yoi_cli.workers.open import open_worktree_desk
from yoi_cli.worktrees.service import list_worktrees


def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the worktrees with their tickets, and how they stand."""
    say_worktrees(list_worktrees(open_worktree_desk(session_of(ctx))), as_json=as_json)
