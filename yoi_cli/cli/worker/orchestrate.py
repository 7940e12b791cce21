"""`yoi orchestrate`: from queued tickets to merged branches (docs/orchestrate.md)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from typing import Annotated

import typer

from yoi_cli.api import orchestration
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, tickets_argument
from yoi_cli.cli.worker.orchestrate_text import (
    ProgressView,
    print_interrupted,
    print_outcomes,
    print_plan,
)
from yoi_cli.errors import UsageError

_INTERRUPTED = 130


def orchestrate(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only these; every queued ticket where none is given.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Stop where nothing goes on without a person (default).")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and take up what is queued later.")
    ] = False,
    at_once: Annotated[
        int | None, typer.Option("--max", metavar="N", min=1, help="At most N tickets at once.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Go on with tickets that wait for a person.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take queued tickets to a merged branch: worktree, coder, evidence, review, merge.

    Every step stands on the ticket before it is made, so that a run may be ended at any
    point, and the next one goes on. Exits 0 where all ended well, 5 where a person is needed,
    1 where something failed. In a pipe it prints one JSON object a step.
    """
    if once and watch:
        raise UsageError(
            "once_or_watch", "--once ends where --watch stays.", hint="Give one of them."
        )
    session = session_of(ctx)
    if dry_run:
        plan = orchestration.plan(session, tickets or (), at_once=at_once, author=author)
        print_plan(plan, as_json=as_json)
        return
    progress, ended = ProgressView(as_json=as_json), _ending()

    def pause(seconds: float, running: Sequence[orchestration.RunningTicket]) -> bool:
        progress.show(running)
        return not ended.wait(seconds)

    with progress:
        result = orchestration.orchestrate(
            session,
            tickets or (),
            at_once=at_once,
            watch=watch,
            retry=retry,
            author=author,
            tell=progress.tell,
            pause=pause,
        )
    print_outcomes(result, as_json=as_json)
    if ended.is_set():
        print_interrupted(result.running)
    code = _INTERRUPTED if ended.is_set() and not watch else result.exit_code
    if code:
        raise typer.Exit(code)


def _ending() -> threading.Event:
    """What is set once a signal asks this process to end."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended
