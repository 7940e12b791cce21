"""From a session to a sync: which remote, which branch, and what works on them."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.merge.git.operation import operation
from yoi_cli.model.trust import TRUSTED
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.layout import CONFIG_FILE
from yoi_cli.sync.git import checkout as sync_checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.git.configuration import GitConfiguration
    from yoi_cli.sync.git.clone import SyncTarget
    from yoi_cli.sync.git.snapshot import StorePaths
    from yoi_cli.sync.ports import RemoteBranch, SyncedStore
    from yoi_cli.sync.service import SyncReport
    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.settings import SyncWishes

_LONGEST_PAUSE = 2.0
_HELD = (
    f"What came for {CONFIG_FILE} would run other commands, and is held back: `yoi trust` shows "
    "it, and asks whether they may be run."
)
_HINT_REMOTE = "Add one with `git remote add origin URL`, or name one with --remote."


class SyncRequest(NamedTuple):
    """What a sync is asked for: `--remote` and `--branch`, where given.

    `may_ask` lets git ask for a password on the terminal. `hear` is told what git does and
    how much of it is done, in percent.
    """

    remote: str | None
    branch: str | None
    may_ask: bool
    hear: Callable[[str, int], None]


class Synced(NamedTuple):
    """What a sync did, with which branch of which remote, and what should be known besides."""

    report: SyncReport
    remote: str
    branch: str
    warnings: tuple[str, ...]


class SyncPorts(NamedTuple):
    """All that a sync works with."""

    store: SyncedStore
    remote: RemoteBranch
    target: SyncTarget
    warnings: tuple[str, ...]


def sync_session(session: Session, request: SyncRequest, *, is_dry_run: bool) -> Synced:
    """Sync the store of `session`. Raises what `open_sync` and `sync_store` raise."""
    from yoi_cli.sync.service import sync_store
    from yoi_cli.workspace.trust import trust_files

    with open_sync(session, request) as ports:
        report = sync_store(ports.store, ports.remote, _pause, is_dry_run=is_dry_run)
    warnings = ports.warnings
    if trust_files(session).held() is not None:
        warnings = (*warnings, _HELD)
    return Synced(report, ports.target.remote, ports.target.branch, warnings)


@contextmanager
def open_sync(session: Session, request: SyncRequest) -> Iterator[SyncPorts]:
    """Find what is to be synced with what, and keep other syncs of this clone waiting.

    Raises `NotFoundError` (`sync_no_repository`, `sync_no_remote`, `remote_not_found`),
    `UsageError` for a name that no branch can have, and `ConflictError` where the checkout
    is not fit for it.
    """
    from yoi_cli.git.configuration import read_configuration
    from yoi_cli.git.open import open_objects
    from yoi_cli.store.files.lock import StoreLock
    from yoi_cli.sync.git.clone import CloneStore
    from yoi_cli.sync.git.history import signature
    from yoi_cli.sync.git.remote import GitRemote
    from yoi_cli.sync.git.snapshot import StoreTrees
    from yoi_cli.workspace.settings import sync_wishes
    from yoi_cli.workspace.trust import SettingsGate, look_at

    checkout = _checkout_of(session)
    settings = sync_wishes(session)
    configuration = read_configuration(checkout.root)
    paths, key, target = _target(session, checkout, configuration, settings, request)
    warnings = _check_checkout(paths, target)
    runs_hooks = settings.runs_hooks and look_at(session).state == TRUSTED
    signed = signature(configuration, session.author(None).author)
    deadline = max(settings.timeout, session.deadline)
    path = os.path.join(session.local_folder, "sync.lock")
    lock = StoreLock(path, deadline=deadline, command=session.command)
    lock.acquire()
    try:
        with open_objects(paths.cwd) as objects:
            remote = GitRemote(
                paths.cwd,
                target.remote,
                target.branch,
                ref=f"refs/worktree/yoi/{key}/fetched",
                silence=settings.timeout,
                may_ask=request.may_ask,
                runs_hooks=runs_hooks,
                hear=request.hear,
                commit_at=objects.commit_at,
                ssh_command=configuration.get("core.sshcommand"),
            )
            gate = SettingsGate(session) if target.local_branch is None else None
            trees = StoreTrees(paths, objects, gate)
            store = CloneStore(
                session.store, trees, target, checkout.common_dir, signed, settings=gate
            )
            yield SyncPorts(store, remote, target, warnings)
    finally:
        lock.release(finished=True)


def _pause(attempt: int) -> None:
    """Wait before the attempt of that number, longer each time, and never in step."""
    longest = min(_LONGEST_PAUSE, 0.05 * 2**attempt)
    share = int.from_bytes(os.urandom(2)) / 0xFFFF
    time.sleep(longest * (0.25 + 0.75 * share))


def _checkout_of(session: Session) -> Checkout:
    if session.checkout is None:
        raise NotFoundError(
            "sync_no_repository",
            "This workspace is not in a git repository, so there is nothing to sync it through.",
            hint="`git init` makes the folder one.",
        )
    return session.checkout


def _target(
    session: Session,
    checkout: Checkout,
    configuration: GitConfiguration,
    settings: SyncWishes,
    request: SyncRequest,
) -> tuple[StorePaths, str, SyncTarget]:
    from hashlib import sha256

    from yoi_cli.sync.git.clone import SyncTarget
    from yoi_cli.sync.git.snapshot import StorePaths

    cwd = checkout.root
    wanted = request.branch or settings.branch
    if wanted is not None and not sync_checkout.is_branch_name(cwd, wanted):
        raise UsageError(
            "branch_invalid",
            f"{wanted[:80]!r} cannot be the name of a branch.",
            hint="Give a short name such as yoi.",
        )
    current = sync_checkout.current_branch(cwd, checkout.git_dir, checkout.common_dir)
    followed, upstream = (None, None)
    if current is not None:
        followed, upstream = sync_checkout.upstream_of(configuration, current)
    remote = _remote(configuration.remotes, request.remote or settings.remote, followed)
    below = os.path.relpath(session.workspace, cwd)
    below = "" if below == "." else below
    is_own = wanted is not None and wanted != current
    if not is_own and current is None:
        raise _detached()
    same = upstream if upstream is not None and remote == followed else current
    branch = wanted or same or ""
    key = sha256("\0".join((below, remote, branch)).encode("utf-8", "surrogateescape"))
    name = key.hexdigest()[:16]
    ref = f"refs/worktree/yoi/{name}/base" if is_own else f"refs/heads/{current}"
    scratch = os.path.join(checkout.git_dir, "yoi", "sync", name)
    root = session.config.root
    paths = StorePaths(cwd, checkout.git_dir, session.workspace, below, root, scratch)
    return paths, name, SyncTarget(remote, branch, None if is_own else current, ref)


def _remote(names: Sequence[str], wanted: str | None, followed: str | None) -> str:
    """The name of a configured remote: the one asked for, the branch's, `origin`, the only."""
    if wanted is not None:
        if wanted in names:
            return wanted
        from yoi_cli.git.remote import without_password

        shown = without_password(wanted)  # by mistake it may be an address
        raise NotFoundError(
            "remote_not_found",
            f"There is no remote {shown[:80]!r} here.",
            hint=f"There are: {', '.join(names)}." if names else _HINT_REMOTE,
            details={"remote": shown, "remotes": list(names)},
        )
    if followed is not None and followed in names:
        return followed
    if "origin" in names:
        return "origin"
    if len(names) == 1:
        return names[0]
    raise NotFoundError(
        "sync_no_remote",
        "There is no remote to sync with."
        if not names
        else "There are several remotes, and nothing says which one to sync with.",
        hint=_HINT_REMOTE if not names else f"Name one with --remote: {', '.join(names)}.",
        details={"remotes": list(names)},
    )


