"""How many agents a run has at work at once, over all its tickets, and how many of them where
(docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class _Taken(NamedTuple):
    running: int = 1
    wanted: int = 1
    where: str = ""


def _any(where: str) -> int | None:
    del where
    return None


class Places:
    """The places of one run: `at_once` in all, of which `limit` says how many a runtime has (None:
    all of them). A ticket in hand has one, and of several coders on it each has one."""

    def __init__(self, at_once: int, limit: Callable[[str], int | None] = _any) -> None:
        self._at_once = at_once
        self._limit = limit
        self._taken: dict[str, _Taken] = {}
        #: How often a place came free.
        self.freed = 0

    def enter(self, ticket: str, where: str = "") -> None:
        """Keep one place for a ticket, on the runtime `where`; empty is this clone's."""
        self._taken[ticket] = _Taken(where=where)

    def leave(self, ticket: str) -> None:
        """Its places are free again."""
        if self._taken.pop(ticket, None) is not None:
            self.freed += 1

    def use(self, ticket: str, *, running: int = 1, wanted: int = 1) -> None:
        """Say how many agents work on a ticket here now, and how many will as places come free."""
        self._taken[ticket] = _Taken(max(running, 1), max(running, wanted, 1))

    def move(self, ticket: str, where: str) -> bool:
        """Have a ticket's place on the runtime `where`; False where none is free there. Then it has
        none, and waits."""
        known = self._taken.get(ticket)
        if known is not None and known.where == where:
            self._taken[ticket] = _Taken(where=where)
            return True
        self.leave(ticket)
        if self._is_full(where):
            return False
        self._taken[ticket] = _Taken(where=where)
        return True

    def are_full(self, where: str | None = None) -> bool:
        """Whether no other ticket can be taken up; with `where`, none that begins there."""
        if sum(one.wanted for one in self._taken.values()) >= self._at_once:
            return True
        return where is not None and self._is_full(where)

    def are_crowded(self) -> bool:
        """Whether more is at work than there are places, since a ticket came back to work."""
        return sum(one.running for one in self._taken.values()) > self._at_once

    def is_free(self, ticket: str, running: int) -> bool:
        """Whether one more agent may begin on a ticket that has `running`: its first always."""
        others = sum(one.running for name, one in self._taken.items() if name != ticket)
        return running == 0 or others + running < self._at_once

    def _is_full(self, where: str) -> bool:
        limit = self._limit(where)
        taken = sum(one.wanted for one in self._taken.values() if one.where == where)
        return limit is not None and taken >= limit
