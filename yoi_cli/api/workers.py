"""Workers, and the profiles that they run (docs/workers.md, docs/orchestrate.md).

`worker` is an id, or 4 or more characters of its beginning or end: what names none, or
several, raises `UsageError`, `NotFoundError` or `ConflictError` (`worker_ambiguous`). How a
worker ended is written on its ticket; a warning in the result says where that failed. Workers run
on this machine, or where a `host` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yoi_cli.api.hosts import WorkerHost
    from yoi_cli.model.worker_limits import WorkerLimits
    from yoi_cli.model.workers.profiles import Profile as Profile
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.model.workers.spec import WorkerSpec as WorkerSpec
    from yoi_cli.workers.agents.base import AgentReport as AgentReport
    from yoi_cli.workers.agents.transcript import AgentTranscript as AgentTranscript
    from yoi_cli.workers.attachment import Attachment as Attachment
    from yoi_cli.workers.model import WorkerView as WorkerView
    from yoi_cli.workers.profile_checks import CheckedProfiles as CheckedProfiles
    from yoi_cli.workers.profile_checks import ProfileCheck as ProfileCheck
    from yoi_cli.workers.profile_checks import ProfileList as ProfileList
    from yoi_cli.workers.profile_checks import ProfileRow as ProfileRow
    from yoi_cli.workers.runtime import CloneWorkers
    from yoi_cli.workers.runtime import LoggedWorker as LoggedWorker
    from yoi_cli.workers.runtime import Output as Output
    from yoi_cli.workers.runtime import PrunedWorkers as PrunedWorkers
    from yoi_cli.workers.runtime import RecoveredWorkers as RecoveredWorkers
    from yoi_cli.workers.runtime import Recovery as Recovery
    from yoi_cli.workers.runtime import WorkerList as WorkerList
    from yoi_cli.workspace.session import Session

#: As much output as one answer holds, in bytes.
PART = 1 << 20
_DAY_MS = 86_400_000


def spawn(
    session: Session,
    asked: WorkerSpec,
    *,
    prompt: str | None = None,
    variables: Iterable[tuple[str, str | None]] = (),
    takes_input: bool = False,
    redact: bool = True,
    author: str | None = None,
    settings: Settings | None = None,
    host: WorkerHost | None = None,
) -> LoggedWorker:
    """Start the worker that is `asked` for; it runs, or is queued, and outlives this process.

    Without a folder (`asked.cwd` is empty) it runs in the ticket's worktree, else in the
    current one; without a `prompt` it is told the ticket's intent packet. Of `variables`, a
    value of None is that of the session's environment. `settings` are those that hold for it, by
    default the session's. Raises `UsageError`, `NotFoundError` for
    ticket and profile, and `ConflictError` where a profile is not trusted (docs/trust.md).
    """
    from yoi_cli.errors import YoiError
    from yoi_cli.workers.log import log_start
    from yoi_cli.workers.runtime import LoggedWorker
    from yoi_cli.workspace.settings import settings_of, unsaid_limits

    if not asked.command:
        from yoi_cli.workspace.trust import require_trust

        require_trust(session)
    on = _host(session, host)
    spec, packet = _located(session, asked, on)
    is_command_alone = bool(spec.command) and spec.profile is None
    limits = unsaid_limits(session) if is_command_alone and settings is None else None
    request = request_for(
        session,
        spec,
        limits or settings or settings_of(session),
        prompt=packet if prompt is None else prompt,
        host=on,
        variables=variables,
        takes_input=takes_input,
        redact=redact,
    )
    by = session.author(author)
    session.own_folder(make=True)
    view, is_new = on.workers.spawn_or_find(request)
    try:
        log_start(session.store, view, by)
    except YoiError as error:  # it runs; a command that failed would be given again
        warning = f"The start is not in the ticket's log: {error.message}"
        return LoggedWorker(view, (warning,), is_new)
    return LoggedWorker(view, (), is_new)


def request_for(
    session: Session,
    spec: WorkerSpec,
    settings: Settings | WorkerLimits,
    *,
    prompt: str,
    variables: Iterable[tuple[str, str | None]] = (),
    takes_input: bool = False,
    redact: bool = True,
    host: WorkerHost | None = None,
) -> WorkerRequest:
    """What starts the worker of `spec` as `settings` say, with its prompt in a file. Raises as
    `request_of` does."""
    from yoi_cli.model.workers.spec import request_of

    return request_of(
        spec,
        settings,
        session.environment,
        prompt=prompt,
        prompt_file=_host(session, host).keep_prompt(prompt) if prompt and not spec.command else "",
        variables=variables,
        takes_input=takes_input,
        redact=redact,
    )


def list_workers(
    session: Session,
    *,
    ticket: str | None = None,
    only_live: bool = False,
    host: WorkerHost | None = None,
) -> WorkerList:
    """The workers of this clone, the newest last; those of one ticket, or that have not ended."""
    from yoi_cli.tickets.lookup import identify
    from yoi_cli.workers.open import collect_mail
    from yoi_cli.workers.runtime import WorkerList

    collect_mail(session)
    full_id = identify(session.store, ticket) if ticket is not None else None
    found = _all(_host(session, host).workers)
    shown = tuple(
        view
        for view in found.workers
        if full_id in (None, view.ticket) and not (only_live and view.has_ended)
    )
    return WorkerList(shown, found.unreadable)


def show(session: Session, worker: str) -> WorkerView:
    """How a worker stands, and what that is known by."""
    from yoi_cli.workers.open import collect_mail

    collect_mail(session)
    runtime, worker_id = _runtime_of(session, worker)
    return runtime.show(worker_id)


def report(session: Session, worker: str) -> AgentReport | None:
    """What the coding agent that a worker is tells of itself so far: its session, its last
    message, tokens and cost; None of a worker that is none. Where it told no error, and failed
    for what the kernel kept from it, the line that says so is its error."""
    from yoi_cli.workers.agents.transcript import report_of
    from yoi_cli.workers.refusals import TAIL, refusal_in

    runtime, worker_id = _runtime_of(session, worker)
    view = runtime.show(worker_id)
    if not view.agent:
        return None
    told = report_of(view.agent, (part.data for part in runtime.read(worker_id, 0)))
    if told.error:
        return told
    last = runtime.read(worker_id, max(0, view.output_size - TAIL))
    lines = b"".join(part.data for part in last).decode("utf-8", "replace").splitlines()
    return told._replace(error=refusal_in(view, lines).strip())


def transcript(session: Session, worker: str) -> AgentTranscript | None:
    """A reader that turns what a coding agent printed into text for people; None of a worker
    that is none."""
    runtime, worker_id = _runtime_of(session, worker)
    return agent_transcript(runtime.show(worker_id).agent)


def agent_transcript(agent: str) -> AgentTranscript | None:
    """The same for what the agent `agent` printed; None where that is empty."""
    from yoi_cli.workers.agents.transcript import AgentTranscript

    return AgentTranscript(agent) if agent else None


def output(session: Session, worker: str, *, since: int = 0) -> tuple[str, Output]:
    """The worker's id, and at most `PART` bytes of what it wrote from byte `since` on; a
    negative one is counted from the end."""
    runtime, worker_id = _runtime_of(session, worker)
    return worker_id, runtime.output(worker_id, since, PART)


def follow_output(
    session: Session, worker: str, *, since: int = 0, follow: bool = False
) -> tuple[str, Iterator[Output]]:
    """The worker's id, and all that it wrote, in parts; to `follow` is to go on until it ends."""
    runtime, worker_id = _runtime_of(session, worker)
    return worker_id, runtime.read(worker_id, since, follow=follow)


