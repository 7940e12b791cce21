"""What a hook finds where git runs it: workspace, spool, message, git's lock, clock."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.workspace.ancestry import OF_WORKER
from yoi_cli.workspace.local_folder import known_workspaces, shared_folder
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.hooks.git.message import CommitMessage
    from yoi_cli.hooks.ports import HookCall
    from yoi_cli.model.claim import Claim
    from yoi_cli.store.files.spool import FileSpool
    from yoi_cli.workspace.session import Session

#: How long a hook waits for the store's lock, in seconds.
PATIENCE = 1.0
#: Set, it would turn off the guard against git's own lock. A hook looks for that itself.
_INDEX = "GIT_INDEX_FILE"


def sessions_at(call: HookCall, checkout: Checkout) -> list[Session]:
    """The workspaces of the repository that git works in, those that can be used: the one that is
    meant where git stands comes first.

    YOI_WORKSPACE does not count: git says which repository it is about. Git runs its hooks at the
    top, so that a workspace further down is found from where the person stands, from what the
    worktree was made for, and from what the clone knows.
    """
    inside = os.path.join(checkout.root, call.environment.get("GIT_PREFIX", ""))
    main = checkout.main_root or checkout.root
    known = (os.path.join(main, below) for below in known_workspaces(checkout))
    environment = {name: value for name, value in call.environment.items() if name != _INDEX}
    environment["YOI_LOCK_TIMEOUT"] = str(PATIENCE)
    found: dict[str, Session] = {}
    for folder in dict.fromkeys((os.path.normpath(inside), checkout.root, *known)):
        try:
            start = Start(folder, False, f"yoi hook run {call.name}", environment)
            session = open_session(start)
        except (YoiError, OSError):
            continue
        found.setdefault(session.workspace, session)
    return list(found.values())


def session_of(sessions: Sequence[Session], ticket: str) -> Session | None:
    """The one of `sessions` whose store has what a note or trailer calls `ticket`, else the first;
    None where there is none."""
    if len(sessions) > 1:
        from yoi_cli.tickets.lookup import identify

        for session in sessions:
            with suppress(YoiError, OSError):
                identify(session.store, ticket)
                return session
    return sessions[0] if sessions else None


def redaction_at(call: HookCall, checkout: Checkout) -> Callable[[str], str] | None:
    """What takes the values of a worker's secrets out of what git tells of its commits; None where
    no worker runs git. Whatever stands in the settings, a worker may commit."""
    if OF_WORKER.decode() not in call.environment:
        return None
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.model.workers.spec import redaction_of, secret_names
    from yoi_cli.workspace.settings import settings_of

    for session in sessions_at(call, checkout):
        with suppress(YoiError):
            return redaction_of(settings_of(session), call.environment).line
    names = secret_names(call.environment, ())
    return Redaction(call.environment[name] for name in names).line


def message_of(call: HookCall, checkout: Checkout) -> CommitMessage:
    """The message in the file that git names first."""
    from yoi_cli.hooks.git.message import CommitMessage

    path = os.path.join(call.folder, call.arguments[0])
    # git sets this editor where it opens none.
    is_edited = call.environment.get("GIT_EDITOR") != ":"
    return CommitMessage(checkout.root, path, is_edited=is_edited)


def is_elsewhere(claim: Claim, checkout: Checkout) -> bool:
    """Whether the claim names another worktree than this one, which is there."""
    if not claim.worktree:
        return False
    path = os.path.join(checkout.main_root or checkout.root, claim.worktree)
    there, here = os.path.realpath(path), os.path.realpath(checkout.root)
    return there != here and os.path.exists(os.path.join(there, ".git"))


def spool_of(session: Session) -> FileSpool:
    """What waits for the store of the session's clone; its worktrees share it. A confined
    worker has its own."""
    if session.outbox is not None:
        from yoi_cli.store.files.outbox import note_spool

        return note_spool(session.outbox)
    return _spool_in(session.local_folder)


def clone_spool(checkout: Checkout) -> FileSpool:
    """The spool of a clone in which no store was found."""
    return _spool_in(shared_folder(checkout))


def _spool_in(folder: str) -> FileSpool:
    from yoi_cli.store.files.spool import FOLDER, FileSpool

    return FileSpool(os.path.join(folder, FOLDER))


def is_index_locked(session: Session) -> bool:
    """Whether git is at work on the index of the store's checkout."""
    index_lock = session.location.index_lock
    return index_lock is not None and os.path.lexists(index_lock)


def now_ms() -> int:
    """The instant, in Unix milliseconds."""
    return time.time_ns() // 1_000_000
