"""The types of what `stats` prints under `--json`, and how they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from yoi_cli.routing.waiting import WaitingTimes


class ReasonTimeDocument(TypedDict):
    """How long all tickets together waited for one reason, and how many did."""

    seconds: int
    tickets: int


class WaitingDocument(TypedDict):
    """How long tickets waited, in seconds: by reason, by who held them up, by ticket."""

    reasons: dict[str, ReasonTimeDocument]
    blockers: dict[str, int]
    tickets: dict[str, dict[str, int]]
    unreadable: list[str]


def _document(waited: WaitingTimes) -> WaitingDocument:
    return {
        "reasons": {
            reason: {"seconds": seconds, "tickets": waited.tickets[reason]}
            for reason, seconds in waited.by_reason.items()
        },
        "blockers": dict(waited.by_blocker),
        "tickets": {ticket: dict(spent) for ticket, spent in waited.by_ticket.items()},
        "unreadable": list(waited.unreadable),
    }
