"""How many agents a run has at work at once, over all its tickets (docs/orchestrate.md)."""

from __future__ import annotations

from typing import NamedTuple


class _Taken(NamedTuple):
    running: int = 1
    wanted: int = 1


class Places:
    """The places of one run. A ticket in hand has one, and of several coders on it each has one."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._taken: dict[str, _Taken] = {}

    def enter(self, ticket: str) -> None:
        """Keep one place for a ticket."""
        self._taken[ticket] = _Taken()

    def leave(self, ticket: str) -> None:
        """Its places are free again."""
        self._taken.pop(ticket, None)

    def use(self, ticket: str, *, running: int = 1, wanted: int = 1) -> None:
        """Say how many agents work on a ticket now, and how many will as places come free."""
        self._taken[ticket] = _Taken(max(running, 1), max(running, wanted, 1))

    def are_full(self) -> bool:
        """Whether no other ticket can be taken up."""
        return sum(one.wanted for one in self._taken.values()) >= self._at_once

    def are_crowded(self) -> bool:
        """Whether more is at work than there are places, since a ticket came back to work."""
        return sum(one.running for one in self._taken.values()) > self._at_once

    def is_free(self, ticket: str, running: int) -> bool:
        """Whether one more agent may begin on a ticket that has `running`: its first always."""
        others = sum(one.running for name, one in self._taken.items() if name != ticket)
        return running == 0 or others + running < self._at_once
