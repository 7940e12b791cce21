"""Whose turn it is to be merged: one ticket a target branch at a time (docs/orchestrate.md).

Each merge is tried on the result of those before it, so that none is validated in vain. Between
the processes of a clone a lock of the kernel's decides, within one who asked first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.orchestration import position as stages

if TYPE_CHECKING:
    from yoi_cli.orchestration.ports import LocalState

#: The stages in which a ticket keeps its place.
WAITING = frozenset({stages.APPROVED, stages.MERGE, stages.VALIDATE_MERGE, stages.ADVANCE})


class MergeQueue:
    """The tickets that this process wants to merge, by target branch."""

    def __init__(self, local_state: LocalState) -> None:
        self._local_state = local_state
        self._waiting: dict[str, list[str]] = {}

    def enter(self, target: str, ticket: str) -> bool:
        """Whether it is the turn of `ticket`; if not, it keeps its place in the line."""
        line = self._waiting.setdefault(target, [])
        if ticket not in line:
            line.append(ticket)
        return line[0] == ticket and self._local_state.hold_target(target)

    def leave(self, ticket: str) -> None:
        """Let the next one have its turn."""
        for target, line in self._waiting.items():
            if ticket in line:
                if line[0] == ticket:
                    self._local_state.drop_target(target)
                line.remove(ticket)
