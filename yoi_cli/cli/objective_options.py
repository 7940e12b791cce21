"""What the commands on objectives share: naming one, completing its id, and --commit."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import completing_session
from yoi_cli.errors import YoiError


def complete_objectives(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin with what is typed, with their titles."""
    from yoi_cli.model.safe_text import visible

    found: list[tuple[str, str]] = []
    try:
        objectives = completing_session(ctx).objectives
        for id_ in objectives.ids():
            if id_.startswith(incomplete):
                found.append((id_, visible(objectives.objective(id_).item.title)))
    except (YoiError, OSError):
        return found
    return found


ObjectiveArgument = Annotated[
    str,
    typer.Argument(
        metavar="OBJECTIVE",
        help="The objective's id, or 4 or more characters of its beginning or end.",
        autocompletion=complete_objectives,
        show_default=False,
    ),
]
ObjectiveCommitOption = Annotated[
    bool, typer.Option("--commit", help="Commit the objective's file to git afterwards.")
]
