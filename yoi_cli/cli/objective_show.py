"""`yoi objective show`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.objective_options import ObjectiveArgument
from yoi_cli.cli.objectives_text import say_objective
from yoi_cli.cli.options import JsonOption
from yoi_cli.objectives.service import show_objective


def show(ctx: typer.Context, objective: ObjectiveArgument, as_json: JsonOption = False) -> None:
    """Show one objective, the tickets that it links, and how many of them are resolved."""
    session = session_of(ctx)
    view = show_objective(session.store, session.objectives, objective)
    say_objective(view, as_json=as_json)
