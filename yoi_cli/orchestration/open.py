"""Everything that an orchestrator works with, for one session."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.errors import YoiError
    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.orchestration.elsewhere import Away, Elsewhere
    from yoi_cli.orchestration.files.presence import Presence
    from yoi_cli.orchestration.git.overlay import Overlay
    from yoi_cli.orchestration.inbox import InboxPorts
    from yoi_cli.orchestration.move_checks import MoveFacts
    from yoi_cli.orchestration.ports import OrchestrationPorts, Progress
    from yoi_cli.orchestration.remote.runtimes import Directory
    from yoi_cli.workers.runtime import WorkerRuntime
    from yoi_cli.workspace.session import Session


def open_ports(
    session: Session,
    author: str | None,
    tell: Callable[[Progress], None],
    directory: Directory | None = None,
) -> OrchestrationPorts:
    """What the session's orchestrators work with; `tell` is called with every step, `directory`
    has the runtimes on which roles may work besides this clone's own.

    Raises `NotFoundError` (`repository_not_found`) outside of git, `StoreInvalidError`
    (`config_invalid`), and `ConflictError` (`workspace_untrusted`, `commands_changed`).
    """
    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.model.workers.spec import redaction_of
    from yoi_cli.orchestration.clean_writing import clean_change, clean_progress
    from yoi_cli.orchestration.files.clean_store import CleanStore
    from yoi_cli.orchestration.files.local_state import FileLocalState
    from yoi_cli.orchestration.files.setup import FileSetup
    from yoi_cli.orchestration.forge.remote_forge import RemoteForge
    from yoi_cli.orchestration.git.changes import GitHistory
    from yoi_cli.orchestration.git.signed_approvals import open_approvals
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.run_budget import RunBudget
    from yoi_cli.routing.open import routing_context
    from yoi_cli.workers.open import machine_of, open_runtime
    from yoi_cli.workspace.settings import settings_of, tables_of
    from yoi_cli.workspace.trust import require_trust
    from yoi_cli.worktrees.open import open_repository, open_worktrees, repository_paths

    require_trust(session)
    settings, paths = settings_of(session), repository_paths(session)
    facts = CommitFacts(paths.common_dir)
    repository, holder = open_repository(session, facts), holder_of(paths.common_dir)
    redaction = redaction_of(settings, session.environment)
    tables = tables_of(session, "sync")
    target = settings.orchestration.target or repository.default_branch()
    own_folder = os.path.join(session.own_folder(make=True), "orchestrate")
    return OrchestrationPorts(
        store=CleanStore.of(session, lambda change: clean_change(redaction, change)),
        own_events=session.own_events,
        approvals=open_approvals(session, settings.orchestration),
        claims=session.claims,
        by=session.author(author),
        share=lambda: _share(session),
        routing=lambda: routing_context(session, holder, facts),
        worktrees=open_worktrees(session, facts),
        repository=repository,
        forge=RemoteForge(
            paths,
            settings.orchestration,
            target,
            session.environment,
            clean=redaction,
            silence=tables.sync.timeout,
            runs_hooks=tables.git.run_hooks,
        ),
        runtime=open_runtime(session),
        elsewhere=_elsewhere(directory, paths, holder, tables.sync.timeout),
        history=GitHistory(paths._replace(facts=facts)),
        setup=FileSetup(paths.root, os.path.join(own_folder, "setup"), settings.orchestration),
        local_state=FileLocalState(own_folder, paths.root, redaction.text),
        machine=machine_of(session),
        settings=settings,
        target=target,
        holder=holder,
        lease=session.config.lease_minutes * 60_000,
        environment=session.environment,
        redaction=redaction,
        tell=lambda progress: tell(clean_progress(redaction, progress)),
        now=lambda: time.time_ns() // 1_000_000,
        run_budget=RunBudget(settings.orchestration.max_run_cost),
    )


def _elsewhere(
    directory: Directory | None, paths: RepositoryPaths, holder: str, silence: float
) -> Elsewhere:
    from yoi_cli.orchestration.elsewhere import Nowhere
    from yoi_cli.orchestration.far_workers import owner_of

    if directory is None:
        return Nowhere()
    from yoi_cli.orchestration.remote.runtimes import FarRuntimes

    return FarRuntimes(directory, paths, owner=owner_of(holder), silence=silence)


def open_inbox(session: Session) -> InboxPorts:
    """What the inbox of the clone is made from. What confined workers said is written on their
    tickets first. Raises `StoreInvalidError` (`config_invalid`)."""
    from yoi_cli.model.workers.profiles import BY_PERSON
    from yoi_cli.model.workers.spec import redaction_of
    from yoi_cli.orchestration.files.local_state import FileLocalState
    from yoi_cli.orchestration.git.signed_approvals import open_approvals
    from yoi_cli.orchestration.inbox import InboxPorts
    from yoi_cli.workers.open import collect_mail, open_runtime
    from yoi_cli.workspace.settings import settings_of

    collect_mail(session)
    settings = settings_of(session)
    redaction = redaction_of(settings, session.environment)
    folder = os.path.join(session.local_folder, "orchestrate")
    state = FileLocalState(folder, session.workspace, redaction.text)
    found = {name: state.pause_of(name) for name in state.pauses()}
    runtime = open_runtime(session)
    return InboxPorts(
        store=session.store,
        own_events=session.own_events,
        approvals=open_approvals(session, settings.orchestration),
        reviews_by_hand=settings.orchestration.review == BY_PERSON,
        pauses={name: pause for name, pause in found.items() if pause is not None},
        said=lambda worker: _said(runtime, redaction, worker),
        now=time.time_ns() // 1_000_000,
        away=lambda name: _away(session, name),
    )


def _away(session: Session, runtime: str) -> Away | None:
    """Since when a runtime cannot be asked, as the last run, or whoever asked it, found."""
    from yoi_cli.orchestration.remote.runtimes import memory_of
    from yoi_cli.workers.remote.remembered import RememberedWorkers

    return memory_of(RememberedWorkers(session.own_folder(), runtime), runtime).read()


def _said(runtime: WorkerRuntime, redaction: Redaction, worker: str) -> str:
    """What a worker, named by its id or its key, said last; empty where it is not known here."""
    from yoi_cli.errors import YoiError
    from yoi_cli.orchestration.last_words import last_words

    try:
        view = runtime.find(worker) if ":" in worker else runtime.show(worker)
        return "" if view is None else last_words(runtime, redaction, view)
    except YoiError:  # it was forgotten, or is another clone's
        return ""


def _share(session: Session) -> bool:
    """Sync, where `[sync] branch` says that the store has a branch of its own to be shared by."""
    from yoi_cli.errors import NotFoundError
    from yoi_cli.sync.open import SyncRequest, sync_session
    from yoi_cli.workspace.settings import tables_of

    if tables_of(session, "sync").sync.branch is None:
        return False
    request = SyncRequest(None, None, may_ask=False, hear=lambda _what, _percent: None)
    try:
        sync_session(session, request, is_dry_run=False)
    except NotFoundError as error:
        if error.code != "sync_no_remote":
            raise
        return False
    return True


def holder_of(common_dir: str) -> str:
    """The name under which orchestrators of a clone claim: the same for all of them, so that
    one can go on where another was killed, and another in every other clone."""
    import platform
    from hashlib import sha256

    clone = sha256(os.fsencode(os.path.realpath(common_dir))).hexdigest()[:8]
    host = "".join(c for c in platform.node() if c.isalnum() or c in "-._") or "here"
    return f"orchestrate@{host}/{clone}"


def move_facts(session: Session, ticket: TicketId) -> MoveFacts:
    """What may be done with `ticket` depends on this. Raises where its files cannot be read, but
    for what the doubts about it say."""
    from yoi_cli.model import states
    from yoi_cli.model.routing import has_question
    from yoi_cli.orchestration.move_checks import MoveFacts
    from yoi_cli.routing.open import reading_router
    from yoi_cli.workers.open import open_runtime

    with reading_router(session, caller=None) as router:
        decision, doubts = router.route(ticket), router.doubts(ticket)
    workers = tuple(
        view for view in open_runtime(session).all() if view.ticket == ticket and not view.has_ended
    )
    facts = MoveFacts(
        decision,
        doubts=doubts,
        asker=router.context.caller,
        claim=session.claims.get(ticket),
        now=time.time_ns() // 1_000_000,
        workers=workers,
        is_asked=has_question(session.store.thread(ticket).events),
        worker_above=session.worker_above(),
    )
    if decision.state not in (states.QUEUED, states.INPROGRESS):
        return facts
    return _with_run(session, facts)


def _with_run(session: Session, facts: MoveFacts) -> MoveFacts:
    """The facts with what orchestration knows of a ticket that it may have in hand."""
    from yoi_cli.errors import YoiError
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import field_text
    from yoi_cli.model.workers.profiles import BY_PERSON
    from yoi_cli.orchestration.inbox import waiting_of
    from yoi_cli.orchestration.steps import position_of

    ticket = TicketId(facts.ticket)
    held = ticket in orchestrator_presence(session).tickets
    facts = facts._replace(is_held=held, obstacle=_run_obstacle(session))
    try:
        ports = open_inbox(session)
    except YoiError as error:  # the settings cannot be read
        return facts._replace(obstacle=error)
    thread, marks = session.store.thread(ticket).events, session.own_events.of(ticket)
    reviewer = field_text(session.store.item(ticket).fields, "reviewer")
    waiting = waiting_of(
        ticket,
        facts.decision.title,
        thread,
        marks,
        approvals=ports.approvals,
        reviews_by_hand=ports.reviews_by_hand or reviewer == BY_PERSON,
    )
    at = position_of(thread, marks, ticket=ticket, approvals=ports.approvals)
    is_signed = ports.approvals.is_signed
    return facts._replace(waiting=waiting, is_own=at.is_own, is_signed=is_signed)


def _run_obstacle(session: Session) -> YoiError | None:
    """What keeps `yoi orchestrate` from any ticket, before it looks at one."""
    from yoi_cli.errors import YoiError
    from yoi_cli.orchestration.git.reviewed_commit import check_orchestrator
    from yoi_cli.workspace.trust import require_trust
    from yoi_cli.worktrees.open import repository_paths

    try:
        check_orchestrator(session)
        repository_paths(session)
        require_trust(session)
    except YoiError as error:
        return error
    return None


def orchestrator_presence(session: Session) -> Presence:
    """Whether a run of `yoi orchestrate` is under way in the clone, and what it has in hand."""
    from yoi_cli.orchestration.files.presence import look_for_runs

    return look_for_runs(os.path.join(session.local_folder, "orchestrate"))


def overlay_of(session: Session) -> Overlay:
    """What the worktree for orchestration knows; settings that cannot be read name none."""
    from yoi_cli.errors import YoiError
    from yoi_cli.orchestration.git.overlay import Overlay, read_overlay

    try:
        return read_overlay(session)
    except YoiError:
        return Overlay()
