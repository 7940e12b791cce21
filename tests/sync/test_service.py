"""The order of a sync's steps, where others change the checkout or the remote meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from yoi_cli.errors import ConflictError
from yoi_cli.sync.ports import MergedCommit, SyncObstacle, TakenStore, TicketChange
from yoi_cli.sync.service import sync_store


class _Remote:
    """A branch that is always where it was, and that nothing may be pushed to."""

    def fetch(self) -> str | None:
        return "theirs"

    def push(self, commit: str, seen: str | None) -> bool:
        raise AssertionError("pushed")


class _Store:
    """A store with an obstacle, whose checkout is left alone only at the third attempt."""

    def __init__(self) -> None:
        self.brought = 0

    def take(self) -> TakenStore:
        return TakenStore("ours", is_new=True)

    def obstacle(self, taken: TakenStore, seen: str | None) -> SyncObstacle | None:
        return SyncObstacle(ConflictError("sync_behind", "Behind."), allows_merge=False)

    def merge(self, taken: TakenStore, seen: str) -> MergedCommit:
        raise AssertionError("merged")

    def bring(self, taken: TakenStore, merged: MergedCommit) -> bool:
        self.brought += 1
        return self.brought == 3

    def changes(self, before: str | None, after: str) -> Sequence[TicketChange]:
        return ()


def test_the_tickets_are_committed_before_an_obstacle_is_told() -> None:
    store = _Store()
    pauses: list[int] = []

    with pytest.raises(ConflictError, match=r"Behind\."):
        sync_store(store, _Remote(), pauses.append)

    assert (store.brought, pauses) == (3, [1, 2])


class _Busy:
    """A remote where somebody else is faster `races` times."""

    def __init__(self, races: int) -> None:
        self.races = races

    def fetch(self) -> str | None:
        return "theirs"

    def push(self, commit: str, seen: str | None) -> bool:
        self.races -= 1
        return self.races < 0


class _Folder:
    """A store with something to send; `is_quiet` says whether it can be brought anything."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet = is_quiet

    def take(self) -> TakenStore:
        return TakenStore("ours", is_new=True)

    def obstacle(self, taken: TakenStore, seen: str | None) -> SyncObstacle | None:
        return None

    def merge(self, taken: TakenStore, seen: str) -> MergedCommit:
        return MergedCommit("both")

    def bring(self, taken: TakenStore, merged: MergedCommit) -> bool:
        return self._is_quiet

    def changes(self, before: str | None, after: str) -> Sequence[TicketChange]:
        return ()


def test_a_sync_outlasts_a_crowd() -> None:
    assert sync_store(_Folder(is_quiet=True), _Busy(25), lambda _: None).was_pushed


def test_a_sync_that_was_never_the_fastest_says_so() -> None:
    with pytest.raises(ConflictError) as lost:
        sync_store(_Folder(is_quiet=True), _Busy(1000), lambda _: None)
    assert lost.value.code == "sync_race_lost"


def test_a_folder_that_is_never_left_alone_is_not_blamed_on_others() -> None:
    with pytest.raises(ConflictError) as busy:
        sync_store(_Folder(is_quiet=False), _Busy(0), lambda _: None)
    assert busy.value.code == "git_busy"
