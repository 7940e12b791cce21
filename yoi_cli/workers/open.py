"""The worker runtime of a session's clone."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.worktrees.open import open_repository, open_worktrees, orchestration_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yoi_cli.model.worker_spec import WorkerSpec
    from yoi_cli.workers.local.runtime import FileRuntime
    from yoi_cli.workers.reports import LoggedWorker
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.checks import WorktreeFinding
    from yoi_cli.worktrees.service import WorktreeService


def open_runtime(session: Session) -> FileRuntime:
    """The workers of the clone, shared by all its worktrees."""
    from yoi_cli.workers.local.runtime import FileRuntime

    return FileRuntime(os.path.join(session.local_folder, "workers"), session.environment)


def live_worker(session: Session, ticket: str) -> str | None:
    """The worker of this clone that is at work for `ticket`, as sentences name it.

    Cheap where none was ever started for it: nothing is loaded for that.
    """
    if not _has_worker(os.path.join(session.local_folder, "workers"), ticket):
        return None
    working = [one for one in open_runtime(session).all() if one.ticket == ticket]
    return next((f"The worker {one.worker_id}" for one in working if not one.has_ended), None)


def _has_worker(path: str, ticket: str) -> bool:
    """Whether a record below `path` mentions `ticket`, which takes no decoding to see."""
    from yoi_cli.workers.local.shim import files

    try:
        names = os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    for name in names:
        try:
            folder = files.open_folder(os.path.join(path, name))
        except OSError:
            continue
        try:
            if ticket.encode() in files.read(folder, files.SPEC):
                return True
        except OSError:
            continue
        finally:
            os.close(folder)
    return False


def start_worker(
    session: Session,
    asked: WorkerSpec,
    *,
    prompt: str | None = None,
    variables: Iterable[tuple[str, str | None]] = (),
    takes_input: bool = False,
    redact: bool = True,
    author: str | None = None,
) -> LoggedWorker:
    """Start the worker that is `asked` for, and say so on its ticket.

    `asked.ticket` may be a part of an id. Without a folder (`asked.cwd` is empty) it runs in
    the ticket's worktree, else in the current one. `prompt` is what a profile is told, by
    default the ticket's intent packet. `variables` are pairs of name and value, None for the
    session's own. Returns as soon as the worker runs or is queued. Raises what finding the
    ticket, `request_of` and the runtime raise.
    """
    from yoi_cli.model.worker_spec import request_of
    from yoi_cli.workers.log import log_start
    from yoi_cli.workers.reports import LoggedWorker
    from yoi_cli.workspace.settings import settings_of

    spec, packet = _located(session, asked)
    text = packet if prompt is None else prompt
    request = request_of(
        spec,
        settings_of(session),
        session.environment,
        prompt=text,
        prompt_file=_keep_prompt(session, text) if text and not spec.command else "",
        variables=variables,
        takes_input=takes_input,
        redact=redact,
    )
    by = session.author(author)
    view = open_runtime(session).spawn(request)
    try:
        log_start(session.store, view, by)
    except YoiError as error:  # it runs; a command that failed would be given again
        return LoggedWorker(view, (f"The ticket's log was not told: {error.message}",))
    return LoggedWorker(view)


def _located(session: Session, asked: WorkerSpec) -> tuple[WorkerSpec, str]:
    """`asked` with its whole ticket id and its folder, and the ticket's intent packet."""
    from msgspec.structs import replace

    cwd = os.path.abspath(asked.cwd) if asked.cwd else None
    if asked.ticket is None:
        return replace(asked, cwd=cwd or os.getcwd()), ""
    from yoi_cli.model.intent import packet_of, render_packet
    from yoi_cli.tickets.edit import read_item

    ticket, item = read_item(session.store, asked.ticket)
    if cwd is None:
        cwd = _worktree_of(session, ticket) or os.getcwd()
    packet = render_packet(packet_of(item.title, item.body))
    return replace(asked, cwd=cwd, ticket=ticket), packet


def _worktree_of(session: Session, ticket: str) -> str | None:
    if session.checkout is None:
        return None
    service = open_worktree_service(session)
    try:
        found = service.worktrees.of(ticket, service.target())
    except NotFoundError:  # a repository without a commit has no worktrees either
        return None
    return found.path if found is not None else None


def _keep_prompt(session: Session, text: str) -> str:
    """Write what a worker is told to a file outside of every worktree; its path."""
    import hashlib

    from yoi_cli.store.files.directory import Directory

    path = os.path.join(session.local_folder, "prompts")
    os.makedirs(path, mode=0o700, exist_ok=True)
    data = text.encode("utf-8", "replace")
    name = f"{hashlib.sha256(data).hexdigest()[:32]}.md"
    with Directory.open(path, "prompts") as folder:
        folder.replace(name, data)
    return os.path.join(path, name)


def open_worktree_service(session: Session) -> WorktreeService:
    """What the commands on worktrees work with. Raises as `open_worktrees`."""
    from yoi_cli.worktrees.service import WorktreeService

    orchestration = orchestration_settings(session)
    return WorktreeService(
        session.store,
        open_worktrees(session),
        open_repository(session),
        _live_workers(session),
        orchestration.worktree_dir,
        orchestration.target or None,
    )


def examine_worktrees(session: Session) -> Sequence[WorktreeFinding]:
    """What somebody should look at of the worktrees, and the claims that name them."""
    from yoi_cli.worktrees.checks import Tickets, examine_worktree_facts

    service = open_worktree_service(session)
    facts = service.worktrees.facts(service.target())
    states: dict[str, str | None] = {}
    for row in session.store.all_fields():
        state = row.fields.get("state") if row.error is None else None
        states[row.id] = state if isinstance(state, str) else None
    claims = {t: one for t, one in session.claims.all().items() if not one.is_released}
    return examine_worktree_facts(facts, Tickets(states, claims))


def _live_workers(session: Session) -> Callable[[str], str | None]:
    """Which worker is at work for a ticket: one of this clone that has not ended, or one that
    is unknown here and that a claim names whose lease runs."""

    now = time.time_ns() // 1_000_000
    workers = open_runtime(session).all()
    known = {worker.worker_id for worker in workers}
    working = {worker.ticket: worker for worker in workers if not worker.has_ended}

    def live(ticket: str) -> str | None:
        worker = working.get(ticket)
        if worker is not None:
            return f"The worker {worker.worker_id}"
        claim = session.claims.get(ticket)
        if claim is None or claim.worker in known or not claim.is_alive(now):
            return None
        return f"The worker {claim.worker} of {claim.holder}" if claim.worker else None

    return live