def give_input(session: Session, worker: str, data: bytes, *, close: bool = False) -> str:
    """Give a worker something to read, and then `close` its input; its id.

    Raises `ConflictError` (`worker_stopped`, `worker_conflict`, `worker_limit`).
    """
    runtime, worker_id = _runtime_of(session, worker)
    runtime.input(worker_id, data, close=close)
    return worker_id


def attach(session: Session, worker: str) -> Attachment:
    """What looks at the terminal of a worker, and types there, from near its last output on.

    Raises `ConflictError`: `worker_without_terminal`, and `worker_stopped` where it has ended.
    """
    from yoi_cli.errors import ConflictError
    from yoi_cli.workers.attachment import Attachment

    runtime, worker_id = _runtime_of(session, worker)
    view = runtime.show(worker_id)
    if not view.has_terminal:
        raise ConflictError(
            "worker_without_terminal",
            f"Worker {worker_id} has no terminal to attach to.",
            hint=f"`yoi worker logs --follow {worker_id}` shows what it writes; `yoi worker input` "
            "writes to one that was started with --input; `yoi worker spawn --terminal` gives the "
            "next one a terminal.",
            details={"worker_id": worker_id},
        )
    if view.has_ended:
        raise ConflictError(
            "worker_stopped",
            f"Worker {worker_id} {view.ending}.",
            hint=f"`yoi worker logs {worker_id}` shows what it wrote.",
            details={"worker_id": worker_id},
        )
    return Attachment(runtime, worker_id)


