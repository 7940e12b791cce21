"""The types of what the reading commands print under `--json`, and how they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.api.documents.ticket import (
    BlockerDocument,
    EventDocument,
    TicketDocument,
    blocker_documents,
    event_document,
    ticket_document,
)
from yoi_cli.api.documents.unreadable import UnreadableDocument, unreadable_documents
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.statistics import NumberSummary, summarise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import Event
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.blocking import Blocker
    from yoi_cli.tickets.listing import Listing
    from yoi_cli.tickets.log import EventLog, LogEntry
    from yoi_cli.tickets.search import Hit, Query, SearchResult
    from yoi_cli.tickets.show import TicketView
    from yoi_cli.tickets.stats import Statistics


class ListedDocument(TypedDict):
    """One ticket of a list. `state` is the item's; `blockers` are null unless asked for."""

    id: str
    title: str
    state: str
    created_at: str
    updated_at: str
    priority: str | None
    assignee: str | None
    tags: list[str]
    readiness: str | None
    risk_flags: list[str]
    queued_by: str | None
    queued_at: str | None
    blockers: list[BlockerDocument] | None


class TicketsDocument(TypedDict):
    """A list: `count` tickets of the `total` that there are without a limit."""

    count: int
    total: int
    tickets: list[ListedDocument]
    unreadable: list[UnreadableDocument]


def tickets_document(listing: Listing) -> TicketsDocument:
    blockers = listing.blockers
    return {
        "count": len(listing.tickets),
        "total": listing.total,
        "tickets": [
            _listed_document(row, None if blockers is None else blockers[row.id])
            for row in listing.tickets
        ],
        "unreadable": unreadable_documents(listing.unreadable),
    }


def _listed_document(row: FieldsRow, blockers: tuple[Blocker, ...] | None) -> ListedDocument:
    fields = row.fields
    return {
        "id": row.id,
        "title": field_text(fields, "title"),
        "state": field_text(fields, "state"),
        "created_at": field_text(fields, "created_at"),
        "updated_at": field_text(fields, "updated_at"),
        "priority": field_text(fields, "priority") or None,
        "assignee": field_text(fields, "assignee") or None,
        "tags": list(field_texts(fields, "tags")),
        "readiness": field_text(fields, "readiness") or None,
        "risk_flags": list(field_texts(fields, "risk_flags")),
        "queued_by": field_text(fields, "queued_by") or None,
        "queued_at": field_text(fields, "queued_at") or None,
        "blockers": None if blockers is None else blocker_documents(blockers),
    }


class FaultDocument(TypedDict):
    """Something in the thread that readers pass over, by its line in `thread.md`."""

    code: str
    line: int
    message: str


class ShownDocument(TicketDocument):
    """One ticket, as `show` has it: `events` are those asked for, of `events_total`."""

    events_total: int
    faults: list[FaultDocument]


def shown_document(view: TicketView, events: Iterable[Event]) -> ShownDocument:
    return {
        **ticket_document(view),
        "events": [event_document(event) for event in events],
        "events_total": len(view.thread.events),
        "faults": [
            {"code": fault.code, "line": fault.line, "message": fault.message}
            for fault in view.thread.faults
        ],
    }


class HitDocument(TypedDict):
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


class FoundEventDocument(TypedDict):
    """The event that a hit stands in, without its text."""

    id: str | None
    identity: str
    kind: str
    at: str
    author: str


class SearchDocument(TypedDict):
    """The hits of a search, newest ticket first; `truncated` where a limit left some out."""

    query: str
    count: int
    truncated: bool
    hits: list[HitDocument]
    unreadable: list[UnreadableDocument]


class EntryDocument(TypedDict):
    """An event of a log with its ticket; one line of `log --follow --json`."""

    ticket: str
    title: str
    event: EventDocument


class LogDocument(TypedDict):
    """The newest events across all tickets, by rising time."""

    count: int
    events: list[EntryDocument]
    unreadable: list[UnreadableDocument]


class SummaryDocument(TypedDict):
    """Some numbers in short; all but `count` are null where there is none."""

    count: int
    median: float | None
    p90: float | None
    mean: float | None


class RoundsDocument(SummaryDocument):
    """Requests for changes before approval; `distribution` counts tickets by rounds."""

    distribution: dict[str, int]


class WeekDocument(TypedDict):
    """How many tickets came to rest in an ISO week."""

    week: str
    count: int


class StatsDocument(TypedDict):
    """Figures of a store. Durations are in seconds; `priorities` counts open tickets."""

    since: str | None
    tickets: int
    states: dict[str, int]
    priorities: dict[str, int]
    kinds: dict[str, int]
    lead_time: SummaryDocument
    cycle_time: SummaryDocument
    review_rounds: RoundsDocument
    throughput: list[WeekDocument]
    unreadable: list[UnreadableDocument]


def found_document(query: Query, found: SearchResult) -> SearchDocument:
    return {
        "query": query.text,
        "count": len(found.hits),
        "truncated": found.is_cut,
        "hits": [_hit_document(hit) for hit in found.hits],
        "unreadable": unreadable_documents(found.unreadable),
    }


def _hit_document(hit: Hit) -> HitDocument:
    event = hit.event
    return {
        "ticket": hit.ticket,
        "title": hit.title,
        "state": hit.state,
        "where": hit.where,
        "path": hit.path,
        "line": hit.line,
        "text": hit.text,
        "event": None
        if event is None
        else {
            "id": event.id,
            "identity": event.identity,
            "kind": event.kind,
            "at": event.at,
            "author": event.author,
        },
    }


def log_document(log: EventLog) -> LogDocument:
    return {
        "count": len(log.entries),
        "events": [entry_document(entry) for entry in log.entries],
        "unreadable": unreadable_documents(log.unreadable),
    }


def entry_document(entry: LogEntry) -> EntryDocument:
    return {
        "ticket": entry.ticket,
        "title": entry.title,
        "event": event_document(entry.event),
    }


def stats_document(stats: Statistics) -> StatsDocument:
    rounds = stats.review_rounds
    return {
        "since": stats.since,
        "tickets": stats.tickets,
        "states": dict(stats.states),
        "priorities": dict(stats.priorities),
        "kinds": dict(stats.kinds),
        "lead_time": _summary_document(summarise(stats.lead_times)),
        "cycle_time": _summary_document(summarise(stats.cycle_times)),
        "review_rounds": {
            **_summary_document(summarise(rounds)),
            "distribution": {str(n): rounds.count(n) for n in sorted(set(rounds))},
        },
        "throughput": [{"week": week, "count": count} for week, count in stats.throughput.items()],
        "unreadable": unreadable_documents(stats.unreadable),
    }


def _summary_document(summary: NumberSummary) -> SummaryDocument:
    return {
        "count": summary.count,
        "median": summary.median,
        "p90": summary.p90,
        "mean": summary.mean,
    }