def _check_checkout(paths: StorePaths, target: SyncTarget) -> tuple[str, ...]:
    """Refuse a checkout that git is in the middle of changing; warnings."""
    index, note = os.path.join(paths.git_dir, "index"), os.path.join(paths.scratch, "tracked")
    is_tracked = sync_checkout.has_tracked(paths.cwd, paths.tree_folders, index, note)
    unfinished = operation(paths.git_dir)
    if unfinished is not None and (is_tracked or target.local_branch is not None):
        raise ConflictError(
            "git_unfinished",
            f"A {unfinished} is going on in this checkout, and the store is a part of it.",
            hint=f"Finish the {unfinished}, then sync.",
            details={"operation": unfinished},
        )
    if target.local_branch is None:
        if not is_tracked:
            return ()
        return (
            "The branch that is checked out holds the store, too: changing branches changes the "
            "tickets here. docs/sync.md says how to take it out of there.",
        )
    tickets = f"{paths.workspace}/{paths.root}/0000000000000/item.md"
    if not is_tracked and sync_checkout.is_ignored(paths.cwd, tickets):
        raise ConflictError(
            "sync_store_ignored",
            f"git is told to ignore the store, so it is not for {target.local_branch}.",
            hint='Give the store a branch of its own: branch = "yoi" in [sync], or --branch yoi.',
            details={"branch": target.local_branch},
        )
    return ()


def _detached() -> ConflictError:
    return ConflictError(
        "sync_detached",
        "No branch is checked out, so there is none to sync the store on.",
        hint="Switch to a branch, or give the store one of its own with --branch yoi.",
    )
