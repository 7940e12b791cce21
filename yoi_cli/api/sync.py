"""Sharing a store with other clones through a git remote (docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.sync.open import Synced as Synced
    from yoi_cli.sync.ports import TicketChange as TicketChange
    from yoi_cli.sync.service import SyncReport as SyncReport
    from yoi_cli.workspace.session import Session


def sync(
    session: Session,
    *,
    remote: str | None = None,
    branch: str | None = None,
    dry_run: bool = False,
    may_ask: bool = False,
    hear: Callable[[str, int], None] = lambda _what, _percent: None,
) -> Synced:
    """Commit the store, merge what others sent, push, and bring the tickets up to date.

    `may_ask` lets git ask for a password on the terminal; `hear` is told what git does, and
    how much of that is done in percent. Raises `NotFoundError`, `UsageError`, `ConflictError`
    for what a person has to settle, and `OperationError` for a remote that cannot be reached.
    """
    from yoi_cli.sync.open import SyncRequest, sync_session

    return sync_session(session, SyncRequest(remote, branch, may_ask, hear), is_dry_run=dry_run)
