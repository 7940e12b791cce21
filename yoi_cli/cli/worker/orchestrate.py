"""`yoi orchestrate`."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, tickets_argument
from yoi_cli.cli.routing.options import routing_context
from yoi_cli.cli.worker.orchestrate_text import (
    ProgressView,
    print_interrupted,
    print_outcomes,
    print_plans,
)
from yoi_cli.errors import UsageError
from yoi_cli.orchestration.open import open_tools
from yoi_cli.orchestration.orchestrator import Orchestrator, RunOptions, exit_code_of
from yoi_cli.tickets.lookup import identify

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
    progress = ProgressView(as_json=as_json)
    tools = open_tools(
        session, author, lambda holder: routing_context(session, holder), progress.tell
    )
    named = tuple(dict.fromkeys(identify(session.store, word) for word in tickets or ()))
    limit = at_once or tools.settings.orchestration.max_workers
    run = Orchestrator(tools, RunOptions(named, limit, watches=watch, retries=retry))
    if dry_run:
        print_plans(tools.target, run.plans(), as_json=as_json)
        return
    code = _work(tools.target, run, progress, watches=watch, as_json=as_json)
    if code:
        raise typer.Exit(code)


def _work(
    target: str, run: Orchestrator, progress: ProgressView, *, watches: bool, as_json: bool
) -> int:
    """Let it run until it has ended, or a signal ends it; the exit code."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())

    def pause(seconds: float) -> bool:
        progress.show(run.in_hand)
        return not ended.wait(seconds)

    with progress:
        run.run(pause)
    print_outcomes(target, tuple(run.outcomes.values()), as_json=as_json)
    if ended.is_set():
        print_interrupted(run.in_hand)
    if ended.is_set() and not watches:
        return _INTERRUPTED
    return exit_code_of(tuple(run.outcomes.values()))
