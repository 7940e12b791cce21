"""From queued tickets to merged branches (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers.profiles import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.api.registry import Registry
    from yoi_cli.orchestration.context import RunOutcome as RunOutcome
    from yoi_cli.orchestration.local.launch import StartedRun as StartedRun
    from yoi_cli.orchestration.orchestrator import Orchestrator
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.ports import Progress as Progress
    from yoi_cli.orchestration.run_values import PlannedStep as PlannedStep
    from yoi_cli.orchestration.run_values import RunningTicket as RunningTicket
    from yoi_cli.orchestration.run_values import RunPlan as RunPlan
    from yoi_cli.orchestration.run_values import RunResult as RunResult
    from yoi_cli.workspace.session import Session

#: A plan says what it is without runtimes that do not answer by then.
_PLAN_SECONDS = 10.0


def orchestrate(
    session: Session,
    tickets: Sequence[str] = (),
    *,
    at_once: int | None = None,
    best_of: int | None = None,
    watch: bool = False,
    retry: bool = False,
    author: str | None = None,
    tell: Callable[[Progress], None],
    pause: Callable[[float, Sequence[RunningTicket]], bool],
) -> RunResult:
    """Take `tickets`, or every queued one, to a merged branch, several `at_once`.

    With `best_of` so many coders begin on a ticket that does not say it, of whose work one is
    chosen. `tell` is called with every step. `pause` is given seconds to wait, and the running
    tickets; where it answers False, the run ends, and workers go on without it. With `watch` it
    stays, and takes up what is queued later; with `retry` it goes on with tickets that wait
    for a person. Raises `NotFoundError` outside of git and for a ticket that is not there,
    `StoreInvalidError` (`config_invalid`), and `ConflictError` (`inside_worker`).
    """
    import os

    from yoi_cli.orchestration.files.presence import shown_as_running
    from yoi_cli.orchestration.git.reviewed_commit import check_orchestrator

    check_orchestrator(session)
    target, run = _open(
        session, tickets, at_once, author, tell, watch=watch, retry=retry, best_of=best_of
    )
    with shown_as_running(os.path.join(session.own_folder(make=True), "orchestrate")):
        run.run(lambda seconds: pause(seconds, run.running))
    return run.result(target)


def plan(
    session: Session,
    tickets: Sequence[str] = (),
    *,
    at_once: int | None = None,
    author: str | None = None,
) -> RunPlan:
    """What a run would do next, and what is in the way; nothing is changed."""
    import time
    from contextlib import closing

    target, run = _open(session, tickets, at_once, author, lambda _: None)
    end = time.monotonic() + _PLAN_SECONDS
    with closing(run):
        while not run.is_settled and time.monotonic() < end:
            time.sleep(0.05)
        return run.plan(target)


def start_run(
    session: Session,
    tickets: Sequence[str] = (),
    options: Sequence[str] = (),
    *,
    author: str | None = None,
) -> StartedRun:
    """Start `yoi orchestrate` with `options` on `tickets`, or on every queued one, in a process
    that outlives this one; what it tells goes to a file of the clone.

    Raises `ConflictError` (`inside_worker`, `workspace_untrusted`) and `NotFoundError` outside of
    git.
    """
    import os

    from yoi_cli.orchestration.git.reviewed_commit import check_orchestrator
    from yoi_cli.orchestration.local.launch import start_run
    from yoi_cli.workspace.trust import require_trust
    from yoi_cli.worktrees.open import repository_paths

    check_orchestrator(session)
    repository_paths(session)
    require_trust(session)
    folder = os.path.join(session.own_folder(make=True), "orchestrate")
    variables = {**session.environment, "YOI_AUTHOR": session.author(author).author}
    return start_run(session.workspace, folder, [*options, *tickets], variables)


def _open(
    session: Session,
    tickets: Sequence[str],
    at_once: int | None,
    author: str | None,
    tell: Callable[[Progress], None],
    *,
    watch: bool = False,
    retry: bool = False,
    best_of: int | None = None,
) -> tuple[str, Orchestrator]:
    from yoi_cli.orchestration.open import open_ports
    from yoi_cli.orchestration.orchestrator import Orchestrator
    from yoi_cli.orchestration.run_values import RunOptions
    from yoi_cli.tickets.lookup import identify

    ports = open_ports(session, author, tell, _directory(session))
    if best_of is not None:
        from msgspec.structs import replace

        orchestration = replace(ports.settings.orchestration, best_of=best_of)
        ports = ports._replace(settings=ports.settings._replace(orchestration=orchestration))
    store = session.store
    named = tuple(dict.fromkeys(identify(store, word) for word in tickets))
    limit, here = _places(ports, at_once)
    options = RunOptions(named, limit, here, watches=watch, retries=retry)
    return ports.target, Orchestrator(ports, options)


def _directory(session: Session) -> Registry | None:
    """The registry; None where it names no runtime, so that nothing of it is loaded."""
    import os

    from yoi_cli.workers.remote.registry_file import FILE

    if not os.path.exists(os.path.join(session.own_folder(), FILE)):
        return None
    from yoi_cli.api.registry import Registry

    return Registry(session)


def _places(ports: OrchestrationPorts, at_once: int | None) -> tuple[int, int | None]:
    """How many tickets are worked on at once, and how many of them in this clone: where roles work
    on other runtimes, each has its own."""
    here = ports.settings.orchestration.max_workers
    named = {
        name
        for where in ports.settings.runtimes.values()
        for name in (where.name, *where.allowed)
        if name not in ("", LOCAL)
    }
    if not named:
        return at_once or here, None
    there = sum(ports.elsewhere.places(name) or 0 for name in named)
    limit = at_once or here + there
    return limit, min(limit, here)
