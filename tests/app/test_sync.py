"""The order of a sync's steps, where somebody changes the checkout in the middle of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from yoi_cli.app.sync import sync_store
from yoi_cli.app.sync_ports import Merged, Obstacle, Taken, TicketChange
from yoi_cli.errors import ConflictError


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

    def take(self) -> Taken:
        return Taken("ours", is_new=True)

    def obstacle(self, taken: Taken, seen: str | None) -> Obstacle | None:
        return Obstacle(ConflictError("sync_behind", "Behind."), allows_merge=False)

    def merge(self, taken: Taken, seen: str) -> Merged:
        raise AssertionError("merged")

    def bring(self, taken: Taken, merged: Merged) -> bool:
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
