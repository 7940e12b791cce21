"""`yoi worktree remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.worktree_text import say_removed
from yoi_cli.workers.open import open_worktree_desk
from yoi_cli.worktrees.service import remove_worktree


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
    desk = open_worktree_desk(session_of(ctx))
    say_removed(remove_worktree(desk, ticket, force=force), as_json=as_json)
