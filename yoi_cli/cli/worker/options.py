"""The options that the worker commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import completing_session
from yoi_cli.errors import YoiError


def complete_workers(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids of workers that begin with what is typed, with their states; the newest first."""
    from yoi_cli.api.workers import list_workers

    try:
        views = list_workers(completing_session(ctx)).workers
    except (YoiError, OSError):
        return []
    found = [(v.worker_id, f"{v.state} {v.ticket or ''}".strip()) for v in reversed(views)]
    return [row for row in found if row[0].startswith(incomplete)]


WorkerArgument = Annotated[
    str,
    typer.Argument(
        metavar="WORKER",
        help="The worker's id, or 4 or more characters of its beginning or end.",
        autocompletion=complete_workers,
        show_default=False,
    ),
]
WaitOption = Annotated[
    float | None,
    typer.Option("--timeout", min=0, metavar="SECONDS", help="Give up after SECONDS."),
]
