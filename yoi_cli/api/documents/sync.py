"""The JSON types of a sync (docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from yoi_cli.sync.ports import TicketChange
    from yoi_cli.sync.service import SyncReport


class TicketChangeDocument(TypedDict):
    """A ticket that a sync sent or received; `change` is `new`, `changed` or `removed`."""

    ticket: str
    change: str
    events: int


class SyncConflictDocument(TypedDict):
    """What both sides changed about a ticket, or a file beside the tickets."""

    subject: str
    code: str
    about: str


class RenumberedDocument(TypedDict):
    """A ticket that got a new id, for another one had it."""

    old: str
    new: str


class SyncDocument(TypedDict):
    """What a sync did, or would do under `--dry-run`.

    `commit` is what clone and remote have in common. `put_back` are tickets and files that
    were gone from the folder without having been removed.
    """

    remote: str
    branch: str
    commit: str
    committed: bool
    pushed: bool
    dry_run: bool
    sent: list[TicketChangeDocument]
    received: list[TicketChangeDocument]
    conflicts: list[SyncConflictDocument]
    renumbered: list[RenumberedDocument]
    put_back: list[str]


def sync_document(report: SyncReport, remote: str, branch: str) -> SyncDocument:
    return {
        "remote": remote,
        "branch": branch,
        "commit": report.commit,
        "committed": report.was_committed,
        "pushed": report.was_pushed,
        "dry_run": report.is_dry_run,
        "sent": [_change(change) for change in report.sent],
        "received": [_change(change) for change in report.received],
        "conflicts": [
            {"subject": subject, "code": conflict.code, "about": conflict.about}
            for subject, conflicts in sorted(report.conflicts.items())
            for conflict in conflicts
        ],
        "renumbered": [{"old": one.old, "new": one.new} for one in report.renumbered],
        "put_back": list(report.put_back),
    }


def _change(change: TicketChange) -> TicketChangeDocument:
    return {"ticket": change.ticket, "change": change.kind, "events": change.events}