def stop(
    session: Session,
    worker: str,
    *,
    grace: float | None = None,
    reason: str = "",
    force: bool = False,
    caller: str | None = None,
    host: WorkerHost | None = None,
) -> LoggedWorker:
    """Ask a worker to end, and after `grace` seconds make it; nothing that it started stays.

    The `reason` goes into its ticket's log. Without `force` no worker ends what it stands in: this
    process, or the `caller`, a worker for which this is done. Raises `OperationError`
    (`worker_timeout`) where it does not end even so, and `ConflictError` (`self_termination`).
    """
    runtime, worker_id = _runtime_of(session, worker, host)
    if not force:
        _check_not_own(session, worker_id, caller)
    return log_ended(session, runtime.stop(worker_id, grace), reason)


def cancel(
    session: Session,
    worker: str,
    *,
    reason: str = "",
    force: bool = False,
    caller: str | None = None,
    host: WorkerHost | None = None,
) -> LoggedWorker:
    """Drop a worker that is queued; end one that runs, whose result counts for nothing. Takes and
    raises what `stop` does."""
    runtime, worker_id = _runtime_of(session, worker, host)
    if not force:
        _check_not_own(session, worker_id, caller)
    return log_ended(session, runtime.cancel(worker_id), reason)


def _check_not_own(session: Session, worker_id: str, caller: str | None) -> None:
    if worker_id != caller and worker_id not in session.workers_above():
        return
    from yoi_cli.errors import ConflictError

    raise ConflictError(
        "self_termination",
        f"Worker {worker_id} would end what it stands in.",
        hint="Let somebody outside of it end it; --force does it all the same.",
        details={"worker_id": worker_id},
    )


def wait(
    session: Session,
    worker: str,
    *,
    timeout: float | None = None,
    host: WorkerHost | None = None,
) -> LoggedWorker:
    """Wait until a worker has ended, and nothing of it runs.

    Raises `OperationError` (`worker_timeout`) after `timeout` seconds.
    """
    runtime, worker_id = _runtime_of(session, worker, host)
    return log_ended(session, runtime.wait(worker_id, timeout))


def recover(session: Session, host: WorkerHost | None = None) -> RecoveredWorkers:
    """Look after workers whose shim died: adopt what lives, settle what is over."""
    from yoi_cli.workers.runtime import RecoveredWorkers

    runtime = _host(session, host).workers
    done = tuple(runtime.recover())
    found = _all(runtime)
    return RecoveredWorkers(done, _log(session, found.workers), found.unreadable)


def prune(
    session: Session,
    *,
    days: float = 14,
    ended_before: int | None = None,
    host: WorkerHost | None = None,
) -> PrunedWorkers:
    """Forget workers that ended more than `days` ago, or `ended_before` an instant (Unix
    milliseconds), with what they wrote."""
    import time

    from yoi_cli.workers.runtime import PrunedWorkers

    runtime = _host(session, host).workers
    warnings = _log(session, runtime.all())
    if ended_before is None:
        ended_before = time.time_ns() // 1_000_000 - round(days * _DAY_MS)
    return PrunedWorkers(tuple(runtime.prune(ended_before)), warnings)


def forget(session: Session, worker: str, host: WorkerHost | None = None) -> None:
    """Forget one worker that has ended, with what it wrote; its end is on its ticket first.

    Raises `ConflictError` (`worker_at_work`) for one that has not.
    """
    from yoi_cli.errors import ConflictError

    runtime, worker_id = _runtime_of(session, worker, host)
    log_ended(session, runtime.show(worker_id))
    if not runtime.forget(worker_id):
        raise ConflictError(
            "worker_at_work",
            f"Worker {worker_id} has not ended.",
            hint="Stop it first, or wait.",
            details={"worker_id": worker_id},
        )


