"""`yoi worktree add`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worktree_text import say_added
from yoi_cli.model.states import CLOSED
from yoi_cli.workers.open import open_worktree_desk
from yoi_cli.worktrees.service import add_worktree


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
    added = add_worktree(open_worktree_desk(session_of(ctx)), ticket, base=base, branch=branch)
    say_added(added.worktree, as_json=as_json)
    warn([f"{added.worktree.ticket} is closed."] if added.state == CLOSED else [])
