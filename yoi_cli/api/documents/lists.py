"""The JSON types of tickets listed, searched and followed (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import (
    UnreadableDocument,
    from_value,
    from_values,
    unreadable_documents,
)
from yoi_cli.api.documents.relations import BlockerDocument
from yoi_cli.api.documents.ticket import EventDocument
from yoi_cli.model.item import field_text, field_texts

if TYPE_CHECKING:
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.blocking import Blocker
    from yoi_cli.tickets.listing import Listing
    from yoi_cli.tickets.log import EventLog, LogEntry
    from yoi_cli.tickets.search import Hit, Query, SearchResult
    from yoi_cli.tickets.tree import Place


class ListedDocument(Struct, frozen=True, kw_only=True):
    """One ticket of a list. `state` is the item's; `blockers` and `place` (in a tree) are null
    unless asked for."""

    id: str
    title: str
    state: str
    created_at: str
    updated_at: str
    priority: str | None
    assignee: str | None
    tags: tuple[str, ...]
    readiness: str | None
    risk_flags: tuple[str, ...]
    queued_by: str | None
    queued_at: str | None
    due: str | None
    estimate: str | None
    blockers: tuple[BlockerDocument, ...] | None
    place: PlaceDocument | None


class PlaceDocument(Struct, frozen=True, kw_only=True):
    """Where a ticket stands in a tree: below its `parent`, if that is listed, at a `depth`; how
    many `children` it has, and how many of them are `resolved`."""

    depth: int
    parent: str | None
    children: int
    resolved: int


class TicketsDocument(Struct, frozen=True, kw_only=True):
    """A list: `count` tickets of the `total` that there are without a limit."""

    count: int
    total: int
    tickets: tuple[ListedDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


class HitDocument(Struct, frozen=True, kw_only=True):
    """A line that a search found; `where` is title, body or event.

    `path` is below the ticket's folder, `line` 1-based; `event` is null outside of threads.
    """

    ticket: str
    title: str
    state: str
    where: str
    path: str
    line: int
    text: str
    event: FoundEventDocument | None


class FoundEventDocument(Struct, frozen=True, kw_only=True):
    """The event that a hit stands in, without its text."""

    id: str | None
    identity: str
    kind: str
    at: str
    author: str


class SearchDocument(Struct, frozen=True, kw_only=True):
    """The hits of a search, newest ticket first; `truncated` where a limit left some out."""

    query: str
    count: int
    truncated: bool
    hits: tuple[HitDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


class EntryDocument(Struct, frozen=True, kw_only=True):
    """An event of a log with its ticket; one line of `log --follow --json`."""

    ticket: str
    title: str
    event: EventDocument


class LogDocument(Struct, frozen=True, kw_only=True):
    """The newest events across all tickets, by rising time."""

    count: int
    events: tuple[EntryDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


def tickets_document(listing: Listing) -> TicketsDocument:
    blockers = listing.blockers
    return TicketsDocument(
        count=len(listing.tickets),
        total=listing.total,
        tickets=tuple(
            _listed_document(
                row,
                None if blockers is None else blockers[row.id],
                None if listing.tree is None else listing.tree[row.id],
            )
            for row in listing.tickets
        ),
        unreadable=unreadable_documents(listing.unreadable),
    )


def _listed_document(
    row: FieldsRow, blockers: tuple[Blocker, ...] | None, place: Place | None
) -> ListedDocument:
    fields = row.fields
    return ListedDocument(
        id=row.id,
        title=field_text(fields, "title"),
        state=field_text(fields, "state"),
        created_at=field_text(fields, "created_at"),
        updated_at=field_text(fields, "updated_at"),
        priority=field_text(fields, "priority") or None,
        assignee=field_text(fields, "assignee") or None,
        tags=field_texts(fields, "tags"),
        readiness=field_text(fields, "readiness") or None,
        risk_flags=field_texts(fields, "risk_flags"),
        queued_by=field_text(fields, "queued_by") or None,
        queued_at=field_text(fields, "queued_at") or None,
        due=field_text(fields, "due") or None,
        estimate=field_text(fields, "estimate") or None,
        blockers=None if blockers is None else from_values(BlockerDocument, blockers),
        place=None if place is None else from_value(PlaceDocument, place),
    )


def search_document(query: Query, found: SearchResult) -> SearchDocument:
    return SearchDocument(
        query=query.text,
        count=len(found.hits),
        truncated=found.is_cut,
        hits=tuple(_hit_document(hit) for hit in found.hits),
        unreadable=unreadable_documents(found.unreadable),
    )


def _hit_document(hit: Hit) -> HitDocument:
    event = None if hit.event is None else from_value(FoundEventDocument, hit.event)
    return from_value(HitDocument, hit, event=event)


def log_document(log: EventLog) -> LogDocument:
    return LogDocument(
        count=len(log.entries),
        events=tuple(entry_document(entry) for entry in log.entries),
        unreadable=unreadable_documents(log.unreadable),
    )


def entry_document(entry: LogEntry) -> EntryDocument:
    return from_value(EntryDocument, entry, event=from_value(EventDocument, entry.event))