def profiles(session: Session) -> Sequence[Profile]:
    """The profiles alone: the presets first, then what the configuration adds."""
    from yoi_cli.workspace.settings import settings_of

    return tuple(settings_of(session).profiles.values())


def list_profiles(session: Session) -> ProfileList:
    """Every profile: those of the configuration first, then the presets."""
    from yoi_cli.workers.profile_checks import list_profiles
    from yoi_cli.workspace.settings import settings_of

    return list_profiles(settings_of(session))


def show_profile(session: Session, name: str) -> ProfileRow:
    """One profile. Raises `NotFoundError` (`profile_not_found`)."""
    from yoi_cli.workers.profile_checks import find_profile
    from yoi_cli.workspace.settings import settings_of

    return find_profile(settings_of(session), name)


def check_profiles(session: Session, name: str | None = None) -> CheckedProfiles:
    """What profiles lack on this machine: one, those that roles use, or all of them.

    It asks the programs, so it raises `ConflictError` where they are not trusted (docs/trust.md).
    """
    from yoi_cli.workers.open import machine_of
    from yoi_cli.workers.profile_checks import check_profiles
    from yoi_cli.workspace.settings import settings_of
    from yoi_cli.workspace.trust import require_trust

    require_trust(session)
    return check_profiles(settings_of(session), machine_of(session), name)


def _host(session: Session, host: WorkerHost | None) -> WorkerHost:
    from yoi_cli.api.hosts import ThisMachine

    return ThisMachine(session) if host is None else host


def _all(runtime: CloneWorkers) -> WorkerList:
    """All workers, and why others cannot be read; each is looked at once."""
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.workers.runtime import WorkerList

    found = [*runtime.each()]
    broken = tuple(one for one in found if isinstance(one, StoreInvalidError))
    return WorkerList(tuple(one for one in found if not isinstance(one, StoreInvalidError)), broken)


def _located(session: Session, asked: WorkerSpec, host: WorkerHost) -> tuple[WorkerSpec, str]:
    """`asked` with its full ticket id and its folder, and the ticket's intent packet between
    lines that it cannot contain."""
    import os

    cwd = os.path.abspath(asked.cwd) if asked.cwd else None
    if asked.ticket is None:
        return asked._replace(cwd=cwd or os.getcwd()), ""
    from yoi_cli.model.intent import packet_of, render_packet
    from yoi_cli.model.quoting import explained, marker_of, quoted
    from yoi_cli.tickets.edit import read_item

    ticket, item = read_item(session.store, asked.ticket)
    if cwd is None:
        cwd = host.worktree_of(ticket) or os.getcwd()
    packet = render_packet(packet_of(item.title, item.body))
    marker = marker_of([packet])
    packet = f"{explained(marker)}\n\n{quoted([packet], marker)}\n"
    return asked._replace(cwd=cwd, ticket=ticket), packet


def _runtime_of(
    session: Session, worker: str, host: WorkerHost | None = None
) -> tuple[CloneWorkers, str]:
    from yoi_cli.workers.lookup import identify_worker, is_worker_id

    runtime = _host(session, host).workers
    is_whole = host is not None and is_worker_id(worker)  # which needs no list from elsewhere
    return runtime, worker if is_whole else identify_worker(runtime.ids(), worker)


def log_ended(session: Session, view: WorkerView, reason: str = "") -> LoggedWorker:
    """Write on its ticket how a worker ended, and the reason, where it has and that is not there
    yet."""
    from yoi_cli.workers.runtime import LoggedWorker

    return LoggedWorker(view, _log(session, (view,), reason))


def _log(session: Session, views: Sequence[WorkerView], reason: str = "") -> tuple[str, ...]:
    """Write on their tickets how workers ended, where that is not there yet; warnings."""
    from yoi_cli.workers.open import collect_mail

    collect_mail(session)
    if not any(view.ticket is not None and view.has_ended for view in views):
        return ()
    from yoi_cli.workers.log import log_ends

    return log_ends(session.store, views, session.author(None), reason)
