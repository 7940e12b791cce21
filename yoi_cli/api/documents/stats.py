"""The JSON types of the figures of a store (docs/commands.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import UnreadableDocument, from_value, unreadable_documents
from yoi_cli.model.statistics import summarise

if TYPE_CHECKING:
    from yoi_cli.routing.waiting import WaitingTimes
    from yoi_cli.tickets.stats import Statistics


class SummaryDocument(Struct, frozen=True, kw_only=True):
    """Some numbers in short; all but `count` are null where there is none."""

    count: int
    median: float | None
    p90: float | None
    mean: float | None


class RoundsDocument(SummaryDocument, frozen=True, kw_only=True):
    """Requests for changes before approval; `distribution` counts tickets by rounds."""

    distribution: Mapping[str, int]


class WeekDocument(Struct, frozen=True, kw_only=True):
    """How many tickets came to rest in an ISO week."""

    week: str
    count: int


class StatsDocument(Struct, frozen=True, kw_only=True):
    """Figures of a store. Durations are in seconds; `priorities` counts open tickets. `tokens` and
    `cost`, in US dollars (null where no agent told any), are what coding agents spent."""

    since: str | None
    tickets: int
    states: Mapping[str, int]
    priorities: Mapping[str, int]
    kinds: Mapping[str, int]
    lead_time: SummaryDocument
    cycle_time: SummaryDocument
    review_rounds: RoundsDocument
    throughput: tuple[WeekDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]
    tokens: int
    cost: float | None


class ReasonTimeDocument(Struct, frozen=True, kw_only=True):
    """How long all tickets together waited for one reason, and how many did."""

    seconds: int
    tickets: int


class WaitingDocument(Struct, frozen=True, kw_only=True):
    """How long tickets waited, in seconds: by reason, by who held them up, by ticket."""

    reasons: Mapping[str, ReasonTimeDocument]
    blockers: Mapping[str, int]
    tickets: Mapping[str, Mapping[str, int]]
    unreadable: tuple[str, ...]


def stats_document(stats: Statistics) -> StatsDocument:
    rounds = stats.review_rounds
    return from_value(
        StatsDocument,
        stats,
        lead_time=from_value(SummaryDocument, summarise(stats.lead_times)),
        cycle_time=from_value(SummaryDocument, summarise(stats.cycle_times)),
        review_rounds=from_value(
            RoundsDocument,
            summarise(rounds),
            distribution={str(n): rounds.count(n) for n in sorted(set(rounds))},
        ),
        throughput=tuple(
            WeekDocument(week=week, count=count) for week, count in stats.throughput.items()
        ),
        unreadable=unreadable_documents(stats.unreadable),
        tokens=stats.spent.tokens,
        cost=stats.spent.cost,
    )


def waiting_document(waited: WaitingTimes) -> WaitingDocument:
    return WaitingDocument(
        reasons={
            reason: ReasonTimeDocument(seconds=seconds, tickets=waited.tickets[reason])
            for reason, seconds in waited.by_reason.items()
        },
        blockers=waited.by_blocker,
        tickets=waited.by_ticket,
        unreadable=waited.unreadable,
    )
