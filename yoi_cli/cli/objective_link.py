"""`yoi objective link`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_folders_if_asked
from yoi_cli.cli.context import session_of
from yoi_cli.cli.objective_options import ObjectiveArgument, ObjectiveCommitOption
from yoi_cli.cli.objectives_text import say_objective_linked
from yoi_cli.cli.options import JsonOption, ticket_argument
from yoi_cli.cli.text.report import warn
from yoi_cli.objectives.service import link_tickets
from yoi_cli.store.files.layout import OBJECTIVES_FOLDER


def link(
    ctx: typer.Context,
    objective: ObjectiveArgument,
    tickets: Annotated[list[str], ticket_argument("The tickets to link.", "TICKET...")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the links away.")] = False,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Link tickets to an objective, or take links away."""
    session = session_of(ctx)
    done = link_tickets(session.store, session.objectives, objective, tickets, remove=remove)
    say_objective_linked(done, as_json=as_json)
    folder = f"{OBJECTIVES_FOLDER}/{done.id}"
    warn(commit_folders_if_asked(session, [folder], f"objective {done.id}: link", asked=commit))
