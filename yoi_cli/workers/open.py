"""The worker runtime of a session's clone, and what needs it to look after worktrees."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.worktrees.open import open_repository, open_worktrees, orchestration_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.workers.runtimes import RuntimeEntry
    from yoi_cli.workers.local.machine import LocalMachine
    from yoi_cli.workers.local.order_worktrees import LocalOrderWorktrees
    from yoi_cli.workers.local.place import Clone
    from yoi_cli.workers.local.runtime import FileRuntime
    from yoi_cli.workers.remote.slurm.runtime import SlurmRuntime
    from yoi_cli.workers.remote.ssh.workers import SshWorkers
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.checks import WorktreeFinding
    from yoi_cli.worktrees.service import WorktreeService


def open_runtime(session: Session) -> FileRuntime:
    """The workers of the clone, shared by all its worktrees; or those of the runtime that the
    session means, which keeps them in files as well. Raises `NotFoundError` (`runtime_not_found`)
    and `OperationError` (`runtime_unsupported`) for one that does not."""
    from yoi_cli.workers.local.runtime import FileRuntime

    if session.runtime:
        return open_cluster(session, session.runtime)
    folder = session.own_folder()
    return FileRuntime(os.path.join(folder, "workers"), session.environment, _clone_of(session))


def open_order_worktrees(session: Session) -> LocalOrderWorktrees:
    """The worktrees in which ordered workers of the clone work. Raises `NotFoundError`
    (`repository_not_found`)."""
    from yoi_cli.workers.local.order_worktrees import LocalOrderWorktrees
    from yoi_cli.worktrees.open import repository_paths

    return LocalOrderWorktrees(
        repository_paths(session), session.own_folder(make=True), open_runtime(session)
    )


def worktree_of(session: Session, ticket: str) -> str | None:
    """The folder of a ticket's worktree, by its full id; None where it has none."""
    from yoi_cli.errors import NotFoundError
    from yoi_cli.worktrees.open import target_branch

    if session.checkout is None:
        return None
    try:
        found = open_worktrees(session).of(ticket, target_branch(session))
    except NotFoundError:  # a repository without a commit has no worktrees either
        return None
    return found.path if found is not None else None


def open_ssh(session: Session, runtime_id: str, entry: RuntimeEntry) -> SshWorkers:
    """The workers of a clone on another machine; nothing is sent yet."""
    from yoi_cli.workers.remote.ssh.channel import Channel
    from yoi_cli.workers.remote.ssh.control import ControlConnection
    from yoi_cli.workers.remote.ssh.workers import SshWorkers

    control = ControlConnection(entry.host or "", session.environment, runtime_id)
    channel = Channel(
        control,
        runtime_id,
        folder=entry.folder or "",
        python=entry.python or "",
        timeout=entry.timeout,
    )
    root = session.checkout.root if session.checkout is not None else None
    return SshWorkers(channel, root)


def open_cluster(session: Session, runtime_id: str) -> SlurmRuntime:
    """The workers of the clone that Slurm runs. Raises `NotFoundError` (`runtime_not_found`) and
    `OperationError` (`runtime_unsupported`) where that runtime is no such one."""
    import hashlib

    from yoi_cli.model.workers.runtimes import SLURM
    from yoi_cli.workers.registry import named
    from yoi_cli.workers.remote.errors import runtime_error
    from yoi_cli.workers.remote.registry_file import RegistryFile
    from yoi_cli.workers.remote.slurm.options import options_of
    from yoi_cli.workers.remote.slurm.runtime import SlurmRuntime

    own_folder, clone = session.own_folder(), _clone_of(session)
    entry = named(RegistryFile(own_folder).read(), runtime_id)
    if entry.kind != SLURM:
        raise runtime_error("runtime_unsupported", runtime_id)
    path = os.path.join(clone.local_folder, "slurm", runtime_id)
    if entry.folder is not None:
        home = session.environment.get("HOME", "")
        folder = os.path.join(home, entry.folder[2:]) if entry.folder[0] == "~" else entry.folder
        # Clones that name one folder have no worker in common.
        mark = hashlib.sha256(os.fsencode(clone.local_folder)).hexdigest()[:16]
        path = os.path.join(os.path.realpath(folder), mark)
        clone = clone._replace(stores=(*clone.stores, path))
    return SlurmRuntime(
        runtime_id,
        path,
        session.environment,
        clone,
        options=options_of(entry),
        timeout=entry.timeout,
    )


def clone_folders(session: Session) -> Mapping[str, str]:
    """By their paths, what the folders of the session's clone are called to whoever is elsewhere:
    the workspace is left out, and the git folder is `.git`."""
    clone = _clone_of(session)
    roots = {clone.workspace: "", clone.main_root or clone.workspace: ""}
    if clone.common_dir is not None:
        roots[clone.common_dir] = ".git"
    return roots


def collect_mail(session: Session) -> None:
    """Write on their tickets what confined workers said; a store that is busy is left alone."""
    from contextlib import suppress

    from yoi_cli.errors import YoiError
    from yoi_cli.store.files.outbox import has_mail

    if session.outbox is None and has_mail(session.local_folder):
        with suppress(YoiError), session.store.write():
            pass


def machine_of(session: Session) -> LocalMachine:
    """The machine on which the session's profiles are to run."""
    from yoi_cli.workers.local.machine import LocalMachine

    return LocalMachine(session.workspace, session.environment, _clone_of(session))


def _clone_of(session: Session) -> Clone:
    from yoi_cli.store.files.layout import STORE_FOLDER
    from yoi_cli.workers.local.place import Clone

    checkout = session.checkout
    workspace = os.path.realpath(session.workspace)
    return Clone(
        workspace,
        tuple(os.path.join(workspace, one) for one in (STORE_FOLDER, session.location.folder)),
        None if checkout is None else os.path.realpath(checkout.common_dir),
        _real(checkout.main_root) if checkout is not None else None,
        os.path.realpath(session.local_folder),
    )


def _real(path: str | None) -> str | None:
    return None if path is None else os.path.realpath(path)


def landlock_version(environment: Mapping[str, str]) -> int:
    """The version of Landlock by which workers are confined here, 0 where they are not."""
    from yoi_cli.workers.local.confinement import landlock_limit
    from yoi_cli.workers.local.shim.landlock import kernel_abi

    return min(kernel_abi(), landlock_limit(environment))


def lacking_parts() -> tuple[str, ...] | None:
    """The parts of Linux that workers are supervised without here; None where none can run."""
    from yoi_cli.workers.local.launcher import shim_libraries
    from yoi_cli.workers.local.shim.parts import NAMES, parts

    if shim_libraries() is None:
        return None
    return tuple(name for name, is_there in zip(NAMES, parts(), strict=True) if not is_there)


def live_worker(session: Session, ticket: str) -> str | None:
    """The worker of this clone that is at work for `ticket`, as sentences name it.

    Cheap where none was ever started for it: nothing is loaded for that.
    """
    if not _has_worker(os.path.join(session.own_folder(), "workers"), ticket):
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
            with files.closing(files.open_folder(os.path.join(path, name))) as folder:
                if ticket.encode() in files.read(folder, files.SPEC):
                    return True
        except OSError:
            continue
    return False


def keep_prompt(path: str, name: str, text: str) -> str:
    """Write a prompt to the file `name` of the folder `path`, outside of every worktree; its
    path."""
    from yoi_cli.store.files.directory import Directory

    os.makedirs(path, mode=0o700, exist_ok=True)
    with Directory.open(path, "prompts") as folder:
        temporary = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        folder.replace(name, text.encode("utf-8", "replace"), temporary=temporary)
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
