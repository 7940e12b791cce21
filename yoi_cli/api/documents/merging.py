"""The JSON types of what brings two stores together (docs/merging.md, docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values
from yoi_cli.model.findings import needs_person

if TYPE_CHECKING:
    from yoi_cli.merge.ports import MergedPart
    from yoi_cli.merge.resolve import Resolution
    from yoi_cli.sync.service import SyncReport


class ResolveStepDocument(Struct, frozen=True, kw_only=True):
    """One thing that was done; `paths` are the files written, relative to the workspace."""

    action: str
    ticket: str
    message: str
    paths: tuple[str, ...]


class ResolveQuestionDocument(Struct, frozen=True, kw_only=True):
    """Something that is left to a person."""

    ticket: str
    path: str
    code: str
    message: str


class ResolveDocument(Struct, frozen=True, kw_only=True):
    """What `yoi resolve` did, or under `--dry-run` (`planned`) would do.

    `ok` says that nothing is left to a person. `added` are the paths that git was told are
    resolved.
    """

    ok: bool
    planned: bool
    steps: tuple[ResolveStepDocument, ...]
    questions: tuple[ResolveQuestionDocument, ...]
    notes: tuple[str, ...]
    added: tuple[str, ...]


class MergeConflictDocument(Struct, frozen=True, kw_only=True):
    """What both sides of a merged file say differently, and whether a person must look."""

    code: str
    about: str
    needs_person: bool


class MergedFileDocument(Struct, frozen=True, kw_only=True):
    """One file that the merge driver merged.

    `diverged` says that its thread is, `guessed` that the state of an item could not be told
    from the threads.
    """

    path: str
    conflicts: tuple[MergeConflictDocument, ...]
    diverged: bool
    is_guessed: bool = field(name="guessed")


class TicketChangeDocument(Struct, frozen=True, kw_only=True):
    """A ticket that a sync sent or received; `change` is `new`, `changed` or `removed`."""

    ticket: str
    kind: str = field(name="change")
    events: int


class SyncConflictDocument(Struct, frozen=True, kw_only=True):
    """What both sides changed about a ticket, or a file beside the tickets."""

    subject: str
    code: str
    about: str


class RenumberedDocument(Struct, frozen=True, kw_only=True):
    """A ticket that got a new id, for another one had it."""

    old: str
    new: str


class SyncDocument(Struct, frozen=True, kw_only=True):
    """What a sync did, or would do under `--dry-run`.

    `commit` is what clone and remote have in common. `put_back` are tickets and files that
    were gone from the folder without having been removed.
    """

    remote: str
    branch: str
    commit: str
    was_committed: bool = field(name="committed")
    was_pushed: bool = field(name="pushed")
    is_dry_run: bool = field(name="dry_run")
    sent: tuple[TicketChangeDocument, ...]
    received: tuple[TicketChangeDocument, ...]
    conflicts: tuple[SyncConflictDocument, ...]
    renumbered: tuple[RenumberedDocument, ...]
    put_back: tuple[str, ...]


def resolve_document(found: Resolution) -> ResolveDocument:
    return from_value(
        ResolveDocument,
        found,
        ok=not found.questions,
        steps=from_values(ResolveStepDocument, found.steps),
        questions=from_values(ResolveQuestionDocument, found.questions),
    )


def merged_file_document(path: str, driven: MergedPart) -> MergedFileDocument:
    conflicts = tuple(
        from_value(MergeConflictDocument, one, needs_person=needs_person(one))
        for one in driven.conflicts
    )
    return from_value(MergedFileDocument, driven, path=path, conflicts=conflicts)


def sync_document(report: SyncReport, remote: str, branch: str) -> SyncDocument:
    return from_value(
        SyncDocument,
        report,
        remote=remote,
        branch=branch,
        sent=from_values(TicketChangeDocument, report.sent),
        received=from_values(TicketChangeDocument, report.received),
        conflicts=tuple(
            from_value(SyncConflictDocument, conflict, subject=subject)
            for subject, conflicts in sorted(report.conflicts.items())
            for conflict in conflicts
        ),
        renumbered=from_values(RenumberedDocument, report.renumbered),
    )
