"""`yoi objective list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.objectives_text import say_objectives
from yoi_cli.cli.options import JsonOption
from yoi_cli.objectives.service import list_objectives


def list_(
    ctx: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Those that are achieved or dropped too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List objectives, and how many of the tickets they link are done or closed."""
    session = session_of(ctx)
    rows = list_objectives(session.store, session.objectives, finished_too=everything)
    say_objectives(rows, as_json=as_json)
