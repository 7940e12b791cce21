"""`yoi worktree doctor`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worktree_text import say_findings
from yoi_cli.workers.open import examine_worktrees


def doctor(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Find worktrees, folders, branches and claims that are left over.

    Nothing is changed, and what is found is no error: the exit code is 0.
    """
    say_findings(examine_worktrees(session_of(ctx)), as_json=as_json)
