"""Syncing a store with a branch of a remote (docs/sync.md).

What is in the folder is committed, merged with what the remote has, pushed if the remote
still has that, and brought back to the folder. A kill at any point leaves the folder with
everything that was in it, and the next sync goes on from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.sync.ports import MergedCommit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.merge.ports import Renumbering
    from yoi_cli.model.findings import Conflict
    from yoi_cli.sync.ports import (
        RemoteBranch,
        SyncedStore,
        TakenStore,
        TicketChange,
    )

#: How often a sync begins anew because others were faster. Somebody's sync comes to its end
#: whenever one is lost; with eight clones that never rest, ten attempts were too few.
ATTEMPTS = 30


class SyncReport(NamedTuple):
    """What a sync did, or with `is_dry_run` would do.

    `commit` is what this clone and the remote have in common now. `was_committed` and
    `was_pushed` say whether there was anything to commit and push.
    """

    commit: str
    was_committed: bool
    was_pushed: bool
    sent: tuple[TicketChange, ...]
    received: tuple[TicketChange, ...]
    conflicts: Mapping[str, tuple[Conflict, ...]]
    renumbered: tuple[Renumbering, ...]
    put_back: tuple[str, ...]
    is_dry_run: bool = False


def sync_store(
    store: SyncedStore,
    remote: RemoteBranch,
    pause: Callable[[int], None],
    *,
    is_dry_run: bool = False,
) -> SyncReport:
    """Let the store and the remote's branch hold the same, and say what that changed.

    `pause` waits before the attempt of the given number. Raises `ConflictError` for what a
    person has to settle (`sync_ahead` and `sync_behind` after doing what could be done),
    `OperationError` for a remote that cannot be reached or refuses.
    """
    return _Sync(store, remote, is_dry_run).run(pause)


class _Sync:
    """One sync, over all its attempts."""

    def __init__(self, store: SyncedStore, remote: RemoteBranch, is_dry_run: bool) -> None:
        self._store = store
        self._remote = remote
        self._is_dry_run = is_dry_run
        self._renumbered: dict[str, Renumbering] = {}
        self._sent: dict[str, TicketChange] = {}
        self._conflicts: dict[str, tuple[Conflict, ...]] = {}
        self._was_pushed = False
        self._was_outrun = False

    def run(self, pause: Callable[[int], None]) -> SyncReport:
        attempt = 0
        while attempt < ATTEMPTS:
            report = self._attempt()
            if report is not None:
                return report
            attempt += 1
            pause(attempt)
        if not self._was_outrun:
            raise ConflictError(
                "git_busy",
                f"The files of the store were not left alone in {ATTEMPTS} attempts to bring "
                "the tickets to it.",
                hint="Nothing is lost. Sync again when what changes them (git, an editor) is done.",
            )
        raise ConflictError(
            "sync_race_lost",
            f"Others changed the branch {ATTEMPTS} times while it was synced.",
            hint="Nothing is lost. Try again when less is going on.",
        )

    def _attempt(self) -> SyncReport | None:
        """One try; None where somebody else was faster."""
        self._was_outrun = False
        seen = self._remote.fetch()
        taken = self._store.take()
        obstacle = self._store.obstacle(taken, seen)
        if obstacle is not None and not obstacle.allows_merge:
            if not self._is_dry_run and not self._store.bring(taken, MergedCommit(taken.commit)):
                return None
            raise obstacle.error
        merged = MergedCommit(taken.commit) if seen is None else self._store.merge(taken, seen)
        report = self._report(taken, merged, seen)
        if self._is_dry_run:
            if obstacle is not None:
                raise obstacle.error
            return report._replace(is_dry_run=True)
        refusal = None
        if merged.commit != seen and obstacle is None:
            try:
                if not self._remote.push(merged.commit, seen):
                    self._was_outrun = True
                    return None
                self._note_pushed(report)
            except OperationError as error:
                refusal = error
        if not self._store.bring(taken, merged):
            return None
        if obstacle is not None:
            raise obstacle.error
        if refusal is not None:
            raise refusal
        return report._replace(
            was_pushed=self._was_pushed,
            sent=tuple(self._sent[ticket] for ticket in sorted(self._sent)),
            conflicts=self._conflicts | dict(report.conflicts),
            renumbered=tuple((self._renumbered | _by_old(report.renumbered)).values()),
        )

    def _note_pushed(self, report: SyncReport) -> None:
        """Remember what reached the remote, should this attempt still have to be repeated."""
        self._was_pushed = True
        self._sent |= {change.ticket: change for change in report.sent}
        self._conflicts |= report.conflicts
        self._renumbered |= _by_old(report.renumbered)

    def _report(self, taken: TakenStore, merged: MergedCommit, seen: str | None) -> SyncReport:
        return SyncReport(
            commit=merged.commit,
            was_committed=taken.is_new,
            was_pushed=merged.commit != seen,
            sent=self._changes(seen, merged.commit),
            received=self._changes(taken.commit, merged.commit),
            conflicts=merged.conflicts,
            renumbered=merged.renumbered,
            put_back=taken.put_back,
        )

    def _changes(self, before: str | None, after: str) -> tuple[TicketChange, ...]:
        return () if before == after else tuple(self._store.changes(before, after))


def _by_old(renumbered: Sequence[Renumbering]) -> dict[str, Renumbering]:
    return {one.old: one for one in renumbered}
