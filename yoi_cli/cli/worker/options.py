"""What the worker commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import completing_session
from yoi_cli.cli.text.report import warn
from yoi_cli.errors import YoiError
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.log import log_ends
from yoi_cli.workers.lookup import identify_worker
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.open import open_runtime
from yoi_cli.workspace.session import Session


def complete_workers(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Ids of workers that begin with what is typed, with their states; the newest first."""
    try:
        views = open_runtime(completing_session(ctx)).all()
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


def worker_of(session: Session, word: str) -> tuple[FileRuntime, str]:
    """The runtime, and the full id of the worker that `word` names."""
    runtime = open_runtime(session)
    return runtime, identify_worker(runtime.ids(), word)


def tell_tickets(session: Session, *views: WorkerView) -> None:
    """Write on their tickets how workers ended, where that is not there yet."""
    if any(view.ticket is not None and view.has_ended for view in views):
        warn(log_ends(session.store, views, session.author(None)))
